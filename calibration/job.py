"""A whole calibration: how noisy a life is, then the posterior, then the ensemble that is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration import engines, ensemble, evaluate, fit, priors, targets
from calibration.evaluate import Problem
from calibration.observations import COUNTED
from calibration.store import Kept, Store
from calibration.trials import TRIALS
from scenarios.scenario import Scenario
from simulator import draws

SLOPES = 99  # the number of the life on which slopes are measured


@dataclass(frozen=True)
class Size:
    """How much work a calibration is: lives of so many persons, from a month on, with the
    experiments or without; figures of other years are left out. `pilot` lives of the central values
    tell the Monte Carlo error of every statistic.
    """

    persons: int
    particles: int
    generations: int
    minutes: float
    pilot: int
    since: str = evaluate.FROM
    experiments: bool = True

    def has(self, target: targets.Target) -> bool:
        """Whether these lives can say anything of the figure."""
        if target.statistic in TRIALS:
            return self.experiments
        first = int(self.since[:4])
        two_years = target.statistic in COUNTED  # have to be lived whole
        return first + two_years <= target.year <= int(evaluate.TO[:4])


FULL = Size(persons=200_000, particles=200, generations=5, minutes=85.0, pilot=12)
QUICK = Size(persons=2_000, particles=8, generations=2, minutes=3.0, pilot=6, since="2018-01",
             experiments=False)  # fmt: skip


@dataclass(frozen=True)
class Evaluate:
    """The task that processes are given."""

    problem: Problem

    def __call__(self, z: fit.Z, seed: int) -> Kept:
        try:
            return evaluate.evaluate(self.problem, z, seed)
        except (ArithmeticError, ValueError, FloatingPointError) as error:
            many = len(self.problem.targets)
            return Kept({}, (float("nan"),) * many, 0, f"{type(error).__name__}: {error}")


def identity(problem: Problem, size: Size, seed: int) -> dict[str, str]:
    """What makes two fits the same one."""
    folder = Path(__file__).parents[1]
    sources = [*(folder / "simulator").rglob("*.py"), *(folder / "calibration").glob("*.py")]
    code = b"".join(path.read_bytes() for path in sorted(sources))
    parts = {
        "model": code,
        "scenario": problem.scenario.model_dump_json().encode(),
        "priors": repr((problem.priors.priors, problem.priors.structures)).encode(),
        "correlations": problem.priors.correlation.tobytes(),
        "targets": repr(problem.targets).encode(),
        "size": repr((size.persons, size.particles, size.pilot, size.since)).encode(),
        "seed": str(seed).encode(),
    }
    return {name: hashlib.sha256(part).hexdigest()[:16] for name, part in parts.items()}


def run(
    scenario: Scenario,
    size: Size,
    work: Path,
    seed: int,
    *,
    engine: str = "local",
    options: engines.Options | None = None,
    figures: Path | None = None,
    tell: Callable[[str, fit.Progress], None] = lambda stage, progress: None,
) -> ensemble.Ensemble:
    """Calibrate; what is lived is kept in a folder of its own within `work`, from which a fit that
    was cut off goes on.
    """
    engines.check_engine(engine, options)
    every = targets.read(figures)
    figured = targets.used(every, targets.TARGET, targets.VALIDATION)
    for target in figured:
        if not FULL.has(target):
            raise ValueError(
                f"target {target.name!r}: {target.year} is not among the years that are lived, "
                f'{evaluate.FROM} to {evaluate.TO}: give it use = "context"'
            )
    wanted = tuple(t for t in figured if size.has(t))
    lived = evaluate.prepared(scenario.changed(persons=size.persons), size.since)
    problem = Problem(lived, priors.read(), wanted)
    problem.solving()
    who = identity(problem, size, seed)
    store = Store(work / hashlib.sha256(repr(who).encode()).hexdigest()[:12], who)
    try:
        with engines.engine(engine, options=options) as at:
            at.wait(tell=lambda said: tell(said, fit.Progress()))
            executor, width = at.executor, at.width
            tell("slopes", fit.Progress())
            problem = evaluate.with_slopes(problem, draws.replicate(seed, SLOPES))
            task = Evaluate(problem)
            noise = pilot(size.pilot, task, executor, store, seed, lambda p: tell("noise", p))
            plan = plan_of(problem, noise, size, seed)
            found = fit.posterior(task, plan, executor, store, 2 * width, lambda p: tell("fit", p))
    finally:
        store.close()
    return ensemble.of(problem, plan, noise, found, who)


def pilot(
    many: int,
    task: Evaluate,
    executor: Executor,
    store: Store,
    seed: int,
    tell: Callable[[fit.Progress], None],
) -> NDArray[np.float64]:
    """Every statistic in so many lives of the central values: [life, statistic]."""
    lives: list[Kept] = []
    tasks: list[Any] = []
    for k in range(many):
        key = f"pilot-{k}"
        known = store.known.get(key)
        tasks.append(known or executor.submit(task, {}, draws.replicate(seed, k)))
    progress = fit.Progress(wanted=many)
    for k, one in enumerate(tasks):
        kept = one if isinstance(one, Kept) else one.result()
        if not isinstance(one, Kept):
            store.keep(f"pilot-{k}", {}, kept)
        lives.append(kept)
        progress.accepted = progress.evaluations = k + 1
        tell(progress)
    if all(kept.error for kept in lives):
        raise ValueError(f"no life of the central values came to its end: {kept.error}")
    return np.array([kept.statistics for kept in lives])


def plan_of(problem: Problem, noise: NDArray[np.float64], size: Size, seed: int) -> fit.Plan:
    """What is fitted: every target that is not solved, with the error of one life added to its own.

    A statistic that no life of the central values has is left out.
    """
    solved = {t.name for t in problem.solving()}
    spread = fit.spread(noise)
    chosen = [
        k for k, t in enumerate(problem.targets)
        if t.use == targets.TARGET and t.name not in solved and t.statistic != "aes"
        and np.isfinite(spread[k])
    ]  # fmt: skip
    kept = [problem.targets[k] for k in chosen]
    own = targets.errors(kept)
    return fit.Plan(
        problem.priors.names, targets.values(kept), np.hypot(own, spread[chosen]), own,
        np.array(chosen), size.particles,
        size.generations, minutes=size.minutes, seed=seed,
    )  # fmt: skip


def at_most(size: Size, minutes: float | None, persons: int | None) -> Size:
    """The size with what the user gave instead."""
    if minutes is not None:
        size = replace(size, minutes=minutes)
    return size if persons is None else replace(size, persons=persons)
