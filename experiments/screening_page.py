"""The page of a screening: which parameters matter at all, by Morris' elementary effects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.markdown import table
from experiments.sweeps import factors

if TYPE_CHECKING:
    from experiments.analysis.morris import Effects
    from experiments.sweeps.outcomes import Outcome
    from experiments.sweeps.store import Store

Array = NDArray[np.float64]
_HEAD = """\
# Which parameters matter at all

Made by `llo sobol {name}`; do not edit it here. The study: {title}. {factors} parameters over
their priors, in {runs:,} runs of {persons:,} persons with the variants {variants}: {many} walks
through the space, in which one parameter is moved at a time. An elementary effect is what an
outcome changes by then; the table has the mean of its size (mu*) as a percentage of the largest
one of that outcome and variant, the highest of all variants, with its 95% bootstrap interval. All
runs have the same luck, which is in every effect: that of a parameter that does next to nothing is
not nil.

So few walks tell what may stay at its central value, not which of two that matter comes first: for
that there are [Sobol's indices](sensitivity.md) of those that the last column names.

"""


def shares(
    found: Effects, outcomes: Sequence[Outcome], variants: Sequence[str]
) -> tuple[Array, Array, Array]:
    """Of every factor and outcome the largest mu* over variants, and the ends of its interval, as
    a share of the largest factor's: each [factors, outcomes].
    """
    star = found.mu_star
    most = np.nanmax(star.value, axis=0)
    most = np.where(most > 0.0, most, np.nan)  # nothing changes what such a variant does
    value, low, high = (
        (each / most).reshape(len(each), len(outcomes), len(variants))
        for each in (star.value, star.low, star.high)
    )
    at = np.nan_to_num(value, nan=-1.0).argmax(axis=2)[:, :, None]
    value, low, high = (np.take_along_axis(x, at, axis=2)[:, :, 0] for x in (value, low, high))
    return value, low, high


def order(value: Array) -> NDArray[np.intp]:
    """The factors, that with the largest share of any outcome first."""
    return np.argsort(-np.nanmax(value, axis=1), kind="stable")


def page(
    store: Store, labels: Sequence[str], found: Effects, outcomes: Sequence[Outcome],
    variants: Sequence[str], further: Collection[str],
) -> str:  # fmt: skip
    """The page in Markdown; `further` are the parameters whose Sobol indices are known."""
    from experiments.sweeps.running import ready_of

    study = ready_of(store).study
    value, low, high = shares(found, outcomes, variants)
    rows = []
    for k in order(value):
        cells = [f"{100 * v:.0f} [{100 * a:.0f}, {100 * b:.0f}]" if np.isfinite(v) else "-"
                 for v, a, b in zip(value[k], low[k], high[k], strict=True)]  # fmt: skip
        known = "yes" if labels[k] in further else ""
        rows.append([factors.meaning(labels[k]), *cells, known])
    heads = ["parameter", *(o.long_name for o in outcomes), "Sobol"]
    head = _HEAD.format(
        name=store.folder.name, title=study.title, factors=len(labels), runs=store.runs,
        persons=study.persons, variants=", ".join(variants), many=found.many,
    )  # fmt: skip
    return head + "\n".join(table(heads, rows, ("parameter", "Sobol"))) + "\n"
