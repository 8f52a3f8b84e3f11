"""What the page says of a setting: table and pictures, and how it differs from what is pinned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import table
from experiments.estimates import Array
from experiments.lights import Drivers
from experiments.table import NULL
from reports import figures, names
from reports.context import told
from reports.dashboard import levers
from reports.measures import Comparison, between
from reports.parts import (
    Block,
    Figure90,
    Listed,
    Number,
    Panel,
    Picture,
    Row,
    Said,
    Table,
    Value,
    _,
)
from scenarios.scenario import Scenario

# Rows of `llo compare` that a working group asks for first, with what they are called here.
SHOWN: dict[str, Said] = {
    "AES scale: learning in 12 months, 25-64 *": _("participation at the end, AES scale (%)"),
    "AES scale: learning in 12 months, 25-64 *: change against null": _(
        "more participation than without new policy (percentage points)"
    ),
    "extra learners a year (any course)": _("extra learners a year (thousand)"),
    "cost a year, net of returns": _("cost a year above the null option (mln EUR)"),
    "cost per extra learner (any course)": _("cost per extra learner (EUR)"),
    "additional": _("public money that is additional (%)"),
    "deadweight (own money saved)": _("deadweight: own money saved (%)"),
    "employer money displaced": _("employer money displaced (%)"),
    "everybody": _("reach: everybody (% a year)"),
    "practically educated (at most mbo)": _("reach: practically educated (% a year)"),
    "employer of fewer than 250": _("reach: employer of fewer than 250 (% a year)"),
    "applications turned away a year": _("applications turned away a year (thousand)"),
    "unused rights outstanding at the end": _("unused rights at the end (bn EUR)"),
}


@dataclass(frozen=True)
class Answer:
    """A live comparison at a setting."""

    data: xr.Dataset
    scenario: Scenario  # at the setting
    setting: levers.Setting
    base: Scenario
    lives: int
    of: int  # lives that it will hold when all are there

    @property
    def shown(self) -> xr.Dataset:
        """The years that are asked for."""
        return between(self.data, int(self.setting[levers.FIRST]), int(self.setting[levers.LAST]))

    @property
    def source(self) -> Said:
        """What stands under every table and picture."""
        return _("Source: LLO simulator, live calculation: {lives} lives of {persons} persons, "
                 "{first} to {last}.", lives=Number(self.lives),
                 persons=Number(self.scenario.persons),
                 first=Number(self.setting[levers.FIRST], 0, grouped=False),
                 last=Number(self.setting[levers.LAST], 0, grouped=False))  # fmt: skip


def variants(data: xr.Dataset) -> list[str]:
    """The variants of a comparison, the null first."""
    return [str(v) for v in data["variant"].values]


def comparison(answer: Answer, source: Said | None = None) -> Table:
    """The figures of every variant, with their bands and lights; `source` instead of its own."""
    data = answer.shown
    shown = variants(data)
    lines = {line.key: line for line in
             table.compute(data, Drivers(data, answer.scenario), list(SHOWN))}  # fmt: skip
    rows = [
        Row(line.key, SHOWN[line.key],
            tuple(told(line.values[v], line.drivers[v], line.row.decimals) for v in shown))
        for line in (lines[key] for key in SHOWN if key in lines)
    ]  # fmt: skip
    head = (_("figure"), *(names.variant(v) for v in shown))
    return Table("comparison", _("The variants side by side"), head, tuple(rows),
                 (source or answer.source,), tuple(shown))  # fmt: skip


def beside(answer: Answer, pinned: Answer) -> Block:
    """What was pinned, and how the setting differs from it, life by life with the same luck.

    Only lives, variants and years that both hold, and of the variants those that differ.
    """
    spans = [(int(a.setting[levers.FIRST]), int(a.setting[levers.LAST])) for a in (answer, pinned)]
    first, last = max(f for f, _l in spans), min(end for _f, end in spans)
    if first > last:
        return _("What is pinned and the present setting have no year in common.")
    now, before = (_alike(one, other, first, last)
                   for one, other in ((answer, pinned), (pinned, answer)))  # fmt: skip
    both, c = [v for v in variants(now) if v != NULL], Comparison.of(now)
    known = {key: row for key, row in table.keyed() if key in SHOWN}
    found = {
        (key, v): [_measured(known[key], data, v, c.introduced) for data in (before, now)]
        for key in SHOWN for v in both
    }  # fmt: skip
    changed = [v for v in both
               if any(not np.array_equal(*found[k, v], equal_nan=True) for k in SHOWN)]  # fmt: skip
    if not changed:
        return _("The present setting gives the same as what is pinned.")
    rows = tuple(
        Row(key, SHOWN[key], tuple(
            Figure90(c.estimate(x), known[key].decimals)
            for v in changed for x in (found[key, v][0], found[key, v][1] - found[key, v][0])
        )) for key in SHOWN
    )  # fmt: skip
    head: list[Value] = [_("figure")]
    for v in changed:
        head += [_("{variant}, pinned", variant=names.variant(v)),
                 _("{variant}, difference", variant=names.variant(v))]  # fmt: skip
    note = _("Difference: the present setting less the pinned one, in the same lives: the same "
             "people with the same luck. Variants that do not differ are left out.")  # fmt: skip
    columns = tuple(f"{v}-{kind}" for v in changed for kind in ("pinned", "difference"))
    pins = _("Pinned. {setting}", setting=settings(pinned))
    return Table("pinned", _("Beside what is pinned"), tuple(head), rows,
                 (pins, note, pinned.source), columns)  # fmt: skip


def _alike(one: Answer, other: Answer, first: int, last: int) -> xr.Dataset:
    """The lives, variants and years of an answer that another has too."""
    data = between(one.data, first, last)
    held = [v for v in variants(data) if v in variants(other.data)]
    axis = "member" if "member" in data.dims else "seed"
    lives = [k for k in data[axis].values if k in other.data[axis].values]
    return data.sel({"variant": held, axis: lives})


def _measured(row: table.Row, data: xr.Dataset, variant: str, introduced: int) -> Array:
    found = Comparison.of(data).data.assign_attrs(introduced=introduced)
    return row.measure(found.sel(variant=variant), found.sel(variant=NULL))


def settings(answer: Answer) -> Said:
    """What is set otherwise than in the scenario, as a sentence."""
    changed = levers.told(answer.base, answer.setting)
    if not changed:
        return _("Setting: as in the scenario.")
    parts = tuple(
        _("{instrument}: {lever} {value}", instrument=i, lever=what, value=v)
        for i, what, v in changed
    )
    return _("Setting: {parts}.", parts=Listed(parts))


def pictures(
    answer: Answer, pinned: Answer | None = None, source: Said | None = None
) -> list[Picture]:
    """The pictures of a comparison; their numbers stand in the table. What is pinned is drawn
    beside what each variant adds; `source` instead of its own.
    """
    data, source = answer.shown, source or answer.source
    before = pinned.shown if pinned is not None else None

    def one(key: str, caption: Said, told: Said, draw: Callable[..., Figure]) -> Picture:
        return Picture(key, caption, (Panel(caption, told, partial(draw, data)),), None, source)

    return [
        one("added", _("What each variant adds to participation, AES scale"),
            _("Lines with bands, one for each variant: percentage points above the null option."),
            partial(figures.added, pinned=before)),
        one("outlay", _("Public outlay of the past twelve months"),
            _("Lines with bands, one for each variant: public money of the past twelve months, "
              "net of what returns."), figures.outlay),
        one("euro", _("Where the public euro goes, by variant"),
            _("A bar for each variant, divided into parts that add up to 100%; a whisker is the "
              "90% band of a part, from where that part begins."), figures.euro),
        one("participation", _("Participation on the AES scale, beside the target of 62% for 2030"),
            _("Lines with bands, one for each variant, from the introduction on; the null option "
              "also before it. A dashed line stands at the target of 62%, a star at 2030."),
            figures.participation),
    ]  # fmt: skip
