"""The stages of change as an alluvial diagram: who is where, and how that shifts, by variant."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from reports import names
from reports.figures import INK, PAPER, canvas
from reports.language import Language
from reports.measures import STAGES, Comparison
from reports.parts import _

# From light to dark as learning comes nearer; lightness tells them apart without hue.
TINTS = ("#dcdcdc", "#bcd3e6", "#86b0d3", "#4f8bbd", "#2a6496")
HALF = 0.16  # of the width of a column


def moments(found: Comparison) -> tuple[float, ...]:
    """Years since introduction that are shown: the last survey before it, and some after."""
    last = float(found.data["time"].values[-1])
    return tuple(dict.fromkeys([0.0, *(t for t in (1.0, 5.0) if t < last), last]))


def alluvial(data: xr.Dataset, variant: str, lang: Language) -> Figure:
    """Shares of persons by stage at some moments; a ribbon joins a stage with itself.

    The whisker in a stage is the 90% band of its share. Who moved from which stage to which is not
    in a ribbon: a results file holds how many are in a stage, at each moment.
    """
    found = Comparison.of(data)
    times = moments(found)
    with canvas(3.3) as (figure, ax):
        shares = np.array([found.stages(variant, t).mean(axis=0) for t in times])
        tops = np.cumsum(shares, axis=1)
        for s, stage in enumerate(STAGES):
            low, high = tops[:, s] - shares[:, s], tops[:, s]
            for k in range(len(times)):
                ax.bar(k, shares[k, s], bottom=low[k], width=2 * HALF, color=TINTS[s],
                       edgecolor=PAPER, lw=0.8,
                       label=lang.say(names.STAGES[stage]) if k == 0 else None)  # fmt: skip
                _whisker(ax, found, variant, times[k], s, k, (low[k] + high[k]) / 2)
                if k:
                    _ribbon(ax, (k - 1, low[k - 1], high[k - 1]), (k, low[k], high[k]), TINTS[s])
        labels = [lang.number(found.introduced + t, 0, grouped=False) for t in times]
        ax.set_xticks(range(len(times)), labels)
        ax.set_ylim(0, 100)
        ax.grid(visible=False)
        ax.set_ylabel(lang.say(_("% of persons")))
        ax.set_xlabel(lang.say(_("at the start of the year")))
        figure.legend(loc="outside lower center", ncols=1, frameon=False, fontsize=8)
    return figure


def _ribbon(
    ax: Axes, left: tuple[float, float, float], right: tuple[float, float, float], tint: str
) -> None:
    """A band that flows from a column to the next."""
    (x0, low0, high0), (x1, low1, high1) = left, right
    x0, x1 = x0 + HALF, x1 - HALF
    mid = (x0 + x1) / 2
    points = [(x0, low0), (mid, low0), (mid, low1), (x1, low1),
              (x1, high1), (mid, high1), (mid, high0), (x0, high0), (x0, low0)]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=tint, alpha=0.45, lw=0))


def _whisker(
    ax: Axes, found: Comparison, variant: str, time: float, stage: int, column: int, middle: float
) -> None:
    """The band of a share, about the middle of its block."""
    e = found.estimate(found.stages(variant, time)[:, stage])
    if e is None or not np.isfinite([e.low, e.high]).all():
        return
    at = column - HALF + 2 * HALF * (stage + 0.5) / len(STAGES)
    ends = [middle + e.low - e.middle, middle + e.high - e.middle]
    ax.plot([at, at], ends, color=PAPER, lw=2.4, solid_capstyle="butt")
    ax.plot([at, at], ends, color=INK, lw=1.0)
