"""A comparison over parameter sets and seeds, in parallel on this machine's cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from typing import Any, TypeVar

import numpy as np
import xarray as xr

from experiments.results import describe
from scenarios.scenario import Scenario
from simulator import draws
from simulator.variants import compare, start

_done: Any = None
Result = TypeVar("Result")


def _begin(counter: Any) -> None:
    """In every worker process: leave Ctrl-C to the parent, and share its counter of months."""
    global _done  # noqa: PLW0603  # a process pool has no other place for it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _done = counter


def count_months(months: int) -> None:
    """Tell the parent process how many months more have been lived."""
    if _done is not None:
        with _done.get_lock():
            _done.value += months


def one_life(scenario: Scenario, index: int) -> xr.Dataset:
    """All variants of a scenario in its life `index`."""
    lived, seed, values = settings(scenario, index)
    makers = {v: _maker(lived, v) for v in lived.names()}
    data = compare(lived.design(), makers, seed, count_months)
    if values:
        data = data.assign_coords(parameter=sorted(values))
        data["value"] = ("parameter", np.array([values[name] for name in sorted(values)]))
    return data


def settings(scenario: Scenario, index: int) -> tuple[Scenario, int, dict[str, float]]:
    """A life of a comparison: the scenario as it is in it, a seed of its own, and the parameter
    values of its set (none when central values are lived).
    """
    seed = seed_of(scenario, index)
    if not scenario.uncertainty.members:
        return scenario, seed, {}
    from calibration import members

    found = members.known(scenario.uncertainty.ensemble)
    member = chosen(scenario)[index // scenario.seeds.count]
    lived, values = members.applied(scenario, found, member, seed)
    return lived, seed, values


def seed_of(scenario: Scenario, index: int) -> int:
    """The seed of a life of a comparison."""
    return draws.replicate(scenario.seeds.first, index)


def prepared(scenario: Scenario) -> Scenario:
    """The scenario with as many persons as each of its lives has; ValueError or OSError when its
    ensemble cannot be used.
    """
    if not chosen(scenario):
        return scenario
    return scenario.model_copy(update={"persons": scenario.uncertainty.persons})


def chosen(scenario: Scenario) -> list[int]:
    """The members of the ensemble that a comparison lives; none when it lives central values."""
    if not scenario.uncertainty.members:
        return []
    from calibration import members

    return members.known(scenario.uncertainty.ensemble).chosen(scenario.uncertainty.members)


def lives_of(scenario: Scenario) -> int:
    """How many lives a comparison is: every seed of every parameter set."""
    return max(scenario.uncertainty.members, 1) * scenario.seeds.count


def _maker(scenario: Scenario, variant: str) -> Callable[[], Any]:
    return lambda: scenario.policies(variant)


def compile_loops(scenario: Scenario, variant: str) -> None:
    """Have the loops of one variant in the cache before the seeds need them."""
    model = start(scenario.changed(persons=1_000).design(), 0)
    future = model.branch(scenario.policies(variant))
    future.wiring.prepare(future.drivers())


def months_of(scenario: Scenario) -> int:
    """Model months that the whole comparison will live."""
    design = scenario.design()
    return lives_of(scenario) * (design.introduction + design.after * len(scenario.names()))


def run(
    scenario: Scenario, progress: Callable[[int], None] = lambda done: None, workers: int = 0
) -> xr.Dataset:
    """The comparison over all lives; `progress` is told how many months are done.

    Dims member (only when parameter sets are lived), seed, and those of `simulator.variants`.
    """
    members = chosen(scenario)  # refuses before any work
    found = over_lives(scenario, one_life, lives_of(scenario), progress, workers)
    seeds = scenario.seeds.count
    each = [xr.concat(found[k : k + seeds], "seed", data_vars="all")
            for k in range(0, len(found), seeds)]  # fmt: skip
    if not members:
        return describe(each[0], scenario)
    for k, one in enumerate(each):  # the same numbers in every set; the seeds are beside them
        each[k] = one.assign(replicate=("seed", one["seed"].values)).assign_coords(
            seed=np.arange(seeds)
        )
    return describe(xr.concat(each, xr.Variable("member", members), data_vars="all"), scenario)


def over_seeds(
    scenario: Scenario,
    job: Callable[[Scenario, int], Result],
    progress: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """`job(scenario, index)` for every seed of the scenario, as `over_lives` does."""
    return over_lives(scenario, job, scenario.seeds.count, progress)


def over_lives(
    scenario: Scenario,
    job: Callable[[Scenario, int], Result],
    many: int,
    progress: Callable[[int], None] = lambda done: None,
    workers: int = 0,
) -> list[Result]:
    """`job(scenario, index)` for `many` indices, in order, on all cores.

    `job` must be a function of a module that tells `count_months` what it has lived. Raises
    OSError with one line when a process is ended from outside.
    """
    context = multiprocessing.get_context("spawn")
    count = min(workers or os.cpu_count() or 1, many)
    if count == 1:
        return [job(scenario, k) for k in range(many)]
    counter: Synchronized[int] = context.Value("q", 0)
    pool = ProcessPoolExecutor(count, context, _begin, (counter,))
    try:
        with unheard():
            compiling = [pool.submit(compile_loops, scenario, v) for v in scenario.names()]
        for one in compiling:
            one.result()
        with unheard():
            tasks = [pool.submit(job, scenario, k) for k in range(many)]
        pending = set(tasks)
        while pending:
            done, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            progress(counter.value)
            for task in done:
                task.result()
        return [task.result() for task in tasks]
    except BrokenProcessPool:
        raise OSError(
            f"a process was ended from outside, perhaps for want of memory ({scenario.persons:,} "
            f"persons in each of {count}): take fewer persons with --persons"
        ) from None
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def unheard() -> Iterator[None]:
    """Hold Ctrl-C until the end; processes started meanwhile never hear it, even as they load.

    The mask is what those processes inherit. It does not keep the signal from this process, whose
    other threads may be given it: so it is noted here, and raised at the end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    noted: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, frame: noted.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    if noted:
        raise KeyboardInterrupt
