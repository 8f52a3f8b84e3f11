"""Drawings of a report in a language, each drawn once for the page and the document together."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.language import Language
from reports.parts import Panel


class Gallery:
    """Figures by panel; laid out when first saved, and left so."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._drawn: dict[int, tuple[Panel, Figure]] = {}

    def figure(self, panel: Panel) -> Figure:
        """The panel, drawn."""
        if id(panel) not in self._drawn:
            made = panel.draw(self.language)
            made.draw_without_rendering()  # lays it out
            made.set_layout_engine("none")
            self._drawn[id(panel)] = (panel, made)  # the panel too, so that no other has its id
        return self._drawn[id(panel)][1]
