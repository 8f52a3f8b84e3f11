"""What drives a band: figures that were fitted, experiments elsewhere, or assumptions.

Every uncertain parameter has a class: K is calibrated on Dutch series, X is matched to an
experiment, P stays a prior, and so do structural alternatives. The share of a band's variance that
each class explains makes its light: calibrated, extrapolated, or assumption-driven.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from calibration import members, priors
from calibration.files import write_text
from experiments import runner
from experiments.console import writable
from experiments.estimates import Array, Estimate, as_data
from scenarios.scenario import NULL, Scenario
from simulator import MODEL_VERSION

FILE = Path(__file__).parent / "lights.csv"
FEWEST = (
    100  # parameter sets from which lights can be told: some fifty coordinates are regressed on
)
LEAST = 0.1  # of the variance: a class that explains less gives no light
NEAR = 0.05  # of the variance: classes nearer to the largest count as equal to it
CLASSES = ("K", "X", "P")
LIGHTS = {"K": "calibrated", "X": "extrapolated", "P": "assumption-driven"}
LETTERS = {"K": "c", "X": "e", "P": "a"}
LIT = (
    "Letters: what drives the band. c: parameters that Dutch series tell of (calibrated); e: those",
    "extrapolated from experiments; a: assumptions. Most of them the figures leave wide.",
)
Shares = Mapping[str, float]  # of the variance of a figure, by class
Key = tuple[str, str]  # the kinds of instruments of a variant, and the row


def check(scenario: Scenario) -> None:
    """ValueError when a comparison has too few parameter sets to tell what drives its bands.

    One with much weight is lived more than once, so that more must be asked for than are wanted.
    """
    asked = scenario.uncertainty.members
    if (many := len(set(runner.chosen(scenario)))) >= FEWEST:
        return
    for more in range(max(FEWEST, asked + 1), 10 * FEWEST):
        if len(set(runner.chosen(scenario.changed(members=more)))) >= FEWEST:
            raise ValueError(
                f"--lights: {many} different parameter sets, {FEWEST} tell what drives a band: "
                f"give --members {more} or more"
            )
    raise ValueError(
        f"--lights: the ensemble has no {FEWEST} different parameter sets that weigh: make a "
        "larger one with llo calibrate"
    )


def ready(file: Path | None, scenario: Scenario) -> None:
    """ValueError or OSError, before any work, when lights could not be told or written."""
    if file is not None:
        check(scenario)
        writable(file.parent)


def kinds(scenario: Scenario, variant: str) -> str:
    """The kinds of instruments that a variant is made of, as a name."""
    uses = (
        ()
        if variant == NULL
        else (scenario.instruments[n]["use"] for n in scenario.variants[variant])
    )
    return " + ".join(sorted(map(str, uses))) or NULL


def light(shares: Shares | None) -> str | None:
    """The class that drives a band; None where none does, or it is not known.

    Of classes that drive it about as much, the one that is known worst.
    """
    if shares is None:
        return None
    most = max(shares.values())
    near = [c for c in CLASSES if shares[c] > most - NEAR]
    return near[-1] if most >= LEAST else None


def shares(z: Array, y: Array, classes: Sequence[str]) -> dict[str, float]:
    """The share of the variance of y that each class of coordinates explains.

    Linear in the ranks of y, so that a figure that is infinite in a life counts. Classes are
    correlated in a posterior; Shapley's value divides what they explain together (Owen 2014). R2 is
    adjusted for the number of coordinates, as small as 0 where they explain nothing. Raises
    ValueError for fewer rows than FEWEST.
    """
    if len(y) < FEWEST:
        raise ValueError(f"{len(y)} parameter sets: {FEWEST} or more tell what drives a band")
    rank = rankdata(y)
    if np.ptp(rank) == 0.0:
        return dict.fromkeys(CLASSES, 0.0)
    of = np.array(classes)
    worth = {
        subset: _explained(z[:, np.isin(of, subset)], rank)
        for n in range(len(CLASSES) + 1)
        for subset in itertools.combinations(CLASSES, n)
    }
    found = dict.fromkeys(CLASSES, 0.0)
    orders = list(itertools.permutations(CLASSES))
    for order in orders:
        for k, one in enumerate(order):
            before, after = (tuple(sorted(order[:n], key=CLASSES.index)) for n in (k, k + 1))
            found[one] += (worth[after] - worth[before]) / len(orders)
    return {name: max(value, 0.0) for name, value in found.items()}


def _explained(x: Array, y: Array) -> float:
    """Adjusted R2 of a linear regression."""
    n, p = x.shape
    if p == 0:
        return 0.0
    design = np.column_stack([np.ones(n), x])
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    r2 = 1.0 - float(residual @ residual) / float(np.sum((y - y.mean()) ** 2))
    return float(max(1.0 - (1.0 - r2) * (n - 1) / max(n - p - 1, 1), 0.0))


def classes_of(coordinates: Sequence[str]) -> list[str]:
    """The class of every coordinate; structural alternatives are assumptions."""
    known = {p.name: p.kind for p in priors.read().priors}
    return [known.get(name, "P") for name in coordinates]


class Drivers:
    """What drives the bands of a comparison: told from its own lives if its parameter sets are
    many, else looked up in what was told of the same instruments.
    """

    def __init__(self, data: xr.Dataset, scenario: Scenario) -> None:
        self._scenario, self.own = scenario, False
        self._known: Mapping[Key, Shares] = {}
        self.found: dict[Key, Shares] = {}
        if "member" not in data.dims:
            return
        label = data["member"].values
        each, self._of = np.unique(label, return_inverse=True)
        self.own = each.size >= FEWEST
        if self.own:
            made = members.known(scenario.uncertainty.ensemble).data
            self._z = np.asarray(made["z"].values[each], float)
            self._classes = classes_of([str(n) for n in made["coordinate"].values])
        else:
            self._known = stored()

    def of(self, variant: str, row: str, per_life: Array) -> Shares | None:
        """The shares by class of a figure of a variant; None if they cannot be told."""
        key = (kinds(self._scenario, variant), row)
        if not self.own:
            return self._known.get(key)
        if np.isnan(per_life).any():
            return None
        rank = rankdata(per_life).reshape(self._of.size, -1).mean(axis=1)
        mean = np.bincount(self._of, weights=rank) / np.bincount(self._of)
        self.found[key] = shares(self._z, mean, self._classes)
        return self.found[key]


def told(value: Estimate | None, drivers: Shares | None) -> dict[str, Any] | None:
    """An estimate as plain data, with its light where it has one."""
    found = as_data(value)
    if found is None or drivers is None:
        return found
    lit = light(drivers)
    return {**found, "light": LIGHTS[lit] if lit else None, "drivers": dict(drivers)}


_HEAD = ("kinds", "row", *CLASSES)


def write(found: Mapping[Key, Shares], path: Path) -> None:
    """Write what drives bands, for comparisons of fewer parameter sets; whole or not at all.

    What the file holds of other figures, told by the same version of the model, stays in it.
    """
    found = {**(_read(path) if path.is_file() else {}), **found}
    text = io.StringIO()
    text.write(
        "# What drives the band of each figure, as shares of its variance by class of parameters;\n"
        f"# made by llo compare and criteria --lights, of version {MODEL_VERSION} of the model\n"
    )
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_HEAD)
    for (kind, row), share in found.items():
        rows.writerow((kind, row, *(f"{share[c]:.2f}" for c in CLASSES)))
    write_text(path, text.getvalue())


@lru_cache(maxsize=1)
def stored() -> Mapping[Key, Shares]:
    """What was told of the variants of the baseline; nothing if it is another version's."""
    return _read(FILE) if FILE.is_file() else {}


def _read(path: Path) -> dict[Key, Shares]:
    text = path.read_text(encoding="utf-8")
    head = [line for line in text.splitlines() if line.startswith("#")]
    if not any(f"of version {MODEL_VERSION} of" in line for line in head):
        return {}
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {(r["kinds"], r["row"]): {c: float(r[c]) for c in CLASSES} for r in rows}


def letter(shares: Shares | None) -> str:
    """The light as one letter: c, e or a; nothing if there is none."""
    found = light(shares)
    return LETTERS[found] if found else ""
