"""A study as a user runs it, and whatever ends it: it goes on to the same numbers, bit for bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import xarray as xr

from experiments.sweeps import identity, running
from experiments.sweeps.reading import dataset
from experiments.sweeps.store import MANIFEST, Done, Store, Task
from experiments.sweeps.writer import writing
from scenarios.scenario import BASELINE

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
PROCESSES = Path("/proc")
EACH = ("--per-task", "1")
LAST = "nothing was left half-written\n"
FACTOR = '\n[[factor]]\nname = "{}"\n{}\n'
FACTORS = FACTOR.format("action.pi", "") + FACTOR.format(
    "leerrecht.university", "low = 1e4\nhigh = 5e4"
)
STUDY = """
title = "Small"
scenario = "mine.toml"
variants = ["leerrecht"]
persons = 1000
years_before = 1
years_after = 1
outputs = ["aes", "cost"]
groups = ["all", "education:low"]
[seeds]
count = 2
[design]
draws = 3
intercepts = "kept"
"""


def written(folder: Path, old: str = "", new: str = "", factors: str = FACTORS) -> Path:
    """The study in a folder, its scenario beside it."""
    scenario = BASELINE.read_text(encoding="utf-8")
    scenario = scenario.replace("spin_up_months = 0 ", "spin_up_months = 24 ")
    (folder / "mine.toml").write_text(scenario, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(STUDY.replace(old, new) + factors, encoding="utf-8")
    return path


def read(folder: Path) -> xr.Dataset:
    return dataset(Store(folder)).compute()


def status(llo: Llo, folder: Path) -> dict[str, object]:
    code, out, err = llo("sweep", "status", folder, "--json")
    assert (code, err) == (0, "")
    return dict(json.loads(out))


@pytest.fixture(scope="module")
def workers() -> Iterator[tuple[str, Callable[[], list[int]]]]:
    """Two processes that stay for all tests: the address of their scheduler, and their numbers."""
    from calibration.engines import Options, engine

    with engine("local", options=Options(workers=2)) as at:
        address = at.client.scheduler_info()["address"]
        yield address, lambda: list(at.client.run(os.getpid).values())


@pytest.fixture
def engine(workers: tuple[str, Callable[[], list[int]]]) -> tuple[str, str]:
    return "--engine", workers[0]


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, workers: tuple[str, Callable[[], list[int]]]
) -> xr.Dataset:
    """What the study gives in the end."""
    folder = tmp_path_factory.mktemp("undisturbed")
    path = written(folder)
    running.run(running.make(running_ready(path), folder / "store", path, 1), workers[0])
    found = read(folder / "store")
    assert found.sizes["run"] == 6
    assert all(np.isfinite(found[name]).all() for name in ("aes", "cost"))
    return found


def running_ready(path: Path) -> running.Ready:
    from experiments.sweeps.study import read as read_study

    return read_study(str(path))


@pytest.fixture
def ends_alike(
    llo: Llo, engine: tuple[str, str], undisturbed: xr.Dataset
) -> Callable[[Path], None]:
    """A function that restarts a store, whose numbers must then be those of an undisturbed run."""

    def check(folder: Path) -> None:
        code, _, err = llo("sweep", "restart", folder, *engine)
        assert (code, err) == (0, "")
        assert read(folder).equals(undisturbed)
        assert (status(llo, folder)["done"], status(llo, folder)["busy"]) == (6, "")
        notes = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
        assert len({json.loads(line)["task"] for line in notes if '"task"' in line}) == 6

    return check


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("shards/*/*.npy"))


def until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def noted(folder: Path) -> int:
    path = folder / MANIFEST
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_a_part_is_run_told_read_and_gone_on_with(
    llo: Llo, engine: tuple[str, str], ends_alike: Callable[[Path], None], tmp_path: Path
) -> None:
    path, folder = written(tmp_path), tmp_path / "store"
    code, out, err = llo("sweep", "run", path, "--out", folder, "--runs", 2, *EACH, *engine)
    assert (code, err) == (0, "")
    assert "2 of 6 runs done (33%): 3 draws, 2 seeds; 0 failed" in out
    assert f"go on with: llo sweep restart {folder}" in out
    told = status(llo, folder)
    assert {k: told[k] for k in ("runs", "done", "failed", "draws", "seeds", "busy")} == {
        "runs": 6, "done": 2, "failed": 0, "draws": 3, "seeds": 2, "busy": "",
    }  # fmt: skip
    assert int(read(folder)["cost"].notnull().all(("variant", "year")).sum()) == 2
    first = {p.name: p.stat().st_mtime_ns for p in shards(folder)}
    ends_alike(folder)
    assert noted(folder) == 6
    assert first.items() <= {p.name: p.stat().st_mtime_ns for p in shards(folder)}.items()


def test_a_worker_that_is_killed_takes_nothing_along(
    llo: Llo,
    workers: tuple[str, Callable[[], list[int]]],
    ends_alike: Callable[[Path], None],
    tmp_path: Path,
) -> None:
    path, folder = written(tmp_path), tmp_path / "store"
    pids = workers[1]()
    killed: list[int] = []

    def kill() -> None:
        until(lambda: noted(folder) > 0)
        os.kill(pids[0], signal.SIGKILL)
        killed.append(noted(folder))

    thread = Thread(target=kill)
    thread.start()
    code, out, err = llo("sweep", "run", path, "--out", folder, *EACH, "--engine", workers[0])
    thread.join()
    assert (code, err) == (0, "")
    assert killed[0] < 6
    assert "6 of 6 runs done" in out
    ends_alike(folder)


def _hear_ctrl_c() -> None:
    """A shell's background job ignores Ctrl-C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def alive(group: int) -> bool:
    """Whether a process of that group lives."""
    for stat in PROCESSES.glob("[0-9]*/stat"):
        try:
            state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # ended meanwhile
            continue
        if int(of) == group and state not in "ZX":
            return True
    return False


@contextmanager
def in_the_middle(path: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The study being run on this machine by a process group of its own, with some of it done."""
    command = [sys.executable, "-m", "experiments", "sweep", "run", str(path), "--out", str(folder)]
    process = subprocess.Popen(
        [*command, *EACH], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=_hear_ctrl_c,  # noqa: PLW1509  # no threads here
    )  # fmt: skip
    try:
        until(lambda: noted(folder) > 0 or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        yield process
        until(lambda: not alive(process.pid), 30)
    finally:
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


needs_proc = pytest.mark.skipif(
    not (PROCESSES / "self" / "stat").exists(), reason="looks for processes under /proc"
)


@needs_proc
def test_the_coordinating_process_is_killed(
    llo: Llo, ends_alike: Callable[[Path], None], tmp_path: Path
) -> None:
    path, folder = written(tmp_path), tmp_path / "store"
    with in_the_middle(path, folder) as process:
        code, out, err = llo("sweep", "restart", folder)  # two commands at once
        assert (code, out) == (2, "")
        assert err.startswith(f"llo: {folder}: another command works on it (process {process.pid}")
        assert f"process {process.pid} on" in str(status(llo, folder)["busy"])
        process.kill()
        process.communicate(timeout=60)
    assert Store(folder).runs_done() < 6
    ends_alike(folder)


@needs_proc
def test_ctrl_c_is_one_line_and_nothing_is_lost(
    ends_alike: Callable[[Path], None], tmp_path: Path
) -> None:
    path, folder = written(tmp_path), tmp_path / "store"
    with in_the_middle(path, folder) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, "", f"llo: stopped; {LAST}")
    done = Store(folder).runs_done()
    assert 0 < done < 6
    assert not list(folder.glob("*.part"))
    ends_alike(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no mount here: {error}")
    if done.returncode:
        pytest.skip(f"a small disk needs root: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(path: Path) -> None:
    """Take all the room that there is."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            return


def test_a_full_disk_is_one_line_and_nothing_is_lost(
    llo: Llo,
    engine: tuple[str, str],
    ends_alike: Callable[[Path], None],
    small_disk: Path,
    tmp_path: Path,
) -> None:
    path, folder, filler = written(tmp_path), small_disk / "store", small_disk / "filler"
    words = ("sweep", "run", path, "--out", folder, *EACH, *engine, "--runs", 2)
    fill(filler)
    code, out, err = llo(*words)
    assert (code, out) == (2, "")
    assert err == f"llo: {folder}: the disk is full: make room, then run it again\n"
    filler.unlink()
    assert llo(*words)[0] == 0
    fill(filler)
    code, out, err = llo("sweep", "restart", folder, *engine)
    assert (code, out) == (2, "")
    assert err == (
        f"llo: {folder}: the disk is full; what is done is kept: make room, then llo sweep "
        f"restart {folder}\n"
    )
    code, out, err = llo("sweep", "expand", folder, "--draws", 4000)
    assert (code, out) == (2, "")
    assert err == (
        f"llo: {folder}: the disk is full; nothing was changed: make room, then expand it again\n"
    )
    assert (status(llo, folder)["done"], status(llo, folder)["runs"]) == (2, 6)
    filler.unlink()
    ends_alike(folder)


@pytest.fixture
def finished(llo: Llo, engine: tuple[str, str], tmp_path: Path) -> Path:
    """A store whose study was run; with one seed, two tasks."""
    path = written(tmp_path, "count = 2", "count = 1")
    assert llo("sweep", "run", path, "--out", tmp_path / "store", *EACH, *engine)[0] == 0
    return tmp_path / "store"


def test_more_seeds_and_draws_run_nothing_twice_and_what_is_spoilt_is_run_again(
    llo: Llo,
    refused: Refused,
    engine: tuple[str, str],
    undisturbed: xr.Dataset,
    finished: Path,
    ends_alike: Callable[[Path], None],
) -> None:
    before = {p.name: p.stat().st_mtime_ns for p in shards(finished)}
    told = refused("sweep", "expand", finished, "--draws", 3)
    assert told == "--draws 3: there are 3 already: give more than that"
    assert "--levels: the design is latin" in refused("sweep", "expand", finished, "--levels", 9)
    assert "nothing to expand by" in refused("sweep", "expand", finished)
    code, out, _ = llo("sweep", "expand", finished, "--seeds", 2)
    assert code == 0
    assert "3 of 6 runs done" in out
    ends_alike(finished)
    assert before.items() <= {p.name: p.stat().st_mtime_ns for p in shards(finished)}.items()
    spoilt = shards(finished)[1]
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"?")
    ends_alike(finished)
    assert llo("sweep", "expand", finished, "--draws", 4)[0] == 0
    assert llo("sweep", "restart", finished, *engine)[0] == 0
    found = read(finished)
    assert found.isel(run=slice(0, 6)).equals(undisturbed)
    assert [*found["draw"].values[6:], *found["seed"].values[6:]] == [3, 3, 0, 1]
    assert not found["cost"].isnull().any()
    code, out, _ = llo("sweep", "compact", finished)
    assert (code, out) == (0, f"{finished}: 0 packs of 512 tasks made, 0 in all\n")


def test_what_has_changed_is_refused_by_name(
    refused: Refused, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, scenario = tmp_path / "study.toml", tmp_path / "mine.toml"
    text, world = study.read_text(encoding="utf-8"), scenario.read_text(encoding="utf-8")
    study.write_text(text.replace("draws = 3", "draws = 4"), encoding="utf-8")
    for words in (("restart", finished), ("expand", finished, "--seeds", 3)):
        assert f"the study {study} has changed since this store was made" in refused(
            "sweep", *words
        )
    assert "there is a store already" in refused("sweep", "run", study, "--out", finished)
    study.write_text(text, encoding="utf-8")
    scenario.write_text(world.replace("cycle = true", "cycle = false"), encoding="utf-8")
    told = refused("sweep", "restart", finished)
    assert "since then: scenario mine.toml (changed): put that back, or run the study" in told
    scenario.write_text(world, encoding="utf-8")
    found = identity.of

    def other(ready: running.Ready) -> dict[str, str]:
        return {**found(ready), "simulator/office.py": "0", "package numba": "9.9"}

    monkeypatch.setattr(identity, "of", other)
    told = refused("sweep", "restart", finished)
    assert "made by another model or configuration; since then: package numba " in told
    assert "-> 9.9, simulator/office.py (changed): put that back" in told


def test_a_run_that_fails_is_kept_with_its_input_and_stops_no_other(
    llo: Llo, engine: tuple[str, str], tmp_path: Path
) -> None:
    fails = FACTOR.format("leerrecht.form", "values = [1.0, 1.5, 2.0]")
    path = written(tmp_path, "draws = 3\nintercepts", 'kind = "grid"\nintercepts', fails)
    path.write_text(path.read_text(encoding="utf-8").replace("count = 2", "count = 1"))
    folder = tmp_path / "store"
    code, out, err = llo("sweep", "run", path, "--out", folder, *EACH, *engine)
    assert (code, err) == (0, "")
    assert "3 of 3 runs done (100%): 3 draws, 1 seeds; 1 failed" in out
    assert "seed 0: ValueError: leerrecht.form = 1.5: give 1 (difference), 2 (weeks" in out
    found = read(folder)
    failed = found["cost"].isnull().all(("variant", "year"))
    assert found["x"].values[failed.values].tolist() == [[1.5]]
    assert noted(folder) == 3
    assert llo("sweep", "restart", folder, *engine)[0] == 0
    assert noted(folder) == 3
    code, out, _ = llo("sweep", "restart", folder, "--failed", *engine)
    assert "3 of 3 runs done (100%): 3 draws, 1 seeds; 1 failed" in out
    assert noted(folder) == 5
    assert read(folder).identical(found)


def test_what_cannot_be_run_is_refused_before_anything_is_made(
    refused: Refused, tmp_path: Path
) -> None:
    path, out = written(tmp_path), ("--out", tmp_path / "store")
    assert "no such study; give a TOML file, or one of" in refused("sweep", "run", "none", *out)
    assert "--runs 0: give 1 or more" in refused("sweep", "run", path, *out, "--runs", 0)
    assert "--per-task 0: give 1" in refused("sweep", "run", path, *out, "--per-task", 0)
    assert "give local, slurm" in refused("sweep", "run", path, *out, "--engine", "magic")
    assert "it has no queue" in refused("sweep", "run", path, *out, "--queue", "short")
    assert "not empty: give another" in refused("sweep", "run", path, "--out", tmp_path)
    for command in ("restart", "status", "expand", "compact"):
        words = ("--seeds", 2) if command == "expand" else ()
        assert "no store of a study; llo sweep run" in refused("sweep", command, tmp_path, *words)
    text = path.read_text(encoding="utf-8")
    wrong = FACTOR.format("leerrecht.university", "low = -1.0\nhigh = 2.0")
    path.write_text(text + FACTOR.format("leerrecht.generosity", "low = 1.0\nhigh = 2.0"))
    assert "the instrument leerrecht has no 'generosity'" in refused("sweep", "run", path, *out)
    path.write_text(STUDY + wrong)
    assert "factor 'leerrecht.university'" in refused("sweep", "run", path, *out)
    table = 'kind = "table"\nfile = "runs.csv"\nintercepts'
    path.write_text(text.replace("intercepts", table))
    (tmp_path / "runs.csv").write_text("action.pi,leerrecht.university\n5e2,1e4\n5e2,-3\n")
    told = refused("sweep", "run", path, *out)
    assert "runs.csv:3: leerrecht.university = -3" in told
    path.write_text(text.replace("draws = 3", 'kind = "grid"\nlevels = 1000000'))
    told = refused("sweep", "run", path, *out)
    assert told.startswith("a study of 2,000,000,000,000 runs: at most 100,000,000: take fewer")


def test_who_writes_is_told_to_who_would(refused: Refused, finished: Path) -> None:
    with writing(Store(finished)):
        for words in (("restart", finished), ("compact", finished), ("expand", finished)):
            more = ("--seeds", 2) if words[0] == "expand" else ()
            assert f"another command works on it (process {os.getpid()} on" in refused(
                "sweep", *words, *more
            )


def test_a_run_that_kills_its_process_is_kept_with_its_input_and_stops_no_other(
    llo: Llo,
    engine: tuple[str, str],
    undisturbed: xr.Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Deadly(running._Job):
        def __call__(self, task: Task) -> Done:
            if task.number == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().__call__(task)

    folder = tmp_path / "store"
    path = written(tmp_path, "count = 2", "count = 1")
    with monkeypatch.context() as patch:
        patch.setattr(running, "_Job", Deadly)
        code, out, err = llo("sweep", "run", path, "--out", folder, *EACH, *engine)
    assert (code, err) == (0, "")
    assert "1 tasks killed their processes: llo sweep restart tries them again" in out
    assert "2 of 3 runs done (67%): 3 draws, 1 seeds; 1 failed" in out
    assert "failed: draw 1, seed 0: KilledWorker: " in out
    pi = undisturbed["x"].values[1, 0]
    assert f"action.pi = {pi:g}" in out
    code, out, _ = llo("sweep", "restart", folder, *engine)
    assert "3 of 3 runs done (100%): 3 draws, 1 seeds; 0 failed" in out
    assert read(folder).equals(undisturbed.isel(run=slice(0, 3)))
