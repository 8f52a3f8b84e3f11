"""Where posts are: the teams of employers by sector and size class, and who goes to which.

A post is a seat in a team as it was when the run began. Who takes a job draws a seat, alone, among
those of the sector and size class that the contract has; teams so grow and shrink by chance around
the size they had, and nobody's job depends on another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import codes
from simulator.labour_market.demography import cumulative

Floats = NDArray[np.float64]
SIZES = len(codes.FIRM_SIZE) - 1
CELLS = codes.NO_SECTOR * SIZES  # sector x size class
IN_TEAM = np.zeros(codes.ABSENT + 1, bool)
IN_TEAM[[*codes.EMPLOYEE_CONTRACTS, codes.SELF_EMPLOYED_STAFF]] = True
WORKS = np.zeros(codes.ABSENT + 1, bool)
WORKS[[*codes.EMPLOYEE_CONTRACTS, *codes.SELF_EMPLOYED_CONTRACTS]] = True


class Places:
    """All seats by cell; chances by contract follow the joint table of the base year.

    table: shares over the axes of margins.LABELS; flows: expected monthly moves between positions;
    kept: by position, the share of those made permanent who stay with their employer.
    """

    def __init__(
        self, team: Mapping[str, NDArray[Any]], table: Floats, flows: Floats, kept: Floats,
        same_sector: float,
    ) -> None:  # fmt: skip
        self.same_sector = same_sector
        seats, sector = team["seats"].astype(np.int64), team["employer_sector"].astype(np.int64)
        cell = np.where(seats > 0, sector * SIZES + team["employer_size"], CELLS)
        order = np.argsort(cell, kind="stable")
        self.team_of_seat = np.repeat(order.astype(np.int32), seats[order])
        count = np.bincount(cell, weights=seats, minlength=CELLS + 1)[:CELLS].astype(np.int64)
        self.first, self.count = np.cumsum(count) - count, count
        by_cell = table.sum(axis=(1, 2))[:, :SIZES, : codes.NO_SECTOR].transpose(0, 2, 1)
        share = by_cell.reshape(by_cell.shape[0], CELLS).copy()  # [contract, cell]
        team_based = IN_TEAM[: share.shape[0]]
        share[team_based] *= count > 0
        drawn = share.copy()
        drawn[codes.PERMANENT] = self._of_newly_permanent(share, flows, kept)
        self.cell_cdf = cumulative(drawn)
        within = share.reshape(-1, codes.NO_SECTOR, SIZES)
        self.size_cdf = cumulative(within).reshape(-1, SIZES)  # [contract and sector, size]
        self.has_sector = within.sum(axis=2) > 0

    def tables(self) -> tuple[Any, ...]:
        """What a person needs to find a post, in the order in which it is asked for."""
        return (
            self.same_sector, self.cell_cdf, self.size_cdf, self.has_sector, self.first,
            self.count, self.team_of_seat, IN_TEAM, WORKS,
        )  # fmt: skip

    def _of_newly_permanent(self, share: Floats, flows: Floats, kept: Floats) -> Floats:
        """Where those go who become permanent elsewhere, so that with those who stay with their
        employer permanent contracts remain where they are.
        """
        to = flows[: kept.size, codes.PERMANENT]
        stay = to * kept
        remain = to[codes.PERMANENT] * self.same_sector
        move = flows[:, codes.PERMANENT].sum() - stay.sum() - remain
        sums = np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
        mix = share / sums
        wanted = (move + stay.sum()) * mix[codes.PERMANENT] - stay @ mix
        return np.asarray(np.maximum(wanted, 0.0), np.float64)
