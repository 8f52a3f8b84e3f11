"""A comparison over several seeds, in parallel on this machine's cores."""

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


def one_seed(scenario: Scenario, index: int) -> xr.Dataset:
    """All variants of a scenario for replicate `index`."""
    seed = draws.replicate(scenario.seeds.first, index)
    makers = {v: _maker(scenario, v) for v in scenario.names()}
    return compare(scenario.design(), makers, seed, count_months)


def _maker(scenario: Scenario, variant: str) -> Callable[[], Any]:
    return lambda: scenario.policies(variant)


def _compile(scenario: Scenario, variant: str) -> None:
    """Have the loops of one variant in the cache before the seeds need them."""
    model = start(scenario.changed(persons=1_000).design(), 0)
    future = model.branch(scenario.policies(variant))
    future.wiring.prepare(future.drivers())


def months_of(scenario: Scenario) -> int:
    """Model months that the whole comparison will live."""
    design = scenario.design()
    return scenario.seeds.count * (design.introduction + design.after * len(scenario.names()))


def run(
    scenario: Scenario, progress: Callable[[int], None] = lambda done: None, workers: int = 0
) -> xr.Dataset:
    """The comparison over all seeds; `progress` is told how many months are done."""
    return describe(
        xr.concat(over_seeds(scenario, one_seed, progress, workers), "seed", data_vars="all"),
        scenario,
    )


def over_seeds(
    scenario: Scenario,
    job: Callable[[Scenario, int], Result],
    progress: Callable[[int], None] = lambda done: None,
    workers: int = 0,
) -> list[Result]:
    """`job(scenario, index)` for every replicate, in order, on all cores.

    `job` must be a function of a module that tells `count_months` what it has lived. Raises
    OSError with one line when a process is ended from outside.
    """
    context = multiprocessing.get_context("spawn")
    count = min(workers or os.cpu_count() or 1, scenario.seeds.count)
    if count == 1:
        return [job(scenario, k) for k in range(scenario.seeds.count)]
    counter: Synchronized[int] = context.Value("q", 0)
    pool = ProcessPoolExecutor(count, context, _begin, (counter,))
    try:
        with unheard():
            compiling = [pool.submit(_compile, scenario, v) for v in scenario.names()]
        for task in compiling:
            task.result()
        with unheard():
            tasks = [pool.submit(job, scenario, k) for k in range(scenario.seeds.count)]
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
