"""The course market: seats by kind and sector, start dates, minimum groups, prices that drift.

A cell of the market is a kind of course (short, or part of a recognised programme) in a sector.
Its providers offer seats a month, held in a SimPy container from which every batch of enrolments
takes; who finds none waits, enrolled, and may drop the plan meanwhile. Distance courses have seats
for all. Supply follows demand with a delay: providers enter, and leave more slowly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import codes, draws
from simulator.queueing import ranks

Rows = NDArray[np.int64]
KINDS = 2  # short, recognised
CELLS = KINDS * len(codes.SECTOR)

# Calendar months in which a kind begins, and for how many months of demand there are seats then.
_STARTS = {0: dict.fromkeys(range(1, 13), 1), 1: {2: 5, 9: 7}}
_NOISE = 3.0  # standard deviations of sampling noise that are no shortage in a small sample


class Market:
    """Seats of every cell in the month; `share` of the nation is simulated."""

    def __init__(self, values: Mapping[str, float], share: float, seed: int) -> None:
        self.values, self.share, self.seed = values, share, seed
        self.age = 0  # months that it has seen
        self.waiting = np.zeros(0, np.int64)  # rows that found no seat before
        self._waits: NDArray[np.bool_] | None = None  # the same by row, while a month lasts
        self.expected = np.zeros(CELLS)  # enrolments a month, in simulated persons
        self.seats = np.zeros(CELLS)  # offered a month
        self.asked = np.zeros(CELLS)  # first asked for this month
        self.left = np.zeros(CELLS, np.int64)  # of this month's seats
        self.still = [self.waiting]
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
        self._waits = None
        self.expected = np.array(state["expected"], float)
        self.seats = np.array(state["seats"], float)
        self.price_drift = float(state["price_drift"])

    def open_month(self, month: int) -> None:
        """Offer the seats of a calendar month; a kind that does not begin has none."""
        self.asked, self.still = np.zeros(CELLS), [np.zeros(0, np.int64)]
        if self.on:
            months = np.repeat([_STARTS[k].get(month, 0) for k in range(KINDS)], len(codes.SECTOR))
            offered = np.floor(self.seats * months * (1.0 - self.values["gate"]))
            self.left = offered.astype(np.int64)

    def admit(
        self, worker: Mapping[str, NDArray[Any]], rows: Rows, t: int, month: int
    ) -> NDArray[np.bool_]:
        """Which of the rows find a seat in a course that begins in this month."""
        if not self.on or not rows.size:
            return np.ones(rows.size, bool)
        kind = worker["plan_recognised"][rows].astype(np.int64)
        cell = kind * len(codes.SECTOR) + worker["sector"][rows]
        far = draws.uniforms(self.seed, rows, 0, "market.distance") < self.values["distance"]
        near = ~far
        if self._waits is None:
            self._waits = np.zeros(worker["sector"].size, bool)
            self._waits[self.waiting] = True
        new = near & ~self._waits[rows]
        self.asked += np.bincount(cell[new], minlength=CELLS)
        begins = np.array([month in _STARTS[k] for k in range(KINDS)])[kind]
        found = far.copy()
        at = np.flatnonzero(near & begins)
        if at.size:
            found[at] = self._seated(rows[at], cell[at], t)
        self.still.append(rows[~found])
        return found

    def _seated(self, rows: Rows, cell: NDArray[np.int64], t: int) -> NDArray[np.bool_]:
        """Seats by lot within a cell, then without groups that are too small."""
        free = self.left
        seated = np.ones(rows.size, bool)
        if self.age >= self.values["memory"]:  # before that nobody knows what to expect
            full = np.flatnonzero((np.bincount(cell, minlength=CELLS) > free)[cell])
            luck = draws.uniforms(self.seed, rows[full], t, "market.seat")
            order = full[np.lexsort((luck, cell[full]))]
            seated[order] = ranks(cell[order]) < free[cell[order]]
        seated &= self._grouped(rows, cell, seated, t)
        taken = np.bincount(cell[seated], minlength=CELLS)
        self.left = free - np.minimum(taken, free)
        return seated

    def _grouped(
        self, rows: Rows, cell: NDArray[np.int64], seated: NDArray[np.bool_], t: int
    ) -> NDArray[np.bool_]:
        """Whose provider gets a group together; persons stand for 1 / share of them."""
        providers, first = self._providers()
        choice = draws.uniforms(self.seed, rows, t, "market.provider")
        provider = first[cell] + (choice * providers[cell]).astype(np.int64)
        count = np.bincount(provider[seated], minlength=int(providers.sum()))
        return np.asarray(count[provider] / self.share >= self.values["group"])

    def _providers(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How many providers every cell has, and the number of its first one."""
        national = self.seats / self.share
        many = np.maximum(np.ceil(national / self.values["provider"]), 1.0).astype(np.int64)
        return many, np.cumsum(many) - many

    def close_month(self, public: float, pull: float) -> None:
        """Supply follows demand, and prices follow public money; `public` is its share of starts.

        `pull` is the highest amount that is paid for a course, EUR; 0 = none.
        """
        if not self.on:
            return
        v = self.values
        self.waiting, self._waits = np.unique(np.concatenate(self.still)), None
        self.age += 1
        self.expected += (self.asked - self.expected) / min(self.age, v["memory"])
        noise = _NOISE * np.sqrt(self.expected)
        wanted = self.expected * (1.0 + v["slack"]) + noise
        rate = np.where(wanted > self.seats, v["entry"], v["leaving"])
        if self.age <= v["memory"]:
            rate[:] = 1.0
        self.seats += rate * (wanted - self.seats)
        goal = v["drift"] * public if pull > 0.0 else 0.0
        self.price_drift += v["drift_rate"] * (goal - self.price_drift)
