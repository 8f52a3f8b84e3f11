"""Worker processes that hold lives, shared by all sessions and fair to them.

A question is a variant at a setting; a worker takes up one life of one question at a time, of each
session in turn, and of a session only what it asked last. Between questions it prepares the lives
that it is to hold.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from experiments import runner, spin_up, trials
from reports.dashboard import levers, lives
from scenarios.scenario import NULL, Scenario

KEPT = 600  # lives under a setting that are kept for who asks the same again
ENDED = "a calculating process was ended from outside, perhaps for want of memory; ask again"
_CLEARED_UP = "ignore:resource_tracker:UserWarning"
Job = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass
class Ticket:
    """What a session asked: variants at a setting; what is known of it, by life and variant."""

    setting: levers.Setting
    variants: Mapping[str, Sequence[str]]  # the null first; instruments by variant
    tables: lives.Tables
    months: int
    tell: Callable[[], None]
    found: dict[tuple[int, str], xr.Dataset] = field(default_factory=dict)
    taken: set[tuple[int, str]] = field(default_factory=set)
    failed: str = ""

    def key(self, life: int, variant: str) -> str:
        """What an answer depends on."""
        own = {n: self.tables.get(n, {}) for n in self.variants[variant]}
        return json.dumps([life, self.months, list(self.variants[variant]), own], sort_keys=True)

    def whole(self) -> list[int]:
        """The lives that are lived under all variants."""
        return sorted(
            {k for k, _ in self.found if all((k, v) in self.found for v in self.variants)}
        )


@dataclass
class Errand:
    """Something else to be done by some worker."""

    job: Job
    done: Callable[[Any, str], None]  # told the result, or one line on what went wrong


class Pool:
    """The workers; `changed` are told when another life is ready."""

    def __init__(self, scenario: Scenario, many: int, workers: int = 0) -> None:
        self.scenario, self.many = scenario, many
        self.ready: set[int] = set()
        self.trouble = ""
        self.changed: dict[object, Callable[[], None]] = {}
        self._asked: OrderedDict[object, Ticket] = OrderedDict()
        self._errands: deque[Errand] = deque()
        self._kept: OrderedDict[str, xr.Dataset] = OrderedDict()
        self._free = threading.Condition()
        self._settled = threading.Event()
        self._closed = False
        self._workers: list[ProcessPoolExecutor] = []
        self._count = min(workers or os.cpu_count() or 1, many)
        self._threads = [
            threading.Thread(target=self._work, args=(w,), daemon=True) for w in range(self._count)
        ]

    def start(self) -> None:
        """Start the processes; they prepare their lives.

        They are killed when the pool closes, whatever they are at. Python's tracker then clears up
        the semaphores that they held, as it should, and need not say so behind our own last line.
        """
        told = [w for w in os.environ.get("PYTHONWARNINGS", "").split(",") if w]
        os.environ["PYTHONWARNINGS"] = ",".join(dict.fromkeys([*told, _CLEARED_UP]))
        self._workers = [self._process() for _ in range(self._count)]
        for thread in self._threads:
            thread.start()

    def ask(
        self, who: object, setting: levers.Setting, tell: Callable[[], None] = lambda: None
    ) -> Ticket:
        """Ask for a setting, in place of what `who` asked before; `tell` is called from another
        thread with every life that is known under all variants.
        """
        changed = levers.tables(self.scenario, setting)
        members = {v: self.scenario.variants[v] for v in setting[levers.VARIANTS]}
        lived = levers.months(self.scenario, setting)
        ticket = Ticket(dict(setting), {NULL: [], **members}, changed, lived, tell)
        with self._free:
            self._asked[who] = ticket
            for life in range(self.many):
                for variant in ticket.variants:
                    self._known(ticket, life, variant)
            self._free.notify_all()
        return ticket

    def leave(self, who: object) -> None:
        """Forget what a session asked."""
        with self._free:
            self._asked.pop(who, None)
            self.changed.pop(who, None)

    def send(self, errand: Errand) -> None:
        """Have something else done, before questions that come later."""
        with self._free:
            self._errands.append(errand)
            self._free.notify_all()

    def close(self) -> None:
        """End all processes at once."""
        with self._free:
            self._closed = True
            self._free.notify_all()
        self._settled.set()
        for worker in self._workers:
            for process in list((worker._processes or {}).values()):
                process.kill()
            worker.shutdown(wait=False, cancel_futures=True)

    def _process(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), trials.begin)

    def _work(self, w: int) -> None:
        """One worker's thread: what comes next is done in its process, until the pool closes."""
        names = [v for k, v in enumerate(self.scenario.names()) if k % self._count == w]
        if w == 0:
            found, line = self._run(w, (spin_up.settled, (self.scenario,)))
            self.scenario, self.trouble = found or self.scenario, line
            self._settled.set()
        for variant in names:  # their loops, so that no question waits for a compiler
            self._run(w, (runner.compile_loops, (self.scenario, variant)))
        self._settled.wait()
        while True:
            with self._free:
                while (found := self._next(w)) is None and not self._closed:
                    self._free.wait()
                if self._closed or found is None:
                    return
            job, done = found
            done(*self._run(w, job))

    def _run(self, w: int, job: Job) -> tuple[Any, str]:
        """The result of a job, or None and one line."""
        try:
            task: Future[Any] = self._workers[w].submit(job[0], *job[1])
            return task.result(), ""
        except (BrokenProcessPool, RuntimeError):
            with self._free:
                if not self._closed:
                    self._workers[w] = self._process()
                    self.ready -= {k for k in self.ready if k % self._count == w}
            return None, ENDED
        except Exception as error:  # noqa: BLE001  # whatever a run raises is told on the page
            return None, str(error).replace("\n", " ") or type(error).__name__

    def _next(self, w: int) -> tuple[Job, Callable[[Any, str], None]] | None:
        """What worker `w` does next; the lock is held."""
        if self._errands:
            errand = self._errands.popleft()
            return errand.job, errand.done
        mine = [k for k in range(self.many) if k % self._count == w]
        for who, ticket in list(self._asked.items()):
            for life in mine:
                if life not in self.ready or ticket.failed:
                    continue
                for variant in ticket.variants:
                    if (life, variant) in ticket.taken or self._known(ticket, life, variant):
                        continue
                    ticket.taken.add((life, variant))
                    self._asked.move_to_end(who)  # the others first, next time
                    return self._question(ticket, life, variant)
        for life in mine:
            if life not in self.ready and not self.trouble:
                return (lives.hold, (self.scenario, life)), lambda _, line, k=life: self._held(
                    k, line
                )
        return None

    def _question(
        self, ticket: Ticket, life: int, variant: str
    ) -> tuple[Job, Callable[[Any, str], None]]:
        def done(found: xr.Dataset | None, line: str) -> None:
            with self._free:
                ticket.taken.discard((life, variant))
                if found is None:
                    ticket.failed = line
                else:
                    key = ticket.key(life, variant)
                    self._kept[key] = ticket.found[life, variant] = found
                    if len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
            if ticket.failed or life in ticket.whole():
                ticket.tell()

        own = {n: ticket.tables[n] for n in ticket.variants[variant] if n in ticket.tables}
        words = (life, variant, list(ticket.variants[variant]), own, ticket.months)
        return (lives.live, words), done

    def _known(self, ticket: Ticket, life: int, variant: str) -> bool:
        """Whether an answer is known, and then given."""
        key = ticket.key(life, variant)
        if (life, variant) not in ticket.found and key in self._kept:
            self._kept.move_to_end(key)
            ticket.found[life, variant] = self._kept[key]
        return (life, variant) in ticket.found

    def _held(self, life: int, line: str) -> None:
        """A life is ready, or could not be made."""
        with self._free:
            if line and line != ENDED:
                self.trouble = line
            elif not line:
                self.ready.add(life)
            listeners = list(self.changed.values())
        for tell in listeners:
            tell()
