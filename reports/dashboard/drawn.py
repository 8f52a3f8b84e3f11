"""A view that is drawn from what was chosen last: in the drawing thread, one after another."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import panel as pn

from reports.dashboard import components, files
from reports.dashboard.shared import Shared
from reports.parts import Block, Said, _


class Drawn:
    """One session's view: a form, and the blocks that its values ask for."""

    def __init__(self, shared: Shared, first: Said | None = None) -> None:
        self.shared, self.lang = shared, shared.asked.language
        self.values: dict[str, Any] = {}
        self.blocks: Sequence[Block] = ()
        self.form = components.Form(locale=self.lang.tag, sizing_mode="stretch_width")
        self.form.param.watch(self._moved, "asked")
        self.body = components.place(
            components.status(self.lang.say(first)) if first is not None else ""
        )
        self._document, self._turn = pn.state.curdoc, 0

    def made(self, values: dict[str, Any]) -> tuple[Said | None, Sequence[Block]]:
        """In the drawing thread: a heading, if there is one, and the blocks for these values.

        ValueError, TypeError or OSError with one line where there are none.
        """
        raise NotImplementedError

    def moved(self, given: dict[str, Any]) -> None:
        """The form was changed; `given` is what it gives."""
        raise NotImplementedError

    def show(self) -> None:
        """Have drawn what the values ask for; what was asked for before is no longer wanted."""
        self._turn += 1
        self.body.object = components.status(self.lang.say(_("Drawing.")))
        self.shared.draw(partial(self._draw, self._turn, dict(self.values)))

    def say(self, told: Said) -> None:
        """One sentence in place of what is drawn."""
        self.body.object = components.status(self.lang.say(told))

    def refuse(self, error: Exception) -> None:
        """What went wrong, in place of what is drawn; from any thread."""
        self.soon(partial(self._put, self._turn, (), components.refusal(_line(error))))

    def soon(self, action: Callable[[], None]) -> None:
        """Do something in the session's own thread."""
        if self._document is not None:
            self._document.add_next_tick_callback(action)

    def csv(self) -> io.StringIO:
        """The tables that are shown."""
        return files.table_csv(files.tables_of(self.blocks), self.lang)

    def figures(self, kind: str) -> io.BytesIO:
        """The pictures that are shown, as `kind` of file each."""
        drawn = files.pictures_of(self.blocks)
        return self.shared.drawing.submit(files.drawings, drawn, self.lang, kind).result()

    def _moved(self, event: Any) -> None:
        self.moved({k: event.new.get(k, v) for k, v in self.values.items()})

    def _draw(self, turn: int, values: dict[str, Any]) -> None:
        if turn != self._turn:
            return
        blocks: Sequence[Block] = ()
        try:
            title, blocks = self.made(values)
            head = f"<h2>{self.lang.say(title)}</h2>" if title is not None else ""
            shown = head + components.blocks(blocks, self.lang)
        except (ValueError, TypeError, OSError) as error:
            shown = components.refusal(_line(error))
        self.soon(partial(self._put, turn, blocks, shown))

    def _put(self, turn: int, blocks: Sequence[Block], shown: str) -> None:
        if turn == self._turn:
            self.blocks, self.body.object = blocks, shown


def _line(error: Exception) -> str:
    return str(error).replace("\n", " ")
