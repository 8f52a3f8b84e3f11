"""Ctrl-C or a killed process in a comparison: one line, no half file, and no process left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROCESSES = Path("/proc")
LARGE = ("--persons", "100000", "--seeds", "8", "--months", "600")  # minutes of work
EARLIER = b"results of an earlier run"

pytestmark = pytest.mark.skipif(
    not (PROCESSES / "self" / "stat").exists(), reason="counts processes under /proc"
)


def alive(group: int) -> list[int]:
    """Living processes of a process group."""
    found = []
    for stat in PROCESSES.glob("[0-9]*/stat"):
        try:
            state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # ended meanwhile
            continue
        if int(of) == group and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def _hear_ctrl_c() -> None:
    """A shell's background job ignores Ctrl-C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def comparing(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A long comparison in a process group of its own, over an earlier result."""
    (folder / "compare.nc").write_bytes(EARLIER)
    command = [sys.executable, "-m", "experiments", "compare", *LARGE, "--out", str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=_hear_ctrl_c,  # noqa: PLW1509  # no threads are running here
    )  # fmt: skip
    try:
        yield process
        assert [path.name for path in folder.iterdir()] == ["compare.nc"]
        assert (folder / "compare.nc").read_bytes() == EARLIER
        assert wait_for(lambda: not alive(process.pid), 10), alive(process.pid)
    finally:
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _loading(process: int) -> bool:
    """Whether the engine's libraries are being loaded."""
    return "numpy" in (PROCESSES / str(process) / "maps").read_text()


def _started(process: int) -> bool:
    """Whether there are processes that share the work."""
    return len(alive(process)) > 2


@pytest.mark.parametrize(
    ("begun", "later"),
    [(_loading, 0.0), (_started, 0.0), (_started, 8.0)],
    ids=["loading", "starting", "running"],
)
def test_ctrl_c_stops_everything_and_leaves_earlier_results(
    begun: Callable[[int], bool], later: float, tmp_path: Path
) -> None:
    with comparing(tmp_path) as process:
        assert wait_for(lambda: begun(process.pid), 60)
        time.sleep(later)
        assert process.poll() is None, "it ended before it could be interrupted"
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (130, "")
        assert err == "llo: stopped; nothing was left half-written\n"


def test_a_process_that_is_killed_is_told_in_one_line(tmp_path: Path) -> None:
    with comparing(tmp_path) as process:
        assert wait_for(lambda: _started(process.pid), 60)
        time.sleep(8.0)  # they compute by now
        os.kill(max(alive(process.pid)), signal.SIGKILL)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (2, "")
        assert err.startswith("llo: a process was ended from outside")
        assert err.endswith("--persons\n")
