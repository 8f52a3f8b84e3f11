"""Decisions under uncertainty: which variant is best, what a wrong choice costs, what satisfies.

Outcomes are arrays [draw, variant] with NaN for a failed run (see `complete`). A draw is one state
of the world with all that is uncertain in it, the same for every variant. What a result rests on
stands in its attributes: `draws` that counted, `failed` that did not. Intervals are of 90%, over
draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from experiments.analysis.intervals import Array, complete, generator, mean_interval, wilson

BOUNDS = ("at least", "at most")
HIGH = 0.9  # the percentile of regret that is told besides its mean


@dataclass(frozen=True)
class Threshold:
    """What would satisfy: an outcome at least or at most a value."""

    name: str
    outcome: str
    bound: str
    value: float

    def __post_init__(self) -> None:
        if self.bound not in BOUNDS:
            raise ValueError(f"threshold {self.name}: bound {self.bound!r}: at least or at most")


def best(outcome: xr.DataArray, sense: str) -> xr.Dataset:
    """The probability that each variant is the best of them: `probability`, `low`, `high`.

    Variants that tie in a draw share it. A variant that does not have the outcome is NaN.
    """
    good, all_variants = _good(outcome, sense)
    first = good.values == good.values.max(axis=1, keepdims=True)
    probability = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    low, high = wilson(probability, good.attrs["draws"])
    return _by_variant(good, all_variants, {"probability": probability, "low": low, "high": high})


def losses(outcome: xr.DataArray, sense: str) -> xr.DataArray:
    """Regret by draw and variant: how far it is from the best variant of that draw, 0 or more."""
    good, _ = _good(outcome, sense)
    top = good.values.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        # All are infinitely bad in a draw: nothing is lost by the choice.
        found = np.where(good.values == top, 0.0, top - good.values)
    return good.copy(data=found)


def regret(
    outcome: xr.DataArray, sense: str, *, seed: int = 0, resamples: int = 1000
) -> xr.Dataset:
    """Regret of each variant, in the outcome's unit: its `mean` with `low` and `high` (bootstrap
    over draws), its 90th percentile `p90`, and its `maximum`, the minimax criterion.

    Regret is the distance to the best variant in the same draw.
    """
    lost = losses(outcome, sense)
    low, high = mean_interval(lost.values, seed, resamples)
    found = {
        "mean": lost.values.mean(axis=0), "low": low, "high": high,
        # No interpolation: a percentile may fall among infinite ones.
        "p90": np.quantile(lost.values, HIGH, axis=0, method="inverted_cdf"),
        "maximum": lost.values.max(axis=0),
    }  # fmt: skip
    return _by_variant(lost, outcome["variant"], found)


def satisficing(outcomes: xr.Dataset, thresholds: Sequence[Threshold]) -> xr.Dataset:
    """In which share of the draws each variant meets each threshold, and all of them together.

    `share`, `low`, `high` by threshold and variant; the last threshold is "all". NaN where a
    variant does not have the outcome, which then counts in no "all".
    """
    if not thresholds:
        raise ValueError("no thresholds: give one or more")
    for t in thresholds:
        if t.outcome not in outcomes:
            raise ValueError(
                f"threshold {t.name}: no outcome {t.outcome}; there are "
                f"{', '.join(map(str, outcomes.data_vars))}"
            )
    data = complete(outcomes[sorted({t.outcome for t in thresholds})])
    met = []
    for t in thresholds:
        values = data[t.outcome].values
        meets = values >= t.value if t.bound == "at least" else values <= t.value
        met.append(np.where(np.isnan(values), np.nan, meets))
    every = np.stack([*met, np.min(met, axis=0)])  # NaN of any is NaN of all
    shares = every.mean(axis=1)
    low, high = wilson(shares, data.attrs["draws"])
    dims = ("threshold", "variant")
    return xr.Dataset(
        {"share": (dims, shares), "low": (dims, low), "high": (dims, high)},
        {"threshold": [*(t.name for t in thresholds), "all"], "variant": data["variant"].values},
        data.attrs,
    )


def rankings(
    outcome: xr.DataArray,
    sense: str,
    sizes: Sequence[int],
    *,
    seed: int = 0,
    subsets: int = 400,
    by: str = "mean",
) -> xr.Dataset:
    """Whether fewer draws would have told the same: by size, the probability that a random subset
    of the draws has the same `best` variant and the same whole `ranking` as all draws.

    Variants are ranked by their mean (by="mean", the same order as by mean regret) or their median,
    which an outcome needs that may be infinite. Subsets of more than half of the draws are largely
    the same draws, so that their agreement says little. ValueError for a size that is not there.
    """
    good, _ = _good(outcome, sense)
    values, draws = good.values, good.attrs["draws"]
    wrong = [s for s in sizes if not 1 <= s <= draws]
    if wrong:
        raise ValueError(f"size {wrong[0]}: there are {draws} draws, give 1 to {draws}")
    middle = {"mean": np.mean, "median": np.median}.get(by)
    if middle is None:
        raise ValueError(f"by {by!r}: rank by mean or median")
    if by == "mean" and not np.isfinite(values).all():
        raise ValueError(f"{outcome.name}: infinite in some draw, and so is its mean: by='median'")

    def ranks(chosen: Array) -> Array:
        return np.asarray(rankdata(-middle(chosen, axis=0), method="min"))

    whole, rng = ranks(values), generator(seed)
    same = np.zeros((2, len(sizes)))
    for _ in range(subsets):
        order = rng.permutation(draws)
        for k, size in enumerate(sizes):
            found = ranks(values[order[:size]])
            same[0, k] += np.array_equal(found == 1, whole == 1)
            same[1, k] += np.array_equal(found, whole)
    named = [str(v) for v in good["variant"].values[np.argsort(whole, kind="stable")]]
    return xr.Dataset(
        {"best": ("size", same[0] / subsets), "ranking": ("size", same[1] / subsets)},
        {"size": list(sizes)},
        {**good.attrs, "order": named, "by": by, "subsets": subsets},
    )


def pareto(cost: xr.DataArray, reach: xr.DataArray) -> xr.Dataset:
    """Which settings no other beats in both, less cost and more reach, and how sure that is.

    Both [draw, variant], a variant being one setting of the levers. By variant: `cost` and `reach`
    (medians) with `_low` and `_high` (the band that holds nine in ten draws), `front` (not
    dominated in the medians) and `probability` with `low` and `high` that it is on the front of a
    draw. A setting is dominated by one that is as good in both and better in one.
    """
    data = complete(xr.Dataset({"cost": cost, "reach": reach}))
    whole = data.sel(
        variant=~data["cost"].isnull().any("draw") & ~data["reach"].isnull().any("draw")
    )
    values = np.stack([-whole["cost"].values, whole["reach"].values], axis=-1)
    on = np.mean([_front(v) for v in values], axis=0)
    low, high = wilson(on, data.attrs["draws"])
    found: dict[str, Array] = {"probability": on, "low": low, "high": high}
    for name in ("cost", "reach"):
        ends = np.quantile(whole[name].values, (0.05, 0.5, 0.95), axis=0, method="inverted_cdf")
        found |= {f"{name}_low": ends[0], name: ends[1], f"{name}_high": ends[2]}
    found["front"] = _front(np.stack([-found["cost"], found["reach"]], axis=-1)).astype(float)
    return _by_variant(whole["cost"].assign_attrs(data.attrs), data["variant"], found)


def told_once(settings: xr.Dataset) -> xr.Dataset:
    """The settings of `pareto` in order of cost, those with the same results as one.

    Of these the name holds all values of a lever: "deposit=100 ceiling=1000/3000". Whatever is
    unknown is left out.
    """
    known = settings.isel(variant=np.isfinite(settings["cost"].values))
    known = known.isel(variant=np.argsort(known["cost"].values, kind="stable"))
    table = np.stack([known[name].values for name in known.data_vars])
    _, first, alike = np.unique(table, axis=1, return_index=True, return_inverse=True)
    names = [str(name) for name in known["variant"].values]
    kept = np.sort(first)
    named = [_together([names[k] for k in np.flatnonzero(alike == alike[at])]) for at in kept]
    return known.isel(variant=kept).assign_coords(variant=named)


def _together(names: Sequence[str]) -> str:
    """One name for settings: of every lever its values."""
    words = []
    for parts in zip(*(name.split() for name in names), strict=True):
        lever, _, first = parts[0].rpartition("=")
        values = dict.fromkeys([first, *(part.rpartition("=")[2] for part in parts[1:])])
        words.append(f"{lever}={'/'.join(values)}" if lever else "/".join(values))
    return " ".join(words)


def _front(points: Array) -> Array:
    """Which points [n, 2], more being better, no other dominates."""
    beats = (points[:, None] >= points[None]).all(-1) & (points[:, None] > points[None]).any(-1)
    return np.asarray(~beats.any(axis=0))


def _good(outcome: xr.DataArray, sense: str) -> tuple[xr.DataArray, xr.DataArray]:
    """The complete draws of the variants that have the outcome, signed so that more is better."""
    if sense not in ("more", "less"):
        raise ValueError(f"sense {sense!r}: give more or less, whichever is better")
    data = complete(outcome.rename("outcome").to_dataset())
    values = data["outcome"].dropna("variant", how="all").astype(float)
    signed = values if sense == "more" else -values
    about = {"outcome": str(outcome.name), "sense": sense}
    return signed.assign_attrs({**data.attrs, **about}), outcome["variant"]


def _by_variant(rows: xr.DataArray, variants: xr.DataArray, found: dict[str, Array]) -> xr.Dataset:
    """Figures by variant, NaN for those that do not have the outcome."""
    table = xr.Dataset(
        {name: ("variant", np.asarray(values, float)) for name, values in found.items()},
        {"variant": rows["variant"].values},
        rows.attrs,
    )
    return table.reindex(variant=variants.values)
