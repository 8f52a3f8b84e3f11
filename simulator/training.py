"""The course market: seats by kind and sector, start dates, minimum groups, prices that drift.

A cell of the market is a kind of course (short, or part of a recognised programme) in a sector.
Its providers offer seats a month, held in a SimPy container from which every batch of enrolments
takes; who finds none waits, enrolled, and may drop the plan meanwhile. Distance courses have seats
for all. Supply follows demand with a delay: providers enter, and leave more slowly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator import codes, draws
from simulator.chunks import prefetch

Rows = NDArray[np.int64]
KINDS = 2  # short, recognised
_SECTORS = len(codes.SECTOR)
CELLS = KINDS * _SECTORS
_AHEAD = 16  # rows whose memory is asked for before they are needed

# Calendar months in which a kind begins, and for how many months of demand there are seats then.
_STARTS = {0: dict.fromkeys(range(1, 13), 1), 1: {2: 5, 9: 7}}
_MONTHS = {
    month: np.repeat([_STARTS[k].get(month, 0) for k in range(KINDS)], len(codes.SECTOR))
    for month in range(1, 13)
}
_BEGINS = {month: np.array([month in _STARTS[k] for k in range(KINDS)]) for month in range(1, 13)}
_NOISE = 3.0  # standard deviations of sampling noise that are no shortage in a small sample


_PLACES = (*draws.address("market.distance"), *draws.address("market.seat"),
           *draws.address("market.provider"))  # fmt: skip


@nb.njit(cache=True, nogil=True)
def _admitted(  # type: ignore[no-untyped-def]
    rows, t, k0, k1, far, far_lane, seat, seat_lane, choice, choice_lane, recognised, sector, waits,
    begins, known, distance, group, share, providers, first, asked, left, found,
):  # fmt: skip
    """Who finds a seat: at a distance everybody; else by lot within a cell, in groups large enough.

    Marks them in `found`, counts in `asked` who asks for the first time, and takes seats from
    `left`.
    """
    cell = np.empty(rows.size, np.int64)
    wanting, step = np.zeros(asked.size, np.int64), 2.0**-32
    near, many = np.empty(rows.size, np.int64), 0
    place = np.empty((4, rows.size), np.uint32)
    draws.words_of(rows, rows.size, 0, 0, far, k0, k1, place)
    for j in range(rows.size):
        i, soon = rows[j], rows[min(j + _AHEAD, rows.size - 1)]
        prefetch(recognised, soon)
        prefetch(sector, soon)
        prefetch(waits, soon)
        kind = recognised[i]
        cell[j] = kind * _SECTORS + sector[i]
        if (place[far_lane, j] + 0.5) * step < distance:
            found[j] = True
            continue
        asked[cell[j]] += 0 if waits[i] else 1
        if begins[kind]:
            near[many] = j
            many += 1
            wanting[cell[j]] += 1
    near = near[:many]
    luck = np.zeros(many)
    for m in range(many):
        if known and wanting[cell[near[m]]] > left[cell[near[m]]]:
            luck[m] = draws.block(rows[near[m]], t, seat, k0, k1)[seat_lane]
    given, groups = np.zeros(asked.size, np.int64), np.zeros(providers.sum(), np.int64)
    of = np.full(many, -1)
    scarce = np.flatnonzero(luck > 0.0)
    by_lot = np.concatenate(
        (np.flatnonzero(luck == 0.0), scarce[np.argsort(luck[scarce], kind="mergesort")])
    )
    draws.words_of(rows[near], many, 0, t, choice, k0, k1, place)
    for m in by_lot:
        c = cell[near[m]]
        if luck[m] > 0.0 and given[c] >= left[c]:
            continue
        given[c] += 1
        chosen = (place[choice_lane, m] + 0.5) * step
        of[m] = first[c] + int(chosen * providers[c])
        groups[of[m]] += 1
    taken = np.zeros(asked.size, np.int64)
    for m in range(many):
        if of[m] >= 0 and groups[of[m]] / share >= group:
            found[near[m]] = True
            taken[cell[near[m]]] += 1
    for c in range(asked.size):
        left[c] -= min(taken[c], left[c])


@nb.njit(cache=True, nogil=True)
def _offer(seats, share, provider, months, gate, many, first, left):  # type: ignore[no-untyped-def]
    """Seats of the month in every cell, how many providers it has, and the number of its first."""
    before = 0
    for c in range(seats.size):
        left[c] = int(np.floor(seats[c] * months[c] * (1.0 - gate)))
        many[c] = max(int(np.ceil(seats[c] / share / provider)), 1)
        first[c] = before
        before += many[c]


@nb.njit(cache=True, nogil=True)
def _follow(  # type: ignore[no-untyped-def]
    asked, expected, seats, age, memory, slack, entry, leaving
):  # fmt: skip
    """What is expected follows what is asked for, and seats follow that, in every cell."""
    for c in range(asked.size):
        expected[c] += (asked[c] - expected[c]) / min(float(age), memory)
        wanted = expected[c] * (1.0 + slack) + _NOISE * np.sqrt(expected[c])
        rate = entry if wanted > seats[c] else leaving
        seats[c] += (1.0 if age <= memory else rate) * (wanted - seats[c])


class Market:
    """Seats of every cell in the month; `share` of the nation is simulated."""

    def __init__(self, values: Mapping[str, float], share: float, seed: int) -> None:
        self.values, self.share, self._key = values, share, draws.key(seed)
        self.age = 0  # months that it has seen
        self.waiting = np.zeros(0, np.int64)  # rows that found no seat before
        self._waits = np.zeros(0, bool)  # by row, whether it is among `_marked`
        self._marked = self.waiting  # who waited when that was last brought up to date
        self.expected = np.zeros(CELLS)  # enrolments a month, in simulated persons
        self.seats = np.zeros(CELLS)  # offered a month
        self.asked = np.zeros(CELLS)  # first asked for this month
        self.left = np.zeros(CELLS, np.int64)  # of this month's seats
        self.still = [self.waiting]
        # Of this month: how many providers every cell has, and the number of its first one.
        self._providers = np.ones(CELLS, np.int64), np.arange(CELLS)
        self.price_drift = 0.0

    @property
    def on(self) -> bool:
        """Whether courses have seats at all."""
        return self.values["on"] == 1.0

    def state(self) -> dict[str, Any]:
        """What the market remembers from month to month, as plain data."""
        return {"age": self.age, "waiting": self.waiting.tolist(),
                "expected": self.expected.tolist(), "seats": self.seats.tolist(),
                "price_drift": self.price_drift}  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.age, self.waiting = int(state["age"]), np.array(state["waiting"], np.int64)
        self.expected = np.array(state["expected"], float)
        self.seats = np.array(state["seats"], float)
        self.price_drift = float(state["price_drift"])

    def open_month(self, month: int) -> None:
        """Offer the seats of a calendar month; a kind that does not begin has none."""
        self.asked, self.still = np.zeros(CELLS), [np.zeros(0, np.int64)]
        if self.on:
            offer: Any = _offer
            offer(self.seats, self.share, self.values["provider"], _MONTHS[month],
                  self.values["gate"], *self._providers, self.left)  # fmt: skip

    def admit(
        self, worker: Mapping[str, NDArray[Any]], rows: Rows, t: int, month: int
    ) -> tuple[Rows, Rows]:
        """Which of the rows find a seat in a course that begins in this month, and which wait."""
        if not self.on or not rows.size:
            return rows, rows[:0]
        if self._waits.size != worker["sector"].size:
            self._waits, self._marked = np.zeros(worker["sector"].size, bool), self.waiting[:0]
        if self._marked is not self.waiting:
            self._waits[self._marked], self._waits[self.waiting] = False, True
            self._marked = self.waiting
        providers, first = self._providers
        known = self.age >= self.values["memory"]  # before that nobody knows what to expect
        admitted: Any = _admitted
        found = np.zeros(rows.size, np.bool_)
        admitted(
            rows, t, *self._key, *_PLACES, worker["plan_recognised"], worker["sector"],
            self._waits, _BEGINS[month], known, self.values["distance"], self.values["group"],
            self.share, providers, first, self.asked, self.left, found,
        )  # fmt: skip
        if found.all():
            return rows, rows[:0]
        waiting = rows[~found]
        self.still.append(waiting)
        return rows[found], waiting

    def close_month(self, public: float, pull: float) -> None:
        """Supply follows demand, and prices follow public money; `public` is its share of starts.

        `pull` is the highest amount that is paid for a course, EUR; 0 = none.
        """
        if not self.on:
            return
        v = self.values
        self.waiting = np.concatenate(self.still)
        self.age += 1
        follow: Any = _follow
        follow(self.asked, self.expected, self.seats, self.age, v["memory"], v["slack"],
               v["entry"], v["leaving"])  # fmt: skip
        goal = v["drift"] * public if pull > 0.0 else 0.0
        self.price_drift += v["drift_rate"] * (goal - self.price_drift)
