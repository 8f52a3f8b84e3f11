"""A whole column looked through: its sum, and the rows in which it has a value."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator import chunks

_WORD = 8  # codes that are looked at together


def parts(rows: int, pool: ThreadPoolExecutor | None) -> list[slice]:
    """Rows divided for a pool; only for whole numbers, whose sum no division changes."""
    count = pool._max_workers if pool else 1
    bounds = [rows * k // count for k in range(count + 1)]
    return [slice(a, b) for a, b in itertools.pairwise(bounds)]


@nb.njit(cache=True, nogil=True)
def _total(column):  # type: ignore[no-untyped-def]
    found = 0
    for i in range(column.size):
        found += column[i]
    return found


def total(column: NDArray[np.int32], pool: ThreadPoolExecutor | None) -> int:
    """The exact sum of a column of whole numbers."""
    some = [column[s] for s in parts(column.size, pool)]
    return int(sum(pool.map(_total, some) if pool else map(_total, some)))


@nb.njit(cache=True, nogil=True)
def _held(words, column, first, rows):  # type: ignore[no-untyped-def]
    found = 0
    for w in range(words.size):
        if words[w] != 0:
            for i in range(w * _WORD, (w + 1) * _WORD):
                if column[i] != 0:
                    rows[found] = first + i
                    found += 1
    return found


def held(column: NDArray[np.int8], pool: ThreadPoolExecutor | None) -> NDArray[np.int64]:
    """The rows, in order, where a code is not 0: few, so that eight are looked at together."""
    whole = column.size // _WORD * _WORD
    words = column[:whole].view(np.uint64)

    def part(s: slice) -> NDArray[np.int64]:
        first, last = s.start * _WORD, s.stop * _WORD
        rows = np.empty(last - first, np.int64)
        return rows[: _held(words[s], column[first:last], first, rows)]

    found = (pool.map if pool else map)(part, parts(words.size, pool))
    return np.concatenate([*found, whole + np.flatnonzero(column[whole:])])


@nb.njit(cache=True, nogil=True)
def _listed(column, value, first, rows):  # type: ignore[no-untyped-def]
    marks, hits, found = np.empty(chunks.CHUNK, np.int8), np.empty(chunks.CHUNK + 8, np.int64), 0
    for base in range(0, column.size, chunks.CHUNK):
        count = min(chunks.CHUNK, column.size - base)
        for j in range(count):
            marks[j] = column[np.uintp(base + j)] == value
        many = chunks.marked(marks, count, hits)
        for m in range(many):
            rows[found + m] = first + base + hits[m]
        found += many
    return found


def equal(
    column: NDArray[np.integer], value: int, pool: ThreadPoolExecutor | None
) -> NDArray[np.int64]:
    """The rows, in order, where a column has a value."""
    sought = column.dtype.type(value)

    def part(s: slice) -> NDArray[np.int64]:
        rows = np.empty(s.stop - s.start + 1, np.int64)
        return rows[: _listed(column[s], sought, s.start, rows)]

    return np.concatenate(list((pool.map if pool else map)(part, parts(column.size, pool))))
