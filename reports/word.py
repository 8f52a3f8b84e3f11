"""The report as a Word document: the same sections, tables and pictures."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from calibration.files import beside
from reports import names
from reports.gallery import Gallery
from reports.parts import (
    Bullets,
    Figure90,
    Missing,
    Number,
    Panel,
    Picture,
    Report,
    Said,
    Table,
    Value,
    _,
)

DPI = 140
BLUE = RGBColor(0x15, 0x42, 0x73)
ACROSS, FIRST = 25.7, 6.7  # cm: of the page within its margins, and of a table's first column
WIDE = Cm(8.6)  # of a panel; two of them fit beside each other on a page that lies


class Writer:
    """A document that is being written in a language."""

    def __init__(self, report: Report, gallery: Gallery) -> None:
        self.report, self.gallery, self.language = report, gallery, gallery.language
        self.document: Doc = Document()
        self._set_up()

    def write(self) -> Doc:
        """The whole document."""
        self.document.add_heading(self.say(self.report.title), 0)
        self.document.add_paragraph(self.say(self.report.subtitle), style="Subtitle")
        step = ""
        for section in self.report.sections:
            if self.say(section.step) != step:
                step = self.say(section.step)
                self.document.add_heading(step, 1)
            self.document.add_heading(self.say(section.title), 2)
            for block in section.blocks:
                self._block(block)
        return self.document

    def say(self, value: Value | None) -> str:
        """A value in words."""
        return self.language.say(value)

    def _set_up(self) -> None:
        """A page that lies, margins, language, and what the document says of itself."""
        page = self.document.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = Cm(29.7), Cm(21.0)
        for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
            setattr(page, side, Cm(2.0))
        about = self.document.core_properties
        about.title, about.language = self.say(self.report.title), self.language.tag
        about.author = self.say(_("LLO simulator · report"))
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", Pt(10.5)
        spoken = OxmlElement("w:lang")
        spoken.set(qn("w:val"), self.language.tag)
        normal.element.get_or_add_rPr().append(spoken)
        for name in ("Title", "Heading 1", "Heading 2"):
            self.document.styles[name].font.color.rgb = BLUE

    def _block(self, block: object) -> None:
        match block:
            case Said():
                self._runs(self.document.add_paragraph(), block)
            case Bullets(points, ordered):
                for point in points:
                    style = "List Number" if ordered else "List Bullet"
                    self._runs(self.document.add_paragraph(style=style), point)
            case Missing(what, command):
                told = self.document.add_paragraph(style="Intense Quote")
                told.add_run(f"{self.say(what)} {self.say(_('This command makes it:'))} ")
                told.add_run(command).font.name = "Consolas"
            case Table():
                self._table(block)
            case Picture():
                self._picture(block)

    def _runs(self, paragraph: Paragraph, said: Said) -> None:
        paragraph.add_run(self.say(said))

    def _picture(self, picture: Picture) -> None:
        """Panels two by two, the caption under them, then their numbers."""
        across = 2 if len(picture.panels) > 1 else 1
        rows = -(-len(picture.panels) // across)
        grid = self.document.add_table(rows, across)
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        for line in grid.rows:  # a title stays with its drawing
            line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for k, panel in enumerate(picture.panels):
            cell = grid.cell(k // across, k % across)
            if across > 1:
                title = cell.paragraphs[0]
                title.add_run(self.say(panel.title)).bold = True
                title.paragraph_format.keep_with_next = True
                self._drawing(cell.add_paragraph(), panel)
            else:
                self._drawing(cell.paragraphs[0], panel)
        caption = self.document.add_paragraph(style="Caption")
        caption.add_run(f"{self.say(picture.caption)}. {self.say(picture.source)}")
        if picture.table is not None:
            self._table(picture.table)

    def _drawing(self, paragraph: Paragraph, panel: Panel) -> None:
        """The panel as an image that says in words what it shows."""
        figure, file = self.gallery.figure(panel), io.BytesIO()
        figure.savefig(file, format="png", dpi=DPI, facecolor="white")
        tall = figure.get_figheight() / figure.get_figwidth() * WIDE
        most = Cm(15.0)
        size = {"height": most} if tall > most else {"width": WIDE}
        file.seek(0)
        shape = paragraph.add_run().add_picture(file, **size)
        told = shape._inline.docPr  # python-docx has no other way to give a text
        told.set("descr", f"{self.say(panel.title)}. {self.say(panel.told)}")

    def _table(self, table: Table) -> None:
        """A table with a caption above it and a heading row that repeats on every page."""
        caption = self.document.add_paragraph(style="Caption")
        caption.add_run(self.say(table.caption))
        caption.paragraph_format.keep_with_next = True
        across = len(table.head)
        made = self.document.add_table(1 + len(table.rows), across, style="Light List Accent 1")
        # Cells by row at once: asking the table for each one walks the whole of it again.
        lines = [row.cells for row in made.rows]
        made.autofit = False
        rest = Cm((ACROSS - FIRST) / max(across - 1, 1))
        for line in lines:
            for k, cell in enumerate(line):
                cell.width = rest if k else Cm(FIRST)
        for cell, head in zip(lines[0], table.head, strict=True):
            _fill(cell, self.say(head), bold=True)
        repeats = OxmlElement("w:tblHeader")
        repeats.set(qn("w:val"), "true")
        made.rows[0]._tr.get_or_add_trPr().append(repeats)
        for line, row in zip(lines[1:], table.rows, strict=True):
            if row.heading:
                _fill(line[0].merge(line[-1]), self.say(row.label), bold=True)
                continue
            _fill(line[0], self.say(row.label), bold=False)
            for cell, value in zip(line[1:], row.cells, strict=True):
                _fill(
                    cell,
                    self._cell(value),
                    bold=False,
                    right=value is None or isinstance(value, Number | Figure90),
                )
        for note in table.notes:
            told = self.document.add_paragraph(self.say(note))
            told.runs[0].font.size = Pt(8.5)

    def _cell(self, value: Value | None) -> str:
        """A value with the letter of its light."""
        told = self.say(value)
        if isinstance(value, Figure90) and value.light:
            return f"{told} {self.say(names.LETTERS[value.light])}"
        return told


def _fill(cell: object, text: str, *, bold: bool, right: bool = False) -> None:
    paragraph: Paragraph = cell.paragraphs[0]  # type: ignore[attr-defined]
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(8.5)
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = 2


def write(report: Report, gallery: Gallery, path: Path) -> None:
    """Write the document, whole or not at all."""
    made = Writer(report, gallery).write()
    with beside(path) as part:
        made.save(str(part))
