"""Where runs lie: rows of numbers from (0, 1), one a factor, made a stretch at a time.

The first rows of a design are a balanced sample of it, so that a part of a study already says what
the whole will: base samples of Sobol are a low-discrepancy sequence, points of a Latin hypercube
come in random order, and those of a grid in strides across it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator import draws

Array = NDArray[np.float64]
STRETCH = 65_536  # rows that are made at once
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Shape:
    """What a design needs to know: how many factors, which move together, and how many rows.

    `choices` are the numbers of values of each factor on a grid, `named` whether the study names
    these values.
    """

    kind: str
    factors: int
    draws: int
    seed: int
    groups: tuple[int, ...] = ()
    second_order: bool = False
    choices: tuple[int, ...] = ()
    named: tuple[bool, ...] = ()
    levels: int = 4

    @property
    def block(self) -> int:
        """Rows that belong together: those of one base sample, or of one trajectory."""
        moving = len(set(self.groups)) if self.groups else self.factors
        if self.kind == "sobol":
            return 2 * moving + 2 if self.second_order else moving + 2
        return moving + 1 if self.kind == "morris" else 1

    @property
    def rows(self) -> int:
        """Rows of the whole design."""
        return math.prod(self.choices) if self.kind == "grid" else self.draws * self.block


def stretches(shape: Shape, first: int = 0) -> Iterator[Array]:
    """The rows from base sample `first` on, some at a time: [row, factor], in (0, 1)."""
    if shape.kind == "grid":
        for start in range(0, shape.rows, STRETCH):
            yield grid(shape, start, min(STRETCH, shape.rows - start))
    elif shape.kind == "latin":
        yield from latin(shape, first)
    elif shape.kind == "morris":
        yield _morris(shape, first)
    else:
        from experiments.analysis import sobol

        each = max(STRETCH // shape.block, 1)
        for start in range(first, shape.draws, each):
            yield sobol.saltelli(
                shape.factors, min(each, shape.draws - start), second_order=shape.second_order,
                groups=shape.groups or None, first=start, seed=shape.seed,
            )  # fmt: skip


def level(many: int, place: NDArray[np.integer], choice: bool) -> Array:
    """Levels from 0 to 1, ends included, so that finer grids hold coarser ones; the middles of its
    parts for a choice.
    """
    return np.asarray((place + 0.5) / many if choice else place / (many - 1), float)


def grid(shape: Shape, first: int, count: int) -> Array:
    """Points of a grid, in strides of about the golden ratio of its size."""
    choices = shape.choices
    size = math.prod(choices)
    stride = max(round(size * _GOLDEN), 1)
    while math.gcd(stride, size) > 1:
        stride += 1
    cell = (first * stride % size + np.arange(count) * (stride % size)) % size
    found = np.empty((count, len(choices)))
    for k in range(len(choices) - 1, -1, -1):
        cell, place = np.divmod(cell, choices[k])
        found[:, k] = level(choices[k], place, shape.named[k])
    return found


def latin(shape: Shape, first: int) -> Iterator[Array]:
    """A Latin hypercube of the draws from `first` on; what a study is expanded by is another.

    Each factor has a stream of its own, so that a further factor leaves the others as they are.
    """
    many = shape.draws - first
    strata, streams = [], []
    for k in range(shape.factors):
        key = draws.replicate(draws.replicate(shape.seed, first), k)
        streams.append(np.random.Generator(np.random.Philox(key=key)))
        strata.append(streams[k].permutation(many).astype(np.uint32))  # all that is held as a whole
    for start in range(0, many, STRETCH):
        some = min(STRETCH, many - start)
        columns = [
            (place[start : start + some] + rng.random(some)) / many
            for place, rng in zip(strata, streams, strict=True)
        ]
        yield np.column_stack(columns)


def _morris(shape: Shape, first: int) -> Array:
    from experiments.analysis import morris

    rows = morris.trajectories(
        shape.factors, shape.draws, levels=shape.levels, groups=shape.groups or None,
        seed=shape.seed,
    )  # fmt: skip
    return np.asarray(rows[first * shape.block :], float)


def table(path: Path, names: Sequence[str]) -> Iterator[Array]:
    """The rows of a CSV file with a column a factor, some at a time: values, not shares.

    Raises ValueError with the line, column and remedy.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = csv.reader(file)
            head = [name.strip() for name in next(lines, [])]
            missing = [n for n in names if n not in head]
            if missing:
                raise ValueError(f"{path}: no column {missing[0]!r}; it has {', '.join(head)}")
            at, none = [head.index(n) for n in names], True
            rows = ([_number(path, n, head[k], line, k) for k in at]
                    for n, line in enumerate(lines, 2))  # fmt: skip
            while some := list(islice(rows, STRETCH)):
                yield np.array(some)
                none = False
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path}: cannot be read as a table ({error})") from None
    if none:
        raise ValueError(f"{path}: no rows in it: give one a run")


def _number(path: Path, line: int, column: str, cells: Sequence[str], k: int) -> float:
    try:
        value = float(cells[k])
    except (ValueError, IndexError):
        value = math.nan
    if not math.isfinite(value):
        given = repr(cells[k]) if k < len(cells) else "nothing"
        raise ValueError(f"{path}:{line}: {column}: {given}: give a finite number")
    return value
