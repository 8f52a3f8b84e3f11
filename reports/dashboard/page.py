"""The page: four views, each with its controls and what they show, in a template of our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import panel as pn

from reports import html
from reports.dashboard import components
from reports.dashboard.personaview import PersonaView
from reports.dashboard.resultsview import ResultsView
from reports.dashboard.shared import Shared
from reports.dashboard.studying import Studied
from reports.dashboard.studyview import StudyView
from reports.dashboard.whatif import WhatIf
from reports.names import known
from reports.parts import Said, _

FOLDER = Path(__file__).parent / "templates"
TITLE = _("Lifelong learning: what if?")
VIEWS: dict[str, tuple[Said, Said]] = {
    "whatif": (_("What if"), _("Move a lever: the same people live through the variants again, "
                               "with the same luck, and the table follows.")),
    "results": (_("Results"), _("A finished results file, part by part.")),
    "study": (_("Study"), _("Many runs with other assumptions: what goes with what, and which "
                            "assumptions decide.")),
    "persona": (_("Persona"), _("One simulated person, followed under every variant with the same "
                                "luck. They illustrate; they are nobody in particular and no "
                                "result.")),
}  # fmt: skip


@dataclass(frozen=True)
class Laid:
    """A view as the template lays it out: names of what is embedded, in order."""

    key: str
    title: str
    about: str
    body: list[str]
    buttons: list[str]
    rest: list[str]


class Page:
    """One session: its views, made when the page is opened and filled when they are first seen."""

    def __init__(self, shared: Shared, study: Studied) -> None:
        self.shared, self.lang = shared, shared.asked.language
        self.whatif = WhatIf(shared)
        self.results = ResultsView(shared)
        self.study = StudyView(shared, study)
        self.persona = PersonaView(shared)
        labels = [[key, self.lang.say(title)] for key, (title, _about) in VIEWS.items()]
        first = "results" if shared.asked.results is not None else "whatif"
        self.views = components.Views(labels=labels, shown=first,
                                      told=self.lang.say(_("Parts of the page")))  # fmt: skip
        self.views.param.watch(lambda event: self._see(event.new), "shown")
        self._seen: set[str] = set()
        self.whatif.open()
        self._see(first)
        if pn.state.curdoc is not None:
            pn.state.on_session_destroyed(lambda _context: self.close())

    def close(self) -> None:
        """The session has ended."""
        self.whatif.close()
        self.results.close()

    def _see(self, key: str) -> None:
        """A view is seen for the first time: it does its work from now on."""
        opening: dict[str, Callable[[], None]] = {
            "results": self.results.open, "study": self.study.open, "persona": self.persona.open,
        }  # fmt: skip
        if key not in self._seen and key in opening:
            opening[key]()
        self._seen.add(key)

    def template(self) -> pn.Template:
        """The page as Panel serves it."""
        roots: dict[str, Any] = {"views": self.views}
        laid = [
            self._lay("whatif", self.whatif, [self.whatif.said, self.whatif.table],
                      [self.whatif.beside, self.whatif.pictures], roots),
            self._lay("results", self.results, [self.results.body], [], roots),
            self._lay("study", self.study, [self.study.body], [], roots),
            self._lay("persona", self.persona, [self.persona.body], [], roots),
        ]  # fmt: skip
        made = pn.Template((FOLDER / "dashboard.html").read_text(encoding="utf-8"))
        for name, root in roots.items():
            made.add_panel(name, root)
        say = self.lang.say
        words = {"skip": say(_("To the content")), "kind": say(_("LLO simulator · dashboard")),
                 "parts": say(_("Parts of the page")),
                 "made": say(_("Made by the LLO simulator. Licence: EUPL-1.2."))}  # fmt: skip
        for name, value in {
            "heading": say(TITLE), "subtitle": say(known(self.shared.asked.scenario.title)),
            "style": html.style(), "tag": self.lang.tag, "words": words, "views": laid,
            "frame": (FOLDER / "frame.css").read_text(encoding="utf-8"),
        }.items():  # fmt: skip
            made.add_variable(name, value)
        return made

    def _lay(
        self, key: str, view: Any, body: list[Any], rest: list[Any], roots: dict[str, Any]
    ) -> Laid:
        title, about = VIEWS[key]
        buttons = list(view.buttons)
        if key == "whatif":
            buttons.append(view.orders.stop)
            rest = [view.orders.said, *rest]
        roots[f"{key}_form"] = view.form
        names: dict[str, list[str]] = {}
        for kind, parts in (("body", body), ("button", buttons), ("rest", rest)):
            names[kind] = [f"{key}_{kind}_{k}" for k in range(len(parts))]
            roots |= dict(zip(names[kind], parts, strict=True))
        return Laid(key, self.lang.say(title), self.lang.say(about), names["body"],
                    names["button"], names["rest"])  # fmt: skip
