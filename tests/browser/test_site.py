"""The documentation site in a real browser, opened from a folder: colours, width, search, axe."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

Window = Any  # of conftest.py
LOOKS = [(1280, False), (1280, True), (400, False), (400, True)]
look = pytest.mark.parametrize(
    ("width", "dark"), LOOKS, ids="wide wide-dark narrow narrow-dark".split()
)
PAGES = ("index", "faq", "tutorials/own-policy", "commands", "sensitivity", "api/policies")
LONG = ("glossary", "instruments", "validation", "assumptions", "ODD")


def opened(window: Window, site: Path, page: str, width: int, *, dark: bool) -> None:
    window.requests(), window.complaints()
    window.look(site / f"{page}.html", width, dark=dark)


@look
@pytest.mark.parametrize("page", PAGES + LONG)
def test_it_opens_without_complaint_asks_for_nothing_outside_and_fits(
    window: Window, site: Path, page: str, width: int, dark: bool
) -> None:
    opened(window, site, page, width, dark=dark)
    asked = [urlsplit(url) for url in window.requests()]
    assert len(asked) > 3
    assert {url.scheme for url in asked} <= {"file", "data"}
    assert all(Path(url.path).is_relative_to(site) for url in asked if url.scheme == "file")
    assert window.complaints() == []
    assert window.ask("return document.documentElement.scrollWidth") <= width


@look
def test_it_follows_the_colours_of_day_and_night(
    window: Window, site: Path, width: int, dark: bool
) -> None:
    opened(window, site, "index", width, dark=dark)
    paper, ink = window.ask("""
        const of = (e, p) => getComputedStyle(e)[p].match(/[\\d.]+/g).slice(0, 3).map(Number);
        return [of(document.body, 'backgroundColor'),
                of(document.querySelector('article'), 'color')]""")
    assert (sum(paper) < sum(ink)) is dark


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (400, True)])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_serious(
    window: Window, site: Path, page: str, width: int, dark: bool
) -> None:
    opened(window, site, page, width, dark=dark)
    assert serious(window) == []


@pytest.mark.parametrize("page", LONG[:2])  # on the others it takes half a minute
def test_axe_finds_nothing_serious_on_long_pages(window: Window, site: Path, page: str) -> None:
    opened(window, site, page, 1280, dark=False)
    assert serious(window) == []


def serious(window: Window) -> list[tuple[str, str, str]]:
    """What axe calls serious or critical: which rule, where, and how to mend it."""
    window.ask(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    window.driver.set_script_timeout(100)
    found = window.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(r => done(r), e => done({error: String(e)}))"
    )
    assert "error" not in found
    assert len(found["passes"]) > 15
    return [(v["id"], v["nodes"][0]["html"][:200], v["nodes"][0].get("failureSummary"))
            for v in found["violations"] if v["impact"] in ("serious", "critical")]  # fmt: skip


def test_search_works_from_a_folder_by_keyboard(window: Window, site: Path) -> None:
    opened(window, site, "index", 1280, dark=False)
    ActionChains(window.driver).send_keys("/").perform()
    assert window.ask("return document.activeElement.className").startswith("md-search__input")
    ActionChains(window.driver).send_keys("deadweight").perform()
    results = "return [...document.querySelectorAll('.md-search-result__link')].map(a => a.href)"
    found = WebDriverWait(window.driver, 20).until(lambda driver: driver.execute_script(results))
    assert any("/faq.html" in link for link in found)
    ActionChains(window.driver).send_keys(Keys.ARROW_DOWN, Keys.ENTER).perform()
    WebDriverWait(window.driver, 20).until(lambda driver: "index.html" not in driver.current_url)
    assert "deadweight" in window.ask("return document.querySelector('article').innerText").lower()
    assert {urlsplit(url).scheme for url in window.requests()} <= {"file", "data"}


def test_a_wide_table_is_scrolled_by_keyboard(window: Window, site: Path) -> None:
    opened(window, site, "assumptions", 400, dark=False)
    place = window.ask("""
        const box = document.querySelector('.md-typeset__scrollwrap[tabindex]');
        box.focus();
        return [document.activeElement === box, box.scrollLeft]""")
    assert place == [True, 0]
    for _ in range(3):
        ActionChains(window.driver).send_keys(Keys.ARROW_RIGHT).perform()
    WebDriverWait(window.driver, 20).until(
        lambda driver: driver.execute_script("return document.activeElement.scrollLeft") > 0
    )


def test_the_first_tab_skips_to_the_text(window: Window, site: Path) -> None:
    opened(window, site, "faq", 1280, dark=False)
    ActionChains(window.driver).send_keys(Keys.TAB).perform()
    assert window.ask("return document.activeElement.classList[0]") == "md-skip"
