"""Designs: balanced, extended without a change of what was there, and never held as a whole."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.sweeps import designs
from experiments.sweeps.designs import Array, Shape, stretches, table


def shape(kind: str, draws: int = 8, factors: int = 3, **more: Any) -> Shape:
    return Shape(kind, factors, draws, 2026, **more)


def whole(of: Shape, first: int = 0) -> Array:
    return np.concatenate(list(stretches(of, first)))


def grid_of(*choices: int, named: bool = False) -> Shape:
    size = len(choices)
    return shape("grid", factors=size, choices=choices, named=(named,) * size)


@given(st.lists(st.integers(2, 9), min_size=1, max_size=4), st.booleans())
def test_a_grid_has_every_cell_once(choices: list[int], named: bool) -> None:
    of = grid_of(*choices, named=named)
    rows = whole(of)
    assert len(rows) == of.rows == np.prod(choices)
    assert len(np.unique(rows, axis=0)) == len(rows)
    for column, many in zip(rows.T, choices, strict=True):
        levels = designs.level(many, np.arange(many), named)
        assert set(column) == set(levels)


def test_a_finer_grid_holds_a_coarser_one() -> None:
    coarse, fine = whole(grid_of(3, 3)), whole(grid_of(5, 5))
    assert {tuple(r) for r in coarse} < {tuple(r) for r in fine}


@pytest.mark.parametrize("part", [50, 100, 500])
def test_a_part_of_a_grid_is_a_sample_of_all_of_it(part: int) -> None:
    some = whole(grid_of(40, 40))[:part]
    thirds = np.histogram2d(*some.T, bins=3)[0]
    assert thirds.min() > 0.5 * part / 9
    assert thirds.max() < 1.7 * part / 9


def test_every_part_of_a_latin_hypercubes_factor_has_one_point() -> None:
    rows = whole(shape("latin", 50))
    assert (np.sort((rows * 50).astype(int), axis=0) == np.arange(50)[:, None]).all()
    assert abs(np.corrcoef(rows.T)[0, 1]) < 0.5


def test_a_further_factor_leaves_the_others_as_they_are() -> None:
    assert (whole(shape("latin", factors=4))[:, :3] == whole(shape("latin", factors=3))).all()


@pytest.mark.parametrize("kind", ["latin", "sobol", "grid"])
def test_a_design_is_the_same_in_any_stretches(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = grid_of(4, 5, 6) if kind == "grid" else shape(kind, 32)
    at_once = whole(of)
    monkeypatch.setattr(designs, "STRETCH", 7)
    assert len(list(stretches(of))) > 1
    assert (whole(of) == at_once).all()


@pytest.mark.parametrize("kind", ["sobol", "morris"])
@pytest.mark.parametrize("groups", [(), (0, 1, 0)])
def test_more_draws_begin_with_the_same_rows(kind: str, groups: tuple[int, ...]) -> None:
    few, many = shape(kind, 8, groups=groups), shape(kind, 16, groups=groups)
    assert len(whole(few)) == few.rows == 8 * few.block
    assert (np.concatenate([whole(few), whole(many, 8)]) == whole(many)).all()


def test_a_latin_hypercube_is_extended_by_another() -> None:
    more = whole(shape("latin", 30), 10)
    assert (np.sort((more * 20).astype(int), axis=0) == np.arange(20)[:, None]).all()
    assert not np.isin(more, whole(shape("latin", 10))).any()


@pytest.mark.parametrize("kind", ["latin", "sobol", "grid"])
def test_a_million_rows_are_made_without_holding_them(kind: str) -> None:
    of = {"latin": shape(kind, 1_000_000), "sobol": shape(kind, 200_000),
          "grid": grid_of(100, 100, 100)}[kind]  # fmt: skip
    tracemalloc.start()
    try:
        many = sum(len(some) for some in stretches(of))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert many == of.rows == 1_000_000
    assert peak < (40 if kind == "latin" else 16) * 2**20  # the rows alone are 24 MB


def written(folder: Path, text: str) -> Path:
    path = folder / "runs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_gives_its_columns_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "b, note, a\n1,x,2\n3,y,4e1\n5,z,6\n")
    monkeypatch.setattr(designs, "STRETCH", 2)
    assert [part.tolist() for part in table(path, ["a", "b"])] == [[[2, 1], [40, 3]], [[6, 5]]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,c\n1,2\n", r"runs\.csv: no column 'b'; it has a, c$"),
        ("a,b\n", r"runs\.csv: no rows in it: give one a run$"),
        ("", r"no column 'a'; it has $"),
        ("a,b\n1,2\n1,much\n", r"runs\.csv:3: b: 'much': give a finite number$"),
        ("a,b\n1,inf\n", r"runs\.csv:2: b: 'inf': give a finite number$"),
        ("a,b\n1\n", r"runs\.csv:2: b: nothing: give a finite number$"),
    ],
)
def test_what_a_table_lacks_is_told(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=told):
        list(table(written(tmp_path, text), ["a", "b"]))


def test_no_table(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.csv: cannot be read as a table"):
        list(table(tmp_path / "none.csv", ["a"]))
