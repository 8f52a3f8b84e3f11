"""The ten commands of docs/cluster.md, in their order, from an empty home on a SLURM of one node."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Eight runs of a thousand persons stand for the study, and two jobs for a hundred.
STUDY = """
variants = ["leerrekening"]
persons = 1000
years_before = 1
years_after = 1
[design]
kind = "sobol"
draws = 2
intercepts = "kept"
[[factor]]
name = "action.pi"
[[factor]]
name = "action.tau"
"""
PUT = {"REPOSITORY": str(ROOT), "PARTITION": "ordinary", "sobol sobol": "sobol ../sobol.toml",
       "--jobs 100": "--jobs 2"}  # fmt: skip
PATIENCE = 300.0  # seconds
Told = Callable[[str], str]


def commands() -> list[str]:
    """The commands of the page, as they stand there."""
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    block = text.split("```sh\n", 1)[1].split("```", 1)[0]
    return [line for line in block.splitlines() if line and not line.startswith("#")]


def put(command: str) -> str:
    for word, value in PUT.items():
        command = command.replace(word, value)
    return command


@pytest.fixture
def home(slurm_node: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a new account has: an empty home, and no more of our surroundings than SLURM needs."""
    if shutil.which("tmux") is None:
        subprocess.run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", "tmux"],
                       capture_output=True, check=True)  # fmt: skip
    (tmp_path / "sobol.toml").write_text(STUDY, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "SLURM_CONF", "LANG") if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    here = {**kept, "HOME": str(tmp_path), "TERM": "xterm", "TMUX_TMPDIR": str(tmp_path),
            "DASK_JOBQUEUE__SLURM__INTERFACE": "lo"}  # fmt: skip
    yield here
    subprocess.run(["tmux", "kill-server"], env=here, capture_output=True, check=False)


@pytest.fixture
def told(home: dict[str, str], tmp_path: Path) -> Told:
    """A function that runs a command in the folder of the clone, and gives what it prints."""

    def run(command: str) -> str:
        where = tmp_path / "llo" if (tmp_path / "llo").is_dir() else tmp_path
        done = subprocess.run(["sh", "-c", command], cwd=where, env=home, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    return run


def until(fine: Callable[[], bool], trouble: str) -> None:
    end = time.monotonic() + PATIENCE
    while not fine():
        assert time.monotonic() < end, trouble
        time.sleep(0.5)


def test_ten_commands_lead_from_an_account_to_a_study(told: Told, tmp_path: Path) -> None:
    clone, env, needs, own, partitions, tmux, study, status, restart, indices = commands()
    for command in (clone, env, needs, own):
        told(put(command))
    assert "ordinary*" in told(partitions)
    told(tmux.replace("tmux new", "tmux new -d"))
    told(f"tmux send-keys -t llo '{put(study)}' Enter")
    store = tmp_path / "llo" / "out" / "sobol"

    def screen() -> str:
        return told("tmux capture-pane -p -t llo")

    until(lambda: (store / "status.json").is_file() or any(store.rglob("*.npy")), screen())
    assert "runs" in told(put(status))
    told("tmux kill-server")
    until(lambda: not told("squeue --noheader --states RUNNING,PENDING").strip(), "jobs stay")
    told(put(restart))
    runs = re.search(r"(\d[\d,]*) of (\d[\d,]*)", told(put(status)))
    assert runs is not None
    assert runs[1] == runs[2]
    found = told(put(indices))
    assert "action.pi" in found
    assert "action.tau" in found
