"""One person followed under every variant with the same luck."""

from __future__ import annotations

from functools import partial
from typing import Any

import panel as pn

from experiments import life
from experiments.life import Life
from reports import life_figures, names, personas
from reports.dashboard import components, controls, files
from reports.dashboard.pool import Errand
from reports.dashboard.shared import Shared
from reports.parts import Block, Number, Panel, Picture, Plain, Said, _
from scenarios.scenario import Scenario

PERSONA, NUMBER = "persona", "number"
MONTHS = 72  # after the introduction
PERSONS = 40_000  # among whom somebody fits every persona of ours
MOST = 9  # persons of a query that one may look at


def followed(scenario: Scenario, name: str, number: int) -> Life:
    """A life, in a worker process."""
    return life.follow(life.prepared(scenario), life.chosen(name, None), number)


def scenario_of(live: Scenario) -> Scenario:
    """The scenario as lives are followed in it: central values, six years after introduction."""
    months = min(MONTHS, live.design().after)
    return live.changed(persons=PERSONS, members=0, months=months)


def blocks(found: Life, scenario: Scenario) -> list[Block]:
    """A followed life: its picture and what happened, month by month."""
    first = int(scenario.time.introduction[:4])
    plain = life.as_data(found)
    told = personas.Told(
        found.persona.name, found.persona.about, int(found.facts["age"]),
        tuple((e.variant, e.label, e.what) for e in found.events), tuple(plain["stages"]),
    )  # fmt: skip
    table = personas.events(told)
    words = _("A strip for each variant, shaded from light (sees no need) to dark (has learned); "
              "marks are courses and refusals. The table below tells all of it.")  # fmt: skip
    caption = _("{name}: stages and courses by variant",
                name=names.known(found.persona.name.capitalize()))  # fmt: skip
    source: Said = _("Source: LLO simulator, one person of {persons}. One life has no band; it "
                     "illustrates, and is no result.",
                     persons=Number(scenario.persons))  # fmt: skip
    panel = Panel(caption, words, partial(life_figures.strips, found, first))
    return [Picture("persona", caption, (panel,), None, source), table]


class PersonaView:
    """One session's persona."""

    def __init__(self, shared: Shared) -> None:
        self.shared, self.lang = shared, shared.asked.language
        self._document = pn.state.curdoc
        known = {n: names.known(n.capitalize()) for n in life.personas()}
        self.values: dict[str, Any] = {PERSONA: next(iter(known)), NUMBER: 1}
        lang = self.lang
        self.form = components.Form(
            groups=[controls.group([
                controls.radio(PERSONA, _("Persona"), known, lang),
                controls.number(NUMBER, _("which of the persons who fit"), (1, MOST), 1,
                                names.known(""), lang),
            ], None, lang)], values=dict(self.values), locale=lang.tag,
            sizing_mode="stretch_width",
        )  # fmt: skip
        self.form.param.watch(self._moved, "asked")
        self.body = components.place()
        self.blocks: list[Block] = []
        self._turn = 0
        say = self.lang.say
        self.buttons = [
            components.download(say(_("Table (CSV)")), "persona.csv", self._csv),
            components.download(say(_("Figures (SVG)")), "persona-svg.zip",
                                partial(self._figures, "svg")),
        ]  # fmt: skip

    def open(self) -> None:
        """Follow the first persona."""
        self._follow()

    def _moved(self, event: Any) -> None:
        name, number = event.new.get(PERSONA), event.new.get(NUMBER)
        if name not in life.personas() or type(number) not in (int, float):
            return
        if not 1 <= number <= MOST:
            self.form.errors = {NUMBER: f"{number:g}: 1 - {MOST}"}
            return
        self.form.errors = {}
        self.values = {PERSONA: name, NUMBER: int(number)}
        self._follow()

    def _follow(self) -> None:
        self._turn += 1
        self.body.object = components.status(
            self.lang.say(_("Following a person under every variant; this takes some seconds."))
        )
        scenario = scenario_of(self.shared.pool.scenario)
        job = followed, (scenario, self.values[PERSONA], self.values[NUMBER])
        self.shared.pool.send(Errand(job, partial(self._lived, self._turn)))

    def _lived(self, turn: int, found: Life | None, line: str) -> None:
        """In a worker's thread: have the life drawn, or say what went wrong."""
        if found is None:
            told = self.lang.say(_("There is no such person: {line}", line=Plain(line)))
            self._soon(partial(self._put, turn, [], components.refusal(told)))
        elif turn == self._turn:
            self.shared.draw(partial(self._draw, turn, found))

    def _draw(self, turn: int, found: Life) -> None:
        made = blocks(found, scenario_of(self.shared.asked.live))
        self._soon(partial(self._put, turn, made, components.blocks(made, self.lang)))

    def _soon(self, action: Any) -> None:
        if self._document is not None:
            self._document.add_next_tick_callback(action)

    def _put(self, turn: int, made: list[Block], shown: str) -> None:
        if turn == self._turn:
            self.blocks, self.body.object = made, shown

    def _csv(self) -> Any:
        return files.table_csv(files.tables_of(self.blocks), self.lang)

    def _figures(self, kind: str) -> Any:
        drawn = files.pictures_of(self.blocks)
        return self.shared.drawing.submit(files.drawings, drawn, self.lang, kind).result()
