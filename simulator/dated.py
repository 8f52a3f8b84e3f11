"""Dated series: published figures by year, each with its source, and projections of them."""

from __future__ import annotations

import math
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import codes

PROJECTIONS = ("low", "central", "high")
VERIFICATION = ("S", "R", "D", "B", "A")
_TEXTS = ("name", "unit", "source", "verification", "note")
_SOURCED = ("source", "verification", "note")
_MOST_GAP = 7  # years between two published values over which a line may be drawn


@dataclass(frozen=True)
class Series:
    """A yearly figure: what was published, and what is projected after that.

    A value is the mean of its year and stands at the middle of it; between two it is a line.
    """

    name: str
    unit: str
    source: str
    verification: str
    note: str
    published: Mapping[int, float]
    projected: Mapping[str, Mapping[int, float]]

    @property
    def first(self) -> int:
        """First year that can be had."""
        return min(self.published)

    @property
    def last(self) -> int:
        """Last year that was published."""
        return max(self.published)

    def at(self, when: float, projection: str = "central") -> float:
        """The value at a moment in years (2022.5 = mid 2022); what lies after the last year stays.

        Raises ValueError for a moment before the first year.
        """
        if when < self.first:
            raise ValueError(
                f"{self.name}: the series starts in {self.first}, wanted {math.floor(when)}: "
                "start the run later, or add years to the series"
            )
        values = {**self.published, **self.projected.get(projection, {})}
        years = sorted(values)
        return float(np.interp(when, [y + 0.5 for y in years], [values[y] for y in years]))


@dataclass(frozen=True)
class Levels:
    """Shares by attained level before they are weighed: only the composition that results is dated.

    entering: of who enters, [age class, level], each class from the age in `ages` on; leaving: of
    who leaves initial education, [level held, level].
    """

    ages: tuple[int, ...]
    entering: NDArray[np.float64]
    leaving: NDArray[np.float64]


@dataclass(frozen=True)
class Dated:
    """The content of a file of dated series: yearly series by name, covid by month, and levels."""

    series: Mapping[str, Series]
    covid: Mapping[tuple[int, int], float]  # (year, month) -> 0 to 1, a full lockdown
    levels: Levels


def read(path: str | Path) -> Dated:
    """The series in a TOML file; ValueError with file, series and remedy."""
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read as dated series ({error})") from None
    _known(data, ("title", "series", "covid", "levels"), path.name)
    tables = data.get("series", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{path.name}: series = {tables!r}: give tables, each under [[series]]")
    found: dict[str, Series] = {}
    for table in tables:
        one = _series(table, path.name)
        if one.name in found:
            raise ValueError(f"{path.name}: series {one.name!r} stands twice: keep one")
        found[one.name] = one
    covid = _months(_table(data, "covid", path.name), path.name)
    return Dated(found, covid, _levels(_table(data, "levels", path.name), f"{path.name}: levels"))


def _table(data: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise ValueError(f"{where}: {key} = {found!r}: give a table")
    return found


def _known(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """ValueError when the table has a key that nothing reads."""
    if strange := sorted(set(table) - set(known)):
        raise ValueError(
            f"{where}: {strange[0]}: no such key; there are {', '.join(sorted(known))}"
        )


def _verified(how: str, where: str) -> None:
    if how not in VERIFICATION:
        raise ValueError(f"{where}verification = {how!r}: one of {', '.join(VERIFICATION)}")


def _sourced(table: Mapping[str, Any], where: str) -> None:
    """ValueError when a table does not say where its numbers come from."""
    for key in _SOURCED:
        if not isinstance(table.get(key), str) or not table[key]:
            raise ValueError(f"{where}.{key} = {table.get(key)!r}: give a text")
    _verified(table["verification"], f"{where}.")


def _levels(table: Mapping[str, Any], where: str) -> Levels:
    """The levels of who enters and of who leaves school, from a table with its source."""
    _sourced(table, where)
    _known(table, (*_SOURCED, "ages", "entering", "leaving"), where)
    ages = table.get("ages")
    if (
        not isinstance(ages, list)
        or not all(type(age) is int for age in ages)
        or ages[:1] != [15]
        or ages != sorted(set(ages))
    ):
        raise ValueError(f"{where}.ages = {ages!r}: give ages in years, in order, the first 15")
    rows = {"entering": len(ages), "leaving": len(codes.EDUCATION)}
    return Levels(
        tuple(ages),
        *(_shares(table.get(key), count, f"{where}.{key}") for key, count in rows.items()),
    )


def _shares(table: object, rows: int, where: str) -> NDArray[np.float64]:
    """Rows of shares by attained level, each row 1 together."""
    wide = len(codes.EDUCATION)
    if not isinstance(table, list) or len(table) != rows:
        raise ValueError(f"{where}: give {rows} rows of {wide} shares")
    for k, row in enumerate(table):
        whole = isinstance(row, list) and len(row) == wide
        if not whole or not all(type(x) in (int, float) and 0 <= x <= 1 for x in row):
            raise ValueError(f"{where}, row {k + 1} = {row!r}: give {wide} shares from 0 to 1")
        if abs(sum(row) - 1.0) > 1e-9:
            raise ValueError(f"{where}, row {k + 1}: the shares are {sum(row):.6g} together, not 1")
    return np.array(table, np.float64)


def _months(table: Mapping[str, Any], file: str) -> dict[tuple[int, int], float]:
    """Strength by month, from a table with its source."""
    found = {}
    if table:
        _sourced(table, f"{file}: covid")
    _known(table, (*_SOURCED, "months"), f"{file}: covid")
    for label, value in _table(table, "months", f"{file}: covid").items():
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", label)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not match or not number or not 0 <= value <= 1:
            raise ValueError(
                f"{file}: covid.months.{label} = {value!r}: give a month as YYYY-MM and 0 to 1"
            )
        found[int(match[1]), int(match[2])] = float(value)
    return found


def _series(table: Mapping[str, Any], file: str) -> Series:
    where = f"{file}: series {table.get('name', '?')!r}"
    for key in _TEXTS:
        if not isinstance(table.get(key), str) or not table[key]:
            raise ValueError(f"{where}: {key} = {table.get(key)!r}: give a text")
    _verified(table["verification"], f"{where}: ")
    _known(table, (*_TEXTS, "published", "projected"), where)
    published = _years(table.get("published"), f"{where}: published")
    gaps = [b - a for a, b in zip(sorted(published), sorted(published)[1:], strict=False)]
    if max(gaps, default=0) > _MOST_GAP:
        year = sorted(published)[gaps.index(max(gaps))]
        raise ValueError(
            f"{where}: a gap of {max(gaps)} years after {year}, at most {_MOST_GAP} is allowed: "
            "add a year between"
        )
    projected = {}
    for name, values in _table(table, "projected", where).items():
        if name not in PROJECTIONS:
            raise ValueError(f"{where}: projected.{name}: one of {', '.join(PROJECTIONS)}")
        projected[name] = _years(values, f"{where}: projected.{name}")
        if min(projected[name]) <= max(published):
            raise ValueError(
                f"{where}: projected.{name} begins in {min(projected[name])}, which was published: "
                f"begin after {max(published)}"
            )
    name, unit, source, verification, note = (str(table[key]) for key in _TEXTS)
    return Series(name, unit, source, verification, note, published, projected)


def _years(values: object, where: str) -> dict[int, float]:
    if not isinstance(values, dict) or not values:
        raise ValueError(f"{where}: {values!r}: give values by year, as {{ 2022 = 3.5 }}")
    found = {}
    for year, value in values.items():
        if not (str(year).isdigit() and 1900 <= int(year) <= 2200):
            raise ValueError(f"{where}: {year!r} is no year")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= sys.float_info.max:
            raise ValueError(f"{where}.{year} = {value!r}: give a number of 0 or more")
        found[int(year)] = float(value)
    return found
