"""The report as one page that holds all it needs: no script, no address, no server."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import names, svg
from reports.gallery import Gallery
from reports.language import Language
from reports.parts import (
    Block,
    Bullets,
    Figure90,
    Listed,
    Missing,
    Number,
    Picture,
    Plain,
    Report,
    Said,
    Table,
    Value,
    _,
)

FOLDER = Path(__file__).parent / "templates"
KINDS = {Said: "said", Bullets: "bullets", Table: "table", Picture: "picture", Missing: "missing"}


class Telling:
    """How the templates say blocks, and what stands in them."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery, self.language = gallery, gallery.language

    def kind(self, block: object) -> str:
        """Which part of the template a block is for."""
        return KINDS[type(block)]

    def say(self, value: Value | None) -> Markup:
        """A value with its mark-up: names and commands as code, a light as a badge."""
        if isinstance(value, Plain):
            return Markup("<code>{}</code>").format(value.text)
        if isinstance(value, Figure90):
            return self._figure(value, Markup(""))
        if isinstance(value, Listed):
            return escape(self.language.say(value))
        if isinstance(value, Said):
            message = self.language.catalogue.gettext(value.message) if value.message else ""
            told = {k: self.say(v) for k, v in value.fields.items()}
            return Markup(escape(message)).format(**told)
        return escape(self.language.say(value))

    def words(self, value: Value | None) -> str:
        """A value without mark-up."""
        return self.language.say(value)

    def cell(self, value: Value | None) -> Markup:
        """What stands in a cell of a table, with its light."""
        if not isinstance(value, Figure90):
            return self.say(value)
        return self._figure(value, self._light(value))

    def _figure(self, figure: Figure90, light: Markup) -> Markup:
        """A figure, its band, which does not break over lines, and its light."""
        told = self.language.figure(figure.estimate, figure.decimals)
        middle, between, rest = told.partition(" ")
        shown = '<span class="figure"><b>{}</b>{}<span class="band">{}{}</span></span>'
        return Markup(shown).format(middle, between, rest, light)

    def _light(self, cell: Figure90) -> Markup:
        """The badge of a figure: its letter to see, its meaning to hear."""
        if not cell.light:
            return Markup("")
        word = self.words(names.LIGHTS[cell.light])
        letter = self.words(names.LETTERS[cell.light])
        return Markup(
            ' <span class="light {}" title="{}"><span aria-hidden="true">{}</span>'
            '<span class="hidden">{}</span></span>'
        ).format(cell.light, word, letter, word)

    def numeric(self, cell: Value | None) -> bool:
        """Whether a cell stands to the right."""
        return cell is None or isinstance(cell, Number | Figure90)

    def drawing(self, picture: Picture, number: int) -> Markup:
        """One panel as a drawing in the page."""
        panel = picture.panels[number]
        key = f"{picture.key}-{number}"
        return Markup(
            svg.inline(self.gallery.figure(panel), key, self.words(panel.title),
                       self.words(panel.told))
        )  # fmt: skip


class Page(Telling):
    """What the template of a report asks for while it is filled in."""

    def __init__(self, report: Report, gallery: Gallery) -> None:
        super().__init__(gallery)
        self.report = report

    @cached_property
    def steps(self) -> list[tuple[str, list[object]]]:
        """Sections by step of the Beleidskompas, for the table of contents."""
        found: list[tuple[str, list[object]]] = []
        for section in self.report.sections:
            step = self.language.say(section.step)
            if not found or found[-1][0] != step:
                found.append((step, []))
            found[-1][1].append(section)
        return found


def environment(language: Language, *folders: Path) -> Environment:
    """Where templates are found, and what they may say."""
    made = Environment(
        loader=FileSystemLoader([*folders, FOLDER]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals["_"] = language.catalogue.gettext
    return made


def style() -> str:
    """The style sheet of the page."""
    return (FOLDER / "report.css").read_text(encoding="utf-8")


def page(report: Report, gallery: Gallery) -> str:
    """The page as text, in the language of its drawings."""
    language = gallery.language
    filled = io.StringIO()
    template = environment(language).get_template("report.html")
    template.stream(p=Page(report, gallery), report=report, language=language,
                    style=Markup(style())).dump(filled)  # fmt: skip
    return filled.getvalue()


def fragment(blocks: Sequence[Block], gallery: Gallery) -> str:
    """Blocks as they stand in a page, without the page."""
    template = environment(gallery.language).get_template("blocks.html")
    return str(template.module.blocks(blocks, Telling(gallery)))  # type: ignore[attr-defined]


LABELS = (_("Contents"), _("To the content"))
