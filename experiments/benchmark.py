"""`llo bench`: the sweep beside plain Mesa agents that run the same laws, measured in one run."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Any

from scenarios.scenario import load
from simulator import draws
from simulator.model import LearningModel
from simulator.variants import start

Row = dict[str, Any]
_SECOND_START = """
import time
from scenarios.scenario import load
from simulator.variants import start
scenario = load().changed(persons=10_000)
begun = time.perf_counter()
model = start(scenario.design(), 1)
model.introduction = 0
model.branch(scenario.policies(scenario.names()[-1])).step()
print(time.perf_counter() - begun)
"""


def together(persons: int, threads: int, **options: Any) -> LearningModel:
    """The baseline's richest variant, in force from month 0, a year into its life."""
    scenario = load().changed(persons=persons)
    model = start(scenario.design(), draws.replicate(scenario.seeds.first, 0), threads=threads)
    model.introduction = 0
    policies = scenario.policies(scenario.names()[-1])
    return LearningModel(
        model.population, policies, seed=model.seed_number, parameters=model.parameters,
        calendar=model.calendar, introduction=0, threads=threads, workforce=model.workforce,
        climate=model.climate, state=model.snapshot(), copy=False, **options,
    )  # fmt: skip


def _rate(model: LearningModel, months: int) -> float:
    begun = time.perf_counter()
    model.run(months)
    return model.population.persons * months / (time.perf_counter() - begun)


def measure(persons: int, agents: int, months: int = 24) -> list[Row]:
    """Worker-months a second of the full model and of plain Mesa agents, memory and start-up."""
    from os import cpu_count

    threads = cpu_count() or 1
    model = together(persons, threads).run(1)
    best = max(_rate(model, months) for _ in range(3))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = model.population.bytes_per_worker
    plain = together(max(agents, 1_000), 1, agents=True).run(1)
    mesa_rate = max(_rate(plain, 1) for _ in range(3))
    second = [_second_start() for _ in range(3)]
    return [
        {"what": f"full model, {persons:,} persons, {threads} threads, all instruments",
         "value": best / 1e6, "unit": "million worker-months/s"},
        {"what": "plain Mesa agents, the same laws", "value": mesa_rate / 1e6,
         "unit": "million worker-months/s", "decimals": 4},
        {"what": "ratio", "value": best / mesa_rate, "unit": "x", "decimals": 0},
        {"what": "columns", "value": size, "unit": "bytes/worker", "decimals": 0},
        {"what": "peak memory of this process", "value": peak, "unit": "MiB", "decimals": 0},
        {"what": "second start: imported to first month done, 10,000 persons",
         "value": min(second), "unit": "s", "decimals": 2},
    ]  # fmt: skip


def _second_start() -> float:
    """Seconds from imported to the first month done in a process that finds compiled code."""
    command = [sys.executable, "-c", _SECOND_START]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)
