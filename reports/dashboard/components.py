"""What the page is built of besides text: native controls in a form, and places for text.

A control is a plain HTML element with a label of its own, so that keyboards, telephones and screen
readers know it; Panel carries its value. What a page sends is checked by who receives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import panel as pn
import param
from panel.custom import JSComponent

from reports import html
from reports.gallery import Gallery
from reports.language import Language
from reports.parts import Block

HERE = Path(__file__).parent
STYLE = (HERE / "templates" / "dashboard.css").read_text(encoding="utf-8")


class Form(JSComponent):
    """Controls as data, in groups; `asked` is what was changed in the page, all of it together."""

    groups = param.List(doc="groups of controls: title, when and controls")
    values = param.Dict(default={}, doc="what stands in the controls, set from here")
    asked = param.Dict(default={}, doc="what the page says")
    locale = param.String(default="nl-NL")
    errors = param.Dict(default={}, doc="one line by control, or under the empty name")

    _esm = HERE / "form.js"
    _stylesheets = [STYLE]  # noqa: RUF012  # as Panel declares it


class Views(JSComponent):
    """Buttons that show one section of the page and hide the others."""

    labels = param.List(doc="keys and labels of the sections")
    shown = param.String(doc="the key of the section that is seen")
    told = param.String(doc="what the buttons are for")

    _esm = HERE / "views.js"
    _stylesheets = [STYLE]  # noqa: RUF012  # as Panel declares it


def place(text: str = "", **options: Any) -> pn.pane.HTML:
    """A place for text and drawings."""
    return pn.pane.HTML(
        text, sizing_mode="stretch_width", margin=0, stylesheets=[html.style(), STYLE], **options
    )


def status(text: str = "") -> str:
    """A line that is read aloud when it changes."""
    from markupsafe import escape

    return f'<p class="status" role="status" aria-live="polite">{escape(text)}</p>'


def refusal(text: str) -> str:
    """A line that says what is wrong."""
    from markupsafe import escape

    return f'<p class="refused" role="alert">{escape(text)}</p>'


def blocks(given: Sequence[Block], lang: Language) -> str:
    """Blocks as they stand in a report."""
    return html.fragment(given, Gallery(lang))


def gallery(given: Sequence[Block], lang: Language) -> str:
    """Pictures beside each other where there is room."""
    return f'<div class="gallery">{blocks(given, lang)}</div>'


def button(label: str) -> pn.widgets.Button:
    """A plain button."""
    return pn.widgets.Button(name=label, stylesheets=[STYLE], margin=(0, 8, 8, 0))


def download(label: str, name: str, make: Any) -> pn.widgets.FileDownload:
    """A button that downloads what `make` gives when it is pressed, under a name of ours."""
    return pn.widgets.FileDownload(
        callback=make, filename=name, label=label, button_type="default", stylesheets=[STYLE],
        margin=(0, 8, 8, 0),
    )  # fmt: skip
