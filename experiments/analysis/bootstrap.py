"""The bootstrap as weighted means: how often each unit is drawn, and percentile intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """Estimates with the ends of their percentile intervals: three arrays of one shape."""

    value: Array
    low: Array
    high: Array

    @property
    def width(self) -> Array:
        """From the low end to the high one."""
        return self.high - self.low

    def shaped(self, *shape: int) -> Interval:
        """The same with the last dimension, outputs, in more: outcomes by years, say."""
        parts = (x.reshape(*x.shape[:-1], *shape) for x in (self.value, self.low, self.high))
        return Interval(*parts)


def weights(units: int, resamples: int, seed: int) -> Array:
    """How often each unit is drawn, [1 + resamples, units]; the first row is the sample itself.

    A mean over a resample is then a product of matrices, so that all resamples and all statistics
    are had at once; that is the same as drawing units with replacement.

    Raises:
        ValueError: where there is one resample or none.
    """
    if resamples < 2:
        raise ValueError(f"resamples is {resamples}; an interval needs at least 2, better 500")
    rng = np.random.Generator(np.random.Philox(key=seed))
    drawn = rng.multinomial(units, np.full(units, 1.0 / units), size=resamples)
    return np.vstack([np.ones((1, units)), drawn])


def means(terms: Array, weight: Array, whole: NDArray[np.bool_]) -> Array:
    """Means of terms [units, statistics] over the units that are whole: [draws, statistics].

    NaN for a resample that draws no whole unit.
    """
    if not whole.all():
        terms, weight = terms[whole], weight[:, whole]
    of = weight.sum(axis=1, keepdims=True)
    return np.divide(weight @ terms, of, out=np.full((len(of), terms.shape[1]), np.nan),
                     where=of > 0)  # fmt: skip


def interval(draws: Array, confidence: float) -> Interval:
    """The first of the draws with the percentile interval of the others, along the first axis.

    A resample in which a statistic is NaN does not count for it; where all are, so are the ends.

    Raises:
        ValueError: where the confidence is no probability between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must lie between 0 and 1, as 0.95 does")
    value, rest = draws[0], draws[1:]
    ends = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = np.quantile(rest, ends, axis=0)
    # Few statistics have NaN in some of their resamples only, and numpy's nanquantile is slow.
    gaps = np.isnan(rest)
    for at in np.argwhere(gaps.any(axis=0) & ~gaps.all(axis=0)):
        column = rest[(slice(None), *at)]
        low[tuple(at)], high[tuple(at)] = np.quantile(column[~np.isnan(column)], ends)
    undefined = np.isnan(value)
    low[undefined], high[undefined] = np.nan, np.nan
    return Interval(value, low, high)
