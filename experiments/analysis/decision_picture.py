"""The picture of a decision: what a wrong choice costs each ministry, what money buys, whether
there were draws enough, and when a variant fails.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from experiments.analysis.boxes import Box, Restriction
from experiments.analysis.decisions import told_once
from experiments.analysis.intervals import percent
from experiments.picture import colour, plt, save

GREY = "#D9D9D9"
SPREAD = 0.6  # of the room of a ministry, that its variants take
LINE = 30  # letters of a label
SHARES = (("best", "the same best variant", "-", "o"), ("ranking", "the same ranking", "--", "s"))


def draw(
    path: Path,
    *,
    weighed: xr.Dataset | None = None,
    settings: xr.Dataset | None = None,
    order: xr.Dataset | None = None,
    box: Box | None = None,
    variant: str = "",
    outcome: str = "",
) -> None:
    """Draw what is given to a PNG or SVG: regret (`weighted`), the front (`pareto`), convergence
    (`rankings`), and a box of a variant that misses an outcome. ValueError if nothing is given.
    """
    panels: list[Callable[[Axes], None]] = []
    if weighed is not None:
        panels.append(partial(regrets, weighed=weighed))
    if settings is not None:
        panels.append(partial(front, settings=settings))
    if order is not None:
        panels.append(partial(convergence, order=order))
    if box is not None:
        panels.append(partial(limits, box=box, variant=variant, outcome=outcome))
    if not panels:
        raise ValueError("nothing to draw: give weighed, settings, order or box")
    rows, columns = (1, len(panels)) if len(panels) < 3 else (2, 2)
    size = (6.6 * columns + 3.4 * (settings is not None), 4.6 * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, constrained_layout=True)
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax, panel in zip(axes.flat, panels, strict=False):
        panel(ax)
    save(figure, path)


def regrets(ax: Axes, weighed: xr.Dataset) -> None:
    """Mean regret by ministry and variant with its interval, and the 90th percentile above it."""
    variants = [v for v in map(str, weighed["variant"].values)
                if bool(weighed["regret"].sel(variant=v).notnull().any())]  # fmt: skip
    ministries = list(map(str, weighed["ministry"].values))
    offsets = np.linspace(-SPREAD / 2, SPREAD / 2, len(variants)) if len(variants) > 1 else [0.0]
    for k, (variant, offset) in enumerate(zip(variants, offsets, strict=True)):
        found = weighed.sel(variant=variant)
        x, shade = np.arange(len(ministries)) + offset, colour(variant, k)
        mean = found["regret"].values
        error = [mean - found["regret_low"].values, found["regret_high"].values - mean]
        ax.vlines(x, mean, found["regret_p90"].values, color=shade, lw=1, alpha=0.45)
        ax.plot(x, found["regret_p90"].values, "_", color=shade, ms=9)
        ax.errorbar(x, mean, error, fmt="o", color=shade, ms=5, lw=2.2, label=variant)
    ax.set_xticks(range(len(ministries)), ministries)
    ax.set_xlim(-0.5, len(ministries) - 0.5)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("regret, on a scale where 1 is all it wants")
    handles, _ = ax.get_legend_handles_labels()
    tick = Line2D([], [], color="black", marker="_", ls="", ms=9, label="90th percentile")
    ax.legend(handles=[*handles, tick], fontsize=8, frameon=False, ncols=2)
    _finish(
        ax, "Regret by ministry, whose weights are assumptions\nmean over draws with 90% interval"
    )


def front(ax: Axes, settings: xr.Dataset) -> None:
    """Cost and reach of every setting with 90% bands; filled as surely as it is on the front.

    Settings are numbered in order of cost, and named beside the picture; those that are on the
    front in no draw are grey.
    """
    told = told_once(settings)
    x, y = (np.asarray(told[n].values, float) for n in ("cost", "reach"))
    on = np.flatnonzero(told["front"].values == 1)
    ax.plot(x[on], y[on], color="black", lw=1, ls=":")
    shades = plt.get_cmap("viridis")(np.linspace(0.0, 0.85, x.size))
    keys = []
    for k, name in enumerate(map(str, told["variant"].values)):
        at, sure = told.isel(variant=k), float(told["probability"][k])
        shade = shades[k] if sure > 0 else GREY
        ax.hlines(y[k], at["cost_low"], at["cost_high"], color=shade, lw=1.2, alpha=0.45)
        ax.vlines(x[k], at["reach_low"], at["reach_high"], color=shade, lw=1.2, alpha=0.45)
        mark: dict[str, Any] = {"ls": "", "marker": "o", "ms": 7, "mec": shade}
        ax.plot(x[k], y[k], mfc="white", zorder=3, **mark)
        ax.plot(x[k], y[k], mfc=shade, alpha=sure, zorder=3, **mark)
        ax.annotate(str(k + 1), (x[k], y[k]), fontsize=8, textcoords="offset points",
                    xytext=(4, 4), zorder=4)  # fmt: skip
        label = f"{k + 1}  {name}  {100 * sure:.0f}%"
        keys.append(Line2D([], [], mfc=(*to_rgb(shade), sure), label=label, **mark))
    keys.append(Line2D([], [], color="black", lw=1, ls=":", label="front of the medians"))
    ax.set_xlabel(_axis(settings, "cost", "cost"))
    ax.set_ylabel(_axis(settings, "reach", "reach"))
    ax.legend(handles=keys, fontsize=7.5, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    _finish(ax, "What money buys: median and 90% band of each setting,\n"
                "and in which share of the draws no other beats it")  # fmt: skip


def _axis(settings: xr.Dataset, name: str, instead: str) -> str:
    return str(settings.attrs.get(f"{name}_label", instead))


def convergence(ax: Axes, order: xr.Dataset) -> None:
    """How often fewer draws tell the same best variant, and the same ranking."""
    size = order["size"].values
    for k, (name, label, style, marker) in enumerate(SHARES):
        ax.plot(size, 100 * order[name].values, style, marker=marker, ms=4, lw=1.8,
                color=("#0072B2", "#D55E00")[k], label=label)  # fmt: skip
    draws = order.attrs["draws"]
    if size.max() > draws / 2:
        ax.axvspan(draws / 2, size.max(), color=GREY, alpha=0.5, lw=0)
        ax.text(draws / 2, 2, " largely the same draws", fontsize=8, va="bottom")
    ax.set_ylim(0, 102)
    ax.set_xlim(left=0)
    ax.set_xlabel("draws in a random subset")
    ax.set_ylabel("% of subsets")
    ax.legend(fontsize=8, frameon=False, loc="center right")
    ranked = " > ".join(order.attrs["order"])
    _finish(ax, "Do fewer draws tell the same as all " + f"{draws}?\n{ranked}")


def limits(ax: Axes, box: Box, variant: str, outcome: str) -> None:
    """A bar a restricted factor: its whole range in grey, the part inside the box in colour."""
    shade = colour(variant, 0)
    shown = box.restrictions[::-1]
    for row, r in enumerate(shown):
        ax.barh(row, 1.0, height=0.34, color=GREY)
        if r.choices:
            _choices(ax, row, r, shade)
        else:
            _range(ax, row, r, shade)
    ax.set_yticks(range(len(shown)), [textwrap.fill(r.label, LINE) for r in shown], fontsize=8.5)
    ax.set_ylim(-0.7, max(len(shown), 2) - 0.3)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([])
    ax.spines[["top", "right", "bottom", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_title(
        f"When the {variant} misses {outcome}: in {percent(box.density)}\n"
        f"of the draws in the box, which holds {percent(box.coverage)} of its misses", fontsize=9.5,
    )  # fmt: skip


def _range(ax: Axes, row: int, r: Restriction, shade: str) -> None:
    """The limits of a factor on its own range, which runs from the smallest draw to the largest."""
    low, width = r.span[0], r.span[1] - r.span[0]
    ends = [((end if end is not None else free) - low) / width
            for end, free in ((r.low, r.span[0]), (r.high, r.span[1]))]  # fmt: skip
    ax.barh(row, ends[1] - ends[0], left=ends[0], height=0.34, color=shade)
    for at, value in ((0.0, r.span[0]), (1.0, r.span[1])):
        ax.text(at, row - 0.22, r.amount(value), fontsize=7.5, va="top", color="#555555",
                ha="left" if at == 0.0 else "right")  # fmt: skip
    for at, value in zip(ends, (r.low, r.high), strict=True):
        if value is not None:
            ax.text(at, row + 0.2, r.amount(value), fontsize=8.5, va="bottom", ha="center")


def _choices(ax: Axes, row: int, r: Restriction, shade: str) -> None:
    """The choices of a factor side by side, those in the box in colour."""
    width = 1 / len(r.among)
    for k, choice in enumerate(r.among):
        if choice in r.choices:
            ax.barh(row, width, left=k * width, height=0.34, color=shade, ec="white")
        ax.text((k + 0.5) * width, row - 0.22, choice, fontsize=7.5, va="top", ha="center",
                color="#000000" if choice in r.choices else "#555555")  # fmt: skip


def _finish(ax: Axes, title: str) -> None:
    ax.set_title(title, fontsize=9.5)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)
