"""What a law does to who takes another position, finishes school or comes to another employer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import codes
from simulator.behaviour import constructs, plans

P = constructs.PARAMETERS.tuple()
CONTRACTS = st.sampled_from(sorted(codes.CONTRACT))
LEVELS = st.sampled_from(sorted(codes.EDUCATION))
SMALL = st.floats(-1, 1)  # so that nothing is clipped at 3


@given(before=CONTRACTS, after=CONTRACTS, urgency=SMALL, own=SMALL)
def test_losing_work_raises_urgency_and_nothing_else_does(
    before: int, after: int, urgency: float, own: float
) -> None:
    found, _ = constructs.new_position(urgency, own, after, before, P)
    lost = after == codes.UNEMPLOYED and before < codes.UNEMPLOYED
    assert found == urgency + (P.job_loss if lost else 0.0)


@given(path=st.lists(CONTRACTS, min_size=1, max_size=6), start=CONTRACTS, own=SMALL)
def test_false_safety_is_had_with_a_permanent_contract_and_by_no_other_way(
    path: list[int], start: int, own: float
) -> None:
    level, held = own - P.false_safety * (start == codes.PERMANENT), start
    for contract in path:
        _, level = constructs.new_position(0.0, level, contract, held, P)
        held = contract
        assert level == pytest.approx(own - P.false_safety * (held == codes.PERMANENT))


@given(path=st.lists(LEVELS, min_size=1, max_size=6), attitude=SMALL, efficacy=SMALL)
def test_own_levels_go_with_the_level_of_education_whatever_the_way_to_it(
    path: list[int], attitude: float, efficacy: float
) -> None:
    def of(level: int) -> tuple[float, float]:
        one = constructs.by_level(level, P.attitude_low, P.attitude_high)
        other = constructs.by_level(level, P.efficacy_low, P.efficacy_high)
        return attitude + one, efficacy + other

    held, found = path[0], of(path[0])
    for level in path[1:]:
        found = constructs.schooled(*found, level, held, P)
        held = level
        assert found == pytest.approx(of(held))


def test_levels_stay_within_three_standard_deviations() -> None:
    assert constructs.schooled(3.0, 3.0, codes.MASTER, codes.LOW, P) == (3.0, 3.0)
    assert constructs.new_position(2.9, -3.0, codes.UNEMPLOYED, codes.TEMP_LONG, P) == (3.0, -3.0)


@pytest.mark.parametrize("stage", sorted(codes.STAGES))
def test_another_employer_has_promised_nothing_but_a_course_that_runs_is_paid(stage: int) -> None:
    assert plans.no_promise(0, stage) == 0
    assert plans.no_promise(1, stage) == (1 if stage == codes.ACTION else 0)
