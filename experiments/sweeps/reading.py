"""A store as one dataset: readable while it is being written, and lazily, however large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from calibration.engines import NEEDS
from experiments.sweeps.outputs import OUTPUTS
from experiments.sweeps.store import Store, Task

if TYPE_CHECKING:
    import dask.array

TOGETHER = 64  # tasks in a chunk
_CHUNK = 65_536  # rows of the design in a chunk


def dataset(store: Store) -> xr.Dataset:
    """Every run that was asked for, in the order of tasks; NaN where it is not done or failed.

    Dims run, variant, year, group and factor; `draw` is the row of the design of each run, `seed`
    the number of its seed, `x` the values of the factors.
    """
    try:
        import dask.array as da
    except ImportError:
        raise ValueError(NEEDS) from None

    whole = _numbers(store)
    data: dict[str, Any] = {}
    for part in store.layout.parts:
        output = OUTPUTS[part.name]
        block = whole[:, part.first : part.stop].reshape((whole.shape[0], *part.shape))
        attrs = {"long_name": output.long_name, "units": output.unit}
        data[part.name] = (("run", *part.dims), block, attrs)
    draw = np.concatenate([np.arange(s.first, s.first + s.rows) for s in store.stretches])
    seed = np.concatenate([np.full(s.rows, s.seed) for s in store.stretches])
    parts = [_factors(store, s.first, s.rows) for s in store.stretches]
    data["x"] = (("run", "factor"), da.concatenate(parts), {"long_name": "value of the factor"})
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


def _numbers(store: Store) -> dask.array.Array:
    import dask.array as da
    from dask import delayed

    tasks = list(store.tasks())
    blocks = []
    for k in range(0, len(tasks), TOGETHER):
        some = tasks[k : k + TOGETHER]
        rows = sum(task.rows for task in some)
        block = delayed(_together, pure=False)(store, some)
        blocks.append(da.from_delayed(block, (rows, store.layout.width), np.float32))
    return da.concatenate(blocks)


def _together(store: Store, tasks: list[Task]) -> NDArray[np.float32]:
    return np.concatenate([store.read(task) for task in tasks])


def _factors(store: Store, first: int, rows: int) -> dask.array.Array:
    import dask.array as da
    from dask import delayed

    blocks = []
    for k in range(0, rows, _CHUNK):
        many = min(_CHUNK, rows - k)
        block = delayed(store.values, pure=False)(first + k, many)
        blocks.append(da.from_delayed(block, (many, len(store.names)), float))
    return da.concatenate(blocks)


def by_draw(store: Store, names: list[str] | None = None) -> xr.Dataset:
    """The means over seeds of every draw, in memory: dims draw, variant, year, group and factor.

    A draw counts seeds that are done; NaN where none is.
    """
    data = dataset(store)
    if names is not None:
        data = data[[*names, "x"]]
    seeds = len({s.seed for s in store.stretches})
    if seeds == 1:
        found = data.compute().swap_dims(run="draw").drop_vars("seed")
        return found.sortby("draw")
    loaded = data.compute()
    found = loaded.drop_vars("seed").groupby("draw").mean(skipna=True)
    return found.assign_attrs(data.attrs)
