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
from simulator.labour_market.places import IN_TEAM, SIZES, Places
from simulator.labour_market.workforce import BAND, TERMS, Month, Workforce
from simulator.population import Population

Rows = NDArray[np.int64]
_CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])
ENTERS, LEAVES, MOVES, LEARNED, OLDER = 1, 2, 4, 8, 16
MILESTONES = (45 * 12, 55 * 12)  # ages at which an employer's willingness changes
_CHUNK, _PART = 1024, 16_384
_NUMBER = _WHERE = draws.address("life.stay")[0]  # life.where is its fourth word
_PLACE = draws.address("place.kept")[0]
_DRIFTING = (
    "urgency",
    "informal",
    "knows",
    "norm",
)  # what the laws of a month change in a free row too
_MOVING = ("contract", "age", "education", "team", "sector", "firm_size", "job_since")


@nb.njit(cache=True, nogil=True)
def _scan(  # type: ignore[no-untyped-def]
    first, stop, t, number, k0, k1, contract, age, education, job_since, student,
    leave, enter, most, leaving, study_end, band, level, rows, events,
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
            luck = (u[1, j] + 0.5) * step
            if luck < most[c]:  # the others stay, whatever their age, tenure and level
                term = min(max(t - job_since[i], 0), TERMS - 1)
                if luck < leaving[c, term, band[a // 12], level[education[i]]]:
                    event = MOVES
            if student[i] == 1 and (u[2, j] + 0.5) * step < study_end[a // 12]:
                event |= LEARNED
            if months == MILESTONES[0] or months == MILESTONES[1]:
                event |= OLDER
            if event:
                rows[found], events[found] = i, event
                found += 1
    return found


@nb.njit(cache=True, nogil=True)
def _place_in(cdf, u):  # type: ignore[no-untyped-def]
    """The category of a draw, from cumulative shares: the first that exceeds it."""
    low, high = 0, cdf.size - 1
    while low < high:
        middle = (low + high) // 2
        if cdf[middle] > u:
            high = middle
        else:
            low = middle + 1
    return low


@nb.njit(cache=True, nogil=True)
def _move(  # type: ignore[no-untyped-def]
    rows, t, where, place, k0, k1, entering, contract, age, education, team, sector, firm_size,
    job_since, band, level, destination_cdf, kept, same_sector, cell_cdf, size_cdf, has_sector,
    first, count, team_of_seat, in_team, works, before, left, elsewhere,
):  # fmt: skip
    """Another position for every row: what it was before, the team left, and whether elsewhere."""
    for j in range(rows.size):
        i = rows[j]
        was = contract[i]
        origin = NEW if entering else was
        cdf = destination_cdf[band[age[i] // 12 - YOUNGEST], origin, level[education[i]]]
        position = _place_in(cdf, draws.block(i, t, where, k0, k1)[3])
        luck = draws.block(i, t, place, k0, k1)
        before[j], left[j] = was, team[i]
        contract[i] = position
        elsewhere[j] = entering or position != codes.PERMANENT or luck[0] >= kept[origin]
        if not elsewhere[j]:
            continue
        job_since[i] = t
        cell, found = 0, 0
        if works[position]:
            s = sector[i]
            stays = position == was and s < codes.NO_SECTOR and luck[1] < same_sector
            if stays and has_sector[position, s]:
                cell = s * SIZES + _place_in(size_cdf[position, s], luck[2])
            else:
                cell = _place_in(cell_cdf[position], luck[2])
            if in_team[position] and count[cell] > 0:
                found = team_of_seat[first[cell] + int(luck[3] * count[cell])]
        team[i] = found
        sector[i] = cell // SIZES if works[position] else codes.NO_SECTOR
        firm_size[i] = cell % SIZES if works[position] else codes.NO_FIRM


@nb.njit(cache=True, nogil=True)
def _wipe(column, value, rows):  # type: ignore[no-untyped-def]
    for i in rows:
        column[i] = value


@nb.njit(cache=True, nogil=True)
def _shift(size, team, change):  # type: ignore[no-untyped-def]
    for j in range(team.size):
        size[team[j]] += change


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
        self._most = self._leaving.max(axis=(1, 2, 3))
        self._kept = np.append(workforce.kept, 0.0)

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
                self._most, self._leaving, self.workforce.study_end, BAND, _CLASS, rows, what,
            )  # fmt: skip
            return rows[:count].copy(), what[:count].copy()

        starts = range(0, self.population.rows, block_rows)
        parts = list(pool.map(part, starts) if pool else map(part, starts))
        rows, what = (np.concatenate(both) for both in zip(*parts, strict=True))
        return month, Events(rows, what)

    def _draw(self, rows: Rows, t: int, decision: str) -> NDArray[np.float64]:
        return draws.uniforms(self.seed, rows, t, decision)

    def leave(self, rows: Rows, pool: ThreadPoolExecutor | None = None) -> None:
        """Empty the rows of who leaves for good."""
        wipe: Any = _wipe
        empty = self.population.empty()
        work = [(array, empty[name]) for name, array in self.population.worker.items()]
        list((pool.map if pool else map)(lambda pair: wipe(*pair, rows), work))

    def enter(self, month: Month, rows: Rows, t: int) -> None:
        """Give free rows to who enters, with an age and an attained level."""
        worker = self.population.worker
        for name in _DRIFTING:
            worker[name][rows] = self.population.columns[name].start
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

    def move(
        self, month: Month, rows: Rows, t: int, pool: ThreadPoolExecutor | None = None,
        *, entering: bool = False,
    ) -> Moved:  # fmt: skip
        """Take another position: contract, employer, sector and size class."""
        before, left = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64)
        elsewhere = np.empty(rows.size, np.bool_)
        take: Any = _move
        worker = self.population.worker
        columns = [worker[name] for name in _MOVING]

        def part(s: slice) -> None:
            take(
                rows[s], t, _WHERE, _PLACE, *draws.key(self.seed), entering, *columns, BAND, _CLASS,
                month.destination_cdf, self._kept, *self.places.tables(), before[s], left[s],
                elsewhere[s],
            )  # fmt: skip

        parts = [slice(k, k + _PART) for k in range(0, rows.size, _PART)]
        list(pool.map(part, parts) if pool else map(part, parts))
        return Moved(rows, before, left, elsewhere)

    def follow(self, size: NDArray[np.int64], team: NDArray[np.integer], change: int) -> None:
        """Add to the number of members of every team in a list."""
        shift: Any = _shift
        shift(size, team, change)


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
