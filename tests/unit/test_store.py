"""A store of a study: whatever happens to who writes in it, it ends with the same numbers."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.sweeps import outputs, reading, store, writer
from experiments.sweeps.designs import Array
from experiments.sweeps.reading import by_draw, dataset
from experiments.sweeps.store import DESIGN, MANIFEST, META, Done, Store, Stretch, Task, write_shard
from experiments.sweeps.writer import create, writing

NAMES = ["a", "b"]
LAYOUT = outputs.layout(["null", "x"], [2027, 2028, 2029], ["all", "education:low"],
                        ["aes", "cost"])  # fmt: skip
FIRST = np.random.default_rng(1).random((40, 2))
MORE = np.random.default_rng(2).random((11, 2))

pytest.importorskip("dask.array")


@pytest.fixture(autouse=True)
def small_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (store, writer, reading):
        monkeypatch.setattr(module, "PACK", 4)


def made(folder: Path, rows: Iterable[Array] = (FIRST,), seeds: int = 1, each: int = 3) -> Store:
    meta: dict[str, Any] = {
        "title": "A study", "study": "", "scenario": "{}", "manifold": {}, "units": ["1", "EUR"],
        "labels": NAMES, "layout": LAYOUT.plain(), "per_task": each, "identity": {}, "commit": "c",
        "introduced": 2028, "design": {"kind": "latin", "draws": 40, "levels": 5, "block": 1},
    }  # fmt: skip
    return create(folder, meta, NAMES, iter(rows), seeds)


@pytest.fixture
def at(tmp_path: Path) -> Store:
    """A store of 14 tasks of 3 runs, the last of 1."""
    return made(tmp_path / "store")


def numbers(x: Array, seed: int) -> Array:
    return (x[:, :1] + 7 * seed) * np.arange(1, LAYOUT.width + 1) + x[:, 1:]


def live(at: Store, task: Task, failing: Callable[[int], bool] = lambda row: False) -> Done:
    """What a process does for a task; rows that fail are NaN, and told."""
    rows = numbers(at.values(task.first, task.rows), task.seed).astype(np.float32)
    failed = []
    for k in filter(lambda k: failing(task.first + k), range(task.rows)):
        rows[k] = np.nan
        failed.append({"row": task.first + k, "seed": task.seed, "factors": {"a": 0.5},
                       "error": "ValueError: no"})  # fmt: skip
    return Done(task.number, write_shard(at, task.number, rows), 1.0, 1.5, tuple(failed))


def go_on(at: Store, most: int = 1000, failing: Callable[[int], bool] = lambda row: False) -> int:
    """Verify, and do what is missing; how many tasks that was."""
    with writing(at) as by:
        by.verify()
        tasks = list(at.missing())[:most]
        for task in tasks:
            by.keep(live(at, task, failing))
    return len(tasks)


def read(at: Store) -> xr.Dataset:
    """All of it, as another process reads it."""
    return dataset(Store(at.folder)).compute()


def undisturbed(folder: Path, **more: Any) -> xr.Dataset:
    other = made(folder / "undisturbed", **more)
    go_on(other)
    return read(other)


def a_shard(at: Store, task: int) -> Path:
    return at.shard(task, at.digest(task))


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


def test_every_run_is_there_with_its_input(at: Store) -> None:
    assert (at.runs, at.rows, len(list(at.tasks()))) == (40, 40, 14)
    assert go_on(at) == 14
    found = read(at)
    expected = numbers(FIRST, 0).astype(np.float32)
    assert (found["x"].values == FIRST).all()
    assert (found["aes"].values.reshape(40, -1) == expected[:, :12]).all()
    assert (found["cost"].values.reshape(40, -1) == expected[:, 12:]).all()
    assert found["draw"].values.tolist() == list(range(40))
    assert found["aes"].dims == ("run", "variant", "year", "group")
    assert (found.attrs["introduced"], found["cost"].attrs["units"]) == (2028, "EUR/year")


def test_any_part_is_as_in_the_whole(at: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on(at)
    with writing(at) as by:
        by.compact()
    monkeypatch.setattr(reading, "TOGETHER", 7)
    whole, lazy = read(at), dataset(at)
    parts: list[dict[str, Any]] = [
        {"run": slice(5, 29, 3)}, {"run": slice(30, 2, -4)}, {"run": 12, "variant": 1},
        {"run": [3, 17, 4], "year": slice(None, None, -1)}, {"run": slice(9, 9)}, {"group": -1},
    ]  # fmt: skip
    for part in parts:
        assert lazy.isel(part).compute().identical(whole.isel(part))


def test_it_is_read_while_it_is_written(at: Store) -> None:
    go_on(at, 5)
    early = Store(at.folder)
    assert early.runs_done() == 15
    assert int(dataset(early)["cost"].isnull().all(("variant", "year")).sum()) == 25
    go_on(at)
    assert early.runs_done() == 15
    early.load()
    assert early.runs_done() == 40
    assert not dataset(early)["cost"].isnull().any()


def test_means_over_seeds(tmp_path: Path) -> None:
    at = made(tmp_path / "store", seeds=2)
    go_on(at, 20)  # all of the first seed, 18 rows of the second
    found = by_draw(at, ["cost"])
    one, two = numbers(FIRST, 0)[:, 12:], numbers(FIRST, 1)[:, 12:]
    mean = np.where(np.arange(40)[:, None] < 18, (one + two) / 2, one)
    assert found["cost"].values.reshape(40, -1) == pytest.approx(mean, rel=1e-6)
    assert set(found.data_vars) == {"cost", "x"}
    assert found["x"].dims == ("draw", "factor")


def test_a_shard_that_nobody_noted_is_done_again(at: Store, tmp_path: Path) -> None:
    live(at, at.task(0))
    half = a_folder(at) / "half.npy.77.part"
    half.write_bytes(b"half")
    assert go_on(at) == 14
    assert not half.exists()
    assert read(at).identical(undisturbed(tmp_path))


def a_folder(at: Store) -> Path:
    return next((at.folder / "shards").iterdir())


@pytest.mark.parametrize("cut", [1, 20])
def test_a_line_that_was_cut_off_is_none(cut: int, at: Store, tmp_path: Path) -> None:
    go_on(at, 6)
    path = at.folder / MANIFEST
    path.write_bytes(path.read_bytes()[:-cut])
    assert Store(at.folder).runs_done() == 15
    assert go_on(at) == 9
    assert all(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert read(at).identical(undisturbed(tmp_path))


def test_a_line_that_is_spoilt_is_none(at: Store, tmp_path: Path) -> None:
    go_on(at)
    path = at.folder / MANIFEST
    path.write_bytes(path.read_bytes().replace(b'{"task": 3,', b'{"ta\x00k" 3,'))
    assert go_on(at) == 1
    assert read(at).identical(undisturbed(tmp_path))


@pytest.mark.parametrize("harm", [spoil, Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("compacted", [False, True])
def test_what_is_spoilt_is_told_and_done_again(
    harm: Callable[[Path], Any], compacted: bool, at: Store, tmp_path: Path
) -> None:
    go_on(at)
    path = a_shard(at, 1)
    if compacted:
        with writing(at) as by:
            assert by.compact() == 3
        path = at.pack(0, at.packed[0])
    harm(path)
    with pytest.raises(ValueError, match=rf"{path.name}: spoilt or gone: llo sweep restart \S+ m"):
        read(at)
    assert go_on(at) == (4 if compacted else 1)
    assert read(at).identical(undisturbed(tmp_path))
    assert go_on(at) == 0


def test_packs_hold_the_same_in_fewer_files(at: Store, tmp_path: Path) -> None:
    go_on(at, 13)
    early = Store(at.folder)
    with writing(at) as by:
        assert by.compact() == 3
        assert by.compact() == 0
    assert len(list((at.folder / "shards").rglob("*.npy"))) == 1
    assert dataset(early).compute().identical(read(at))  # who read it before goes on
    assert go_on(at) == 1
    assert read(at).identical(undisturbed(tmp_path))


def test_a_spoilt_shard_gets_into_no_pack(at: Store, tmp_path: Path) -> None:
    go_on(at)
    spoil(a_shard(at, 5))
    with writing(at) as by:
        assert by.compact() == 2
    assert go_on(at) == 1
    assert read(at).identical(undisturbed(tmp_path))


def test_a_compaction_that_was_killed_is_finished_by_the_next(
    at: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on(at)
    with monkeypatch.context() as patch, writing(at) as by:
        patch.setattr(by, "_flush", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            by.compact()
    assert len(list((at.folder / "shards").rglob("*.npy"))) == 14
    assert read(at).identical(undisturbed(tmp_path))
    with writing(at) as by:
        assert by.compact() == 0
    assert len(list((at.folder / "shards").rglob("*.npy"))) == 2
    assert go_on(at) == 0


def test_it_is_expanded_and_nothing_is_done_twice(at: Store, tmp_path: Path) -> None:
    go_on(at)
    with writing(at) as by:
        by.compact()
        rows = by.extend(iter([MORE[:4], MORE[4:]]))
        by.expand([*at.stretches, Stretch(40, 11, 0), Stretch(0, 51, 1)], rows, {})
    assert (at.runs, at.rows) == (102, 51)
    assert go_on(at) == 4 + 17
    with writing(at) as by:
        assert by.compact() == 5  # the part of a pack that was left over is in one now
    found = read(at)
    assert (found["x"].values[:51] == np.concatenate([FIRST, MORE])).all()
    assert found.isel(run=slice(0, 40)).equals(undisturbed(tmp_path))
    every = np.concatenate([FIRST, MORE])
    expected = np.concatenate([numbers(every, 0), numbers(every, 1)]).astype(np.float32)
    assert (found["aes"].values.reshape(102, -1) == expected[:, :12]).all()
    assert by_draw(at)["aes"].notnull().all()


def test_an_expansion_that_was_killed_leaves_nothing(at: Store) -> None:
    go_on(at)
    before = read(at)

    def broken() -> Iterator[Array]:
        yield MORE
        raise KeyboardInterrupt

    with writing(at) as by, pytest.raises(KeyboardInterrupt):
        by.extend(broken())
    assert read(at).identical(before)
    with writing(at) as by:  # killed before it was asked for
        assert by.extend(iter([MORE[:3]])) == 43
    assert read(at).identical(before)
    assert go_on(at) == 0
    with writing(at) as by:
        assert by.extend(iter([MORE])) == 51
    assert (at.values(40, 20) == MORE).all()


def test_one_command_at_a_time_writes(at: Store) -> None:
    with writing(at):  # noqa: SIM117
        with pytest.raises(ValueError, match=r"another command works on it \(process \d+ on \S+"):
            with writing(Store(at.folder)):
                pass
    assert go_on(at) == 14


def test_failures_are_kept_with_their_input_and_run_again(at: Store, tmp_path: Path) -> None:
    go_on(at, failing=lambda row: row in (4, 30))
    found = Store(at.folder)
    assert [(f["row"], f["seed"], f["error"], f["factors"]) for f in found.failures()] == [
        (4, 0, "ValueError: no", {"a": 0.5}), (30, 0, "ValueError: no", {"a": 0.5}),
    ]  # fmt: skip
    assert int(read(at)["cost"].isnull().any(("variant", "year")).sum()) == 2
    assert go_on(at) == 0  # failed, but done
    with writing(at) as by:
        by.compact()
        assert by.again() == 2
    assert go_on(at, 1, failing=lambda row: row == 4) == 1
    assert [f["row"] for f in at.failures()] == [4]
    with writing(at) as by:
        assert by.again() == 1
    assert go_on(at) == 2
    assert list(Store(at.folder).failures()) == []
    assert read(at).identical(undisturbed(tmp_path))


def test_a_failure_whose_task_was_not_noted_is_none(at: Store) -> None:
    with writing(at) as by:
        by.keep(live(at, at.task(0), failing=lambda row: row == 1))
    manifest = at.folder / MANIFEST
    manifest.write_bytes(b"")
    assert list(Store(at.folder).failures()) == []
    go_on(at, failing=lambda row: row == 1)
    assert [f["row"] for f in at.failures()] == [1]  # and not twice


def test_what_kills_its_process_is_kept_with_its_input_until_it_is_done(at: Store) -> None:
    with writing(at) as by:
        by.lose(at.task(2), "KilledWorker: it died")
        by.lose(at.task(2), "KilledWorker: it died")
    found = list(Store(at.folder).failures())
    assert [f["row"] for f in found] == [6, 7, 8]
    assert found[0]["factors"] == {"a": FIRST[6, 0], "b": FIRST[6, 1]}
    assert go_on(at) == 14
    assert list(at.failures()) == []


def refusal(folder: Path) -> str:
    with pytest.raises(ValueError, match=str(folder)) as error:
        Store(folder)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_is_no_store_of_this_version_is_refused(at: Store, tmp_path: Path) -> None:
    assert "no store of a study; llo sweep run STUDY makes one" in refusal(tmp_path)
    assert "no store of a study" in refusal(at.folder / META)
    path = at.folder / META
    meta = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**meta, "format": 7}), encoding="utf-8")
    assert "a store of format 7, this version reads 1" in refusal(at.folder)
    for text in ("[1]", '{"kind": "other"}'):
        path.write_text(text, encoding="utf-8")
        assert "not of a study" in refusal(at.folder)
    path.write_text('{"kind": "llo', encoding="utf-8")
    assert "cannot be read" in refusal(at.folder)


def test_a_store_is_made_where_nothing_else_is(at: Store, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is a store already: go on with llo sweep restart"):
        made(at.folder)
    half = tmp_path / "half"
    half.mkdir()
    for name in (DESIGN, f"{DESIGN}.7.part", "lock"):  # of one that was killed
        (half / name).write_bytes(b"")
    assert go_on(made(half)) == 14
    assert not list(half.glob("*.part"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").touch()
    with pytest.raises(ValueError, match="not empty: give another folder with --out"):
        made(tmp_path / "full")


@pytest.mark.parametrize("harm", [spoil, Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_design_that_is_spoilt_is_told(harm: Callable[[Path], Any], at: Store) -> None:
    harm(at.folder / DESIGN)
    with pytest.raises(ValueError, match=r"design\.npy: spoilt or gone: put it back from a copy"):
        go_on(at)


def test_a_million_runs_are_read_without_holding_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # packs of the usual size
    part = np.zeros((50_000, 2))
    at = made(tmp_path / "large", (part for _ in range(20)), each=4)
    digest = live(at, at.task(200_000)).digest
    with (at.folder / MANIFEST).open("w", encoding="utf-8") as file:
        for task in [*range(40_000), 200_000]:
            file.write(f'{{"task": {task}, "digest": "{digest}"}}\n')
    tracemalloc.start()
    try:
        found = Store(at.folder)
        assert (found.runs, found.runs_done()) == (1_000_000, 160_004)
        assert next(found.missing()).number == 40_000
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
    some = dataset(found)["aes"].isel(run=slice(800_000, 800_008), year=0).compute()
    assert some.isnull().values[:, 0, 0].tolist() == [False] * 4 + [True] * 4
