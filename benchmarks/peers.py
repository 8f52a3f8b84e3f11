"""Peers at one task: five stages of change with constant monthly chances, run and not quoted.

Run: python benchmarks/peers.py [--persons N] [--months M] [--repeats R] [--only WORD]

Plain Mesa agents, Starsim, vivarium, bare NumPy and our own fused sweep, each in a process of its
own, must all end at the shares of the exact Markov chain. Needs: pip install -e ".[peers]"
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from typing import Any

from peer_models import ENTRIES, Entry, exact

FIRST = (1_000, 2)  # persons and months of the run that compiles and loads what is needed
SIGMAS = 5.0  # how far from the exact chain a share may be, in standard errors
BASES = ("ours, a law a stage, 1 thread", "ours, a law a stage, 2 threads")
Row = dict[str, Any]


def peak() -> float:
    """Peak memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(entry: Entry, persons: int, months: int, repeats: int) -> Row:
    """Seconds of import, of a first small run, and of making and running; memory; counts."""
    begun = time.perf_counter()
    make = entry.load()
    imported = time.perf_counter()
    run, counts = make(*FIRST, 1)
    run()
    counts()
    first = time.perf_counter() - imported
    before, highest, ready, seconds, found = peak(), 0.0, [], [], []
    for repeat in range(repeats):
        del run, counts
        gc.collect()
        start = time.perf_counter()
        run, counts = make(persons, months, repeat + 2)
        made = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - made)
        ready.append(made - start)
        highest = highest or peak()  # before the stages are counted, which takes memory too
        found.append(counts())
    return {
        "import": imported - begun, "first": first, "made": min(ready), "seconds": seconds,
        "rate": persons * months / min(seconds), "peak": highest,
        "bytes": (highest - before) * 1024**2 / persons, "counts": found,
    }  # fmt: skip


def in_own_process(entry: Entry, persons: int, months: int, repeats: int) -> Row:
    """What `measure` returns, from a fresh process, so that memory is this entry's alone."""
    command = [sys.executable, __file__, "--child", entry.title, "--persons", str(persons)]
    command += ["--months", str(months), "--repeats", str(repeats)]
    with tempfile.TemporaryDirectory() as empty:  # so that our sweep is compiled from nothing
        here = os.environ | {"LLO_CACHE": empty}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=here)
    if done.returncode:
        sys.exit(f"{entry.title}: stopped\n{done.stderr}")
    row: Row = json.loads(done.stdout.splitlines()[-1])
    return row


def check(title: str, counts: list[list[int]], months: int) -> None:
    """Stop with a clear line unless every run ended at the exact shares, within chance."""
    for found in counts:
        persons = sum(found)
        for stage, (number, share) in enumerate(zip(found, exact(months), strict=True), 1):
            error = math.sqrt(share * (1.0 - share) / persons)
            if not abs(number / persons - share) <= SIGMAS * error + 1.0 / persons:
                sys.exit(
                    f"{title}: stage {stage} ends at a share of {number / persons:.5f}, where the "
                    f"exact chain has {share:.5f} (standard error {error:.5f}): not the same task"
                )


def described(entry: Entry, persons: int, row: Row, bases: list[float]) -> str:
    """One line of the table."""
    ratios = "".join(f"{base / row['rate']:>9.1f}" for base in bases)
    shares = " ".join(f"{n / persons:.4f}" for n in row["counts"][-1])
    return (
        f"{entry.title:33}{persons / 1e6:8.2f}{row['rate'] / 1e6:17.2f}{ratios:<18}"
        f"{row['peak']:8.0f}{row['bytes']:9.0f}{row['import']:8.2f}{row['first']:7.2f}"
        f"{row['made']:7.2f}  {shares}"
    )


def compare(chosen: list[Entry], options: argparse.Namespace) -> None:
    """Run every entry and print the table."""
    versions = {e.package: version(e.package) for e in chosen if e.need and installed(e)}
    print(", ".join(f"{name} {number}" for name, number in versions.items()))
    print(f"{options.months} months, best of {options.repeats}; load {os.getloadavg()[0]:.2f}")
    print(
        f"{'':33}{'persons':>8}{'worker-months/s':>17}{'ours is x':>18}{'peak':>8}{'a person':>9}"
        f"{'import':>8}{'first':>7}{'make':>7}  shares of the stages\n"
        f"{'':33}{'million':>8}{'million':>17}{'1 thread':>9}{'2':>9}{'MiB':>8}{'bytes':>9}"
        f"{'s':>8}{'s':>7}{'s':>7}  " + " ".join(f"{s:.4f}" for s in exact(options.months))
    )
    bases: dict[str, float] = {}
    for entry in chosen:
        if not installed(entry):
            print(f'{entry.title}: not installed; pip install "{entry.need}"')
            continue
        persons = options.persons or entry.persons
        row = in_own_process(entry, persons, options.months, options.repeats)
        check(entry.title, row["counts"], options.months)
        bases |= {entry.title: row["rate"]} if entry.title in BASES else {}
        print(described(entry, persons, row, list(bases.values())), flush=True)


def installed(entry: Entry) -> bool:
    """Whether the package that an entry needs is here."""
    return not entry.need or importlib.util.find_spec(entry.package) is not None


def main() -> None:
    """Print worker-months a second, memory, ratios and shares of each, or one as JSON."""
    parser = argparse.ArgumentParser(description="The same task in several frameworks.")
    parser.add_argument("--persons", type=int, help="the same number for all (else each its own)")
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="only lines with this word, besides ours")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        entry = next(e for e in ENTRIES if e.title == options.child)
        print(json.dumps(measure(entry, options.persons, options.months, options.repeats)))
        return
    compare([e for e in ENTRIES if options.only in e.title or e.title in BASES], options)


if __name__ == "__main__":
    main()
