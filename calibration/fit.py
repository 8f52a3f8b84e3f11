"""The posterior by ABC-SMC: pyabc decides what to try next, this decides that it may be repeated.

Every candidate has a number, and its luck is that number's: candidates are judged in order, however
many are lived at once and wherever. So a fit gives the same result on any number of processes, and
one that was cut off goes through the same candidates again, taking what it lived from the store.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from calibration.predictor import Predictor
from calibration.store import Kept, Store, key_of
from simulator import draws

Z = Mapping[str, float]
FAR = 10.0  # standard errors from the figure at which what could not be measured is put
NEVER = 1e6  # the same of a life that failed, so that it is not accepted


class Task(Protocol):
    """One evaluation, to be run in any process: a function of the candidate and its seed alone."""

    def __call__(self, z: Z, seed: int) -> Kept: ...


@dataclass(frozen=True)
class Plan:
    """How a fit is made."""

    names: tuple[str, ...]  # of the coordinates, each standard normal a priori
    observed: NDArray[np.float64]
    errors: NDArray[np.float64]  # of what was observed, with that of the simulation
    own: NDArray[np.float64]  # of what was observed alone
    chosen: NDArray[np.int64]  # which of the statistics of an evaluation they are
    particles: int = 256
    generations: int = 6
    evaluations: int = 10_000  # at most
    minutes: float = np.inf
    seed: int = 1


@dataclass(frozen=True)
class Life:
    """A candidate that was lived, and the generation of proposals that it is of; 0 is the prior."""

    generation: int
    z: tuple[float, ...]
    kept: Kept


@dataclass(frozen=True)
class Posterior:
    """The lives nearest to the figures, a member a row, with their weights; and every life."""

    z: NDArray[np.float64]
    weight: NDArray[np.float64]
    kept: tuple[Kept, ...]
    distance: NDArray[np.float64]
    generations: int
    evaluations: int
    stopped: str
    lives: tuple[Life, ...] = ()


@dataclass
class Progress:
    """What is told while a fit runs."""

    generation: int = 0
    accepted: int = 0
    wanted: int = 0
    evaluations: int = 0
    begun: float = field(default_factory=time.monotonic)


class _Asked(Exception):  # noqa: N818  # no error: a question
    """Raised in place of an answer that is not known yet."""

    def __init__(self, z: Z) -> None:
        super().__init__()
        self.z = dict(z)


class _Spent(Exception):  # noqa: N818  # no error: the end of the budget
    """The budget is used up within a generation."""


class Evaluations:
    """Has candidates evaluated, each once, and keeps what comes of them."""

    def __init__(self, task: Task, executor: Executor, store: Store, plan: Plan) -> None:
        self._task, self._executor, self._store, self._plan = task, executor, store, plan
        self.answers: dict[str, dict[str, float]] = {}
        self.lives: list[Life] = []

    def ask(self, z: Z) -> Future[Kept] | Kept:
        """The evaluation of a candidate: known, or under way."""
        key = key_of(z)
        if key in self._store.known:
            return self._store.known[key]
        seed = draws.replicate(self._plan.seed, int(key[:15], 16))
        return self._executor.submit(self._task, dict(z), seed)

    def settle(self, z: Z, found: Future[Kept] | Kept, generation: int) -> None:
        """Wait for an evaluation, keep it, and have its answer ready."""
        key = key_of(z)
        if isinstance(found, Kept):
            kept = found
        else:
            kept = found.result()
            if key not in self._store.known:
                self._store.keep(key, z, kept)
        if key not in self.answers:
            self.answers[key] = self.published(key, kept)
            where = tuple(float(z[name]) for name in self._plan.names)
            self.lives.append(Life(generation, where, kept))

    def published(self, key: str, kept: Kept) -> dict[str, float]:
        """The chosen statistics as they would be published: with each figure's own error.

        Its luck is the candidate's, so that the posterior holds that error whatever the distance
        (Wilkinson 2013).
        """
        noise = np.random.default_rng(int(key, 16)).standard_normal(self._plan.own.size)
        values = self.statistics(kept) + noise * self._plan.own / self._plan.errors
        return {str(k): float(v) for k, v in enumerate(values)}

    def statistics(self, kept: Kept) -> NDArray[np.float64]:
        """The chosen statistics in standard errors; what could not be measured is far off, and all
        of a life that failed.
        """
        plan = self._plan
        values = np.array(kept.statistics)[plan.chosen] / plan.errors
        there = plan.observed / plan.errors
        values = np.where(np.isfinite(values), values, there + FAR)
        if kept.error:
            values = there + NEVER
        return np.asarray(values)

    def learned(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Statistics and coordinates of all lives that came to their end, a life a row."""
        whole = [life for life in self.lives if not life.kept.error]
        return (np.array([self.statistics(life.kept) for life in whole]),
                np.array([life.z for life in whole]))  # fmt: skip

    def answer(self, z: Z) -> dict[str, float]:
        """What pyabc calls as the model."""
        key = key_of(z)
        if key not in self.answers:
            raise _Asked(z)
        return self.answers[key]


def _sampler(
    asking: Evaluations, plan: Plan, width: int, progress: Progress, tell: Callable[[], None]
) -> Any:
    """pyabc's part that has candidates judged, one after another by number."""
    from pyabc.sampler import Sampler

    class Numbered(Sampler):  # type: ignore[misc, unused-ignore]
        def sample_until_n_accepted(
            self, n: int, simulate_one: Callable[[], Any], t: int, **options: Any
        ) -> Any:
            sample = self._create_empty_sample()
            progress.generation, progress.accepted, progress.wanted = t, 0, n
            turn = max(t, 0)  # a sample before the first generation, and begins it
            waiting: deque[tuple[int, Z, Any]] = deque()
            number = 0
            everybody = bool(options.get("all_accepted"))
            try:
                while sample.n_accepted < n:
                    while len(waiting) < width and not (everybody and number >= n):
                        z = _proposed(simulate_one, plan.seed, turn, number)
                        waiting.append((number, z, asking.ask(z)))
                        number += 1
                    k, z, found = waiting.popleft()
                    asking.settle(z, found, turn)
                    progress.evaluations = len(asking.lives)
                    sample.append(_seeded(simulate_one, plan.seed, turn, k))
                    progress.accepted = sample.n_accepted
                    tell()
                    late = time.monotonic() - progress.begun > 60.0 * plan.minutes
                    if late or progress.evaluations >= plan.evaluations:
                        raise _Spent
            finally:
                for _, _, found in waiting:
                    if isinstance(found, Future):
                        found.cancel()
            self.nr_evaluations_ = k + 1
            return sample

    return Numbered()


def _seeded(simulate_one: Callable[[], Any], seed: int, t: int, number: int) -> Any:
    """Call pyabc's function with the luck of a candidate.

    It draws from numpy's global generator and offers no other; its state is put back.
    """
    state = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(draws.replicate(draws.replicate(seed, t + 1), number) % 2**32)  # noqa: NPY002
        return simulate_one()
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _proposed(simulate_one: Callable[[], Any], seed: int, t: int, number: int) -> Z:
    """The point that a candidate is."""
    try:
        particle = _seeded(simulate_one, seed, t, number)
    except _Asked as asked:
        return asked.z
    return dict(particle.parameter)


def posterior(
    task: Task,
    plan: Plan,
    executor: Executor,
    store: Store,
    width: int,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Posterior:
    """Fit; `tell` is told after every evaluation. Raises ValueError when the budget did not
    suffice for one generation.
    """
    import logging

    import pyabc

    from calibration.informed import Informed
    from calibration.proposals import Normal

    logging.getLogger("ABC").setLevel(logging.ERROR)
    progress = Progress()
    asking = Evaluations(task, executor, store, plan)
    prior = pyabc.Distribution(**{name: pyabc.RV("norm", 0, 1) for name in plan.names})
    distance = Informed(asking.learned, plan.own / plan.errors)
    abc = pyabc.ABCSMC(
        asking.answer, prior, distance, population_size=plan.particles,
        transitions=Normal(), eps=pyabc.QuantileEpsilon(alpha=0.5),
        sampler=_sampler(asking, plan, width, progress, lambda: tell(progress)),
    )  # fmt: skip
    there = plan.observed / plan.errors
    abc.new("sqlite://", {str(k): float(v) for k, v in enumerate(there)})
    stopped = f"after {plan.generations} generations"
    try:
        abc.run(max_nr_populations=plan.generations)
    except _Spent:
        stopped = f"after {progress.evaluations} evaluations"
    history = abc.history
    if history.max_t < 0:
        raise ValueError(
            f"{progress.evaluations} evaluations did not suffice for one generation of "
            f"{plan.particles}: give more time or fewer particles; what was lived is kept"
        )
    return pooled(history, plan, asking, stopped)


def pooled(history: Any, plan: Plan, asking: Evaluations, stopped: str) -> Posterior:
    """The lives of all generations that are nearest to the figures, as many as there are particles.

    No life is thrown away: each is weighted by the prior over the mixture of all that was proposed
    (adaptive multiple importance sampling, Cornuet et al. 2012), so that the nearest may be nearer
    than a last generation would be.
    """
    from calibration.proposals import Normal

    lives = asking.lives
    z = np.array([life.z for life in lives])
    says = Predictor(*asking.learned(), plan.own / plan.errors)
    there = plan.observed / plan.errors
    keys = [key_of(dict(zip(plan.names, life.z, strict=True))) for life in lives]
    noisy = np.array([[asking.answers[key][str(k)] for k in range(there.size)] for key in keys])
    distance = np.linalg.norm(says(noisy) - says(says.reached(there)), axis=1)
    prior = np.exp(-0.5 * np.sum(z**2, axis=1)) / (2.0 * np.pi) ** (z.shape[1] / 2.0)
    turns = np.array([life.generation for life in lives])
    proposed = np.mean(turns == 0) * prior
    for turn in range(1, int(turns.max()) + 1):
        members = Normal()
        frame, own = history.get_distribution(m=0, t=turn - 1)
        members.fit(frame[list(plan.names)], np.asarray(own, float))
        proposed = proposed + np.mean(turns == turn) * members.density(z)
    near = np.sort(np.argsort(distance, kind="stable")[: plan.particles])
    near = near[np.lexsort(z[near].T)]
    weight = prior[near] / proposed[near]
    values = np.array([asking.statistics(lives[k].kept) for k in near])
    off = np.sqrt(np.mean((values - there) ** 2, axis=1))
    return Posterior(
        z[near], weight / weight.sum(), tuple(lives[k].kept for k in near), off,
        history.max_t + 1, len(lives), stopped, tuple(lives),
    )  # fmt: skip


def spread(lives: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of each column over its finite values; NaN where fewer than two are."""
    there = np.isfinite(lives)
    many = there.sum(axis=0)
    kept = np.where(there, lives, 0.0)
    mean = kept.sum(axis=0) / np.maximum(many, 1)
    squares = np.where(there, (kept - mean) ** 2, 0.0).sum(axis=0)
    return np.where(many > 1, np.sqrt(squares / np.maximum(many - 1, 1)), np.nan)


def resampled(weight: Sequence[float] | NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Systematic resampling: indices of `count` members that stand for the weighted ones."""
    total = np.cumsum(np.asarray(weight, float))
    places = (np.arange(count) + 0.5) / count * total[-1]
    return np.asarray(np.searchsorted(total, places), np.int64)
