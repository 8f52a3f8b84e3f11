"""Persons of the labour force made from published margins.

A seed table with the assumed associations is fitted to every margin (iterative proportional
fitting), rounded to whole persons with the one-way margins held, and laid out by employer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from simulator import codes, employers
from simulator.employers import SIZE_CLASSES, Floats, Ints
from simulator.margins import (
    AGE_ENDS,
    AXIS,
    FEWEST,
    MOST,
    SHAPE,
    WORKLESS,
    ZZP,
    Bools,
    Margins,
    selected,
)


@dataclass(frozen=True)
class People:
    """One entry per person; rows of a team are contiguous, persons without a team come first.

    Codes are those of `codes`; age in months; team 0 is no team and employer 0 no employer.
    `team_employer` and `employer_*` are indexed by team and by employer; `employer_size` is the
    number of persons working there, of whom fewer may be in the sample.
    """

    age: NDArray[np.int16]
    education: NDArray[np.int8]
    contract: NDArray[np.int8]
    sector: NDArray[np.int8]
    firm_size: NDArray[np.int8]
    team: NDArray[np.int32]
    team_employer: NDArray[np.int32]
    employer_size: NDArray[np.int32]
    employer_sector: NDArray[np.int8]
    weight: float


@dataclass(frozen=True)
class MarginRow:
    """A category's published and synthetic share of its population; difference in % points."""

    margin: str
    category: str
    published: float
    synthetic: float
    difference: float


def synthesise(margins: Margins, persons: int, seed: int, table: Floats | None = None) -> People:
    """`persons` rows (1,000 to 10,000,000) that reproduce the margins; same input, same rows.

    With `table` they are spread as in that joint table, whose sum is the number of persons
    relative to `persons`, instead of the fitted one.
    """
    if not FEWEST <= persons <= MOST:
        raise ValueError(f"persons = {persons}: allowed is {FEWEST} to {MOST}; change persons")
    key = np.random.SeedSequence(seed).generate_state(2, np.uint64)
    generator = np.random.Generator(np.random.Philox(key=key))
    table = fit(margins) if table is None else table
    counts = _whole(table * persons, generator.random())
    total = int(counts.sum())
    cell, blocks = _rows(counts, generator)
    contract, band, education, firm_size, sector = (
        code.astype(np.int8).ravel()[cell] for code in np.indices(SHAPE)
    )
    age = _ages(band, margins.profile, generator.random(total))
    by_size = blocks[1:].reshape(len(SIZE_CLASSES), -1)
    firms = employers.make_employers(by_size, margins.firms, generator)
    teams = employers.make_teams(firms.filled, *margins.team_sizes, generator)
    numbers = np.arange(len(teams.size) + 1, dtype=np.int32)
    return People(
        age=age,
        education=education,
        contract=contract,
        sector=sector,
        firm_size=firm_size,
        team=np.repeat(numbers, np.concatenate(([blocks[0]], teams.size))),
        team_employer=np.concatenate(([0], teams.employer + 1)).astype(np.int32),
        employer_size=np.concatenate(([0], firms.size)).astype(np.int32),
        employer_sector=np.concatenate(([codes.NO_SECTOR], firms.sector)).astype(np.int8),
        weight=margins.national / persons,
    )


def _ages(band: NDArray[np.int8], profile: tuple[float, ...], luck: Floats) -> NDArray[np.int16]:
    """Ages in months within the bands, from one draw a person."""
    age = np.empty(band.size, np.int16)
    for k, (start, end) in enumerate(zip(codes.AGE_BAND_STARTS, AGE_ENDS, strict=True)):
        rows = np.flatnonzero(band == k)
        first = start - codes.AGE_BAND_STARTS[0]
        reached = np.concatenate(([0.0], np.cumsum(profile[first : first + end - start])))
        years = np.interp(luck[rows], reached / reached[-1], np.arange(start, end + 1))
        age[rows] = np.minimum(np.floor(12.0 * years), 12 * end - 1)
    return age


def fit(margins: Margins, tolerance: float = 1e-6, rounds: int = 1000) -> Floats:
    """The joint shares of all cells (axes of LABELS), by iterative proportional fitting.

    Keeps the odds ratios of the associations where no margin speaks; ValueError if some margin
    is still off by more than `tolerance` (share) after `rounds`.
    """
    table = _possible().astype(np.float64)
    for when, odds in margins.odds:
        table = np.where(selected(when), table * odds, table)
    live = np.flatnonzero(table)
    cells = table.ravel()[live]
    cells /= cells.sum()
    # Persons outside a margin's population are its category 0, which keeps its factor 1.
    groups = [margin.groups()[live] + 1 for margin in margins.margins]
    for _ in range(rounds):
        worst, name = 0.0, ""
        for margin, group in zip(margins.margins, groups, strict=True):
            now = np.bincount(group, weights=cells, minlength=len(margin.shares) + 1)
            goal = np.array([now[0], *(np.array(margin.shares) * now[1:].sum())])
            cells *= np.divide(goal, now, out=np.ones_like(now), where=now > 0)[group]
            off = float(np.abs(goal - now).max()) / max(float(now[1:].sum()), 1e-12)
            worst, name = max((worst, name), (off, margin.name))
        if worst < tolerance:
            table.ravel()[live] = cells / cells.sum()
            return table
    raise ValueError(
        f"margin {name!r} is off by {worst:.2g} after {rounds} rounds: no persons meet "
        f"it with the others and the associations; relax one of them"
    )


def _possible() -> Bools:
    """Cells that may hold persons: who has no work has no firm or sector, zzp a firm of one."""
    none = selected({"contract": WORKLESS})
    no_firm = selected({"firm_size": (codes.NO_FIRM,)})
    no_sector = selected({"sector": (codes.NO_SECTOR,)})
    alone = ~selected({"contract": ZZP}) | selected({"firm_size": (codes.SIZE_1_9,)})
    return np.asarray((none == no_firm) & (none == no_sector) & alone)


def _whole(expected: Floats, offset: float) -> Ints:
    """Whole persons whose one-way margins are the expected ones, rounded.

    Systematic rounding along the cells holds the leading axes; the others are then repaired axis
    by axis, for those with and without work apart.
    """
    total = round(float(expected.sum()))
    expected = expected * (total / expected.sum())  # or the last cell would hold what is over
    reached = np.minimum(np.cumsum(expected), total)
    reached[-1] = total
    places = np.floor(reached + offset).astype(np.int64)
    counts: Ints = (places - np.concatenate(([0], places[:-1]))).reshape(SHAPE)
    for part in (slice(codes.UNEMPLOYED), slice(codes.UNEMPLOYED, None)):
        for axis in range(len(SHAPE)):
            _repair(np.moveaxis(counts[part], axis, 0), np.moveaxis(expected[part], axis, 0))
    return counts


def _repair(counts: Ints, expected: Floats) -> None:
    """Move persons along the first axis (in place) until its margin is the rounded expected one.

    A move changes nothing else of a person, so the other one-way margins stay. It takes the
    cells furthest above expectation, and never fills an impossible one.
    """
    margin = expected.reshape(len(expected), -1).sum(axis=1)
    reached = np.cumsum(margin) * (counts.sum() / margin.sum())
    error = counts.reshape(len(counts), -1).sum(axis=1) - np.diff(np.rint(reached), prepend=0)
    before = math.inf
    while 0 < np.abs(error).sum() < before:
        before = float(np.abs(error).sum())
        for source, goal in product(np.flatnonzero(error > 0), np.flatnonzero(error < 0)):
            surplus = counts - expected
            movable = np.flatnonzero((counts[source] > 0) & (expected[goal] > 0))
            gain = (surplus[source] - surplus[goal]).ravel()[movable]
            most = int(max(min(error[source], -error[goal]), 0))
            best = movable[np.argsort(-gain, kind="stable")[:most]]
            chosen = np.unravel_index(best, counts.shape[1:])
            counts[source][chosen] -= 1
            counts[goal][chosen] += 1
            error[source] -= len(chosen[0])
            error[goal] += len(chosen[0])


def _rows(counts: Ints, generator: np.random.Generator) -> tuple[NDArray[np.uint16], Ints]:
    """The cell of every row, and the rows in every block.

    Block 0 is who has no employer; the others are size class x sector, in random order within.
    """
    contract, _, _, firm_size, sector = np.indices(SHAPE)
    teamless = np.isin(contract, (*ZZP, *WORKLESS)) | (counts == 0)
    block = np.where(teamless, 0, 1 + firm_size * codes.NO_SECTOR + sector).ravel()
    number = 1 + len(SIZE_CLASSES) * codes.NO_SECTOR
    order = np.argsort(block, kind="stable")
    cell = np.repeat(order.astype(np.uint16), counts.ravel()[order])
    sizes = np.bincount(block, weights=counts.ravel(), minlength=number).astype(np.int64)
    for rows in np.split(cell, np.cumsum(sizes)[:-1]):
        generator.shuffle(rows)
    return cell, sizes


def margin_report(people: People, margins: Margins) -> list[MarginRow]:
    """Every published category beside its synthetic share."""
    counts = _cell_counts(people)
    rows = []
    for margin in margins.margins:
        found = np.bincount(margin.groups() + 1, counts, len(margin.shares) + 1)[1:]
        for label, share, number in zip(margin.members, margin.shares, found, strict=True):
            synthetic = float(number / max(found.sum(), 1))
            rows.append(MarginRow(margin.name, label, share, synthetic, 100 * (synthetic - share)))
    return rows


def _cell_counts(people: People) -> Ints:
    """Persons in every cell of the joint table, flat."""
    starts = 12 * np.array(codes.AGE_BAND_STARTS, dtype=np.int16)
    band = np.searchsorted(starts, people.age, side="right") - 1
    cell = people.contract.astype(np.int32) * SHAPE[AXIS["age"]] + band
    for dimension in ("education", "firm_size", "sector"):
        cell = cell * SHAPE[AXIS[dimension]] + getattr(people, dimension)
    return np.bincount(cell, minlength=math.prod(SHAPE))
