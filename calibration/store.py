"""Evaluations kept as they come, so that a fit that is killed at any moment loses none of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from calibration.files import write_text

LINES, IDENTITY = "evaluations.jsonl", "problem.json"


@dataclass(frozen=True)
class Kept:
    """What an evaluation left: intercepts, statistics, and why it failed if it did."""

    intercepts: dict[str, float]
    statistics: tuple[float, ...]
    rounds: int
    error: str = ""


def key_of(z: Mapping[str, float]) -> str:
    """A candidate's name: the same for the same numbers to the last bit, whatever their order."""
    text = json.dumps({name: float(z[name]).hex() for name in sorted(z)})
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class Store:
    """A folder with one line an evaluation, written when it is done and never changed.

    Raises ValueError when the folder holds those of another problem.
    """

    def __init__(self, folder: Path, identity: Mapping[str, str]) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._same(identity)
        self.known: dict[str, Kept] = {}
        path = folder / LINES
        whole = 0
        if path.exists():
            content = path.read_bytes()
            whole = content.rfind(b"\n") + 1  # what was cut off in the middle is done again
            for line in content[:whole].splitlines():
                self._learn(json.loads(line))
        self._file: TextIO = path.open("a", encoding="utf-8")
        self._file.truncate(whole)

    def _same(self, identity: Mapping[str, str]) -> None:
        path = self.folder / IDENTITY
        if path.exists():
            before = json.loads(path.read_text(encoding="utf-8"))
            changed = [name for name in identity if before.get(name) != identity[name]]
            if changed:
                raise ValueError(
                    f"{self.folder}: holds evaluations of another fit (changed since: "
                    f"{', '.join(changed)}): give another folder with --work, or remove it"
                )
            return
        write_text(path, json.dumps(dict(identity), indent=1))

    def _learn(self, entry: dict[str, Any]) -> None:
        self.known[entry["key"]] = Kept(
            entry["intercepts"], tuple(entry["statistics"]), entry["rounds"], entry["error"]
        )

    def keep(self, key: str, z: Mapping[str, float], kept: Kept) -> None:
        """Write an evaluation; it is safe once this returns."""
        entry = {"key": key, "z": dict(z), **vars(kept)}
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        self.known[key] = kept

    def close(self) -> None:
        """No more is to be written."""
        self._file.close()
