"""Which draws count, and how sure a share or a mean over them is."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import norm

from experiments.estimates import Estimate, shown

Array = NDArray[np.float64]
LEVEL = 0.90  # of every interval here
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


def generator(seed: int) -> np.random.Generator:
    """A generator of its own for one analysis."""
    return np.random.Generator(np.random.Philox(key=seed))


def complete(data: xr.Dataset) -> xr.Dataset:
    """The draws in which no run of any variant failed; attributes `draws` and `failed` count them.

    Outcomes have dims (draw, variant). NaN is a failed run, and its draw is left out for every
    variant, so that all are compared in the same draws. An outcome that a variant has in no draw is
    one that it does not have (a share of public money where none is spent), and fails no draw.
    ValueError if another dim is there, an outcome has no value at all, or no draw is left.
    """
    kept = xr.DataArray(np.ones(data.sizes["draw"], bool), dims="draw")
    for name, values in data.data_vars.items():
        if set(values.dims) != {"draw", "variant"}:
            raise ValueError(
                f"{name}: dims {tuple(map(str, values.dims))}: give draw and variant, seeds "
                "averaged before"
            )
        missing = values.isnull()
        if bool(missing.all()):
            raise ValueError(f"{name}: no value in any draw: leave it out")
        kept = kept & ~(missing & ~missing.all("draw")).any("variant")
    draws = int(kept.sum())
    if draws == 0:
        raise ValueError(f"no draw of {kept.size} in which no run failed: run them again")
    found = data.transpose("draw", "variant", ...).isel(draw=np.flatnonzero(kept.values))
    return found.assign_attrs(draws=draws, failed=int(kept.size) - draws)


def wilson(share: Array | float, n: Array | float) -> tuple[Array, Array]:
    """The interval of a share of n draws: Wilson's, which also holds near 0 and 1.

    Shares may count fractions of a draw (ties), and n may be an effective number.
    """
    z = float(norm.ppf(TAILS[1]))
    p, m = np.asarray(share, float), np.asarray(n, float)
    centre = (p + z**2 / (2 * m)) / (1 + z**2 / m)
    half = z / (1 + z**2 / m) * np.sqrt(p * (1 - p) / m + z**2 / (4 * m**2))
    return np.clip(centre - half, 0.0, p), np.clip(centre + half, p, 1.0)


def mean_interval(values: Array, seed: int, resamples: int = 1000) -> tuple[Array, Array]:
    """The percentile bootstrap of the mean over draws, values [draw, k]; infinite where that is."""
    n = values.shape[0]
    counts = generator(seed).multinomial(n, np.full(n, 1 / n), resamples)
    finite = np.isfinite(values).all(axis=0)
    means = counts @ np.where(finite, values, 0.0) / n
    low, high = np.quantile(means, TAILS, axis=0)
    endless = values.mean(axis=0)
    return np.where(finite, low, endless), np.where(finite, high, endless)


def share(hits: float, n: float) -> Estimate:
    """A share with its interval; undefined of none."""
    if n <= 0:
        return Estimate(np.nan, np.nan, np.nan)
    low, high = wilson(hits / n, n)
    return Estimate(float(hits / n), float(low), float(high))


def told(value: Estimate, decimals: int = 0) -> str:
    """A figure with the ends of its interval, which need not lie symmetrically, and with no more
    digits than it supports.
    """
    return shown(Estimate(value.middle, value.low, value.high, of_lives=True), decimals)


def percent(value: Estimate) -> str:
    """A share as a percentage: 83% [76, 89]."""
    middle, _, ends = told(value.times(100)).partition(" ")
    return f"{middle}% {ends}"
