"""The picture of a comparison: participation and money over time, where the public euro goes."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import xarray as xr

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.estimates import estimate, lives, sets
from experiments.table import NULL

# Okabe and Ito's colours, told apart by the colour-blind; one colour a variant, always the same.
COLOURS = {
    "null": "#555555",
    "voucher": "#E69F00",
    "leerrekening": "#0072B2",
    "leerrecht": "#009E73",
    "together": "#CC79A7",
}
OTHERS = ("#56B4E9", "#D55E00", "#F0E442", "#000000")
LEVELS = (
    ("nea", "Course in the last 2 years, employees (NEA scale)"),
    ("aes", "Learning in the last 12 months, 25-64 (AES scale)"),
)
MONEY = (
    ("outlay_eur_month", "Public outlay of the past 12 months, net of returns", "mln EUR", 1e6),
    ("liability_eur_month", "Unused rights that the State still owes", "bn EUR", 1e9),
)
# The classes of the public euro, from what policy is for to what it is not; one hatch each besides.
EURO = (
    ("additional", "additional", ""),
    ("forward", "brought forward", "//"),
    ("upgraded", "upgraded", "\\\\"),
    ("deadweight", "deadweight", ".."),
    ("displaced", "employer money displaced", "xx"),
    ("unused", "unused", "++"),
)
GREYS = ("#1b4965", "#5fa8d3", "#bee9e8", "#d9d9d9", "#a6a6a6", "#595959")
YEAR = 12
TARGET = 62.0  # per cent, 2030, AES


def colour(variant: str, position: int) -> str:
    """The colour of a variant."""
    return COLOURS.get(variant, OTHERS[position % len(OTHERS)])


def draw(data: xr.Dataset, path: Path) -> None:
    """Draw participation, money and where the public euro goes to a PNG or SVG, written beside and
    renamed.
    """
    members, data = sets(data), lives(data)
    figure, axes = plt.subplots(2, 3, figsize=(13.5, 8.6), constrained_layout=True)
    for ax, (name, title) in zip(axes[0][:2], LEVELS, strict=True):
        _level(ax, data, members, name, title)
    _gain(axes[0][2], data, members)
    for ax, (name, title, unit, scale) in zip(axes[1][:2], MONEY, strict=True):
        _money(ax, data, members, name, title, unit, scale)
    _euro(axes[1][2], data)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    band = (f"median and 90% band of {members} calibrated parameter sets" if members
            else "central values, with 90% intervals over seeds")  # fmt: skip
    figure.suptitle(f"{data.attrs['title']}: {band}", fontsize=11)
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write a figure beside its place and rename it, so that a killed run leaves no half file."""
    beside = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        figure.savefig(beside, dpi=150)
        beside.replace(path)
    finally:
        plt.close(figure)
        beside.unlink(missing_ok=True)


def _money(
    ax: Axes, data: xr.Dataset, members: int, name: str, title: str, unit: str, scale: float
) -> None:
    """An amount by month since introduction; outlay as the sum of twelve months."""
    for k, variant in enumerate(map(str, data["variant"].values)):
        if variant == NULL:
            continue
        series = data[name].sel(variant=variant).transpose("life", "month").values / scale
        months = np.arange(1, series.shape[1] + 1)
        if name.startswith("outlay"):
            if series.shape[1] < YEAR:
                continue
            series = np.array([np.convolve(row, np.ones(YEAR), "valid") for row in series])
            months = months[YEAR - 1 :]
        _band(ax, months / YEAR, series, members, colour(variant, k), variant)
    ax.set_ylabel(unit)
    ax.set_ylim(bottom=0)
    _finish(ax, title)


def _euro(ax: Axes, data: xr.Dataset) -> None:
    """A bar a variant: shares of the public euro by class, over the years after introduction."""
    after = data["year"].values > data["year"].values[0] - float(data["time"].values[0])
    sums = {n: data[f"{n}_eur"].isel(year=after).sum("year").mean("life") for n, _, _ in EURO}
    total = sum(sums.values())
    names = [v for v in map(str, data["variant"].values) if float(total.sel(variant=v)) > 0]  # type: ignore[union-attr]
    bottom = np.zeros(len(names))
    for (name, label, hatch), grey in zip(EURO, GREYS, strict=True):
        height = np.array([float(100 * (sums[name] / total).sel(variant=v)) for v in names])
        ax.bar(names, height, bottom=bottom, color=grey, hatch=hatch, label=label,
               edgecolor="white", lw=0.5, width=0.7)  # fmt: skip
        bottom += height
    ax.set_ylabel("% of public money for courses")
    ax.set_ylim(0, 100)
    if names:
        ax.legend(fontsize=7.5, loc="lower center", bbox_to_anchor=(0.5, -0.32), ncols=3,
                  frameon=False)  # fmt: skip
    ax.set_title("Where the public euro goes", fontsize=9.5)
    ax.tick_params(axis="x", labelsize=8)
    ax.spines[["top", "right"]].set_visible(False)


def _band(
    ax: Axes, x: NDArray[np.floating], values: NDArray[np.floating], members: int, shade: str,
    label: str,
) -> None:  # fmt: skip
    """The middle of the lives (rows) with its 90% band, as the table has them."""
    found = [estimate(column, members) for column in np.asarray(values, float).T]
    middle, low, high = (
        np.array([getattr(e, side) if e else np.nan for e in found])
        for side in ("middle", "low", "high")
    )
    if values.shape[0] > 1:
        ax.fill_between(x, low, high, color=shade, alpha=0.2, lw=0)
    ax.plot(x, middle, color=shade, label=label, lw=1.8)


def _finish(ax: Axes, title: str) -> None:
    ax.set_title(title, fontsize=9.5)
    ax.set_xlabel("years since introduction")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)


def _level(ax: Axes, data: xr.Dataset, members: int, name: str, title: str) -> None:
    """A survey's share of persons; before the introduction there is one life, the null's."""
    time = data["time"].values
    for k, variant in enumerate(map(str, data["variant"].values)):
        shown = time > -np.inf if variant == NULL else time > -1e-9
        found = data[name].sel(variant=variant, group="all").transpose("life", "time")
        values = 100 * found.values.astype(float)[:, shown]
        _band(ax, time[shown], values, members, colour(variant, k), variant)
    ax.axvline(0, color="black", lw=0.8, ls=":")
    ax.set_ylabel("% of persons")
    if name == "aes":
        ax.axhline(TARGET, color="black", lw=0.8, ls="--")
        ax.text(time[0], TARGET, " target 62% in 2030", va="bottom", fontsize=8)
    _finish(ax, title)


def _gain(ax: Axes, data: xr.Dataset, members: int) -> None:
    """What each variant adds to participation: the same people with the same luck."""
    time = data["time"].values
    after = time > -1e-9
    nea = data["nea"].sel(group="all").transpose("life", "variant", "time").astype(float)
    for k, variant in enumerate(map(str, data["variant"].values)):
        if variant != NULL:
            gain = nea.sel(variant=variant) - nea.sel(variant=NULL)
            values = 100 * np.asarray(gain.values)[:, after]
            _band(ax, time[after], values, members, colour(variant, k), variant)
    ax.axhline(0, color="black", lw=0.8, ls=":")
    ax.set_ylabel("percentage points")
    _finish(ax, "What is added to participation (NEA scale)")
