"""A study's store, looked at by variant and outcome."""

from __future__ import annotations

from functools import partial
from typing import Any

import panel as pn

from reports import names
from reports.dashboard import components, controls, files, studying
from reports.dashboard.shared import Shared
from reports.dashboard.studying import MARKS, Studied
from reports.parts import Block, _

VARIANT, OUTCOME, MARK = "variant", "outcome", "mark"


class StudyView:
    """One session's look at the study."""

    def __init__(self, shared: Shared, study: Studied) -> None:
        self.shared, self.study, self.lang = shared, study, shared.asked.language
        self._document = pn.state.curdoc
        self.values: dict[str, Any] = {}
        self.blocks: list[Block] = []
        self._turn = 0
        self.form = components.Form(locale=self.lang.tag, sizing_mode="stretch_width")
        self.form.param.watch(self._moved, "asked")
        self.body = components.place(components.status(self.lang.say(_("Reading the study."))))
        say = self.lang.say
        self.buttons = [
            components.download(say(_("Table (CSV)")), "study.csv", self._csv),
            components.download(say(_("Figures (SVG)")), "study-svg.zip",
                                partial(self._figures, "svg")),
        ]  # fmt: skip

    def open(self) -> None:
        """Read the store, in the drawing thread, and show its first outcome."""
        self.shared.draw(self._read)

    def _read(self) -> None:
        try:
            found = dict(studying.labels(self.study)), self.study.variants
        except (ValueError, OSError) as error:
            line = str(error).replace("\n", " ")
            self._soon(partial(self._put, self._turn, [], components.refusal(line)))
            return
        self._soon(partial(self._offer, *found))

    def _soon(self, action: Any) -> None:
        if self._document is not None:
            self._document.add_next_tick_callback(action)

    def _offer(self, outcomes: dict[str, Any], variants: list[str]) -> None:
        if not outcomes or not variants:
            told = _("The study has no runs done yet, or none of a variant.")
            self.body.object = components.status(self.lang.say(told))
            return
        lang = self.lang
        self.values = {VARIANT: variants[0], OUTCOME: next(iter(outcomes)), MARK: "high"}
        offered = [
            controls.radio(VARIANT, _("Variant"), {v: names.variant(v) for v in variants}, lang),
            controls.select(OUTCOME, _("Outcome"), outcomes, lang),
        ]
        if self.study.store is not None:
            marks = {k: label for k, (label, _low, _high) in MARKS.items()}
            offered.append(controls.radio(MARK, _("Runs that are marked"), marks, lang))
        self.form.groups = [controls.group(offered, None, lang)]
        self.form.values = dict(self.values)
        self._show()

    def _moved(self, event: Any) -> None:
        self.values = {k: str(event.new.get(k, v)) for k, v in self.values.items()}
        self._show()

    def _show(self) -> None:
        self._turn += 1
        self.body.object = components.status(self.lang.say(_("Drawing.")))
        self.shared.draw(partial(self._draw, self._turn, dict(self.values)))

    def _draw(self, turn: int, values: dict[str, Any]) -> None:
        if turn != self._turn:
            return
        found: list[Block] = []
        try:
            found = studying.blocks(self.study, values[OUTCOME], values[VARIANT], values[MARK])
            shown = components.blocks(found, self.lang)
        except (ValueError, OSError) as error:
            shown = components.refusal(str(error).replace("\n", " "))
        self._soon(partial(self._put, turn, found, shown))

    def _put(self, turn: int, found: list[Block], shown: str) -> None:
        if turn == self._turn:
            self.blocks, self.body.object = found, shown

    def _csv(self) -> Any:
        return files.table_csv(files.tables_of(self.blocks), self.lang)

    def _figures(self, kind: str) -> Any:
        drawn = files.pictures_of(self.blocks)
        return self.shared.drawing.submit(files.drawings, drawn, self.lang, kind).result()
