"""Fixtures: a SLURM of one node, and what it has in its queue.

Where none can run these tests are skipped; with LLO_SLURM=1 they fail.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest


def _onenode() -> ModuleType:
    # The folder of tests is no package.
    path = Path(__file__).with_name("onenode.py")
    spec = importlib.util.spec_from_file_location("onenode", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["onenode"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def slurm_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A SLURM with the partitions `ordinary` and `short`, idle; its folder with logs.

    One at a time: workers of the suite share the folder above their own.
    """
    with (tmp_path_factory.getbasetemp().parent / "slurm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield from _running(_onenode())


def _running(onenode: ModuleType) -> Iterator[Path]:
    try:
        onenode.install()
    except onenode.NoSlurmError as why:
        if os.environ.get("LLO_SLURM") == "1":
            pytest.fail(f"LLO_SLURM=1, but {why}")
        pytest.skip(str(why))
    with onenode.running() as folder:
        yield folder


@pytest.fixture
def queued(slurm_node: Path) -> Callable[[], list[str]]:
    """A function that lists numbers of the jobs that are in the queue and not ending."""

    def listed() -> list[str]:
        command = ["squeue", "--noheader", "--states", "PENDING,RUNNING", "--format", "%i"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    return listed
