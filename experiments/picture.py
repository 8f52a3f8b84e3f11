"""The picture of a comparison: participation over time by variant, with its band over seeds."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import xarray as xr
from scipy.stats import t as student

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

# Okabe and Ito's colours, told apart by the colour-blind; one colour a variant, always the same.
COLOURS = {
    "null": "#555555",
    "voucher": "#E69F00",
    "leerrekening": "#0072B2",
    "leerrecht": "#009E73",
    "together": "#CC79A7",
}
OTHERS = ("#56B4E9", "#D55E00", "#F0E442", "#000000")
PANELS = (
    ("nea", "Course in the last 2 years, employees (NEA scale)"),
    ("chosen", "Self-chosen course in the last 12 months, labour force"),
    ("aes", "Learning in the last 12 months, 25-64 (AES scale)"),
)
TARGET = 62.0  # per cent, 2030, AES


def colour(variant: str, position: int) -> str:
    """The colour of a variant."""
    return COLOURS.get(variant, OTHERS[position % len(OTHERS)])


def draw(data: xr.Dataset, path: Path) -> None:
    """Draw three panels to a PNG or SVG, written beside and renamed."""
    figure, axes = plt.subplots(1, len(PANELS), figsize=(13.5, 4.6), constrained_layout=True)
    for ax, (name, title) in zip(axes, PANELS, strict=True):
        _panel(ax, data, name, title)
    axes[0].set_ylabel("% of persons")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(f"{data.attrs['title']} - not yet calibrated", fontsize=11)
    beside = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        figure.savefig(beside, dpi=150)
        beside.replace(path)
    finally:
        plt.close(figure)
        beside.unlink(missing_ok=True)


def _panel(ax: Axes, data: xr.Dataset, name: str, title: str) -> None:
    time = data["time"].values
    for k, variant in enumerate(map(str, data["variant"].values)):
        values = 100 * data[name].sel(variant=variant, group="all").values.astype(float)
        mean = values.mean(axis=0)
        if values.shape[0] > 1:
            n = values.shape[0]
            half = student.ppf(0.95, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
            ax.fill_between(
                time, mean - half, mean + half, color=colour(variant, k), alpha=0.2, lw=0
            )
        ax.plot(time, mean, color=colour(variant, k), label=variant, lw=1.8)
    ax.axvline(0, color="black", lw=0.8, ls=":")
    if name == "aes":
        ax.axhline(TARGET, color="black", lw=0.8, ls="--")
        ax.text(time[0], TARGET, " target 62% in 2030", va="bottom", fontsize=8)
    ax.set_title(title, fontsize=9.5)
    ax.set_xlabel("years since introduction")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)
