"""Generated loops: kept on disk, made anew when a law's text changes, and shared by models."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from simulator import draws, kernel
from simulator.columns import real, table
from simulator.fusion import Names

NAMES = Names(table([real("height", "m", "a height", 0, 9)]), {}, {}, {}, ())
TEXT = """from simulator.laws import law


@law("height")
def grow(height):
    \"\"\"Grow.\"\"\"
    return height + {step}
"""


def grown(folder: Path, step: str) -> float:
    """The result of a law whose module's text says by how much."""
    path = folder / "growing.py"
    path.write_text(TEXT.format(step=step))
    spec = importlib.util.spec_from_file_location("growing", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["growing"] = module
    spec.loader.exec_module(module)
    columns = {"height": np.zeros(3, np.float32)}
    kernel.Kernel([module.grow], NAMES).bind(columns, {}, {}).sweep(0, draws.key(1), {})
    return float(columns["height"][2])


def test_an_edited_law_gives_the_new_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLO_CACHE", str(tmp_path / "cache"))
    assert grown(tmp_path, "1.0") == 1.0
    assert grown(tmp_path, "2.5") == 2.5
    assert grown(tmp_path, "1.0") == 1.0
    assert len(list((tmp_path / "cache").glob("llo_*.py"))) == 2


def test_an_unwritable_cache_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LLO_CACHE", str(tmp_path / "file" / "below"))
    assert grown(tmp_path, "3.0") == 3.0
