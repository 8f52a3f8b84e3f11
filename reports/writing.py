"""A results file and what goes with it, written as a page and a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from calibration.files import write_text
from reports import check, content, html, personas, study, word
from reports.gallery import Gallery
from reports.language import language


def write(
    file: Path, lang: str, out: Path, stores: Sequence[Path] = (), lives: Sequence[Path] = ()
) -> list[Path]:
    """Write the report; the files. ValueError with one line where something is wrong."""
    spoken = language(lang)
    data, scenario = check.opened(file)
    made = content.report(
        data, scenario, [study.read(p) for p in stores], [personas.read(p) for p in lives]
    )
    gallery = Gallery(spoken)
    page, document = (out / f"{file.stem}.{lang}.{kind}" for kind in ("html", "docx"))
    write_text(page, html.page(made, gallery))
    word.write(made, gallery, document)
    return [page, document]
