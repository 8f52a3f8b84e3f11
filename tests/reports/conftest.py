"""Fixtures: a results file with invented numbers, and its report in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from docx import Document
from docx.document import Document as Doc
from lxml import html

from experiments import results
from reports import writing

Cells = dict[tuple[str, str, str], str]  # table, row, column: what stands there


@pytest.fixture(scope="session")
def data(invented: Callable[..., xr.Dataset]) -> xr.Dataset:
    """Three parameter sets with two lives each, 2025 to 2031."""
    return invented()


@pytest.fixture(scope="session")
def written(data: xr.Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The files of the report by language."""
    folder = tmp_path_factory.mktemp("report")
    results.write(data, folder / "compare.nc")
    return {lang: writing.write(folder / "compare.nc", lang, folder) for lang in ("nl", "en")}


@pytest.fixture(scope="session")
def pages(written: dict[str, list[Path]]) -> dict[str, html.HtmlElement]:
    """The page by language, parsed."""
    return {lang: html.document_fromstring(files[0].read_text(encoding="utf-8"))
            for lang, files in written.items()}  # fmt: skip


@pytest.fixture(scope="session")
def documents(written: dict[str, list[Path]]) -> dict[str, Doc]:
    """The Word document by language."""
    return {lang: Document(str(files[1])) for lang, files in written.items()}


@pytest.fixture(scope="session")
def cells(pages: dict[str, html.HtmlElement]) -> dict[str, Cells]:
    """What stands in every cell of every table of the page, without lights."""
    found: dict[str, Cells] = {}
    for lang, page in pages.items():
        found[lang] = {}
        for table in page.iter("table"):
            for cell in table.iter("td"):
                text = cell.text_content()
                for light in cell.find_class("light"):
                    text = text.removesuffix(light.text_content()).rstrip()
                key = (table.get("id").removesuffix("-table"), cell.get("data-row"),
                       cell.get("data-column"))  # fmt: skip
                assert key not in found[lang], key
                found[lang][key] = " ".join(text.split())
    return found
