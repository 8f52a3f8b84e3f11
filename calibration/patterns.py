"""Patterns that any sound model of adult learning shows, looked for in lives (behaviour E10.3)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.observations import Lived, Observer
from simulator import codes, surveys
from simulator.model import LearningModel

STICKY = (codes.PRECONTEMPLATION, codes.CONTEMPLATION, codes.MAINTENANCE)
MOBILE = (codes.PREPARATION, codes.ACTION)
SIZES = ("size:1-9", "size:10-49", "size:50-249", "size:250+")
YEAR = 12
OLD, ADULT = 50 * YEAR, 20 * YEAR  # months of age


@dataclass
class Watcher(Observer):
    """An observer that also counts how often stages are left."""

    left: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(codes.STAGES) + 1, int))
    stayed: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(codes.STAGES) + 1, int))
    _last: dict[str, NDArray[Any]] = field(default_factory=dict)

    def take(self, model: LearningModel) -> None:
        """Keep this month of the model."""
        super().take(model)
        if model.t < self.first:
            return
        worker = model.population.worker
        if self._last:
            older = worker["age"] - self._last["age"]
            same = (older >= 0) & (older <= 1) & (self._last["stage"] > 0) & (worker["stage"] > 0)
            before, now = self._last["stage"][same], worker["stage"][same]
            many = len(codes.STAGES) + 1
            self.left += np.bincount(before[before != now], minlength=many)
            self.stayed += np.bincount(before[before == now], minlength=many)
        self._last = {name: worker[name].copy() for name in ("stage", "age")}


@dataclass(frozen=True)
class Pattern:
    """A ratio that is above 1 in every sound life."""

    name: str
    ratio: str
    source: str
    value: Callable[[Lived], float]


def _leaving(lived: Lived) -> float:
    record = lived.record
    if not isinstance(record, Watcher):
        raise TypeError("stages are counted by a Watcher")
    share = record.left / np.maximum(record.left + record.stayed, 1)
    return float(share[list(MOBILE)].min() / share[list(STICKY)].max())


def _again(lived: Lived) -> float:
    """Self-chosen courses among those with and without one in the year before."""
    courses, worker, end = lived.record.courses(), lived.model.population.worker, lived.model.t
    there = np.isin(worker["contract"], surveys.EMPLOYED) & (worker["age"] >= ADULT)
    late = np.zeros(there.size, bool)
    early = np.zeros(there.size, bool)
    late[courses["row"][courses["t"] >= end - YEAR]] = True
    early[courses["row"][(courses["t"] >= end - 2 * YEAR) & (courses["t"] < end - YEAR)]] = True
    return float(late[there & early].mean() / late[there & ~early].mean())


def _gap(lived: Lived, column: str, one: Any, other: Any) -> tuple[float, float]:
    """How much more often `one` wants a course, and is sent on one, than `other`: two ratios."""
    worker = lived.model.population.worker
    employee = np.isin(worker["contract"], codes.EMPLOYEE_CONTRACTS)
    wants = np.isin(worker["stage"], (codes.CONTEMPLATION, *MOBILE))
    sent = surveys.learned_since(worker, lived.model.t - 2 * YEAR, "job")
    groups = (employee & one(worker[column]), employee & other(worker[column]))
    wanting, going = ([float(x[g].mean()) for g in groups] for x in (wants, sent))
    return wanting[0] / wanting[1], going[0] / going[1]


def _education(lived: Lived) -> float:
    high = (codes.BACHELOR, codes.MASTER)
    wanting, sent = _gap(lived, "education", lambda e: np.isin(e, high), lambda e: e == codes.LOW)
    return wanting / sent


def _age(lived: Lived) -> float:
    wanting, sent = _gap(lived, "age", lambda a: a < OLD, lambda a: a >= OLD)
    return sent / wanting


def _size(lived: Lived) -> float:
    last = lived.model.calendar.at(lived.model.t - 1)[0]
    shares = [lived.indicator("nea", size, last) for size in SIZES]
    return float(min(b / a for a, b in itertools.pairwise(shares)))


PATTERNS = (
    Pattern(
        "precontemplation, contemplation and maintenance are left less often than preparation and "
        "action", "the least of the latter to the most of the former, a month",
        "behaviour B2, E10.3", _leaving,
    ),
    Pattern(
        "who chose a course one year chooses one the next year more often",
        "with a course the year before to without", "behaviour E10.3", _again,
    ),
    Pattern(
        "the education gap is one of willingness: larger in wanting than in being sent",
        "high to low in wanting, to the same in being sent", "behaviour B1 [V47]", _education,
    ),
    Pattern(
        "the age gap is one of the employer: larger in being sent than in wanting",
        "under 50 to 50 and over in being sent, to the same in wanting", "behaviour B1 [V47]", _age,
    ),
    Pattern(
        "participation rises with the size of the firm",
        "the smallest step from one class of sizes to the next", "behaviour B1 [V39]", _size,
    ),
)  # fmt: skip
