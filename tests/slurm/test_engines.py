"""Tasks in jobs of a real SLURM: none is lost, and what SLURM does not do it says in its words."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import pytest

from calibration.engines import UNWATCHED, Engine, Options, engine, results

slurm = pytest.importorskip("calibration.slurm")
Queued = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def place(
    slurm_node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, queued: Queued
) -> Iterator[Path]:
    """An empty folder to work in, a cache of our own, quick rounds; all must be left empty."""
    here, cache = tmp_path / "here", tmp_path / "cache"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setattr(slurm, "A_ROUND", 1.0)
    yield here
    assert queued() == []
    assert not list(here.iterdir())
    assert not list((cache / "llo").iterdir())


def options(**changes: Any) -> Options:
    usual = {"queue": "ordinary", "walltime": "00:10:00", "jobs": 2, "memory": "500MB"}
    return Options(**{**usual, "interface": "lo", **changes})


@pytest.fixture
def at() -> Iterator[Engine]:
    with engine("slurm", options=options()) as found:
        found.wait(60.0)
        yield found


def where(task: Callable[[int], Any]) -> Callable[[int], tuple[Any, str]]:
    """The task with the number of the job that did it."""
    return lambda x: (task(x), os.environ["SLURM_JOB_ID"])


def of_itself(command: str) -> str:
    """What SLURM says of the job that this runs in."""
    words = [command, "show", "job", os.environ["SLURM_JOB_ID"]]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_tasks_run_in_jobs_with_our_variables_and_nothing_is_said(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    names = ["MALLOC_TRIM_THRESHOLD_", "OMP_NUM_THREADS", "XDG_CACHE_HOME"]
    with engine("slurm", options=options()) as at:
        at.wait(60.0)
        assert at.width == 2
        found = dict(results(at, where(lambda x: x * x), range(20)))
        variables = dict(results(at, lambda name: dict(os.environ).get(name), names))
        settings = dict(results(at, dask.config.get, UNWATCHED))
    assert {x: answer for x, (answer, _) in found.items()} == {x: x * x for x in range(20)}
    assert variables == dict(zip(names, [None, "1", str(tmp_path / "cache")], strict=True))
    assert settings == UNWATCHED
    assert capfd.readouterr() == ("", "")


def test_what_sbatch_itself_reads_goes_with_every_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SBATCH_ACCOUNT", "who_pays")
    monkeypatch.setenv("SBATCH_CONSTRAINT", "old")
    with pytest.raises(OSError, match=r"queue takes no job: .*feature"):  # noqa: SIM117
        with engine("slurm", options=options()):
            pass
    monkeypatch.delenv("SBATCH_CONSTRAINT")
    with engine("slurm", options=options()) as at:
        at.wait(60.0)
        ((_, told),) = results(at, of_itself, ["scontrol"])
    assert "Account=who_pays" in told


def test_a_queue_that_is_none_is_refused_in_slurms_words(queued: Queued) -> None:
    with pytest.raises(OSError, match=r"^engine slurm: the queue takes no job: .+$") as refusal:  # noqa: SIM117
        with engine("slurm", options=options(queue="nowhere")):
            pass
    assert "Invalid partition name specified" in str(refusal.value)


def test_a_queue_in_which_nothing_starts_says_why() -> None:
    with engine("slurm", options=options(queue="short", walltime="00:05:00")) as at:
        why = r"nothing started within 3 s; .* 2 PENDING \(PartitionTimeLimit\)$"
        with pytest.raises(OSError, match=why):
            at.wait(3.0)


def test_what_a_killed_worker_held_runs_again(at: Engine, tmp_path: Path) -> None:
    marker = tmp_path / "died"

    def once(x: int) -> int:
        if x == 3 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    assert dict(results(at, once, range(12))) == {x: x for x in range(12)}
    assert marker.exists()


def test_what_a_cancelled_job_held_runs_in_another(at: Engine, queued: Queued) -> None:
    def slow(x: int) -> int:
        time.sleep(0.5)
        return x

    first, found = set(queued()), {}
    for item, answer in results(at, where(slow), range(40)):
        if not found:
            subprocess.run(["scancel", *first], check=True)
        found[item] = answer
    assert {x: answer for x, (answer, _) in found.items()} == {x: x for x in range(40)}
    assert {job for _, job in found.values()} - first


def test_at_walltime_new_jobs_go_on_and_what_is_too_long_is_told(
    monkeypatch: pytest.MonkeyPatch, queued: Queued
) -> None:
    monkeypatch.setattr(slurm, "LEAD", (50, 300))  # workers live 10 s of the minute
    monkeypatch.setattr(slurm, "TOO_LONG", 0.5)

    def task(x: int) -> int:
        time.sleep(100 if x == 5 else 0.5)
        return x

    with engine("slurm", options=options(queue="short", walltime="00:01:00")) as at:
        at.wait(60.0)
        first = set(queued())
        found = dict(results(at, where(task), range(40)))
    late = found.pop(5)
    assert isinstance(late, TimeoutError)
    assert "give a longer --walltime" in str(late)
    assert {x: answer for x, (answer, _) in found.items()} == {x: x for x in range(40) if x != 5}
    assert {job for _, job in found.values()} - first


def test_jobs_that_cannot_work_are_not_submitted_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm.sys, "executable", "/nowhere/python")
    with engine("slurm", options=options(jobs=1)) as at:
        told = r"engine slurm: 3 jobs ended before their worker came; the last wrote: .*/nowhere/"
        with pytest.raises(OSError, match=told):
            at.wait(60.0)
        with pytest.raises(OSError, match=told):
            list(results(at, abs, range(3)))
