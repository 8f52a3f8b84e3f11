"""Where a public euro goes: courses of two lives of the same people, laid side by side.

A course that public money pays is held against the life that the same person leads without the
policies under comparison. The euros of a course are

- *additional*, when that life has no course left to pair with it;
- *brought forward*, when all that is left to pair starts one to two years later there;
- *displacing*, when the employer pays the paired course there; *deadweight*, when anyone else does;
- *upgraded*, for what passes the price of the paired course.

Together they are, to the cent, the public money of all courses that started.
"""

from __future__ import annotations

from typing import Any, cast

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator.columns import EMPLOYER

Courses = dict[str, NDArray[Any]]
WINDOW = 12  # months apart at which a course is still the same one: an assumption
LATER = 24  # months ahead from which a course may have been brought forward: an assumption
CLASSES = ("additional", "forward", "upgraded", "deadweight", "displaced")


def match(
    ours: Courses, theirs: Courses, before: int = WINDOW, after: int = WINDOW
) -> NDArray[np.int64]:
    """For every course of ours the index of the same person's course in the other life, or -1.

    In order of time, a course takes the earliest course of the other life that is not taken yet
    and starts at most `before` months before it and `after` months after it.
    """
    ours_by, theirs_by = _ordered(ours), _ordered(theirs)
    found, pair = np.full(ours_by.size, -1), cast(Any, _pair)
    pair(ours["row"][ours_by], ours["t"][ours_by], theirs["row"][theirs_by], theirs["t"][theirs_by],
         before, after, found)  # fmt: skip
    result, hit = np.full(ours_by.size, -1), found >= 0
    result[ours_by[hit]] = theirs_by[found[hit]]
    return result


@nb.njit(cache=True, nogil=True)
def _pair(row, t, other_row, other_t, before, after, found):  # type: ignore[no-untyped-def]
    """Both lists go by person and time: what is too early for a course is so for all later ones."""
    k, many = 0, other_row.size
    for j in range(row.size):
        while k < many and other_row[k] < row[j]:
            k += 1
        while k < many and other_row[k] == row[j] and other_t[k] < t[j] - before:
            k += 1
        if k < many and other_row[k] == row[j] and other_t[k] <= t[j] + after:
            found[j] = k
            k += 1


def _ordered(courses: Courses) -> NDArray[np.int64]:
    """The order of courses by person and, for each, by time."""
    order = np.arange(courses["row"].size)
    for key in (courses["t"], courses["row"]):
        order = cast(Any, _counted)(order, key, key.max(initial=0))
    return order


@nb.njit(cache=True, nogil=True)
def _counted(order, key, most):  # type: ignore[no-untyped-def]
    """The same order, but by key first: a counting sort, as rows and months are small."""
    place, found = np.zeros(most + 2, np.int64), np.empty_like(order)
    for j in range(key.size):
        place[key[j] + 1] += 1
    for k in range(1, place.size):
        place[k] += place[k - 1]
    for j in order:
        found[place[key[j]]] = j
        place[key[j]] += 1
    return found


def classes(ours: Courses, theirs: Courses) -> dict[str, NDArray[np.int64]]:
    """Cents of every course's public money by class; each course has at most two classes.

    First the courses that are near each other in time are paired; then what is left over, with
    courses of the other life that lie ahead. So an extra course does not shift the others.
    """
    public, price = ours["public"].astype(np.int64), theirs["price"].astype(np.int64)
    if not public.any():
        return dict.fromkeys(CLASSES, public)
    near = match(ours, theirs)
    alone = np.ones(price.size, bool)
    alone[near[near >= 0]] = False
    free, left = np.flatnonzero(near < 0), np.flatnonzero(alone)
    ahead = match(_some(ours, free), _some(theirs, left), before=0, after=LATER)
    pair, forward = near.copy(), np.zeros(public.size, bool)
    forward[free[ahead >= 0]] = True
    pair[free[ahead >= 0]] = left[ahead[ahead >= 0]]
    paired = pair >= 0
    base, employer = np.zeros(public.size, np.int64), np.zeros(public.size, bool)
    base[paired] = np.minimum(public[paired], price[pair[paired]])
    employer[paired] = theirs["funded_by"][pair[paired]] == EMPLOYER
    return {
        "additional": np.where(paired, 0, public),
        "forward": np.where(forward, base, 0),
        "upgraded": np.where(paired, public - base, 0),
        "deadweight": np.where(paired & ~forward & ~employer, base, 0),
        "displaced": np.where(paired & ~forward & employer, base, 0),
    }


def _some(courses: Courses, chosen: NDArray[np.integer]) -> Courses:
    return {name: column[chosen] for name, column in courses.items()}
