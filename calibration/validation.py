"""The model held against figures that it was not shown.

Leaving figures out needs no new lives: those that were drawn from the prior are judged again by the
figures that remain, and the nearest of them kept (rejection ABC). What was left out is then
predicted, with the figure's own error in the band.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from calibration import fit
from calibration.ensemble import Ensemble
from calibration.predictor import Predictor
from calibration.summary import predicted
from calibration.targets import Target

NEAREST = 0.1  # of the prior's lives that are kept when figures are left out
FEWEST = 20  # of them, at least
COVERS = 0.9
BREAK = 2022  # predicted from here in `calibration.relived`, fitted to what was before
EXPERIMENTS = {"voucher_rct": "the Dutch voucher experiment", "cpf": "the French account",
               "information_rct": "the information experiments"}  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """A figure beside what is predicted for it.

    `log_score` is the log of the predicted density at the figure in units of its error; `crps` the
    continuous ranked probability score in the same units: a prediction as sure as the figure itself
    and right has -0.9 and 0.2.
    """

    name: str
    published: float
    error: float
    low: float
    median: float
    high: float
    log_score: float
    crps: float
    shown: str  # fitted, solved or predicted

    @property
    def inside(self) -> bool:
        return bool(self.low <= self.published <= self.high)


@dataclass(frozen=True)
class LeftOut:
    """A series that a fit was not shown: its figures as predicted, and on how many lives."""

    series: str
    figures: tuple[Scored, ...]
    lives: int


def scores(
    values: NDArray[np.float64], weight: NDArray[np.float64], published: float, error: float
) -> tuple[float, float]:
    """Log score and CRPS, in units of the error, of weighted values each with a normal error."""
    there = np.isfinite(values)
    if not there.any():
        return float("-inf"), float("inf")
    x, w = (published - values[there]) / error, weight[there] / weight[there].sum()
    density = float(w @ (np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi)))
    apart = x[:, None] - x[None, :]
    crps = w @ _absolute(x, 1.0) - 0.5 * w @ _absolute(apart, np.sqrt(2.0)) @ w
    return float(np.log(density)) if density > 0 else float("-inf"), float(crps)


def _absolute(mean: NDArray[np.float64], sd: float) -> NDArray[np.float64]:
    """Expected absolute value of a normal."""
    y = mean / sd
    density = np.exp(-0.5 * y**2) / np.sqrt(2.0 * np.pi)
    return np.asarray(2.0 * sd * density + mean * (2.0 * ndtr(y) - 1.0))


def scored(
    found: Ensemble,
    columns: Sequence[int],
    values: NDArray[np.float64],
    weight: NDArray[np.float64],
    shown: Mapping[int, str],
    error: NDArray[np.float64] | None = None,
) -> tuple[Scored, ...]:
    """Figures, by their columns in `values`, beside weighted lives; `error` if not their own."""
    d = found.data
    own = d["own_error"].values if error is None else error
    bands = predicted(values[:, list(columns)], weight, own[list(columns)])
    rows = []
    for k, (low, median, high) in zip(columns, bands, strict=True):
        published = float(d["published"][k])
        log_score, crps = scores(values[:, k], weight, published, float(own[k]))
        rows.append(Scored(str(d["target"].values[k]), published, float(own[k]), float(low),
                           float(median), float(high), log_score, crps, shown[k]))  # fmt: skip
    return tuple(rows)


def checks(found: Ensemble) -> tuple[Scored, ...]:
    """Every figure beside the posterior: those that were fitted too."""
    fitted = found.data["fitted"].values
    solved = {str(n) for n in found.data.attrs["solved"].split("; ")}
    shown = {
        k: "fitted" if fitted[k] else "solved" if str(name) in solved else "predicted"
        for k, name in enumerate(found.data["target"].values)
    }
    values = found.data["statistic"].values.astype(float)
    return scored(found, range(len(fitted)), values, found.data["weight"].values, shown)


def series_of(target: Target) -> str:
    """The series that a figure belongs to: one that is left out as a whole."""
    head = target.statistic.partition(".")[0]
    if head in EXPERIMENTS:
        return EXPERIMENTS[head]
    if target.survey == "UWV":
        return "STAP 2022"
    if target.survey == "SCP" and target.statistic.startswith("courses_"):
        return "courses a participant (SCP)"
    part = "by year" if target.group == "all" else f"by {target.group.partition(':')[0]}"
    return f"{target.statistic} ({target.survey}), {part}"


def nearest(found: Ensemble, used: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The lives drawn from the prior that are nearest to the figures used, by what these say of
    the parameters, as in the fit.
    """
    d = found.data
    prior = np.flatnonzero(d["proposed"].values == 0)
    error, own = (d[name].values[used] for name in ("error", "own_error"))
    off = (d["lived"].values[:, used] - d["published"].values[used]) / error
    off = np.where(np.isfinite(off), off, fit.FAR).astype(float)
    says = Predictor(off, d["lived_z"].values.astype(float), own / error)
    aim = says(says.reached(np.zeros(off.shape[1])))
    distance = np.linalg.norm(says(off[prior]) - aim, axis=1)
    many = max(int(NEAREST * prior.size), min(FEWEST, prior.size))
    return np.asarray(np.sort(prior[np.argsort(distance, kind="stable")[:many]]), np.int64)


def left_out(found: Ensemble, targets: Sequence[Target]) -> tuple[LeftOut, ...]:
    """Every series left out in turn and predicted from the others.

    Series of which no figure is fitted need not be left out: they are predicted anyway.
    """
    known = {t.name: t for t in targets}
    names = [str(n) for n in found.data["target"].values]
    fitted = found.data["fitted"].values
    of = [series_of(known[n]) for n in names]
    rows = []
    for series in dict.fromkeys(s for s, f in zip(of, fitted, strict=True) if f):
        inside = np.array([s == series for s in of])
        rows.append(_without(found, series, fitted & ~inside, np.flatnonzero(inside & fitted)))
    return tuple(rows)


def _without(
    found: Ensemble, series: str, used: NDArray[np.bool_], columns: NDArray[np.int64]
) -> LeftOut:
    rows = nearest(found, used)
    values = found.data["lived"].values[rows].astype(float)
    weight = np.full(rows.size, 1.0 / rows.size)
    chosen = [int(k) for k in columns]
    shown = dict.fromkeys(chosen, "predicted")
    return LeftOut(series, scored(found, chosen, values, weight, shown), rows.size)


def coverage(figures: Sequence[Scored]) -> tuple[int, int]:
    """How many of the figures lie inside their 90% band, and of how many."""
    return sum(f.inside for f in figures), len(figures)
