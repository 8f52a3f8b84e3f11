"""The store of a study: a folder that survives whatever happens to who writes in it.

A task is a handful of runs; its shard is written beside and renamed, and named by its own checksum.
A line of the manifest says that it is there. Nothing is ever changed, only added; `compact` puts
many shards into one pack.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from calibration.files import beside
from experiments.sweeps.outputs import Layout, from_plain

KIND, FORMAT = "llo sweep", 1
META, DESIGN, MANIFEST, FAILURES = (
    "store.json", "design.npy", "manifest.jsonl", "failures.jsonl",
)  # fmt: skip
SHARDS, PACKS = "shards", "packs"
PACK = 512  # tasks in a pack
_FOLDER = 1_000  # shards in a folder
_TAIL = 65_536  # bytes, or rows of the design, that are looked at together
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Stretch:
    """Rows of the design under one seed, by number; tasks divide it in order."""

    first: int
    rows: int
    seed: int


@dataclass(frozen=True)
class Task:
    """Runs that are done together: rows of the design under a seed."""

    number: int
    first: int
    rows: int
    seed: int


@dataclass(frozen=True)
class Done:
    """What a worker says of a task: its shard's checksum, and seconds in the model and in all."""

    number: int
    digest: str
    model: float
    wall: float
    failed: tuple[dict[str, Any], ...] = ()


def digest_of(content: bytes) -> str:
    """The checksum of a shard or pack."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """What the whole lines of a file say, none if it is not there.

    A line that was cut off or spoilt is none: what it told of is then found missing, and done
    again.
    """
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                with suppress(ValueError):
                    entry = json.loads(line) if line.endswith(b"\n") else None
                    if isinstance(entry, dict):
                        yield entry


def added_to(path: Path) -> TextIO:
    """A file to add lines to; a line at its end that was cut off goes, it would spoil the next."""
    if path.exists():
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            while end:
                start = max(end - _TAIL, 0)
                file.seek(start)
                place = file.read(end - start).rfind(b"\n")
                if place >= 0:
                    end = start + place + 1
                    break
                end = start
            file.truncate(end)
    return path.open("a", encoding="utf-8")


def design(folder: Path, first: int, rows: int) -> NDArray[np.float64]:
    """Rows of the design in a store."""
    return np.array(np.load(folder / DESIGN, mmap_mode="r")[first : first + rows], float)


def design_digest(folder: Path, rows: int) -> str:
    """The checksum of so many rows of the design; empty where they cannot be read."""
    found = hashlib.blake2b(digest_size=8)
    try:
        for first in range(0, rows, _TAIL):
            found.update(design(folder, first, min(_TAIL, rows - first)).tobytes())
    except (OSError, ValueError, EOFError):
        return ""
    return found.hexdigest()


class Store:
    """A study's folder, to be read; ValueError with one line when it is none, or of another
    version. Without its manifest nothing in it is known to be done.
    """

    def __init__(self, folder: Path, *, manifest: bool = True) -> None:
        self.folder = folder
        self.load(manifest=manifest)

    def load(self, *, manifest: bool = True) -> None:
        """Take in what is there by now."""
        self.meta, self.version = _meta(self.folder)
        self.layout: Layout = from_plain(self.meta["layout"])
        self.names: list[str] = list(self.meta["factors"])
        self.stretches = [Stretch(*each) for each in self.meta["stretches"]]
        self._tasks, self._runs = [0], [0]  # before each stretch
        for s in self.stretches:
            self._tasks.append(self._tasks[-1] - (-s.rows // self.per_task))
            self._runs.append(self._runs[-1] + s.rows)
        digests: NDArray[np.uint64] = np.zeros(self._tasks[-1], np.uint64)
        packed: dict[int, str] = {}
        for entry in entries(self.folder / MANIFEST) if manifest else ():
            _take(entry, digests, packed)
        self.digests, self.packed = digests, packed  # by task, 0 where not done; by pack
        self._sound: set[str] = set()  # packs that were read as they were written

    def take(self, entry: Mapping[str, Any]) -> None:
        """Take in a line of the manifest."""
        _take(entry, self.digests, self.packed)

    @property
    def per_task(self) -> int:
        """Runs of a whole task."""
        return int(self.meta["per_task"])

    @property
    def rows(self) -> int:
        """Rows of the design."""
        return int(self.meta["rows"])

    @property
    def runs(self) -> int:
        """Runs of the whole study."""
        return self._runs[-1]

    def task(self, number: int) -> Task:
        """A task by its number."""
        k = bisect_right(self._tasks, number) - 1
        s, start = self.stretches[k], (number - self._tasks[k]) * self.per_task
        return Task(number, s.first + start, min(self.per_task, s.rows - start), s.seed)

    def task_of(self, run: int) -> Task:
        """The task of a run."""
        k = bisect_right(self._runs, run) - 1
        return self.task(self._tasks[k] + (run - self._runs[k]) // self.per_task)

    def place(self, task: int) -> int:
        """The number of a task's first run; of the last task and one, of all runs."""
        if task >= self.digests.size:
            return self.runs
        k = bisect_right(self._tasks, task) - 1
        return self._runs[k] + (task - self._tasks[k]) * self.per_task

    def tasks(self) -> Iterator[Task]:
        """All tasks, in order."""
        return map(self.task, range(self.digests.size))

    def done(self) -> Iterator[int]:
        """The numbers of tasks that are done, in order."""
        return map(int, np.flatnonzero(self.digests))

    def missing(self) -> Iterator[Task]:
        """Tasks that are not done, in order."""
        return (self.task(int(number)) for number in np.flatnonzero(self.digests == 0))

    def runs_done(self) -> int:
        """Runs of all tasks that are done."""
        many = int(np.count_nonzero(self.digests)) * self.per_task
        last = [end - 1 for end in self._tasks[1:] if self.digests[end - 1]]
        return many - sum(self.per_task - self.task(number).rows for number in last)

    def values(self, first: int, rows: int) -> NDArray[np.float64]:
        """Rows of the design: values of the factors, in order."""
        return design(self.folder, first, rows)

    def digest(self, task: int) -> str:
        """The checksum of a task's shard; empty where it is not done."""
        return f"{int(self.digests[task]):016x}" if self.digests[task] else ""

    def shard(self, task: int, digest: str) -> Path:
        """Where the shard of a task lies."""
        name = f"{task:08d}-{digest}.npy"
        return self.folder / SHARDS / f"{task // _FOLDER:05d}" / name

    def pack(self, number: int, digest: str) -> Path:
        """Where a pack lies."""
        return self.folder / PACKS / f"{number:05d}-{digest}.npy"

    def read(self, task: Task) -> Rows:
        """The numbers of a task's runs; NaN while it is not done."""
        start = self.place(task.number)
        return self.numbers(start, start + task.rows)

    def numbers(self, start: int, stop: int, columns: slice = slice(None)) -> Rows:
        """The numbers of runs from one to another; NaN while they are not done.

        ValueError if what was done is gone or spoilt.
        """
        width = len(range(self.layout.width)[columns])
        found = np.full((stop - start, width), np.nan, np.float32)
        at = start
        while at < stop:
            task = self.task_of(at)
            if not self.digests[task.number]:
                at = self.place(task.number) + task.rows
                continue
            begin, some = self._found(task)
            end = min(begin + len(some), stop)
            found[at - start : end - start] = some[at - begin : end - begin, columns]
            at = end
        return found

    def _found(self, task: Task) -> tuple[int, Rows]:
        try:
            return self._held(task)
        except FileNotFoundError:  # packed, or dropped, since the manifest was read
            self.load()
        try:
            return self._held(task)
        except FileNotFoundError as error:
            raise _spoilt(Path(error.filename), self.folder) from None

    def _held(self, task: Task) -> tuple[int, Rows]:
        """What a file holds of a task and perhaps others, and of which run that is the first."""
        pack, digest = task.number // PACK, self.digest(task.number)
        if pack in self.packed:
            path = self.pack(pack, self.packed[pack])
            if path.name not in self._sound and digest_of(path.read_bytes()) != self.packed[pack]:
                raise _spoilt(path, self.folder)
            self._sound.add(path.name)
            return self.place(pack * PACK), np.load(path, mmap_mode="r")
        if not digest:
            width = self.layout.width
            return self.place(task.number), np.full((task.rows, width), np.nan, np.float32)
        content = self.shard(task.number, digest).read_bytes()
        if digest_of(content) != digest:
            raise _spoilt(self.shard(task.number, digest), self.folder)
        return self.place(task.number), np.asarray(np.load(io.BytesIO(content)), np.float32)

    def failures(self) -> Iterator[dict[str, Any]]:
        """Runs that failed, with their input and what went wrong; not those done again since."""
        seen: NDArray[np.bool_] = np.zeros(self.runs, bool)
        for entry in entries(self.folder / FAILURES):
            number = entry["task"]
            if number >= self.digests.size or entry["digest"] != self.digest(number):
                continue
            run = self.place(number) + entry["row"] - self.task(number).first
            if not seen[run]:
                seen[run] = True
                yield entry


def _take(entry: Mapping[str, Any], digests: NDArray[np.uint64], packed: dict[int, str]) -> None:
    if "pack" in entry:
        packed[entry["pack"]] = entry["digest"]
    elif "unpack" in entry:
        packed.pop(entry["unpack"], None)
    else:
        task = entry["task"] if "task" in entry else entry["drop"]
        if task < digests.size:  # else of an expansion since the design was read
            digests[task] = int(entry["digest"], 16) if "task" in entry else 0


def _spoilt(path: Path, folder: Path) -> ValueError:
    return ValueError(f"{path}: spoilt or gone: llo sweep restart {folder} makes it again")


def _meta(folder: Path) -> tuple[dict[str, Any], str]:
    try:
        content = (folder / META).read_bytes()
        meta = json.loads(content)
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(f"{folder}: no store of a study; llo sweep run STUDY makes one") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder / META}: cannot be read ({error})") from None
    if not isinstance(meta, dict) or meta.get("kind") != KIND:
        raise ValueError(f"{folder / META}: not of a study; llo sweep run STUDY makes a store")
    if meta.get("format") != FORMAT:
        raise ValueError(
            f"{folder}: a store of format {meta.get('format')}, this version reads {FORMAT}: read "
            "it with the version that made it, or run the study again"
        )
    return meta, digest_of(content)


def write_shard(store: Store, task: int, rows: Rows) -> str:
    """Write a task's numbers, and say their checksum; OSError when there is no room."""
    content = packed(rows)
    digest = digest_of(content)
    write(store.shard(task, digest), content)
    return digest


def packed(rows: Rows) -> bytes:
    """Rows as the content of a file."""
    made = io.BytesIO()
    np.save(made, np.ascontiguousarray(rows, np.float32))
    return made.getvalue()


def write(path: Path, content: bytes, *, lasting: bool = False) -> None:
    """Write a file whole or not at all, and its folder; `lasting` outlives a loss of power."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as part, part.open("wb") as file:
        file.write(content)
        file.flush()
        if lasting:
            os.fsync(file.fileno())


def whole(path: Path, digest: str) -> bool:
    """Whether a file is there and as it was written."""
    try:
        return digest_of(path.read_bytes()) == digest
    except OSError:
        return False
