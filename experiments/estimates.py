"""A figure over many lives: its middle, its 90% band, and how much of that is chance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import t as student

Array = NDArray[np.float64]
BAND = (0.05, 0.5, 0.95)
ONE_DIGIT = 3.55  # from which first digits of an error on one digit is enough
_ENDLESS = 1e300  # stands for infinity where quantiles are interpolated


@dataclass(frozen=True)
class Estimate:
    """A figure and its 90% band.

    Over seeds alone: the mean and the interval of that mean (Student t). Over parameter sets: the
    median of all lives and the band that holds nine in ten of them; `chance` is the part of their
    variance that luck makes, the Monte Carlo error (NaN: one life a set, or no variance).
    """

    middle: float
    low: float
    high: float
    chance: float = math.nan
    of_lives: bool = False  # a band of lives, not an interval of their mean

    @property
    def half(self) -> float:
        """Half the width; on the side of the middle that has an end, where the other has none."""
        if math.isfinite(self.low) and not math.isfinite(self.high):
            return self.middle - self.low
        return (self.high - self.low) / 2

    def times(self, factor: float) -> Estimate:
        """The same in another unit."""
        middle, low, high = (factor * x for x in (self.middle, self.low, self.high))
        return Estimate(middle, low, high, self.chance, self.of_lives)


def lives(data: xr.Dataset) -> xr.Dataset:
    """A comparison with its lives in one dimension, `life`: those of each parameter set together.

    Without parameter sets these are its seeds.
    """
    if "life" in data.dims:
        return data
    if "member" not in data.dims:
        return data.rename(seed="life").drop_vars("life", errors="ignore")
    return data.stack(life=("member", "seed"), create_index=False)


def sets(data: xr.Dataset) -> int:
    """Of how many parameter sets the lives of a comparison are; 0: of the central values."""
    return int(data.sizes["member"]) if "member" in data.dims else 0


def estimate(per_life: Array, members: int = 0) -> Estimate | None:
    """The estimate of a measure over lives, those of each of `members` parameter sets together.

    None where it is not defined for every life. A measure may be infinite in a life: what an extra
    learner costs where there is none.
    """
    if np.isnan(per_life).any() or np.isneginf(per_life).any():
        return None
    if members:
        low, middle, high = quantiles(per_life)
        if not math.isfinite(middle):
            return None
        return Estimate(middle, low, high, chance(per_life.reshape(members, -1)), of_lives=True)
    if not np.all(np.isfinite(per_life)):
        return None
    mean = float(per_life.mean())
    if per_life.size < 2:
        return Estimate(mean, -math.inf, math.inf)
    half = float(
        student.ppf(0.95, per_life.size - 1) * per_life.std(ddof=1) / math.sqrt(per_life.size)
    )
    return Estimate(mean, mean - half, mean + half)


def quantiles(per_life: Array) -> tuple[float, float, float]:
    """Low, median and high of the lives; infinite where it falls among infinite ones.

    Quantiles of Weibull (type 6 of Hyndman and Fan 1996): nine in ten lives to come are expected
    inside, also where the lives are few; fewer than 19 leave some more outside.
    """
    found = np.quantile(np.minimum(per_life, _ENDLESS), BAND, method="weibull")
    low, middle, high = (float(x) if x < _ENDLESS / 1e6 else math.inf for x in found)
    return low, middle, high


def chance(values: Array) -> float:
    """The share of the variance of one life that luck makes: within parameter sets, [set, seed].

    One-way analysis of variance; NaN when there is one life a set, or nothing varies.
    """
    members, seeds = values.shape
    if seeds < 2 or not np.all(np.isfinite(values)):
        return math.nan
    within = float(values.var(axis=1, ddof=1).mean())
    if members < 2:
        return math.nan
    between = max(float(values.mean(axis=1).var(ddof=1)) - within / seeds, 0.0)
    total = within + between
    return within / total if total > 0 else math.nan


def of_chance(values: Iterable[Estimate | None]) -> str:
    """The largest share of their bands that is chance, in whole per cents; a dash where none is
    known.
    """
    luck = [e.chance for e in values if e and math.isfinite(e.chance)]
    return f"{100 * max(luck):.0f}%" if luck else "-"


def supported(value: Estimate, decimals: int) -> int:
    """To how many decimals a figure is told: at most `decimals`, fewer if its error supports fewer;
    negative before the point.

    That is the first digit of an interval's half-width; of a band, whose sides may differ much, a
    second one where the first is small (the rule of the Particle Data Group, on their geometric
    mean).
    """
    if not math.isfinite(value.half):
        return decimals
    error = value.half
    if value.of_lives:
        sides = (s for s in (value.middle - value.low, value.high - value.middle) if s > 0)
        finite = [s for s in sides if math.isfinite(s)]
        error = math.prod(finite) ** (1 / len(finite)) / ONE_DIGIT if finite else 0.0
    return min(decimals, -math.floor(math.log10(error))) if error > 0 else decimals


def shown(value: Estimate | None, decimals: int) -> str:
    """A figure with its half-width, or its band, with no more digits than the error supports."""
    if value is None:
        return "-"
    if not math.isfinite(value.half):
        return f"{round(value.middle, decimals) + 0.0:,.{decimals}f} ±?"
    decimals = supported(value, decimals)
    places = max(decimals, 0)

    def told(x: float) -> str:
        return f"{round(x, decimals) + 0.0:,.{places}f}" if math.isfinite(x) else "∞"

    if value.of_lives:
        return f"{told(value.middle)} [{told(value.low)}, {told(value.high)}]"
    return f"{told(value.middle)} ±{told(value.half)}"


def as_data(value: Estimate | None) -> dict[str, float | None] | None:
    """The estimate as plain data, unrounded, infinite bounds as null."""
    if value is None:
        return None

    def finite(x: float) -> float | None:
        return x if math.isfinite(x) else None

    name = "median" if value.of_lives else "mean"
    found = {name: value.middle, "low": finite(value.low), "high": finite(value.high)}
    return {**found, "chance": finite(value.chance)} if value.of_lives else found
