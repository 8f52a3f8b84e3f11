"""A store as one dataset: readable while it is being written, and lazily, however large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from calibration.engines import NEEDS
from experiments.sweeps.outputs import OUTPUTS
from experiments.sweeps.store import PACK, Store

if TYPE_CHECKING:
    import dask.array

TOGETHER = 4_096  # runs in a chunk, about; those of a pack if they are fewer
_CHUNK = 65_536  # rows of the design in a chunk


@dataclass(frozen=True)
class _Table:
    """A table by run that is read where it is asked for: from one run to another, some columns."""

    read: Callable[[int, int, slice], NDArray[Any]]
    shape: tuple[int, int]
    dtype: np.dtype[Any]
    ndim: int = 2

    def __getitem__(self, index: tuple[Any, Any]) -> NDArray[Any]:
        runs, columns = (
            range(n)[i] if isinstance(i, slice) else range(i, i + 1)
            for i, n in zip(index, self.shape, strict=True)
        )
        if not runs or not columns:
            found = np.empty((len(runs), len(columns)), self.dtype)
        else:
            first, low = min(runs[0], runs[-1]), min(columns[0], columns[-1])
            found = self.read(
                first, max(runs[0], runs[-1]) + 1,
                slice(low, max(columns[0], columns[-1]) + 1),
            )[np.ix_(np.array(runs) - first, np.array(columns) - low)]  # fmt: skip
        return found[tuple(slice(None) if isinstance(i, slice) else 0 for i in index)]


def dataset(store: Store) -> xr.Dataset:
    """Every run that was asked for, in the order of tasks; NaN where it is not done or failed.

    Dims run, variant, year, group and factor; `draw` is the row of the design of each run, `seed`
    the number of its seed, `x` the values of the factors.
    """
    some = max(min(TOGETHER // store.per_task, PACK), 1) * store.per_task
    runs = _lazily(store.numbers, store.runs, store.layout.width, np.dtype(np.float32), some)
    data: dict[str, Any] = {}
    for part in store.layout.parts:
        output = OUTPUTS[part.name]
        block = runs[:, part.first : part.stop].reshape((store.runs, *part.shape))
        attrs = {"long_name": output.long_name, "units": output.unit}
        data[part.name] = (("run", *part.dims), block, attrs)
    draw = np.concatenate([np.arange(s.first, s.first + s.rows) for s in store.stretches])
    seed = np.concatenate([np.full(s.rows, s.seed) for s in store.stretches])
    x = _lazily(_factors(store), store.runs, len(store.names), np.dtype(float), _CHUNK)
    data["x"] = (("run", "factor"), x, {"long_name": "value of the factor"})
    return xr.Dataset(
        data,
        coords={
            "draw": ("run", draw), "seed": ("run", seed), "factor": store.names,
            "unit": ("factor", store.meta["units"]), "variant": list(store.layout.variants),
            "year": list(store.layout.years), "group": list(store.layout.groups),
        },
        attrs={"kind": "llo sweep", "title": store.meta["title"], "commit": store.meta["commit"],
               "scenario": store.meta["scenario"], "study": store.meta["study"],
               "introduced": store.meta["introduced"]},
    )  # fmt: skip


def _lazily(
    read: Callable[[int, int, slice], NDArray[Any]],
    runs: int, width: int, dtype: np.dtype[Any], some: int,
) -> dask.array.Array:  # fmt: skip
    try:
        import dask.array as da
    except ImportError:
        raise ValueError(NEEDS) from None

    # Its name is random: a store is not told from another by what it holds now.
    return da.from_array(
        _Table(read, (runs, width), dtype), chunks=(some, width), name=f"sweep-{uuid4().hex}",
        lock=False, asarray=False, fancy=False, meta=np.empty((0, 0), dtype),
    )  # fmt: skip


def _factors(store: Store) -> Callable[[int, int, slice], NDArray[np.float64]]:
    """What reads values of the factors by run."""

    def read(start: int, stop: int, columns: slice) -> NDArray[np.float64]:
        parts = [store.values(first, rows)[:, columns] for first, rows in _rows(store, start, stop)]
        return np.concatenate(parts)

    return read


def _rows(store: Store, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The rows of the design of runs from one to another: the first of some, and how many."""
    for stretch in store.stretches:
        low, high = max(start, 0), min(stop, stretch.rows)
        if low < high:
            yield stretch.first + low, high - low
        start, stop = start - stretch.rows, stop - stretch.rows


def by_draw(store: Store, names: list[str] | None = None) -> xr.Dataset:
    """The means over seeds of every draw, in memory: dims draw, variant, year, group and factor.

    A draw counts seeds that are done; NaN where none is.
    """
    data = dataset(store)
    parts = [p for p in store.layout.parts if names is None or p.name in names]
    found: dict[str, Any] = {"x": (("draw", "factor"), store.values(0, store.rows))}
    means = {p.name: np.zeros((store.rows, p.stop - p.first), np.float32) for p in parts}
    counts = {p.name: np.zeros(means[p.name].shape, np.uint16) for p in parts}
    begin = 0
    for stretch in store.stretches:
        for k in range(0, stretch.rows, TOGETHER):
            many = min(TOGETHER, stretch.rows - k)
            numbers = store.numbers(begin + k, begin + k + many)
            at = slice(stretch.first + k, stretch.first + k + many)
            for p in parts:
                _mean(means[p.name][at], counts[p.name][at], numbers[:, p.first : p.stop])
        begin += stretch.rows
    for p in parts:
        means[p.name][counts[p.name] == 0] = np.nan
        shaped = means[p.name].reshape((store.rows, *p.shape))
        found[p.name] = (("draw", *p.dims), shaped, data[p.name].attrs)
    kept = {n: c for n, c in data.coords.items() if "run" not in c.dims}
    return xr.Dataset(found, {**kept, "draw": np.arange(store.rows)}, data.attrs)


def _mean(mean: NDArray[np.float32], count: NDArray[np.uint16], more: NDArray[np.float32]) -> None:
    """Take further values, but for NaN, into running means."""
    there = ~np.isnan(more)
    count += there
    step = (more - mean.astype(float)) / np.maximum(count, 1)
    mean += np.where(there, step, 0.0)
