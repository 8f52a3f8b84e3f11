"""Pictures of a comparison: functions on the results Dataset, for the report and for notebooks.

Each gives one matplotlib figure, narrow enough for a telephone, in a language, with bands. A
variant has the same colour, line and marker in all of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.drawing import Drawing
from experiments.estimates import Array, Estimate
from experiments.picture import colour
from experiments.table import NULL
from reports import names
from reports.language import Language
from reports.measures import EURO, GROUPS, TARGET, TARGET_YEAR, Comparison
from reports.parts import Value, _

# Colours of no variant; the page puts its own in their place, for light and for dark.
INK, FAINT, PAPER = "#1b1b1c", "#c9c9cb", "#fefefe"
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
MARKERS = "osD^vPX"
WIDE = 4.2  # inches
# Okabe and Ito's hues would name a variant here; one ramp from what policy is for to what it is
# not, and a hatch each, tell these apart without.
EURO_LOOKS = {
    "additional": ("#1b4965", ""), "forward": ("#4a89b8", "//"), "upgraded": ("#8fc3e3", "\\\\"),
    "deadweight": ("#d3c7b4", ".."), "displaced": ("#b29f84", "xx"), "unused": ("#8a7660", "++"),
    "programme": ("#a8b5a2", "--"), "administration": ("#6e7f68", "||"),
}  # fmt: skip
_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans", "font.size": 8.5,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "xtick.color": INK,
    "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False, "grid.color": FAINT,
    "axes.grid": True, "grid.linewidth": 0.6, "axes.axisbelow": True, "figure.facecolor": "none",
    "axes.facecolor": "none", "hatch.linewidth": 0.5, "axes.linewidth": 0.7,
}  # fmt: skip


@contextmanager
def canvas(height: float = 3.1, wide: float = WIDE) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one axes in the report's style."""
    with mpl.rc_context(_STYLE):
        figure = Drawing(figsize=(wide, height), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.06, h_pad=0.05)  # type: ignore[union-attr]
        yield figure, figure.add_subplot()


def shade(compared: Comparison, variant: str) -> str:
    """The colour of a variant."""
    return colour(variant, compared.variants.index(variant))


def marker(position: int) -> str:
    """The marker of the variant at a place among all variants, the null first."""
    return MARKERS[position % len(MARKERS)]


def band(
    ax: Axes, compared: Comparison, x: Array, values: Array, variant: str, lang: Language,
    alpha: float = 0.14,
) -> None:  # fmt: skip
    """The middle of the lives (rows) with its 90% band."""
    found = [compared.estimate(column) for column in values.T]
    middle, low, high = (
        np.array([getattr(e, side) if e else np.nan for e in found])
        for side in ("middle", "low", "high")
    )
    k, own = compared.variants.index(variant), shade(compared, variant)
    if np.isfinite(low).any():
        ax.fill_between(x, low, high, color=own, alpha=alpha, lw=0)
    ax.plot(x, middle, color=own, ls=LINES[k % len(LINES)], lw=1.7,
            label=lang.say(names.variant(variant)))  # fmt: skip


def finish(ax: Axes, lang: Language, x: Value | None, y: Value | None, legend: int = 3) -> None:
    """Labels, numbers as the language has them, and a legend under the axes."""
    for axis, label in ((ax.xaxis, x), (ax.yaxis, y)):
        if label is not None:
            axis.set_label_text(lang.say(label))
    if legend:
        handles, labels = ax.get_legend_handles_labels()
        figure = ax.get_figure()
        assert figure is not None
        figure.legend(handles, labels, loc="outside lower center", ncols=legend, frameon=False,
                      fontsize=8, handlelength=2.4, columnspacing=1.2)  # fmt: skip


def numbers(axis: Any, lang: Language, *, grouped: bool = True) -> None:
    def told(value: float, position: int) -> str:
        decimals = 0 if abs(value - round(value)) < 1e-9 else 1 if abs(10 * value % 1) < 1e-6 else 2
        return lang.number(value, decimals, grouped=grouped)

    axis.set_major_formatter(mpl.ticker.FuncFormatter(told))
    if not grouped:  # years
        axis.set_major_locator(mpl.ticker.MaxNLocator(nbins="auto", integer=True))


def participation(data: xr.Dataset, lang: Language) -> Figure:
    """Participation on the AES scale by calendar time, beside the target of 2030."""
    found = Comparison.of(data)
    with canvas(3.4) as (figure, ax):
        time = found.calendar
        for variant in found.variants:
            shown = time >= found.introduced - (5 if variant == NULL else 1e-9)
            band(
                ax,
                found,
                time[shown],
                found.quarters("aes", variant)[:, shown],
                variant,
                lang,
                0.07,
            )  # the bands of the levels lie over each other
        ax.axvline(found.introduced, color=INK, lw=0.7, ls=":")
        ax.axhline(TARGET, color=INK, lw=0.9, ls=(0, (6, 3)))
        ax.plot([TARGET_YEAR + 0.5], [TARGET], marker="*", color=INK, ms=9, ls="none",
                label=lang.say(_("target for 2030")))  # fmt: skip
        numbers(ax.xaxis, lang, grouped=False)
        numbers(ax.yaxis, lang)
        finish(ax, lang, None, _("% of persons of 25 to 64"))
    return figure


def added(data: xr.Dataset, lang: Language, pinned: xr.Dataset | None = None) -> Figure:
    """What each variant adds to participation on the AES scale: the same people, the same luck.

    Another comparison, `pinned`, is drawn beside it, thin and with markers.
    """
    found = Comparison.of(data)
    with canvas(3.4) as (figure, ax):
        for one in (found, None if pinned is None else Comparison.of(pinned)):
            if one is None:
                continue
            after = one.calendar > one.introduced - 1e-9
            null = one.quarters("aes", NULL)
            for variant in one.others:
                gain = (one.quarters("aes", variant) - null)[:, after]
                if one is found:
                    band(ax, one, one.calendar[after], gain, variant, lang)
                else:
                    _pinned(ax, one, one.calendar[after], gain, variant, lang)
        ax.axhline(0, color=INK, lw=0.8)
        numbers(ax.xaxis, lang, grouped=False)
        numbers(ax.yaxis, lang)
        finish(ax, lang, None, _("percentage points above the null option"),
               legend=3 if pinned is None else 2)  # fmt: skip
    return figure


def _pinned(
    ax: Axes, found: Comparison, x: Array, values: Array, variant: str, lang: Language
) -> None:
    """A variant of another comparison: its middle with markers, and the ends of its band."""
    each = [found.estimate(column) for column in values.T]
    own, at = shade(found, variant), marker(found.variants.index(variant))
    for side, width in (("middle", 0.9), ("low", 0.4), ("high", 0.4)):
        line = np.array([getattr(e, side) if e else np.nan for e in each])
        looks: dict[str, Any] = {"color": own, "lw": width}
        if side == "middle":
            label = lang.say(_("{variant}, pinned", variant=names.variant(variant)))
            looks |= {"marker": at, "ms": 3.5, "markevery": 4, "label": label}
        else:
            looks |= {"ls": ":"}
        ax.plot(x, line, **looks)


def gains(data: xr.Dataset, dimension: str, lang: Language) -> Figure:
    """What each variant adds to two-year participation at the end, by group of one dimension."""
    found = Comparison.of(data)
    groups, many = GROUPS[dimension], len(found.others)
    with canvas(1.3 + len(groups) * max(0.1 * many, 0.24)) as (figure, ax):
        for k, variant in enumerate(found.others):
            rows = [found.estimate(found.gain(variant, f"{dimension}:{g}")) for g in groups]
            spots = np.arange(len(groups)) + 0.72 * ((k + 0.5) / many - 0.5)
            dots(ax, rows, spots, shade(found, variant), marker(found.variants.index(variant)),
                 lang.say(names.variant(variant)))  # fmt: skip
        ax.axvline(0, color=INK, lw=0.8)
        labels = [folded(lang.say(names.group(f"{dimension}:{g}"))) for g in groups]
        ax.set_yticks(np.arange(len(groups)), labels)
        ax.set_ylim(len(groups) - 0.5, -0.5)
        ax.grid(visible=False, axis="y")
        numbers(ax.xaxis, lang)
        finish(ax, lang, _("percentage points above the null option"), None)
    return figure


def dots(
    ax: Axes, rows: Sequence[Estimate | None], spots: Array, shade: str, marker: str, label: str
) -> None:
    """Estimates as dots with their bands, one under the other."""
    kept = [(e, y) for e, y in zip(rows, spots, strict=True) if e is not None]
    for e, y in kept:
        if np.isfinite([e.low, e.high]).all():
            ax.plot([e.low, e.high], [y, y], color=shade, lw=1.6, alpha=0.55)
    ax.plot([e.middle for e, _y in kept], [y for _e, y in kept], marker=marker, ms=4, ls="none",
            color=shade, label=label)  # fmt: skip


def folded(label: str, most: int = 22) -> str:
    """A label over so many lines that none is long."""
    return "\n".join(textwrap.wrap(label, most, break_long_words=False))


def euro(data: xr.Dataset, lang: Language) -> Figure:
    """A bar a variant: where public money goes; whiskers are the 90% band of each part."""
    found = Comparison.of(data)
    bars = {v: found.euro_bar(v) for v in found.others}
    shown = [v for v in found.others if bars[v]]
    parts = [p for p in EURO if any(bars[v].get(p, 0.0) > 0 for v in shown)]
    with canvas(1.5 + 0.72 * len(shown)) as (figure, ax):
        left = np.zeros(len(shown))
        each = {v: found.euro(v) for v in shown}
        for part in parts:
            tint, hatch = EURO_LOOKS[part]
            width = np.array([bars[v][part] for v in shown])
            ax.barh(range(len(shown)), width, left=left, color=tint, hatch=hatch, height=0.62,
                    edgecolor=PAPER, lw=0.6, label=lang.say(names.EURO[part]))  # fmt: skip
            for y, v in enumerate(shown):
                e = found.estimate(each[v][part])
                if e and np.isfinite([e.low, e.high]).all() and e.high - e.low > 0.5:
                    at = y - 0.24 + 0.48 * (parts.index(part) + 0.5) / len(parts)
                    ends = [left[y] + e.low, left[y] + e.high]
                    ax.plot(ends, [at, at], color=PAPER, lw=2.6, solid_capstyle="butt")
                    ax.plot(ends, [at, at], color=INK, lw=1.1, marker="|", ms=3.5)
            left += width
        ax.set_yticks(range(len(shown)), [folded(lang.say(names.variant(v)), 14) for v in shown])
        ax.set_ylim(len(shown) - 0.5, -0.5)
        ax.set_xlim(0, 100)
        ax.grid(visible=False, axis="y")
        finish(ax, lang, _("% of public money"), None, legend=2 if shown else 0)
    return figure


def outlay(data: xr.Dataset, lang: Language) -> Figure:
    """Public outlay of the past twelve months, net of what returns, by variant."""
    found = Comparison.of(data)
    with canvas() as (figure, ax):
        for variant in found.others:
            series = found.outlay(variant) / 1e6
            at = found.introduced + (1 + found.months[-series.shape[1] :]) / 12
            band(ax, found, at[::3], series[:, ::3], variant, lang)
        _from_zero(ax, lang)
        finish(ax, lang, None, _("mln EUR in the past 12 months"))
    return figure


def liability(data: xr.Dataset, lang: Language) -> Figure:
    """Unused rights that the State still owes, by variant."""
    found = Comparison.of(data)
    with canvas() as (figure, ax):
        for variant in found.others:
            series = found.monthly("liability_eur_month", variant) / 1e9
            at = found.introduced + (1 + found.months) / 12
            band(ax, found, at[::3], series[:, ::3], variant, lang)
        _from_zero(ax, lang)
        finish(ax, lang, None, _("bn EUR, at the end of the month"))
    return figure


def _from_zero(ax: Axes, lang: Language) -> None:
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    numbers(ax.xaxis, lang, grouped=False)
    numbers(ax.yaxis, lang)


def opening(data: xr.Dataset, lang: Language) -> Figure:
    """Awards by month in the first two years: windows that open, and money that is gone."""
    found = Comparison.of(data)
    with canvas() as (figure, ax):
        for variant in found.others:
            series = found.monthly("awards_month", variant)[:, :24] / 1e3
            band(ax, found, 1 + found.months[:24], series, variant, lang)
        ax.set_ylim(bottom=0)
        numbers(ax.yaxis, lang)
        finish(ax, lang, _("month since the introduction"), _("thousand awards a month"))
    return figure
