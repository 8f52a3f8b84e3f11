"""Generosity scaled: from the start or from a month on, with dated changes, budgets and pots."""

from __future__ import annotations

import pytest

from experiments.levers import levers, scaled, scaled_from
from experiments.twins import FREE, HALVED, twins
from scenarios.scenario import read
from simulator.policies.leercultuur import Kennis
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher

TEXT = """
[time]
introduction = "2027-01"
years_after = 4

[instruments.account]
use = "leerrekening"
deposit = 400
hassle = 90
activation = 40
changes = [{ from = "2028-01", deposit = 600, hassle = 120 }, { from = "2030-01", hassle = 10 }]

[instruments.voucher]
use = "voucher"
budget = 100e6
pots = { "education:practical" = 40e6 }

[instruments.knowledge]
use = "kennis"

[variants]
account = ["account", "knowledge"]
voucher = ["voucher"]
"""


def test_all_dated_values_of_the_lever_are_scaled() -> None:
    given = {"deposit": 400, "changes": [{"from": "2028-01", "deposit": 600, "copay": 5}]}
    found = scaled(given, Leerrekening(deposit=400), 1.5)
    assert found["deposit"] == 600
    assert found["changes"] == [{"from": "2028-01", "deposit": 900, "copay": 5}]
    assert given["deposit"] == 400


def test_money_within_a_budget_goes_with_it_and_no_bound_is_passed() -> None:
    pots = {"education:practical": 40e6}
    found = scaled({"pots": pots}, Voucher(budget=100e6, pots=pots), 0.5)
    assert (found["budget"], found["pots"]) == (50e6, {"education:practical": 20e6})
    assert scaled({}, Voucher(), 1e9)["budget"] == 1e11
    assert scaled({}, Kennis(), 2.0) == {}  # nothing to scale


def test_from_a_month_on_earlier_values_stay_and_later_ones_are_scaled() -> None:
    policy = Leerrekening(
        deposit=400, changes=[{"from": "2028-01", "deposit": 600}, {"from": "2031-01", "copay": 1}]
    )
    given = {"changes": [{"from": "2028-01", "deposit": 600}, {"from": "2031-01", "copay": 1}]}
    found = scaled_from(given, policy, 0.5, "2029-01")
    assert found["changes"] == [
        {"from": "2028-01", "deposit": 600},
        {"from": "2029-01", "deposit": 300},
        {"from": "2031-01", "copay": 1},
    ]
    before = scaled_from(given, policy, 0.5, "2027-06")["changes"]
    assert before[:2] == [
        {"from": "2027-06", "deposit": 200},
        {"from": "2028-01", "deposit": 300},
    ]


def test_twins_differ_in_one_thing_only() -> None:
    scenario = read(TEXT)
    found, shock = twins(scenario)
    assert shock == 24
    by = {p.name: p for p in found.policies(f"account{HALVED}")}
    assert by["leerrekening"].values["deposit"] == 400
    by["leerrekening"].turn_to("2029-01")
    assert by["leerrekening"].values["deposit"] == 300
    free = {p.name: p for p in found.policies(f"account{FREE}")}["leerrekening"]
    for month in ("2027-01", "2028-01", "2030-01"):
        free.turn_to(month)
        assert (free.values["hassle"], free.values["activation"]) == (0.0, 0.0)
    assert free.values["deposit"] == 600
    assert found.policies("account")[0].values["hassle"] == 90


def test_pots_shrink_with_a_budget_that_is_changed_later() -> None:
    policy = Voucher(budget=100e6, pots={"education:practical": 40e6},
                     changes=[{"from": "2028-01", "budget": 50e6}])  # fmt: skip
    assert policy.growth == 1.0
    policy.turn_to("2028-01")
    assert policy.growth == 0.5


def test_a_variant_without_any_lever_is_refused() -> None:
    scenario = read(TEXT.replace('voucher = ["voucher"]', 'voucher = ["knowledge"]'))
    with pytest.raises(ValueError, match="voucher: none of its instruments"):
        levers(scenario, "voucher")
