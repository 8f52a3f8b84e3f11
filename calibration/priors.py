"""Priors as data: what is uncertain, how much, and what a candidate makes of a scenario.

A candidate is a point z of independent standard normals. A normal copula correlates them, and each
parameter's own distribution turns its one into a value; a structural alternative takes its choice
from the part of the line in which its z falls. So that one kind of prior serves every fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import beta

from calibration.files import read_toml
from scenarios.scenario import OWNERS, Scenario, available

FILE = Path(__file__).parent / "priors.toml"
CLASSES = ("K", "X", "P")  # calibrated on Dutch series, matched to an experiment, stays a prior
INSTRUMENTS = "instruments"  # a factor on a parameter of every instrument
WEIGHT = 2.0  # of the mode in the scaled beta: 0 is uniform, 4 the classic PERT


@dataclass(frozen=True)
class Prior:
    """The distribution of one parameter, and what is known about it."""

    name: str
    low: float
    central: float
    high: float
    unit: str
    kind: str  # K, X or P
    ver: str
    source: str
    doc: str
    deep: bool = False

    def quantile(self, u: float | NDArray[np.float64]) -> Any:
        """The value below which a share u of the prior lies."""
        width = self.high - self.low
        a = 1.0 + WEIGHT * (self.central - self.low) / width
        b = 1.0 + WEIGHT * (self.high - self.central) / width
        return self.low + width * beta.ppf(u, a, b)


@dataclass(frozen=True)
class Structure:
    """A structural alternative: a switch with a prior probability for each of its choices.

    A choice without a value leaves the parameter as its own prior has it.
    """

    name: str
    parameter: str
    shares: tuple[float, ...]
    values: tuple[float | None, ...]
    labels: tuple[str, ...]

    def choice(self, u: float) -> int:
        """Which choice a number u from (0, 1) means."""
        return int(np.searchsorted(np.cumsum(self.shares)[:-1], u, side="right"))


@dataclass(frozen=True)
class Solved:
    """An intercept that every candidate solves, and the target that it must meet."""

    name: str
    target: str
    log: bool

    @property
    def bounds(self) -> tuple[float, float]:
        owner, _, key = self.name.partition(".")
        return OWNERS[owner].declared[key].bounds


@dataclass(frozen=True)
class Priors:
    """All that a candidate decides, in order: parameters, then structural alternatives."""

    priors: tuple[Prior, ...]
    structures: tuple[Structure, ...]
    solved: tuple[Solved, ...]
    correlation: NDArray[np.float64]  # of the parameters' normals, in order

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the coordinates of z."""
        return (*(p.name for p in self.priors), *(s.name for s in self.structures))

    @cached_property
    def _root(self) -> NDArray[np.float64]:
        return np.linalg.cholesky(self.correlation)

    def values(self, z: Mapping[str, float]) -> dict[str, float]:
        """Parameter values of a candidate, choices applied; a missing z is the median."""
        normal = self._root @ np.array([z.get(p.name, 0.0) for p in self.priors])
        pairs = zip(self.priors, ndtr(normal), strict=True)
        found = {p.name: float(p.quantile(u)) for p, u in pairs}
        for s in self.structures:
            value = s.values[s.choice(float(ndtr(z.get(s.name, -9.0))))]
            if value is not None:
                found[s.parameter] = value
        return found

    def choices(self, z: Mapping[str, float]) -> dict[str, str]:
        """The label of every structural choice of a candidate."""
        return {s.name: s.labels[s.choice(float(ndtr(z[s.name])))] for s in self.structures}

    def sample(self, rng: np.random.Generator) -> dict[str, float]:
        """A candidate from the prior."""
        return dict(zip(self.names, map(float, rng.standard_normal(len(self.names))), strict=True))


def apply(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with these parameter values; a factor is one on every instrument's parameter."""
    parameters = {owner: dict(given) for owner, given in scenario.parameters.items()}
    instruments = {name: dict(table) for name, table in scenario.instruments.items()}
    for name, value in values.items():
        owner, _, key = name.partition(".")
        if owner == INSTRUMENTS:
            _multiply(instruments, key, value)
        else:
            parameters.setdefault(owner, {})[key] = value
    return scenario.model_copy(update={"parameters": parameters, "instruments": instruments})


def _multiply(instruments: dict[str, dict[str, Any]], key: str, factor: float) -> None:
    """Multiply a parameter of every instrument that has it, within its bounds."""
    kinds = available()
    for table in instruments.values():
        declared = kinds[table["use"]].parameters.declared.get(key)
        if declared is None:
            continue
        low, high = declared.bounds
        table[key] = min(max(float(table.get(key, declared.default)) * factor, low), high)
        if "changes" in table:
            table["changes"] = [
                {k: min(max(v * factor, low), high) if k == key else v for k, v in change.items()}
                for change in table["changes"]
            ]


def read(path: Path | None = None) -> Priors:
    """The priors of a file, ours without one; ValueError with file, entry and remedy."""
    path = path or FILE
    table = read_toml(path, "priors")
    priors = tuple(_prior(path, entry) for entry in table.get("prior", []))
    if not priors:
        raise ValueError(f"{path}: no [[prior]] in it")
    names = [p.name for p in priors]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(f"{path.name}: prior {twice[0]}: given twice, keep one")
    structures = tuple(_structure(path, entry) for entry in table.get("structure", []))
    solved = tuple(_solved(path, entry) for entry in table.get("solved", []))
    for s in solved:
        if s.name in names:
            raise ValueError(f"{path.name}: {s.name}: both solved and drawn; keep one")
    return Priors(priors, structures, solved, _correlation(path, names, table))


def _declared(where: str, name: str) -> Any:
    owner, _, key = name.partition(".")
    if owner not in OWNERS or key not in OWNERS[owner].declared:
        raise ValueError(f"{where}: no such parameter; llo policies and docs/ODD.md have them")
    return OWNERS[owner].declared[key]


def _prior(path: Path, entry: Mapping[str, Any]) -> Prior:
    name = str(entry.get("parameter", "?"))
    where = f"{path.name}: prior {name}"
    if entry.get("class") not in CLASSES:
        raise ValueError(f"{where}: class = {entry.get('class')!r}: give K, X or P")
    if name.startswith(f"{INSTRUMENTS}."):
        key = name.partition(".")[2]
        if not any(key in kind.parameters.declared for kind in available().values()):
            raise ValueError(f"{where}: no instrument has a parameter {key!r}")
        given = {"doc": f"factor on {key} of every instrument", **entry}
        bounds = (0.0, np.inf)
    else:
        declared = _declared(where, name)
        low, high = declared.prior or (np.nan, np.nan)
        given = {"low": low, "central": declared.default, "high": high, "unit": declared.unit,
                 "ver": declared.tag, "source": declared.source, "doc": declared.doc,
                 **entry}  # fmt: skip
        bounds = declared.bounds
    missing = [k for k in ("low", "central", "high", "unit", "ver", "source") if k not in given]
    if missing:
        raise ValueError(f"{where}: {missing[0]} is missing")
    low, central, high = (float(given[k]) for k in ("low", "central", "high"))
    if not (low <= central <= high and low < high):
        raise ValueError(
            f"{where}: low {low:g}, central {central:g}, high {high:g}: give them in this order"
        )
    if low < bounds[0] or high > bounds[1]:
        raise ValueError(
            f"{where}: {low:g} to {high:g} lies outside what the parameter allows, {bounds[0]:g} "
            f"to {bounds[1]:g} {given['unit']}: narrow the prior"
        )
    return Prior(name, low, central, high, str(given["unit"]), str(entry["class"]),
                 str(given["ver"]), str(given["source"]), str(given["doc"]),
                 bool(entry.get("deep", False)))  # fmt: skip


def _structure(path: Path, entry: Mapping[str, Any]) -> Structure:
    name = str(entry.get("name", "?"))
    where = f"{path.name}: structure {name!r}"
    parameter, choices = str(entry.get("parameter", "?")), entry.get("choices", [])
    declared = _declared(where, parameter)
    shares = tuple(float(c.get("share", np.nan)) for c in choices)
    if not choices or not np.isclose(sum(shares), 1.0) or min(shares) < 0:
        raise ValueError(f"{where}: shares {shares} of the choices must add up to 1")
    values = tuple(c.get("value") for c in choices)
    for value in values:
        if value is not None:
            declared.check(f"{where}: {parameter}", value)
    labels = tuple(str(c.get("label", "as its prior")) for c in choices)
    return Structure(name, parameter, shares, values, labels)


def _solved(path: Path, entry: Mapping[str, Any]) -> Solved:
    name, scale = str(entry.get("parameter", "?")), entry.get("scale")
    _declared(f"{path.name}: solved {name}", name)
    if scale not in ("log", "linear"):
        raise ValueError(f"{path.name}: solved {name}: scale = {scale!r}: give log or linear")
    return Solved(name, str(entry.get("target", "?")), scale == "log")


def _correlation(path: Path, names: Sequence[str], table: Mapping[str, Any]) -> NDArray[np.float64]:
    found = np.eye(len(names))
    for entry in table.get("correlation", []):
        pair, value = list(entry.get("parameters", [])), float(entry.get("value", np.nan))
        if len(pair) != 2 or not set(pair) <= set(names) or not -1 < value < 1:
            raise ValueError(
                f"{path.name}: correlation {pair} = {value:g}: name two of the priors, and a "
                "value between -1 and 1"
            )
        i, k = map(list(names).index, pair)
        found[i, k] = found[k, i] = value
    if np.linalg.eigvalsh(found).min() <= 0:
        raise ValueError(f"{path.name}: the correlations together cannot be: make them smaller")
    return found
