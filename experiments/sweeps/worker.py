"""What a process does for a study: live the runs of a task, and leave their shard."""

from __future__ import annotations

import gc
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from calibration import members
from experiments import twins
from experiments.sweeps import factors, manifold
from experiments.sweeps.factors import ENSEMBLE
from experiments.sweeps.lives import Lives
from experiments.sweeps.manifold import Manifold
from experiments.sweeps.outputs import Layout, Row, arrays
from experiments.sweeps.store import Done, Store, Task, write_shard
from scenarios.scenario import Scenario
from simulator import draws
from simulator.variants import start


@lru_cache(maxsize=2)
def _opened(folder: str, made: str) -> tuple[Store, Scenario, Lives]:
    """The store, the scenario and the lives of a study, once a process; `made` tells versions
    apart.
    """
    gc.collect()
    gc.freeze()  # what is loaded stays: nobody need look through it again in every other run
    store = Store(Path(folder), manifest=False)
    scenario = Scenario.model_validate_json(store.meta["scenario"])
    return store, scenario, Lives(any(factors.of_variants(n, scenario) for n in store.names))


def live(folder: str, made: str, task: Task) -> Done:
    """Live the runs of a task and write their shard.

    A run that fails is told with its input, and its numbers are NaN; OSError is not the run's and
    is raised.
    """
    begun = time.perf_counter()
    store, scenario, lives = _opened(folder, made)
    values = store.values(task.first, task.rows)
    rows = np.full((task.rows, store.layout.width), np.nan, np.float32)
    known = store.meta["manifold"].get(str(task.seed))
    failed: list[dict[str, Any]] = []
    model = 0.0
    for k, x in enumerate(values):
        given = dict(zip(store.names, map(float, x), strict=True))
        started = time.perf_counter()
        try:
            rows[k] = one(scenario, store.layout, given, task.seed, known, lives)
        except OSError:  # of the disk or the engine, and not of the run
            raise
        except Exception as error:  # noqa: BLE001  (whatever the model raises)
            failed.append({"row": task.first + k, "seed": task.seed, "factors": given,
                           "error": f"{type(error).__name__}: {error}"})  # fmt: skip
        model += time.perf_counter() - started
    digest = write_shard(store, task.number, rows)
    return Done(task.number, digest, model, time.perf_counter() - begun, tuple(failed))


def one(
    scenario: Scenario,
    layout: Layout,
    given: dict[str, float],
    seed: int,
    known: Manifold | None,
    lives: Lives,
) -> Row:
    """One run: all variants lived by the same people, with these values of the factors.

    `known` says about where its intercepts lie; without it they stay as they are given.
    """
    changed, number = settled(scenario, given, seed, known, lives)
    lived, shock = twins.twins(changed, (twins.HALVED,)) if layout.halved else (changed, 0)
    data, coords = lives.of(lived, number)
    if layout.halved:
        data, coords = arrays(twins.followed(xr.Dataset(data, coords), shock))
    return layout.row(data, coords)


def settled(
    scenario: Scenario, given: dict[str, float], seed: int, known: Manifold | None, lives: Lives
) -> tuple[Scenario, int]:
    """The scenario of a run, and the number of its seed: the same for all rows of the design."""
    number = draws.replicate(scenario.seeds.first, seed)
    found = factors.members_of(scenario)
    values = {k: v for k, v in given.items() if k != ENSEMBLE}
    intercepts: dict[str, float] | None = None
    if ENSEMBLE in given:
        member = members.member_of(scenario, found, int(given[ENSEMBLE]))
        values, intercepts = {**member.values, **values}, dict(member.intercepts)
    if known is not None:
        own = {k: v for k, v in values.items() if not factors.of_instrument(k, scenario)}
        begin = manifold.begin(known, own, intercepts)
        values |= lives.met(
            number, own, begin, lambda: members.meeting(scenario, found, own, begin, number)
        )
    elif intercepts is not None:
        values |= intercepts
    return factors.applied(scenario, values), number


def warm(folder: str, made: str) -> None:
    """Compile the loops of every variant, before all processes need them at once."""
    _, scenario, _ = _opened(folder, made)
    small = scenario.changed(persons=1_000)
    model = start(small.design(), 0)
    for variant in small.names():
        future = model.branch(small.policies(variant))
        future.wiring.prepare(future.drivers(), lives=scenario.world.lives)
