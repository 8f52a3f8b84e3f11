"""Marks of a chunk are numbered, all of them and in order; sieves let pass whom a test could."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import codes, draws
from simulator.behaviour import register
from simulator.chunks import CHUNK, marked
from simulator.laws import Law, arguments, below, may_be_below


@pytest.mark.parametrize("share", [0.0, 0.001, 0.03, 0.5, 1.0])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1_001, CHUNK])
def test_marked_rows_are_numbered_in_order_and_none_beyond_the_chunk(
    share: float, count: int
) -> None:
    marks = (np.random.default_rng(count).random(CHUNK) < share).astype(np.int8)
    hits = np.full(CHUNK + 8, -1)
    found = marked(marks, count, hits)
    assert np.array_equal(hits[:found], np.flatnonzero(marks[:count]))


@given(
    word=st.integers(0, 2**32 - 1),
    chance=st.one_of(st.floats(0, 1), st.integers(0, 2**32).map(lambda k: k * 2.0**-32)),
)
def test_no_draw_below_a_chance_has_a_word_above_its_bound(word: int, chance: float) -> None:
    bound = int(draws.highest(chance))
    if (word + 0.5) * 2.0**-32 < chance:
        assert word <= bound
    assert (max(bound - 2, 0) + 0.5) * 2.0**-32 <= max(chance, 2.0**-32)  # and it is a close one


UNIT = st.floats(0, 1, exclude_min=True, exclude_max=True)
LOGIT = st.floats(-12, 12)


@given(u=UNIT, x=LOGIT)
def test_who_is_below_may_be_below(u: float, x: float) -> None:
    assert may_be_below(u, x) or not below(u, x)


SIEVED = [one for one in register.STAGES if one.sieve is not None]


def _arguments(law: Law, chance: np.random.Generator) -> dict[str, Any]:
    """Values of whatever a law's tests read: near what they are compared with, and far from it."""
    assert law.at is not None
    assert law.parameters is not None
    u = float(chance.random() ** chance.integers(1, 7))
    months = {name: int(chance.integers(90, 110)) for name in
              ("ambassador_until", "course_end", "last_self")}  # fmt: skip
    logits = {name: float(chance.normal(-2.5, 2.5)) for name in ("considering", "planning")}
    return months | logits | {
        "u": u if chance.random() < 0.5 else 1.0 - u, "t": 100,
        "stage": int(chance.choice([law.at[1], codes.CONTEMPLATION])),
        "intention": float(chance.normal(0, 2)), "urgency": float(chance.normal(0, 2)),
        "applies": int(chance.integers(0, 2)), "p": law.parameters.tuple(),
        "courses_open": float(chance.choice([0.0, 0.3, 1.0])),
    }  # fmt: skip


@pytest.mark.parametrize("law", SIEVED, ids=lambda one: one.name)
def test_a_sieve_lets_pass_all_whom_the_first_test_of_a_row_does(law: Law) -> None:
    chance, passed, sieved = np.random.default_rng(5), 0, 0
    of_the_month = {"t", "p"}
    test = next(rule for rule in law.when if not of_the_month.issuperset(arguments(rule)))
    assert law.sieve is not None
    for _ in range(4_000):
        given_ = _arguments(law, chance)
        may = law.sieve(*(given_[name] for name in arguments(law.sieve)))
        does = test(*(given_[name] for name in arguments(test)))
        assert may or not does, given_
        passed, sieved = passed + bool(does), sieved + bool(may)
    assert 100 < passed <= sieved < 4_000


def test_whoever_stands_at_a_stage_and_may_leave_it_is_sieved() -> None:
    assert {one.name for one in register.STAGES} - {one.name for one in SIEVED} == {"refresh"}
