"""Where intercepts lie for any values of the factors, so that a run that solves them begins near.

Around the central values, and for the people and the luck of one seed, intercepts that meet the
published figures are nearly linear in the factors. What is learnt here decides how many rounds a
run needs, and within the figures' own errors nothing else; it is learnt once, so that a run is the
same wherever and whenever it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from calibration import evaluate, members
from experiments.sweeps import factors
from experiments.sweeps.factors import ENSEMBLE
from experiments.sweeps.study import Ready
from scenarios.scenario import Scenario
from simulator import draws

Manifold = dict[str, Any]
_ENDS = (0.2, 0.8)  # shares of a factor's distribution between which it is taken as linear


def learnt(ready: Ready, seed: int, tell: Callable[[str], None] = lambda line: None) -> Manifold:
    """Intercepts at the central values under a seed, and their slopes by every factor.

    Factors of instruments have no part in the past, and so no slope.
    """
    scenario, found = ready.scenario, factors.members_of(ready.scenario)
    begin = members.intercepts(scenario, found)
    if not begin:
        return {"begin": {}, "slopes": {}, "central": {}}
    goal = members.goals(found)
    problem = members.problem_of(scenario, found, {k: goal[k] for k in begin})
    names = [s.name for s in problem.priors.solved]
    number = draws.replicate(scenario.seeds.first, seed)
    solved = evaluate.solve(problem, {}, number, begin=begin)
    step = -np.linalg.inv(np.array(problem.slopes))
    log = [s.log for s in problem.priors.solved]
    slopes, central = {}, {}
    own = [f for f in ready.study.factors
           if f.name != ENSEMBLE and not factors.of_instrument(f.name, scenario)]  # fmt: skip
    for k, factor in enumerate(own):
        tell(f"factor {k + 1} of {len(own)}: {factor.name}")
        low, middle, high = factors.value(factor, np.array([_ENDS[0], 0.5, _ENDS[1]]), scenario)
        seen = [
            _statistics(problem, {factor.name: float(x), **solved.intercepts}, number)
            for x in (low, high)
        ]
        moved = step @ (seen[1] - seen[0]) / (high - low)
        slopes[factor.name] = list(map(float, moved))
        central[factor.name] = float(middle)
    return {
        "begin": _scaled(solved.intercepts, names, log), "names": names, "log": log,
        "slopes": slopes, "central": _now(central, scenario),
    }  # fmt: skip


def _now(central: dict[str, float], scenario: Scenario) -> dict[str, float]:
    """The values that the scenario itself has of these factors."""
    given = scenario.design().parameters
    found = {}
    for name, middle in central.items():
        owner, _, key = name.partition(".")
        declared = factors.declared(name, scenario)
        usual = declared.default if declared is not None else 1.0
        found[name] = float(given.get(owner, {}).get(key, usual if declared else middle))
    return found


def _statistics(problem: evaluate.Problem, values: dict[str, float], seed: int) -> Any:
    from calibration.priors import apply

    life = evaluate.Life(apply(problem.scenario, values), seed, asked=False)
    return np.array([evaluate.value(life.lived, t) for t in problem.solving()])


def _scaled(values: dict[str, float], names: list[str], log: list[bool]) -> list[float]:
    return [float(np.log(values[n])) if on else values[n] for n, on in zip(names, log, strict=True)]


def begin(
    manifold: Manifold, values: dict[str, float], member: dict[str, float] | None = None
) -> dict[str, float]:
    """Intercepts from which to seek those of these values; a member's own where there is one."""
    if not manifold["begin"]:
        return {}
    x = np.array(manifold["begin"])
    for name, slope in manifold["slopes"].items():
        if name in values:
            x = x + np.array(slope) * (values[name] - manifold["central"][name])
    if member is not None:
        x = np.array(_scaled(member, manifold["names"], manifold["log"]))
    pairs = zip(manifold["names"], manifold["log"], x, strict=True)
    return {name: float(np.exp(v)) if log else float(v) for name, log, v in pairs}
