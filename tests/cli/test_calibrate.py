"""A reduced calibration as a user runs it, taken up again, and what is refused before any work."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from calibration import ensemble, targets
from calibration.store import LINES

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `llo calibrate --quick` was run: its work, quick.nc and printed.txt."""
    folder = tmp_path_factory.mktemp("calibrated")
    command = [sys.executable, "-m", "experiments", "calibrate", "--quick", "--work", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def lines(folder: Path) -> list[str]:
    return next(folder.glob(f"*/{LINES}")).read_text(encoding="utf-8").splitlines()


def test_it_fits_and_tells_what_the_figures_say(quick: Path) -> None:
    found = ensemble.read(quick / "quick.nc")
    assert found.size == 8
    assert found.data.attrs["generations"] >= 1
    assert np.isfinite(found.data["value"].values).all()
    fitted = found.data["fitted"].values
    assert 10 < fitted.sum() < fitted.size
    printed = (quick / "printed.txt").read_text(encoding="utf-8")
    for part in ("NEA 2020, employees", "noise/error", "employer_training.m0", "solved in each",
                 "peer norm: threshold", "8 members, worth"):  # fmt: skip
        assert part in printed
    assert "voucher RCT" not in printed  # a quick fit has no experiments


def test_every_member_meets_what_is_solved(quick: Path) -> None:
    found = ensemble.read(quick / "quick.nc")
    published = dict(zip(found.data["target"].values, found.data["published"].values, strict=True))
    solved = [t for t in targets.read() if t.name in found.data.attrs["solved"].split("; ")]
    assert {t.statistic for t in solved} == {"nea", "need"}
    for target in solved:
        statistic = found.data["statistic"].sel(target=target.name).values
        near = np.abs(statistic - published[target.name]) <= target.se
        assert near.mean() > 0.5  # steps are few: of the others the error counts in the distance


def test_taken_up_again_it_lives_nothing_twice(quick: Path, llo: Llo) -> None:
    before, kept = lines(quick), (quick / "quick.nc").read_bytes()
    code, out, err = llo("calibrate", "--quick", "--work", quick, "--out", "again.nc")
    assert (code, err) == (0, "")
    assert "Written: again.nc" in out
    assert lines(quick) == before
    assert ensemble.read(Path("again.nc")).data.equals(ensemble.read(quick / "quick.nc").data)
    assert (quick / "quick.nc").read_bytes() == kept


def test_it_is_held_against_what_it_was_not_shown(quick: Path, llo: Llo) -> None:
    few = ("validate", quick / "quick.nc", "--lives", 2, "--out", "validation.md")
    code, out, err = llo(*few, "--json")
    assert (code, err) == (0, "")
    page = Path("validation.md").read_text(encoding="utf-8")
    parts = ("Predicted: figures that the fit was not shown", "Left out in turn",
             "2022 from the years before", "participation rises with the size")  # fmt: skip
    assert all(part in page for part in parts)
    assert Path("ridges.png").read_bytes().startswith(b"\x89PNG")
    assert "STAP 2022, awards" in page
    told = json.loads(out)
    assert {one["shown"] for one in told["figures"]} == {"fitted", "solved", "predicted"}
    assert any(not one["inside"] for one in told["figures"])  # misses are told


def test_what_cannot_be_done_is_refused_before_any_work(refused: Refused, tmp_path: Path) -> None:
    ours = (targets.FOLDER / "participation.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(ours.replace("year = 2012", "year = 1999", 1), encoding="utf-8")
    work = ("--work", "kept", "--out", "x.nc")
    told = refused("calibrate", "--targets", mine, *work)
    assert "'NEA 2012, employees': 1999 is not among the years that are lived" in told
    mine.write_text(ours.replace('name = "NEA 2022, employees"', 'name = "other"'))
    told = refused("calibrate", "--targets", mine, *work)
    assert "employer_training.m0 is solved on 'NEA 2022, employees', which is not among" in told
    assert "give local, slurm, or tcp://" in refused("calibrate", "--engine", "magic", *work)
    told = refused("calibrate", "--queue", "short", "--jobs", 3, *work)
    assert "engine local: it has no queue, jobs" in told
    told = refused("calibrate", "--engine", "slurm", "--walltime", "soon", *work)
    assert "walltime 'soon': give HH:MM:SS" in told
    assert "no such file" in refused("validate", "none.nc")
