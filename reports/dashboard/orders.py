"""The full runs that a session has ordered: how far they are, and how to stop them."""

from __future__ import annotations

from html import escape
from typing import Any

from reports.dashboard import components, runs
from reports.dashboard.runs import Run
from reports.dashboard.shared import Shared
from reports.parts import Number, Plain, Value, _
from scenarios.scenario import Scenario


class Orders:
    """What a session sees of its runs."""

    def __init__(self, shared: Shared, document: Any) -> None:
        self.shared, self.lang, self._document = shared, shared.asked.language, document
        self.mine: list[Run] = []
        self.said = components.place()
        self.stop = components.button(self.lang.say(_("Stop the full run")))
        self.stop.visible = False
        self.stop.on_click(self._cancel)
        shared.runs.changed[self] = self._soon

    def order(self, scenario: Scenario) -> None:
        """Have a comparison run in full."""
        self.mine.append(self.shared.runs.order(self, scenario))
        self._look()

    def close(self) -> None:
        """The session has ended; its runs go on."""
        self.shared.runs.changed.pop(self, None)

    def _soon(self) -> None:
        if self._document is not None:
            self._document.add_next_tick_callback(self._look)

    def _look(self) -> None:
        going = [run for run in self.mine if run.state not in runs.OVER]
        self.stop.visible = bool(going)
        rows = "".join(f"<li>{self._line(run)}</li>" for run in self.mine)
        self.said.object = f'<ul class="runs" role="status">{rows}</ul>' if rows else ""

    def _line(self, run: Run) -> str:
        """One run in words, with a bar while it goes."""
        say = self.lang.say
        share = 100 * run.months / run.of
        bar = ""
        if run.state == runs.RUNNING:
            told = escape(say(_("Progress of {file}", file=Plain(run.path.name))))
            bar = f' <progress max="100" value="{share:.0f}" aria-label="{told}"></progress>'
        return f"{escape(say(self._told(run, share)))}{bar}"

    def _told(self, run: Run, share: float) -> Value:
        file = Plain(run.path.name)
        match run.state:
            case runs.WAITING:
                return _("{file}: waits; before it in the queue: {before}. One goes at a time.",
                         file=file, before=Number(self.shared.runs.before(run)))  # fmt: skip
            case runs.RUNNING:
                return _("{file}: {share}% is done.", file=file, share=Number(share))
            case runs.DONE:
                return _("{file}: ready. It stands under Results.", file=file)
            case runs.FAILED:
                return _("{file}: it failed: {line}", file=file, line=Plain(run.line))
        return _("{file}: stopped; nothing was left half-written.", file=file)

    def _cancel(self, _event: object) -> None:
        for run in [run for run in self.mine if run.state not in runs.OVER][-1:]:
            self.shared.runs.cancel(run)
        self._look()
