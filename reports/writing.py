"""A results file and what goes with it, written as a page and a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from calibration.files import write_text
from reports import check, content, html
from reports.language import language


def write(
    file: Path, lang: str, out: Path, stores: Sequence[Path] = (), lives: Sequence[Path] = ()
) -> list[Path]:
    """Write the report; the files. ValueError with one line where something is wrong."""
    spoken = language(lang)
    data, scenario = check.opened(file)
    made = content.report(data, scenario)
    page = out / f"{file.stem}.{lang}.html"
    write_text(page, html.page(made, spoken))
    return [page]
