"""Engines of this machine: nothing is lost, little is held, and what is refused is one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import pytest

from calibration import engines
from calibration.engines import UNWATCHED, Engine, Options, check_engine, engine, results

WIDTH = 2


@pytest.fixture(scope="module")
def local() -> Iterator[Engine]:
    with engine("local", options=Options(workers=WIDTH)) as at:
        yield at


def by_item(pairs: Iterator[tuple[int, Any]]) -> dict[int, Any]:
    """Every item's result; an item that came twice fails."""
    found: dict[int, Any] = {}
    for item, answer in pairs:
        assert item not in found
        found[item] = answer
    return found


def deadly(item: int, marker: Path | None) -> Callable[[int], int]:
    """A function that kills its process on one item: once, if there is a marker to set."""

    def call(x: int) -> int:
        if x == item and not (marker and marker.exists()):
            if marker:
                marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return x * x

    return call


def squares() -> Callable[[int], int]:
    """Travels by value: the workers cannot import this file."""
    return lambda x: x * x


def test_every_item_comes_with_its_result(local: Engine) -> None:
    assert local.width == WIDTH
    assert by_item(results(local, squares(), range(50))) == {x: x * x for x in range(50)}
    assert local.executor.submit(squares(), 7).result() == 49
    local.wait(1.0)


def test_nothing_is_no_item(local: Engine) -> None:
    assert list(results(local, squares(), ())) == []


def test_what_a_task_raises_is_its_result(local: Engine) -> None:
    def fail(x: int) -> float:
        if x == 2:
            raise OSError("disk full")
        return 1 / x

    found = by_item(results(local, fail, range(4)))
    assert isinstance(found[0], ZeroDivisionError)
    assert str(found[2]) == "disk full"
    assert (found[1], found[3]) == (1.0, 1 / 3)


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_no_more_is_taken_than_may_wait(ahead: int, local: Engine) -> None:
    taken, most = 0, 0

    def items() -> Iterator[int]:
        nonlocal taken
        while taken < 40:
            taken += 1
            yield taken

    for come, _ in enumerate(results(local, squares(), items(), ahead)):
        most = max(most, taken - come)
    assert taken == 40
    assert 0 < most <= ahead * WIDTH


def test_an_end_in_the_middle_cancels_the_rest(local: Engine) -> None:
    def slow(x: int) -> int:
        time.sleep(0.2)
        return x

    going = results(local, slow, range(1000))
    assert next(going)[1] in range(2 * WIDTH)
    going.close()
    count: Callable[..., int] = lambda dask_scheduler: len(dask_scheduler.tasks)  # noqa: E731
    end = time.monotonic() + 5
    while local.client.run_on_scheduler(count) and time.monotonic() < end:
        time.sleep(0.1)
    assert local.client.run_on_scheduler(count) == 0


def test_what_a_killed_worker_held_runs_again(local: Engine, tmp_path: Path) -> None:
    found = by_item(results(local, deadly(3, tmp_path / "died"), range(12)))
    assert (tmp_path / "died").exists()
    assert found == {x: x * x for x in range(12)}


@pytest.mark.parametrize("first", [0, 3])
def test_a_task_that_kills_is_told_and_takes_no_other_along(first: int, local: Engine) -> None:
    found = by_item(results(local, deadly(first, None), range(10)))
    killer = found.pop(first)
    assert type(killer).__name__ == "KilledWorker"
    assert found == {x: x * x for x in range(10) if x != first}


def test_workers_have_one_thread_and_the_usual_memory(local: Engine) -> None:
    names = ["OMP_NUM_THREADS", "MALLOC_TRIM_THRESHOLD_"]
    seen = dict(results(local, lambda name: dict(os.environ).get(name), names))
    assert seen == {"OMP_NUM_THREADS": "1", "MALLOC_TRIM_THRESHOLD_": None}


def test_nobody_looks_at_workers_all_the_time(local: Engine) -> None:
    found = dict(results(local, dask.config.get, UNWATCHED))
    assert found == UNWATCHED


def test_it_leaves_no_file_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    here, scratch = tmp_path / "here", tmp_path / "scratch"
    here.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with engine("local", options=Options(workers=1)) as at:
        assert any(scratch.iterdir())
        found = by_item(results(at, deadly(1, None), range(3)))
    assert found.keys() == {0, 1, 2}
    assert not list(here.iterdir())
    assert not list(scratch.iterdir())
    assert capfd.readouterr() == ("", "")


INTERRUPTED = """
import time
from calibration.engines import Options, engine, results
def task(x):  # a name is sent as studies send theirs; a lambda only after three errors inside Dask
    time.sleep(0.2)
if __name__ == "__main__":
    with engine("local", options=Options(workers=2)) as at:
        for _ in results(at, task, range(10**6)):
            print("begun", flush=True)
"""


def test_ctrl_c_on_a_terminal_ends_it_without_a_word_of_its_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT
    assert told.rstrip().endswith("KeyboardInterrupt")
    assert told.count("Traceback") == 1, told


def test_loading_what_slurm_needs_leaves_ctrl_c_as_it_is() -> None:
    pytest.importorskip("dask_jobqueue")
    code = "import signal, calibration.slurm; print(signal.getsignal(signal.SIGINT).__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "default_int_handler\n"


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, Callable[[], None], subprocess.Popen[bytes]]]:
    """A scheduler of its own process: its address, what gives it a worker, and the process."""
    file = tmp_path / "scheduler.json"
    module = [sys.executable, "-m"]
    named = ("--scheduler-file", str(file), "--no-dashboard")
    ours: list[subprocess.Popen[bytes]] = []

    def start(program: str, *words: str) -> None:
        command = [*module, f"distributed.cli.{program}", *named, *words]
        ours.append(subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL))

    start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
    end = time.monotonic() + 20
    while not (file.exists() and file.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    address = file.read_text().split('"address": "')[1].split('"')[0]
    yield address, lambda: start("dask_worker", "--nthreads", "1", "--no-nanny"), ours[0]
    for process in reversed(ours):
        process.kill()
        process.wait()


def test_a_scheduler_that_runs_is_used_and_its_loss_is_told(scheduler: Any) -> None:
    address, add_worker, process = scheduler

    def slow(x: int) -> int:
        time.sleep(0.1)
        return x

    with engine(address) as at:
        with pytest.raises(OSError, match=r"tcp://\S+: nothing started within 1 s; no worker"):
            at.wait(1.0)
        add_worker()
        at.wait(20.0)
        assert by_item(results(at, slow, range(5))) == {x: x for x in range(5)}
        going, come = results(at, slow, range(10**6)), 0
        for _ in range(3):
            next(going)
        process.kill()
        began = time.monotonic()
        with pytest.raises(OSError, match="the scheduler no longer answers; what is done is kept"):
            come = len(list(going))
        assert come == 0
        assert time.monotonic() - began < 5
        with pytest.raises(OSError, match="no longer answers"):
            at.wait(1.0)


def test_an_address_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "ANSWERS", 0.5)
    with pytest.raises(OSError, match=r"engine tcp://127\.0\.0\.1:9: no scheduler answers there"):  # noqa: SIM117
        with engine("tcp://127.0.0.1:9"):
            pass


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("magic", {}, "engine 'magic': give local, slurm, or tcp://"),
        ("tcp://", {}, "engine 'tcp://': give local"),
        ("local", {"workers": -1}, "workers -1: give 1 or more"),
        ("local", {"jobs": 3, "queue": "x"}, "engine local: it has no queue, jobs; leave that out"),
        ("tcp://a:1", {"workers": 3}, "engine tcp://a:1: it has no workers; leave that out"),
        ("slurm", {"workers": 3}, "engine slurm: it has no workers; leave that out"),
        ("slurm", {"jobs": 0}, "jobs 0: at least 1 has to run"),
        ("slurm", {"walltime": "1 hour"}, "walltime '1 hour': give HH:MM:SS"),
        ("slurm", {"walltime": "01:60:00"}, "walltime '01:60:00': give HH:MM:SS"),
        ("slurm", {"walltime": "00:00:30"}, "walltime 00:00:30: SLURM counts in minutes"),
        ("slurm", {"memory": "much"}, "memory 'much': give a number with its unit"),
        ("slurm", {"queue": "a b"}, "queue 'a b': give one word"),
        ("slurm", {"directives": ("exclusive",)}, "directive 'exclusive': give one option of"),
        ("slurm", {"patience": 0}, "patience 0: give minutes, more than 0"),
        ("slurm", {}, "engine slurm: there is no sbatch on this machine; start this on a login"),
    ],
)
def test_refusals(
    name: str, options: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ValueError, match=re.escape(told)) as refusal:
        check_engine(name, Options(**options))
    assert str(refusal.value).startswith(told)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("walltime", [60, 90, 3600, 86_400])
def test_a_worker_ends_before_its_job(walltime: int) -> None:
    slurm = pytest.importorskip("calibration.slurm")
    lasts, stagger = slurm.lifetime(walltime)
    assert lasts > stagger
    assert lasts + stagger <= walltime - 20


def test_a_short_task_may_lose_many_workers_and_a_long_one_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slurm = pytest.importorskip("calibration.slurm")
    now = 0.0
    monkeypatch.setattr(slurm.time, "monotonic", lambda: now)
    watch = slurm.Watch()
    for key, ran in [("short", 1.0)] * 5 + [("long", 30.0)] * 2:
        watch.transition(key, "queued", "processing")
        now += ran
        watch.transition(key, "processing", "released")
    assert watch.vain == {"short": 5.0, "long": 60.0}
    watch.transition("long", "released", "forgotten")
    assert watch.vain == {"short": 5.0}
