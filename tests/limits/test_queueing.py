"""Waiting lines against closed forms: one counter, Erlang C, and pots."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.queueing import left_of, one_counter, payable, presented, several_counters


@given(st.lists(st.floats(0, 1000), max_size=40), st.floats(0.01, 50))
def test_one_counter_is_its_recursion(arrivals: list[float], each: float) -> None:
    done, free = one_counter(np.array(sorted(arrivals)), each), 0.0
    for arrival, ready in zip(sorted(arrivals), done, strict=True):
        free = max(arrival, free) + each
        assert ready == pytest.approx(free, rel=1e-9)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), max_size=40), st.integers(1, 6))
def test_several_counters_are_their_recursion(jobs: list[tuple[float, float]], c: int) -> None:
    jobs = sorted(jobs)
    arrivals, service = (np.array([job[k] for job in jobs]) for k in (0, 1))
    done, free = several_counters(arrivals, service, np.zeros(c))
    slow = [0.0] * c
    for (arrival, takes), ready in zip(jobs, done, strict=True):
        k = slow.index(min(slow))
        slow[k] = max(arrival, slow[k]) + takes
        assert ready == slow[k]
    assert sorted(free) == sorted(slow)


def erlang_c(c: int, load: float) -> float:
    """Chance to wait at c counters with `load` erlang offered."""
    top = load**c / math.factorial(c) * c / (c - load)
    return top / (sum(load**k / math.factorial(k) for k in range(c)) + top)


@pytest.mark.parametrize(("c", "load"), [(1, 0.7), (3, 2.4), (10, 8.5)])
def test_waiting_at_several_counters_is_erlang_c(c: int, load: float) -> None:
    """Mean wait in M/M/c is C(c, a) / (c - a) service times; batch means judge the difference."""
    rng = np.random.default_rng(20)
    n, batches = 2_000_000, 40
    arrivals = np.cumsum(rng.exponential(1.0 / load, n))
    service = rng.exponential(1.0, n)
    done, _ = several_counters(arrivals, service, np.zeros(c))
    waits = (done - arrivals - service)[n // 10 :]
    means = waits[: waits.size // batches * batches].reshape(batches, -1).mean(axis=1)
    expected = erlang_c(c, load) / (c - load)
    error = means.std(ddof=1) / math.sqrt(batches)
    assert error < 0.03 * expected
    assert abs(means.mean() - expected) < 5 * error


def test_no_counter_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one is needed"):
        several_counters(np.zeros(1), np.zeros(1), np.zeros(0))


def test_presence_and_delays_have_their_distribution() -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    present, delay = presented(u, 0.6, 90.0)
    assert present.mean() == pytest.approx(0.6, abs=1e-5)
    assert not delay[present].any()
    assert delay[~present].mean() == pytest.approx(90.0, rel=1e-3)
    assert np.median(delay[~present]) == pytest.approx(90.0 * math.log(2), rel=1e-3)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(-1, 1)), max_size=30),
    st.integers(0, 200), st.integers(0, 200), st.integers(0, 400),
)  # fmt: skip
def test_no_pot_pays_more_than_it_holds(
    line: list[tuple[int, int]], first: int, second: int, rest: int
) -> None:
    asked, pot = (np.array([each[k] for each in line], np.int64) for k in (0, 1))
    reserved = np.array([first, second])
    paid = payable(asked, pot, reserved, first + second + rest)
    assert asked[paid].sum() <= first + second + rest
    assert asked[paid & (pot == -1)].sum() <= rest
    stranger = np.flatnonzero(~paid & (pot == -1))
    if stranger.size:  # nobody without a pot is paid after the first who could not be
        assert not paid[stranger[0] :][pot[stranger[0] :] == -1].any()


@given(st.lists(st.tuples(st.integers(0, 10**7), st.booleans()), unique_by=lambda pair: pair[0]))
def test_who_is_left_is_found_in_the_order_of_the_line(line: list[tuple[int, bool]]) -> None:
    rows = np.array([row for row, _ in line], np.int64)
    stays = np.array([stay for _, stay in line], bool)
    assert np.array_equal(left_of(rows, rows[stays]), stays)
