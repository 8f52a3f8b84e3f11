"""Figures of the table: intervals as Student has them, no more digits than the error supports."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from experiments.estimates import Estimate, estimate, shown
from experiments.table import ROWS

NUMBERS = st.floats(-1e9, 1e9, allow_subnormal=False)
ERRORS = st.floats(1e-9, 1e9)
DECIMALS = st.sampled_from(sorted({row.decimals for row in ROWS}))


def parts(text: str) -> tuple[float, float, int]:
    """Mean, half-width and digits after the point of a figure as it is shown."""
    mean, half = text.replace(",", "").split(" ±")
    places = [len(x.partition(".")[2]) for x in (mean, half)]
    assert places[0] == places[1], text
    return float(mean), float(half), places[0]


@given(st.integers(2, 30).flatmap(lambda n: arrays(float, n, elements=NUMBERS)))
def test_the_interval_is_that_of_students_t(per_seed: np.ndarray) -> None:
    found = estimate(per_seed)
    assert found is not None
    mean, error = np.mean(per_seed), stats.sem(per_seed)
    assert found.middle == pytest.approx(mean)
    if error > 0:
        low, high = stats.t.interval(0.9, per_seed.size - 1, mean, error)
        width = 1e-9 * max(1.0, float(np.abs(per_seed).max()))
        assert found.low == pytest.approx(low, abs=width)
        assert found.high == pytest.approx(high, abs=width)


def test_the_interval_of_a_known_case() -> None:
    found = estimate(np.array([1.0, 2.0, 3.0, 4.0]))
    assert found is not None
    assert (found.middle, found.half) == (2.5, pytest.approx(2.3533634 * 1.2909944 / 2))


def test_the_interval_covers_nine_in_ten() -> None:
    """5,000 trials at 90%: five standard errors is 2.1 points."""
    luck = np.random.default_rng(1)
    found = [estimate(luck.normal(3.0, 2.0, 5)) for _ in range(5_000)]
    covered = np.mean([e is not None and e.low <= 3.0 <= e.high for e in found])
    assert covered == pytest.approx(0.9, abs=0.021)


def test_equal_seeds_have_no_width_and_one_seed_no_bounds() -> None:
    assert estimate(np.zeros(4)) == Estimate(0.0, 0.0, 0.0)
    assert estimate(np.array([7.0])) == Estimate(7.0, -math.inf, math.inf)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_one_undefined_seed_leaves_no_estimate(bad: float) -> None:
    assert estimate(np.array([1.0, bad, 2.0])) is None
    assert shown(None, 1) == "-"


@given(NUMBERS, ERRORS, DECIMALS)
def test_no_more_digits_than_the_error_supports(mean: float, half: float, decimals: int) -> None:
    e = Estimate(mean, mean - half, mean + half)
    if not e.half > 0:  # lost beside so large a mean
        return
    found, error, places = parts(shown(e, decimals))
    assert places <= decimals
    unit = 10.0 ** math.floor(math.log10(e.half))  # the first digit of the error
    step = max(unit, 10.0**-decimals)
    assert places == 0 or 10.0**-places >= unit * (1 - 1e-12)
    for value in (found, error):  # rounded to that digit also before the point
        assert round(value / step) * step == pytest.approx(value, rel=1e-9, abs=1e-9 * step)
    assert found == pytest.approx(mean, abs=0.5001 * step, rel=1e-12)
    assert error == pytest.approx(e.half, abs=0.5001 * step, rel=1e-12)


@pytest.mark.parametrize(
    ("mean", "half", "decimals", "text"),
    [(12.346, 0.04, 2, "12.35 ±0.04"), (12.346, 0.04, 1, "12.3 ±0.0"),
     (12.346, 0.4, 2, "12.3 ±0.4"), (12.346, 4.0, 2, "12 ±4"), (1234.5, 400.0, 2, "1,200 ±400"),
     (-0.004, 0.02, 2, "0.00 ±0.02"), (-3.0, 40.0, 0, "0 ±40"), (1e6, 0.0, 0, "1,000,000 ±0"),
     (-0.04, math.inf, 1, "0.0 ±?")],
)  # fmt: skip
def test_known_figures(mean: float, half: float, decimals: int, text: str) -> None:
    assert shown(Estimate(mean, mean - half, mean + half), decimals) == text
