"""What one process at a time may do to a store: keep what is done, verify, expand, pack."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import h5py
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
    Done,
    Store,
    Stretch,
    Task,
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
            path = self.store.folder / name
            if path.exists():  # a line that was cut off would spoil the next
                content = path.read_bytes()
                with path.open("r+b") as cut:
                    cut.truncate(content.rfind(b"\n") + 1)
            self._files[name] = path.open("a", encoding="utf-8")
        self._files[name].write(json.dumps(entry) + "\n")
        self._files[name].flush()

    def _note(self, entry: Mapping[str, Any]) -> None:
        self._append(MANIFEST, entry)
        self.store.take(entry)

    def keep(self, done: Done) -> None:
        """Note that a task is done; it is safe once this returns."""
        for failed in done.failed:
            self._append(FAILURES, failed)
        self._note({"task": done.number, "digest": done.digest,
                    "model": round(done.model, 4), "wall": round(done.wall, 4)})  # fmt: skip

    def again(self) -> int:
        """Have every task with a failed run done again; how many they are."""
        failures = self.store.failures()
        rows = {(f["row"], f["seed"]) for f in failures}
        found = [
            t.number for t in self.store.tasks()
            if any((row, t.seed) in rows for row in range(t.first, t.first + t.rows))
        ]  # fmt: skip
        for number in found:
            self._redo(number)
        for row, seed in sorted(rows):
            self._append(FAILURES, {"row": row, "seed": seed})
        return len(found)

    def _redo(self, task: int) -> None:
        """A task is to be done again; its pack is undone, for it would go before the new shard."""
        if task // PACK in self.store.packed:
            self._unpack(task // PACK)
        self._note({"drop": task})

    def _unpack(self, pack: int) -> None:
        """Write the shards of a pack again, as far as it is whole."""
        store = self.store
        content = store.pack(pack, store.packed[pack])
        if whole(content, store.packed[pack]):
            for task in _of_pack(store, pack):
                write(store.shard(task.number, store.done[task.number]), packed(store.read(task)))
        self._note({"unpack": pack})
        content.unlink(missing_ok=True)

    def verify(self) -> int:
        """Read all shards and packs; how many tasks are to be done again for they are spoilt."""
        store, before = self.store, len(self.store.done)
        for pack, digest in list(store.packed.items()):
            if not whole(store.pack(pack, digest), digest):
                self._note({"unpack": pack})
        for task, digest in list(store.done.items()):
            if task // PACK not in store.packed and not whole(store.shard(task, digest), digest):
                self._note({"drop": task})
        return before - len(store.done)

    def compact(self) -> int:
        """Put shards of whole stretches of tasks into packs; how many packs were made."""
        store, made = self.store, 0
        for pack in range(store.task_rows.size // PACK):
            tasks = _of_pack(store, pack)
            if pack in store.packed or any(t.number not in store.done for t in tasks):
                continue
            content = packed(np.concatenate([store.read(t) for t in tasks]))
            digest = digest_of(content)
            write(store.pack(pack, digest), content)
            self._note({"pack": pack, "digest": digest})
            made += 1
        for pack in store.packed:  # also what a compaction that was killed left
            for task in _of_pack(store, pack):
                store.shard(task.number, store.done[task.number]).unlink(missing_ok=True)
        return made

    def extend(self, rows: Iterator[NDArray[np.float64]]) -> int:
        """Add rows to the design; how many it has then."""
        with h5py.File(self.store.folder / DESIGN, "r+") as file:
            x = file["x"]
            x.resize(self.store.rows, axis=0)  # rows of an extension that was cut off
            return _add(x, rows)

    def expand(self, stretches: Sequence[Stretch], rows: int, meta: Mapping[str, Any]) -> None:
        """Ask for further stretches of a design that has so many rows by now."""
        found = {**self.store.meta, **meta, "rows": rows,
                 "stretches": [[s.first, s.rows, s.seed] for s in stretches]}  # fmt: skip
        write_text(self.store.folder / META, json.dumps(found, indent=1))
        self.store.load()


def _of_pack(store: Store, pack: int) -> list[Task]:
    return list(itertools.islice(store.tasks(), pack * PACK, (pack + 1) * PACK))


def _add(x: Any, rows: Iterator[NDArray[np.float64]]) -> int:
    for some in rows:
        x.resize(x.shape[0] + some.shape[0], axis=0)
        x[-some.shape[0] :] = some
    return int(x.shape[0])


@contextmanager
def writing(store: Store) -> Iterator[Writer]:
    """The right to add to a store, which one process has at a time; ValueError while another has.

    What others did to it before is taken in first.
    """
    with (store.folder / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise ValueError(
                f"{store.folder}: another command works on it ({lock.read().strip()}): wait until "
                "it ends, or end it"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        lock.flush()
        store.load()
        writer = Writer(store)
        try:
            yield writer
        finally:
            writer.close()


def create(
    folder: Path, meta: Mapping[str, Any], names: Sequence[str],
    rows: Iterator[NDArray[np.float64]], seeds: int,
) -> Store:  # fmt: skip
    """Make the store of a study whose design has these rows, each under so many seeds.

    Raises ValueError when there is one in the folder already, or anything else.
    """
    if (folder / META).exists():
        raise ValueError(
            f"{folder}: there is a store already: go on with llo sweep restart {folder}, or give "
            "another folder with --out"
        )
    if folder.exists() and any(p.name != DESIGN for p in folder.iterdir()):
        raise ValueError(f"{folder}: not empty: give another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    with beside(folder / DESIGN) as part, h5py.File(part, "w") as file:
        x = file.create_dataset(
            "x", (0, len(names)), float, maxshape=(None, len(names)), chunks=(4096, len(names)),
            compression="gzip", shuffle=True,
        )  # fmt: skip
        x.attrs["factors"] = list(names)
        many = _add(x, rows)
    stretches = [[0, many, seed] for seed in range(seeds)]
    found = {"kind": KIND, "format": FORMAT, **meta, "factors": list(names), "rows": many,
             "stretches": stretches}  # fmt: skip
    write_text(folder / META, json.dumps(found, indent=1))
    return Store(folder)
