"""What a study costs besides its runs: a task's way through the engine and the store, and the runs
a second on one and on two processes, of a study of what people are like and of one of a lever,
whose runs share their past and their null life. `python benchmarks/sweeps.py [runs]`; some minutes.

From a task's cost to the coordinator follows how many cores one coordinator can keep at work.
"""

import sys
import tempfile
import time
import tomllib
from pathlib import Path

import numpy as np

from calibration.engines import Options, engine, results
from experiments.sweeps import running
from experiments.sweeps.store import Done, Store, Task, write_shard
from experiments.sweeps.study import checked
from experiments.sweeps.writer import writing

STUDY = """
variants = ["leerrekening"]
persons = 20_000
years_before = 1
years_after = 5
[design]
kind = "latin"
draws = {runs}
intercepts = "kept"
[[factor]]
{factor}
"""
FACTORS = {
    "a parameter of behaviour": 'name = "action.pi"',
    "a lever": 'name = "leerrekening.deposit"\nlow = 200.0\nhigh = 1000.0',
}
TASKS, CORES = 2_000, 1_000


def a_store(folder: Path, runs: int, each: int, factor: str = FACTORS["a lever"]) -> Store:
    """A store of the study above, nothing run."""
    text = STUDY.format(runs=runs, factor=factor)
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    return running.make(checked(text, tomllib.loads(text), file), folder / "store", file, each)


class Nothing:
    """A task that lives nobody: its shard is written, full of zeros."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, task: Task) -> Done:
        begun = time.perf_counter()
        store = _opened(self.folder)
        rows = np.zeros((task.rows, store.layout.width), np.float32)
        digest = write_shard(store, task.number, rows)
        return Done(task.number, digest, 0.0, time.perf_counter() - begun)


_OPEN: dict[str, Store] = {}


def _opened(folder: str) -> Store:
    if folder not in _OPEN:
        _OPEN[folder] = Store(Path(folder))
    return _OPEN[folder]


def overhead() -> float:
    """Seconds of wall time a task takes the coordinator and the scheduler, shards included."""
    with tempfile.TemporaryDirectory() as name:
        store = a_store(Path(name), TASKS, 1)
        with writing(store) as writer, engine(options=Options(workers=2)) as at:
            at.wait()
            list(results(at, Nothing(str(store.folder)), list(store.tasks())[:20]))
            begun = time.perf_counter()
            for _, done in results(at, Nothing(str(store.folder)), list(store.tasks())):
                writer.keep(done)
            return (time.perf_counter() - begun) / TASKS


def rate(runs: int, workers: int, factor: str) -> tuple[float, float]:
    """Runs a second on so many processes, and the share of their time in the model."""
    with tempfile.TemporaryDirectory() as name:
        store = a_store(Path(name), runs, 2, factor)
        session = running.run(store, options=Options(workers=workers))
        return session.runs / session.elapsed, session.model / (session.elapsed * workers)


def main() -> None:
    """Print all three."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    each = overhead()
    print(f"a task without a run: {1000 * each:.1f} ms on two processes")
    for what, factor in FACTORS.items():
        found = {}
        for workers in (1, 2):
            found[workers] = rate(runs, workers, factor)
            pace, share = found[workers]
            at = f"{workers} process(es): {pace:.2f} runs/s, {100 * share:.0f}% of it in the model"
            print(f"{what}, {at}", flush=True)
        print(f"two for one: {found[2][0] / found[1][0]:.2f} times")
    seconds = each * CORES
    print(f"{CORES} cores are kept at work by tasks of {seconds:.0f} s or more")


if __name__ == "__main__":
    main()
