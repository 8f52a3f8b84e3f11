"""A study in jobs of a real SLURM: they end in its midst, and it ends with the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from calibration.engines import Options
from experiments.sweeps import running
from experiments.sweeps.reading import dataset
from experiments.sweeps.store import Store
from experiments.sweeps.study import read

slurm = pytest.importorskip("calibration.slurm")
pytestmark = pytest.mark.usefixtures("slurm_node")
Queued = Callable[[], list[str]]
RUNS = 320  # more than a job can do, also where nothing else runs
STUDY = f"""
variants = ["leerrekening"]
persons = 2000
years_before = 1
years_after = 1
outputs = ["aes", "cost"]
[design]
draws = {RUNS}
intercepts = "kept"
[[factor]]
name = "action.pi"
"""


def made(folder: Path) -> Store:
    path = folder / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return running.make(read(str(path)), folder / "store", path, per_task=2)


def told(at: Store) -> xr.Dataset:
    return dataset(Store(at.folder)).compute()


def options(**changes: Any) -> Options:
    usual = {"queue": "short", "walltime": "00:01:00", "jobs": 1, "memory": "1GB"}
    return Options(**{**usual, "interface": "lo", **changes})


def test_a_study_outlives_its_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, queued: Queued
) -> None:
    monkeypatch.setattr(slurm, "A_ROUND", 1.0)
    monkeypatch.setattr(slurm, "LEAD", (34, 300))  # workers live 26 s of the minute
    at, jobs = made(tmp_path), set(queued())
    with pytest.raises(OSError, match=r"engine slurm: the queue takes no job: .*Invalid part"):
        running.run(at, "slurm", options(queue="nowhere"))
    assert at.runs_done() == 0
    for _ in range(5):  # what had not ended twice with its job is left to a restart
        running.run(at, "slurm", options(), tell=lambda session: jobs.update(queued()))
        if at.runs_done() == RUNS:
            break
    assert len(jobs) > 1
    assert queued() == []
    assert list(at.failures()) == []
    (tmp_path / "here").mkdir()
    here = made(tmp_path / "here")
    running.run(here, "local", Options(workers=2))
    assert told(at).equals(told(here))
