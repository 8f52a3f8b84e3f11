"""How the time of a month grows with the number of persons, and of a run with its months.

Run: python benchmarks/scaling.py [most persons]

Draws benchmarks/scaling.png: nanoseconds a worker-month by persons, and seconds by months.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot as plt

from experiments.benchmark import together

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
LENGTHS = (12, 24, 48, 96)
LONG = 100_000  # persons of the runs by length
MONTHS, REPEATS = 6, 3


def by_size(most: int) -> list[tuple[int, float]]:
    """(persons, best seconds a month) for every size."""
    found = []
    for persons in (n for n in SIZES if n <= most):
        model = together(persons, 2).run(2)
        best = np.inf
        for _ in range(REPEATS):
            begun = time.perf_counter()
            model.run(MONTHS)
            best = min(best, (time.perf_counter() - begun) / MONTHS)
        found.append((persons, best))
        print(f"{persons:>10,} persons: {1e3 * best:9.2f} ms a month, "
              f"{1e9 * best / persons:7.1f} ns a worker-month")  # fmt: skip
    return found


def by_length() -> list[tuple[int, float]]:
    """(months, seconds) for runs of every length."""
    found = []
    for months in LENGTHS:
        model = together(LONG, 2).run(2)
        begun = time.perf_counter()
        model.run(months)
        found.append((months, time.perf_counter() - begun))
        print(f"{months:>10} months of {LONG:,} persons: {found[-1][1]:6.2f} s")
    return found


def main() -> None:
    """Measure, print and draw."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    sizes, lengths = by_size(most), by_length()
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), constrained_layout=True)
    persons, seconds = np.array(sizes).T
    left.loglog(persons, seconds, "o-", color="#0072B2", label="measured")
    left.loglog(persons, seconds[-1] * persons / persons[-1], "--", color="#999999",
                label="in proportion")  # fmt: skip
    left.set_xlabel("persons")
    left.set_ylabel("seconds a month, two threads")
    left.legend()
    months, whole = np.array(lengths).T
    right.plot(months, whole, "o-", color="#0072B2")
    right.plot(months, whole[-1] * months / months[-1], "--", color="#999999")
    right.set_xlabel(f"months, {LONG:,} persons")
    right.set_ylabel("seconds")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(Path(__file__).with_name("scaling.png"), dpi=130)


if __name__ == "__main__":
    main()
