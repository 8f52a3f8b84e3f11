"""Members of the ensemble on other people: solved again there, and what a scenario says stays."""

from __future__ import annotations

import numpy as np
import pytest

from calibration import members, targets
from calibration.evaluate import CLOSE, ROUNDS, solve, value
from calibration.patterns import PATTERNS, Watcher
from scenarios.scenario import load

PERSONS = 2_000


@pytest.fixture(scope="module")
def solution():  # type: ignore[no-untyped-def]
    """A member lived by people of its own."""
    found, scenario = members.known(), load().changed(persons=PERSONS)
    one = members.member_of(scenario, found, 0)
    problem = members.problem_of(scenario, found, members.goals(found))
    return problem, solve(problem, one.values, 5, begin=one.intercepts, observer=Watcher)


def test_the_figures_are_met_on_other_people(solution) -> None:  # type: ignore[no-untyped-def]
    problem, solved = solution
    for target in problem.solving():
        off = value(solved.life.lived, target) - target.value
        assert abs(off) <= CLOSE * target.se or solved.rounds == ROUNDS


def test_every_pattern_is_a_ratio(solution) -> None:  # type: ignore[no-untyped-def]
    _, solved = solution
    for pattern in PATTERNS:
        ratio = pattern.value(solved.life.lived)
        assert np.isfinite(ratio), pattern.name
        assert ratio > 0, pattern.name


def test_stages_are_left_as_often_as_they_are_entered(solution) -> None:  # type: ignore[no-untyped-def]
    record = solution[1].life.lived.record
    share = record.left / np.maximum(record.left + record.stayed, 1)
    assert np.all(share[1:] > 0)
    assert np.all(share[1:] < 0.6)
    assert share[0] == 0


def test_what_a_scenario_gives_is_not_replaced() -> None:
    given = {"action": {"pi": 640.0}, "stages": {"a12": -3.3}}
    base = load().changed(persons=1_000)
    scenario = base.model_copy(update={"parameters": {**base.parameters, **given}})
    lived, values = members.applied(scenario, members.known(), 0, 7)
    assert lived.parameters["action"]["pi"] == 640.0
    assert lived.parameters["stages"]["a12"] == -3.3
    assert not {"action.pi", "stages.a12"} & values.keys()
    assert values["employer_training.m0"] == lived.parameters["employer_training"]["m0"]
    assert lived.variants == scenario.variants


def test_a_target_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="solved on 'NEA 1812', which is not among the targets"):
        members.problem_of(load(), members.known(), {"stages.a12": "NEA 1812"})
    assert set(members.goals(members.known()).values()) <= {t.name for t in targets.read()}
