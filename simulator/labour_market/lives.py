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
from simulator.chunks import CHUNK, marked
from simulator.labour_market.demography import MONTHS, OLDEST, YOUNGEST, cumulative
from simulator.labour_market.mobility import NEW, POSITIONS
from simulator.labour_market.places import IN_TEAM, SIZES, Places
from simulator.labour_market.script import (
    ELSEWHERE,
    ENTERS,
    LEARNED,
    LEAVES,
    MOVES,
    OLDER,
    Happened,
    Rows,
    Script,
    Told,
    relive,
)
from simulator.labour_market.workforce import BAND, TERMS, Month, Workforce
from simulator.population import Population

_CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])
_CLASSES, _ORIGINS = len(codes.EDUCATION_CLASSES), NEW + 1
MILESTONES = (45 * 12, 55 * 12)  # ages at which an employer's willingness changes
_PART = 4_096
_OLD = 60 * 12  # from this age on many leave for good in the month of a birthday
_GROWN = 29 * 12  # from this age on most who are at school leave it within months
_NUMBER = _WHERE = draws.address("life.stay")[0]  # life.where is its fourth word
_PLACE = draws.address("place.kept")[0]
# What the laws of a month change in a free row too.
_DRIFTING = ("urgency", "informal", "knows", "norm")
_MOVING = ("contract", "age", "education", "team", "sector", "firm_size", "job_since")


@nb.njit(cache=True, nogil=True, forceinline=True)
def _may_change(  # type: ignore[no-untyped-def]
    start, count, u, contract, age, student, enter, leave, move, finish, marks,
):  # fmt: skip
    """Age everybody of a chunk, and mark those to whom something could happen this month.

    Words are held against bounds as whole numbers: the chances themselves depend on more, and are
    asked of those who are marked. All is of one or two bytes, so that it is vector code.
    """
    absent, permanent, one = np.int8(codes.ABSENT), np.int8(codes.PERMANENT), np.int8(1)
    unemployed, inactive = np.int8(codes.UNEMPLOYED), np.int8(codes.INACTIVE)
    year, none, grown, over = np.int16(12), np.int16(0), np.int16(_GROWN), np.int16(OLDEST * 12)
    middle, late, old = np.int16(MILESTONES[0]), np.int16(MILESTONES[1]), np.int16(_OLD)
    settled, working, searching, outside = move[0], move[1], move[2], move[3]
    any_month, birthday, late_birthday, ends = leave[0], leave[1], leave[2], finish[0]
    for j in range(count):
        i = np.uintp(start + j)
        c = contract[i]
        months = np.int16(age[i] + np.int16(c != absent))
        age[i] = months
        going = late_birthday if months >= old else birthday
        going = going if months % year == none else any_month
        moving = searching if c < inactive else outside
        moving = working if c < unemployed else moving
        moving = settled if c == permanent else moving
        goes = np.uint8(u[0, j] <= going) | np.uint8(u[1, j] <= moving)
        learns = np.uint8(u[2, j] <= ends) | np.uint8(months >= grown)
        turns = np.uint8(months == middle) | np.uint8(months == late)
        goes |= np.uint8(months >= over)
        lives = goes | turns | (np.uint8(student[i] == one) & learns)
        marks[j] = np.uint8(u[0, j] <= enter) if c == absent else lives


@nb.njit(cache=True, nogil=True)
def _scan(  # type: ignore[no-untyped-def]
    first, stop, t, number, k0, k1, contract, age, education, job_since, student, bounds,
    leave, enter, leaving, study_end, band, level, rows, events,
):  # fmt: skip
    """Age everybody, and list the rows to which something happens, with what it is."""
    u, marks = np.empty((4, CHUNK), np.uint32), np.empty(CHUNK, np.int8)
    hits, step, found = np.empty(CHUNK + 8, np.int64), 2.0**-32, 0
    enters, leaves, moves, learns = bounds
    for start in range(first, stop, CHUNK):
        count = min(CHUNK, stop - start)
        draws.words(start, count, t, number, k0, k1, u)
        _may_change(start, count, u, contract, age, student, enters, leaves, moves, learns, marks)
        for m in range(marked(marks, count, hits)):
            j = hits[m]
            i = start + j
            c, months = contract[i], age[i]
            if c == codes.ABSENT:
                if (u[0, j] + 0.5) * step < enter:
                    rows[found], events[found] = i, ENTERS
                    found += 1
                continue
            a = months - YOUNGEST * 12
            if a >= MONTHS or (u[0, j] + 0.5) * step < leave[int(c == codes.INACTIVE), a]:
                rows[found], events[found] = i, LEAVES
                found += 1
                continue
            event, term = 0, min(max(t - job_since[i], 0), TERMS - 1)
            if (u[1, j] + 0.5) * step < leaving[c, term, band[a // 12], level[education[i]]]:
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
def _place_in(cdf, row, u):  # type: ignore[no-untyped-def]
    """The category of a draw, from a row of cumulative shares: the first that exceeds it."""
    found = 0
    for k in range(cdf.shape[1] - 1):  # counting all is faster than seeking: nothing to mispredict
        found += cdf[row, k] <= u
    return found


@nb.njit(cache=True, nogil=True)
def _move(  # type: ignore[no-untyped-def]
    rows, t, where, place, k0, k1, entering, contract, age, education, team, sector, firm_size,
    job_since, band, level, destination_cdf, kept, same_sector, cell_cdf, size_cdf, has_sector,
    first, count, team_of_seat, in_team, works, before, left, elsewhere,
):  # fmt: skip
    """Another position for every row: what it was before, the team left, and whether elsewhere."""
    size, step = rows.size, 2.0**-32
    life, luck = np.empty((4, size), np.uint32), np.empty((4, size), np.uint32)
    draws.words_of(rows, size, 0, t, where, k0, k1, life)
    draws.words_of(rows, size, 0, t, place, k0, k1, luck)
    seat = np.full(size, -1)  # found first, and looked up together: each is far from the last
    for j in range(size):
        i = rows[j]
        was = contract[i]
        origin = NEW if entering else was
        years = band[age[i] // 12 - YOUNGEST]
        row = (years * _ORIGINS + origin) * _CLASSES + level[education[i]]
        position = _place_in(destination_cdf, row, (life[3, j] + 0.5) * step)
        before[j] = was
        contract[i] = position
        stays = position == codes.PERMANENT and (luck[0, j] + 0.5) * step < kept[origin]
        elsewhere[j] = entering or not stays
        if not elsewhere[j]:
            continue
        job_since[i] = t
        if not works[position]:
            sector[i], firm_size[i] = codes.NO_SECTOR, codes.NO_FIRM
            continue
        s, chosen = sector[i], (luck[2, j] + 0.5) * step
        stays = position == was and s < codes.NO_SECTOR
        stays = stays and (luck[1, j] + 0.5) * step < same_sector and has_sector[position, s]
        if stays:
            cell = s * SIZES + _place_in(size_cdf, position * codes.NO_SECTOR + s, chosen)
        else:
            cell = _place_in(cell_cdf, position, chosen)
        if in_team[position] and count[cell] > 0:
            seat[j] = first[cell] + int((luck[3, j] + 0.5) * step * count[cell])
        sector[i], firm_size[i] = cell // SIZES, cell % SIZES
    for j in range(size):
        i = rows[j]
        left[j] = team[i]
        if elsewhere[j]:
            team[i] = team_of_seat[seat[j]] if seat[j] >= 0 else 0


@nb.njit(cache=True, nogil=True)
def _leave(size, team, rows):  # type: ignore[no-untyped-def]
    for j in range(rows.size):
        size[team[rows[j]]] -= 1


@nb.njit(cache=True, nogil=True)
def _regroup(size, team, rows, left, elsewhere):  # type: ignore[no-untyped-def]
    for j in range(rows.size):
        size[left[j]] -= elsewhere[j]
        size[team[rows[j]]] += elsewhere[j]


@dataclass
class Moved:
    """Rows that took a position, the one before, the team that they left, and whether the new one
    is elsewhere.
    """

    rows: Rows
    before: NDArray[np.int8]
    team: NDArray[np.int64]
    elsewhere: NDArray[np.bool_]


class WorkingLives:
    """The working lives of a population, given the expected workforce."""

    def __init__(
        self,
        workforce: Workforce,
        population: Population,
        seed: int,
        script: Script | None = None,
    ) -> None:
        self.workforce, self.population, self.seed = workforce, population, seed
        self.script = script
        self._told: Told | None = None
        self._fresh = {name: population.columns[name].start for name in _DRIFTING}
        data = workforce.data
        self.places = Places(
            population.team, data.table, workforce.month(0).flows, workforce.kept,
            data.values["mobility"]["same_sector"],
        )  # fmt: skip
        self._leaving = np.ascontiguousarray(workforce.leaving, np.float64)
        most = self._leaving.max(axis=(1, 2, 3))
        groups = np.split(most, [codes.PERMANENT + 1, codes.UNEMPLOYED, codes.INACTIVE])
        self._moving = draws.highest([group.max() for group in groups])
        self._ending = draws.highest([workforce.study_end[: _GROWN // 12 - YOUNGEST].max()])
        self._kept = np.append(workforce.kept, 0.0)

    def live(
        self, t: int, size: NDArray[np.int64], pool: ThreadPoolExecutor | None, block_rows: int
    ) -> Told:
        """A month of working lives: everybody ages, and columns are changed of who enters, finishes
        school or takes another position; who leaves is still there. `size`, members by team, is
        kept up to date.
        """
        script = self._fitting()
        told = script.months.get(t) if script else None
        if told is not None:
            relive(told, self.population.worker, size, self._fresh)
        else:
            told = self._lived(t, size, pool, block_rows)
            if script:
                told.keep(self.population.worker)
                script.months[t] = told
        self._told = told
        return told

    def _lived(
        self, t: int, size: NDArray[np.int64], pool: ThreadPoolExecutor | None, block_rows: int
    ) -> Told:
        """A month that nobody has lived yet."""
        month = self.workforce.month(t)
        leave: Any = _leave
        rows, what = self._events(month, t, pool, block_rows)
        entering, leaving = (rows[(what & kind) != 0] for kind in (ENTERS, LEAVES))
        leave(size, self.population.worker["team"], leaving)
        self.enter(month, entering, t)
        living = (what & (MOVES | LEARNED | OLDER)) != 0
        rows, what = rows[living], what[living]
        learns, moves = ((what & kind) != 0 for kind in (LEARNED, MOVES))
        level, position = np.zeros((2, rows.size), np.int8)
        level[learns] = self.finish_school(month, rows[learns], t)
        self.move(month, entering, t, size, pool, entering=True)
        moved = self.move(month, rows[moves], t, size, pool)
        position[moves] = moved.before
        what[np.flatnonzero(moves)[moved.elsewhere]] |= ELSEWHERE
        newly = moved.elsewhere & IN_TEAM[moved.before] & (moved.team > 0)
        of_both = np.repeat(np.array([ENTERS, LEAVES], np.int8), [entering.size, leaving.size])
        return Told(
            Happened(np.concatenate([entering, leaving]), {"happened": of_both}),
            Happened(rows, {"happened": what, "education_before": level,
                            "contract_before": position}),
            moved.rows[newly],
            {"entered": entering.size, "left": leaving.size, "moved": moved.rows.size,
             "schooled": int(learns.sum())},
        )  # fmt: skip

    def _events(
        self, month: Month, t: int, pool: ThreadPoolExecutor | None, block_rows: int
    ) -> tuple[Rows, NDArray[np.int8]]:
        """Age everybody by a month; the rows to which something happens, in order, and what."""
        worker = self.population.worker
        columns = [worker[n] for n in ("contract", "age", "education", "job_since", "student")]
        key, bounds = draws.key(self.seed), self._bounds(month)

        starts = range(0, self.population.rows, block_rows)
        threads = pool._max_workers if pool else 1
        scan: Any = _scan

        def part(k: int) -> list[tuple[NDArray[Any], NDArray[Any]]]:
            rows, what = np.empty(block_rows, np.int64), np.empty(block_rows, np.int8)
            found = []
            for start in starts[len(starts) * k // threads : len(starts) * (k + 1) // threads]:
                count = scan(
                    start, min(start + block_rows, self.population.rows), t, _NUMBER, *key,
                    *columns, bounds, month.leave, month.enter, self._leaving,
                    self.workforce.study_end, BAND, _CLASS, rows, what,
                )  # fmt: skip
                found.append((rows[:count].copy(), what[:count].copy()))
            return found

        parts = [both for k in (pool.map if pool else map)(part, range(threads)) for both in k]
        rows, what = (np.concatenate(both) for both in zip(*parts, strict=True))
        return rows, what

    def _fitting(self) -> Script | None:
        """The script, unless it is of other people than these."""
        fits = self.script is not None and self.script.rows == self.population.rows
        return self.script if fits else None

    @property
    def sought(self) -> dict[int, Any] | None:
        """Where it is kept whom people see this month, if others live the same working lives."""
        return self._told.sought if self._told is not None and self._fitting() else None

    def _bounds(self, month: Month) -> tuple[Any, ...]:
        """What a word is at most for whom a month may bring something: for entering, and by group
        for leaving for good, for leaving a position and for finishing school."""
        birthdays = month.leave[:, ::12].max(axis=0)
        others = np.delete(month.leave, np.s_[::12], axis=1).max()
        young = birthdays[: _OLD // 12 - YOUNGEST].max()
        leave = draws.highest([others, young, 1.0])  # at the end all leave
        return draws.highest(month.enter)[()], leave, self._moving, self._ending

    def _draw(self, rows: Rows, t: int, decision: str) -> NDArray[np.float64]:
        return draws.uniforms(self.seed, rows, t, decision)

    def enter(self, month: Month, rows: Rows, t: int) -> None:
        """Give free rows to who enters, with an age and an attained level."""
        worker = self.population.worker
        for name, value in self._fresh.items():
            worker[name][rows] = value
        at = np.searchsorted(month.entry_cdf, self._draw(rows, t, "entry.age"), side="right")
        at = np.minimum(at, MONTHS - 1)
        worker["age"][rows] = at + YOUNGEST * 12
        cdf = month.entry_level_cdf[at // 12]
        worker["education"][rows] = _pick(cdf, self._draw(rows, t, "entry.level"))

    def finish_school(self, month: Month, rows: Rows, t: int) -> NDArray[np.int8]:
        """Leave initial education with a level; the levels held before."""
        worker = self.population.worker
        before = worker["education"][rows].astype(np.int8, copy=False)
        worker["education"][rows] = _pick(
            month.level_cdf[before], self._draw(rows, t, "life.level")
        )
        worker["student"][rows] = 0
        return before

    def move(
        self, month: Month, rows: Rows, t: int, size: NDArray[np.int64],
        pool: ThreadPoolExecutor | None = None, *, entering: bool = False,
    ) -> Moved:  # fmt: skip
        """Take another position: contract, employer, sector and size class; who has another
        employer is counted with the members of the new team, and not of the one left.
        """
        worker = self.population.worker
        before, left = np.empty(rows.size, np.int8), np.empty(rows.size, np.int64)
        elsewhere = np.empty(rows.size, np.bool_)
        take: Any = _move
        regroup: Any = _regroup
        columns = [worker[name] for name in _MOVING]
        destination = month.destination_cdf.reshape(-1, POSITIONS)

        def part(s: slice) -> None:
            take(
                rows[s], t, _WHERE, _PLACE, *draws.key(self.seed), entering, *columns, BAND, _CLASS,
                destination, self._kept, *self.places.tables(), before[s], left[s], elsewhere[s],
            )  # fmt: skip

        parts = [slice(k, k + _PART) for k in range(0, rows.size, _PART)]
        list(pool.map(part, parts) if pool else map(part, parts))
        regroup(size, worker["team"], rows, left, elsewhere)
        return Moved(rows, before, left, elsewhere)


def _pick(cdf: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """The category of every draw, from a row of cumulative shares each."""
    found = (u[:, None] >= cdf).sum(axis=1)
    return np.asarray(np.minimum(found, cdf.shape[1] - 1), np.int64)


def tenures(workforce: Workforce, contract: NDArray[np.integer], seed: int) -> NDArray[np.int64]:
    """Months for which everybody has held the present position when the run begins."""
    luck = draws.uniforms(seed, np.arange(contract.size), 0, "person.tenure")
    return _pick(cumulative(workforce.tenure())[contract], luck)
