"""`llo replay`: a scheme of the past beside its published figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.scenario import BASELINE, FOLDER

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
STAP = FOLDER / "stap-2022.toml"
SMALL = ("--persons", "5000", "--seeds", "1")


def test_every_published_figure_stands_beside_a_simulated_one(llo: Llo) -> None:
    code, out, err = llo("replay", STAP, *SMALL, "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert len(rows) == STAP.read_text("utf-8").count("\n[[observed]]")
    found = {(r["measure"], r["window"]): r for r in rows}
    awards, mean = found["awards", 0]["simulated"], found["mean award", 0]["simulated"]
    assert 0 < awards * mean <= 181.1e6  # no more than the budget
    assert 0 < found["share of age:50+", 2]["simulated"] < 1
    cost = found["administration", 0]["simulated"]
    assert cost == pytest.approx(67 * awards)  # nothing per application


def test_the_table_says_what_differs(llo: Llo) -> None:
    code, out, err = llo("replay", STAP, *SMALL)
    assert (code, err) == (0, "")
    assert "differs" in out
    assert "Nothing was fitted to them." in out


def test_a_scenario_without_figures_is_refused(refused: Refused) -> None:
    assert "[[observed]]" in refused("replay", BASELINE)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('measure = "awards"', 'measure = "joy"', "'joy' is no measure; there are applications"),
        ("window = 5\nvalue = 51_000", "window = 6\nvalue = 51_000", "window 6 of 5"),
        ("margin = 2_300", "margin = -1", "greater than or equal to 0"),
        ('source = "blikopnieuws 296230"', 'source = ""', "at least 3 characters"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(
    old: str, new: str, message: str, tmp_path: Path, refused: Refused
) -> None:
    text = STAP.read_text("utf-8")
    assert old in text
    file = tmp_path / "other.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert message in refused("replay", file)
