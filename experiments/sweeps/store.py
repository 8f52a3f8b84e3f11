"""The store of a study: a folder that survives whatever happens to who writes in it.

A task is a handful of runs; its shard is written beside and renamed, and named by its own checksum.
A line of the manifest says that it is there. Nothing is ever changed, only added; `compact` puts
many shards into one pack.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from calibration.files import beside
from experiments.sweeps.outputs import Layout, from_plain

KIND, FORMAT = "llo sweep", 1
META, DESIGN, MANIFEST, FAILURES = (
    "store.json", "design.h5", "manifest.jsonl", "failures.jsonl",
)  # fmt: skip
SHARDS, PACKS = "shards", "packs"
PACK = 512  # tasks in a pack
_FOLDER = 1_000  # shards in a folder
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


def lines(path: Path) -> Iterator[bytes]:
    """Whole lines of a file, none if it is not there: a line that was cut off is none."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))


class Store:
    """A study's folder, to be read; ValueError with one line when it is none, or of another
    version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.load()

    def load(self) -> None:
        """Take in what is there by now."""
        self.meta = _meta(self.folder)
        self.layout: Layout = from_plain(self.meta["layout"])
        self.names: list[str] = list(self.meta["factors"])
        self.done: dict[int, str] = {}  # task -> checksum of its shard
        self.packed: dict[int, str] = {}  # pack -> its checksum
        self.seconds = [0.0, 0.0]  # in the model, and in all
        self.__dict__.pop("task_rows", None)
        for line in lines(self.folder / MANIFEST):
            self.take(json.loads(line))

    def take(self, entry: Mapping[str, Any]) -> None:
        """Take in a line of the manifest."""
        if "pack" in entry:
            self.packed[entry["pack"]] = entry["digest"]
        elif "unpack" in entry:
            self.packed.pop(entry["unpack"], None)
        elif "drop" in entry:
            self.done.pop(entry["drop"], None)
        else:
            self.done[entry["task"]] = entry["digest"]
            self.seconds[0] += entry["model"]
            self.seconds[1] += entry["wall"]

    @property
    def stretches(self) -> list[Stretch]:
        """The parts of the study, in the order in which they were asked for."""
        return [Stretch(*each) for each in self.meta["stretches"]]

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
        return sum(s.rows for s in self.stretches)

    def tasks(self) -> Iterator[Task]:
        """All tasks, in order."""
        number = 0
        for s in self.stretches:
            for start in range(0, s.rows, self.per_task):
                yield Task(number, s.first + start, min(self.per_task, s.rows - start), s.seed)
                number += 1

    @cached_property
    def task_rows(self) -> NDArray[np.int64]:
        """Runs of every task."""
        return np.array([task.rows for task in self.tasks()], np.int64)

    def missing(self) -> Iterator[Task]:
        """Tasks that are not done, in order."""
        return (task for task in self.tasks() if task.number not in self.done)

    def runs_done(self) -> int:
        """Runs of all tasks that are done."""
        return int(self.task_rows[list(self.done)].sum())

    def values(self, first: int, rows: int) -> NDArray[np.float64]:
        """Rows of the design: values of the factors, in order."""
        with h5py.File(self.folder / DESIGN, "r") as file:
            return np.asarray(file["x"][first : first + rows], float)

    def shard(self, task: int, digest: str) -> Path:
        """Where the shard of a task lies."""
        name = f"{task:08d}-{digest}.npy"
        return self.folder / SHARDS / f"{task // _FOLDER:05d}" / name

    def pack(self, number: int, digest: str) -> Path:
        """Where a pack lies."""
        return self.folder / PACKS / f"{number:05d}-{digest}.npy"

    def read(self, task: Task) -> Rows:
        """The numbers of a task's runs; NaN while it is not done."""
        pack = task.number // PACK
        if pack in self.packed:
            start = int(self.task_rows[pack * PACK : task.number].sum())
            whole = np.load(self.pack(pack, self.packed[pack]), mmap_mode="r")
            return np.array(whole[start : start + task.rows])
        digest = self.done.get(task.number)
        if digest is None:
            return np.full((task.rows, self.layout.width), np.nan, np.float32)
        return np.asarray(np.load(self.shard(task.number, digest)), np.float32)

    def failures(self) -> list[dict[str, Any]]:
        """Runs that failed, with their input and what went wrong; not those done again since."""
        found: dict[tuple[int, int], dict[str, Any]] = {}
        for line in lines(self.folder / FAILURES):
            entry = json.loads(line)
            key = entry["row"], entry["seed"]
            found.pop(key, None)
            if "error" in entry:
                found[key] = entry
        return list(found.values())


def _meta(folder: Path) -> dict[str, Any]:
    try:
        meta: dict[str, Any] = json.loads((folder / META).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(f"{folder}: no store of a study; llo sweep run STUDY makes one") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder / META}: cannot be read ({error})") from None
    if meta.get("kind") != KIND or meta.get("format") != FORMAT:
        raise ValueError(
            f"{folder}: a store of format {meta.get('format')}, this version reads {FORMAT}: read "
            "it with the version that made it, or run the study again"
        )
    return meta


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


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as part:
        part.write_bytes(content)


def whole(path: Path, digest: str) -> bool:
    """Whether a file is there and as it was written."""
    try:
        return digest_of(path.read_bytes()) == digest
    except OSError:
        return False
