"""A followed life as a picture: a lane a variant, stages over time, and the courses in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from experiments.drawing import Drawing
from experiments.life import BEFORE, Life
from experiments.picture import colour, save
from simulator import codes


def draw(life: Life, spin_up: int, path: Path) -> None:
    """Draw a life to a PNG or SVG, written beside and renamed."""
    save(figure_of(life, spin_up), path)


def figure_of(life: Life, spin_up: int) -> Drawing:
    """The picture of a life; its months from the end of the spin-up on."""
    variants = [v for v in life.stages if v != BEFORE]
    figure = Drawing(figsize=(11, 1.3 + 1.35 * len(variants)), layout="constrained")
    axes = figure.subplots(len(variants), 1, sharex=True, squeeze=False)
    for k, (ax, variant) in enumerate(zip(axes[:, 0], variants, strict=True)):
        _lane(ax, life, variant, spin_up, colour(variant, k))
    axes[-1, 0].set_xlabel("years since introduction")
    marks = "o self-chosen course   | sent by the employer   x turned away"
    figure.suptitle(f"{life.persona.name}: {life.persona.about}\n{marks}", fontsize=10)
    return figure


def _lane(ax: Axes, life: Life, variant: str, spin_up: int, shade: str) -> None:
    both = [*zip(life.months[BEFORE], life.stages[BEFORE], strict=True),
            *zip(life.months[variant], life.stages[variant], strict=True)]  # fmt: skip
    seen = [(t, s) for t, s in both if t >= spin_up]
    years = (np.array([t for t, _ in seen]) - life.introduction) / 12
    ax.step(years, [s for _, s in seen], where="post", color=shade, lw=1.6)
    for event in life.events:
        if event.variant in (BEFORE, variant):
            x = (event.t - life.introduction) / 12
            if event.what.startswith("starts"):
                ax.plot(x, codes.ACTION, marker="o", color=shade, ms=6)
            elif event.what.startswith("is sent"):
                ax.plot(x, 0.55, marker="|", color="#555555", ms=8)
            elif event.what.startswith("is turned away"):
                ax.plot(x, codes.PREPARATION, marker="x", color="black", ms=6)
    ax.axvline(0, color="black", lw=0.8, ls=":")
    ax.set_yticks(
        list(codes.STAGES), [s.replace("templation", "t.") for s in codes.STAGES.values()]
    )
    ax.set_ylim(0.3, 5.4)
    ax.tick_params(axis="y", labelsize=7)
    ax.set_title(variant, fontsize=8.5, loc="left")
    ax.spines[["top", "right"]].set_visible(False)
