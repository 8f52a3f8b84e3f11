"""What one process at a time may do to a store: keep what is done, verify, expand, pack."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np
from numpy.typing import NDArray

from calibration.files import beside, write_text
from experiments.sweeps.store import (
    DESIGN,
    FAILURES,
    FORMAT,
    KIND,
    MANIFEST,
    META,
    PACK,
    PACKS,
    SHARDS,
    Done,
    Store,
    Stretch,
    Task,
    added_to,
    design_digest,
    digest_of,
    packed,
    whole,
    write,
)  # fmt: skip

LOCK = "lock"


class Writer:
    """The right to add to a store; see `writing`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._files: dict[str, TextIO] = {}

    def close(self) -> None:
        """No more is to be written."""
        for file in self._files.values():
            with suppress(OSError):  # what could not be written was told when it was tried
                file.close()

    def _append(self, name: str, entry: Mapping[str, Any]) -> None:
        if name not in self._files:
            self._files[name] = added_to(self.store.folder / name)
        self._files[name].write(json.dumps(entry) + "\n")
        self._files[name].flush()

    def _note(self, entry: Mapping[str, Any]) -> None:
        self._append(MANIFEST, entry)
        self.store.take(entry)

    def keep(self, done: Done) -> None:
        """Note that a task is done; it is safe once this returns."""
        for failed in done.failed:
            self._append(FAILURES, {"task": done.number, "digest": done.digest, **failed})
        self._note({"task": done.number, "digest": done.digest,
                    "model": round(done.model, 4), "wall": round(done.wall, 4)})  # fmt: skip

    def lose(self, task: Task, error: str) -> None:
        """Note the input of a task that took its processes along; it stays missing."""
        for k, x in enumerate(self.store.values(task.first, task.rows)):
            given = dict(zip(self.store.names, map(float, x), strict=True))
            entry = {"task": task.number, "digest": "", "row": task.first + k, "seed": task.seed}
            self._append(FAILURES, {**entry, "factors": given, "error": error})

    def again(self) -> int:
        """Have every task with a failed run done again; how many they are."""
        found = sorted({f["task"] for f in self.store.failures() if f["digest"]})
        for number in found:
            self._redo(number)
        return len(found)

    def _redo(self, task: int) -> None:
        """A task is to be done again; its pack is undone, for it would go before the new shard."""
        if task // PACK in self.store.packed:
            self._unpack(task // PACK)
        self._note({"drop": task})

    def _unpack(self, pack: int) -> None:
        """Write the shards of a whole pack again."""
        store = self.store
        for task in _of_pack(store, pack):
            if store.digests[task.number]:
                digest = store.digest(task.number)
                write(store.shard(task.number, digest), packed(store.read(task)), lasting=True)
        self._drop_pack(pack)

    def _drop_pack(self, pack: int) -> None:
        path = self.store.pack(pack, self.store.packed[pack])
        self._note({"unpack": pack})
        path.unlink(missing_ok=True)

    def verify(self) -> int:
        """Read all shards and packs; how many tasks are to be done again for they are spoilt.

        What was being written when its process was killed is taken away. ValueError if the design
        is spoilt.
        """
        store, spoilt = self.store, 0
        if design_digest(store.folder, store.rows) != store.meta["design_digest"]:
            raise ValueError(
                f"{store.folder / DESIGN}: spoilt or gone: put it back from a copy, or run the "
                "study into another folder with --out"
            )
        for part in (p for name in (SHARDS, PACKS) for p in (store.folder / name).rglob("*.part")):
            part.unlink(missing_ok=True)
        for pack, digest in list(store.packed.items()):
            if not whole(store.pack(pack, digest), digest):
                self._drop_pack(pack)
        for task in store.done():
            digest = store.digest(task)
            if task // PACK not in store.packed and not whole(store.shard(task, digest), digest):
                self._note({"drop": task})
                spoilt += 1
        return spoilt

    def compact(self) -> int:
        """Put shards of whole stretches of tasks into packs; how many packs were made.

        A shard that is spoilt keeps its tasks out of one: it is to be done again.
        """
        store, made = self.store, 0
        for pack in range(store.digests.size // PACK):
            if pack in store.packed or not store.digests[pack * PACK : (pack + 1) * PACK].all():
                continue
            tasks = _of_pack(store, pack)
            spoilt = [t.number for t in tasks if not self._sound(t.number)]
            for number in spoilt:
                self._note({"drop": number})
            if spoilt:
                continue
            content = packed(np.concatenate([store.read(t) for t in tasks]))
            digest = digest_of(content)
            write(store.pack(pack, digest), content, lasting=True)
            self._note({"pack": pack, "digest": digest})
            made += 1
        self._flush()
        for pack, digest in store.packed.items():  # also what a compaction that was killed left
            if whole(store.pack(pack, digest), digest):
                for task in _of_pack(store, pack):
                    store.shard(task.number, store.digest(task.number)).unlink(missing_ok=True)
        return made

    def _sound(self, task: int) -> bool:
        digest = self.store.digest(task)
        return whole(self.store.shard(task, digest), digest)

    def _flush(self) -> None:
        """Have the disk itself hold what was noted, before anything is taken away for it."""
        for file in self._files.values():
            os.fsync(file.fileno())

    def extend(self, rows: Iterator[NDArray[np.float64]]) -> int:
        """Add rows to the design, in a file of its own that takes its place; how many it has then.

        Until `expand` says so the rows are not asked for, and a later extension writes over them.
        """
        path = self.store.folder / DESIGN
        with beside(path) as part:
            shutil.copyfile(path, part)
            with part.open("r+b") as file:
                many = _add(file, self.store.rows, len(self.store.names), rows)
        return many

    def expand(self, stretches: Sequence[Stretch], rows: int, meta: Mapping[str, Any]) -> None:
        """Ask for further stretches of a design that has so many rows by now."""
        found = {**self.store.meta, **meta, "rows": rows,
                 "design_digest": design_digest(self.store.folder, rows),
                 "stretches": [[s.first, s.rows, s.seed] for s in stretches]}  # fmt: skip
        write_text(self.store.folder / META, json.dumps(found, indent=1))
        self.store.load()


def _of_pack(store: Store, pack: int) -> list[Task]:
    return [store.task(number) for number in range(pack * PACK, (pack + 1) * PACK)]


def _add(file: BinaryIO, there: int, width: int, rows: Iterator[NDArray[np.float64]]) -> int:
    """Write rows after those that are there, in a .npy file; how many it has then."""

    def head() -> None:  # as long for any number of rows
        shape = {"descr": "<f8", "fortran_order": False, "shape": (there, width)}
        file.seek(0)
        np.lib.format.write_array_header_1_0(file, shape)

    head()
    file.seek(there * width * 8, os.SEEK_CUR)
    file.truncate()
    for some in rows:
        file.write(np.ascontiguousarray(some, "<f8").tobytes())
        there += len(some)
    head()
    return there


@contextmanager
def writing(store: Store) -> Iterator[Writer]:
    """The right to add to a store, which one process has at a time; ValueError while another has.

    What others did to it before is taken in first.
    """
    with _locked(store.folder):
        store.load()
        writer = Writer(store)
        try:
            yield writer
        finally:
            writer.close()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The folder for this process alone; the system lets go of it when the process ends."""
    with (folder / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ValueError(
                f"{folder}: another command works on it ({lock.read().strip()}): wait until it "
                "ends, or end it"
            ) from None
        except OSError as error:
            raise OSError(
                f"{folder}: cannot be locked ({error.strerror}): put it on a disk with locks"
            ) from None
        with suppress(OSError):  # who has it is told if there is room to say so
            lock.truncate(0)
            lock.write(f"process {os.getpid()} on {socket.gethostname()}")
            lock.flush()
        yield


def check_free(folder: Path) -> None:
    """ValueError when there is a store in the folder already, or anything else.

    What was left of a store that was being made is nothing.
    """
    if (folder / META).exists():
        raise ValueError(
            f"{folder}: there is a store already: go on with llo sweep restart {folder}, or give "
            "another folder with --out"
        )
    if folder.exists():
        rest = [p.name for p in folder.iterdir() if p.name not in (DESIGN, LOCK)]
        if not all(n.startswith((DESIGN, META)) and n.endswith(".part") for n in rest):
            raise ValueError(f"{folder}: not empty: give another folder with --out")


def create(
    folder: Path, meta: Mapping[str, Any], names: Sequence[str],
    rows: Iterator[NDArray[np.float64]], seeds: int,
) -> Store:  # fmt: skip
    """Make the store of a study whose design has these rows, each under so many seeds.

    Raises ValueError when there is one in the folder already, or anything else.
    """
    check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        check_free(folder)
        for part in folder.glob("*.part"):
            part.unlink()
        with beside(folder / DESIGN) as path, path.open("w+b") as file:
            many = _add(file, 0, len(names), rows)
        stretches = [[0, many, seed] for seed in range(seeds)]
        found = {"kind": KIND, "format": FORMAT, **meta, "factors": list(names), "rows": many,
                 "stretches": stretches, "design_digest": design_digest(folder, many)}  # fmt: skip
        write_text(folder / META, json.dumps(found, indent=1))
    return Store(folder)
