"""The flow through the stages of change in a year, as a Sankey diagram, by variant."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from reports import names
from reports.figures import INK, PAPER, canvas, folded, numbers
from reports.language import Language
from reports.measures import STAGES, Comparison
from reports.parts import _
from reports.stage_figures import TINTS
from simulator.measures import MOVES

# On to the next stage, and back or out of a stage, in the order of the stages.
FORWARD = (("considered",), ("planned", "jumped"), ("started",), ("completed",), ("repeated",))
BACK = ((), ("faded",), ("dropped", "gave_up", "no_shows"), ("drop_outs",), ("relapsed",))
NODE, GAP = 0.16, 0.34  # height of a stage, and of what flows out of it


def held(data: xr.Dataset) -> bool:
    """Whether the file holds moves between stages; one of an earlier version does not."""
    return all(name in data for name in MOVES)


def flow(found: Comparison, variant: str, moves: tuple[str, ...]) -> np.ndarray:
    """Thousand persons a year who make one of these moves, per life, after the introduction."""
    total = np.zeros(found.count)
    for move in moves:
        total += found.yearly(move, variant).mean(axis=1) / 1e3
    return total


def sankey(data: xr.Dataset, variant: str, lang: Language) -> Figure:
    """Down: who goes on to the next stage; to the right: who falls back. Widths are persons a year.

    A whisker is the 90% band of a width.
    """
    found = Comparison.of(data)
    with canvas(4.4) as (figure, ax):
        on = [flow(found, variant, m) for m in FORWARD]
        back = [flow(found, variant, m) for m in BACK]
        widest = max(float(f.mean() + b.mean()) for f, b in zip(on, back, strict=True)) or 1.0
        for k, tint in enumerate(TINTS):
            down, out = float(on[k].mean()), float(back[k].mean())
            before = float(on[k - 1].mean()) if k else 0.0
            ax.barh(k, max(down + out, before), height=NODE, color=tint, edgecolor=PAPER, lw=0.8)
            if k + 1 < len(STAGES):
                _ribbon(ax, (0.0, down), 0.0, k, 1 - NODE, tint)
                _whisker(ax, found, on[k], 0.0, k + 0.5)
            if out > 0:
                _ribbon(ax, (down, down + out), 0.12 * widest, k, GAP, tint, faded=True)
                _whisker(ax, found, back[k], down + 0.12 * widest, k + NODE / 2 + GAP)
        labels = [folded(lang.say(names.STAGES[s]), 20) for s in STAGES]
        ax.set_yticks(range(len(STAGES)), labels)
        ax.set_ylim(len(STAGES) - 0.4, -0.2)
        ax.set_xlim(0, 1.35 * widest)
        ax.grid(visible=False, axis="y")
        numbers(ax.xaxis, lang)
        ax.set_xlabel(lang.say(_("thousand persons a year")))
    return figure


def _ribbon(
    ax: Axes, ends: tuple[float, float], shift: float, row: int, tall: float, tint: str, *,
    faded: bool = False,
) -> None:  # fmt: skip
    """A band from the foot of a stage down, shifted to the right on its way."""
    (left, right), top = ends, row + NODE / 2
    foot, mid = top + tall, top + tall / 2
    points = [(left, top), (left, mid), (left + shift, mid), (left + shift, foot),
              (right + shift, foot), (right + shift, mid), (right, mid), (right, top),
              (left, top)]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    hatch = "////" if faded else None
    ax.add_patch(PathPatch(Path(points, codes), facecolor=tint, alpha=0.35 if faded else 0.7,
                           hatch=hatch, edgecolor=PAPER, lw=0))  # fmt: skip


def _whisker(ax: Axes, found: Comparison, per_life: np.ndarray, left: float, row: float) -> None:
    """The band of a width, from where the ribbon begins."""
    e = found.estimate(per_life)
    if e is None or not np.isfinite([e.low, e.high]).all():
        return
    ends = [left + e.low, left + e.high]
    ax.plot(ends, [row, row], color=PAPER, lw=2.4, solid_capstyle="butt")
    ax.plot(ends, [row, row], color=INK, lw=1.0, marker="|", ms=4)
