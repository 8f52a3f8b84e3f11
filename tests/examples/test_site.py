"""The documentation site: built without a warning, whole, and in need of nothing outside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
OUTSIDE = ("http:", "https:", "//")
# Attributes by which a page asks for something as it opens; an <a> waits for a click.
ASKS = {("link", "href"), ("script", "src"), ("img", "src"), ("img", "srcset"), ("iframe", "src"),
        ("source", "src"), ("video", "src"), ("object", "data"), ("use", "href")}  # fmt: skip


@dataclass
class Page(HTMLParser):
    """What a page links to, asks for, and can be linked to."""

    links: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif (tag, name) == ("a", "href") and value:
                self.links.append(value)
            elif (tag, name) in ASKS and value:
                self.asked.append(value)
            elif name == "style" and value:
                self.asked += re.findall(r"url\(['\"]?([^)'\"]+)", value)


@cache
def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def files_of(nav: object) -> Iterator[str]:
    """Every file that the navigation names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for part in nav:
            yield from files_of(part)
    elif isinstance(nav, dict):
        for part in nav.values():
            yield from files_of(part)


def test_every_page_is_in_the_navigation_once() -> None:
    named = list(files_of(CONFIG["nav"]))
    assert len(named) == len(set(named))
    assert set(named) == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


def test_every_page_is_built(site: Path) -> None:
    built = {path.relative_to(site).with_suffix(".md").as_posix() for path in pages(site)}
    assert built - {"404.md"} == set(files_of(CONFIG["nav"]))


def test_no_page_asks_for_anything_outside(site: Path) -> None:
    for path in pages(site):
        page = read(path)
        assert page.asked
        assert not [url for url in page.asked if url.startswith(OUTSIDE)], path
    sheets = list(site.rglob("*.css"))
    assert len(sheets) > 2
    for sheet in sheets:
        asked = re.findall(r"(?:url\(|@import )['\"]?([^)'\"]+)", sheet.read_text(encoding="utf-8"))
        assert not [url for url in asked if url.startswith(OUTSIDE)], sheet


def test_every_link_inside_leads_to_a_page_and_its_anchor(site: Path) -> None:
    seen, lost = 0, []
    for path in pages(site):
        if path.name == "404.html":  # its links begin at the root of a server
            continue
        for link in read(path).links:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            to = (path.parent / unquote(url.path)).resolve() if url.path else path
            to = to / "index.html" if to.is_dir() else to
            anchor = unquote(url.fragment)
            here = to.is_file() and (not anchor or to.suffix != ".html" or anchor in read(to).ids)
            seen += 1
            if not here:
                lost.append(f"{path.relative_to(site)}: {link}")
    assert seen > 1_000
    assert not lost


def test_search_has_its_index_beside_it_with_every_page(site: Path) -> None:
    text = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("var __index = "))
    found = {entry["location"].split("#")[0] for entry in index["docs"]}
    assert found == {p.relative_to(site).as_posix() for p in pages(site)} - {"404.html"}
    assert sum("leerrekening" in entry["text"].lower() for entry in index["docs"]) > 20


def test_the_reference_shows_what_it_names(site: Path) -> None:
    for source in (DOCS / "api").glob("*.md"):
        page = read(site / "api" / f"{source.stem}.html")
        asked = re.findall(r"^::: (\S+)$", source.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(asked) <= page.ids
        assert source.stem == "index" or asked


def test_equations_need_no_script(site: Path) -> None:
    text = (site / "ODD.html").read_text(encoding="utf-8")
    assert "Lambda(a23 + intention I + affordability (G - Gbar)" in re.sub(r"<[^>]+>", "", text)
    assert "mathjax" not in text.lower()
    assert "katex" not in text.lower()
