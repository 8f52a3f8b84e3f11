"""The check on scenario discovery: the same question put to a classification tree (CART)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from experiments.analysis.boxes import Box, Discovery, Restriction, sentences
from experiments.analysis.discovery import (
    FEWEST,
    MASS,
    NEEDS,
    held_share,
    quiet,
    sought,
    table,
    unfit,
)
from experiments.analysis.intervals import generator, share
from experiments.estimates import Estimate

if TYPE_CHECKING:
    import pandas as pd

LEAVES = 8  # at most: as many as three factors halved make
CHOICE = " = "  # between a factor and its choice, in a column's name
Names = Mapping[str, str]


def tree(
    x: xr.DataArray,
    failing: xr.DataArray,
    labels: Names | None = None,
    units: Names | None = None,
    *,
    choices: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
    resamples: int = 20,
) -> Discovery:
    """The leaves of a tree that have the density sought in scenario discovery, largest coverage
    first; arguments as for `fails`.

    Leaves do not overlap, so that a tree can tell of several ways to fail.
    Trees grown in resamples are tried on the draws left out: of those that they put in leaves of
    the density sought, more must fail than of all draws, or nothing is told. That `held_density` is
    of all such leaves together.
    """
    frame, y, failed = table(x, failing, choices or {})
    nothing = Discovery((), len(y), int(y.sum()), failed, why=unfit(y))
    if nothing.why:
        return nothing
    names = (labels or {}, units or {}, choices or {})
    found = [_leaf(limits, stats, frame, y, names) for limits, stats in _leaves(frame, y, seed)]
    held = _tried(_columns(frame), y, seed, resamples)
    stands = resamples == 0 or held.low > float(y.mean())
    dense = [replace(box, held_density=held) for box in found
             if stands and box.dense and box.restrictions]  # fmt: skip
    dense.sort(key=lambda box: -box.coverage.middle)
    if not dense:
        return Discovery((), len(y), int(y.sum()), failed, why="chance")
    return Discovery(tuple(dense), len(y), int(y.sum()), failed)


def tree_sentences(
    x: xr.DataArray,
    failing: xr.DataArray,
    variant: str,
    outcome: str,
    labels: Names | None = None,
    units: Names | None = None,
    *,
    choices: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
    verb: str = "misses",
) -> list[str]:
    """What such a tree says, in plain English: a line a leaf, or why there is none."""
    found = tree(x, failing, labels, units, choices=choices, seed=seed)
    if found.why == "chance":
        target = 100 * sought(found.failing / found.draws)
        told = f"The {variant} {verb} {outcome} in {found.failing} of {found.draws} draws"
        return [f"{told}, and no leaf of a tree that has {target:.0f}% of them holds elsewhere."]
    return sentences(found, variant, outcome, verb=verb)


def _leaves(frame: pd.DataFrame, y: Any, seed: int) -> list[tuple[pd.DataFrame, dict[str, Any]]]:
    """The boxes of a tree with what the workbench counts in each."""
    with quiet():
        try:
            from ema_workbench.analysis.cart import CART
        except ModuleNotFoundError:
            raise ValueError(NEEDS) from None
        columns = _columns(frame)
        cart = CART(columns, y)
        cart.clf = _grown(columns, y, seed)
        if cart.clf.tree_.node_count == 1:
            return []
        return list(zip(cart.boxes, cart.stats, strict=True))


def _columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Factors as numbers, with a column a choice: the workbench forgets a choice on one side of a
    split.
    """
    import pandas as pd

    return pd.get_dummies(frame, prefix_sep=CHOICE).astype(float)


def _grown(columns: pd.DataFrame, y: Any, seed: int) -> Any:
    """A tree of few leaves. The workbench's own grows until leaves are pure, and breaks ties
    between factors by numpy's global generator.
    """
    from sklearn.tree import DecisionTreeClassifier

    least = max(FEWEST, int(MASS * len(y)))
    grower = DecisionTreeClassifier(
        min_samples_leaf=least, max_leaf_nodes=LEAVES, random_state=seed
    )
    return grower.fit(columns.to_numpy(), y)


def _tried(columns: pd.DataFrame, y: Any, seed: int, resamples: int) -> Estimate:
    """Of the draws that trees of resamples, which left them out, put in dense leaves: who fail."""
    rng, n = generator(seed), len(y)
    within = np.zeros(n)
    for _ in range(resamples):
        chosen = rng.integers(0, n, n)
        if unfit(y[chosen]):
            continue
        grown = _grown(columns.iloc[chosen], y[chosen], seed)
        dense = grown.predict_proba(columns.to_numpy())[:, 1] >= sought(float(y[chosen].mean()))
        within += dense & (np.bincount(chosen, minlength=n) == 0)
    if within.sum() == 0:
        return Estimate(np.nan, np.nan, np.nan)
    return held_share(within, y)


def _leaf(
    limits: pd.DataFrame, stats: Mapping[str, Any], frame: pd.DataFrame, y: Any,
    names: tuple[Names, Names, Mapping[str, Sequence[str]]],
) -> Box:  # fmt: skip
    labels, units, choices = names
    asked, total = [], int(y.sum())
    for factor in map(str, frame):
        said = (factor, labels.get(factor, factor), units.get(factor, ""))
        if factor in choices:
            kept = _kept(factor, choices[factor], limits)
            if len(kept) < frame[factor].nunique():
                asked.append(Restriction(*said, None, None, (0.0, 1.0), choices=kept,
                                         among=tuple(choices[factor])))  # fmt: skip
            continue
        low, high = limits[factor]
        span = (float(frame[factor].min()), float(frame[factor].max()))
        ends = (float(low) if low > span[0] else None, float(high) if high < span[1] else None)
        if ends != (None, None):
            asked.append(Restriction(*said, *ends, span))
    unknown = Estimate(np.nan, np.nan, np.nan)
    mass = float(stats["mass"])
    hits = float(stats["coverage"]) * total
    return Box(tuple(asked), share(hits, mass * len(y)), share(hits, total), mass, unknown, unknown,
               sought(total / len(y)))  # fmt: skip


def _kept(factor: str, labels: Sequence[str], limits: pd.DataFrame) -> tuple[str, ...]:
    """The choices that a leaf allows, of those that occur."""
    ends = {c: limits[f"{factor}{CHOICE}{c}"] for c in labels if f"{factor}{CHOICE}{c}" in limits}
    only = [c for c, (low, _) in ends.items() if low > 0]
    return tuple(only or (c for c, (_, high) in ends.items() if high == 1))
