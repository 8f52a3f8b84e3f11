"""Variants of equal cost or equal reach: one factor on the generosity of each is solved."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from experiments import runner
from experiments.levers import levers
from experiments.levers import scaled as one
from experiments.table import NULL, yearly_cost
from scenarios.scenario import Scenario
from simulator.model import LearningModel
from simulator.variants import future, start

LIVES = 4  # on which a factor is solved at most; common random numbers make their mean smooth
FACTORS = (1 / 64, 64.0)  # of the generosity given in the scenario
CLOSE = 0.02  # share of the goal within which a variant counts as equal
BUDGET, REACH = "same-budget", "same-reach"


@dataclass(frozen=True)
class Goal:
    """What all variants must have in common in a calendar year: EUR of cost, or a share reached."""

    kind: str
    value: float
    year: int


@dataclass(frozen=True)
class Solved:
    """A variant's solution: the values of its levers, and what they gave on the solving lives.

    Where the goal is out of reach, or passed in a jump, it is the nearest there is, not `met`.
    """

    variant: str
    levers: dict[str, float]
    factor: float
    reached: float
    met: bool


def goal(scenario: Scenario, budget: float | None, reach: float | None, year: int | None) -> Goal:
    """The goal that the command line states; ValueError when it cannot be one."""
    if (budget is None) == (reach is None):
        raise ValueError("--same-budget or --same-reach: give one of the two")
    first = int(scenario.time.introduction[:4])
    last = first + scenario.design().after // 12 - 1
    chosen = min(first + 4, last) if year is None else year
    if last < first or not first <= chosen <= last:
        raise ValueError(
            f"--same-year = {chosen}: whole years after introduction are {first} to {last}"
        )
    if budget is not None:
        if not 0 < budget < 1e12:
            raise ValueError(f"--same-budget = {budget:g}: give EUR a year, above 0")
        return Goal(BUDGET, budget, chosen)
    value = float(reach or 0.0)
    if not 0 < value < 1:
        raise ValueError(f"--same-reach = {value:g}: give a share of persons, 0 to 1")
    return Goal(REACH, value, chosen)


class Lives:
    """Lives of the comparison up to the introduction, from which every trial branches."""

    def __init__(self, scenario: Scenario, wanted: Goal) -> None:
        self.goal, self.design = wanted, scenario.design()
        first = int(scenario.time.introduction[:4])
        self.until = self.design.introduction + 12 * (wanted.year - first + 1)
        many = runner.lives_of(scenario)
        each = np.unique(np.linspace(0, many - 1, min(LIVES, many)).round().astype(int))
        self.begun = [self._begun(scenario, int(k)) for k in each]
        self.null = [self._lived(model, NULL, lived) for lived, model in self.begun]

    def _begun(self, scenario: Scenario, index: int) -> tuple[Scenario, LearningModel]:
        lived, seed, _ = runner.settings(scenario, index)
        return lived, start(lived.design(), seed).run(self.design.introduction)

    def _lived(self, model: LearningModel, variant: str, scenario: Scenario):  # type: ignore[no-untyped-def]
        return future(model, scenario.policies(variant), self.design, self.until)

    def reached(self, variant: str, factor: float) -> float:
        """What the variant gives of the goal's measure at a factor on its generosity: the mean."""
        found = []
        for (lived, model), null in zip(self.begun, self.null, strict=True):
            data = self._lived(model, variant, scaled(lived, variant, factor))
            if self.goal.kind == BUDGET:
                found.append(float(yearly_cost(data, null).sel(year=self.goal.year)))
            else:
                found.append(float(data["reach"].sel(group="all", year=self.goal.year)))
        return float(np.mean(found))


def scaled(scenario: Scenario, variant: str, factor: float) -> Scenario:
    """The scenario with the generosity of one variant's instruments times a factor.

    The variant gets instruments of its own, so that others that share them stay as they are.
    """
    table = scenario.model_dump()
    for name in levers(scenario, variant):
        own = f"{name} ({variant})"
        table["instruments"][own] = one(table["instruments"][name], scenario.policy(name), factor)
        members = table["variants"][variant]
        table["variants"][variant] = [own if m == name else m for m in members]
    return Scenario.model_validate(table)


def solve(
    scenario: Scenario, wanted: Goal, progress: Callable[[int], None] = lambda done: None
) -> tuple[Scenario, list[Solved]]:
    """The scenario at which every variant meets the goal, and the solutions.

    A variant that cannot meet it is scaled as near to it as it comes.
    """
    lives, found, done = Lives(scenario, wanted), [], 0
    changed = scenario
    for variant in scenario.names():
        if variant == NULL or not scenario.variants[variant]:
            continue

        def miss(x: float, variant: str = variant) -> float:
            return lives.reached(variant, math.exp(x)) - wanted.value

        x = root(miss)
        factor = math.exp(x)
        reached = lives.reached(variant, factor)
        met = abs(reached - wanted.value) <= CLOSE * wanted.value
        changed = scaled(changed, variant, factor)
        values = {f"{n}.{lever}": v * factor for n, (lever, v) in levers(scenario, variant).items()}
        found.append(Solved(variant, values, factor, reached, met))
        done += 1
        progress(done)
    return changed, found


def root(miss: Callable[[float], float], begin: float = 0.0) -> float:
    """Where `miss`, which rises, is 0: sought by doubling from `begin`, then by Brent's method; the
    end of the range, or of the rise, when it is nowhere 0.
    """
    low, high = (math.log(f) for f in FACTORS)
    here = min(max(begin, low), high)
    middle = miss(here)
    if middle == 0.0:
        return here
    step = math.log(2.0) * (1 if middle < 0 else -1)
    best, before = (abs(middle), here), middle
    while low < here + step / 2 < high:
        ahead = min(max(here + step, low), high)
        there = miss(ahead)
        if there * middle <= 0:
            a, b = sorted((here, ahead))
            return float(brentq(miss, a, b, xtol=0.002, maxiter=40))
        if step > 0 and there == before:
            break  # more generosity than anybody uses
        here, before = ahead, there
        best = min(best, (abs(there), here))
    return best[1]
