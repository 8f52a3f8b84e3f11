"""Levers: what a page may set, what that makes of a scenario, and the TOML that repeats it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reports.dashboard import levers, toml
from scenarios.scenario import FOLDER, load, read

SCENARIOS = sorted(p for p in FOLDER.glob("*.toml") if "variants" in p.read_text(encoding="utf-8"))
LONG = [p for p in SCENARIOS if p.name != "stap-2022.toml"]  # which ends with the year of STAP


@pytest.mark.parametrize("path", LONG, ids=lambda p: p.stem)
def test_the_usual_setting_is_the_scenario_itself(path: Path) -> None:
    scenario = load(path)
    setting = levers.checked(scenario, {})
    assert setting == levers.usual(scenario)
    assert levers.tables(scenario, setting) == {}
    applied = levers.applied(scenario, setting)
    assert applied.instruments == scenario.instruments
    assert applied.names() == [v for v in scenario.names() if v == "null" or scenario.variants[v]]


@pytest.mark.parametrize("path", LONG, ids=lambda p: p.stem)
def test_a_range_holds_the_scenarios_own_value_and_is_allowed(path: Path) -> None:
    scenario = load(path)
    found = levers.levers(scenario)
    assert found
    for lever in found:
        assert lever.low <= lever.own <= lever.high
        declared = scenario.policy(lever.instrument).parameters.declared[lever.key]
        assert declared.bounds[0] <= lever.low < lever.high <= declared.bounds[1]
        assert 8 < (lever.high - lever.low) / lever.step < 60


def test_the_levers_of_the_issue_are_there() -> None:
    names = {lever.name for lever in levers.levers(load())}
    assert {"voucher.budget", "voucher.amount", "voucher.own_share", "leerrekening.deposit",
            "leerrekening.own_share", "leerrecht.university", "leerrecht.fee"} <= names  # fmt: skip
    assert "leerrecht.budget" not in names  # its form has none


def test_a_setting_changes_what_it_names_and_nothing_else() -> None:
    scenario = load()
    given = {"voucher.budget": 150e6, "audience": "both", "variants": ["voucher", "leerrecht"],
             "last": 2030}  # fmt: skip
    setting = levers.checked(scenario, given)
    found = levers.applied(scenario, setting)
    assert found.names() == ["null", "voucher", "leerrecht"]
    assert found.policy("voucher").values["budget"] == 150e6
    for name in ("voucher", "leerrekening", "leerrecht"):
        values, before = found.policy(name).values, scenario.policy(name).values
        assert values["education_to"] == 2.0
        changed = {k for k in values if values[k] != before[k]}
        assert changed <= {"education_to", "age_from", "budget"}
    assert {n: found.instruments[n] for n in found.standing} == {
        n: scenario.instruments[n] for n in scenario.standing
    }
    assert levers.months(scenario, setting) == 48


def test_a_budget_moves_what_is_reserved_within_it() -> None:
    text = (
        'base = "baseline.toml"\n[instruments.voucher]\nuse = "voucher"\nbudget = 100e6\n'
        'pots = { "education:practical" = 50e6 }\n[variants]\nvoucher = ["voucher"]\n'
    )
    scenario = read(text)
    found = levers.applied(scenario, levers.checked(scenario, {"voucher.budget": 200e6}))
    assert found.instruments["voucher"]["pots"] == {"education:practical": 100e6}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"voucher.budget": -1.0}, r"voucher\.budget = -1: allowed is 0 to 1e\+11"),
        ({"voucher.budget": math.nan}, r"voucher\.budget = nan: give a finite number"),
        ({"voucher.budget": math.inf}, "give a finite number"),
        ({"voucher.amount": "../../etc/passwd"}, "give a finite number"),
        ({"voucher.amount": True}, "give a finite number"),
        ({"voucher.own_share": 2}, r"voucher\.own_share = 2: allowed is 0 to 1"),
        ({"../out": 1}, "there is no such lever"),
        ({"out": "elsewhere.nc"}, "there is no such lever"),
        ({"variants": ["null", "no"]}, "variants: there are voucher"),
        ({"variants": "voucher"}, "variants: there are"),
        ({"audience": "nobody"}, "audience: there are own"),
        ({"last": 2060}, "last = 2060: give a year from 2027 to 2040"),
        ({"first": None}, "first = None: give a year"),
        ({"first": 2035, "last": 2030}, "the last year shown comes before"),
    ],
)
def test_what_cannot_be_is_refused_with_one_line(given: dict[str, object], line: str) -> None:
    with pytest.raises(ValueError, match=line) as refused:
        levers.checked(load(), given)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: p.stem)
def test_the_toml_of_a_scenario_is_read_as_the_same(path: Path) -> None:
    scenario = load(path)
    again = read(toml.written(scenario))
    assert again.model_dump(exclude={"base"}) == scenario.model_dump(exclude={"base"})


def test_a_title_with_quotes_and_a_table_with_odd_keys_survive() -> None:
    scenario = load().model_copy(update={"title": 'A "title"\\ with = [odd] é things'})
    assert read(toml.written(scenario)).title == scenario.title
