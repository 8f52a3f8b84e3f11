"""Scenario discovery: in which draws a variant fails, told by few factors.

PRIM, the patient rule induction method (Friedman and Fisher 1999; Bryant and Lempert 2010), as the
EMA workbench has it: a box around all draws is peeled, a twentieth of them at a time, on the side
of the factor that raises the share of failures most for the draws it gives up.

Which box of the peeling trajectory is chosen. Sought is a density of at least 75%, and of at least
half-way between the share of all draws that fail and 1. Of the boxes that have it, those are kept
whose coverage is at least half of the largest; of these, those with fewest restricted factors; and
of these the one with the largest harmonic mean of density and coverage (the F1 score): the largest
coverage would take in all it can until the density sought is only just there. Where no box has it,
that mean chooses among all. Then limits without significance are dropped, the worst first: those
with a quasi-p above 5% (one-sided binomial: the probability that the limit would raise density so
by chance, had it been given beforehand).

A search finds a box in noise too. So the whole of it is repeated in bootstrap resamples, and each
resample's box is looked at in the draws that were left out of it: that density has to be above the
share of all draws that fail, or there is no box.

A box is one corner, and peeling stops where no one peel helps. Where either of two conditions is
enough for failing it mostly finds neither; the tree of `experiments.analysis.tree` does. The
workbench is loaded only when it is used.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from experiments.analysis.boxes import Box, Discovery, Restriction
from experiments.analysis.intervals import generator, share
from experiments.estimates import Estimate

if TYPE_CHECKING:
    import pandas as pd

NEEDS = "scenario discovery needs the packages of the extra: pip install 'llo-simulator[sweep]'"
FEWEST = 10  # draws that fail, and that do not: below, not even one factor can be told from chance
DENSITY = 0.75
COVERAGE = 0.5  # of the largest coverage among dense boxes
PEEL = 0.05  # of the draws, at a time
MASS = 0.05  # of the draws, at least, in a box
QUASI_P = 0.05
ANY = 1e-9  # any threshold above 0 tells the failing from the others, who are 1 and 0
Names = Mapping[str, str]
Side = tuple[str, int]  # factor; 0 below, 1 above


@dataclass(frozen=True)
class _Fit:
    """A box as the search left it: limits by factor, and quasi-p by restricted factor and side."""

    limits: pd.DataFrame
    quasi_p: dict[Side, float]


def fails(
    x: xr.DataArray,
    failing: xr.DataArray,
    labels: Names | None = None,
    units: Names | None = None,
    *,
    choices: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
    boxes: int = 1,
    resamples: int = 20,
) -> Discovery:
    """In which draws a variant fails: up to so many boxes, each in the draws outside the former.

    x: values [draw, factor]; failing: [draw], 1 or 0, NaN for a failed run. `choices`: labels of a
    structural factor's values 0, 1, ... A second box is looked for only where enough failures are
    left, and is kept only if it has the density sought. ValueError for what cannot be analysed.
    """
    frame, y, failed = table(x, failing, choices or {})
    draws, total = len(y), int(y.sum())
    nothing = Discovery((), draws, total, failed, why=unfit(y))
    if nothing.why:
        return nothing
    found: list[Box] = []
    rest = np.ones(draws, bool)
    rng = generator(seed)
    names = (labels or {}, units or {}, choices or {})
    while len(found) < boxes and not unfit(y[rest]):
        fit = _search(frame[rest], y[rest])
        box = _box(fit, frame, y, rest, total, names) if fit.quasi_p else None
        if box is None or (found and not box.dense):
            break
        box, stands = _tried(box, fit, frame[rest], y[rest], total, rng, resamples)
        if not stands:
            break
        found.append(replace(box, after=len(found)))
        rest &= ~_inside(frame, fit.limits)
    if not found:
        return replace(nothing, why="chance")
    return Discovery(tuple(found), draws, total, failed, resamples)


def table(
    x: xr.DataArray, failing: xr.DataArray, choices: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, NDArray[np.int64], int]:
    """Factors as columns, those with choices as categories and constant ones left out; whether each
    draw fails; and how many draws were left out for a failed run.
    """
    import pandas as pd

    if set(x.dims) != {"draw", "factor"} or failing.dims != ("draw",):
        raise ValueError(
            f"dims {tuple(map(str, x.dims))} and {tuple(map(str, failing.dims))}: give x by draw "
            "and factor, failing by draw"
        )
    values = np.asarray(x.transpose("draw", "factor").values, float)
    told = np.asarray(failing.values, float)
    if len(values) != len(told):
        raise ValueError(f"{len(values)} draws of factors, {len(told)} outcomes: give as many")
    kept = np.isfinite(told)
    if not np.isin(told[kept], (0.0, 1.0)).all():
        raise ValueError("failing: give 1 where it fails, 0 where not and NaN for a failed run")
    columns: dict[str, Any] = {}
    for name, column in zip(map(str, x["factor"].values), values[kept].T, strict=True):
        if not np.isfinite(column).all():
            raise ValueError(f"factor {name}: a draw without a value: give every draw one")
        if np.ptp(column) > 0:
            columns[name] = _named(name, column, choices[name]) if name in choices else column
    frame = pd.DataFrame(columns)
    return frame, told[kept].astype(np.int64), int((~kept).sum())


def _named(name: str, column: NDArray[np.float64], labels: Sequence[str]) -> Any:
    codes = column.astype(int)
    if (codes != column).any() or codes.min() < 0 or codes.max() >= len(labels):
        raise ValueError(
            f"factor {name}: {column.max():g}: its choices have the values 0 to {len(labels) - 1}"
        )
    return np.asarray(labels, object)[codes]


def unfit(y: NDArray[np.int64]) -> str:
    """Why it cannot be told when it fails: never, always, few; empty where it can be tried."""
    total = int(y.sum())
    if total in (0, len(y)):
        return "never" if total == 0 else "always"
    return "few" if min(total, len(y) - total) < FEWEST else ""


def sought(base: float) -> float:
    """The density that is sought where this share of all draws fails."""
    return max(DENSITY, (1 + base) / 2)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the workbench's warnings of packages that are not needed here and of pandas' ways to
    come, and without its running commentary.
    """
    log = logging.getLogger("EMA")
    level = log.level
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ipyparallel not installed", UserWarning)
        warnings.filterwarnings("ignore", "altair based", ImportWarning)
        warnings.filterwarnings("ignore", "The inplace keyword", DeprecationWarning)
        log.setLevel(logging.WARNING)
        try:
            yield
        finally:
            log.setLevel(level)


def _search(frame: pd.DataFrame, y: NDArray[np.int64]) -> _Fit:
    """The box of one search by the rule above."""
    with quiet():
        try:
            from ema_workbench.analysis.prim import Prim, PRIMObjectiveFunctions
        except ModuleNotFoundError:
            raise ValueError(NEEDS) from None
        frame = frame.reset_index(drop=True)
        # Gain in density a draw given up, times the draws that stay (Friedman and Fisher 14.6): in
        # trials it found planted boxes more often than the workbench's default, and it is as fair
        # to factors of few values, whose peels are large.
        prim = Prim(
            frame, y, threshold=ANY, obj_function=PRIMObjectiveFunctions.LENIENT2,
            peel_alpha=PEEL, mass_min=max(MASS, FEWEST / len(y)),
        )  # fmt: skip
        path = prim.find_box()
        k = _chosen(path.peeling_trajectory, sought(float(y.mean())))
        limits, quasi_p = path.box_lims[k], _sides(path.qp[k])
        while len(quasi_p) > 1 and max(quasi_p.values()) > QUASI_P:
            name, side = max(quasi_p, key=lambda s: quasi_p[s])
            limits = limits.copy()
            open_ = prim.box_init[name]
            if isinstance(open_.iloc[0], set):
                limits[name] = open_
            else:
                limits.loc[side, name] = open_.loc[side]
            path.update(limits, np.flatnonzero(_inside(frame, limits)))
            quasi_p = _sides(path.qp[-1])
    return _Fit(limits, quasi_p)


def _chosen(path: pd.DataFrame, target: float) -> int:
    """The position of a trajectory that the rule chooses."""
    density, coverage = (path[c].to_numpy(float) for c in ("density", "coverage"))
    dimensions = path["res_dim"].to_numpy(int)
    among = density >= target
    if among.any():
        among &= coverage >= COVERAGE * coverage[among].max()
        among &= dimensions == dimensions[among].min()
    both = density * coverage / np.maximum(density + coverage, ANY)
    return int(np.where(among | ~among.any(), both, -1.0).argmax())


def _sides(quasi_p: Mapping[str, Sequence[float]]) -> dict[Side, float]:
    """Quasi-p by factor and side; the workbench has -1 for a side that is open."""
    return {
        (name, side): float(p)
        for name, both in quasi_p.items()
        for side, p in enumerate(both)
        if p >= 0
    }


def _inside(frame: pd.DataFrame, limits: pd.DataFrame) -> NDArray[np.bool_]:
    """Which draws lie in a box, its limits included."""
    inside = np.ones(len(frame), bool)
    for name in frame:
        low, high = limits[name]
        values = frame[name]
        inside &= (values.isin(low) if isinstance(low, set)
                   else (values >= low) & (values <= high)).to_numpy(bool)  # fmt: skip
    return inside


def _box(
    fit: _Fit, frame: pd.DataFrame, y: NDArray[np.int64], rest: NDArray[np.bool_], total: int,
    names: tuple[Names, Names, Mapping[str, Sequence[str]]],
) -> Box:  # fmt: skip
    """What a search found, in the draws that former boxes left."""
    within = _inside(frame, fit.limits) & rest
    hits, n = int(y[within].sum()), int(within.sum())
    unknown = Estimate(np.nan, np.nan, np.nan)
    factors = dict.fromkeys(f for f, _ in fit.quasi_p)
    return Box(
        tuple(_restriction(fit, frame, f, *names) for f in factors),
        share(hits, n), share(hits, total), n / len(y), unknown, unknown,
        sought(float(y[rest].mean())),
    )  # fmt: skip


def _restriction(
    fit: _Fit, frame: pd.DataFrame, factor: str, labels: Names, units: Names,
    choices: Mapping[str, Sequence[str]],
) -> Restriction:  # fmt: skip
    sides = {s: p for (f, s), p in fit.quasi_p.items() if f == factor}
    low, high = fit.limits[factor]
    said = (factor, labels.get(factor, factor), units.get(factor, ""))
    if factor in choices:
        kept = tuple(c for c in choices[factor] if c in low)
        return Restriction(*said, None, None, (0.0, 1.0), max(sides.values()), kept,
                           tuple(choices[factor]))  # fmt: skip
    span = (float(frame[factor].min()), float(frame[factor].max()))
    return Restriction(*said, float(low) if 0 in sides else None,
                       float(high) if 1 in sides else None, span, max(sides.values()))  # fmt: skip


def _tried(
    box: Box, fit: _Fit, frame: pd.DataFrame, y: NDArray[np.int64], total: int,
    rng: np.random.Generator, resamples: int,
) -> tuple[Box, bool]:  # fmt: skip
    """The box with what resamples say of it, and whether it stands: whether boxes sought in
    resamples hold more failures than all draws do, in the draws left out.

    A draw may be left out of several resamples: it counts as often as it lay in a box, the number
    of independent draws being less (Kish's effective number).
    """
    n, again = len(y), dict.fromkeys(fit.quasi_p, 0)
    left_out, within = np.zeros(n), np.zeros(n)
    for _ in range(resamples):
        chosen = rng.integers(0, n, n)
        if unfit(y[chosen]):
            continue
        other = _search(frame.iloc[chosen], y[chosen])
        out = np.bincount(chosen, minlength=n) == 0
        left_out += out
        within += out & _inside(frame, other.limits)
        for side in fit.quasi_p:
            again[side] += side in other.quasi_p
    restrictions = tuple(
        replace(r, again=max(k for (f, _), k in again.items() if f == r.factor) / resamples)
        if resamples else r for r in box.restrictions
    )  # fmt: skip
    if within.sum() == 0:
        return replace(box, restrictions=restrictions), resamples == 0
    held = held_share(within, y)
    # Of the failures left out, those that lay in a box; scaled to all failures, as coverage is.
    hits = held_share(y * left_out, within / np.maximum(left_out, 1)).times(float(y.sum()) / total)
    stands = held.low > float(y.mean())
    return replace(box, restrictions=restrictions, held_density=held, held_coverage=hits), stands


def held_share(weight: NDArray[Any], y: NDArray[Any]) -> Estimate:
    """The share of y under weights, with the interval of as many draws as they are worth."""
    worth = float(weight.sum() ** 2 / (weight**2).sum())
    return share(float(weight @ y / weight.sum()) * worth, worth)
