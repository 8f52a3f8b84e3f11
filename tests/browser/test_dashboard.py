"""The dashboard in a real browser: every view, by day and by night, wide and narrow, driven."""

from __future__ import annotations

import base64
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from experiments import results
from reports.language import language
from reports.messages import messages

Window = Any  # of conftest.py
NEVER = 240  # seconds
LOOKS = [(1280, False), (1280, True), (400, False), (400, True)]
look = pytest.mark.parametrize(
    ("width", "dark"), LOOKS, ids="wide wide-dark narrow narrow-dark".split()
)
VIEWS = ("whatif", "results", "study", "persona")
SCENARIO = """
title = "Voucher, leerrekening and leerrecht beside doing nothing"
base = "baseline.toml"
standing = ["krediet", "oeno", "cao", "slim", "slim_scholing", "leeroverzicht"]
[time]
introduction = "2027-01"
years_before = 1
years_after = 3
spin_up_months = 12
[uncertainty]
members = 0
[seeds]
count = 2
[variants]
voucher = ["voucher"]
leerrecht = ["leerrecht"]
"""
# Elements inside Panel's shadow roots too.
DEEP = """const deep = (root, what) => [...root.querySelectorAll('*')].flatMap(e => [
  ...(e.matches(what) ? [e] : []), ...(e.shadowRoot ? deep(e.shadowRoot, what) : [])]);
const view = key => document.getElementById('view-' + key);
const words = (key, what) => deep(view(key), what).map(e => e.textContent).join('|');
"""
BUDGET = "deep(view('whatif'), 'label').find(l => l.textContent === 'landelijk budget per jaar')"
TABLE = "return words('whatif', '#comparison-table td')"
STATUS = "return words('whatif', '.status')"


class Visit:
    """A session in a window of its own."""

    def __init__(self, window: Window, address: str) -> None:
        self.window, self.address = window, address

    def open(self, width: int = 1280, *, dark: bool = False) -> None:
        self.window.look(self.address, width, dark=dark)
        self.until("return deep(document, 'input').length > 5")

    def ask(self, script: str, *given: Any) -> Any:
        return self.window.ask(DEEP + script, *given)

    def until(self, script: str, *given: Any) -> Any:
        return WebDriverWait(self.window.driver, NEVER, 0.2).until(
            lambda _driver: self.ask(script, *given), script
        )

    def see(self, key: str) -> None:
        """Show a view and wait until it is drawn."""
        self.ask(f"deep(document, '.views button')[{VIEWS.index(key)}].click()")
        self.until(f"return !view('{key}').hidden && deep(view('{key}'), 'svg').length > 0")

    def answered(self, told: str = "", lives: str = "2 van 2") -> None:
        """Wait until an answer of all lives is shown, at a setting."""
        self.until(f"const t = (() => {{ {STATUS} }})(); return t.includes(arguments[0]) && "
                   "t.includes(arguments[1])", told, lives)  # fmt: skip

    def budget(self, value: float) -> None:
        """Write a budget beside its slider."""
        self.ask(f"const n = {BUDGET}.parentElement.querySelector('input[type=number]');"
                 "n.value = arguments[0]; n.dispatchEvent(new Event('change'))", value)  # fmt: skip

    def press(self, key: str, label: str) -> None:
        """Press a button or a download."""
        self.ask(f"deep(view('{key}'), 'button, a').filter(b => b.textContent.trim() === "
                 "arguments[0]).pop().click()", label)  # fmt: skip

    def picture(self, path: Path) -> None:
        """Keep the whole page as a picture."""
        size = self.ask("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], 6_000), "scale": 1}
        made = self.window.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
        )
        path.write_bytes(base64.b64decode(made["data"]))

    def serious(self) -> list[Any]:
        """What axe finds serious or worse."""
        driver = self.window.driver
        driver.set_script_timeout(90)
        self.ask(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(r => done(r), e => done({error: String(e)}))"
        )
        assert len(found["passes"]) > 10, found.get("error")
        return [(v["id"], [n["html"][:160] for n in v["nodes"]][:3])
                for v in found["violations"] if v["impact"] in ("serious", "critical")]  # fmt: skip


@pytest.fixture(scope="module")
def server(
    invented: Callable[..., xr.Dataset], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The address of a dashboard with small lives, and its folder; Ctrl-C must end it."""
    folder = tmp_path_factory.mktemp("dashboard")
    results.write(invented(), folder / "mine.nc")
    (folder / "small.toml").write_text(SCENARIO, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "experiments", "dashboard", "mine.nc", "--scenario",
               "small.toml", "--persons", "1000", "--lives", "2", "--port", str(port), "--no-show",
               "--out", "out"]  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = process.stdout.readline()
    assert f"http://localhost:{port}/" in told
    yield f"http://localhost:{port}/", folder
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130


@pytest.fixture
def visit(window: Window, server: tuple[str, Path]) -> Visit:
    found = Visit(window, server[0])
    window.requests(), window.complaints()
    return found


@look
def test_every_view_opens_without_complaint(
    visit: Visit, pictures: Path, width: int, dark: bool
) -> None:
    visit.open(width, dark=dark)
    for key in VIEWS:
        visit.see(key)
        if key == "whatif":
            visit.answered()
            visit.until("return deep(view('whatif'), 'svg').length === 4")
        kind = f"{width}-{'dark' if dark else 'light'}"
        visit.picture(pictures / f"dashboard-{key}-{kind}.png")
        assert visit.ask("return document.documentElement.scrollWidth") <= width, key
        assert visit.serious() == [], key
    paper, ink, label = visit.ask("""
        const of = (e, p) => getComputedStyle(e)[p].match(/\\d+/g).slice(0, 3).map(Number);
        return [of(document.body, 'backgroundColor'), of(document.body, 'color'),
                of(deep(document, '.lever label')[0], 'color')]""")
    assert (sum(paper) < sum(ink)) is dark
    assert label == ink
    own = (visit.address, visit.address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in visit.window.requests() if not url.startswith(own)] == []
    wrong = [m["message"] for m in visit.window.driver.get_log("browser") if m["level"] != "INFO"]
    assert wrong == []


def test_a_lever_is_moved_by_keyboard_and_the_table_follows(visit: Visit) -> None:
    visit.open()
    visit.see("whatif")
    visit.answered("zoals in het scenario")
    before = visit.ask(TABLE)
    slider = visit.ask(f"return {BUDGET}.parentElement.querySelector('input[type=range]')")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    value = visit.ask("return arguments[0].value", slider)
    assert float(value) > 160
    visit.answered(f"{value} mln")
    told = visit.ask("return arguments[0].getAttribute('aria-valuetext')", slider)
    assert told == f"{value} mln euro"
    after = visit.ask(TABLE)
    assert after != before
    # A value that cannot be is refused in one line; the answer stays. Then all is as it was.
    visit.budget(-1)
    refused = visit.until(
        "return deep(view('whatif'), '.refused').filter(e => !e.hidden).map(e => e.textContent)[0]"
    )
    assert "voucher.budget = -1e+06: allowed is 0 to 1e+11 EUR/year" in refused
    assert visit.ask(TABLE) == after
    visit.press("whatif", "Terug naar het scenario")
    visit.answered("zoals in het scenario")
    assert visit.ask(TABLE) == before
    assert visit.ask("return arguments[0].value", slider) == "160"


def test_the_last_question_is_the_one_that_is_answered(visit: Visit) -> None:
    visit.open()
    visit.see("whatif")
    visit.answered()
    visit.budget(250)
    visit.answered("250 mln")
    wanted = visit.ask(TABLE)
    for value in (100, 300, 120, 280, 140, 250):  # faster than they can be answered
        visit.budget(value)
    visit.answered("250 mln")
    visit.press("whatif", "Deze vergelijking vastzetten")
    visit.until("return deep(view('whatif'), '#pinned-table').length === 0")
    visit.budget(120)
    visit.answered("120 mln")
    visit.until("return deep(view('whatif'), '#pinned-table').length > 0")
    assert "250 mln" in visit.ask("return words('whatif', '.note')")
    visit.budget(250)
    visit.answered("250 mln")
    assert visit.ask(TABLE) == wanted


def test_two_sessions_do_not_disturb_each_other(visit: Visit) -> None:
    driver = visit.window.driver
    visit.open()
    visit.see("whatif")
    visit.answered("zoals in het scenario")
    mine, before = driver.current_window_handle, visit.ask(TABLE)
    driver.switch_to.new_window("window")
    try:
        visit.open()
        visit.see("whatif")
        visit.budget(300)
        visit.answered("300 mln")
        assert visit.ask(TABLE) != before
        driver.switch_to.window(mine)
        assert "zoals in het scenario" in visit.ask(STATUS)
        assert visit.ask(TABLE) == before
    finally:
        for other in [h for h in driver.window_handles if h != mine]:
            driver.switch_to.window(other)
            driver.close()
        driver.switch_to.window(mine)


def test_what_is_downloaded_can_be_run_again(
    visit: Visit, server: tuple[str, Path], tmp_path: Path
) -> None:
    visit.window.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    visit.open()
    visit.see("whatif")
    visit.budget(175)
    visit.answered("175 mln")
    visit.press("whatif", "Scenario (TOML)")
    visit.press("whatif", "Tabel (CSV)")
    wanted = [tmp_path / "what-if.toml", tmp_path / "what-if.csv"]
    end = time.monotonic() + NEVER
    while not all(path.exists() for path in wanted):
        assert time.monotonic() < end, list(tmp_path.iterdir())
        time.sleep(0.2)
    text = wanted[0].read_text(encoding="utf-8")
    assert "llo compare what-if.toml" in text
    assert tomllib.loads(text)["instruments"]["voucher"]["budget"] == 175e6
    assert len(wanted[1].read_text(encoding="utf-8").splitlines()) > 30
    # A full run goes on behind it, and is then among the results.
    visit.press("whatif", "Volledig laten doorrekenen")
    visit.until("return words('whatif', '.runs').includes('full-run-001.nc: gereed')")
    assert (server[1] / "out" / "full-run-001.nc").is_file()
    visit.see("results")
    visit.until("return words('results', 'option').includes('full-run-001.nc')")


def test_the_dutch_page_is_dutch(visit: Visit) -> None:
    visit.open()
    for key in VIEWS:
        visit.see(key)
    visit.answered()
    text = visit.ask("""
        return deep(document, 'h1, h2, p, label, legend, th, td, button, a, option, text, caption, \
        figcaption, summary').map(e => e.textContent).join(' | ')""")
    assert len(text) > 3_000
    for message in messages():
        told = language("nl").catalogue.gettext(message)
        if told != message and len(message) > 8 and "{" not in message and message not in told:
            assert not re.search(rf"(?<!\w){re.escape(message)}(?!\w)", text), message


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (400, True)])
def test_the_static_copy_is_read_without_a_server(
    window: Window, server: tuple[str, Path], pictures: Path, width: int, dark: bool
) -> None:
    page = server[1] / "page.html"
    command = [sys.executable, "-m", "experiments", "dashboard", "mine.nc", "--save", page.name]
    subprocess.run(command, cwd=server[1], check=True, capture_output=True)
    window.requests(), window.complaints()
    window.look(page, width, dark=dark)
    visit = Visit(window, page.as_uri())
    for k, key in enumerate(VIEWS):
        window.driver.find_elements("css selector", ".links a")[k].click()
        visit.until("return [...document.querySelectorAll('main > section')].every("
                    "s => s.hidden === (s.id !== arguments[0]))", f"view-{key}")  # fmt: skip
        assert visit.ask("return document.documentElement.scrollWidth") <= width, key
        assert visit.serious() == [], key
        visit.picture(pictures / f"static-{key}-{width}.png")
    asked = [url for url in window.requests() if not url.startswith("data:")]
    assert {url.partition("#")[0] for url in asked} == {page.as_uri()}
    assert window.complaints() == []
