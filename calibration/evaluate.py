"""One draw lived: intercepts solved, the years of the figures lived, every figure laid beside.

The life is a function of the draw and its seed alone, so that it may be computed anywhere, in any
order, and once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration import trials
from calibration.observations import EVERY, Lived, Observer, observe
from calibration.priors import Priors, apply
from calibration.targets import Target
from scenarios.scenario import Scenario
from simulator.variants import Design, start

FROM, TO, SPIN_UP = "2010-01", "2023-12", 60
VOUCHER_AT, INFORMATION_AT, ACCOUNT_AT = 2012, 2014, 2014  # January: years without covid follow
BURDEN = 100.0  # EUR, central
ROUNDS = 4  # of solving the intercepts, at most
CLOSE = 0.5  # of a target's error: near enough
AES = "surveys.aes_probe"


@dataclass(frozen=True)
class Problem:
    """What is fitted to what: scenario, priors, targets, and how large the lives are."""

    scenario: Scenario
    priors: Priors
    targets: tuple[Target, ...]
    slopes: tuple[tuple[float, ...], ...] = ()  # of the solved targets by the intercepts

    def solving(self) -> tuple[Target, ...]:
        """The targets that the solved intercepts must meet, in order; ValueError if one lacks."""
        named = {t.name: t for t in self.targets}
        for s in self.priors.solved:
            if s.target not in named:
                raise ValueError(
                    f"{s.name} is solved on {s.target!r}, which is not among the targets: add it, "
                    "or change priors.toml"
                )
        return tuple(named[s.target] for s in self.priors.solved)


@dataclass(frozen=True)
class Evaluated:
    """What a draw gave: the intercepts that it took, and the model's value of every target."""

    intercepts: dict[str, float]
    statistics: NDArray[np.float64]
    rounds: int


def prepared(scenario: Scenario) -> Scenario:
    """The scenario over the years that the figures are of."""
    return scenario.between(FROM, TO).spun_up(SPIN_UP)


def evaluate(problem: Problem, z: Mapping[str, float], seed: int) -> Evaluated:
    """Live a draw.

    The intercepts are solved by Newton's steps with slopes that are the same for every draw, on the
    same people with the same luck, until each is met within half of its target's error.
    """
    values = problem.priors.values(z)
    wanted = problem.solving()
    goal = np.array([t.value for t in wanted])
    close = CLOSE * np.array([t.se for t in wanted])
    x = np.array([_start(problem, s.name, s.log) for s in problem.priors.solved])
    step = np.linalg.inv(np.array(problem.slopes)) if problem.slopes else np.eye(goal.size)
    bounds = [_bounds(s.bounds, s.log) for s in problem.priors.solved]
    rounds, lived = 0, None
    asked = tuple(t for t in problem.targets if t.statistic in trials.TRIALS)
    while True:
        rounds += 1
        intercepts = _named(problem, x)
        scenario = apply(problem.scenario, {**values, **intercepts})
        last = rounds == ROUNDS or not goal.size
        lived = live(scenario, seed, asked if last else ())
        if last:
            break
        off = goal - np.array([_value(lived, t) for t in wanted])
        if np.all(np.abs(off) <= close):
            break
        x = np.clip(x + step @ off, *np.array(bounds).T)
    if asked and not lived.trials:
        lived = live(scenario, seed, asked)
    statistics = np.array([_value(lived, t) for t in problem.targets])
    return Evaluated(intercepts, statistics, rounds)


def _value(lived: Lived, t: Target) -> float:
    return observe(lived, t.statistic, t.group, t.relative_to, t.year, t.window)


def _start(problem: Problem, name: str, log: bool) -> float:
    owner, _, key = name.partition(".")
    value = float(problem.scenario.design().parameters[owner][key])
    return float(np.log(value)) if log else value


def _bounds(bounds: tuple[float, float], log: bool) -> tuple[float, float]:
    return (float(np.log(max(bounds[0], 1e-5))), float(np.log(bounds[1]))) if log else bounds


def _named(problem: Problem, x: NDArray[np.float64]) -> dict[str, float]:
    pairs = zip(problem.priors.solved, x, strict=True)
    return {s.name: float(np.exp(v)) if s.log else float(v) for s, v in pairs}
