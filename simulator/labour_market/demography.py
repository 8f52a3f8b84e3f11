"""Ageing, entry and exit: how many persons of each age there are to be, and what brings that about.

The number of persons by month of age is data. Each month every cohort grows a month older, and the
difference between what it is and what it is to be enters or leaves; on top of that some leave at
every age and as many enter (migration, death, illness). Nobody's entry or exit depends on a policy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.parameters import param, parameters

Floats = NDArray[np.float64]
YOUNGEST, OLDEST = 15, 75  # years: from, and up to but not including
MONTHS = (OLDEST - YOUNGEST) * 12

PARAMETERS = parameters(
    "demography",
    turnover=param(0.001, "1/month", "leave the population at any age and are replaced: migration, "
                   "death, disability", "no source", "A", bounds=(0, 0.05), prior=(0.0005, 0.002)),
    spare=param(0.02, "share", "rows kept free for who enters, besides those that growth needs",
                "none: a size of the table", "A", bounds=(0.005, 1)),
)  # fmt: skip


@dataclass(frozen=True)
class Turnover:
    """What happens in one month by month of age: chance of leaving, and expected entries."""

    leave: Floats  # by age at the end of the month, in months from YOUNGEST
    enter: Floats  # persons, in the unit of the profile


def turnover(now: Floats, then: Floats, rate: float) -> Turnover:
    """Exit chances and entries that turn the age profile `now` into `then` a month later.

    now, then: persons by month of age, MONTHS of them. Who is 75 leaves. In expectation
    then[a] = now[a - 1] (1 - leave[a]) + enter[a], exactly.
    """
    older = np.concatenate(([0.0], now[:-1]))
    staying = older * (1.0 - rate)
    short = then - staying
    with np.errstate(invalid="ignore", divide="ignore"):
        more = np.where((short < 0) & (staying > 0), -short / staying, 0.0)
    return Turnover(1.0 - (1.0 - rate) * (1.0 - np.clip(more, 0.0, 1.0)), np.maximum(short, 0.0))


def leaving_at(change: Turnover, now: Floats, at: int, share: float) -> Turnover:
    """The same change when at the age of `at` months at least this share leaves: as many more
    enter at that age as would then be missing.
    """
    more = max(share - float(change.leave[at]), 0.0)
    leave, enter = change.leave.copy(), change.enter.copy()
    leave[at] += more
    enter[at] += more * now[at - 1]
    return Turnover(leave, enter)


def cumulative(share: Floats) -> Floats:
    """Cumulative shares along the last axis; 1 from the last category that anybody is in."""
    total = np.maximum(share.sum(axis=-1, keepdims=True), 1e-300)
    found = np.cumsum(share / total, axis=-1)
    found[found > 1.0 - 1e-12] = 1.0
    return np.asarray(found, np.float64)
