"""Trials of policy settings: lives that have come to the introduction, from which each branches.

Every life stays in one process, so that a trial costs its years after the introduction alone; what
a trial gave in a life is kept, so that a search that was cut off goes on where it was.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from calibration.store import Kept, Store, key_of
from experiments import runner
from experiments.estimates import Array
from experiments.policy_levers import applied
from experiments.sweeps import identity
from experiments.table import NULL, extra_learners, yearly_cost
from scenarios.scenario import Scenario
from simulator.variants import future, start

if TYPE_CHECKING:
    from simulator.model import LearningModel

PRACTICAL = "education:practical"
EVERY = 3  # months between surveys


@dataclass(frozen=True)
class Objective:
    """What is to be as high as it can: a gain over doing nothing."""

    label: str
    unit: str
    scale: float  # of the printed unit
    decimals: int
    measure: Callable[[xr.Dataset, xr.Dataset], float]


def _aes(d: xr.Dataset, null: xr.Dataset) -> float:
    gain = d["aes"].sel(group="all") - null["aes"].sel(group="all")
    return float(100 * gain.isel(time=slice(-4, None)).mean())


OBJECTIVES: Mapping[str, Objective] = {
    "extra_learners": Objective(
        "extra learners a year", "thousand", 1e-3, 0, lambda d, null: float(extra_learners(d, null))
    ),
    "practical_learners": Objective(
        "extra learners a year among the practically educated (at most mbo)", "thousand", 1e-3, 0,
        lambda d, null: float(extra_learners(d, null, PRACTICAL)),
    ),
    "participation": Objective(
        "participation at the end, AES scale", "pp", 1.0, 2, _aes
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One trial: a variant at a setting of its levers, its generosity times a factor."""

    variant: str
    setting: Mapping[str, float]
    factor: float

    @property
    def key(self) -> str:
        """Its name in a store."""
        numbers = {f"{self.variant}: {name}": v for name, v in self.setting.items()}
        return key_of({**numbers, f"{self.variant}: factor": self.factor})


def years_of(scenario: Scenario) -> list[int]:
    """The whole years after introduction; ValueError when there is none."""
    first, many = int(scenario.time.introduction[:4]), scenario.design().after // 12
    if many < 1:
        raise ValueError(
            f"--months: {scenario.design().after}: give 12 or more, a whole year after introduction"
        )
    return list(range(first, first + many))


def divided(scenario: Scenario, solving: int, fresh: int) -> tuple[Scenario, list[int], list[int]]:
    """A scenario with so many lives, which of them the search sees and which it never sees.

    Every life has luck of its own and, unless central values are lived, a parameter set of its
    own; both parts are spread over the ensemble.
    """
    many = solving + fresh
    if scenario.uncertainty.members:
        changed = scenario.changed(members=many, seeds=1)
    else:
        changed = scenario.changed(seeds=many)
    seen = np.linspace(0, many - 1, solving + 2)[1:-1].round().astype(int).tolist()
    return changed, seen, [k for k in range(many) if k not in seen]


# What a process keeps between trials: the scenario of a life, its model at the introduction, and
# its future without policy.
_BEGUN: dict[int, tuple[Scenario, LearningModel, xr.Dataset]] = {}


def begin() -> None:
    """In every worker process: leave Ctrl-C to the parent, and end with it, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_outlive_no_parent, daemon=True).start()


def _outlive_no_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _future(model: LearningModel, scenario: Scenario, variant: str) -> xr.Dataset:
    design = scenario.design()
    return future(model, scenario.policies(variant), design, design.end, EVERY)


def _begun(scenario: Scenario, index: int) -> tuple[Scenario, LearningModel, xr.Dataset]:
    lived, seed, _ = runner.settings(scenario, index)
    design = lived.design()
    model = start(design, seed).run(design.introduction)
    return lived, model, _future(model, lived, NULL)


def answer(
    scenario: Scenario, index: int, questions: Sequence[Question], stays: bool = True
) -> list[tuple[float, ...]]:
    """What trials give in a life: every objective's gain over the null, then the cost above it in
    EUR by year. The life stays in this process for others, or is thrown away.
    """
    begun = _BEGUN.get(index) or _begun(scenario, index)
    if stays:
        _BEGUN[index] = begun
    lived, model, null = begun
    found = []
    for asked in questions:
        changed = applied(lived, asked.variant, asked.setting, asked.factor)
        data = _future(model, changed, asked.variant)
        gains = (o.measure(data, null) for o in OBJECTIVES.values())
        found.append((*gains, *map(float, yearly_cost(data, null).values)))
    return found


def store_of(scenario: Scenario, work: Path) -> Store:
    """The store of a scenario's trials, in a folder of its own within `work`."""
    here = Path(__file__).parent
    own = [here / name for name in ("trials.py", "policy_levers.py", "levers.py", "runner.py")]
    who = identity.of_scenario(scenario, own)
    name = key_of({f"{k}: {v}": 0.0 for k, v in who.items()})[:12]
    return Store(work / name, who)


@dataclass
class Trials:
    """Trials in the lives of a scenario, on all cores: a life always in the same process.

    Close it at the end. Raises OSError with one line when a process is ended from outside.
    """

    scenario: Scenario
    store: Store
    stay: frozenset[int] = frozenset()  # lives that are kept at their introduction
    workers: int = 0
    _pools: list[ProcessPoolExecutor] = field(default_factory=list, init=False)

    def ask(
        self,
        lives: Sequence[int],
        questions: Sequence[Question],
        tell: Callable[[], None] = lambda: None,
    ) -> Array:
        """What trials give: [question, life, figure], figures as `answer` has them.

        `tell` is called once for every life.
        """
        keys = {
            (q, k): f"{asked.variant} {k} {asked.key}"
            for q, asked in enumerate(questions)
            for k in lives
        }
        missing = {
            k: [q for q in range(len(questions)) if keys[q, k] not in self.store.known]
            for k in lives
        }
        for k in lives:
            if not missing[k]:
                tell()
        self._live({k: todo for k, todo in missing.items() if todo}, questions, keys, tell)
        known = self.store.known
        return np.array(
            [[known[keys[q, k]].statistics for k in lives] for q in range(len(questions))], float
        )

    def _live(
        self,
        missing: Mapping[int, list[int]],
        questions: Sequence[Question],
        keys: Mapping[tuple[int, int], str],
        tell: Callable[[], None],
    ) -> None:
        if not missing:
            return
        try:
            pools = self._started()
            tasks: dict[Future[Any], int] = {}
            with runner.unheard():
                for turn, (k, todo) in enumerate(missing.items()):
                    stays = k in self.stay
                    place = sorted(self.stay).index(k) if stays else turn
                    pool = pools[place % len(pools)]
                    asked = [questions[q] for q in todo]
                    tasks[pool.submit(answer, self.scenario, k, asked, stays)] = k
            pending = set(tasks)
            while pending:
                done, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                for task in done:
                    k = tasks[task]
                    for q, figures in zip(missing[k], task.result(), strict=True):
                        tried = {**questions[q].setting, "factor": questions[q].factor}
                        self.store.keep(keys[q, k], tried, Kept({}, figures, 0))
                    tell()
        except BrokenProcessPool:
            raise OSError(
                "a process was ended from outside, perhaps for want of memory "
                f"({self.scenario.persons:,} persons in each life): take fewer persons with "
                "--persons; what is done is kept"
            ) from None

    def _started(self) -> list[ProcessPoolExecutor]:
        """One pool of one process a core, each with the loops of some variant compiled."""
        if self._pools:
            return self._pools
        context = multiprocessing.get_context("spawn")
        for _ in range(self.workers or os.cpu_count() or 1):
            self._pools.append(ProcessPoolExecutor(1, context, begin))
        names = self.scenario.names()
        with runner.unheard():
            compiling = [
                self._pools[k % len(self._pools)].submit(
                    runner.compile_loops, self.scenario, variant
                )
                for k, variant in enumerate(names)
            ]
        for one in compiling:
            one.result()
        return self._pools

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        for pool in self._pools:
            if kind is not None:
                for process in list((pool._processes or {}).values()):
                    process.kill()
            pool.shutdown(wait=True, cancel_futures=True)
        self.store.close()
