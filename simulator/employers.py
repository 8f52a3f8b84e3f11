"""Employers of published sizes, filled with persons, and teams within them.

A sampled employer is a whole employer, not a scaled one: at 100,000 persons a firm of 900 holds
900 of them and stands for `weight` such firms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator import codes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SIZE_CLASSES = (codes.SIZE_1_9, codes.SIZE_10_49, codes.SIZE_50_249, codes.SIZE_250)
TAIL_EXPONENTS, TAIL_PRECISION = (-5.0, 20.0), 1e-6  # where the exponent of the tail is sought
VERIFICATION = ("S", "R", "D", "B", "A")


class Checks:
    """Reads single values of a margins file and collects what is wrong, one line per error."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[str] = []

    def error(self, key: str, value: object, allowed: object, remedy: str) -> None:
        """Note an error; the reading goes on, so that all of them are shown at once."""
        self.errors.append(f"{self.file}: {key} = {value!r}: allowed is {allowed}; {remedy}")

    def number(self, key: str, value: object) -> float:
        """A finite number of 0 or more; 0 where it is not one."""
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
            return float(value)
        self.error(key, value, "a number of 0 or more", "correct or add it")
        return 0.0

    def choice(self, key: str, value: object, allowed: Iterable[str]) -> bool:
        """Whether the value is one of those allowed."""
        known = value in (names := [*allowed])
        if not known:
            self.error(key, value, names, "give one of these")
        return known

    def texts(self, where: str, table: Mapping[str, Any], *keys: str) -> dict[str, str]:
        """The named texts, none of them empty."""
        for key in keys:
            value = table.get(key)
            if not isinstance(value, str) or not value:
                self.error(f"{where}.{key}", value, "a text", f"add {key}")
            elif key == "verification":
                self.choice(f"{where}.{key}", value, VERIFICATION)
        return {key: str(table.get(key, "")) for key in keys}


@dataclass(frozen=True)
class SizeDistribution:
    """The sizes of the firms of one size class: `size` ascending, `cumulative` shares of firms."""

    size: Ints
    cumulative: Floats

    @property
    def mean(self) -> float:
        """Mean persons per firm."""
        return float(self.size @ np.diff(self.cumulative, prepend=0.0))

    def at(self, quantile: Floats) -> Ints:
        """The size of the firm at each quantile in [0, 1)."""
        place = np.searchsorted(self.cumulative, quantile, side="right")
        return self.size[np.minimum(place, len(self.size) - 1)]

    def of_a_person(self, chance: float) -> int:
        """The size of the firm of a random person: firms count by the persons in them."""
        share = np.cumsum(self.size * np.diff(self.cumulative, prepend=0.0))
        place = int(np.searchsorted(share, chance * share[-1], side="right"))
        return int(self.size[min(place, len(self.size) - 1)])


@dataclass(frozen=True)
class FirmCounts:
    """Published numbers of firms by size, and the shape assumed between the class bounds.

    `lower`, `upper` and `firms` have one entry per published class, ascending. Within a class
    firms fall off as size**-exponent; the last class has its own exponent, solved so that its
    size class (codes.FIRM_SIZE) has `mean_of_largest` persons per firm.
    """

    lower: tuple[int, ...]
    upper: tuple[int, ...]
    firms: tuple[float, ...]
    exponent: float
    mean_of_largest: float

    @classmethod
    def read(cls, table: Mapping[str, Any], checks: Checks) -> FirmCounts:
        """From the table [firms]; errors go to `checks`."""
        shape, rows = table.get("shape", {}), table.get("classes", [])
        checks.texts("firms", table, "source", "verification", "note")
        checks.texts("firms.shape", shape, "source", "verification", "note")
        lower, upper, firms = (
            [checks.number(f"firms.classes.{key}", row.get(key)) for row in rows]
            for key in ("from", "to", "firms")
        )
        starts = {_first_size(size_class) for size_class in SIZE_CLASSES[1:]}
        adjoining = lower[1:] == [size + 1 for size in upper[:-1]]
        ascending = all(low <= high for low, high in zip(lower, upper, strict=True))
        if not (adjoining and ascending and starts <= set(lower)):
            allowed = f"adjoining classes, some starting at {sorted(starts)}"
            checks.error(
                "firms.classes", list(zip(lower, upper, strict=True)), allowed, "mend them"
            )
        return cls(
            tuple(map(int, lower)),
            tuple(map(int, upper)),
            tuple(firms),
            checks.number("firms.shape.exponent", shape.get("exponent")),
            checks.number("firms.shape.mean_of_largest", shape.get("mean_of_largest")),
        )

    def in_class(self, size_class: int) -> float:
        """Published number of firms in a size class."""
        return sum(self.firms[k] for k in self._rows(size_class))

    @lru_cache(maxsize=16)  # noqa: B019  # seeking a tail takes longer than drawing employers
    def distribution(self, size_class: int) -> SizeDistribution:
        """Sizes within a size class; ValueError if no tail gives the mean of the largest."""
        rows = self._rows(size_class)
        if rows[-1] < len(self.firms) - 1:
            return self._with_tail(rows, self.exponent)
        low, high = TAIL_EXPONENTS
        lightest, heaviest = (self._with_tail(rows, tail).mean for tail in (high, low))
        if not lightest <= self.mean_of_largest <= heaviest:
            raise ValueError(
                f"firms.shape.mean_of_largest = {self.mean_of_largest:g}: no tail of the last "
                f"class gives this mean; use a value between its bounds"
            )
        while high - low > TAIL_PRECISION:
            middle = (low + high) / 2
            too_heavy = self._with_tail(rows, middle).mean > self.mean_of_largest
            low, high = (middle, high) if too_heavy else (low, middle)
        return self._with_tail(rows, high)

    def _rows(self, size_class: int) -> list[int]:
        last = size_class == SIZE_CLASSES[-1]
        beyond = math.inf if last else _first_size(size_class + 1)
        first = _first_size(size_class)
        return [k for k, lower in enumerate(self.lower) if first <= lower < beyond]

    def _with_tail(self, rows: list[int], tail: float) -> SizeDistribution:
        sizes, weights = [], []
        for k in rows:
            size = np.arange(self.lower[k], self.upper[k] + 1)
            relative = (size / size[0]) ** -(tail if k == rows[-1] else self.exponent)
            sizes.append(size)
            weights.append(self.firms[k] * relative / relative.sum())
        cumulative = np.cumsum(np.concatenate(weights))
        return SizeDistribution(np.concatenate(sizes), cumulative / cumulative[-1])


def _first_size(size_class: int) -> int:
    return int(codes.FIRM_SIZE[size_class].rstrip("+").split("-")[0])


class Employers(NamedTuple):
    """One entry per employer, in the order of the persons who fill them."""

    size: Ints
    sector: Ints
    filled: Ints


class Teams(NamedTuple):
    """One entry per team: persons in it and index of its employer; ascending by employer."""

    size: Ints
    employer: Ints


def make_employers(persons: Ints, counts: FirmCounts, generator: np.random.Generator) -> Employers:
    """Employers for the persons of every size class and sector.

    persons: (size class, sector) counts. An employer is full (`filled` == `size`), except where
    a whole cell has fewer persons than the mean firm of its class: then one firm holds them.
    """
    sizes, sectors, filled = [], [], []
    for size_class in SIZE_CLASSES:
        distribution = counts.distribution(size_class)
        for sector, number in enumerate(persons[size_class]):
            size, inside = _firms_of_cell(int(number), distribution, generator)
            sizes.append(size)
            filled.append(inside)
            sectors.append(np.full(len(size), sector))
    return Employers(np.concatenate(sizes), np.concatenate(sectors), np.concatenate(filled))


def _firms_of_cell(
    persons: int, distribution: SizeDistribution, generator: np.random.Generator
) -> tuple[Ints, Ints]:
    """Sizes and filled places of the firms of one cell.

    Firms are the quantiles of the distribution, so that their number does not depend on the
    chance of one giant; the number is persons / mean, rounded at random to be unbiased. Where
    persons do not make up one firm, they are some of those of a firm drawn by its persons.
    """
    smallest, largest = int(distribution.size[0]), int(distribution.size[-1])
    chance, rounding = generator.random(2)
    if persons == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if persons < distribution.mean:
        size = max(distribution.of_a_person(float(chance)), persons)
        return np.array([size]), np.array([persons])
    wanted = int(persons / distribution.mean + rounding)
    number = min(max(wanted, -(-persons // largest)), persons // smallest)
    sizes = distribution.at((np.arange(number) + 0.5) / number)
    missing = persons - int(sizes.sum())
    room = largest - sizes if missing > 0 else sizes - smallest
    sizes = sizes + np.sign(missing) * _shared(abs(missing), room)
    return sizes, sizes


def _shared(total: int, room: Ints) -> Ints:
    """`total` in whole units over the entries, in proportion to their room and never above it."""
    reached = np.cumsum(room)
    return np.diff(reached * total // max(int(reached[-1]), 1), prepend=0)


def read_team_sizes(table: Mapping[str, Any], checks: Checks) -> tuple[int, int]:
    """Smallest and largest team from the table [teams]; errors go to `checks`."""
    checks.texts("teams", table, "source", "verification", "note")
    smallest = int(checks.number("teams.smallest", table.get("smallest")))
    largest = int(checks.number("teams.largest", table.get("largest")))
    if not 1 <= smallest <= largest // 2:
        allowed = "smallest from 1 to half of largest"
        checks.error("teams", (smallest, largest), allowed, "or employers cannot be split")
    return smallest, largest


def make_teams(filled: Ints, smallest: int, largest: int, generator: np.random.Generator) -> Teams:
    """Teams for employers with `filled` persons.

    An employer draws a usual team size and splits its persons evenly; a team has `smallest` to
    `largest` persons, or everyone of an employer with fewer.
    """
    usual = generator.uniform(smallest, largest, len(filled))
    fewest = -(-filled // largest)
    most = np.maximum(filled // smallest, fewest)
    number = np.clip(np.rint(filled / usual).astype(np.int64), fewest, most)
    employer = np.repeat(np.arange(len(filled)), number)
    rank = np.arange(len(employer)) - np.repeat(np.cumsum(number) - number, number)
    persons, teams = filled[employer], number[employer]
    return Teams((rank + 1) * persons // teams - rank * persons // teams, employer)


@dataclass(frozen=True)
class FirmRow:
    """Published number of firms of a size class, and the number that the sample stands for."""

    firm_size: str
    published: float
    implied: float


def firm_report(
    employer_size: NDArray[np.int32], filled: Ints, weight: float, counts: FirmCounts
) -> list[FirmRow]:
    """Both numbers for every size class; a partly filled employer counts for its filled part.

    employer_size and filled have one entry per employer, row 0 (no employer) included.
    """
    bounds = [_first_size(size_class) for size_class in SIZE_CLASSES]
    size_class = np.searchsorted(bounds, employer_size[1:], side="right") - 1
    part = np.bincount(size_class, filled[1:] / employer_size[1:], len(SIZE_CLASSES))
    return [
        FirmRow(codes.FIRM_SIZE[k], counts.in_class(k), weight * float(part[k]))
        for k in SIZE_CLASSES
    ]
