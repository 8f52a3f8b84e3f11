"""`llo sobol` and `llo decide` on a study small enough to be run here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

Llo = Callable[..., tuple[int, str, str]]
WORLD = """
base = "baseline.toml"
[time]
spin_up_months = 12
[variants]
leerrekening = ["leerrekening"]
"""
STUDY = """
title = "Two factors"
scenario = "world.toml"
persons = 1_000
years_before = 1
years_after = 1
[design]
kind = "sobol"
draws = 2
intercepts = "kept"
[[factor]]
name = "leerrekening.deposit"
low = 200.0
high = 1000.0
[[factor]]
name = "action.pi"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of two factors."""
    (tmp_path / "world.toml").write_text(WORLD, encoding="utf-8")
    file = tmp_path / "two.toml"
    file.write_text(STUDY, encoding="utf-8")
    return file


def test_a_study_is_run_grown_and_told(llo: Llo, study: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    code, out, err = llo("sobol", str(study), "--out", str(store), "--most", "4",
                         "--outcome", "cost", "--width", "0.01", "--json")  # fmt: skip
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert said["end"] == "4 base samples are the most that was allowed"
    assert said["base_samples"] == 4
    assert {row["factor"] for row in said["indices"]} == {"leerrekening.deposit", "action.pi"}
    with xr.open_dataset(store / "sobol" / "indices.nc") as found:
        assert found.attrs["kind"] == "llo sobol"
        assert found["total_value"].dims == ("factor", "outcome", "variant")
    for name in ("bars-leerrekening.png", "years-leerrekening.png"):
        assert (store / "sobol" / name).stat().st_size > 5_000

    code, out, err = llo("sobol", str(store), "--minutes", "0", "--outcome", "cost")
    assert (code, err) == (0, "")
    assert "leerrekening: cost a year above the null (mln EUR)" in out
    assert "4 base samples, the time given is spent" in out

    code, out, err = llo("sweep", "status", str(store), "--json")
    told = json.loads(out)
    assert (told["runs"], told["done"], told["failed"]) == (16, 16, 0)
    assert 0 < told["model_share"] <= 1

    code, out, err = llo("decide", str(store))
    assert (code, err) == (0, "")
    assert "Probability of being best, %" in out
    assert "When a variant misses what would satisfy:" in out
    assert (store / "decide" / "decision.png").stat().st_size > 5_000
    code, out, err = llo("decide", str(store), "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["draws"] == 16
    told = tmp_path / "told" / "decision.md"
    code, shown, err = llo("decide", str(store), "--out", str(told))
    assert (code, err) == (0, "")
    text = told.read_text(encoding="utf-8")
    assert "The study: Two factors. 16 draws," in text
    assert sorted(p.name for p in told.parent.iterdir()) == ["decision.md", "decision.png"]
    for title in ("Probability of being best, %", "For a ministry: probability of being best"):
        assert f"\n## {title}" in text
        assert title in shown
    rows = [line for line in text.splitlines() if line.startswith("| cost a year above the null")]
    assert len(rows) == 3  # its level, its chances and its regret
    assert all(cell in shown for row in rows for cell in row.replace("|", " ").split())
    code, out, err = llo("decide", str(store), "--front")
    assert code == 2
    assert err.endswith('give kind = "grid" or a table\n')


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sobol", "nothing"), "nothing: no such study; give a TOML file, or one of ours: decide"),
        (("sobol", "sobol", "--width", "0"), "--width 0: give a share of the variance"),
        (("sobol", "sobol", "--outcome", "joy"), "outcome 'joy': there is none; there are"),
        (("sobol", "quick"), 'its design is latin: indices need kind = "sobol" or "morris"'),
        (("decide", "nowhere"), "nowhere: no store of a study; llo sweep run STUDY makes one"),
    ],
)
def test_what_cannot_be_is_one_line(llo: Llo, words: tuple[str, ...], told: str) -> None:
    code, out, err = llo(*words)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
