"""Two lives beside each other: which course stands for which, and what public money did."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.columns import EMPLOYER, INSTRUMENT, OWN
from simulator.variants import WINDOW, Courses, classes, match


def courses(entries: list[tuple[int, int, int]]) -> Courses:
    """Courses from (row, month, funded_by)."""
    columns = np.array(entries, np.int64).reshape(-1, 3).T
    made = dict(zip(("row", "t", "funded_by"), columns, strict=True))
    return {**made, "public": np.where(made["funded_by"] >= INSTRUMENT, 100_000, 0)}


def greedy(ours: Courses, theirs: Courses, window: int) -> list[int]:
    """The same rule in plain Python."""
    taken: set[int] = set()
    found = [-1] * ours["row"].size
    for i in np.lexsort((ours["t"], ours["row"])):
        for j in np.lexsort((theirs["t"], theirs["row"])):
            same = theirs["row"][j] == ours["row"][i] and j not in taken
            if same and abs(theirs["t"][j] - ours["t"][i]) <= window:
                found[i] = int(j)
                taken.add(j)
                break
    return found


lives = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60)), max_size=25, unique=True)


@given(ours=lives, theirs=lives)
def test_matching_is_the_greedy_rule(
    ours: list[tuple[int, int]], theirs: list[tuple[int, int]]
) -> None:
    one, other = (courses([(r, t, OWN) for r, t in life]) for life in (ours, theirs))
    assert match(one, other).tolist() == greedy(one, other, WINDOW)


def test_public_money_is_classed_by_the_other_life() -> None:
    instrument = INSTRUMENT + 1
    ours = courses([(0, 10, instrument), (1, 10, instrument), (2, 10, instrument), (3, 10, OWN)])
    theirs = courses([(0, 15, OWN), (1, 4, EMPLOYER), (2, 40, OWN), (3, 10, OWN)])
    found = {name: np.flatnonzero(hit).tolist() for name, hit in classes(ours, theirs).items()}
    assert found == {"deadweight": [0], "displaced": [1], "additional": [2]}


def test_an_extra_course_does_not_shift_the_others() -> None:
    theirs = courses([(0, 30, OWN), (0, 60, OWN)])
    ours = courses([(0, 10, INSTRUMENT + 1), (0, 30, OWN), (0, 60, OWN)])
    assert match(ours, theirs).tolist() == [-1, 0, 1]
