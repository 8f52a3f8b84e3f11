"""Which factor matters most, how sure that is, and whether the methods agree on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from experiments.analysis.bootstrap import Array
from experiments.analysis.sobol import Indices


@dataclass(frozen=True)
class Ranking:
    """Ranks by total index, from 1, and how often each was had in the bootstrap.

    `rank` is [k, outputs], NaN for an output without variance; `probability` is
    [factor, rank, output], the share of resamples in which the factor has that rank. Equal factors
    share the best of their ranks.
    """

    rank: Array
    probability: Array

    def said(self, names: Sequence[str], output: int, most: int = 3) -> list[str]:
        """The first factors of an output, a line each: "wage is first in 93% of resamples"."""
        places = ("first", "second", "third")
        lines = []
        for factor in np.argsort(self.rank[:, output], kind="stable")[:most]:
            if np.isnan(rank := self.rank[factor, output]):
                continue
            place = int(rank) - 1
            told = places[place] if place < len(places) else f"number {place + 1}"
            share = self.probability[factor, place, output]
            lines.append(f"{names[factor]} is {told} in {100 * share:.0f}% of resamples")
        return lines


def ranking(found: Indices) -> Ranking:
    """The ranks of the factors by total index; a resample without variance does not count."""
    drawn = _ranks(found.draws, axis=1)  # [resamples, k, outputs]
    k = drawn.shape[1]
    counted = np.sum(~np.isnan(drawn), axis=0)[:, None]
    hits = np.stack([(drawn == r).sum(axis=0) for r in range(1, k + 1)], axis=1)
    probability = np.divide(hits, counted, out=np.full(hits.shape, np.nan), where=counted > 0)
    return Ranking(_ranks(found.total.value, axis=0), probability)


def agreement(
    scores: Mapping[str, Array],
) -> dict[tuple[str, str], Array]:
    """Spearman's rank correlation between each two methods by output, of scores [k, outputs].

    NaN where a method has no score for an output, or the same for all factors. Factors that do
    nothing are ranked by noise, which lowers it.

    Raises:
        ValueError: where two methods have other factors or outputs.
    """
    shapes = {name: values.shape for name, values in scores.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"scores have the shapes {shapes}; they must all be [k, outputs] alike")
    ranks = {name: rankdata(values, axis=0) for name, values in scores.items()}
    return {(a, b): _correlation(ranks[a], ranks[b]) for a, b in combinations(ranks, 2)}


def _ranks(values: Array, axis: int) -> Array:
    """Ranks from the largest down; NaN where any along the axis is."""
    return np.asarray(rankdata(-values, method="min", axis=axis), float)


def _correlation(one: NDArray, other: NDArray) -> Array:
    """Pearson's correlation along the first axis, NaN without variance."""
    one, other = (x - x.mean(axis=0) for x in (one, other))
    scale = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    together = (one * other).sum(axis=0)
    return np.divide(together, scale, out=np.full(together.shape, np.nan), where=scale > 0)
