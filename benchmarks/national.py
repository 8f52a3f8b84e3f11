"""Ten million workers for ten years with all instruments: seconds and peak memory.

Run: python benchmarks/national.py [persons] [months]

A month of later years costs more than one of the first: more people hold a plan, more courses
start, and members of a team no longer lie together in memory.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from experiments.benchmark import together


def main() -> None:
    """Print what a run of that size takes."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 120
    begun = time.perf_counter()
    model = together(persons, 2)
    print(f"{persons:,} persons: made in {time.perf_counter() - begun:.1f} s")
    took = np.zeros(months)
    for k in range(months):
        begun = time.perf_counter()
        model.step()
        took[k] = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    first, last = (persons / np.median(part) / 1e6 for part in (took[:12], took[-12:]))
    print(f"{months} months in {took.sum():.1f} s, peak memory {peak:.2f} GiB")
    print(f"million worker-months/s: {first:.1f} in the first year, {last:.1f} in the last")


if __name__ == "__main__":
    main()
