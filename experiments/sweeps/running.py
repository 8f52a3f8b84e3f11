"""Making the store of a study, and running what is missing in it."""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import numpy as np

from calibration.engines import Options, engine, results
from calibration.files import write_text
from experiments.results import commit
from experiments.sweeps import designs, factors, identity, manifold, outputs, worker
from experiments.sweeps.designs import Array, Shape
from experiments.sweeps.store import Done, Store, Task, added_to, entries
from experiments.sweeps.study import Ready, checked
from experiments.sweeps.writer import Writer, check_free, create, writing

STATUS, SESSIONS = "status.json", "sessions.jsonl"
BEAT = 2.0  # seconds between two notes of how far it is
PER_TASK = 4
MOST = 100_000_000  # runs of a study
FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass
class Session:
    """How far a command came: seconds, and what was done in them by `width` tasks at once."""

    engine: str
    width: int
    host: str
    process: int
    began: str
    elapsed: float = 0.0
    tasks: int = 0
    runs: int = 0
    failed: int = 0
    lost: int = 0
    model: float = 0.0  # seconds in the model, of all tasks together
    wall: float = 0.0  # seconds of tasks, of all together
    ended: bool = False
    _since: float = field(default_factory=time.monotonic)
    _noted: float = -BEAT

    def note(self, store: Store, *, late: bool = False) -> None:
        """Write down how far it is, every now and then; at the end among those that ended."""
        now = time.monotonic()
        if not late and now - self._noted < BEAT:
            return
        self.elapsed, self._noted, self.ended = now - self._since, now, late
        _note(store, {k: v for k, v in vars(self).items() if not k.startswith("_")})


def _note(store: Store, session: dict[str, Any]) -> None:
    text = json.dumps(session)
    if session["ended"]:
        with added_to(store.folder / SESSIONS) as file:
            file.write(text + "\n")
    write_text(store.folder / STATUS, text)


def _settle(store: Store) -> None:
    """Put a command that was killed among those that ended; nothing of it runs any more."""
    for last in sessions(store)[-1:]:
        if not last["ended"]:
            _note(store, {**last, "ended": True})


def shape_of(ready: Ready, draws: int | None = None, levels: int | None = None) -> Shape:
    """What the design of a study needs to know."""
    study, labels = ready.study, ready.labels
    many = levels or study.design.levels
    grouped = len(labels) < len(study.factors)
    return Shape(
        study.design.kind, len(study.factors), draws or study.design.draws, study.design.seed,
        tuple(labels.index(f.label) for f in study.factors) if grouped else (),
        study.design.second_order,
        tuple(len(f.values) if f.values else many for f in study.factors),
        tuple(bool(f.values) for f in study.factors),
    )  # fmt: skip


def rows_of(ready: Ready, shape: Shape, first: int = 0) -> Iterator[Array]:
    """Values of the factors, some rows at a time, from draw `first` on."""
    study, scenario = ready.study, ready.scenario
    if study.design.kind == "table":
        line = 2
        for found in designs.table(Path(study.design.file), ready.names):
            for factor, column in zip(study.factors, found.T, strict=True):
                owned = factors.declared(factor.name, scenario)
                for k, value in enumerate(column, line):
                    if owned is not None:
                        owned.check(f"{study.design.file}:{k}: {factor.name}", float(value))
            line += len(found)
            yield found
        return
    for u in designs.stretches(shape, first):
        columns = [factors.value(f, u[:, k], scenario) for k, f in enumerate(study.factors)]
        yield np.column_stack(columns)


def make(
    ready: Ready,
    folder: Path,
    study_file: Path,
    per_task: int = PER_TASK,
    say: Callable[[str], None] = lambda line: None,
) -> Store:
    """The store of a study; nothing is run yet."""
    from experiments import spin_up

    check_free(folder)
    shape, found = shape_of(ready), identity.of(ready)
    if ready.study.design.kind == "table":
        deque(rows_of(ready, shape), maxlen=0)  # what is wrong with it is told before any work
    else:
        check_runs(shape.rows * ready.study.seeds.count)
    scenario = spin_up.settled(ready.scenario)
    ready = Ready(ready.study, scenario, ready.text)
    design = scenario.design()
    first = design.calendar.at(design.spin_up)[0]
    years = range(first, first + (design.end - design.spin_up) // 12)
    study = ready.study
    layout = outputs.layout(scenario.names(), years, study.groups, study.outputs)
    meta = {
        "title": study.title,
        "study": ready.text,
        "study_file": str(study_file.resolve()),
        "scenario": scenario.model_dump_json(),
        "manifold": manifolds(ready, range(study.seeds.count), say),
        "units": [factors.unit(f, scenario) for f in study.factors],
        "labels": [f.label for f in study.factors],
        "layout": layout.plain(),
        "design": {"kind": study.design.kind, "draws": study.design.draws,
                   "levels": study.design.levels, "block": shape.block},
        "per_task": per_task,
        "identity": found,
        "commit": commit(),
        "introduced": int(scenario.time.introduction[:4]),
    }  # fmt: skip
    with room(f"{folder}: {{}}: make room, then run it again"):
        return create(folder, meta, ready.names, rows_of(ready, shape), study.seeds.count)


def check_runs(many: int) -> None:
    if many > MOST:
        raise ValueError(
            f"a study of {many:,} runs: at most {MOST:,}: take fewer draws, levels or seeds"
        )


@contextmanager
def room(told: str) -> Iterator[None]:
    """OSError with one line, of which this is a form, when there is no room on the disk."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise OSError(told.format("the disk is full")) from None
        raise


def manifolds(
    ready: Ready, seeds: Iterable[int], say: Callable[[str], None] = lambda line: None
) -> dict[str, manifold.Manifold]:
    """Where intercepts lie, by seed; empty when they are kept."""
    if ready.study.design.intercepts != "solved":
        return {}
    return {str(seed): manifold.learnt(ready, seed, say) for seed in seeds}


def ready_of(store: Store) -> Ready:
    """The study that a store is of, as it was when the store was made."""
    from scenarios.scenario import Scenario

    found = _read_again(store)
    scenario = Scenario.model_validate_json(store.meta["scenario"])
    return Ready(found.study, scenario, found.text)


def _read_again(store: Store) -> Ready:
    """The study as it was, of a scenario as that is now."""
    import tomllib

    text = store.meta["study"]
    return checked(text, tomllib.loads(text), Path(store.meta["study_file"]))


def check(store: Store, study: Path | None = None) -> None:
    """ValueError with what has changed since the store was made, if anything has; `study` is the
    file of its study, the one that it was made from unless given.
    """
    file = study or Path(store.meta["study_file"])
    if file.is_file() and file.read_text(encoding="utf-8") != store.meta["study"]:
        raise ValueError(
            f"{store.folder}: the study {file} has changed since this store was made: put it back, "
            "use llo sweep expand for more of the same, or run it into another folder with --out"
        )
    found = identity.changes(store.meta["identity"], identity.of(_read_again(store)))
    if found:
        raise ValueError(
            f"{store.folder}: made by another model or configuration; since then: "
            f"{identity.told(found)}: put that back, or run the study into another folder with "
            "--out"
        )


def run(
    store: Store,
    name: str = "local",
    options: Options | None = None,
    *,
    at_most: int | None = None,
    until: float | None = None,
    failed: bool = False,
    tell: Callable[[Session], None] = lambda session: None,
    say: Callable[[str], None] = lambda line: None,
) -> Session:
    """Run what is missing, at most so many runs of it, and none begun after the moment `until` of
    the monotonic clock; with `failed` also what failed before.

    Raises ValueError when the model or the study has changed, and OSError when the disk is full or
    the engine is lost; what is done is kept in any case.
    """
    with (
        room(f"{store.folder}: {{}}; what is done is kept: make room, then {_restart(store)}"),
        writing(store) as writer,
    ):
        check(store)
        _settle(store)
        spoilt = writer.verify()
        if spoilt:
            say(f"{spoilt} tasks are spoilt or gone and are done again")
        if failed:
            writer.again()
        tasks: Iterator[Task] = store.missing()
        if at_most is not None:
            tasks = islice(tasks, -(-at_most // store.per_task))
        if until is not None:
            tasks = takewhile(lambda task: time.monotonic() < until, tasks)
        head = next(tasks, None)
        if head is None:
            return _session("none", 0)
        with engine(name, options=options) as chosen:
            chosen.wait(tell=say)
            work = _Job(str(store.folder.resolve()), store.version)
            say("compiling")
            deque(results(chosen, work.warm, [None]), maxlen=0)  # where it fails, so does every run
            session = _session(name, chosen.width)
            every = (task for part in ((head,), tasks) for task in part)
            try:
                session.note(store)
                for task, found in results(chosen, work, every):
                    _take(writer, session, task, found)
                    tell(session)
            finally:
                with suppress(OSError):  # a full disk is told of already
                    session.note(store, late=True)
    return session


def _restart(store: Store) -> str:
    return f"llo sweep restart {store.folder}"


@dataclass(frozen=True)
class _Job:
    """The function that processes are given."""

    folder: str
    made: str

    def __call__(self, task: Task) -> Done:
        return worker.live(self.folder, self.made, task)

    def warm(self, _: None) -> None:
        """Compile what a task needs."""
        worker.warm(self.folder, self.made)


def _session(name: str, width: int) -> Session:
    began = time.strftime("%Y-%m-%dT%H:%M:%S")
    return Session(name, width, socket.gethostname(), os.getpid(), began)


def _take(writer: Writer, session: Session, task: Task, found: Done | BaseException) -> None:
    if isinstance(found, OSError) and not isinstance(found, TimeoutError):  # that is the task's own
        if found.errno in FULL:
            raise found
        raise OSError(
            f"{writer.store.folder}: a process cannot read or write there ({found}); what is done "
            f"is kept: mend that, then {_restart(writer.store)}"
        )
    if isinstance(found, BaseException):
        session.lost += 1
        writer.lose(task, f"{type(found).__name__}: {str(found).partition(chr(10))[0]}")
        return
    writer.keep(found)
    session.tasks += 1
    session.runs += task.rows
    session.failed += len(found.failed)
    session.model += found.model
    session.wall += found.wall
    session.note(writer.store)


def sessions(store: Store) -> list[dict[str, Any]]:
    """What commands did to a store, the last one too if it runs or was killed."""
    found = list(entries(store.folder / SESSIONS))
    path = store.folder / STATUS
    if path.is_file():
        last = json.loads(path.read_text(encoding="utf-8"))
        if not last["ended"] and {**last, "ended": True} not in found:
            found.append(last)
    return found
