"""Applications whose money is set aside: they wait for a decision, or then for a seat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Cases:
    """A pile of applications, an array each; moments in clock time."""

    rows: NDArray[np.int64]
    cents: NDArray[np.int64]
    decided: NDArray[np.float64]
    awarded: NDArray[np.float64]  # when money was granted to who still waits for a seat; or -1

    @staticmethod
    def new(
        rows: NDArray[np.int64], cents: NDArray[np.int64], decided: NDArray[np.float64]
    ) -> Cases:
        """Applications to which nothing has been awarded."""
        return Cases(rows, cents, decided, np.full(rows.size, -1.0))

    @staticmethod
    def none() -> Cases:
        """An empty pile."""
        return Cases.new(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))

    def where(self, chosen: NDArray[np.bool_]) -> Cases:
        """Those who are chosen; the pile itself when they all are."""
        if chosen.all():
            return self
        return Cases(
            self.rows[chosen], self.cents[chosen], self.decided[chosen], self.awarded[chosen]
        )

    def held(self, now: int) -> Cases:
        """The same with their money granted by now, to be looked at again when a month begins."""
        since = np.where(self.awarded < 0, now, self.awarded)
        return Cases(self.rows, self.cents, np.full(since.size, float(now)), since)

    def joined(self, other: Cases) -> Cases:
        """Both piles as one."""
        if not (self.rows.size and other.rows.size):
            return self if self.rows.size else other
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Cases(*(np.concatenate(pair) for pair in pairs))

    def plain(self) -> dict[str, list[float]]:
        """The pile as plain data."""
        return {name: column.tolist() for name, column in vars(self).items()}

    @staticmethod
    def read(given: Mapping[str, Any]) -> Cases:
        """What `plain` gave, as a pile again."""
        return Cases(
            np.array(given["rows"], np.int64), np.array(given["cents"], np.int64),
            np.array(given["decided"], float), np.array(given["awarded"], float),
        )  # fmt: skip
