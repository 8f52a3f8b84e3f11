"""Sobol indices: a design that can be extended, and the shares of variance that factors explain.

A first-order index is the share of an output's variance that goes when the factor is known; a total
index is the share that stays when all other factors are known, interactions included.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.analysis.bootstrap import Array, Interval, interval, means, weights

_ROUNDING = 1e-12  # a range or variance below this, on the scale of the values, is none
_SMALLEST = 8  # base samples from which their growth is shown; the bands say how little that is


@dataclass(frozen=True)
class Indices:
    """Indices of k factors, or groups of them, for each output, with bootstrap intervals.

    `first` and `total` are [k, outputs]; `second` is [k, k, outputs], NaN but above the diagonal;
    `draws` are the total indices of each resample, [resamples, k, outputs]. An output without
    variance is `flat` and has NaN throughout. `left_out` counts by output the base samples in whose
    block it was not finite.
    """

    first: Interval
    total: Interval
    second: Interval | None
    draws: Array
    base: int
    left_out: NDArray[np.int64]
    flat: NDArray[np.bool_]

    def remarks(self, outputs: Sequence[str]) -> list[str]:
        """What a reader must know besides the indices, a line each: gaps and flat outputs."""
        gaps = [
            f"{name}: {n} of {self.base} base samples left out, not finite"
            for name, n in zip(outputs, self.left_out, strict=True)
            if n
        ]
        flat = [
            f"{name}: no variance among the base samples, so no indices"
            for name, is_flat in zip(outputs, self.flat, strict=True)
            if is_flat
        ]
        return gaps + flat


def block_size(k: int, second_order: bool) -> int:
    """How many rows, runs of the model, one base sample takes for k factors or groups."""
    return 2 * k + 2 if second_order else k + 2


def members(factors: int, groups: Sequence[int] | None) -> NDArray[np.bool_]:
    """Which factors move together, [groups, factors]; without groups each moves alone.

    Raises:
        ValueError: where not every factor has a group, or a number below the highest has no factor.
    """
    if groups is None:
        return np.eye(factors, dtype=bool)
    if len(groups) != factors:
        raise ValueError(
            f"groups has {len(groups)} entries; give one for each of {factors} factors"
        )
    numbers = sorted(set(groups))
    if numbers != list(range(len(numbers))):
        raise ValueError(f"groups are numbered {numbers}; number them 0, 1, 2, … without a gap")
    return np.asarray(groups) == np.arange(len(numbers))[:, None]


def saltelli(
    factors: int,
    base: int,
    *,
    second_order: bool,
    groups: Sequence[int] | None = None,
    first: int = 0,
    seed: int,
) -> Array:
    """Rows of base samples first … first + base − 1 in the unit hypercube, [base · block, factors].

    A block is A, AB_1 … AB_k, with second order BA_1 … BA_k, then B (Saltelli et al. 2010), where
    A and B are the halves of a scrambled Sobol' point in 2 × factors dimensions: the order and, for
    one seed, the very numbers of SALib. A base sample's rows depend on its number and the seed
    alone, so a design is made piece by piece and doubled without losing a run. The sequence is
    balanced at powers of two.

    Raises:
        ValueError: where there are no factors or base samples, or the groups are not sound.
    """
    if factors < 1 or base < 1 or first < 0:
        raise ValueError(
            f"a design of {factors} factors and {base} base samples from number {first} has no "
            "rows; take at least 1, 1 and 0"
        )
    moves = members(factors, groups)
    k = len(moves)
    sequence = qmc.Sobol(2 * factors, scramble=True, seed=seed)
    if first:
        sequence.fast_forward(first)
    with warnings.catch_warnings():
        # Of a first piece that is no power of two; the whole design may well be one.
        warnings.filterwarnings("ignore", "The balance properties of Sobol' points", UserWarning)
        points = sequence.random(base)
    a, b = points[:, None, :factors], points[:, None, factors:]
    rows = np.empty((base, block_size(k, second_order), factors))
    rows[:, :1], rows[:, -1:] = a, b
    rows[:, 1 : k + 1] = np.where(moves, b, a)
    if second_order:
        rows[:, k + 1 : -1] = np.where(moves, a, b)
    return rows.reshape(-1, factors)


def independent(rows: NDArray, block: int) -> NDArray:
    """Of a design or its outputs, [base · block, …], the rows A and B, which share no factor.

    What takes its runs for a plain sample, as PAWN does, must not see the others.
    """
    blocks = rows.reshape(-1, block, *rows.shape[1:])
    return blocks[:, [0, -1]].reshape(-1, *rows.shape[1:])


def indices(
    y: Array,
    k: int,
    *,
    second_order: bool,
    resamples: int,
    confidence: float = 0.95,
    seed: int,
) -> Indices:
    """Indices of all outputs from their values y, [base, block, outputs].

    First order as in Saltelli et al. (2010), total as in Jansen (1999), second order as in Saltelli
    (2002), all on standardised outputs: SALib's estimators, over all resamples at once. A base
    sample with a value that is not finite is left out as a whole for that output. The bootstrap
    resamples base samples as if independent: most intervals are wider than the error of a Sobol'
    sequence, but below some 500 base samples one may be too narrow.

    Raises:
        ValueError: where y has another shape than the design, or fewer than two base samples.
    """
    block = block_size(k, second_order)
    if y.ndim != 3 or y.shape[0] < 2 or y.shape[1] != block:
        raise ValueError(
            f"y has shape {y.shape}; for {k} factors or groups it must be [base, {block}, outputs] "
            "with at least 2 base samples"
        )
    weight = weights(len(y), resamples, seed)
    whole = np.isfinite(y).all(axis=1)
    flat = np.array([_is_flat(y[w][:, [0, -1], o]) for o, w in enumerate(whole.T)], dtype=bool)
    width = 2 * k + (k * (k - 1) // 2 if second_order else 0)
    found = np.full((len(weight), width, y.shape[2]), np.nan)
    for o in np.flatnonzero(~flat):
        found[:, :, o] = _shares(y[:, :, o], weight, whole[:, o], k, second_order)
    return Indices(
        first=interval(found[:, :k], confidence),
        total=interval(found[:, k : 2 * k], confidence),
        second=_square(interval(found[:, 2 * k :], confidence), k) if second_order else None,
        draws=found[1:, k : 2 * k],
        base=len(y),
        left_out=(~whole).sum(axis=0),
        flat=flat,
    )


def growth(
    y: Array, k: int, *, second_order: bool, resamples: int, confidence: float = 0.95, seed: int
) -> list[Indices]:
    """First and total indices from ever more of the base samples of y: each power of two, and all.

    `second_order` says which blocks y has, as in `indices`; second indices are not given.
    """
    if second_order:
        y = y[:, [*range(k + 1), -1]]
    sizes = [2**p for p in range(_SMALLEST.bit_length() - 1, len(y).bit_length())]
    return [
        indices(y[:n], k, second_order=False, resamples=resamples, confidence=confidence, seed=seed)
        for n in sorted({n for n in sizes if n < len(y)} | {len(y)})
    ]


def worst_width(found: Indices, leading: int = 5) -> Array:
    """By output, the widest interval among the largest total indices; NaN where it is flat."""
    order = np.argsort(-found.total.value, axis=0)[:leading]
    return np.asarray(np.take_along_axis(found.total.width, order, axis=0).max(axis=0))


def converged(found: Indices, width: float, leading: int = 5) -> bool:
    """Whether those intervals are narrower than `width` for every output that has variance.

    False where no output has.
    """
    widest = worst_width(found, leading)[~found.flat]
    return bool(widest.size and np.all(widest < width))


def _is_flat(values: Array) -> bool:
    """Whether values are equal but for rounding, or too few to differ."""
    return len(values) < 2 or bool(np.ptp(values) <= _ROUNDING * np.abs(values).max())


def _shares(y: Array, weight: Array, whole: NDArray[np.bool_], k: int, second_order: bool) -> Array:
    """First, total and second indices of one output, [draws, 2k + pairs], pairs row by row."""
    # Centred on all runs, as SALib does: the estimators are biased far from a mean of zero.
    z = (y - y[whole].mean()) / y[whole].std()
    a, b, ab = z[:, :1], z[:, -1:], z[:, 1 : k + 1]
    terms = [(a + b) / 2, (a**2 + b**2) / 2, b * (ab - a), (a - ab) ** 2 / 2]
    i, j = np.triu_indices(k, 1)
    if second_order:
        terms.append(z[:, k + 1 : -1][:, i] * ab[:, j] - a * b)
    mean = means(np.hstack(terms), weight, whole)
    variance = mean[:, 1] - mean[:, 0] ** 2
    variance[variance <= _ROUNDING] = np.nan
    share = mean[:, 2:] / variance[:, None]
    if second_order:
        share[:, 2 * k :] -= share[:, i] + share[:, j]
    return np.asarray(share)


def _square(pairs: Interval, k: int) -> Interval:
    """Pairs of factors [pairs, outputs] as [k, k, outputs], NaN but above the diagonal."""

    def laid(values: Array) -> Array:
        square = np.full((k, k, values.shape[1]), np.nan)
        square[np.triu_indices(k, 1)] = values
        return square

    return Interval(laid(pairs.value), laid(pairs.low), laid(pairs.high))
