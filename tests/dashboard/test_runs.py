"""Full runs: one at a time, in a queue, with progress, stopped whole, under names of our own."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from experiments import runner
from reports import check
from reports.dashboard import runs
from reports.dashboard.runs import Run, Runs
from scenarios.scenario import Scenario

NEVER = 300  # seconds


def until(happened: threading.Event, runs_: Runs, done: object) -> None:
    """Wait until `done()` of the queue, told by it."""
    runs_.changed["test"] = happened.set
    end = time.monotonic() + NEVER
    while not done():  # type: ignore[operator]
        assert happened.wait(max(end - time.monotonic(), 0.01)), "it took too long"
        happened.clear()


def group_of(process: int) -> list[int]:
    """The processes that are alive in a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == process and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def test_a_run_is_a_comparison_and_the_next_waits(small: Scenario, tmp_path: Path) -> None:
    queue, happened = Runs(tmp_path), threading.Event()
    (tmp_path / "full-run-001.nc").write_text("somebody's file", encoding="utf-8")
    scenario = small.changed(months=12, seeds=2).model_copy(update={"variants": {"v": ["voucher"]}})
    try:
        first, second = queue.order("ann", scenario), queue.order("bob", scenario)
        assert [r.path.name for r in (first, second)] == ["full-run-002.nc", "full-run-003.nc"]
        assert queue.before(second) == 1
        queue.cancel(second)
        until(happened, queue, lambda: first.state in runs.OVER)
        assert (first.state, first.line) == (runs.DONE, "")
        assert second.state == runs.CANCELLED
        assert first.months == first.of == runner.months_of(scenario)
        assert queue.finished() == [first.path]
        data, _ = check.opened(first.path)
        assert data["aes"].equals(runner.run(scenario, workers=1)["aes"])
        assert (tmp_path / "full-run-001.nc").read_text(encoding="utf-8") == "somebody's file"
        assert sorted(p.name for p in tmp_path.iterdir()) == ["full-run-001.nc", "full-run-002.nc"]
    finally:
        queue.close()


def test_a_run_that_is_stopped_leaves_no_process_and_no_file(
    small: Scenario, tmp_path: Path
) -> None:
    queue, happened = Runs(tmp_path), threading.Event()
    try:
        run = queue.order("ann", small.changed(persons=20_000, seeds=4, months=168))
        until(happened, queue, lambda: run.months > 0 or run.state in runs.OVER)
        assert run.state == runs.RUNNING
        leader = queue._process.pid
        assert len(group_of(leader)) > 1
        queue.cancel(run)
        until(happened, queue, lambda: queue._process is None)
        assert run.state == runs.CANCELLED
        end = time.monotonic() + NEVER
        while group_of(leader):  # killed they are: the last are still being taken away
            assert time.monotonic() < end, "processes stay"
            time.sleep(0.1)
        assert list(tmp_path.iterdir()) == []
    finally:
        queue.close()


def test_what_goes_wrong_is_one_line(small: Scenario, tmp_path: Path) -> None:
    queue, happened = Runs(tmp_path / "not there"), threading.Event()
    scenario = small.changed(months=12).model_copy(update={"variants": {"v": ["voucher"]}})
    try:
        run: Run = queue.order("ann", scenario)
        until(happened, queue, lambda: run.state in runs.OVER)
        assert run.state == runs.FAILED
        assert "No such file or directory" in run.line
        assert os.linesep not in run.line
    finally:
        queue.close()
