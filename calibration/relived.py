"""What validation has lived anew: 2022 predicted from the years before, and patterns.

Every parameter set of the ensemble meets a figure of 2022. To predict that year, parameter sets are
taken that figures up to 2021 admit, and their intercepts are solved on figures of 2021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from calibration import evaluate, members, priors
from calibration.ensemble import Ensemble
from calibration.patterns import PATTERNS, Watcher
from calibration.targets import Target
from calibration.trials import TRIALS
from calibration.validation import BREAK, LeftOut, nearest, scored
from scenarios.scenario import Scenario

BEFORE = {
    "employer_training.m0": "NEA 2021, employees",
    "stages.a12": "need 2021, employees",
}  # intercepts and the figures before the break on which they are solved
TITLE = f"{BREAK} from the years before, lived again"


def late(found: Ensemble, known: Mapping[str, Target]) -> list[Target]:
    """The figures from the break on, experiments apart."""
    names = [str(name) for name in found.data["target"].values]
    return [
        known[name] for name in names
        if known[name].year >= BREAK and known[name].statistic not in TRIALS
    ]  # fmt: skip


def rows(found: Ensemble, known: Mapping[str, Target], many: int) -> list[int]:
    """So many of the lives from the prior that the figures before the break admit, at most."""
    names = [str(name) for name in found.data["target"].values]
    before = np.array([known[name].year < BREAK for name in names])
    near = nearest(found, found.data["fitted"].values & before)
    spread = np.unique(np.linspace(0, near.size - 1, min(many, near.size)).round().astype(int))
    return [int(k) for k in near[spread]]


def forward(
    scenario: Scenario, found: Ensemble, wanted: Sequence[Target], row: int, seed: int
) -> tuple[float, ...]:
    """What the parameters of a life give for figures from the break on, solved before it."""
    names = [str(name) for name in found.data["coordinate"].values]
    z = dict(zip(names, map(float, found.data["lived_z"].values[row]), strict=True))
    problem = members.problem_of(scenario, found, BEFORE, wanted)
    life = evaluate.solve(problem, priors.read().values(z), seed).life
    return tuple(evaluate.value(life.lived, t) for t in wanted)


def patterns(scenario: Scenario, found: Ensemble, member: int, seed: int) -> tuple[float, ...]:
    """The ratio of every pattern in a life of a member."""
    one = members.member_of(scenario, found, member)
    problem = members.problem_of(scenario, found, members.goals(found))
    solved = evaluate.solve(problem, one.values, seed, begin=one.intercepts, observer=Watcher)
    return tuple(p.value(solved.life.lived) for p in PATTERNS)


def predicted(
    found: Ensemble, known: Mapping[str, Target], wanted: Sequence[Target],
    lived: Sequence[Sequence[float]],
) -> LeftOut:  # fmt: skip
    """The figures from the break on beside what such lives give.

    The break in the NEA is in the error of its figures: the lives meet the figure before it.
    """
    names = [str(name) for name in found.data["target"].values]
    columns = [names.index(t.name) for t in wanted]
    values = np.full((len(lived), len(names)), np.nan)
    values[:, columns] = np.array(lived)
    widened = found.data["own_error"].values.copy()
    across = known[BEFORE["employer_training.m0"]].discrepancy
    for t in wanted:
        if t.statistic == "nea" and not t.relative_to:
            k = names.index(t.name)
            widened[k] = np.hypot(widened[k], across)
    weight: NDArray[np.float64] = np.full(len(lived), 1.0 / len(lived))
    figures = scored(found, columns, values, weight, dict.fromkeys(columns, "predicted"), widened)
    return LeftOut(TITLE, figures, len(lived))
