"""The picture of the ridges: what the figures leave open between wanting and being able."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from calibration import priors
from calibration.ensemble import Ensemble
from calibration.summary import effective, ridges
from experiments.picture import plt, save

SHOWN = 6
CLOUD = 2_000  # points of the prior
LINE = 38  # letters of a label
GREY, BLUE = "#BBBBBB", "#0072B2"


def draw(found: Ensemble, path: Path) -> None:
    """Draw the strongest trade-offs of the ensemble, the prior behind them, to a PNG or SVG."""
    known, rng = priors.read(), np.random.default_rng(1)
    prior = [known.values(known.sample(rng)) for _ in range(CLOUD)]
    declared = {p.name: p for p in known.priors}
    size = 4.0 + 30.0 * found.data["weight"].values / found.data["weight"].values.max()
    figure, panels = plt.subplots(2, SHOWN // 2, figsize=(12, 7.2))
    for axes, ridge in zip(panels.flat, ridges(found)[:SHOWN], strict=True):
        x, y = (found.data["value"].sel(parameter=n).values for n in (ridge.able, ridge.wanting))
        names = (ridge.able, ridge.wanting)
        if all(n in declared for n in names):
            cloud = [np.array([v[n] for v in prior]) for n in names]
            axes.plot(*cloud, ".", color=GREY, markersize=1.5, label="prior")
        axes.scatter(x, y, s=size, color=BLUE, alpha=0.7, lw=0, label="member, by its weight")
        axes.set_xlabel(_label(ridge.able, declared), fontsize=8)
        axes.set_ylabel(_label(ridge.wanting, declared), fontsize=8)
        axes.set_title(f"correlation {ridge.correlation:+.2f} \u00b1{1.64 * ridge.error:.2f}",
                       fontsize=9)  # fmt: skip
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    shown: dict[str, Any] = {}
    for axes in panels.flat:
        handles, labels = axes.get_legend_handles_labels()
        shown |= dict(zip(labels, handles, strict=True))
    figure.legend(
        list(shown.values()), list(shown), loc="outside lower center", ncols=2, frameon=False
    )
    figure.suptitle(
        "What the figures leave open: levers of wanting (stages 1 to 2) against levers of being "
        f"able (2 to 4)\n{found.size} members, worth {effective(found):.0f} of equal weight",
        fontsize=10,
    )  # fmt: skip
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    save(figure, path)


def _label(name: str, declared: dict[str, priors.Prior]) -> str:
    if name not in declared:
        return f"{name}, solved in each"
    return textwrap.fill(f"{name}: {declared[name].doc}", LINE)
