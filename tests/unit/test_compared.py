"""A comparison in one call: the table that a notebook shows, and policies that have a file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import xarray as xr

from experiments import compared, console
from experiments.compared import Compared
from experiments.drawing import Drawing
from experiments.estimates import of_chance, shown
from scenarios import kinds
from scenarios.scenario import load
from simulator.policies.voucher import Voucher
from simulator.policy import Policy


@pytest.fixture
def found(invented: Callable[..., xr.Dataset]) -> Compared:
    """A comparison of the baseline with invented numbers."""
    return Compared(load().changed(members=3, seeds=2), invented(3, 2))


def cells(html: str) -> list[list[str]]:
    """The rows of a table in HTML, tags taken out."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    parts = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[re.sub(r"&emsp;", "", c).replace("<br>", " ") for c in row] for row in parts]


def test_a_notebook_is_shown_every_line_with_its_band(found: Compared) -> None:
    head, *rows = cells(found._repr_html_())
    assert head == ["", "unit", *found.scenario.names(), "chance"]
    told = {row[0]: row for row in rows if len(row) > 1}
    line = next(x for x in found.lines if x.row.label == "mean award")
    for variant, cell in zip(found.scenario.names(), told["mean award"][2:], strict=False):
        assert cell.replace(" c ", " ").replace(" e ", " ").replace(" a ", " ") == shown(
            line.values[variant], line.row.decimals
        )
    assert told["mean award"][-1] == of_chance(line.values.values())
    sections = [row[0] for row in rows if len(row) == 1]
    assert sections == list(dict.fromkeys(x.row.section for x in found.lines))
    assert "The 62% target for 2030 is an AES figure" in found._repr_html_()


def test_central_values_have_no_column_of_chance(invented: Callable[..., xr.Dataset]) -> None:
    alone = Compared(load().changed(members=0, seeds=2), invented(0, 2))
    head, *rows = cells(alone._repr_html_())
    assert head[-1] == "together"
    assert any("±" in cell for row in rows for cell in row)


def test_a_section_is_a_part_of_it(found: Compared) -> None:
    part = found.section("Reach")
    assert {line.row.section for line in part.lines} == {"Reach"}
    assert len(cells(part._repr_html_())) == 2 + len(part.lines)
    with pytest.raises(ValueError, match=r"section 'Range': there are .*'Reach'"):
        found.section("Range")


def test_it_is_the_comparison_of_its_parts() -> None:
    scenario = load().between("2026", "2027")
    found = compared.compare(scenario, persons=1_000, members=0, seeds=1)
    assert found.scenario.persons == 1_000
    assert list(found.data["variant"].values) == scenario.names()
    assert "hash" in found.data.attrs
    with pytest.raises(ValueError, match="--persons"):
        compared.compare(scenario, persons=10)


def test_a_drawing_shows_itself_without_date_or_version() -> None:
    def drawn() -> bytes:
        figure = Drawing(figsize=(2, 1))
        figure.subplots().plot(np.arange(3))
        return figure._repr_png_()

    assert drawn() == drawn()
    assert drawn().startswith(b"\x89PNG")
    assert b"Software" not in drawn()


def test_outside_a_notebook_there_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.with_progress("Working", 2, lambda tell: [tell(1), tell(2)]) == [None, None]
    assert capsys.readouterr() == ("", "")


class Gift(Policy):
    """Everything is paid."""

    name = "gift"

    def covers(price):
        """All of it."""
        return price


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is added is gone afterwards."""
    monkeypatch.setenv(kinds.ADDED, "")
    kinds.available.cache_clear()
    yield
    monkeypatch.undo()
    kinds.available.cache_clear()


@pytest.mark.usefixtures("forgotten")
def test_a_policy_of_a_file_is_added_for_other_processes_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, Gift.__module__, sys.modules[__name__])
    assert "gift" not in kinds.available()
    for _ in range(2):
        kinds.add(Gift)
        assert kinds.available()["gift"] is Gift
    assert os.environ[kinds.ADDED] == f"{Gift.__module__}:Gift"


@pytest.mark.usefixtures("forgotten")
def test_a_policy_without_a_file_or_with_another_s_name_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Gift, "__module__", "__main__")
    with pytest.raises(ValueError, match=r"Gift: a policy needs a file.*gift\.py"):
        kinds.add(Gift)
    monkeypatch.setattr(Gift, "__module__", "somewhere")
    monkeypatch.setattr(Gift, "name", Voucher.name)
    with pytest.raises(ValueError, match="has an instrument named 'voucher' already"):
        kinds.add(Gift)
    assert kinds.available()["voucher"] is Voucher
