"""One candidate lived: intercepts solved, the years of the figures lived, every figure laid beside.

The life is a function of the candidate and its seed alone, so that it may be computed anywhere, in
any order, and once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration import trials
from calibration.observations import EVERY, Lived, Observer, observe
from calibration.priors import INSTRUMENTS, Priors, apply
from calibration.store import Kept
from calibration.targets import TARGET, Target
from scenarios.scenario import Scenario
from simulator import surveys
from simulator.model import LearningModel
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Policy
from simulator.variants import start

FROM, TO, SPIN_UP = "2010-01", "2023-12", 60
VOUCHER, OTHERS = "voucher", "others"
BEGIN = {VOUCHER: 2012, OTHERS: 2014}  # the experiments begin in January: years without covid
ROUNDS = 4  # of solving the intercepts, at most
NUDGE = 0.2  # of an intercept on its own scale, to find slopes
CLOSE = 1.0  # standard error of the figure itself: near enough
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


def prepared(scenario: Scenario, since: str = FROM) -> Scenario:
    """The scenario over the years that the figures are of."""
    return scenario.between(since, TO).spun_up(SPIN_UP)


def evaluate(problem: Problem, z: Mapping[str, float], seed: int) -> Kept:
    """Live a candidate; the intercepts that it took, and the model's value of every target."""
    values = problem.priors.values(z)
    asked = any(t.statistic in trials.TRIALS for t in problem.targets)
    found = solve(problem, values, seed, asked)
    life = found.life
    lived = replace(life.lived, trials=life.trials(values)) if asked else life.lived
    statistics = np.array([value(lived, t) for t in problem.targets])
    probe = _probe(problem.targets, statistics, life.lived.record.probe)
    return Kept({**found.intercepts, **probe}, tuple(map(float, statistics)), found.rounds)


@dataclass(frozen=True)
class Solution:
    """A life whose intercepts meet their targets, as nearly as the rounds allowed."""

    life: Life
    intercepts: dict[str, float]
    rounds: int


def solve(
    problem: Problem,
    values: Mapping[str, float],
    seed: int,
    asked: bool = False,
    begin: Mapping[str, float] | None = None,
    observer: type[Observer] = Observer,
) -> Solution:
    """Live parameter values with intercepts at which the solved targets are met.

    By Newton's steps, with slopes that are the same for every candidate, on the same people with
    the same luck, until each is met within its figure's own error. They begin with the intercepts
    `begin`, without it with those of the scenario. `asked`: the experiments will be lived too.
    """
    wanted = problem.solving()
    goal = np.array([t.value for t in wanted])
    close = CLOSE * np.array([t.se for t in wanted])
    x = _start(problem, begin)
    step = np.linalg.inv(np.array(problem.slopes)) if problem.slopes else np.eye(goal.size)
    bounds = [_bounds(s.bounds, s.log) for s in problem.priors.solved]
    rounds = 0
    while rounds < ROUNDS:
        rounds += 1
        intercepts = _named(problem, x)
        life = Life(apply(problem.scenario, {**values, **intercepts}), seed, asked, observer)
        off = goal - np.array([value(life.lived, t) for t in wanted])
        if np.all(np.abs(off) <= close):
            break
        x = np.clip(x + step @ off, *np.array(bounds).T)
    return Solution(life, intercepts, rounds)


def probe(problem: Problem, life: Life) -> dict[str, float]:
    """The AES offset at which its target is met in a life."""
    statistics = np.array([value(life.lived, t) for t in problem.targets])
    return _probe(problem.targets, statistics, life.lived.record.probe)


def _probe(
    targets: tuple[Target, ...], statistics: NDArray[np.float64], asked: float
) -> dict[str, float]:
    """The AES offset at which its target is met exactly: what is published is its only source.

    Who learned says yes, and of the others a share, `asked` in this life: so that offset follows in
    closed form.
    """
    for k, t in enumerate(targets):
        if t.statistic == "aes" and t.use == TARGET and not t.relative_to:
            base = (statistics[k] - asked) / (1.0 - asked)
            found = float(np.clip((t.value - base) / (1.0 - base), 0.0, 1.0))
            statistics[k] = base + (1.0 - base) * found
            return {AES: found}
    return {}


class Life:
    """The years of the figures lived once, with where the experiments may begin."""

    def __init__(
        self, scenario: Scenario, seed: int, asked: bool, observer: type[Observer] = Observer
    ) -> None:
        self._scenario, design = scenario, scenario.design()
        record = observer(design.spin_up, EVERY, probe=design.probe)
        model = start(design, seed, record)
        self.lived = Lived(model, record, {})
        at = {self.lived.month(year): name for name, year in BEGIN.items()} if asked else {}
        self._begun: dict[str, LearningModel] = {}
        for t in range(design.end):
            if t in at:
                self._begun[at[t]] = model.branch(scenario.in_force())
            model.step()
            begun = self._begun.get(VOUCHER)
            if begun is not None and t + 1 == begun.t + trials.FOLLOW_UP:
                self._anyway = surveys.learned_since(model.population.worker, begun.t)

    def trials(self, values: Mapping[str, float]) -> dict[str, float]:
        """What came of every experiment."""
        standing = self._scenario.in_force

        def given(kind: type[Policy], key: str) -> float:
            usual = kind.parameters.declared[key]
            return min(usual.default * values.get(f"{INSTRUMENTS}.{key}", 1.0), usual.bounds[1])

        burden, knows = given(Voucher, "hassle"), given(Voucher, "awareness")
        saving = given(Leerrekening, "saving")
        voucher, others = self._begun[VOUCHER], self._begun[OTHERS]
        return {
            **trials.voucher(voucher, standing, burden, self._anyway),
            **trials.information(others, standing, burden, knows),
            **trials.account(others, standing, burden, {"saving": saving}),
        }


def value(lived: Lived, t: Target) -> float:
    """The model's value of a target in a life."""
    return observe(lived, t.statistic, t.group, t.relative_to, t.year, t.window)


def _start(problem: Problem, begin: Mapping[str, float] | None = None) -> NDArray[np.float64]:
    """The intercepts to begin with, those of the baseline if none are given, each on its scale."""
    given, known = problem.scenario.design().parameters, begin or {}
    pairs = ((s, s.name.partition(".")) for s in problem.priors.solved)
    values = ((s.log, known.get(s.name, float(given[owner][key]))) for s, (owner, _, key) in pairs)
    return np.array([np.log(value) if log else value for log, value in values])


def _bounds(bounds: tuple[float, float], log: bool) -> tuple[float, float]:
    return (float(np.log(max(bounds[0], 1e-5))), float(np.log(bounds[1]))) if log else bounds


def _named(problem: Problem, x: NDArray[np.float64]) -> dict[str, float]:
    pairs = zip(problem.priors.solved, x, strict=True)
    return {s.name: float(np.exp(v)) if s.log else float(v) for s, v in pairs}


def with_slopes(problem: Problem, seed: int) -> Problem:
    """The problem with the slopes of its solved targets by its intercepts, at the central values.

    Central differences over the same people with the same luck.
    """
    wanted, values = problem.solving(), problem.priors.values({})
    x = _start(problem)

    def at(y: NDArray[np.float64]) -> NDArray[np.float64]:
        life = Life(apply(problem.scenario, {**values, **_named(problem, y)}), seed, asked=False)
        return np.array([value(life.lived, t) for t in wanted])

    columns = [(at(x + step) - at(x - step)) / (2.0 * NUDGE) for step in np.eye(x.size) * NUDGE]
    return replace(problem, slopes=tuple(map(tuple, np.array(columns).T)))
