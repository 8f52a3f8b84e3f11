"""The climate of a month: what the cycle, covid and the year make of behaviour."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.scenario import Scenario, read
from simulator.behaviour import action, employer_training, register
from simulator.labour_market.workforce import AGE_SERIES, EDUCATION_SERIES, Data
from simulator.model import LearningModel, steady
from simulator.wiring import resolve

Make = Callable[..., LearningModel]
VALUES = resolve({})
NEUTRAL = {
    "cycle": 0.0, "employer_activity": 1.0, "courses_open": 1.0, "time_pressure": 0.0,
    "job_threat": 1.0, "budget_climate": 1.0, "task_learning": 0.0,
}  # fmt: skip
ACTION = action.PARAMETERS.tuple()


def climate(cycle: float = 0.0, covid: float = 0.0, tasks: float = 0.22) -> dict[str, float]:
    return register.climate(cycle, covid, tasks, VALUES)


def test_without_cycle_and_covid_and_in_the_year_2020_all_is_neutral(model: Make) -> None:
    assert climate() == NEUTRAL
    assert set(NEUTRAL) == set(register.CLIMATE)
    assert steady(0) == steady(500) == (0.0, 0.0, 0.22)
    drivers = model().drivers()
    assert {name: drivers[name] for name in NEUTRAL} == NEUTRAL


@given(size=st.floats(0.01, 3), covid=st.floats(0, 1))
def test_a_boom_brings_money_and_takes_time_and_a_slump_the_reverse(
    size: float, covid: float
) -> None:
    boom, slump = climate(size, covid), climate(-size, covid)
    for more in ("cycle", "employer_activity", "time_pressure", "budget_climate"):
        assert slump[more] < climate(0.0, covid)[more] < boom[more]
    assert boom["job_threat"] < 1.0 < slump["job_threat"]
    for same in ("courses_open", "task_learning"):
        assert boom[same] == slump[same] == climate(0.0, covid)[same]


@given(covid=st.floats(0, 1), cycle=st.floats(-3, 3))
def test_covid_closes_courses_and_nothing_else(covid: float, cycle: float) -> None:
    found, without = climate(cycle, covid), climate(cycle)
    opened = 1.0 - VALUES["employer_training"]["closed"] * covid
    assert found["courses_open"] == opened
    assert found["employer_activity"] == pytest.approx(without["employer_activity"] * opened)
    untouched = set(NEUTRAL) - {"courses_open", "employer_activity"}
    assert {name: found[name] for name in untouched} == {name: without[name] for name in untouched}


def test_in_a_full_lockdown_as_many_courses_can_be_had_as_were_published() -> None:
    closed = employer_training.PARAMETERS.values()["closed"]
    assert closed == 0.39  # ROA 2020
    assert climate(covid=1.0)["courses_open"] == 1.0 - closed


def test_own_time_shrinks_in_a_boom_and_grows_in_a_slump() -> None:
    usual, boom, slump = (
        action.own_time(0.5, climate(cycle)["time_pressure"], ACTION) for cycle in (0.0, 2.0, -2.0)
    )
    assert boom < usual < slump
    assert usual == pytest.approx(ACTION.tau * exp(ACTION.slack * 0.5))
    assert boom / usual == pytest.approx(exp(-ACTION.slack * ACTION.boom * 2.0))
    assert usual / boom == pytest.approx(slump / usual)


def test_fewer_act_on_a_plan_in_a_lockdown(model: Make) -> None:
    def started(covid: float) -> int:
        made, total = model(climate=lambda t: (0.0, covid, 0.22), persons=4_000), 0
        for _ in range(12):
            made.step()
            total += made.tallies["started"] + made.tallies["job_courses"]
        return total

    assert 0 < started(1.0) < started(0.0)


TEXT = """
standing = []
[time]
introduction = "2022-01"
years_before = 11
years_after = 3
spin_up_months = 12
[world]
"""
SPIN_UP = 12  # the run is from 2011 on
MARCH_2020, JUNE_2022 = SPIN_UP + 9 * 12 + 2, SPIN_UP + 11 * 12 + 5


def world(switches: str = "") -> Scenario:
    return read(TEXT + switches)


def data(scenario: Scenario) -> Data:
    made = scenario.design().workforce()
    assert made is not None
    return made.data


def test_all_drivers_act_unless_they_are_switched_off() -> None:
    at, people = world().design().climate, data(world())
    cycle, covid, tasks = zip(*(at(t) for t in range(SPIN_UP, 168)), strict=True)
    assert min(cycle) < 0.0 < max(cycle)
    assert at(MARCH_2020 - 3)[1] == 0.0 < max(covid)
    assert len(set(tasks)) > 1
    for name in (*AGE_SERIES, *EDUCATION_SERIES, "unemployed", "flexible"):
        assert people.ratio(name, SPIN_UP) != people.ratio(name, 150), name


def test_without_the_cycle_unemployment_stays_as_in_the_base_year_and_covid_comes() -> None:
    at, people = world("cycle = false").design().climate, data(world("cycle = false"))
    with_all = world().design().climate
    assert len({at(t)[0] for t in range(168)}) == 1
    may, june = (with_all(JUNE_2022 - k)[0] for k in (1, 0))
    assert abs(at(0)[0] - june) <= abs(june - may)  # the middle of 2022 is half a month later
    for t in range(0, 168, 6):
        assert at(t)[1:] == with_all(t)[1:]
        assert people.ratio("unemployed", t) == 1.0
    assert people.ratio("flexible", SPIN_UP) != people.ratio("flexible", 150)


def test_without_covid_no_month_has_any_and_the_cycle_goes_on() -> None:
    at, with_all = world("covid = false").design().climate, world().design().climate
    for t in range(168):
        cycle, _, tasks = with_all(t)
        assert at(t) == (cycle, 0.0, tasks)
    assert max(with_all(t)[1] for t in range(168)) > 0.0


def test_without_composition_ages_levels_and_contracts_stay_as_in_the_base_year() -> None:
    at, people = world("composition = false").design().climate, data(world("composition = false"))
    with_all = world().design().climate
    for t in range(0, 168, 6):
        assert at(t)[:2] == with_all(t)[:2]
        assert at(t)[2] == 0.22  # as in 2022
        for name in (*AGE_SERIES, *EDUCATION_SERIES, "permanent", "flexible", "zzp"):
            assert people.ratio(name, t) == 1.0, name
    assert people.ratio("unemployed", SPIN_UP) != people.ratio("unemployed", 150)


def test_without_working_lives_there_is_no_workforce_and_the_climate_stays() -> None:
    still, living = world("lives = false").design(), world().design()
    assert still.workforce() is None
    assert all(still.climate(t) == living.climate(t) for t in range(168))


def test_the_spin_up_lives_in_the_month_in_which_it_ends() -> None:
    at = world().design().climate
    assert {at(t) for t in range(SPIN_UP)} == {at(SPIN_UP)}
    assert at(SPIN_UP + 24) != at(SPIN_UP)


def test_people_live_in_the_climate_of_their_month(model: Make) -> None:
    at = world().design().climate
    made = model(climate=at)
    for _ in range(2):
        found = made.drivers()
        assert {name: found[name] for name in NEUTRAL} == climate(*at(made.t))
        assert found["cycle"] != 0.0
        made.step()
