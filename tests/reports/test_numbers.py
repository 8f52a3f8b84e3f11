"""The numbers of a report, read back out of its page and its document, are those of the Dataset."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr
from docx.document import Document as Doc
from lxml import html
from numpy.typing import NDArray

from experiments.table import SHARES

Cells = dict[tuple[str, str, str], str]
LANGUAGES = ("nl", "en")
Array = NDArray[np.float64]


def parsed(text: str, lang: str) -> tuple[list[float], float]:
    """The figure with its band, and the step to which it is rounded."""
    shown = re.findall(r"−?\d[\d.,]*", text)
    grouping, point = (".", ",") if lang == "nl" else (",", ".")
    shown = [s.rstrip(",.") for s in shown]
    plain = [s.replace("−", "-").replace(grouping, "").replace(point, ".") for s in shown]
    places = max(len(p.partition(".")[2]) for p in plain)
    zeros = min(len(p) - len(p.rstrip("0")) for p in plain) if not places else 0
    return [float(p) for p in plain], 10.0 ** (zeros - places)


def band(per_life: Array) -> list[float]:
    """Median and 90% band over lives, as Weibull has quantiles, worked out here anew."""
    ordered = np.sort(np.asarray(per_life, float).ravel())
    at = np.array([0.5, 0.05, 0.95]) * (ordered.size + 1) - 1
    return [float(x) for x in np.interp(at, np.arange(ordered.size), ordered)]


def agrees(text: str, per_life: Array, lang: str) -> None:
    """AssertionError unless the cell shows this measure, each end rounded to its step."""
    found, step = parsed(text, lang)
    for shown, true in zip(found, band(per_life), strict=True):
        assert abs(shown - true) <= 0.501 * max(step, 1e-9) + 1e-9 * abs(true), (text, true)


def lives(data: xr.Dataset, name: str, variant: str, **where: object) -> Array:
    return np.asarray(data[name].sel(variant=variant, **where).values, float)


@pytest.fixture(scope="session")
def variants(data: xr.Dataset) -> list[str]:
    return [str(v) for v in data["variant"].values]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_participation_by_year(
    cells: dict[str, Cells], data: xr.Dataset, variants: list[str], lang: str
) -> None:
    calendar = 2027 + data["time"].values
    for year in range(2027, 2032):
        quarters = data["time"].values[(calendar > year + 0.1) & (calendar < year + 1.1)]
        assert quarters.size == 4
        for v in variants:
            level = 100 * lives(data, "aes", v, time=quarters, group="all").mean(axis=-1)
            agrees(cells[lang]["participation", f"aes-{year}", v], level, lang)
            if year == 2030:
                agrees(cells[lang]["target", "gap", v], level - 62, lang)
                met = cells[lang]["target", "met", v]
                assert met == str(int((level >= 62).sum()))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_gains(
    cells: dict[str, Cells], data: xr.Dataset, variants: list[str], lang: str
) -> None:
    rows = {row for table, row, _ in cells[lang] if table == "gains"}
    assert {r.partition(":")[0] for r in rows} == {"education", "contract", "age", "size", "sector"}
    last = data["time"].values[-4:]
    for row in rows:
        null = lives(data, "two_years", "null", time=last, group=row)
        for v in variants[1:]:
            own = lives(data, "two_years", v, time=last, group=row)
            agrees(cells[lang]["gains", row, v], 100 * (own - null).mean(axis=-1), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_the_public_euro_goes(
    cells: dict[str, Cells], data: xr.Dataset, variants: list[str], lang: str
) -> None:
    parts = (*SHARES, "programme", "administration")
    after = list(range(2027, 2032))
    for v in variants[1:]:
        sums = {p: lives(data, f"{p}_eur", v, year=after).sum(axis=-1) for p in parts}
        total = np.sum(list(sums.values()), axis=0)
        for p in parts:
            agrees(cells[lang]["euro", p, v], 100 * sums[p] / total, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cost_and_liability(
    cells: dict[str, Cells], data: xr.Dataset, variants: list[str], lang: str
) -> None:
    for year in range(2027, 2032):
        standing = lives(data, "standing_eur", "null", year=year)
        for v in variants[1:]:
            paid = {n: lives(data, f"{n}_eur", v, year=year) for n in (
                "awards", "administration", "programme", "returned", "repaid", "standing")
            }  # fmt: skip
            cost = (paid["awards"] + paid["administration"] + paid["programme"] - paid["returned"]
                    - paid["repaid"] + paid["standing"] - standing)  # fmt: skip
            agrees(cells[lang]["money", f"cost-{year}", v], cost / 1e6, lang)
            owed = lives(data, "outstanding_eur", v, year=year)
            agrees(cells[lang]["money", f"liability-{year}", v], owed / 1e6, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_applications_and_stages(
    cells: dict[str, Cells], data: xr.Dataset, variants: list[str], lang: str
) -> None:
    after = list(range(2027, 2032))
    for v in variants[1:]:
        got, away, refused = (
            lives(data, n, v, year=after).mean(axis=-1)
            for n in ("awards", "turned_away", "rejected")
        )
        made = got + away + refused
        agrees(cells[lang]["queue", "applications", v], made / 1e3, lang)
        agrees(cells[lang]["queue", "share", v], 100 * away / made, lang)
        came, paid, away = (lives(data, f"line_{n}", v, year=2027, minute=60) / 1e3
                            for n in ("came", "paid", "away"))  # fmt: skip
        agrees(cells[lang]["opening", "waiting-60", v], came - paid - away, lang)
        agrees(cells[lang]["opening", "away-60", v], away, lang)
        moved = lives(data, "planned", v, year=after).mean(axis=-1)
        agrees(cells[lang]["flows", "planned", v], moved / 1e3, lang)
        for stage in data["stage"].values:
            share = 100 * lives(data, "stage_share", v, time=5.0, stage=stage)
            agrees(cells[lang]["stages", f"{stage}-5", v], share, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_criteria_hold_the_null_beside_every_variant(
    cells: dict[str, Cells], data: xr.Dataset, variants: list[str], lang: str
) -> None:
    shown = {column for table, _, column in cells[lang] if table == "criteria"}
    assert shown == set(variants)
    for v in variants[1:]:
        cost = cells[lang]["criteria", "Cost: in year 5", v]
        assert cost == cells[lang]["money", "cost-2031", v]
        persons = 1e6 * lives(data, "reach", v, year=list(range(2027, 2032)),
                              group=["education:practical", "all"]).mean(axis=-2)  # fmt: skip
        agrees(cells[lang]["criteria", "Targeting: practically educated among public learners", v],
               100 * persons[..., 0] / persons[..., 1], lang)  # fmt: skip
    assert cells[lang]["criteria", "Cost: cost a year above the null", "null"] == (
        "0 [0; 0]" if lang == "nl" else "0 [0, 0]"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_word_has_the_tables_of_the_page(
    pages: dict[str, html.HtmlElement], documents: dict[str, Doc], lang: str
) -> None:
    def text(cell: html.HtmlElement) -> str:
        for hidden in cell.find_class("hidden"):
            hidden.text = ""
        return " ".join(cell.text_content().split())

    page = html.fromstring(html.tostring(pages[lang]))
    of_page = [[[text(c) for c in row.iter("td", "th")] for row in t.iter("tr")]
               for t in page.iter("table")]  # fmt: skip
    tables = [t for t in documents[lang].tables if t.style.name.startswith("Light List")]
    assert len(tables) == len(of_page) > 10
    for table, rows in zip(tables, of_page, strict=True):
        lines = [list(dict.fromkeys(c._tc for c in row.cells)) for row in table.rows]
        for line, row in zip(lines, rows, strict=True):
            shown = [" ".join("".join(t.text or "" for t in c.iter(
                "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")).split())
                for c in line]  # fmt: skip
            assert shown == row


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_is_five_sentences_with_numbers(
    pages: dict[str, html.HtmlElement], documents: dict[str, Doc], lang: str
) -> None:
    points = [
        " ".join(li.text_content().split()) for li in pages[lang].xpath("//ol[@class='answer']/li")
    ]
    assert len(points) == 5
    numbered = [" ".join(p.text.split()) for p in documents[lang].paragraphs
                if p.style.name == "List Number"]  # fmt: skip
    assert numbered == points
    for point in points:
        assert point.endswith(".")
        assert re.search(r"\d \[−?[\d.,]+[;,] ", point), point
