"""Generated loops: kept on disk, made anew when a law's text changes, and shared by models."""

from __future__ import annotations

import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from simulator import draws, kernel, scans
from simulator.columns import code, money, real, table
from simulator.laws import Names, derived, law

NAMES = Names(table([real("height", "m", "a height", 0, 9)]), {}, {}, {}, ())
TEXT = """from simulator.laws import law


@law("height")
def grow(height):
    \"\"\"Grow.\"\"\"
    return height + {step}
"""


def loaded(path: Path) -> ModuleType:
    """The module of a file, executed anew."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def grown(folder: Path, step: str) -> float:
    """The result of a law whose module's text says by how much."""
    path = folder / "growing.py"
    path.write_text(TEXT.format(step=step))
    module = loaded(path)
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


def test_an_edited_helper_of_another_file_gives_the_new_result(tmp_path: Path) -> None:
    """Machine code is kept with the helper's own file, which does not say what others do."""
    (tmp_path / "doubling.py").write_text(
        "from lengths import step\n\nfrom simulator.laws import scalar\n\n\n"
        "@scalar\ndef doubled(x):\n    return 2.0 * step(x)\n"
    )
    found = []
    for more in ("1.0", "2.5"):
        (tmp_path / "lengths.py").write_text(
            f"from simulator.laws import scalar\n\n\n@scalar\ndef step(x):\n    return x + {more}\n"
        )
        loaded(tmp_path / "lengths.py")
        found.append(loaded(tmp_path / "doubling.py").doubled(3.0))
    assert found == [8.0, 11.0]


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


@derived()
def halved(height):
    """What a test asks for, and what is wide too."""
    return 0.5 * height


@derived("price", "left", wide=True)
def bought(halved, purse, month):
    """What the second test and the law itself ask for, made in a loop of its own."""
    price = halved + month if halved > 1.0 else halved
    return price, purse - price


@derived("worth", wide=True)
def valued(price, height, stage):
    """What only the law asks for, made of what is wide itself."""
    return price + height if stage == 1 else 0.0


def _small(halved):
    return halved < 0.5


def _even(halved):
    return halved < 4.0


def _affords(left, halved):
    return left > halved


@law("purse", "stage", at=("stage", 1), when=(_small, _even, _affords), sure=(_small,),
     u="rise", tallies=("sold", "paid_eur"))  # fmt: skip
def buy(purse, price, worth, u):
    """Pay, and be told by how much it was worth it."""
    return purse - price + 0.01 * worth * u, 2, 1, price


@law("purse", when=lambda stage: stage > 0, after=("buy",), dense=True)
def save(purse):
    """A quarter more, for whoever is there."""
    return 1.25 * purse


SHOP = Names(
    table([real("height", "m", "a height", 0, 9), code("stage", "a stage", 3),
           money("purse", "what there is to spend", 100)]),
    {}, {"halved": halved, "bought": bought, "valued": valued}, {}, ("month",),
)  # fmt: skip


def _shoppers(rows: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(rows)
    return {"height": chance.uniform(0, 9, rows).astype(np.float32),
            "stage": chance.integers(0, 3, rows).astype(np.int8),
            "purse": chance.integers(0, 1_000, rows).astype(np.int32)}  # fmt: skip


def test_what_is_wide_is_made_for_whom_a_law_is_left_with_and_changes_nothing() -> None:
    shop = kernel.Kernel([buy, save], SHOP)
    assert "wide[" in shop.source
    swept, again = _shoppers(6_000), _shoppers(6_000)
    here = swept["stage"] == 1
    key, drivers = draws.key(1), {"month": 2.0}
    found = shop.bind(swept, {}, {}).sweep(3, key, drivers)
    one = shop.bind(again, {}, {})
    each = [one.row(i, 3, key, drivers) for i in range(6_000)]
    assert all(np.array_equal(swept[name], again[name]) for name in swept)
    assert found == {name: sum(row[name] for row in each) for name in found}
    half = 0.5 * _shoppers(6_000)["height"].astype(float)
    left = _shoppers(6_000)["purse"] / 100.0 - np.where(half > 1.0, half + 2.0, half)
    acts = here & ((half < 0.5) | ((half < 4.0) & (left > half)))
    assert 0 < (acts & (half < 0.5)).sum() < acts.sum() < here.sum()
    assert found["sold"] == acts.sum()


def _late(t):
    return t >= 5


def _even(t):
    return t % 2 == 0


def _lucky(u):
    return u < 0.3


@law("height", when=(_late, _lucky), sieve=_lucky, u="outreach")
def raised(height):
    """One up, for the lucky, from month 5 on."""
    return height + 1.0


@law("height", when=(_even, _lucky), sieve=_lucky, u="outreach", after=("raised",))
def doubled(height):
    """Twice as high, for the same, in even months."""
    return 2.0 * height


@pytest.mark.parametrize("t", [3, 4, 5, 6])
def test_a_draw_that_some_months_alone_ask_for_is_made_in_those(t: int) -> None:
    made = kernel.Kernel([raised, doubled], NAMES)
    assert "if when0_raised(t) or when0_doubled(t):\n            words(" in made.source
    start = np.linspace(0, 1, 5_000, dtype=np.float32)
    swept, again = {"height": start.copy()}, {"height": start.copy()}
    made.bind(swept, {}, {}).sweep(t, draws.key(1), {})
    one = made.bind(again, {}, {})
    for row in range(start.size):
        one.row(row, t, draws.key(1), {})
    assert np.array_equal(swept["height"], again["height"])
    lucky = draws.uniforms(1, np.arange(start.size), t, "outreach") < 0.3
    after = start + np.float32(lucky & (t >= 5))
    assert np.array_equal(swept["height"], after * np.where(lucky & (t % 2 == 0), 2, 1))


def test_what_lives_for_one_row_is_written_before_it_is_read() -> None:
    half = replace(real("half", "m", "half of it", 0, 9), local=True)
    names = replace(NAMES, table=NAMES.table | {"half": half})
    halve, put_back = law("half")(lambda height: 0.5 * height), law("height")(lambda half: half)
    halve, put_back = replace(halve, label="halve"), replace(put_back, label="put_back")
    height = np.array([1.0, 3.0], np.float32)
    bound = kernel.Kernel([halve, put_back], names).bind({"height": height}, {}, {})
    bound.batch(np.array([1]), 0, draws.key(1), {})
    assert height.tolist() == [1.0, 1.5]
    with pytest.raises(ValueError, match="half is read before a law has written it"):
        kernel.Kernel([put_back, halve], names)


def test_a_test_that_is_sure_must_be_one_of_the_tests_and_not_the_last() -> None:
    for sure in ((size.function,), (_rising,)):
        with pytest.raises(ValueError, match="every test in `sure` must be one of `when`"):
            law("height", when=(_tall, _rising), sure=sure, u="rise")(rise.function)


@pytest.mark.parametrize("threads", [0, 3])
@pytest.mark.parametrize("rows", [0, 1, 7, 65_536, 200_003])
def test_the_rows_that_hold_a_code_or_a_value_are_found_in_order(rows: int, threads: int) -> None:
    column = np.random.default_rng(rows).integers(-1, 2, rows).astype(np.int8)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        found = scans.held(column, pool if threads else None)
        there = scans.equal(column.astype(np.int16), -1, pool if threads else None)
    assert np.array_equal(found, np.flatnonzero(column))
    assert np.array_equal(there, np.flatnonzero(column == -1))
