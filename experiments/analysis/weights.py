"""Ministries as data: the outcomes that are judged, and what each ministry is taken to care about.

A weight is a swing weight: what it is worth to go from the worst to the best of an outcome's scale,
beside the same step in the others. That of every ministry is an assumption, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from calibration.files import read_toml

FILE = Path(__file__).parents[1] / "ministries.toml"
SENSES = ("more", "less")  # which of the two is better
SCALES = ("range", "band")  # or two values: the worst and the best
TAGS = "SRDBA"  # of a source: read, on a publisher's page, derived, background, assumption
Scale = str | tuple[float, float]


@dataclass(frozen=True)
class Outcome:
    """An outcome that is judged: which way is better, and between which values it is worth 0 to 1.

    Scale "range": the worst and the best of all draws and variants; "band": the same without the
    outer twentieths; or (worst, best). `absent`: what it is taken to be worth where a variant does
    not have it, as doing nothing has no cost per extra learner; None: that variant is left out.
    """

    name: str
    label: str
    unit: str
    sense: str
    scale: Scale
    absent: float | None = None


@dataclass(frozen=True)
class Ministry:
    """A ministry's weights by outcome, which add up to 1, and on what they rest."""

    name: str
    label: str
    weights: Mapping[str, float]
    ver: str
    source: str


@dataclass(frozen=True)
class Weights:
    """What is judged, by whom."""

    outcomes: tuple[Outcome, ...]
    ministries: tuple[Ministry, ...]

    def among(self, present: Collection[str]) -> tuple[Weights, tuple[str, ...]]:
        """The same over the outcomes that are present, weights raised to add up to 1 again; and a
        line for every ministry whose weights that changed.

        A ministry that weighs nothing that is present is left out, and that is said.
        """
        kept, said = [], []
        for m in self.ministries:
            absent = [n for n, w in m.weights.items() if w > 0 and n not in present]
            rest = {n: w for n, w in m.weights.items() if n in present}
            total = sum(rest.values())
            if total <= 0:
                said.append(f"{m.name}: left out, for nothing that it weighs was measured")
                continue
            if absent:
                said.append(
                    f"{m.name}: without {', '.join(absent)} ({100 * (1 - total):.0f}% of its "
                    "weight), which was not measured; the others share that weight"
                )
            kept.append(replace(m, weights={n: w / total for n, w in rest.items()}))
        outcomes = tuple(o for o in self.outcomes if o.name in present)
        return Weights(outcomes, tuple(kept)), tuple(said)


def read(path: Path | None = None) -> Weights:
    """The weights of a file, ours without one; ValueError with file, entry and remedy."""
    path = path or FILE
    table = read_toml(path, "weights of ministries")
    outcomes = tuple(_outcome(path, entry) for entry in table.get("outcome", []))
    _once(path, "outcome", [o.name for o in outcomes])
    known = [o.name for o in outcomes]
    ministries = tuple(_ministry(path, entry, known) for entry in table.get("ministry", []))
    _once(path, "ministry", [m.name for m in ministries])
    return Weights(outcomes, ministries)


def _once(path: Path, what: str, names: Sequence[str]) -> None:
    if not names:
        raise ValueError(f"{path}: no [[{what}]] in it")
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(f"{path.name}: {what} {twice[0]}: given twice, keep one")


def _given(where: str, entry: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in keys:
        if not str(entry.get(key, "")).strip():
            raise ValueError(f"{where}: {key} is missing")


def _outcome(path: Path, entry: Mapping[str, Any]) -> Outcome:
    where = f"{path.name}: outcome {entry.get('name', '?')}"
    _given(where, entry, ("name", "label", "unit", "sense", "scale"))
    sense, scale = entry["sense"], entry["scale"]
    if sense not in SENSES:
        raise ValueError(f"{where}: sense = {sense!r}: give more or less, whichever is better")
    absent = entry.get("absent")
    if absent is not None and not (_number(absent) and 0 <= absent <= 1):
        raise ValueError(f"{where}: absent = {absent!r}: give a worth from 0 to 1, or leave it out")
    return Outcome(str(entry["name"]), str(entry["label"]), str(entry["unit"]), str(sense),
                   _scale(where, scale, sense), absent)  # fmt: skip


def _scale(where: str, scale: Any, sense: str) -> Scale:
    if isinstance(scale, str) and scale in SCALES:
        return scale
    if not (isinstance(scale, list) and len(scale) == 2 and all(map(_number, scale))):
        raise ValueError(f"{where}: scale = {scale!r}: give range, band or [worst, best]")
    worst, best = map(float, scale)
    if worst == best or (best > worst) != (sense == "more"):
        raise ValueError(
            f"{where}: scale = {scale}: {sense} is better, so give the worst first and then a "
            f"{'larger' if sense == 'more' else 'smaller'} best"
        )
    return worst, best


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _ministry(path: Path, entry: Mapping[str, Any], known: Sequence[str]) -> Ministry:
    name = str(entry.get("name", "?"))
    where = f"{path.name}: ministry {name}"
    _given(where, entry, ("name", "ver", "source"))
    if not set(str(entry["ver"])) <= set(TAGS):
        raise ValueError(f"{where}: ver = {entry['ver']!r}: use letters of {TAGS}")
    weights = entry.get("weights", {})
    for outcome, weight in weights.items():
        if outcome not in known:
            raise ValueError(
                f"{where}: weight of {outcome}: no such outcome; there are {', '.join(known)}"
            )
        if not _number(weight) or weight < 0:
            raise ValueError(f"{where}: weight of {outcome} = {weight!r}: give 0 or more")
    total = float(sum(weights.values()))
    if not math.isclose(total, 1.0, abs_tol=1e-9):
        raise ValueError(f"{where}: weights add up to {total:g}: make them add up to 1")
    return Ministry(name, str(entry.get("label", name)), {n: float(w) for n, w in weights.items()},
                    str(entry["ver"]), str(entry["source"]))  # fmt: skip
