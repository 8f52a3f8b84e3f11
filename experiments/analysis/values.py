"""What a variant is worth to a ministry: its outcomes on one scale, weighed."""

from __future__ import annotations

import numpy as np
import xarray as xr

from experiments.analysis.decisions import best, regret
from experiments.analysis.intervals import Array, complete, generator, wilson
from experiments.analysis.weights import Outcome, Weights

OUTER = 0.05  # of all values, left out at either end of the scale "band"


def weighted(
    outcomes: xr.Dataset, weights: Weights, *, seed: int = 0, resamples: int = 1000
) -> xr.Dataset:
    """Best and regret of each variant for each ministry, on its own value score from 0 to 1.

    By ministry and variant: `score` (mean over draws); `probability` that it is best with
    `probability_low`, `probability_high`; `regret` (mean) with `regret_low`, `regret_high`,
    `regret_p90` and `regret_maximum`, in the unit of the score: 1 is all that the ministry wants.
    Attribute `said`: lines on weights renormalised over the outcomes that are present.
    """
    values, kept, said = _worth(outcomes, weights)
    found = []
    for m in kept.ministries:
        weight = xr.DataArray(
            [m.weights.get(o.name, 0.0) for o in kept.outcomes],
            {"outcome": [o.name for o in kept.outcomes]}, "outcome",
        )  # fmt: skip
        # An outcome without weight may be one that the variant does not have.
        score = (values * weight).where(weight > 0, 0.0).sum("outcome", skipna=False)
        score = score.transpose("draw", "variant").rename(m.name)
        table = regret(score, "more", seed=seed, resamples=resamples)
        table = table.rename({n: "regret" if n == "mean" else f"regret_{n}" for n in table})
        sure = best(score, "more")
        sure = sure.rename(low="probability_low", high="probability_high")
        found.append(table.merge(sure).assign(score=score.mean("draw", skipna=False)))
    result = xr.concat(found, xr.IndexVariable("ministry", [m.name for m in kept.ministries]))
    return result.drop_attrs().assign_attrs(
        {**values.attrs, "said": [*said, *_lacking(values, kept)]}
    )


def any_weights(
    outcomes: xr.Dataset, weights: Weights, *, seed: int = 0, samples: int = 1000
) -> xr.Dataset:
    """The probability that each variant is best where nothing is assumed of the weights.

    Every draw meets weights drawn evenly from all that add up to 1, `samples` in all: stochastic
    multicriteria acceptability analysis (Lahdelma and Salminen 2001). Variants are those that have
    every outcome. `probability`, `low`, `high` by variant; the interval counts draws, not samples.
    """
    values, kept, said = _worth(outcomes, weights)
    values = values.transpose("draw", "variant", "outcome").dropna("variant", how="any")
    rng = generator(seed)
    drawn = rng.dirichlet(np.ones(len(kept.outcomes)), samples)
    state = rng.permutation(np.arange(samples) % values.sizes["draw"])
    scores = np.einsum("svo,so->sv", values.values[state], drawn)
    first = scores == scores.max(axis=1, keepdims=True)
    probability = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    low, high = wilson(probability, min(values.sizes["draw"], samples))
    found = xr.Dataset(
        {"probability": ("variant", probability), "low": ("variant", low),
         "high": ("variant", high)},
        {"variant": values["variant"].values}, {**values.attrs, "said": list(said)},
    )  # fmt: skip
    return found.reindex(variant=outcomes["variant"].values)


def _worth(outcomes: xr.Dataset, weights: Weights) -> tuple[xr.DataArray, Weights, tuple[str, ...]]:
    """Each outcome as worth from 0 to 1 [outcome, draw, variant], the weights over those present,
    and lines on what was assumed.

    ValueError if no ministry weighs anything that is there, or a variant has no outcome at all.
    """
    present = [o.name for o in weights.outcomes if o.name in outcomes]
    present = [n for n in present if not bool(outcomes[n].isnull().all())]
    kept, said = weights.among(present)
    if not kept.ministries:
        raise ValueError(
            "no outcome that a ministry weighs: there are "
            f"{', '.join(map(str, outcomes.data_vars)) or 'none'}"
        )
    data = complete(outcomes[present])
    lost = np.all([data[n].isnull().all("draw") for n in present], axis=0)
    if lost.any():
        raise ValueError(
            f"{data['variant'].values[lost][0]}: no outcome in any draw, so its runs failed: run "
            "it again or leave it out"
        )
    each = [xr.DataArray(worth(data[o.name].values, o), data[o.name].coords, ("draw", "variant"))
            for o in kept.outcomes]  # fmt: skip
    for k, o in enumerate(kept.outcomes):
        none = each[k].isnull().all("draw")
        if o.absent is not None and bool(none.any()):
            each[k] = each[k].where(~none, o.absent)
            without = ", ".join(map(str, none["variant"].values[none.values]))
            said = (*said, f"{without}: no {o.name}; taken to be worth {o.absent:g}, an assumption")
    names = xr.IndexVariable("outcome", [o.name for o in kept.outcomes])
    return (
        xr.concat(each, names, coords="minimal", compat="override").assign_attrs(data.attrs),
        kept,
        said,
    )


def worth(values: Array, outcome: Outcome) -> Array:
    """An outcome's values as worth: 0 at the worst of its scale, 1 at the best, no more beyond.

    One scale over all draws and variants, not one a draw: a draw in which the variants hardly
    differ must not count as much as one in which they differ greatly. A scale from the data makes
    weights mean the same whatever the units, at a price: another variant may stretch it, and shift
    what a step is worth. State the scale, (worst, best), where that matters. Where all are alike
    each is worth 1.
    """
    finite = values[np.isfinite(values)]
    if isinstance(outcome.scale, tuple):
        worst, top = outcome.scale
    else:
        outer = OUTER if outcome.scale == "band" else 0.0
        ends = np.quantile(finite, (outer, 1 - outer)) if finite.size else (0.0, 0.0)
        worst, top = ends if outcome.sense == "more" else ends[::-1]
    if worst == top:
        return np.where(np.isnan(values), np.nan, np.isfinite(values))
    return np.clip((values - worst) / (top - worst), 0.0, 1.0)


def _lacking(values: xr.DataArray, weights: Weights) -> list[str]:
    """A line for every variant that a ministry cannot judge."""
    said = []
    for m in weights.ministries:
        weighed = [n for n, w in m.weights.items() if w > 0]
        none = values.sel(outcome=weighed).isnull().all("draw")
        for variant, column in none.groupby("variant"):
            lacks = " and no ".join(map(str, column["outcome"].values[column.values.ravel()]))
            said.append(f"{m.name}: {variant} left out, which has no {lacks}" if lacks else "")
    return [line for line in said if line]
