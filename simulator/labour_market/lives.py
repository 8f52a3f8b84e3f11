"""Working lives, month by month: who ages, enters, leaves, finishes school or changes position.

All chances are those of the expected workforce; here the simulated persons draw from them. A row
that somebody leaves waits until another person enters it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator import codes, draws
from simulator.labour_market.demography import MONTHS, YOUNGEST, cumulative
from simulator.labour_market.mobility import NEW
from simulator.labour_market.places import IN_TEAM, Places
from simulator.labour_market.workforce import BAND, TERMS, Month, Workforce
from simulator.population import Population

Rows = NDArray[np.int64]
_CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])
ENTERS, LEAVES, MOVES, LEARNED, OLDER = 1, 2, 4, 8, 16
MILESTONES = (45 * 12, 55 * 12)  # ages at which an employer's willingness changes
_CHUNK = 1024
_NUMBER = draws.address("life.stay")[0]


@nb.njit(cache=True, nogil=True)
def _scan(  # type: ignore[no-untyped-def]
    first, stop, t, number, k0, k1, contract, age, education, job_since, student,
    leave, enter, leaving, study_end, band, level, rows, events,
):  # fmt: skip
    """Age everybody, and list the rows to which something happens, with what it is."""
    u = np.empty((4, _CHUNK), np.uint32)
    step, found = 2.0**-32, 0
    for start in range(first, stop, _CHUNK):
        count = min(_CHUNK, stop - start)
        draws.words(start, count, t, number, k0, k1, u)
        for j in range(count):
            i = start + j
            c = contract[i]
            if c == codes.ABSENT:
                if (u[0, j] + 0.5) * step < enter:
                    rows[found], events[found] = i, ENTERS
                    found += 1
                continue
            months = age[i] + 1
            age[i] = months
            a = months - YOUNGEST * 12
            if a >= MONTHS or (u[0, j] + 0.5) * step < leave[int(c == codes.INACTIVE), a]:
                rows[found], events[found] = i, LEAVES
                found += 1
                continue
            event = 0
            term = min(max(t - job_since[i], 0), TERMS - 1)
            years = a // 12
            if (u[1, j] + 0.5) * step < leaving[c, term, band[years], level[education[i]]]:
                event = MOVES
            if student[i] == 1 and (u[2, j] + 0.5) * step < study_end[years]:
                event |= LEARNED
            if months == MILESTONES[0] or months == MILESTONES[1]:
                event |= OLDER
            if event:
                rows[found], events[found] = i, event
                found += 1
    return found


@dataclass
class Events:
    """The rows to which something happens this month, in order; it may be several things."""

    rows: Rows
    what: NDArray[np.int8]

    def of(self, kind: int) -> Rows:
        """The rows to which this happens."""
        return np.asarray(self.rows[(self.what & kind) != 0], np.int64)


@dataclass
class Moved:
    """Rows that took a position this month, the one before, and the team that they left."""

    rows: Rows
    before: NDArray[np.int64]
    team: NDArray[np.int64]
    new_employer: NDArray[np.bool_]


class WorkingLives:
    """The working lives of a population, given the expected workforce."""

    def __init__(self, workforce: Workforce, population: Population, seed: int) -> None:
        self.workforce, self.population, self.seed = workforce, population, seed
        data = workforce.data
        self.places = Places(
            population.team, data.table, workforce.month(0).flows, workforce.kept,
            data.values["mobility"]["same_sector"],
        )  # fmt: skip
        self._leaving = np.ascontiguousarray(workforce.leaving, np.float64)

    def events(
        self, t: int, pool: ThreadPoolExecutor | None, block_rows: int
    ) -> tuple[Month, Events]:
        """Age everybody by a month and say what happens to whom."""
        month, worker = self.workforce.month(t), self.population.worker
        columns = [worker[n] for n in ("contract", "age", "education", "job_since", "student")]
        key = draws.key(self.seed)

        def part(start: int) -> tuple[NDArray[Any], NDArray[Any]]:
            stop = min(start + block_rows, self.population.rows)
            rows, what = np.empty(stop - start, np.int64), np.empty(stop - start, np.int8)
            scan: Any = _scan
            count = scan(
                start, stop, t, _NUMBER, *key, *columns, month.leave, month.enter,
                self._leaving, self.workforce.study_end, BAND, _CLASS, rows, what,
            )  # fmt: skip
            return rows[:count].copy(), what[:count].copy()

        starts = range(0, self.population.rows, block_rows)
        parts = list(pool.map(part, starts) if pool else map(part, starts))
        rows, what = (np.concatenate(both) for both in zip(*parts, strict=True))
        return month, Events(rows, what)

    def _draw(self, rows: Rows, t: int, decision: str) -> NDArray[np.float64]:
        return draws.uniforms(self.seed, rows, t, decision)

    def leave(self, rows: Rows) -> None:
        """Empty the rows of who leaves for good."""
        self.population.vacate(rows)

    def enter(self, month: Month, rows: Rows, t: int) -> None:
        """Give free rows to who enters, with an age and an attained level."""
        worker = self.population.worker
        self.population.vacate(rows)
        at = np.searchsorted(month.entry_cdf, self._draw(rows, t, "entry.age"), side="right")
        at = np.minimum(at, MONTHS - 1)
        worker["age"][rows] = at + YOUNGEST * 12
        cdf = month.entry_level_cdf[at // 12]
        worker["education"][rows] = _pick(cdf, self._draw(rows, t, "entry.level"))

    def finish_school(self, month: Month, rows: Rows, t: int) -> NDArray[np.int8]:
        """Leave initial education with a level; the levels held before."""
        worker = self.population.worker
        before = worker["education"][rows].copy()
        luck = self._draw(rows, t, "life.level")
        worker["education"][rows] = _pick(month.level_cdf[before], luck)
        worker["student"][rows] = 0
        return before

    def move(self, month: Month, rows: Rows, t: int, entering: bool = False) -> Moved:
        """Take another position: contract, employer, sector and size class."""
        worker = self.population.worker
        before = worker["contract"][rows].astype(np.int64)
        origin = np.full(rows.size, NEW) if entering else before
        years = worker["age"][rows] // 12 - YOUNGEST
        level = _CLASS[worker["education"][rows]]
        cdf = month.destination_cdf[BAND[years], origin, level]
        position = _pick(cdf, self._draw(rows, t, "life.where"))
        kept = np.append(self.workforce.kept, 0.0)[origin]
        same = (position == codes.PERMANENT) & (self._draw(rows, t, "place.kept") < kept)
        team = worker["team"][rows].astype(np.int64)
        found = self.places.find(
            self.seed, rows, t, position, before, worker["sector"][rows].astype(np.int64)
        )
        worker["contract"][rows] = position
        there = rows[~same]
        for name, values in zip(("team", "sector", "firm_size"), found, strict=True):
            worker[name][there] = values[~same]
        worker["job_since"][there] = t
        return Moved(rows, before, team, ~same)


def _pick(cdf: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """The category of every draw, from a row of cumulative shares each."""
    found = (u[:, None] >= cdf).sum(axis=1)
    return np.asarray(np.minimum(found, cdf.shape[1] - 1), np.int64)


def newly(moved: Moved) -> Rows:
    """The rows that left an employer."""
    left = moved.new_employer & IN_TEAM[moved.before] & (moved.team > 0)
    return np.asarray(moved.rows[left], np.int64)


def tenures(workforce: Workforce, contract: NDArray[np.integer], seed: int) -> NDArray[np.int64]:
    """Months for which everybody has held the present position when the run begins."""
    luck = draws.uniforms(seed, np.arange(contract.size), 0, "person.tenure")
    return _pick(cumulative(workforce.tenure())[contract], luck)
