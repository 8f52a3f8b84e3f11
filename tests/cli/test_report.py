"""`llo report` from a comparison to its files, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import xarray as xr
from docx import Document

from experiments import results

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]


def test_a_comparison_becomes_a_page_and_a_document(
    llo: Llo, invented: Callable[..., xr.Dataset], tmp_path: Path
) -> None:
    results.write(invented(), tmp_path / "mine.nc")
    code, out, err = llo("report", "mine.nc", "--lang", "en", "--out", "told")
    assert (code, err) == (0, "")
    assert [line.split(" (")[0] for line in out.splitlines()] == [
        "Written: told/mine.en.html", "Written: told/mine.en.docx",
    ]  # fmt: skip
    page = (tmp_path / "told" / "mine.en.html").read_text(encoding="utf-8")
    assert '<h2 id="answer-title">The answer in five sentences</h2>' in page
    assert Document(str(tmp_path / "told" / "mine.en.docx")).paragraphs[0].text in page
    assert sorted(p.name for p in (tmp_path / "told").iterdir()) == ["mine.en.docx", "mine.en.html"]


def test_a_variant_without_instruments_is_refused(refused: Refused, compared: Path) -> None:
    told = refused("report", compared / "once" / "compare.nc", "--out", ".")
    assert told.endswith("make it anew with `llo compare`")
    assert "variant nothing is empty" in told


def test_wrong_words_are_refused(
    refused: Refused, invented: Callable[..., xr.Dataset], tmp_path: Path
) -> None:
    results.write(invented(), tmp_path / "mine.nc")
    (tmp_path / "life.json").write_text(json.dumps({"persona": "ann"}), encoding="utf-8")
    here = ("--out", ".")
    assert "no such file" in refused("report", "none.nc", *here)
    assert refused("report", "mine.nc", "--lang", "fr", *here) == "--lang fr: there are nl and en"
    assert "no store of a study" in refused("report", "mine.nc", "--sweep", "nowhere", *here)
    assert "--personas life.json: not a life" in refused(
        "report", "mine.nc", "--personas", "life.json", *here
    )
