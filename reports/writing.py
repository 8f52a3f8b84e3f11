"""A results file and what goes with it, written as a page and a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from calibration.files import write_text
from reports import check, content, html, judging, personas, study, word
from reports.gallery import Gallery
from reports.language import language


def write(
    file: Path,
    lang: str,
    out: Path,
    stores: Sequence[Path] = (),
    lives: Sequence[Path] = (),
    followed: Sequence[str] = (),
    judged: Path | None = None,
) -> list[Path]:
    """Write the report; the files. ValueError with one line where something is wrong.

    `lives` are files, `followed` names of personas, who are lived for it; `judged` is a file of
    criteria.
    """
    spoken = language(lang)
    data, scenario = check.opened(file)
    twins = judging.read(judged, scenario) if judged else judging.Twins()
    studies, read = [study.read(p) for p in stores], [personas.read(p) for p in lives]
    told = [*read, *personas.follow(scenario, followed)]
    made = content.report(data, scenario, studies, told, twins)
    gallery = Gallery(spoken)
    page, document = (out / f"{file.stem}.{lang}.{kind}" for kind in ("html", "docx"))
    write_text(page, html.page(made, gallery))
    word.write(made, gallery, document)
    return [page, document]
