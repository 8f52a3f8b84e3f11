"""The back-cast: its page and picture, what explains a change, and the figures it is beside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import backcast, spin_up
from experiments.backcast import (
    ALL,
    CHANGES,
    DRIVERS,
    HEADS,
    NAMES,
    NONE,
    WORLDS,
    Backcast,
    Figure,
    beside,
    explained,
    figures,
)

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
FEW = ("--persons", 1000, "--seeds", 1)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pilot: people live for a year before the first month."""
    monkeypatch.setattr(spin_up, "_detected", lambda scenario: 12)
    monkeypatch.setattr(spin_up, "_FOUND", {})


@pytest.mark.usefixtures("short")
def test_it_writes_the_page_and_the_picture_and_prints_both_tables(
    llo: Llo, tmp_path: Path
) -> None:
    code, out, err = llo("backcast", *FEW, "--out", "results")
    assert (code, err) == (0, "")
    files = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}
    assert set(files) == {"backcast.md", "backcast.png"}
    assert files["backcast.png"].startswith(b"\x89PNG\r\n\x1a\n")
    page = files["backcast.md"].decode()
    assert "1,000 persons, 1 seeds" in page
    assert "(backcast.png)" in page
    for text in (*HEADS, *CHANGES, "2012 to 2021", "2021 to 2022", NAMES["nea"], NAMES["need"]):
        assert text in page
    for text in ("published", "composition", "covid", NAMES["nea"], "Written: results"):
        assert text in out


@pytest.mark.usefixtures("short")
def test_as_data_it_holds_every_world_and_year_and_writes_nothing(llo: Llo, tmp_path: Path) -> None:
    code, out, err = llo("backcast", *FEW, "--json", "--out", "results")
    assert (code, err) == (0, "")
    assert not list((tmp_path / "results").iterdir())
    found = json.loads(out)
    assert found["years"] == list(range(2010, 2023))
    assert set(found["simulated"]) == set(NAMES)
    for worlds in found["simulated"].values():
        assert list(worlds) == list(WORLDS)
        assert all(len(v) == 13 and 0 <= min(v) <= max(v) <= 1 for v in worlds.values())
        assert worlds[ALL] != worlds[NONE]
    assert [p["indicator"] for p in found["published"]] == [f.indicator for f in figures()]


def test_too_few_persons_and_seeds_are_refused(refused: Refused) -> None:
    assert refused("backcast", "--persons", 10).startswith("--persons: 10: ")
    assert refused("backcast", "--seeds", 0).startswith("--seeds: 0: ")


def made_up(values: np.ndarray, published: tuple[Figure, ...] = ()) -> Backcast:
    """A back-cast of 2012, 2021 and 2022 with these values of every indicator."""
    return Backcast([2012, 2021, 2022], dict.fromkeys(NAMES, values), published)


@given(st.lists(st.floats(0, 1), min_size=30, max_size=30))
def test_what_a_driver_adds_is_the_change_with_all_less_that_without_it(
    numbers: list[float],
) -> None:
    values = np.array(numbers).reshape(len(WORLDS), 2, 3)
    cast = made_up(values)
    whole = cast.change("nea", 2012, 2021)
    assert whole.tolist() == (values[0, :, 1] - values[0, :, 0]).tolist()
    for k, driver in enumerate(DRIVERS, 1):
        without = values[k, :, 1] - values[k, :, 0]
        assert cast.part("nea", 2012, 2021, driver).tolist() == (whole - without).tolist()
        assert cast.change("nea", 2012, 2021, driver).tolist() == without.tolist()
        there_and_back = cast.part("nea", 2012, 2022, driver) + cast.part("nea", 2022, 2012, driver)
        assert there_and_back == pytest.approx(np.zeros(2), abs=1e-12)


def test_drivers_that_add_up_leave_what_none_of_them_explains() -> None:
    adds = {"composition": 0.03, "cycle": -0.02, "covid": -0.06}  # in 2021, beside a trend of 0.01
    values = np.full((len(WORLDS), 2, 3), 0.4)
    for k, off in enumerate(WORLDS.values()):
        values[k, :, 1] += 0.01 + sum(add for name, add in adds.items() if off.get(name, True))
    values[:, 1] += 0.1  # the second seed is higher all along
    cast = made_up(
        values, (Figure("nea", 2012, 0.54, "s", "S"), Figure("nea", 2021, 0.49, "s", "S"))
    )
    for name, add in adds.items():
        assert cast.part("nea", 2012, 2021, name) == pytest.approx([add, add])
        assert cast.part("nea", 2021, 2022, name) == pytest.approx([-add, -add])
    parts = sum(cast.part("nea", 2012, 2021, name) for name in DRIVERS)
    whole = cast.change("nea", 2012, 2021)
    assert whole - parts == pytest.approx(cast.change("nea", 2012, 2021, NONE))
    row = dict(zip(CHANGES, explained(cast)[0], strict=True))
    assert row["published"] == "-5"
    found = {name: float(row[name].split()[0]) for name in ("simulated", *DRIVERS, CHANGES[-1])}
    assert found == {"simulated": -4.0, "composition": 3.0, "cycle": -2.0, "covid": -6.0,
                     "none of these": 1.0}  # fmt: skip
    assert explained(cast)[1][2] == "-"  # nothing was published on 2022


def test_published_figures_are_laid_beside_the_years_that_were_lived() -> None:
    published = tuple(Figure(name, year, 0.5, "s", "S") for name in NAMES for year in (2012, 2019))
    rows = beside(made_up(np.full((len(WORLDS), 2, 3), 0.4), published))
    assert [(row[0], row[1]) for row in rows] == [(told, "2012") for told in NAMES.values()]
    assert all((row[2], row[-1]) == ("50", "-10.0") for row in rows)


ENTRY = {"indicator": '"nea"', "year": "2012", "value": "0.54", "source": '"a report"',
         "verification": '"S"'}  # fmt: skip


def file_of(folder: Path, **changes: str | None) -> Path:
    lines = [f"{k} = {v}" for k, v in {**ENTRY, **changes}.items() if v is not None]
    path = folder / "figures.toml"
    path.write_text("[[figure]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_whole_entry_is_taken_as_it_stands(tmp_path: Path) -> None:
    assert figures(file_of(tmp_path)) == (Figure("nea", 2012, 0.54, "a report", "S"),)
    assert len(figures()) > 3
    assert all(f.indicator in NAMES for f in figures())


@pytest.mark.parametrize(
    "changes",
    [{"indicator": '"nae"'}, {"indicator": '"aes"'}, {"indicator": "5"}, {"value": "54"},
     {"value": "-0.01"}, {"value": "nan"}, {"value": '"0.54"'}, {"source": '""'}, {"source": None},
     {"year": None}, {"indicator": None}, {"verification": None}, {"page": "7"}],
    ids=str,
)  # fmt: skip
def test_a_bad_entry_is_refused_by_file_and_figure(
    changes: dict[str, str | None], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"^figures\.toml: figure ") as error:
        figures(file_of(tmp_path, **changes))
    assert len(str(error.value).splitlines()) == 1


def test_the_years_lived_are_2010_to_2022() -> None:
    from scenarios.scenario import load

    chosen = backcast.prepared(load()).spun_up(12)
    assert chosen.months_of() == 13 * 12
    assert (chosen.when_first(), chosen.design().end) == ("2010-01", 12 + 13 * 12)
    assert backcast.months_of(chosen) == len(WORLDS) * chosen.seeds.count * (12 + 13 * 12)
