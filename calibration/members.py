"""A member of the ensemble lived by other people, with other luck.

A member's intercepts were solved on a few people and the luck of its candidate. Large employers are
few among those, and what they are like moves participation by two points; so the intercepts are
solved again wherever a member is lived, on the years of their figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from calibration import ensemble, evaluate, priors, targets
from calibration.ensemble import Ensemble
from calibration.evaluate import Problem
from calibration.targets import Target
from scenarios.scenario import Scenario, load


@lru_cache(maxsize=2)
def known(path: str = "") -> Ensemble:
    """The ensemble of a file, ours without one."""
    return ensemble.read(Path(path) if path else None)


@dataclass(frozen=True)
class Member:
    """Parameter values of a member, what the scenario itself says left out; by full name."""

    values: Mapping[str, float]
    intercepts: Mapping[str, float]


def member_of(scenario: Scenario, found: Ensemble, member: int) -> Member:
    """What a member says of a scenario: parameters that the scenario gives stay as they are."""
    own = _given(scenario)
    values = {k: v for k, v in found.values(member).items() if k not in own}
    solved = {str(name) for name in found.data["intercept"].values}
    return Member({k: v for k, v in values.items() if k not in solved},
                  {k: v for k, v in values.items() if k in solved})  # fmt: skip


def applied(
    scenario: Scenario, found: Ensemble, member: int, seed: int
) -> tuple[Scenario, dict[str, float]]:
    """The scenario with a member's parameter values, and these, by full name.

    Its intercepts are solved for the people and the luck of a seed, in the world as it was: what
    the scenario changes in that world, as switching the cycle off, is not solved away.
    """
    one = member_of(scenario, found, member)
    values = meeting(scenario, found, one.values, one.intercepts, seed)
    return priors.apply(scenario, values), values


def meeting(
    scenario: Scenario,
    found: Ensemble,
    values: Mapping[str, float],
    begin: Mapping[str, float],
    seed: int,
) -> dict[str, float]:
    """Parameter values with the intercepts at which published figures are met for the people and
    the luck of a seed, sought from `begin` on; without any there the scenario gives them itself.
    """
    if not begin:
        return dict(values)
    goal = goals(found)
    probed = [t for t in targets.read() if t.statistic == "aes" and t.use == targets.TARGET]
    problem = problem_of(scenario, found, {k: goal[k] for k in begin}, probed)
    solved = evaluate.solve(problem, values, seed, begin=begin)
    probe = {} if evaluate.AES in _given(scenario) else evaluate.probe(problem, solved.life)
    return {**values, **solved.intercepts, **probe}


def intercepts(scenario: Scenario, found: Ensemble) -> dict[str, float]:
    """The intercepts of the baseline, from which those of a set of parameters are sought; without
    what the scenario itself gives.
    """
    own, given = _given(scenario), scenario.design().parameters
    names = (str(name) for name in found.data["intercept"].values)
    pairs = ((name, name.partition(".")) for name in names if name not in own)
    return {name: float(given[owner][key]) for name, (owner, _, key) in pairs}


def goals(found: Ensemble) -> dict[str, str]:
    """The target on which every intercept of an ensemble is solved."""
    names = found.data["intercept"].values, found.data["goal"].values
    return dict(zip(*(map(str, n) for n in names), strict=True))


def _given(scenario: Scenario) -> set[str]:
    return {f"{owner}.{key}" for owner, given in scenario.parameters.items() for key in given}


def problem_of(
    scenario: Scenario, found: Ensemble, solved: Mapping[str, str], others: Sequence[Target] = ()
) -> Problem:
    """The problem of solving intercepts on the targets named, and of observing others, in the world
    of the baseline, with the people and the parameters of the scenario.

    `solved` has a target by intercept. Raises ValueError when there is no such target.
    """
    prior = priors.read()
    named = {t.name: t for t in targets.read()}
    lacking = [name for name in solved.values() if name not in named]
    if lacking:
        raise ValueError(f"intercepts are solved on {lacking[0]!r}, which is not among the targets")
    kept = tuple(replace(s, target=solved[s.name]) for s in prior.solved if s.name in solved)
    goals = [named[s.target] for s in kept]
    wanted = (*goals, *(t for t in others if t not in goals))
    slope = found.data["slope"].sel(intercept=[s.name for s in kept]).values
    rows = [list(found.data["intercept"].values).index(s.name) for s in kept]  # goals go alongside
    world = load().changed(persons=scenario.persons)
    world = world.model_copy(update={
        "margins": scenario.margins, "levels": scenario.levels,
        "parameters": {**world.parameters, **scenario.parameters},
    })  # fmt: skip
    last = max(t.year for t in wanted)
    lived = world.between(evaluate.FROM, f"{last}-12").spun_up(evaluate.SPIN_UP)
    return Problem(lived, replace(prior, solved=kept), wanted,
                   tuple(map(tuple, np.asarray(slope[rows], float))))  # fmt: skip
