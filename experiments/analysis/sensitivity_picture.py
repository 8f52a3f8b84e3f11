"""Pictures of Sobol indices: bars by output, their convergence, and their course over the years.

Each returns its figure, which no window or global state knows of; whoever asked for it saves it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from experiments.analysis.bootstrap import Interval
from experiments.drawing import Drawing

# Okabe and Ito's colours, told apart by the colour-blind; past the last, another line and marker.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLES = (("-", "o"), ("--", "s"), (":", "^"))
FIRST, TOTAL = "#0072B2", "#E69F00"
LINE = 34  # letters of a label
ENTRY = 2.75  # inches that such a label takes in a legend
COLUMNS = 3
AXIS = "share of the variance"


def bars(
    first: Interval,
    total: Interval,
    factors: Sequence[str],
    outputs: Sequence[str],
    *,
    shown: int = 10,
    title: str = "",
) -> Figure:
    """First and total indices [k, outputs] with their intervals, a panel an output.

    Each panel has its own `shown` factors, the largest total index on top. An output without
    indices has an empty panel that says so.
    """
    shown = min(shown, len(factors))
    columns = min(2, len(outputs))
    lines = 0.42 * shown + 1.1
    figure, panels = _panels(len(outputs), columns, (6.4, lines), title)
    for o, (ax, output) in enumerate(zip(panels, outputs, strict=True)):
        value = total.value[:, o]
        if np.isnan(value).all():
            _empty(ax, output)
            continue
        order = np.argsort(-value, kind="stable")[:shown]
        rows = np.arange(shown)
        for index, shift, shade, label in (
            (total, -0.2, TOTAL, "total index"),
            (first, 0.2, FIRST, "first-order index"),
        ):
            ax.barh(rows + shift, index.value[order, o], 0.38, color=shade, label=label)
            ax.hlines(rows + shift, index.low[order, o], index.high[order, o], "black", lw=1.1)
        ax.set_yticks(rows, [_label(factors[i]) for i in order], fontsize=8)
        ax.set_ylim(shown - 0.4, -0.6)
        ax.axvline(0, color="black", lw=0.8)
        ax.set_xlabel(AXIS, fontsize=8.5)
        _finish(ax, output, "x")
    _alike(panels, "x")
    _legend(figure, panels)
    return figure


def convergence(
    sizes: Sequence[int],
    totals: Sequence[Interval],
    factors: Sequence[str],
    outputs: Sequence[str],
    *,
    leading: int = 5,
    title: str = "",
) -> Figure:
    """Total indices of the leading factors against the number of base samples, with their bands.

    `totals` has an interval [k, outputs] for each of the sizes; who leads, the last of them says.
    """
    stacked = Interval(
        *(
            np.stack([getattr(t, part) for t in totals], axis=-1)
            for part in ("value", "low", "high")
        )
    )  # [k, outputs, sizes]
    leaders = [_leaders(totals[-1].value[:, o], leading) for o in range(len(outputs))]
    figure, panels = _lines(sizes, stacked, factors, outputs, leaders, title)
    for ax in panels:
        ax.set_xscale("log", base=2)
        ax.set_xticks(sizes, [f"{n:,}" for n in sizes], rotation=45)
        ax.minorticks_off()
        ax.set_xlabel("base samples", fontsize=8.5)
    return figure


def over_years(
    years: Sequence[int],
    totals: Interval,
    factors: Sequence[str],
    outcomes: Sequence[str],
    *,
    leading: int = 5,
    title: str = "",
) -> Figure:
    """Total indices [k, outcomes, years] of the factors that lead over all years, with their bands.

    Years in which an outcome has no variance leave a gap.
    """
    means = np.nan_to_num(totals.value).mean(axis=-1)
    nowhere = np.isnan(totals.value).all(axis=(0, 2))
    leaders = [[] if nowhere[o] else _leaders(means[:, o], leading) for o in range(len(outcomes))]
    figure, panels = _lines(years, totals, factors, outcomes, leaders, title)
    for ax in panels:
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set_xlabel("year", fontsize=8.5)
    return figure


def _lines(
    x: ArrayLike,
    indices: Interval,
    factors: Sequence[str],
    outputs: Sequence[str],
    leaders: Sequence[Sequence[int]],
    title: str,
) -> tuple[Figure, list[Axes]]:
    """A line with a band for each leader of each panel; a factor looks the same in all of them."""
    columns = min(COLUMNS, len(outputs))
    figure, panels = _panels(len(outputs), columns, (4.4 if columns > 1 else 6.4, 3.3), title)
    ranked = list(dict.fromkeys(i for of_panel in leaders for i in of_panel))
    for o, (ax, output) in enumerate(zip(panels, outputs, strict=True)):
        if not leaders[o]:
            _empty(ax, output)
            continue
        for i in leaders[o]:
            place = ranked.index(i)
            shade = COLOURS[place % len(COLOURS)]
            style, marker = STYLES[place // len(COLOURS) % len(STYLES)]
            ax.fill_between(x, indices.low[i, o], indices.high[i, o], color=shade, alpha=0.15, lw=0)
            ax.plot(x, indices.value[i, o], color=shade, ls=style, marker=marker, ms=3.5, lw=1.6,
                    label=_label(factors[i]))  # fmt: skip
        if o % columns == 0:
            ax.set_ylabel(f"total index, {AXIS}", fontsize=8.5)
        _finish(ax, output, "both")
    _alike(panels, "y")
    _legend(figure, panels)
    return figure, [ax for ax, of_panel in zip(panels, leaders, strict=True) if of_panel]


def _leaders(values: np.ndarray, leading: int) -> list[int]:
    """The factors with the largest values, from the largest down; none where they are NaN."""
    if np.isnan(values).any():
        return []
    return [int(i) for i in np.argsort(-values, kind="stable")[:leading]]


def _panels(
    count: int, columns: int, size: tuple[float, float], title: str
) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, each of a size in inches."""
    rows = -(-count // columns)
    figure = Drawing(figsize=(size[0] * columns, size[1] * rows + 1.0), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)  # type: ignore[union-attr,call-arg]
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for spare in axes[count:]:
        spare.remove()
    if title:
        figure.suptitle(title, fontsize=11)
    return figure, list(axes[:count])


def _alike(panels: Sequence[Axes], which: str) -> None:
    """One scale for all panels that have anything, so that shares can be compared; 0 is on it."""
    drawn = [ax for ax in panels if ax.has_data()]
    top = max((getattr(ax, f"get_{which}lim")()[1] for ax in drawn), default=1.0)
    least = min((getattr(ax.dataLim, f"{which}0") for ax in drawn), default=0.0)
    for ax in drawn:
        getattr(ax, f"set_{which}lim")(min(least, 0.0) - 0.02 * top, top)


def _legend(figure: Figure, panels: Sequence[Axes]) -> None:
    """One legend below, of what stands in any panel."""
    found: dict[str, object] = {}
    for ax in panels:
        handles, labels = ax.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    columns = int(figure.get_figwidth() // ENTRY)
    if found:
        figure.legend(list(found.values()), list(found), loc="outside lower center", ncols=columns,
                      frameon=False, fontsize=8)  # fmt: skip


def _finish(ax: Axes, title: str, grid: str) -> None:
    ax.set_title(textwrap.fill(title, 52), fontsize=9.5)
    ax.tick_params(labelsize=8)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=grid, alpha=0.25)  # type: ignore[arg-type]
    ax.set_axisbelow(True)


def _empty(ax: Axes, title: str) -> None:
    _finish(ax, title, "both")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.text(0.5, 0.5, "no variance, so no indices", transform=ax.transAxes, ha="center",
            fontsize=9)  # fmt: skip


def _label(name: str) -> str:
    """A name in as many lines as it needs; a dollar sign is no formula."""
    return textwrap.fill(name, LINE).replace("$", r"\$")
