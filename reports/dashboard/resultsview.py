"""A finished results file, looked at by part, variant and year."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import panel as pn
import xarray as xr

from experiments.table import NULL
from reports import account, answer, effects, names
from reports.context import Context
from reports.dashboard import components, controls, files
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


class ResultsView:
    """One session's look at results files."""

    def __init__(self, shared: Shared) -> None:
        self.shared, self.lang = shared, shared.asked.language
        self._document = pn.state.curdoc
        self.form = components.Form(locale=self.lang.tag, sizing_mode="stretch_width")
        self.form.param.watch(self._moved, "asked")
        self.body = components.place()
        self.values: dict[str, Any] = {}
        self.blocks: Blocks = ()
        self._turn = 0
        say = self.lang.say
        self.buttons = [
            components.download(say(_("Results file (netCDF)")), "results.nc", self._netcdf),
            components.download(say(_("Table (CSV)")), "results.csv", self._csv),
            components.download(say(_("Figures (SVG)")), "results-svg.zip",
                                partial(self._figures, "svg")),
            components.download(say(_("Figures (PNG)")), "results-png.zip",
                                partial(self._figures, "png")),
        ]  # fmt: skip
        shared.runs.changed[self] = self._soon

    def open(self) -> None:
        """Show the first file, if there is one."""
        self._offer()

    def close(self) -> None:
        """The session has ended."""
        self.shared.runs.changed.pop(self, None)

    def _soon(self) -> None:
        if self._document is not None:
            self._document.add_next_tick_callback(self._offer)

    def _offer(self) -> None:
        """Offer the files that there are; open the first when none was open."""
        found = self.shared.files()
        for one in self.buttons:
            one.visible = bool(found)
        if not found:
            told = _("There is no results file yet: give one on the command line ({command}), or "
                     "order a full run under What if.",
                     command=Plain("llo dashboard out/compare.nc"))  # fmt: skip
            self.body.object = components.status(self.lang.say(told))
            return
        offered = [g["controls"][0]["options"] for g in self.form.groups[:1]]
        if offered != [[{"value": n, "label": n} for n in found]]:
            self._fill(self.values.get(FILE) or next(iter(found)), found)

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
        self._show()

    def _moved(self, event: Any) -> None:
        given = {k: event.new.get(k, v) for k, v in self.values.items()}
        if given[FILE] != self.values[FILE]:
            self._fill(str(given[FILE]), self.shared.files())
            return
        if given[PART] not in PARTS or not isinstance(given[VARIANTS], list):
            return
        self.values = given
        self._show()

    def _show(self) -> None:
        self._turn += 1
        self.body.object = components.status(self.lang.say(_("Drawing.")))
        self.shared.draw(partial(self._draw, self._turn, dict(self.values)))

    def _draw(self, turn: int, values: dict[str, Any]) -> None:
        """In the drawing thread: the part that was asked for last."""
        if turn != self._turn:
            return
        blocks: Blocks = ()
        try:
            data, scenario = self.shared.opened(values[FILE])
            context = chosen(data, scenario, values[VARIANTS], int(values[LAST]))
            title, make = PARTS[values[PART]]
            blocks = make(context)
            shown = f"<h2>{self.lang.say(title)}</h2>{components.blocks(blocks, self.lang)}"
        except (ValueError, TypeError, OSError) as error:
            shown = components.refusal(str(error).replace("\n", " "))
        if self._document is not None:
            self._document.add_next_tick_callback(partial(self._put, turn, blocks, shown))

    def _put(self, turn: int, blocks: Blocks, shown: str) -> None:
        if turn == self._turn:
            self.blocks, self.body.object = blocks, shown

    def _netcdf(self) -> io.BytesIO:
        path = self.shared.files()[self.values[FILE]]
        return io.BytesIO(path.read_bytes())

    def _csv(self) -> io.StringIO:
        return files.table_csv(files.tables_of(self.blocks), self.lang)

    def _figures(self, kind: str) -> io.BytesIO:
        drawn = files.pictures_of(self.blocks)
        work = self.shared.drawing.submit(files.drawings, drawn, self.lang, kind)
        return work.result()
