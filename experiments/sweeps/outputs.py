"""What is kept of a run: series by variant and calendar year, laid side by side in one row.

Only what adds up is kept: shares and sums. Ratios of them, as the cost of an extra learner, are
taken later, of means over as many runs and years as one likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from experiments.results import LONG_NAMES
from experiments.table import NULL, SHARES, yearly_cost

Row = NDArray[np.float32]
Array = NDArray[Any]


Data = Mapping[str, tuple[tuple[str, ...], Array]]  # dims and values by name
Coords = Mapping[str, Sequence[Any] | Array]


def arrays(data: xr.Dataset) -> tuple[Data, Coords]:
    """A comparison's life without labels, as `simulator.variants.lives` gives it."""
    return (
        {str(n): (tuple(map(str, v.dims)), v.values) for n, v in data.data_vars.items()},
        {str(n): c.values for n, c in data.coords.items()},
    )


@dataclass(frozen=True)
class Life:
    """A comparison's life as arrays alone, of the variants and groups that a layout keeps: dims
    variant, time or year, and for some group.
    """

    data: Data
    coords: Coords
    variants: Sequence[str]
    groups: Sequence[str]

    @cached_property
    def years(self) -> int:
        """Calendar years that were lived in whole."""
        return len(self.coords["year"])

    @property
    def times(self) -> int:
        """Surveys that were held."""
        return len(self.coords["time"])

    @cached_property
    def _rows(self) -> Array:
        return self._places("variant", self.variants)

    @cached_property
    def _columns(self) -> Array:
        return self._places("group", self.groups)

    def _places(self, dim: str, names: Sequence[str]) -> Array:
        lived = list(self.coords[dim])
        if missing := [name for name in names if name not in lived]:
            raise KeyError(f"{dim} {missing[0]} was not lived")
        return np.array([lived.index(name) for name in names])

    def __getitem__(self, name: str) -> Array:
        dims, values = self.data[name]
        found = values[self._rows]
        return np.asarray(found[..., self._columns] if dims[-1] == "group" else found)


@dataclass(frozen=True)
class Output:
    """A series by variant and year, for some also by group."""

    long_name: str
    unit: str
    of: Callable[[Life], Array]
    grouped: bool = False


def _asked(name: str) -> Callable[[Life], Array]:
    """A survey's answer in the last survey of every year."""

    def of(life: Life) -> Array:
        each = life.times // life.years
        return life[name][:, each - 1 : each * life.years : each]

    return of


def _persons(name: str) -> Callable[[Life], Array]:
    share, present = _asked(name), _asked("persons")
    return lambda life: share(life) * present(life)


def _yearly(name: str) -> Callable[[Life], Array]:
    return lambda life: life[name]


def _always(name: str) -> Callable[[Life], Array]:
    return lambda life: life[name][:, None] * np.ones(life.years)


def _cost(life: Life) -> Array:
    return yearly_cost(life, replace(life, variants=[NULL]))


def _public(life: Life) -> Array:
    return np.sum([life[f"{name}_eur"] for name in SHARES], axis=0)


OUTPUTS: dict[str, Output] = {
    "aes": Output("AES: learning in 12 months, 25-64", "share", _asked("aes"), True),
    "nea": Output("NEA: course in 2 years, employees", "share", _asked("nea"), True),
    "need": Output("wants a course, employees", "share", _asked("need"), True),
    "two_years": Output("a course in 2 years", "share", _asked("two_years"), True),
    "learners": Output("persons with a course in 12 months", "persons", _persons("learners"), True),
    "chosen": Output("persons with a self-chosen course in 12 months", "persons",
                     _persons("chosen"), True),
    "reach": Output("share that starts a publicly paid course", "share", _yearly("reach"), True),
    "recipients": Output("persons who start a publicly paid course", "persons",
                         _yearly("recipients"), True),
    "cost": Output("cost to the State above the null", "EUR/year", _cost),
    "public": Output("public money for courses, by class together", "EUR/year", _public),
    **{
        name: Output(LONG_NAMES[f"{name}_eur"], "EUR/year", _yearly(f"{name}_eur"))
        for name in SHARES
    },
    "outlay_full": Output("outlay in the year from a halving of generosity, had it not been halved",
                          "EUR/year", _yearly("outlay_full_eur")),
    "outlay_halved": Output("outlay in the year from a halving of generosity half-way", "EUR/year",
                            _yearly("outlay_halved_eur")),
    "lead_time": Output("from the decision to the first learner, stated", "months",
                        _always("lead_time")),
    "liability": Output("unused rights at the end of the year", "EUR", _yearly("outstanding_eur")),
    "awards": Output("awards of public money", "1/year", _yearly("awards")),
    "turned_away": Output("applications turned away", "1/year", _yearly("turned_away")),
    "completed": Output("self-chosen courses completed", "1/year", _yearly("completed")),
    "job_courses": Output("courses on the employer's initiative", "1/year",
                          _yearly("job_courses")),
}  # fmt: skip
USUAL = ("aes", "nea", "need", "learners", "reach", "recipients", "cost", "public", *SHARES,
         "liability", "awards", "completed", "lead_time")  # fmt: skip
# For these every variant is lived once more, with its generosity halved half-way.
HALVED = frozenset({"outlay_full", "outlay_halved"})
USUAL_GROUPS = ("all", "education:low", "education:practical", "contract:flexible",
                "contract:unemployed")  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Where an output stands in the row, and its dims and sizes there."""

    name: str
    first: int
    dims: tuple[str, ...]
    shape: tuple[int, ...]

    @property
    def stop(self) -> int:
        """The place after its last number."""
        return self.first + int(np.prod(self.shape))


@dataclass(frozen=True)
class Layout:
    """How a run's outputs lie in a row of numbers."""

    variants: tuple[str, ...]
    years: tuple[int, ...]
    groups: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def parts(self) -> list[Part]:
        """The outputs in order."""
        found, first = [], 0
        for name in self.outputs:
            dims: tuple[str, ...] = ("variant", "year")
            shape: tuple[int, ...] = (len(self.variants), len(self.years))
            if OUTPUTS[name].grouped:
                dims, shape = (*dims, "group"), (*shape, len(self.groups))
            found.append(Part(name, first, dims, shape))
            first = found[-1].stop
        return found

    @property
    def halved(self) -> bool:
        """Whether an output asks for a halved twin of every variant."""
        return not HALVED.isdisjoint(self.outputs)

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return self.parts[-1].stop

    def row(self, data: Data, coords: Coords) -> Row:
        """The row of a comparison's life, as `simulator.variants.lives` gives it."""
        life = Life(data, coords, self.variants, self.groups)
        parts = []
        for part in self.parts:
            found = OUTPUTS[part.name].of(life)
            if found.shape != part.shape:
                raise ValueError(f"{part.name}: {found.shape} numbers, {part.shape} were expected")
            parts.append(found.astype(np.float32).ravel())
        return np.concatenate(parts)

    def plain(self) -> dict[str, list[str] | list[int]]:
        """As plain data, for a file."""
        return {"variants": list(self.variants), "years": list(self.years),
                "groups": list(self.groups), "outputs": list(self.outputs)}  # fmt: skip


def layout(
    variants: Sequence[str], years: Sequence[int], groups: Sequence[str], names: Sequence[str]
) -> Layout:
    """The layout of these outputs; ValueError without any."""
    if not names:
        raise ValueError("outputs = []: name one at least")
    return Layout(tuple(variants), tuple(years), tuple(groups), tuple(dict.fromkeys(names)))


def from_plain(table: Mapping[str, list[str] | list[int]]) -> Layout:
    """The layout that `Layout.plain` wrote."""
    return Layout(
        tuple(map(str, table["variants"])), tuple(map(int, table["years"])),
        tuple(map(str, table["groups"])), tuple(map(str, table["outputs"])),
    )  # fmt: skip
