"""Waiting in line: who is served when and who is paid, for a whole line at once."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

Minutes = NDArray[np.float64]


def one_counter(arrivals: Minutes, minutes_each: float) -> Minutes:
    """When each is done at one counter that takes `minutes_each`, in the order given.

    The recursion done_k = max(arrival_k, done_{k-1}) + s has the closed form
    done_k = s (k + 1) + max over j <= k of (arrival_j - s j).
    """
    ahead = minutes_each * np.arange(arrivals.size)
    return np.asarray(ahead + minutes_each + np.maximum.accumulate(arrivals - ahead), np.float64)


def presented(
    waiting: NDArray[np.float64], at_opening: float, spread: float
) -> tuple[NDArray[np.bool_], Minutes]:
    """Who stands in line when a window opens, and after how many minutes the others come.

    `waiting` holds a uniform draw a person: the first `at_opening` of them are registered and
    present, the others come with an exponential delay of mean `spread` minutes.
    """
    present = waiting < at_opening
    later = np.clip((waiting - at_opening) / max(1.0 - at_opening, 1e-12), 0.0, 1.0 - 1e-12)
    return present, np.where(present, 0.0, -spread * np.log1p(-later))


def payable(
    asked: NDArray[np.int64], pot: NDArray[np.integer], reserved: NDArray[np.int64], purse: int
) -> NDArray[np.bool_]:
    """Who is paid, in the order given: `pot` is the number of the pot of each, -1 for none.

    Members draw on their pot and, once it cannot pay the next of them, on what is not reserved,
    like everybody else. That part ends at the first whom it cannot pay. Amounts in cents.
    """
    inside = np.zeros(asked.size, bool)
    for k, amount in enumerate(reserved):
        inside |= (pot == k) & (np.cumsum(np.where(pot == k, asked, 0)) <= amount)
    rest = np.cumsum(np.where(inside, 0, asked)) <= purse - int(reserved.sum())
    return inside | rest


@nb.njit(cache=True, nogil=True)
def _first_free(arrivals, service, free):  # type: ignore[no-untyped-def]
    done = np.empty(arrivals.size)
    for k in range(arrivals.size):
        done[k] = max(arrivals[k], free[0]) + service[k]
        i = 0  # sift the new time down the heap of counters
        while 2 * i + 1 < free.size:
            child = 2 * i + 1
            if child + 1 < free.size and free[child + 1] < free[child]:
                child += 1
            if free[child] >= done[k]:
                break
            free[i] = free[child]
            i = child
        free[i] = done[k]
    return done


def several_counters(arrivals: Minutes, service: Minutes, free: Minutes) -> tuple[Minutes, Minutes]:
    """When each is done at the first free of several counters, in order of arrival.

    `free` says when every counter is free; returned with the times, it is what the next batch
    finds. Raises ValueError without a counter.
    """
    if not free.size:
        raise ValueError("0 counters: at least one is needed to serve anybody")
    heap = np.sort(free)
    return _first_free(arrivals, service, heap), heap


@nb.njit(cache=True, nogil=True)
def _ranks(group):  # type: ignore[no-untyped-def]
    found = np.zeros(group.size, np.int64)
    for k in range(1, group.size):
        found[k] = found[k - 1] + 1 if group[k] == group[k - 1] else 0
    return found


def ranks(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rank of every element within its run of equal values."""
    return np.asarray(_ranks(group), np.int64)


def among(rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the rows are among `others`; the second need not be in order."""
    if not others.size:
        return np.zeros(rows.size, bool)
    known = np.sort(others)
    place = np.minimum(np.searchsorted(known, rows), known.size - 1)
    return np.asarray(known[place] == rows)


@nb.njit(cache=True, nogil=True)
def _left_of(rows, left, found):  # type: ignore[no-untyped-def]
    k = 0
    for j in range(rows.size):
        found[j] = k < left.size and rows[j] == left[min(k, left.size - 1)]
        k += found[j]


def left_of(rows: NDArray[np.int64], left: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the rows are left, when `left` has some of them in the same order."""
    found = np.zeros(rows.size, bool)
    if left.size:
        _left_of(rows, left, found)
    return found


@nb.njit(cache=True, nogil=True)
def _limited(rows, asked, left, applies, kept):  # type: ignore[no-untyped-def]
    many = 0
    for i in rows:
        asked[i] = min(asked[i], left[i])
        if asked[i] == 0:
            applies[i] = 0
        else:
            kept[many] = i
            many += 1
    return many


def limited(
    rows: NDArray[np.int64],
    asked: NDArray[np.int32],
    left: NDArray[np.int32],
    applies: NDArray[np.int8],
) -> NDArray[np.int64]:
    """The rows that have something left of a right, who ask no more than that; those who have
    nothing no longer apply. Columns are changed in place.
    """
    kept = np.empty(rows.size, np.int64)
    return kept[: _limited(rows, asked, left, applies, kept)]
