"""Published figures as data: one entry a figure, with its error and what it may be used for.

A new figure is a new entry in a file under `targets/`; nothing else changes. Another file or folder
may stand in for ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.files import read_toml
from calibration.observations import check_statistic
from simulator import groups

FOLDER = Path(__file__).parent / "targets"
FILES = ("participation.toml", "courses.toml", "stap.toml", "experiments.toml")
TARGET, VALIDATION, CONTEXT = USES = ("target", "validation", "context")
UNITS = ("share", "ratio", "change", "EUR", "bn EUR/year", "persons", "hours")
VERIFIED = ("S", "R", "D", "A")  # simulator.parameters.TAG_MEANINGS; background knowledge is none


@dataclass(frozen=True)
class Target:
    """A published figure: what it is of, how sure it is, and what it may be used for.

    `se` is the error of the figure as published, `discrepancy` the standard deviation of what the
    model is not meant to explain, such as a break in method, both in the figure's own unit.
    """

    name: str
    statistic: str
    year: int
    value: float
    se: float
    se_from: str
    survey: str
    population: str
    period: str
    unit: str
    source: str
    ver: str
    use: str
    group: str = "all"
    relative_to: str = ""
    window: int = 0
    discrepancy: float = 0.0
    because: str = ""

    @property
    def error(self) -> float:
        """Standard deviation of the figure beside a model without error."""
        return float(np.hypot(self.se, self.discrepancy))

    def check(self) -> None:
        """ValueError that names what is wrong with the entry."""
        if not self.source.strip():
            raise ValueError("source is empty: name the publication, table and year")
        if not (self.se > 0 and np.isfinite(self.se)):
            raise ValueError(f"se = {self.se:g}: a standard error is above 0, in {self.unit}")
        if not (self.discrepancy >= 0 and np.isfinite(self.discrepancy)):
            raise ValueError(f"discrepancy = {self.discrepancy:g}: give 0 or more, in {self.unit}")
        if self.discrepancy > 0 and not self.because.strip():
            raise ValueError("discrepancy without a reason: say why under because")
        if self.unit not in UNITS:
            raise ValueError(f"unit = {self.unit!r}: give one of {', '.join(UNITS)}")
        if not np.isfinite(self.value) or (self.unit == "share" and not 0 <= self.value <= 1):
            raise ValueError(f"value = {self.value:g}: no {self.unit}")
        if self.unit == "share" and self.se >= 0.5:
            raise ValueError(f"se = {self.se:g}: a share's standard error is below 0.5")
        if self.use not in USES:
            raise ValueError(f"use = {self.use!r}: give one of {', '.join(USES)}")
        if self.ver not in VERIFIED:
            raise ValueError(f"ver = {self.ver!r}: give one of {', '.join(VERIFIED)}")
        for group in filter(None, (self.group, self.relative_to)):
            if group not in groups.GROUPS:
                raise ValueError(f"group {group!r}: there are {', '.join(groups.GROUPS)}")
        check_statistic(self.statistic, self.window)


def read(path: Path | None = None) -> tuple[Target, ...]:
    """The targets of a file or of every TOML file in a folder; ours without a path.

    Raises ValueError with file, entry and remedy for what cannot be used.
    """
    if path is None:
        files = [FOLDER / name for name in FILES]
    else:
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    found = [target for file in files for target in _read(file)]
    if not found:
        raise ValueError(f"{path}: no [[target]] in it; see {FILES[0]} for what one holds")
    names = [target.name for target in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path or FOLDER}: two targets named {twice[0]!r}: give one another name")
    return tuple(found)


def _read(path: Path) -> list[Target]:
    entries = read_toml(path, "targets").get("target", [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ValueError(f"{path}: write every figure under [[target]]")
    return [_made(path, entry) for entry in entries]


_KINDS = {"str": str, "int": int, "float": (int, float)}


def _made(path: Path, entry: dict[str, object]) -> Target:
    where = f"{path.name}: target {entry.get('name', '?')!r}"
    known = {f.name: f for f in fields(Target)}
    for key, value in entry.items():
        if key not in known:
            raise ValueError(f"{where}: {key}: no such key; there are {', '.join(known)}")
        kind = str(known[key].type)
        if isinstance(value, bool) or not isinstance(value, _KINDS[kind]):  # type: ignore[arg-type]
            raise ValueError(f"{where}: {key} = {value!r}: give a {kind}")
    missing = [k for k in list(known)[: list(known).index("group")] if k not in entry]
    if missing:
        raise ValueError(f"{where}: {missing[0]} is missing")
    target = Target(**entry)  # type: ignore[arg-type]
    try:
        target.check()
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return target


def used(targets: Sequence[Target], *uses: str) -> tuple[Target, ...]:
    """The targets with one of these uses."""
    return tuple(t for t in targets if t.use in uses)


def values(targets: Sequence[Target]) -> NDArray[np.float64]:
    """The published values, in order."""
    return np.array([t.value for t in targets])


def errors(targets: Sequence[Target]) -> NDArray[np.float64]:
    """Their standard errors with discrepancy, in order."""
    return np.array([t.error for t in targets])
