"""`llo replay`: a scheme of the past beside its published figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.estimates import Estimate
from experiments.replay import Beside
from scenarios.parts import Observed
from scenarios.scenario import BASELINE, FOLDER

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
STAP, CPF = FOLDER / "stap-2022.toml", FOLDER / "cpf.toml"
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
    # Nothing per application, 67 an award that is paid; some lapse for want of a seat in time.
    paid = cost / 67
    assert 0.9 * awards < paid <= awards
    weight = 11_229_000 / 5_000
    assert paid / weight == pytest.approx(round(paid / weight))


def test_the_table_says_what_differs(llo: Llo) -> None:
    code, out, err = llo("replay", STAP, *SMALL)
    assert (code, err) == (0, "")
    assert "differs" in out
    assert "Nothing was fitted to them." in out


def test_what_was_done_to_the_french_account_stands_beside_what_happened(llo: Llo) -> None:
    code, out, err = llo("replay", CPF, "--persons", "20000", "--seeds", "1", "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    found = {(r["variant"], r["group"], r["months"]): r["simulated"] for r in rows}
    assert found["copayment", "contract:employed", 8] < -0.05
    # So few are unemployed in so small a sample that their change is chance; that they are exempt
    # is held in tests/unit/test_accounts.py.
    assert ("copayment", "contract:unemployed", 8) in found
    drops = [found["identity", f"education:{e}", 12] for e in ("low", "middle", "high")]
    assert drops == sorted(drops)
    assert drops[0] < -0.1
    assert {r["verdict"] for r in rows} <= {"as published", "differs", "too uncertain"}


def test_a_verdict_needs_an_error_that_allows_one() -> None:
    figure = Observed(measure="awards", value=100.0, margin=5.0, source="test")

    def verdict(mean: float, half: float, seen: int = 8) -> str:
        return Beside(figure, Estimate(mean, mean - half, mean + half), seen, 8).verdict

    assert verdict(104.0, 1.0) == verdict(110.0, 6.0) == "as published"
    assert verdict(112.0, 6.0) == "differs"
    assert verdict(100.0, 1.0, seen=7) == "differs"  # in one life it never happened
    assert verdict(100.0, 26.0) == "too uncertain"
    assert verdict(900.0, 26.0) == "differs"
    assert Beside(figure, None, 0, 8).verdict == "differs"


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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('against = "cpf"', 'against = "nothing"', "'nothing' is no variant; there are cpf, copa"),
        ('group = "education:low"', 'group = "tall"', "'tall' is no group; there are all, "),
        ('since = "2031-01"\nmonths = 8', 'since = "2031"\nmonths = 8', "since = '2031': give a"),
        ('since = "2032-01"', 'since = "2036-01"', "12 months from 2036-01 are not within the run"),
        ('measure = "change in entries"', 'measure = "awards"', "of one instrument with windows"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    old: str, new: str, message: str, tmp_path: Path, refused: Refused
) -> None:
    text = CPF.read_text("utf-8")
    assert old in text
    file = tmp_path / "other.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert message in refused("replay", file)
