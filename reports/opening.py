"""The day on which a window opens, minute by minute: who is in line, is paid, or is turned away."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.estimates import Array
from reports import names
from reports.context import Context
from reports.figures import band, canvas, finish, numbers
from reports.language import Language
from reports.measures import Comparison
from reports.parts import Block, Missing, Number, Panel, Picture, Row, Said, Table, _

LINES = ("line_came", "line_paid", "line_away")
DAY = 24 * 60  # minutes
SHOWN = (0, 15, 60, 240, DAY)  # minutes told in the table
_TICKS = {1: _("1 min"), 15: _("15 min"), 60: _("1 hour"), 240: _("4 hours"), DAY: _("1 day"),
          7 * DAY: _("1 week")}  # fmt: skip
_FIRST = 0.5  # where the opening itself stands on a scale of logarithms


def held(data: xr.Dataset) -> bool:
    """Whether the file holds the line of an opening day; one of an earlier version does not."""
    return all(name in data for name in LINES)


def opens(found: Comparison) -> tuple[str, ...]:
    """Variants of which a window opens in the year of introduction, in every life."""

    def of(variant: str) -> bool:
        return bool(np.isfinite(counted(found, variant, "line_came")).all())

    return tuple(v for v in found.others if found.full_years and of(v))


def counted(found: Comparison, variant: str, name: str) -> Array:
    """Persons by minute after the first opening of the year of introduction, [life, minute]."""
    series = found.data[name].sel(variant=variant, year=found.full_years[0])
    return np.asarray(series.transpose("life", "minute").values, float)


def waiting(found: Comparison, variant: str) -> Array:
    """Persons in line by minute: who came, and was neither paid nor turned away yet."""
    came, paid, away = (counted(found, variant, name) for name in LINES)
    return np.maximum(came - paid - away, 0.0)


def queue(data: xr.Dataset, lang: Language) -> Figure:
    """Persons in line after a window opens, by variant, on a logarithmic scale of time."""
    found = Comparison.of(data)
    minutes = np.maximum(np.asarray(found.data["minute"].values, float), _FIRST)
    with canvas() as (figure, ax):
        for variant in opens(found):
            band(ax, found, minutes, waiting(found, variant) / 1e3, variant, lang)
        ax.set_xscale("log")
        ax.set_ylim(bottom=0)
        ax.set_xticks(list(_TICKS), [lang.say(label) for label in _TICKS.values()])
        ax.minorticks_off()
        numbers(ax.yaxis, lang)
        finish(ax, lang, _("since the opening"), _("thousand persons in line"))
    return figure


def blocks(context: Context) -> tuple[Block, ...]:
    """The line on the first opening day of every variant that has windows."""
    c = context.compared
    if not held(c.data):
        return (Missing(_("This results file does not hold the line of an opening day; one that is "
                          "made anew does."), "llo compare"),)  # fmt: skip
    shown = opens(c)
    if not shown:
        return (_("No variant opens a window in the first year, so that there is no line."),)
    rows: list[Row] = []
    minutes = list(map(int, c.data["minute"].values))
    for minute in SHOWN:
        k = minutes.index(minute)
        rows.append(Row(f"heading-{minute}", _after(minute), (), heading=True))
        series = {
            "waiting": (_("in line (thousand)"), lambda v: waiting(c, v)),
            "paid": (_("paid by then (thousand)"), lambda v: counted(c, v, "line_paid")),
            "away": (_("turned away by then (thousand)"), lambda v: counted(c, v, "line_away")),
        }
        rows += [Row(f"{name}-{minute}", label,
                     tuple(context.figure(of(v)[:, k] / 1e3, 1) for v in shown))
                 for name, (label, of) in series.items()]  # fmt: skip
    year = Number(c.full_years[0], 0, grouped=False)
    table = Table("opening", _("The line on the first opening day of {year}", year=year),
                  (_("after the opening"), *(names.variant(v) for v in shown)), tuple(rows),
                  (context.source,), shown)  # fmt: skip
    panel = Panel(
        _("Persons in line, first opening"),
        _(
            "Lines with bands, one for each variant with windows, on a logarithmic scale of time: "
            "the line shrinks as applications are taken in, and ends when the money is gone."
        ),
        partial(queue, context.data),
    )
    return (
        _("How fast applications are taken in, and how many come at once, are assumptions with the "
          "experience of STAP in 2022 behind them: llo replay scenarios/stap-2022.toml."),
        Picture("opening", _("The first opening day, minute by minute"), (panel,), table,
                context.source),
    )  # fmt: skip


def _after(minute: int) -> Said:
    if minute == 0:
        return _("at the opening")
    if minute < 60:
        return _("after {many} minutes", many=Number(minute))
    if minute == 60:
        return _("after an hour")
    return _("after {many} hours", many=Number(minute // 60))
