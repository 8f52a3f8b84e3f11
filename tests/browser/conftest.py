"""A real browser without a screen, and a page for it to open."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from experiments import results
from reports import writing

PACKAGES = ("chromium", "chromium-driver")
SWITCHES = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
            "--hide-scrollbars", "--disable-background-networking", "--no-first-run")  # fmt: skip


def _program(name: str) -> str | None:
    return shutil.which(name)


@pytest.fixture(scope="session")
def programs() -> tuple[str, str]:
    """Chromium and its driver, installed by Debian's packages when we may and they are missing."""
    if not (_program("chromium") and _program("chromedriver")):
        if not (hasattr(os, "geteuid") and os.geteuid() == 0 and _program("apt-get")):
            pytest.skip("chromium and chromedriver are not installed (apt install chromium-driver)")
        for words in (("update",), ("install", "--yes", "--no-install-recommends", *PACKAGES)):
            done = subprocess.run(["apt-get", "-qq", *words], capture_output=True, check=False)
            if done.returncode:
                pytest.skip(f"chromium could not be installed: apt-get {words[0]} failed")
    browser, driver = _program("chromium"), _program("chromedriver")
    assert browser is not None
    assert driver is not None
    return browser, driver


class Window:
    """A browser's window: what it shows, what it asked for, and what it complained of."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def look(self, page: Path | str, width: int, *, dark: bool) -> None:
        """Open a page in a window of so many pixels, by day or by night."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})  # fmt: skip
        self.driver.get(page if isinstance(page, str) else page.as_uri())

    def ask(self, script: str, *given: Any) -> Any:
        """What a script returns in the page."""
        return self.driver.execute_script(script, *given)

    def requests(self) -> list[str]:
        """Addresses that were asked for since the last look."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def complaints(self) -> list[str]:
        """Errors and warnings on the console."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="session")
def window(programs: tuple[str, str]) -> Iterator[Window]:
    """One window for all tests."""
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for switch in SWITCHES:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(programs[1]))
    yield Window(driver)
    driver.quit()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """The folder in which screenshots are kept, to be looked at."""
    folder = Path(__file__).parents[2] / "out" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def page(invented: Callable[..., xr.Dataset], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Dutch page of a comparison with invented numbers."""
    folder = tmp_path_factory.mktemp("page")
    results.write(invented(), folder / "compare.nc")
    return writing.write(folder / "compare.nc", "nl", folder)[0]
