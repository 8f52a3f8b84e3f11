"""PAWN: how far the whole distribution of an output shifts when a factor is held, by SALib.

Variance says little about an output with a long tail; a distance between distributions does.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.bootstrap import Array


@dataclass(frozen=True)
class Pawn:
    """Median Kolmogorov-Smirnov distance by factor, [factors, outputs], and what noise makes of it.

    `threshold` [outputs] is a high quantile of the values of factors that do nothing; an output
    without variance has NaN. `left_out` counts by output the runs that were not finite.
    """

    median: Array
    threshold: Array
    left_out: NDArray[np.int64]

    @property
    def above(self) -> NDArray[np.bool_]:
        """Which factors do more than noise, [factors, outputs]."""
        return np.asarray(self.median > self.threshold)


def pawn(
    x: Array,
    y: Array,
    *,
    slices: int = 10,
    dummies: int = 20,
    quantile: float = 0.95,
    seed: int,
) -> Pawn:
    """PAWN of factors x [runs, factors] on outputs y [runs, outputs], for runs of a plain sample.

    Of a Saltelli design take the rows A and B alone (`sobol.independent`): the others repeat these
    in all factors but one, which the dummies do not. A dummy is a factor drawn at random after the
    runs, so whatever it seems to do is noise.

    Raises:
        ValueError: where shapes differ, a factor does not vary, or the slices cannot be made.
    """
    _check(x, y, slices)
    rng = np.random.Generator(np.random.Philox(key=seed))
    factors, outputs = x.shape[1], y.shape[1]
    wide = np.hstack([x, rng.random((len(x), dummies))])
    whole = np.isfinite(y)
    median = np.full((factors + dummies, outputs), np.nan)
    for o in range(outputs):
        runs = y[whole[:, o], o]
        if len(runs) > slices and np.ptp(runs) > 0:
            median[:, o] = _medians(wide[whole[:, o]], runs, slices)
    threshold = np.quantile(median[factors:], quantile, axis=0)
    return Pawn(median[:factors], threshold, (~whole).sum(axis=0))


def _medians(x: Array, y: Array, slices: int) -> Array:
    """SALib's median over slices, [factors], without a seed: it would set numpy's global one."""
    from SALib.analyze import pawn as salib

    names = [f"x{i}" for i in range(x.shape[1])]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    with warnings.catch_warnings():
        # Of the p-value, which is not used.
        warnings.filterwarnings("ignore", "ks_2samp: Exact calculation", RuntimeWarning)
        return np.asarray(salib.analyze(problem, x, y, S=slices)["median"])


def _check(x: Array, y: Array, slices: int) -> None:
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y):
        raise ValueError(
            f"x has shape {x.shape} and y {y.shape}; they must be [runs, factors] and "
            "[runs, outputs] of the same runs"
        )
    still = np.flatnonzero(np.ptp(x, axis=0) == 0)
    if still.size:
        raise ValueError(f"factor {still[0]} does not vary; leave it out of x")
    # SALib makes the edges so, and rounding carries the last past 1 for some numbers.
    edges = np.arange(0, 1 + 1 / slices, 1 / slices) if slices > 1 else np.array([])
    if len(edges) != slices + 1 or edges[-1] > 1:
        raise ValueError(f"slices is {slices}, of which SALib makes no edges; take 10, or 8 or 16")
