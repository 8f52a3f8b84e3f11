"""What a month of working lives brings to whom, and lives as they were lived once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator import codes

Rows = NDArray[np.int64]
# What may happen to a person in a month; it may be several of these, but for the first two.
ENTERS, LEAVES, MOVES, LEARNED, OLDER, ELSEWHERE = 1, 2, 4, 8, 16, 32
# Columns that working lives decide of who is there.
DECIDED = ("age", "education", "student", "contract", "sector", "firm_size", "team", "job_since")


@dataclass(frozen=True)
class Happened:
    """Rows to which something happens, and the columns of a batch from which laws know what, and
    how it was before.
    """

    rows: Rows
    known: Mapping[str, NDArray[np.int8]]


@dataclass
class Told:
    """A month of working lives: who enters or leaves, what happens to the others, and for who lives
    it again the values that it leaves in the columns of working lives.
    """

    entry_exit: Happened  # who enters, and then who leaves
    careers: Happened
    newly: Rows  # who left an employer for another position
    counts: Mapping[str, int]
    values: tuple[NDArray[Any], ...] = ()
    sought: dict[int, Any] = field(default_factory=dict)  # whom people see, by block

    @property
    def entering(self) -> Rows:
        """The rows that somebody enters."""
        return self.entry_exit.rows[: self.counts["entered"]]

    @property
    def leaving(self) -> Rows:
        """The rows that somebody leaves for good."""
        return self.entry_exit.rows[self.counts["entered"] :]

    def keep(self, worker: Mapping[str, NDArray[Any]]) -> None:
        """Keep what the month has left in the columns of working lives, in rows of who enters and
        of `careers`, and which of these have another employer, or the first one.
        """
        rows = np.concatenate([self.entering, self.careers.rows])
        elsewhere = np.ones(rows.size, np.bool_)
        elsewhere[self.entering.size :] = (self.careers.known["happened"] & ELSEWHERE) != 0
        self.values = rows, elsewhere, *(worker[name][rows] for name in DECIDED)


class Script:
    """Working lives as they were lived once, for whoever lives them again.

    They depend on the people at the start, their number and the seed, and on nothing that a policy
    or a law of behaviour changes. So models that begin with the same people may share one.
    """

    def __init__(self, rows: int) -> None:
        self.rows, self.months = rows, dict[int, Told]()


def relive(
    told: Told, worker: Mapping[str, NDArray[Any]], size: NDArray[np.int64],
    fresh: Mapping[str, Any],
) -> None:  # fmt: skip
    """Live a month again: everybody ages, and the columns of working lives take its values.

    size: members by team, kept up to date. fresh: what columns that drift in free rows hold in the
    rows of who enters.
    """
    again: Any = _again
    again(
        told.leaving, told.entering, size,
        tuple(worker[name] for name in fresh), tuple(fresh.values()),
        *(worker[name] for name in DECIDED), *told.values,
    )  # fmt: skip


@nb.njit(cache=True, nogil=True)
def _again(  # type: ignore[no-untyped-def]
    leaving, entering, size, drifting, fresh, age, education, student, contract, sector, firm_size,
    team, job_since, rows, elsewhere, ages, levels, studies, contracts, sectors, sizes, teams,
    since,
):  # fmt: skip
    absent = np.int8(codes.ABSENT)
    for i in range(age.size):
        age[i] = np.int16(age[i] + np.int16(contract[i] != absent))
    for i in leaving:
        size[team[i]] -= 1
    urgency, informal, knows, norm = drifting
    for i in entering:
        urgency[i], informal[i], knows[i], norm[i] = fresh
    for j in range(rows.size):
        i = rows[j]
        size[team[i]] -= elsewhere[j]
        age[i], education[i], student[i] = ages[j], levels[j], studies[j]
        contract[i], sector[i], firm_size[i] = contracts[j], sectors[j], sizes[j]
        team[i], job_since[i] = teams[j], since[j]
        size[team[i]] += elsewhere[j]
