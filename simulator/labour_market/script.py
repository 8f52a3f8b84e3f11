"""What happens to whom in a month of working lives, and lives as they were lived once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator.labour_market.places import IN_TEAM

Rows = NDArray[np.int64]
ENTERS, LEAVES, MOVES, LEARNED, OLDER = 1, 2, 4, 8, 16


@nb.njit(cache=True, nogil=True)
def _having(rows, what, kind, found):  # type: ignore[no-untyped-def]
    """List the rows to which something of a kind happens."""
    many = 0
    for j in range(rows.size):
        found[many] = rows[j]
        many += (what[j] & kind) != 0
    return many


@dataclass
class Events:
    """The rows to which something happens this month, in order; it may be several things."""

    rows: Rows
    what: NDArray[np.int8]
    _of: dict[int, Rows] = field(default_factory=dict)

    def of(self, kind: int) -> Rows:
        """The rows to which this happens."""
        if kind not in self._of:
            having: Any = _having
            found = np.empty(self.rows.size + 1, np.int64)
            self._of[kind] = found[: having(self.rows, self.what, np.int8(kind), found)].copy()
        return self._of[kind]


@dataclass
class Moved:
    """Rows that took a position this month, the one before, and the team that they left."""

    rows: Rows
    before: NDArray[np.int8]
    team: NDArray[np.int64]
    new_employer: NDArray[np.bool_]

    @cached_property
    def there(self) -> Rows:
        """The rows that have another employer now."""
        return self.rows[self.new_employer]

    @cached_property
    def newly(self) -> Rows:
        """The rows that left an employer."""
        left = self.new_employer & IN_TEAM[self.before] & (self.team > 0)
        return np.asarray(self.rows[left], np.int64)


@dataclass
class Told:
    """A month of a script: what happens to whom, and which values it leaves in their columns."""

    events: Events
    entered: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None  # ages, and levels
    levels: tuple[NDArray[np.int8], NDArray[np.int64]] | None = None  # held before, and after
    moves: dict[bool, tuple[Moved, tuple[NDArray[Any], ...]]] = field(default_factory=dict)
    sought: dict[int, Any] = field(default_factory=dict)  # whom people see, by block


class Script:
    """Working lives as they were lived once, for whoever lives them again.

    They depend on the people at the start, their number and the seed, and on nothing that a policy
    or a law of behaviour changes. So models that begin with the same people may share one.
    """

    def __init__(self, rows: int) -> None:
        self.rows, self.months = rows, dict[int, Told]()
