"""Pictures of a study: which assumptions decide an outcome, and what a ministry may regret."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.estimates import Array, Estimate
from experiments.picture import colour
from experiments.table import NULL
from reports import names
from reports.figures import (
    FAINT,
    INK,
    LINES,
    PAPER,
    canvas,
    dots,
    finish,
    folded,
    marker,
    numbers,
)
from reports.language import Language
from reports.names import factor
from reports.parts import Value, _

LEADING = 5  # assumptions shown over the years
# Okabe and Ito's, told apart by the colour-blind; a line and a marker each besides.
TONES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")


def rows(
    labels: Sequence[Value], by_variant: Mapping[str, Sequence[Estimate | None]], unit: Value,
    lang: Language,
) -> Figure:  # fmt: skip
    """Estimates by row, a dot with its interval for each variant."""
    many = len(by_variant)
    with canvas(1.3 + len(labels) * max(0.12 * many, 0.4)) as (figure, ax):
        for k, (variant, found) in enumerate(by_variant.items()):
            spots = np.arange(len(labels)) + 0.72 * ((k + 0.5) / many - 0.5)
            at = k + (NULL not in by_variant)  # the null has the first place wherever it is shown
            dots(ax, found, spots, colour(variant, at), marker(at),
                 lang.say(names.variant(variant)))  # fmt: skip
        ax.axvline(0, color=INK, lw=0.8)
        ax.set_yticks(np.arange(len(labels)), [folded(lang.say(n), 24) for n in labels])
        ax.set_ylim(len(labels) - 0.5, -0.5)
        ax.grid(visible=False, axis="y")
        numbers(ax.xaxis, lang)
        finish(ax, lang, unit, None)
    return figure


@dataclass(frozen=True)
class Axis:
    """An axis of parallel coordinates: its name, its unit, and the value of every draw."""

    label: Value
    unit: Value
    values: Array
    outcome: bool = False


def parallel(axes: Sequence[Axis], marked: NDArray[np.bool_], lang: Language) -> Figure:
    """Every draw of a study as a line over assumptions and outcomes; those marked stand out.

    Each axis goes from its lowest value, below, to its highest; draws without a value on some axis
    are left out. A draw is one run, not an estimate, so that there is no band.
    """
    many = len(axes)
    table = np.array([a.values for a in axes], float)
    whole = np.isfinite(table).all(axis=0)
    low, high = (f(table[:, whole], axis=1, keepdims=True) for f in (np.min, np.max))
    place = (table - low) / np.where(high > low, high - low, 1.0)
    with canvas(0.62 * many + 1.0) as (figure, ax):
        rows = np.arange(many)
        behind = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
        for chosen, looks in (
            (whole & ~marked, {"colors": FAINT, "linewidths": 0.5, "alpha": 0.55}),
            (whole & marked, {"colors": TONES[0], "linewidths": 0.9, "alpha": 0.75}),
        ):
            lines = [np.column_stack([place[:, k], rows]) for k in np.flatnonzero(chosen)]
            ax.add_collection(LineCollection(lines, **looks))
        for row, axis in enumerate(axes):
            ax.axhline(row, color=INK, lw=1.1 if axis.outcome else 0.6)
            for at, value, side in ((0.0, low[row, 0], "left"), (1.0, high[row, 0], "right")):
                ax.text(at, row - 0.07, _short(float(value), lang), ha=side, va="bottom",
                        fontsize=6.5, bbox=behind)  # fmt: skip
        labels = [
            folded(lang.say(_("{measure} ({unit})", measure=a.label, unit=a.unit)), 30)
            for a in axes
        ]
        ax.set_yticks(rows, labels, fontsize=7)
        ax.set_ylim(many - 0.6, -0.6)
        ax.set_xlim(-0.03, 1.03)
        ax.set_xticks([0, 1], [lang.say(_("lowest")), lang.say(_("highest"))])
        ax.grid(visible=False)
    return figure


def _short(value: float, lang: Language) -> str:
    """A number to three digits."""
    size = 0 if value == 0 else math.floor(math.log10(abs(value)))
    return lang.number(value, max(min(2 - size, 3), 2 - size if size > 2 else 0))


def over_years(data: xr.Dataset, outcome: str, variant: str, lang: Language) -> Figure:
    """Total indices of the leading assumptions by calendar year, each with its 95% interval.

    `data` is what `llo sobol` writes; raises KeyError for an outcome or variant that it lacks.
    """
    one = data.sel(outcome=outcome, variant=variant)
    total = one["yearly_total_value"].transpose("factor", "year")
    rank = np.nan_to_num(total.values, nan=-np.inf).max(axis=1)
    leading = [int(k) for k in np.argsort(-rank, kind="stable")[:LEADING] if rank[k] > -np.inf]
    years = np.asarray(data["year"].values, float)
    with canvas(3.4 + 0.28 * len(leading)) as (figure, ax):
        for n, k in enumerate(leading):
            value, low, high = (
                np.asarray(one[f"yearly_total_{part}"].transpose("factor", "year").values[k], float)
                for part in ("value", "low", "high")
            )
            tint = TONES[n % len(TONES)]
            ax.fill_between(years, low, high, color=tint, alpha=0.14, lw=0)
            name = factor(str(data["factor"].values[k]))
            ax.plot(years, value, color=tint, ls=LINES[n % len(LINES)], marker=marker(n), ms=4,
                    lw=1.5, label=folded(lang.say(name), 52))  # fmt: skip
        ax.axhline(0, color=INK, lw=0.8)
        numbers(ax.xaxis, lang, grouped=False)
        numbers(ax.yaxis, lang)
        finish(ax, lang, _("calendar year"), _("total index (share of the variance)"), legend=1)
    return figure
