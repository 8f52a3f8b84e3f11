"""Where the time of a month goes: part by part of a month, and law by law of the sweep.

Run: python benchmarks/profile.py [persons] [threads] [months lived before]

A law alone makes its own draws and looks up its own team, which in the sweep laws share: so the sum
of the laws is more than the sweep.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from dataclasses import replace

import numpy as np

from experiments.benchmark import together
from simulator.kernel import Kernel
from simulator.model import MONTH, LearningModel
from simulator.wiring import Wiring

MONTHS, REPEATS = 6, 3


def parts(model: LearningModel) -> dict[str, float]:
    """Median seconds of every part of a month."""
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(MONTHS):
        for part in MONTH:
            begun = time.perf_counter()
            getattr(model, f"_{part}")()
            found[part].append(time.perf_counter() - begun)
        model.t += 1
    return {part: float(np.median(seconds)) for part, seconds in found.items()}


def laws(model: LearningModel) -> dict[str, float]:
    """Best seconds of every law of the sweep, alone."""
    wiring: Wiring = model.wiring
    kernel = wiring.sweep.kernel
    model._calendar_drivers()
    drivers = model.drivers()
    found = {}
    for law in kernel.body.laws:
        alone = Kernel([replace(law, after=())], kernel.names)
        kept = {name: model.population.worker[name].copy() for name in law.writes}
        bound = alone.bind(model.population.worker, model.population.team, wiring.values)
        best = np.inf
        for k in range(REPEATS + 1):
            begun = time.perf_counter()
            bound.sweep(model.t, model.key, drivers, model.pool)
            if k:  # the first compiles
                best = min(best, time.perf_counter() - begun)
            for name, column in kept.items():
                model.population.worker[name][:] = column
        found[law.name] = best
    return found


def main() -> None:
    """Print both, in ns a worker-month."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    lived = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    model = together(persons, threads).run(lived)
    rows = model.population.rows
    print(f"{persons:,} persons in {rows:,} rows, {threads} threads; ns a worker-month")
    for title, found in (("a month", parts(model)), ("the sweep, a law alone", laws(model))):
        print(f"\n{title}")
        for name, seconds in sorted(found.items(), key=lambda pair: -pair[1]):
            print(f"  {name:28} {seconds * 1e9 / persons:7.2f}")
        print(f"  {'sum':28} {sum(found.values()) * 1e9 / persons:7.2f}")


if __name__ == "__main__":
    main()
