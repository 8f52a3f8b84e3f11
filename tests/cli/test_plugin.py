"""A package of somebody else adds an instrument: installed by pip, used by every command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1] / "plugin"
SCENARIO = """
[instruments.cheque]
use = "scholingscheque"
sum = 600

[instruments.voucher]
use = "voucher"

[variants]
cheque = ["cheque"]
both = ["voucher", "cheque"]
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def llo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command, run in an empty folder with the package installed beside."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(HERE, folder / "source")
    words = "install --no-deps --no-build-isolation --no-index --target site ./source".split()
    pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *words], cwd=folder, check=True)
    (folder / "my.toml").write_text(SCENARIO, encoding="utf-8")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"PYTHONPATH": str(folder / "site")}
        command = [sys.executable, "-m", "experiments", *words]
        return subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False
        )

    return run


def test_it_is_listed_and_checked(llo: Run) -> None:
    listed = json.loads(llo("policies", "--json").stdout)["scholingscheque"]
    assert listed["parameters"]["sum"]["unit"] == "EUR"
    assert "firms that grow" in llo("policies", "--page").stdout
    assert "variants null, cheque, both" in llo("check", "my.toml").stdout
    wrong = llo("check", "other.toml")
    assert (wrong.returncode, "cannot be read" in wrong.stderr) == (2, True)


def test_it_is_compared(llo: Run) -> None:
    done = llo(
        "compare",
        "my.toml",
        "--persons",
        "4000",
        "--months",
        "24",
        "--seeds",
        "1",
        "--members",
        "0",
        "--json",
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = {row["label"]: row["variants"] for row in json.loads(done.stdout)["rows"]}
    assert rows["awards a year"]["cheque"]["mean"] > 0
    assert 0 < rows["mean award"]["cheque"]["mean"] <= 600
    assert rows["awards a year"]["both"]["mean"] > rows["awards a year"]["cheque"]["mean"]


def test_its_parameters_are_held_to_their_bounds(llo: Run, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(SCENARIO.replace("sum = 600", "sum = -1"), encoding="utf-8")
    done = llo("check", str(file))
    assert done.returncode == 2
    assert "wrong.toml:4: " in done.stderr
    assert "scholingscheque.sum = -1: allowed is 0 to 10000 EUR" in done.stderr
