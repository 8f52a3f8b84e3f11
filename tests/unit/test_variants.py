"""Two lives beside each other: which course stands for which, and what public money did."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.additionality import CLASSES, WINDOW, Courses, classes, match
from simulator.columns import EMPLOYER, INSTRUMENT, OWN


def courses(entries: list[tuple[int, int, int]]) -> Courses:
    """Courses from (row, month, funded_by)."""
    columns = np.array(entries, np.int64).reshape(-1, 3).T
    made = dict(zip(("row", "t", "funded_by"), columns, strict=True))
    public = np.where(made["funded_by"] >= INSTRUMENT, 100_000, 0)
    return {**made, "public": public, "price": np.full(len(entries), 100_000)}


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
    ours = courses([(r, 10, instrument) for r in range(6)] + [(6, 10, OWN)])
    theirs = courses([
        (0, 15, OWN), (1, 4, EMPLOYER), (2, 40, OWN), (3, 30, EMPLOYER), (4, 12, OWN),
        (6, 10, OWN),
    ])  # fmt: skip
    theirs["price"][4] = 40_000
    found = {name: cents.tolist() for name, cents in classes(ours, theirs).items()}
    assert found == {
        "deadweight": [100_000, 0, 0, 0, 40_000, 0, 0],
        "displaced": [0, 100_000, 0, 0, 0, 0, 0],
        "additional": [0, 0, 100_000, 0, 0, 100_000, 0],
        "forward": [0, 0, 0, 100_000, 0, 0, 0],
        "upgraded": [0, 0, 0, 0, 60_000, 0, 0],
    }


@given(ours=lives, theirs=lives, cents=st.integers(0, 300_000))
def test_the_classes_are_all_public_money(
    ours: list[tuple[int, int]], theirs: list[tuple[int, int]], cents: int
) -> None:
    one = courses([(r, t, INSTRUMENT + 1) for r, t in ours])
    one["public"] = np.full(len(ours), cents)
    other = courses([(r, t, EMPLOYER if r else OWN) for r, t in theirs])
    parts = classes(one, other)
    assert tuple(parts) == CLASSES
    assert np.array_equal(sum(parts.values()), one["public"])
    assert all((part >= 0).all() for part in parts.values())


def test_an_extra_course_does_not_shift_the_others() -> None:
    theirs = courses([(0, 30, OWN), (0, 60, OWN)])
    ours = courses([(0, 10, INSTRUMENT + 1), (0, 30, OWN), (0, 60, OWN)])
    assert match(ours, theirs).tolist() == [-1, 0, 1]
    assert classes(ours, theirs)["additional"].tolist() == [100_000, 0, 0]


def test_what_is_left_over_may_have_been_brought_forward() -> None:
    theirs = courses([(0, 30, OWN), (0, 52, OWN)])
    ours = courses([(0, 31, INSTRUMENT + 1), (0, 33, INSTRUMENT + 1)])
    assert classes(ours, theirs)["forward"].tolist() == [0, 100_000]
