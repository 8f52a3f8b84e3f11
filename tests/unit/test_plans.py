"""A plan is drawn once; a right to programmes adds them only where they fit."""

from __future__ import annotations

import math

import pytest

from simulator.behaviour.plans import PARAMETERS, draw_plan
from simulator.behaviour.studies import PARAMETERS as STUDIES
from simulator.behaviour.studies import studies

P = PARAMETERS.tuple()
MEDIAN = 0.5  # a draw


def plan(
    kind: float, share: float, hurdle_time: float, own_time: float = 1.0
) -> tuple[float, int, int]:
    """The plan at median price and hours, of a worker with tau = 100 hours."""
    price, hours, recognised = draw_plan(
        kind, P.recognised, share, own_time, 100.0, hurdle_time, MEDIAN, MEDIAN, P.price,
        P.price_spread, P.hours, P.hours_spread, P.long_price, P.long_price_spread, P.long_hours,
        P.long_hours_spread, P.part, P.part_size,
    )  # fmt: skip
    return float(price), int(hours), int(recognised)


SHORT = (P.price, int(P.hours) + 1, 0)
WHOLE = (P.long_price, int(P.long_hours) + 1, 1)
PART = (P.long_price * P.part_size, int(P.long_hours * P.part_size) + 1, 1)


def test_without_a_right_the_usual_share_is_for_programmes_and_half_for_parts() -> None:
    usual = P.recognised
    assert plan(0.49 * usual, usual, 0.99) == pytest.approx(PART)
    assert plan(0.51 * usual, usual, 0.99) == pytest.approx(WHOLE)
    assert plan(1.01 * usual, usual, 0.0) == pytest.approx(SHORT)


@pytest.mark.parametrize(("kind", "chosen"), [(0.1, PART), (0.3, WHOLE)])
def test_a_right_brings_a_programme_if_there_is_time_for_it(
    kind: float, chosen: tuple[float, int, int]
) -> None:
    room = math.exp(-chosen[1] / 100.0)
    assert plan(kind, 0.4, 0.99 * room) == pytest.approx(chosen)
    assert plan(kind, 0.4, 1.01 * room) == pytest.approx(SHORT)
    half = math.exp(-0.5 * chosen[1] / 100.0)  # with half of the hours in paid time
    assert plan(kind, 0.4, 0.99 * half, own_time=0.5) == pytest.approx(chosen)


def test_a_right_leaves_the_plans_that_were_for_programmes_anyway() -> None:
    for kind in (0.1, 0.4, 0.6, 0.9):
        same = kind * P.recognised
        assert plan(same, 0.4, 0.999) == plan(same, P.recognised, 0.999)


def test_students_by_age() -> None:
    p = STUDIES.tuple()
    found = [studies(age * 12, 0.5, p) for age in (16, 20, 27, 30, 50)]
    assert found == [1, 1, 0, 0, 0]
    assert studies(27 * 12, 0.05, p) == 1
    assert studies(30 * 12, 0.0, p) == 0
