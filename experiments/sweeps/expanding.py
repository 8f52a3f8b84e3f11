"""Asking for more of a study: seeds, draws or levels; what is done stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.sweeps import designs, factors
from experiments.sweeps.designs import Array
from experiments.sweeps.running import (
    check,
    check_runs,
    manifolds,
    ready_of,
    room,
    rows_of,
    shape_of,
)  # fmt: skip
from experiments.sweeps.store import Store, Stretch
from experiments.sweeps.writer import writing


def expand(
    store: Store, *, seeds: int | None = None, draws: int | None = None, levels: int | None = None
) -> int:
    """Ask for so many seeds, draws or levels of a grid in all; how many runs that adds.

    What is done stays. Raises ValueError when there are as many already, or the design has none.
    """
    with (
        room(f"{store.folder}: {{}}; nothing was changed: make room, then expand it again"),
        writing(store) as writer,
    ):
        check(store)
        before, stretches = store.runs, list(store.stretches)
        design, rows = dict(store.meta["design"]), store.rows
        solved = dict(store.meta["manifold"])
        known = sorted({s.seed for s in stretches})
        if draws is not None or levels is not None:
            more, design = _further(store, draws, levels)
            # of a finer grid's rows some are there already
            check_runs(max(seeds or 0, len(known)) * shape_of(ready_of(store), draws, levels).rows)
            rows = writer.extend(more)
            stretches += [Stretch(store.rows, rows - store.rows, seed) for seed in known]
        if seeds is not None:
            _more("--seeds", seeds, len(known))
            check_runs(rows * seeds)
            fresh = range(len(known), seeds)
            stretches += [Stretch(0, rows, seed) for seed in fresh]
            solved |= manifolds(ready_of(store), fresh)
        writer.expand([s for s in stretches if s.rows], rows,
                      {"design": design, "manifold": solved})  # fmt: skip
    return store.runs - before


def _further(
    store: Store, draws: int | None, levels: int | None
) -> tuple[Iterator[Array], dict[str, Any]]:
    """Rows that so many draws or levels in all add, and what the design is then."""
    ready, design = ready_of(store), dict(store.meta["design"])
    kind = design["kind"]
    if draws is not None:
        if kind in ("grid", "table"):
            remedy = "--levels" if kind == "grid" else "--seeds"
            raise ValueError(f"--draws: a {kind} has none: give {remedy}, or another study")
        _more("--draws", draws, design["draws"])
        rows = rows_of(ready, shape_of(ready, draws=draws), design["draws"])
        return rows, design | {"draws": draws}
    if kind != "grid":
        remedy = "--seeds" if kind == "table" else "--draws"
        raise ValueError(f"--levels: the design is {kind}, which has none: give {remedy}")
    if all(f.values for f in ready.study.factors):
        raise ValueError("--levels: every factor has the values that the study names: give --seeds")
    _more("--levels", levels or 0, design["levels"])
    grids = [*design.get("coarser", []), design["levels"]]
    old = [
        [factors.value(f, designs.level(n, np.arange(n), bool(f.values)), ready.scenario)
         for f, n in zip(ready.study.factors, shape_of(ready, levels=g).choices, strict=True)]
        for g in grids
    ]  # fmt: skip

    def fresh() -> Iterator[Array]:
        for some in rows_of(ready, shape_of(ready, levels=levels)):
            there = [
                np.all([np.isin(x, v) for x, v in zip(some.T, values, strict=True)], axis=0)
                for values in old
            ]
            yield some[~np.any(there, axis=0)]

    return fresh(), design | {"levels": levels, "coarser": grids}


def _more(option: str, wanted: int, there: int) -> None:
    if wanted <= there:
        raise ValueError(f"{option} {wanted}: there are {there} already: give more than that")
