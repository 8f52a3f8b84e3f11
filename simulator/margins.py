"""Published margins of the population, with where each was read, and the associations assumed."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import codes, employers
from simulator.employers import Checks, FirmCounts, Ints

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
WORKLESS = (codes.UNEMPLOYED, codes.INACTIVE)
UNITS = {"persons": 1, "thousand persons": 1000, "percent": 0}  # persons; 0: no count
PROVENANCE = ("name", "year", "population", "source", "verification", "read", "unit", "note")
FEWEST, MOST = 1_000, 10_000_000
AGE_ENDS = (*codes.AGE_BAND_STARTS[1:], 75)


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
        return np.where(selected(self.within), along(self.dimension, group), -1).ravel()


@dataclass(frozen=True, eq=False)
class Margins:
    """The validated content of a margins file; `odds` are the assumed associations, `profile` is
    the share of every year of age within its band.
    """

    margins: tuple[Margin, ...]
    odds: tuple[tuple[Selection, float], ...]
    firms: FirmCounts
    team_sizes: tuple[int, int]
    profile: tuple[float, ...]
    base_year: int

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
            profile=reader.profile(data.get("age_profile", {})),
            base_year=int(reader.number("base_year", data.get("base_year"))),
        )
        reader.together(result.margins)
        if reader.errors:
            raise ValueError("\n".join(reader.errors))
        return result

    @property
    def national(self) -> float:
        """Persons that the simulated ones stand for: the total of the margin 'status'."""
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
            wanted -= {len(LABELS[dimension]) - 1}  # "none": follows from having no work
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

    def profile(self, table: Mapping[str, Any]) -> tuple[float, ...]:
        """Shares of the years of age within each band, from the table [age_profile]."""
        if table:
            self.texts("age_profile", table, "source", "verification", "note")
        found: list[float] = []
        for band, start, end in zip(codes.AGE_BANDS, codes.AGE_BAND_STARTS, AGE_ENDS, strict=True):
            key, given = f"age_profile.{band}", table.get(band, [1.0] * (end - start))
            if not isinstance(given, list) or len(given) != end - start:
                self.error(key, given, f"{end - start} numbers", "one a year of age")
                given = [1.0] * (end - start)
            years = [self.number(key, value) for value in given]
            found += [value / (math.fsum(years) or 1.0) for value in years]
        return tuple(found)

    def odds(self, tables: list[Mapping[str, Any]]) -> Iterator[tuple[Selection, float]]:
        """Every row of odds of the [[association]]s."""
        for table in tables:
            key = f"association[{table.get('name', '?')}]"
            self.texts(key, table, "name", "source", "verification", "note")
            for row in table.get("odds", []):
                when = self.selection(f"{key}.when", row.get("when", {}))
                yield when, self.number(f"{key}.odds", row.get("odds"))


def along(dimension: str, values: NDArray[Any]) -> NDArray[Any]:
    """Values by category of a dimension, ready to be broadcast over the joint table."""
    shape = [1] * len(SHAPE)
    shape[AXIS[dimension]] = -1
    return values.reshape(shape)


def selected(selection: Selection) -> Bools:
    cells = np.ones(SHAPE, dtype=np.bool_)
    for dimension, members in selection.items():
        cells &= along(dimension, np.isin(np.arange(SHAPE[AXIS[dimension]]), members))
    return cells
