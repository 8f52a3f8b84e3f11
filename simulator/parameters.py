"""Declared parameters: one declaration gives validation, documentation, sampling and the tuple `p`.

A parameter carries its unit, its hard bounds (outside: refused), its prior range (low and high
of the literature) and where it comes from. The tag says how good that source is.
"""

from __future__ import annotations

import functools
import math
import sys
from collections import namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TAG_MEANINGS = {
    "V": "read in the publication",
    "S": "in a source document",
    "R": "on the publisher's page, or in the press quoting it",
    "B": "background knowledge, not read",
    "D": "derived by arithmetic",
    "A": "assumption",
    "K": "solved on Dutch series",
}
TAGS = frozenset(TAG_MEANINGS)


@dataclass(frozen=True)
class Parameter:
    """A number that may be changed, sampled or solved, and what is known about it."""

    default: float
    unit: str
    doc: str
    source: str
    tag: str
    bounds: tuple[float, float] = (-math.inf, math.inf)
    prior: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not set(self.tag) <= TAGS or not self.tag:
            raise ValueError(f"tag {self.tag!r} of a parameter: use letters of {sorted(TAGS)}")
        for value in (self.default, *(self.prior or ())):
            self.check("the declared value", value)

    def check(self, name: str, value: object) -> float:
        """The value as a float; ValueError with name, value and allowed range if it may not be."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not abs(value) <= sys.float_info.max  # NaN, infinity, a larger whole number
        ):
            raise ValueError(f"{name} = {value!r}: give a finite number in {self.unit}")
        low, high = self.bounds
        if not low <= value <= high:
            raise ValueError(
                f"{name} = {value:g}: allowed is {low:g} to {high:g} {self.unit} ({self.doc})"
            )
        return float(value)


def param(
    default: float,
    unit: str,
    doc: str,
    source: str,
    tag: str,
    *,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    prior: tuple[float, float] | None = None,
) -> Any:
    """Declare a parameter (typed Any so that it may stand as a class attribute)."""
    return Parameter(default, unit, doc, source, tag, bounds, prior)


@functools.cache
def tuple_type(owner: str, fields: tuple[str, ...]) -> Any:
    """The type of `p` for an owner's fields: one in a process, or rules would be compiled anew."""
    return namedtuple(f"P_{owner}", fields)


@dataclass(frozen=True, eq=False)
class Parameters:
    """The parameters of one owner (a law file or a policy), in declared order."""

    owner: str
    declared: Mapping[str, Parameter]
    tuple_type: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tuple_type", tuple_type(self.owner, tuple(self.declared)))

    def __iter__(self) -> Iterator[str]:
        return iter(self.declared)

    def values(self, given: Mapping[str, object] | None = None) -> dict[str, float]:
        """Defaults overridden by `given`; ValueError for an unknown name or a value not allowed."""
        given = given or {}
        for name in given:
            if name not in self.declared:
                known = ", ".join(self.declared)
                raise ValueError(f"{self.owner}.{name}: no such parameter; there are {known}")
        return {
            name: declared.check(f"{self.owner}.{name}", given.get(name, declared.default))
            for name, declared in self.declared.items()
        }

    def tuple(self, **given: object) -> Any:
        """The tuple `p` that a law is called with, defaults overridden by `given`."""
        return self.tuple_type(**self.values(given))


def parameters(owner: str, **declared: Parameter) -> Parameters:
    """Declare the parameters of `owner` by keyword."""
    return Parameters(owner, declared)
