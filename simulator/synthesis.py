"""Persons of the labour force made from published margins.

A seed table with the assumed associations is fitted to every margin (iterative proportional
fitting), rounded to whole persons with the one-way margins held, and laid out by employer.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import codes, employers
from simulator.employers import SIZE_CLASSES, Checks, FirmCounts, Floats, Ints

Bools = NDArray[np.bool_]
Selection = dict[str, tuple[int, ...]]  # codes by dimension, or by category

# Contract first: systematic rounding holds the leading axes best, and most margins that are
# conditional are conditional on the contract.
LABELS: dict[str, tuple[str, ...]] = {
    "contract": tuple(codes.CONTRACT.values()),
    "age": codes.AGE_BANDS,
    "education": tuple(codes.EDUCATION.values()),
    "firm_size": tuple(codes.FIRM_SIZE.values()),
    "sector": tuple(codes.SECTOR.values()),
}
SHAPE = tuple(len(labels) for labels in LABELS.values())
AXIS = {dimension: axis for axis, dimension in enumerate(LABELS)}
CLASSES: dict[str, Selection] = {
    "contract": {
        "employed": (*codes.EMPLOYEE_CONTRACTS, *codes.SELF_EMPLOYED_CONTRACTS),
        "flexible": codes.FLEXIBLE_CONTRACTS,
        "self-employed": codes.SELF_EMPLOYED_CONTRACTS,
    },
    "education": {
        name: tuple(code for code, level in codes.EDUCATION_CLASS.items() if level == k)
        for k, name in enumerate(codes.EDUCATION_CLASSES)
    },
}
ZZP = (codes.ZZP_LABOUR, codes.ZZP_PRODUCTS)
UNITS = {"persons": 1, "thousand persons": 1000, "percent": 0}  # persons; 0: no count
PROVENANCE = ("name", "year", "population", "source", "verification", "read", "unit", "note")
FEWEST, MOST = 1_000, 10_000_000


@dataclass(frozen=True)
class Margin:
    """A published distribution over the categories of one dimension, with where it was read.

    `members` are the codes of each category; `shares` sum to 1 over the persons in `within`;
    `total` is in `provenance["unit"]`.
    """

    name: str
    dimension: str
    within: Selection
    members: Selection
    shares: tuple[float, ...]
    total: float
    provenance: dict[str, str]

    def groups(self) -> Ints:
        """The category of every cell of the joint table, flat; -1 outside the population."""
        group = np.full(SHAPE[AXIS[self.dimension]], -1)
        for k, members in enumerate(self.members.values()):
            group[list(members)] = k
        return np.where(_selected(self.within), _along(self.dimension, group), -1).ravel()


@dataclass(frozen=True)
class Margins:
    """The validated content of a margins file; `odds` are the assumed associations."""

    margins: tuple[Margin, ...]
    odds: tuple[tuple[Selection, float], ...]
    firms: FirmCounts
    team_sizes: tuple[int, int]

    @classmethod
    def load(cls, path: str | Path) -> Margins:
        """Read and validate a TOML file; ValueError with one line per error."""
        path = Path(path)
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path.name}: not valid TOML ({error}); mend that line") from None
        reader = _Reader(path.name)
        result = cls(
            margins=tuple(reader.margin(table) for table in data.get("margin", [])),
            odds=tuple(reader.odds(data.get("association", []))),
            firms=FirmCounts.read(data.get("firms", {}), reader),
            team_sizes=employers.read_team_sizes(data.get("teams", {}), reader),
        )
        reader.together(result.margins)
        if reader.errors:
            raise ValueError("\n".join(reader.errors))
        return result

    @property
    def national(self) -> float:
        """Persons in the national labour force: the total of the margin 'status'."""
        status = next(margin for margin in self.margins if margin.name == "status")
        return status.total * UNITS[status.provenance["unit"]]


class _Reader(Checks):
    """Turns the tables of a margins file into margins and associations."""

    def together(self, margins: tuple[Margin, ...]) -> None:
        """Errors of the file as a whole: a dimension without margin, a total without unit."""
        names = [margin.name for margin in margins]
        for dimension in [d for d in LABELS if all(m.dimension != d for m in margins)]:
            self.error("margin", names, f"one for {dimension} too", f"add a margin of {dimension}")
        status = [m for m in margins if m.name == "status" and not m.within]
        if len(status) != 1 or not UNITS.get(status[0].provenance["unit"]):
            self.error("margin", names, "one 'status' in persons, of all", "it is the total of N")
        if len(set(names)) < len(names):
            self.error("margin.name", names, "names of their own", "rename the double one")

    def margin(self, table: Mapping[str, Any]) -> Margin:
        """One [[margin]]."""
        key = f"margin[{table.get('name', '?')}]"
        dated = {field: str(table[field]) for field in ("year", "read") if field in table}
        provenance = self.texts(key, {**table, **dated}, *PROVENANCE)
        self.choice(f"{key}.unit", table.get("unit"), UNITS)
        dimension, categories = str(table.get("dimension")), {}
        if self.choice(f"{key}.dimension", dimension, LABELS):
            categories = self.categories(f"{key}.values", dimension, table)
        amounts, total = self.amounts(key, table)
        return Margin(
            name=provenance["name"],
            dimension=dimension,
            within=self.selection(f"{key}.within", table.get("within", {})),
            members=categories,
            shares=tuple(amount / (math.fsum(amounts) or 1.0) for amount in amounts),
            total=total,
            provenance=provenance,
        )

    def amounts(self, key: str, table: Mapping[str, Any]) -> tuple[list[float], float]:
        """The values of a margin and their total, with the unknown."""
        amounts = [self.number(f"{key}.values.{k}", v) for k, v in table.get("values", {}).items()]
        total = self.number(f"{key}.total", table.get("total"))
        found = math.fsum(amounts) + self.number(f"{key}.unknown", table.get("unknown", 0))
        # Each published number is rounded, so a sum may miss the total by half a unit for each.
        if abs(found - total) > 0.5 * (len(amounts) + 1):
            self.error(f"{key}.values (sum)", found, f"the total {total:g}", "mend one of them")
        if not any(amounts):
            self.error(f"{key}.values", amounts, "a number above 0 among them", "add the values")
        return amounts, total

    def categories(self, key: str, dimension: str, table: Mapping[str, Any]) -> Selection:
        """The codes of every category, which together are those of the population, once each."""
        within, groups = table.get("within", {}), table.get("groups", {})
        wanted = set(self.codes_of(key, dimension, within.get(dimension, LABELS[dimension])))
        if dimension in ("firm_size", "sector"):
            wanted -= {len(LABELS[dimension]) - 1}  # "none": follows from being unemployed
        found = {
            label: self.codes_of(key, dimension, groups.get(label, [label] * (label != "other")))
            for label in table.get("values", {})
        }
        named = [code for members in found.values() for code in members]
        rest = tuple(sorted(wanted - set(named)))
        if "other" in found:
            found["other"] = rest
        elif rest:
            missing = [LABELS[dimension][code] for code in rest]
            self.error(key, [*found], f"{missing} as well", "add the missing categories")
        if len(set(named)) < len(named) or not wanted >= set(named):
            self.error(key, [*found], "each category of the population once", "remove the overlap")
        return found

    def codes_of(self, key: str, dimension: str, labels: list[str]) -> tuple[int, ...]:
        """The codes of categories or classes of categories."""
        known = CLASSES.get(dimension, {}) | {c: (k,) for k, c in enumerate(LABELS[dimension])}
        for label in labels:
            self.choice(key, label, known)
        return tuple(code for label in labels for code in known.get(label, ()))

    def selection(self, key: str, table: Mapping[str, Any]) -> Selection:
        """The cells of a `within` or a `when`."""
        for dimension in table:
            self.choice(key, dimension, LABELS)
        return {d: self.codes_of(f"{key}.{d}", d, table[d]) for d in LABELS if d in table}

    def odds(self, tables: list[Mapping[str, Any]]) -> Iterator[tuple[Selection, float]]:
        """Every row of odds of the [[association]]s."""
        for table in tables:
            key = f"association[{table.get('name', '?')}]"
            self.texts(key, table, "name", "source", "verification", "note")
            for row in table.get("odds", []):
                when = self.selection(f"{key}.when", row.get("when", {}))
                yield when, self.number(f"{key}.odds", row.get("odds"))


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


def synthesise(margins: Margins, persons: int, seed: int) -> People:
    """`persons` rows (1,000 to 10,000,000) that reproduce the margins; same input, same rows."""
    if not FEWEST <= persons <= MOST:
        raise ValueError(f"persons = {persons}: allowed is {FEWEST} to {MOST}; change persons")
    key = np.random.SeedSequence(seed).generate_state(2, np.uint64)
    generator = np.random.Generator(np.random.Philox(key=key))
    counts = _whole(fit(margins) * persons, generator.random())
    cell, blocks = _rows(counts, generator)
    contract, band, education, firm_size, sector = (
        code.astype(np.int8).ravel()[cell] for code in np.indices(SHAPE)
    )
    first = 12 * np.array(codes.AGE_BAND_STARTS, dtype=np.int16)
    months = int(first[1] - first[0])  # the bands are equally wide
    age = first[band] + generator.integers(0, months, persons, dtype=np.int16)
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


def fit(margins: Margins, tolerance: float = 1e-6, rounds: int = 1000) -> Floats:
    """The joint shares of all cells (axes of LABELS), by iterative proportional fitting.

    Keeps the odds ratios of the associations where no margin speaks; ValueError if some margin
    is still off by more than `tolerance` (share) after `rounds`.
    """
    table = _possible().astype(np.float64)
    for when, odds in margins.odds:
        table = np.where(_selected(when), table * odds, table)
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
    """Cells that may hold persons: the unemployed have no firm or sector, zzp a firm of one."""
    none = _selected({"contract": (codes.UNEMPLOYED,)})
    no_firm = _selected({"firm_size": (codes.NO_FIRM,)})
    no_sector = _selected({"sector": (codes.NO_SECTOR,)})
    alone = ~_selected({"contract": ZZP}) | _selected({"firm_size": (codes.SIZE_1_9,)})
    return np.asarray((none == no_firm) & (none == no_sector) & alone)


def _along(dimension: str, values: NDArray[Any]) -> NDArray[Any]:
    """Values by category of a dimension, ready to be broadcast over the joint table."""
    shape = [1] * len(SHAPE)
    shape[AXIS[dimension]] = -1
    return values.reshape(shape)


def _selected(selection: Selection) -> Bools:
    cells = np.ones(SHAPE, dtype=np.bool_)
    for dimension, members in selection.items():
        cells &= _along(dimension, np.isin(np.arange(SHAPE[AXIS[dimension]]), members))
    return cells


def _whole(expected: Floats, offset: float) -> Ints:
    """Whole persons whose one-way margins are the expected ones, rounded.

    Systematic rounding along the cells holds the leading axes; the others are then repaired axis
    by axis, for the employed and the unemployed apart.
    """
    reached = np.cumsum(expected)
    reached[-1] = round(float(expected.sum()))
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
    teamless = np.isin(contract, (*ZZP, codes.UNEMPLOYED)) | (counts == 0)
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
