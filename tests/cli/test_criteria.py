"""`llo criteria`, and `llo compare` at the same budget or the same reach."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from experiments import criteria, same, twins
from scenarios.scenario import Scenario, load

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
SMALL = ("--persons", "5000", "--months", "48", "--seeds", "1", "--members", "0")


@pytest.fixture(scope="module")
def five() -> list[dict[str, Any]]:
    """The criteria of a small comparison, as data."""
    scenario = load().changed(persons=5_000, months=48, seeds=1, members=0)
    data, shock = twins.run(scenario)
    assert shock == 24
    rows: list[dict[str, Any]] = json.loads(
        json.dumps(criteria.as_data(criteria.compute(data, scenario, shock)), allow_nan=False)
    )
    return rows


def value(rows: list[dict[str, Any]], measure: str, variant: str) -> float:
    row = next(r for r in rows if r["measure"].startswith(measure))
    found = row["variants"][variant]
    assert found is not None, measure
    return float(found["mean"])


def test_all_five_criteria_have_measures(five: list[dict[str, Any]]) -> None:
    names = {row["criterion"].split(" (")[0].split(":")[0] for row in five}
    assert {"Targeting", "Cost", "Efficiency", "Flexibility", "Time to introduce"} < names
    assert list(five[0]["variants"]) == ["voucher", "leerrekening", "leerrecht", "together"]
    assert all(row["unit"] for row in five)


def test_a_capped_budget_follows_at_once_and_a_promise_does_not(
    five: list[dict[str, Any]],
) -> None:
    lower = "outlay lower a year after"
    assert 40 < value(five, lower, "voucher") < 60
    assert value(five, lower, "leerrekening") < 40
    assert value(five, lower, "leerrecht") == 0.0  # rights that were granted stay
    assert value(five, "already promised", "voucher") == 0.0
    assert value(five, "already promised", "leerrecht") > 10


def test_lead_time_counts_from_the_decision(five: list[dict[str, Any]]) -> None:
    first = value(five, "from the decision to the first learner", "voucher")
    assert first == 24 + 2  # the first window opens in March


def test_a_combination_is_set_beside_its_parts(five: list[dict[str, Any]]) -> None:
    row = next(
        r for r in five if r["criterion"].startswith("Combination") and "cost" in r["measure"]
    )
    assert row["variants"]["voucher"] is None
    whole = value(five, "cost a year above", "together")
    parts = [value(five, "cost a year above", v) for v in ("voucher", "leerrekening", "leerrecht")]
    assert row["variants"]["together"]["mean"] == pytest.approx(whole - sum(parts))


def test_the_table_is_printed(llo: Llo) -> None:
    code, out, err = llo("criteria", *SMALL)
    assert (code, err) == (0, "")
    assert "Flexibility" in out
    assert "already promised" in out


def test_too_short_a_run_is_refused(refused: Refused) -> None:
    line = refused("criteria", "--persons", "1000", "--months", "12", "--seeds", "1")
    assert "need two years after introduction" in line


def test_variants_are_brought_to_the_same_budget(llo: Llo) -> None:
    words = ("--same-budget", "120e6", "--same-year", "2029", "--out", "here")
    code, out, err = llo("compare", *SMALL, *words, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    solved = {s["variant"]: s for s in found["solved"]}
    for name in ("voucher", "leerrekening"):
        assert solved[name]["met"], solved[name]
        assert solved[name]["reached"] == pytest.approx(120e6, rel=same.CLOSE)
        # One seed: the comparison lives what the solution lived.
        assert found["cost_by_year_eur"][name]["2029"] == pytest.approx(solved[name]["reached"])
    budget = solved["voucher"]["levers"]["voucher.budget"]
    assert 100e6 < budget < 200e6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--same-budget", "-5"), "--same-budget = -5: give EUR a year"),
        (("--same-reach", "2"), "--same-reach = 2: give a share"),
        (("--same-budget", "1e8", "--same-reach", "0.1"), "give one of the two"),
        (("--same-year", "2030"), "give one of the two"),
        (("--same-budget", "1e8", "--same-year", "2060"), "years after introduction are 2027 to"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(
    words: tuple[str, ...], message: str, refused: Refused
) -> None:
    assert message in refused("compare", *SMALL, *words)


def test_scaling_one_variant_leaves_the_others() -> None:
    scenario = load()
    changed = same.scaled(scenario, "together", 0.5)

    def value(of: Scenario, variant: str, name: str, key: str) -> float:
        return next(p for p in of.policies(variant) if p.name == name).values[key]

    assert value(changed, "voucher", "voucher", "budget") == 160e6
    assert value(changed, "together", "voucher", "budget") == 80e6
    assert value(changed, "together", "leerrekening", "deposit") == 250
    assert value(scenario, "together", "leerrekening", "deposit") == 500


@pytest.mark.parametrize("zero", [0.0, 1.3, -2.9])
def test_the_root_of_a_rising_function_is_found(zero: float) -> None:
    assert same.root(lambda x: x - zero) == pytest.approx(zero, abs=0.01)


def test_where_there_is_no_root_the_nearest_is_given() -> None:
    assert same.root(lambda x: math.tanh(x) - 3) == pytest.approx(math.log(64), abs=0.01)
    assert same.root(lambda x: -1.0) == 0.0
