"""How long people must live before a run begins: found out, left as given, or refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import spin_up
from experiments.spin_up import FOLLOWING, NEAR, YEARS, settled, settles
from scenarios.scenario import Scenario

OF_YEAR = Callable[[int], float]


def found(*series: list[float], near: float = 0.5) -> int | None:
    return settles(np.array(series, float), np.full(len(series), near))


@pytest.mark.parametrize("years", range(5))
def test_after_a_step_people_have_settled(years: int) -> None:
    assert found([10.0] * years + [0.0] * (14 - years)) == years


def test_the_slowest_series_counts() -> None:
    slow, fast, still = [9.0] * 4 + [0.0] * 10, [9.0] * 2 + [0.0] * 12, [4.0] * 14
    assert found(fast, slow, still) == 4
    assert found(fast, still) == 2
    assert found(still, still) == 0


def test_a_trend_settles_only_where_it_is_slower_than_what_is_near() -> None:
    # From a year to the mean of the three after it a trend goes twice its yearly step.
    assert found([0.26 * k for k in range(14)]) is None
    assert found([0.24 * k for k in range(14)]) == 0


def test_one_quiet_year_is_not_enough() -> None:
    assert found([9.0, 3.0, 3.0, 3.0, 3.0, 9.0, *[0.0] * 8]) == 6
    assert found([0.0, 9.0] * 7) is None


@given(noise=st.lists(st.floats(-0.24, 0.24), min_size=14, max_size=14), years=st.integers(0, 4))
def test_noise_smaller_than_half_of_what_is_near_moves_nothing(
    noise: list[float], years: int
) -> None:
    step = np.where(np.arange(14) < years, 10.0, 0.0)
    assert found(list(step + np.array(noise))) == years


@given(values=st.lists(st.floats(-1, 1), min_size=6, max_size=14))
def test_the_year_found_is_the_first_by_plain_python(values: list[float]) -> None:
    def quiet(k: int) -> bool:
        return abs(values[k] - np.mean(values[k + 1 : k + 1 + FOLLOWING])) < 0.5

    last = len(values) - FOLLOWING - 1
    wanted = next((k for k in range(last) if quiet(k) and quiet(k + 1)), None)
    assert found(values) == wanted


class Pilot:
    """People whose urgency is a function of the year and who are alike in all else."""

    def __init__(self, urgency: OF_YEAR) -> None:
        self.t, self.urgency = 0, urgency
        self.population = self
        self.worker = {
            "stage": np.array([0, 1, 2, 3, 4, 5], np.int8),  # in the first row there is nobody
            "urgency": np.zeros(6),
            "norm": np.array([1e9, 0, 0, 0, 0, 0]),
            "last_self": np.full(6, 30_000),
            "last_job": np.full(6, -10_000),
        }

    def step(self) -> None:
        self.worker["urgency"][1:] = self.urgency(self.t // 12)
        self.t += 1


@pytest.fixture
def pilot(monkeypatch: pytest.MonkeyPatch) -> Callable[[OF_YEAR], list[object]]:
    """Let every pilot be lived by such people; the designs of the pilots that were begun."""

    def of(urgency: OF_YEAR) -> list[object]:
        begun: list[object] = []

        def start(design: object, seed: int) -> Pilot:
            begun.append(design)
            return Pilot(urgency)

        monkeypatch.setattr(spin_up, "start", start)
        monkeypatch.setattr(spin_up, "_FOUND", {})
        return begun

    return of


SCENARIO = Scenario()


def test_a_spin_up_that_is_given_is_left_alone(pilot: Callable[[OF_YEAR], list[object]]) -> None:
    begun = pilot(float)
    given = SCENARIO.spun_up(24)
    assert settled(given) is given
    assert not begun


def test_a_pilot_of_its_own_size_finds_whole_years_and_is_asked_once(
    pilot: Callable[[OF_YEAR], list[object]],
) -> None:
    begun = pilot(lambda year: 1.0 if year < 4 else 0.0)
    one, other = settled(SCENARIO), settled(SCENARIO.changed(persons=2_000, seeds=2, months=12))
    assert (one.time.spin_up_months, other.time.spin_up_months) == (48, 48)
    assert (one.persons, other.persons) == (SCENARIO.persons, 2_000)
    assert [(d.persons, d.spin_up) for d in begun] == [(spin_up.PERSONS, 12 * YEARS)]
    elsewhere = SCENARIO.model_copy(update={"months_before": 36})  # another first month
    assert settled(elsewhere).time.spin_up_months == 48
    assert len(begun) == 2


def test_two_years_are_lived_at_least(pilot: Callable[[OF_YEAR], list[object]]) -> None:
    pilot(lambda year: 0.0)
    assert settled(SCENARIO).time.spin_up_months == 24


def test_people_who_keep_drifting_are_refused_with_the_remedy(
    pilot: Callable[[OF_YEAR], list[object]],
) -> None:
    pilot(lambda year: 0.6 * NEAR["z"] * year)
    with pytest.raises(
        ValueError, match=r"^spin-up: the people of \d{4}-\d\d have not settled"
    ) as e:
        settled(SCENARIO)
    assert "give time.spin_up_months" in str(e.value)
