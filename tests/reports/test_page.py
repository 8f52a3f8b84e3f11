"""The page holds all it needs, says what it lacks, and its drawings are told in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from docx.document import Document as Doc
from lxml import html
from matplotlib.colors import to_hex

from experiments import results
from experiments.picture import COLOURS
from reports import check, content, figures, opening, stage_figures, svg
from reports import html as paging
from reports.gallery import Gallery
from reports.language import language

ORDER = (
    "question", "answer", "criteria", "participation", "gains", "euro", "money", "queue", "stages",
    "sobol", "failures", "regret", "personas", "unknown", "register", "record",
)  # fmt: skip


def test_sections_stand_in_the_order_of_reading(
    pages: dict[str, html.HtmlElement], documents: dict[str, Doc]
) -> None:
    for lang, page in pages.items():
        assert tuple(s.get("id") for s in page.iter("section")) == ORDER
        titles = [s.find("h2").text_content() for s in page.iter("section")]
        heads = [p.text for p in documents[lang].paragraphs if p.style.name == "Heading 2"]
        assert heads == titles
        links = [a.get("href") for a in page.xpath("//nav//a")]
        assert links == [f"#{key}" for key in ORDER]


def test_the_page_asks_for_nothing_outside(written: dict[str, list[Path]]) -> None:
    for page, document in written.values():
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"https?:|//\w|@import|url\((?!#)|<script|<link[^>]+href=\"(?!data:)",
                             text)  # fmt: skip
        assert page.stat().st_size < 6e6
        assert document.stat().st_size < 6e6


def test_names_in_the_page_are_unique_and_references_meet(
    pages: dict[str, html.HtmlElement],
) -> None:
    for page in pages.values():
        ids = [e.get("id") for e in page.iter() if e.get("id")]
        assert len(ids) == len(set(ids))
        used = re.findall(r'(?:href="#|url\(#)([^")]+)', html.tostring(page, encoding="unicode"))
        used += [w for e in page.iter() for w in (e.get("aria-labelledby") or "").split()]
        assert set(used) <= set(ids)


def test_every_drawing_is_told_in_words_and_has_its_numbers(
    pages: dict[str, html.HtmlElement],
) -> None:
    for page in pages.values():
        drawings = list(page.iter("svg"))
        assert len(drawings) >= 12
        for drawing in drawings:
            assert drawing.get("role") == "img"
            assert len(drawing.find("title").text) > 3
            assert len(drawing.find("desc").text) > 40
        for figure in page.iter("figure"):
            assert figure.find("details").find(".//table") is not None
            assert re.search(r"[0-9a-f]{12}", figure.find_class("note")[0].text_content())


def test_what_is_not_there_is_named_with_its_command(pages: dict[str, html.HtmlElement]) -> None:
    for page in pages.values():
        lacking = {e.getparent().get("id"): e.find(".//code").text
                   for e in page.find_class("missing")}  # fmt: skip
        assert lacking.keys() == {"criteria", "sobol", "failures", "regret", "personas"}
        assert all(command.startswith("llo ") for command in lacking.values())


def test_the_record_holds_the_hash(pages: dict[str, html.HtmlElement], data: xr.Dataset) -> None:
    for page in pages.values():
        assert data.attrs["hash"] in page.get_element_by_id("record").text_content()


@pytest.mark.parametrize(("members", "seeds", "last"), [(0, 1, 2027), (2, 1, 2028)])
def test_a_short_or_central_comparison_gives_a_report_too(
    members: int, seeds: int, last: int, invented: Callable[..., xr.Dataset], tmp_path: Path
) -> None:
    results.write(invented(members, seeds, last), tmp_path / "b.nc")
    data, scenario = check.opened(tmp_path / "b.nc")
    text = paging.page(content.report(data, scenario), Gallery(language("nl")))
    text = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", text, flags=re.DOTALL)
    assert ("Zo leest u een cijfer: 1,2 ±0,3" in text) is not bool(members)
    assert not re.search(r"\b(nan|None|inf)\b", text)
    if last < 2030:
        assert "bevatten 2030 niet volledig" in text


def test_a_variant_has_the_same_colour_everywhere(data: xr.Dataset) -> None:
    spoken = language("en")
    made = [figures.participation(data, spoken), figures.added(data, spoken),
            figures.gains(data, "contract", spoken), figures.outlay(data, spoken),
            figures.liability(data, spoken), figures.opening(data, spoken),
            opening.queue(data, spoken)]  # fmt: skip
    for figure in made:
        shades = {str(line.get_label()): to_hex(line.get_color()) for line in figure.axes[0].lines}
        for name in ("voucher", "leerrekening", "leerrecht"):
            assert shades[name] == COLOURS[name].lower()


def test_lines_have_their_bands(data: xr.Dataset) -> None:
    spoken, variants = language("nl"), data.sizes["variant"]
    assert len(figures.participation(data, spoken).axes[0].collections) == variants
    for draw in (figures.added, figures.outlay, figures.liability, figures.opening, opening.queue):
        assert len(draw(data, spoken).axes[0].collections) == variants - 1


def test_an_alluvial_column_adds_up(data: xr.Dataset) -> None:
    axes = stage_figures.alluvial(data, "voucher", language("nl")).axes[0]
    columns = [bar.get_height() for bars in axes.containers for bar in bars]
    moments = len(axes.get_xticks())
    assert sum(columns) == pytest.approx(100 * moments)


def test_a_drawing_takes_the_colours_of_the_page(data: xr.Dataset) -> None:
    made = svg.inline(figures.outlay(data, language("nl")), "key", "a < b", "what it shows")
    assert 'role="img" aria-labelledby="key-title key-desc"' in made
    assert '<title id="key-title">a &lt; b</title>' in made
    assert "currentColor" in made
    assert "var(--blue)" in made
    assert figures.INK not in made


@pytest.mark.parametrize(("lang", "shown"), [("nl", "1.500"), ("en", "1,500")])
def test_numbers_on_an_axis_are_those_of_the_figure(
    lang: str, shown: str, data: xr.Dataset
) -> None:
    large = data.assign(outlay_eur_month=data["outlay_eur_month"] * 5)
    made = svg.inline(figures.outlay(large, language(lang)), "key", "title", "what it shows")
    assert f">{shown}</text>" in made
