"""What offices and the course market add to the sweep, part by part of a month.

Run: python benchmarks/offices.py [persons] [months]
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable

from experiments.benchmark import together
from simulator.model import MONTH, LearningModel

SETTLED = 14  # months until the market no longer has seats for all


def timed(model: LearningModel) -> dict[str, float]:
    """Have every part of a month add its seconds to the returned table."""
    seconds: defaultdict[str, float] = defaultdict(float)

    def watch(part: str, action: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            begun = time.perf_counter()
            action()
            seconds[part] += time.perf_counter() - begun

        return run

    for part in MONTH:
        setattr(model, f"_{part}", watch(part, getattr(model, f"_{part}")))
    return seconds


def main() -> None:
    """Print milliseconds a month of every part, and the offices' and market's part of the sweep."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    model = together(persons, 2).run(SETTLED)
    seconds = timed(model)
    model.run(months)
    for part in MONTH:
        print(f"{part:18} {1000 * seconds[part] / months:8.1f} ms a month")
    ratio = seconds["offices"] / seconds["sweep"]
    print(f"{persons:,} persons: offices and market take {ratio:.2f} of the sweep's time")


if __name__ == "__main__":
    main()
