"""A study's store, looked at by variant and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from reports import names
from reports.dashboard import components, controls, studying
from reports.dashboard.drawn import Drawn
from reports.dashboard.shared import Shared
from reports.dashboard.studying import MARKS, Studied
from reports.parts import Block, Said, _

VARIANT, OUTCOME, MARK = "variant", "outcome", "mark"


class StudyView(Drawn):
    """One session's look at the study."""

    def __init__(self, shared: Shared, study: Studied) -> None:
        super().__init__(shared, _("Reading the study."))
        self.study = study
        say = self.lang.say
        self.buttons = [
            components.download(say(_("Table (CSV)")), "study.csv", self.csv),
            components.download(say(_("Figures (SVG)")), "study-svg.zip",
                                partial(self.figures, "svg")),
        ]  # fmt: skip

    def open(self) -> None:
        """Read the store, in the drawing thread, and show its first outcome."""
        self.shared.draw(self._read)

    def _read(self) -> None:
        try:
            found = dict(studying.labels(self.study)), self.study.variants
        except (ValueError, OSError) as error:
            self.refuse(error)
            return
        self.soon(partial(self._offer, *found))

    def _offer(self, outcomes: dict[str, Any], variants: list[str]) -> None:
        if not outcomes or not variants:
            self.say(_("The study has no runs done yet, or none of a variant."))
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
        self.show()

    def moved(self, given: dict[str, Any]) -> None:
        """Another variant or outcome is drawn."""
        self.values = {k: str(v) for k, v in given.items()}
        self.show()

    def made(self, values: dict[str, Any]) -> tuple[Said | None, Sequence[Block]]:
        """The outcome of the variant, with the runs that are marked."""
        return None, studying.blocks(self.study, values[OUTCOME], values[VARIANT], values[MARK])
