"""Generated loops: kept on disk, made anew when a law's text changes, and shared by models."""

from __future__ import annotations

import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from simulator import draws, kernel
from simulator.columns import code, real, table
from simulator.fusion import Names
from simulator.laws import derived, law

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


@derived(ahead=True)
def size(height):
    """What is derived from a column that a law changes."""
    return 2.0 * height


def _tall(height):
    return height > 6.0


def _rising(height, u):
    return u * 9.0 < height


@law("height", at=("stage", 1))
def shrink(size):
    """A quarter less."""
    return 0.375 * size


@law("height", "stage", at=("stage", 1), when=(_tall, _rising), sure=(_tall,), after=("shrink",),
     u="rise", tallies=("risen",))  # fmt: skip
def rise(size):
    """Half of what is derived of the height after the law before."""
    return 0.25 * size, 2, 1


PEOPLE = Names(
    table([real("height", "m", "a height", 0, 9), code("stage", "a stage", 3)]),
    {}, {"size": size}, {}, (),
)  # fmt: skip


def lived(rows: int = 5_000) -> tuple[dict[str, np.ndarray], dict[str, int], kernel.Bound]:
    """A month of people of all heights, half of them in stage 1."""
    columns = {"height": np.linspace(0, 9, rows, dtype=np.float32),
               "stage": (np.arange(rows) % 2).astype(np.int8)}  # fmt: skip
    bound = kernel.Kernel([shrink, rise], PEOPLE).bind(columns, {}, {})
    return columns, bound.sweep(3, draws.key(1), {}), bound


def test_a_test_that_is_sure_settles_that_a_law_acts_and_others_are_asked_where_it_does_not() -> (
    None
):
    columns, found, _ = lived()
    height = np.linspace(0, 9, 5_000, dtype=np.float32)
    after = (0.75 * height).astype(np.float32)
    here = np.arange(height.size) % 2 == 1
    luck = draws.uniforms(1, np.arange(height.size), 3, "rise")
    acts = here & ((after > 6.0) | (luck * 9.0 < after))
    assert 0 < (here & (after > 6.0)).sum() < acts.sum() < here.sum()
    assert np.array_equal(columns["stage"] == 2, acts)
    assert found == {"risen": acts.sum()}


def test_what_was_derived_ahead_is_derived_anew_after_a_law_has_changed_it() -> None:
    columns, _, bound = lived()
    assert "h_size" in bound.kernel.source
    height = np.linspace(0, 9, 5_000, dtype=np.float32)
    after = np.where(columns["stage"] > 0, (0.75 * height).astype(np.float32), height)
    after = np.where(columns["stage"] == 2, (0.5 * after).astype(np.float32), after)
    assert np.array_equal(columns["height"], after)


def test_one_row_at_a_time_gives_the_same() -> None:
    columns, found, bound = lived(400)
    again = {"height": np.linspace(0, 9, 400, dtype=np.float32),
             "stage": (np.arange(400) % 2).astype(np.int8)}  # fmt: skip
    bound.rebind(again)
    risen = sum(bound.row(i, 3, draws.key(1), {})["risen"] for i in range(400))
    assert risen == found["risen"]
    assert all(np.array_equal(columns[name], again[name]) for name in columns)


def test_a_test_that_is_sure_must_be_one_of_the_tests_and_not_the_last() -> None:
    for sure in ((size.function,), (_rising,)):
        with pytest.raises(ValueError, match="every test in `sure` must be one of `when`"):
            law("height", when=(_tall, _rising), sure=sure, u="rise")(rise.function)


@pytest.mark.parametrize("threads", [0, 3])
@pytest.mark.parametrize("rows", [0, 1, 7, 65_536, 200_003])
def test_the_rows_that_hold_a_code_or_a_value_are_found_in_order(rows: int, threads: int) -> None:
    column = np.random.default_rng(rows).integers(-1, 2, rows).astype(np.int8)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        found = kernel.held(column, pool if threads else None)
        there = kernel.equal(column.astype(np.int16), -1, pool if threads else None)
    assert np.array_equal(found, np.flatnonzero(column))
    assert np.array_equal(there, np.flatnonzero(column == -1))
