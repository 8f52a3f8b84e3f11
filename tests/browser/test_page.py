"""The page in a real browser: by day and by night, wide and narrow, by keyboard, on paper."""

from __future__ import annotations

import base64
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

Window = Any  # of conftest.py
LOOKS = [(1280, False), (1280, True), (400, False), (400, True)]
look = pytest.mark.parametrize(
    ("width", "dark"), LOOKS, ids="wide wide-dark narrow narrow-dark".split()
)
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"


def press(window: Window, *keys: str) -> None:
    for key in keys:
        ActionChains(window.driver).send_keys(key).perform()


@look
def test_it_opens_without_complaint_and_asks_for_nothing(
    window: Window, page: Path, width: int, dark: bool
) -> None:
    window.requests(), window.complaints()
    window.look(page, width, dark=dark)
    asked = [url for url in window.requests() if not url.startswith("data:")]
    assert asked == [page.as_uri()]
    assert window.complaints() == []
    assert window.ask("return document.title").startswith("Leven lang ontwikkelen")


@look
def test_nothing_sticks_out(window: Window, page: Path, width: int, dark: bool) -> None:
    window.look(page, width, dark=dark)
    window.ask(OPEN)
    assert window.ask("return document.documentElement.scrollWidth") <= width
    narrow = window.ask("""
        return [...document.querySelectorAll('svg')]
          .filter(s => s.getBoundingClientRect().width < 250).length""")
    assert narrow == 0
    small = window.ask("""
        return Math.min(...[...document.querySelectorAll('svg text')].map(t => {
          const box = t.ownerSVGElement;
          return parseFloat(getComputedStyle(t).fontSize) * box.getBoundingClientRect().width
            / box.viewBox.baseVal.width;
        }))""")
    assert small >= 8


@look
def test_it_follows_the_colours_of_day_and_night(
    window: Window, page: Path, width: int, dark: bool
) -> None:
    window.look(page, width, dark=dark)
    paper, ink, text = window.ask("""
        const of = (e, p) => getComputedStyle(e)[p].match(/\\d+/g).slice(0, 3).map(Number);
        return [of(document.body, 'backgroundColor'), of(document.body, 'color'),
                of(document.querySelector('svg text'), 'fill')]""")
    assert (sum(paper) < sum(ink)) is dark
    assert text == ink


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (400, True)])
def test_axe_finds_nothing_serious(window: Window, page: Path, width: int, dark: bool) -> None:
    window.look(page, width, dark=dark)
    window.ask(OPEN)
    window.ask(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    window.driver.set_script_timeout(50)
    found = window.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(r => done(r), e => done({error: String(e)}))"
    )
    assert "error" not in found
    assert len(found["passes"]) > 15
    serious = [(v["id"], v["nodes"][0]["html"][:200], v["nodes"][0].get("failureSummary"))
               for v in found["violations"] if v["impact"] in ("serious", "critical")]  # fmt: skip
    assert serious == []


def test_it_is_read_by_keyboard(window: Window, page: Path) -> None:
    window.look(page, 1280, dark=False)
    where = "const e = document.activeElement; return [e.tagName, e.className]"
    press(window, Keys.TAB)
    assert window.ask(where)[1] == "skip"
    assert window.ask("return document.activeElement.getBoundingClientRect().left") >= 0
    press(window, Keys.ENTER)
    assert window.ask("return document.activeElement.id") == "content"
    # From there every table and every picture's numbers are met, and each can be opened.
    met, opened = set(), 0
    for _ in range(80):
        press(window, Keys.TAB)
        tag, kind = window.ask(where)
        if tag == "BODY":
            break
        met.add((tag, kind))
        if tag == "SUMMARY":
            press(window, Keys.ENTER)
            opened += window.ask("return document.activeElement.parentElement.open")
        outline = window.ask("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    assert {("SUMMARY", ""), ("DIV", "wide")} <= met
    assert opened == window.ask("return document.querySelectorAll('details').length") > 4


def test_contents_lead_to_their_sections(window: Window, page: Path) -> None:
    window.look(page, 1280, dark=False)
    links = window.driver.find_elements("css selector", "nav a")
    assert len(links) == 16
    links[6].click()
    key = links[6].get_attribute("href").partition("#")[2]
    top = window.ask(
        "return document.getElementById(arguments[0]).getBoundingClientRect().top", key
    )
    assert 0 <= top < 100


def test_it_prints_with_its_numbers(window: Window, page: Path) -> None:
    window.look(page, 1280, dark=True)
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = window.ask("""
        const d = document.querySelector('details table').getBoundingClientRect();
        return [d.height, getComputedStyle(document.body).backgroundColor,
                getComputedStyle(document.querySelector('nav')).display]""")
    assert shown[0] > 50
    assert shown[1:] == ["rgb(255, 255, 255)", "none"]
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    made = window.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    paper = base64.b64decode(made["data"])
    assert paper.startswith(b"%PDF")
    assert 10 < paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") < 80
