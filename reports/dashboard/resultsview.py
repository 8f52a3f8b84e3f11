"""A finished results file, looked at by part, variant and year."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import xarray as xr

from experiments.table import NULL
from reports import account, answer, effects, names
from reports.context import Context
from reports.dashboard import components, controls
from reports.dashboard.drawn import Drawn
from reports.dashboard.shared import Shared
from reports.measures import between
from reports.parts import Block, Plain, Said, _
from scenarios.scenario import Scenario

FILE, PART, VARIANTS, LAST = "file", "part", "variants", "last"
Blocks = tuple[Block, ...]
PARTS: dict[str, tuple[Said, Callable[[Context], Blocks]]] = {
    "answer": (_("The answer in five sentences"), lambda c: (answer.sentences(c),)),
    "criteria": (_("The five criteria"), effects.five),
    "participation": (_("Participation and the target of 62%"), effects.participation),
    "gains": (_("Who gains"), effects.gains),
    "euro": (_("Where the public euro goes"), effects.euro),
    "money": (_("Cost and liability over the years"), effects.money),
    "queue": (_("The queue on opening day"), effects.queue),
    "stages": (_("The flow through the stages of change"), effects.stages),
    "instruments": (_("How the instruments are set"), effects.instruments),
    "record": (_("The run record"), account.record),
}


def chosen(
    data: xr.Dataset, scenario: Scenario, variants: Sequence[str], last: int
) -> Context:  # fmt: skip
    """Some variants of a results file, up to a year; ValueError where there is nothing to show."""
    kept = [v for v in map(str, data["variant"].values) if v == NULL or v in variants]
    if kept == [NULL]:
        raise ValueError("variants: choose at least one beside the null option")
    first = int(scenario.time.introduction[:4])
    some = between(data.sel(variant=kept), first, last)
    fewer = {v: m for v, m in scenario.variants.items() if v in kept}
    return Context(some, scenario.model_copy(update={"variants": fewer}))


def last_year(data: xr.Dataset) -> int:
    """The last whole year of a results file."""
    return int(data["year"].values[-1])


class ResultsView(Drawn):
    """One session's look at results files."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        say = self.lang.say
        self.buttons = [
            components.download(say(_("Results file (netCDF)")), "results.nc", self._netcdf),
            components.download(say(_("Table (CSV)")), "results.csv", self.csv),
            components.download(say(_("Figures (SVG)")), "results-svg.zip",
                                partial(self.figures, "svg")),
            components.download(say(_("Figures (PNG)")), "results-png.zip",
                                partial(self.figures, "png")),
        ]  # fmt: skip
        shared.runs.changed[self] = lambda: self.soon(self.open)

    def open(self) -> None:
        """Offer the files that there are; show the first when none was open."""
        found = self.shared.files()
        for one in self.buttons:
            one.visible = bool(found)
        if not found:
            self.say(_("There is no results file yet: give one on the command line ({command}), or "
                       "order a full run under What if.",
                       command=Plain("llo dashboard out/compare.nc")))  # fmt: skip
            return
        offered = [g["controls"][0]["options"] for g in self.form.groups[:1]]
        if offered != [[{"value": n, "label": n} for n in found]]:
            self._fill(self.values.get(FILE) or next(iter(found)), found)

    def close(self) -> None:
        """The session has ended."""
        self.shared.runs.changed.pop(self, None)

    def _fill(self, name: str, found: Any) -> None:
        """The controls for a file."""
        lang = self.lang
        try:
            data, scenario = self.shared.opened(name)
        except (ValueError, OSError) as error:
            self.form.errors = {"": str(error).replace("\n", " ")}
            self.body.object = ""
            return
        first, last = int(scenario.time.introduction[:4]), last_year(data)
        others = [str(v) for v in data["variant"].values if v != NULL]
        self.values = {FILE: name, PART: self.values.get(PART, "participation"),
                       VARIANTS: others, LAST: last}  # fmt: skip
        self.form.groups = [
            controls.group([
                controls.select(FILE, _("Results file"), {n: Plain(n) for n in found}, lang),
                controls.radio(PART, _("Part"), {k: t for k, (t, _m) in PARTS.items()}, lang),
                controls.checks(VARIANTS, _("Variants beside the null option"),
                                {v: names.variant(v) for v in others}, lang),
                controls.year(LAST, _("last year shown"), first, last, lang),
            ], None, lang)
        ]  # fmt: skip
        self.form.errors = {}
        self.form.values = dict(self.values)
        self.show()

    def moved(self, given: dict[str, Any]) -> None:
        """Another file has other controls; all else is drawn anew."""
        if given[FILE] != self.values[FILE]:
            self._fill(str(given[FILE]), self.shared.files())
            return
        if given[PART] not in PARTS or not isinstance(given[VARIANTS], list):
            return
        self.values = given
        self.show()

    def made(self, values: dict[str, Any]) -> tuple[Said, Blocks]:
        """The part that was asked for."""
        data, scenario = self.shared.opened(values[FILE])
        title, make = PARTS[values[PART]]
        return title, make(chosen(data, scenario, values[VARIANTS], int(values[LAST])))

    def _netcdf(self) -> io.BytesIO:
        path = self.shared.files()[self.values[FILE]]
        return io.BytesIO(path.read_bytes())
