"""What if: levers, and a comparison that follows them."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import panel as pn

from experiments import results
from reports.dashboard import answer, components, controls, files, levers, lives, toml
from reports.dashboard.answer import Answer
from reports.dashboard.orders import Orders
from reports.dashboard.pool import Ticket
from reports.dashboard.shared import Shared
from reports.parts import Number, Plain, Value, _

FIRST = 4  # lives from which an answer is shown, before the others join
LEAST = 2  # lives without which there is no band
PATIENCE = 2.0  # seconds after which fewer lives than FIRST are shown too


class WhatIf:
    """One session's levers and answer; what it asked last is the only thing that is shown."""

    def __init__(self, shared: Shared) -> None:
        self.shared, self.lang = shared, shared.asked.language
        self.setting: dict[str, Any] = dict(shared.setting)
        self.ticket: Ticket | None = None
        self.answer: Answer | None = None
        self.pinned: Answer | None = None
        self._seen = 0  # lives of the ticket that are drawn, or being drawn
        self._asked = 0.0  # when the ticket was asked for
        self._document = pn.state.curdoc
        self.form = components.Form(
            groups=controls.groups(shared.asked.live, self.lang), values=self._shown(),
            locale=self.lang.tag, sizing_mode="stretch_width",
        )  # fmt: skip
        self.form.param.watch(self._moved, "asked")
        self.said = components.place(components.status(self._say(_("Preparing."))))
        self.table, self.beside, self.pictures = (components.place() for _k in range(3))
        self.buttons = self._buttons()
        self.orders = Orders(shared, self._document)
        shared.pool.changed[self] = partial(self._soon, self._look)

    def open(self) -> None:
        """Ask for the scenario's own setting."""
        self._ask()

    def close(self) -> None:
        """The session has ended."""
        self.ticket = None
        self.shared.pool.leave(self)
        self.orders.close()

    def _shown(self) -> dict[str, Any]:
        return controls.scaled(self.shared.asked.live, self.setting)

    def _say(self, value: Value) -> str:
        return self.lang.say(value)

    def _soon(self, action: Any) -> None:
        """Do something in the session, from whatever thread."""
        if self._document is not None:
            self._document.add_next_tick_callback(action)

    def _moved(self, event: Any) -> None:
        """The page has set a lever."""
        try:
            live = self.shared.asked.live
            setting = levers.checked(live, controls.unscaled(live, event.new))
        except (ValueError, TypeError, OverflowError) as error:
            line = str(error).replace("\n", " ")
            name = next((n for n in self.setting if line.startswith(f"{n} ")), "")
            told = _("The scenario refuses this: {line}", line=Plain(line))
            self.form.errors = {name: self._say(told)}
            return
        self.form.errors = {}
        self.setting = setting
        self._ask()

    def _ask(self) -> None:
        self._seen, self._asked = 0, time.monotonic()
        self.ticket = self.shared.pool.ask(self, self.setting, partial(self._soon, self._look))
        self._look()

    def _look(self) -> None:
        """Draw what is known now, if that is enough, or more than what is shown."""
        ticket, pool = self.ticket, self.shared.pool
        if ticket is None:
            return
        if pool.trouble or ticket.failed:
            self.said.object = components.refusal(pool.trouble or ticket.failed)
            return
        known, ready = len(ticket.whole()), len(pool.ready)
        late = time.monotonic() - self._asked > PATIENCE
        first = LEAST if late else max(LEAST, min(FIRST, ready))
        enough = known >= (ready if self._seen else first)
        if known > self._seen and enough:
            self._seen = known
            self.shared.draw(partial(self._draw, ticket))
        elif not self._seen:
            self.said.object = components.status(self._waiting(known, ready))

    def _waiting(self, known: int, ready: int) -> str:
        many = self.shared.pool.many
        if ready < LEAST:
            return self._say(
                _("Preparing: {ready} of {many} lives have come to the introduction. This takes "
                  "about a minute, once; results files can be read meanwhile.",
                  ready=Number(ready), many=Number(many))
            )  # fmt: skip
        return self._say(_("Calculating: {known} of {many} lives.", known=Number(known),
                           many=Number(ready)))  # fmt: skip

    def _draw(self, ticket: Ticket) -> None:
        """In the drawing thread: the table first, then the pictures; nothing of a stale ticket."""
        if ticket is not self.ticket:
            return
        base, setting = self.shared.pool.scenario, ticket.setting
        data = lives.joined(dict(ticket.found), list(ticket.variants), base)
        lived = levers.applied(base.changed(months=ticket.months), setting)
        made = Answer(data, lived, setting, base, len(ticket.whole()), self.shared.pool.many)
        shown = components.blocks([answer.comparison(made)], self.lang)
        self._soon(partial(self._put, ticket, made, shown))
        self._draw_beside(ticket, made)
        if len(ticket.whole()) < len(self.shared.pool.ready):
            return  # more lives join in a moment: the pictures are drawn of all of them
        drawn = components.gallery(answer.pictures(made, self.pinned), self.lang)
        self._soon(partial(self._put_in, ticket, self.pictures, drawn))

    def _draw_beside(self, ticket: Ticket | None, made: Answer) -> None:
        pinned, shown = self.pinned, ""
        if pinned is not None:
            shown = components.blocks([answer.beside(made, pinned)], self.lang)
        self._soon(partial(self._put_in, ticket, self.beside, shown))

    def _put(self, ticket: Ticket, made: Answer, shown: str) -> None:
        """In the session: an answer, unless another was asked for meanwhile."""
        if ticket is not self.ticket:
            return
        self.answer = made
        self.table.object = shown
        self.said.object = components.status(self._say(self._told(made)))

    def _put_in(self, ticket: Ticket | None, place: pn.pane.HTML, shown: str) -> None:
        if ticket is self.ticket:
            place.object = shown

    def _told(self, made: Answer) -> Value:
        """What an answer holds."""
        rest = (
            _("A band of so few lives is rough: a full run, or more lives, makes it more exact.")
            if made.lives >= made.of
            else _("More lives join when they are there.")
        )
        return _("{setting} Shown: {lives} of {of} lives of {persons} persons. {rest}",
                 setting=answer.settings(made), lives=Number(made.lives), of=Number(made.of),
                 persons=Number(made.scenario.persons), rest=rest)  # fmt: skip

    def _buttons(self) -> list[pn.viewable.Viewable]:
        say = self._say
        actions = (
            (_("Pin this comparison"), self._pin),
            (_("Let go of what is pinned"), self._unpin),
            (_("Back to the scenario"), self._reset),
            (_("Order a full run"), self._order),
        )
        made: list[pn.viewable.Viewable] = []
        for label, action in actions:
            one = components.button(say(label))
            one.on_click(action)
            made.append(one)
        downloads = (
            (_("Table (CSV)"), "what-if.csv", self._csv),
            (_("Data (netCDF)"), "what-if.nc", self._netcdf),
            (_("Figures (SVG)"), "what-if-svg.zip", partial(self._figures, "svg")),
            (_("Figures (PNG)"), "what-if-png.zip", partial(self._figures, "png")),
            (_("Scenario (TOML)"), "what-if.toml", self._toml),
        )
        return [*made, *(components.download(say(t), name, make) for t, name, make in downloads)]

    def _pin(self, _event: object) -> None:
        self.pinned = self.answer
        self._redraw()

    def _unpin(self, _event: object) -> None:
        self.pinned = None
        self._redraw()

    def _redraw(self) -> None:
        if self.answer is not None and self.ticket is not None:
            self.shared.draw(partial(self._draw, self.ticket))

    def _reset(self, _event: object) -> None:
        self.setting = dict(self.shared.setting)
        self.form.errors = {}
        self.form.values = {}  # so that the same values again are a change
        self.form.values = self._shown()
        self._ask()

    def _order(self, _event: object) -> None:
        self.orders.order(levers.applied(self.shared.asked.scenario, self.setting))

    def _here(self) -> Answer:
        if self.answer is None:
            raise ValueError("there is no answer yet")
        return self.answer

    def _csv(self) -> Any:
        made = self._here()
        tables = [answer.comparison(made)]
        if self.pinned is not None:
            tables += files.tables_of([answer.beside(made, self.pinned)])
        return files.table_csv(tables, self.lang)

    def _netcdf(self) -> Any:
        made = self._here()
        data = results.describe(made.data.copy(), made.scenario)
        longest = self.shared.asked.live.design().after
        data.attrs["note"] += f" Cut from lives of {longest} months after the introduction."
        data.attrs["hash"] = results.digest(data)
        return files.netcdf(data)

    def _figures(self, kind: str) -> Any:
        work = self.shared.drawing.submit(
            files.drawings, answer.pictures(self._here(), self.pinned), self.lang, kind
        )
        return work.result()

    def _toml(self) -> Any:
        import io

        scenario = levers.applied(self.shared.asked.scenario, self.setting)
        told = self._say(_("This repeats it, with all lives: {command}",
                           command=Plain("llo compare what-if.toml")))  # fmt: skip
        return io.StringIO(f"# {told}\n{toml.written(scenario)}")
