"""Full comparisons in the background: one at a time, in processes of their own; others wait."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import results, runner
from scenarios.scenario import Scenario

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
OVER = (DONE, FAILED, CANCELLED)
LOOK = 0.5  # seconds between looks at how far a run is
PATIENCE = 5.0  # seconds that a run has to stop of itself


@dataclass
class Run:
    """An ordered comparison: who ordered it, and how it goes."""

    who: object
    scenario: Scenario
    path: Path
    state: str = WAITING
    months: int = 0  # of `of` that are lived
    of: int = 1
    line: str = ""  # what went wrong


class Runs:
    """The queue; `changed` are told, from another thread, when something has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changed: dict[object, Callable[[], None]] = {}
        self.all: list[Run] = []
        self._free = threading.Condition()
        self._closed = False
        self._process: Any = None
        self._thread: threading.Thread | None = None

    def order(self, who: object, scenario: Scenario) -> Run:
        """Put a comparison into the queue; its file gets the first name that is free."""
        with self._free:
            taken = {run.path for run in self.all}
            names = (self.folder / f"full-run-{k:03d}.nc" for k in itertools.count(1))
            path = next(p for p in names if p not in taken and not p.exists())
            run = Run(who, scenario, path)
            self.all.append(run)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._free.notify_all()
        self._tell()
        return run

    def before(self, run: Run) -> int:
        """How many runs come before one that waits."""
        with self._free:
            earlier = self.all[: self.all.index(run)]
            return sum(r.state not in OVER for r in earlier)

    def cancel(self, run: Run) -> None:
        """Stop a run, or take it out of the queue; one that is over stays as it is."""
        with self._free:
            if run.state not in OVER:
                run.state = CANCELLED
            self._free.notify_all()
        self._tell()

    def finished(self) -> list[Path]:
        """The files of runs that are done."""
        return [run.path for run in self.all if run.state == DONE]

    def close(self) -> None:
        """End everything at once."""
        with self._free:
            self._closed = True
            process = self._process
            self._free.notify_all()
        if process is not None:
            _kill(process)

    def _tell(self) -> None:
        for tell in list(self.changed.values()):
            tell()

    def _work(self) -> None:
        while True:
            with self._free:
                while not self._closed and not any(r.state == WAITING for r in self.all):
                    self._free.wait()
                if self._closed:
                    return
                run = next(r for r in self.all if r.state == WAITING)
                run.state = RUNNING
            self._live(run)
            self._tell()

    def _live(self, run: Run) -> None:
        """Live one comparison in a process of its own, until it is done or cancelled."""
        context = multiprocessing.get_context("spawn")
        counter, (mine, theirs) = context.Array("q", 2), context.Pipe(duplex=False)
        text = run.scenario.model_dump_json()
        process = context.Process(target=_lived, args=(text, str(run.path), counter, theirs))
        with runner.unheard():
            process.start()
        theirs.close()
        with self._free:
            self._process = process
        while process.is_alive():
            process.join(LOOK)
            if run.state == CANCELLED:
                _kill(process)
            run.months, run.of = counter[0], max(counter[1], 1)
            self._tell()
        line = ""
        with suppress(EOFError):
            line = mine.recv()
        with self._free:
            self._process = None
            if run.state != CANCELLED:
                run.line = line or "" if process.exitcode == 0 else line or "it was ended"
                run.state = DONE if process.exitcode == 0 and not line else FAILED


def _kill(process: Any) -> None:
    """End a process and all that it started: they are a group of their own."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join(PATIENCE)


def _lived(text: str, path: str, counter: Any, told: Any) -> None:
    """In a process of its own: the comparison into a file, whole or not at all; one line to `told`
    if that could not be.
    """
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(10)  # the live answers go first
    threading.Thread(target=_outlive_no_parent, daemon=True).start()
    try:
        from experiments import spin_up

        scenario = runner.prepared(Scenario.model_validate_json(text))
        scenario = spin_up.settled(scenario)
        counter[1] = runner.months_of(scenario)

        def progress(done: int) -> None:
            counter[0] = min(done, counter[1])

        results.write(runner.run(scenario, progress), Path(path))
    except Exception as error:  # noqa: BLE001  # whatever went wrong is told on the page
        told.send(str(error).replace("\n", " ") or type(error).__name__)


def _outlive_no_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.killpg(os.getpgrp(), signal.SIGKILL)
