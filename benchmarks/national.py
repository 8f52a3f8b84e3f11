"""Ten million workers for twelve months with all instruments: seconds and peak memory.

Run: python benchmarks/national.py [persons] [months]
"""

from __future__ import annotations

import resource
import sys
import time

from experiments.benchmark import together


def main() -> None:
    """Print what a run of that size takes."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    begun = time.perf_counter()
    model = together(persons, 2)
    made = time.perf_counter()
    model.run(months)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    rate = persons * months / (done - made) / 1e6
    print(
        f"{persons:,} persons: made in {made - begun:.1f} s, {months} months in {done - made:.1f} s"
    )
    print(f"{rate:.1f} million worker-months/s, peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
