"""Morris's elementary effects: a cheap screening of many factors, before Sobol indices.

An elementary effect is what an output changes by when one factor moves by one step, per unit of the
factor's range; along a trajectory each factor moves once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.bootstrap import Array, Interval, interval, means, weights
from experiments.analysis.sobol import members


@dataclass(frozen=True)
class Effects:
    """Elementary effects of k factors or groups by output, each [k, outputs] with intervals.

    `mu` is their mean, `mu_star` the mean of their sizes, `sigma` their standard deviation, which
    interactions and curvature make. A group of several factors has no direction, and `mu_star`
    alone. `left_out` counts by output the trajectories in which it was not finite, of `many`.
    """

    mu: Interval
    mu_star: Interval
    sigma: Interval
    many: int
    left_out: NDArray[np.int64]


def trajectories(
    factors: int, many: int, *, levels: int = 4, groups: Sequence[int] | None = None, seed: int
) -> Array:
    """Rows of a Morris design in the unit hypercube, [many · (k + 1), factors], by SALib.

    More trajectories of the same seed begin with the same rows.

    Raises:
        ValueError: where the number of levels is odd, or there are fewer than two trajectories.
    """
    from SALib.sample import morris

    if levels < 2 or levels % 2:
        raise ValueError(f"levels is {levels}; take an even number, 4 as a rule")
    if many < 2:
        raise ValueError(f"{many} trajectories have no spread; take at least 2, better 20")
    moves = members(factors, groups)
    problem = {
        "num_vars": factors,
        "names": [f"x{i}" for i in range(factors)],
        "bounds": [[0.0, 1.0]] * factors,
        "groups": [f"g{g}" for g in moves.argmax(axis=0)],
    }
    return np.asarray(morris.sample(problem, many, num_levels=levels, seed=int(seed)))


def effects(
    x: Array,
    y: Array,
    *,
    groups: Sequence[int] | None = None,
    resamples: int = 500,
    confidence: float = 0.95,
    seed: int,
) -> Effects:
    """Effects on all outputs y [rows, outputs] of the design x [rows, factors].

    The measures of SALib, over all outputs at once; intervals come from resampled trajectories, and
    are somewhat narrow where these are few. A trajectory in which an output is not finite is left
    out for that output.

    Raises:
        ValueError: where y has other rows than x, or x is not a Morris design of these groups.
    """
    e, directed = elementary(x, y, groups)
    many, k, outputs = e.shape
    weight = weights(many, resamples, seed)
    whole = np.isfinite(y.reshape(many, k + 1, outputs)).all(axis=1)
    found = np.full((3, len(weight), k, outputs), np.nan)
    for o in range(outputs):
        n = int(whole[:, o].sum())
        if n < 2:
            continue
        one = e[:, :, o]
        mean = means(np.hstack([one, np.abs(one), one**2]), weight, whole[:, o])
        mu, mu_star, square = mean.reshape(len(weight), 3, k).transpose(1, 0, 2)
        sigma = np.sqrt(np.maximum(square - mu**2, 0.0) * n / (n - 1))
        found[:, :, :, o] = mu, mu_star, sigma
    found[np.ix_([0, 2], range(len(weight)), np.flatnonzero(~directed))] = np.nan
    return Effects(*(interval(draws, confidence) for draws in found), many, (~whole).sum(axis=0))


def elementary(
    x: Array, y: Array, groups: Sequence[int] | None = None
) -> tuple[Array, NDArray[np.bool_]]:
    """The elementary effects [trajectories, k, outputs], and which of the k have a direction [k].

    Raises:
        ValueError: where y has other rows than x, or x is not a Morris design of these groups.
    """
    moves = members(x.shape[1], groups)
    k = len(moves)
    if y.ndim != 2 or len(y) != len(x) or len(x) % (k + 1):
        raise ValueError(
            f"x has shape {x.shape} and y {y.shape}; both must have {k + 1} rows a trajectory, and "
            "y one column an output"
        )
    steps = np.diff(x.reshape(-1, k + 1, x.shape[1]), axis=1)
    moved = moves @ np.abs(steps).transpose(0, 2, 1) > 0  # [trajectory, group, step]
    if not ((moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all()):
        raise ValueError(
            "x is not a Morris design of these groups: along a trajectory every group must move "
            "once, and alone; take it from `trajectories`"
        )
    when = moved.argmax(axis=2)  # [trajectory, group]
    at = np.arange(len(steps))[:, None]
    length = np.abs(steps).max(axis=2)[at, when]
    directed = moves.sum(axis=1) == 1
    signed = np.where(directed, length * np.sign(steps.sum(axis=2))[at, when], length)
    change = np.diff(y.reshape(len(steps), k + 1, -1), axis=1)[at, when]
    return change / signed[:, :, None], directed
