"""Bands over parameter sets: quantiles of lives, and how much of their variance is luck."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from experiments.estimates import Estimate, as_data, chance, estimate, lives, sets, shown


def test_the_band_holds_nine_lives_in_ten() -> None:
    """Of 400 bands of 24 lives each, nine in ten of new lives are inside, within 1.5 points."""
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(400):
        values = rng.lognormal(size=24)
        found = estimate(values, 12)
        assert found is not None
        assert found.low < found.middle < found.high
        new = rng.lognormal(size=50)
        inside.append(np.mean((found.low <= new) & (new <= found.high)))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.015)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8, 1.0])
def test_the_share_of_luck_is_found_again(share: float) -> None:
    rng = np.random.default_rng(4)
    sets_, seeds = 4_000, 2
    values = math.sqrt(1 - share) * rng.standard_normal((sets_, 1)) + math.sqrt(
        share
    ) * rng.standard_normal((sets_, seeds))
    assert chance(values) == pytest.approx(share, abs=0.05)


def test_luck_is_not_told_of_one_life_each_or_of_nothing_that_varies() -> None:
    assert math.isnan(chance(np.arange(5.0).reshape(5, 1)))
    assert math.isnan(chance(np.ones((5, 2))))
    assert math.isnan(chance(np.array([[1.0, np.inf], [2.0, 3.0]])))


def test_a_cost_may_be_without_end_in_some_lives() -> None:
    values = np.array([*np.linspace(100, 190, 10), np.inf, np.inf])
    found = estimate(values, 6)
    assert found is not None
    assert math.isinf(found.high)
    assert shown(found, 0) == "160 [100, ∞]"
    told = as_data(found)
    assert told is not None
    assert told["high"] is None
    assert estimate(np.full(4, np.inf), 2) is None
    assert estimate(values) is None  # a mean over seeds would be infinite
    assert estimate(np.array([1.0, np.nan]), 2) is None


def test_a_band_is_shown_with_no_more_digits_than_it_supports() -> None:
    assert shown(Estimate(12.34, 8.1, 19.2, 0.2, of_lives=True), 2) == "12 [8, 19]"
    assert shown(Estimate(0.512, 0.43, 0.58, 0.2, of_lives=True), 2) == "0.51 [0.43, 0.58]"
    assert shown(Estimate(1_234.0, 800.0, 1_900.0, of_lives=True), 0) == "1,200 [800, 1,900]"
    assert shown(Estimate(274.0, 131.0, 388.0, of_lives=True), 0) == "270 [130, 390]"
    assert shown(Estimate(1_960.0, 1_870.0, 7_950.0, of_lives=True), 0) == "2,000 [1,900, 8,000]"
    assert shown(Estimate(0.0, 0.0, 0.0, of_lives=True), 1) == "0.0 [0.0, 0.0]"


def test_another_unit_keeps_the_rest() -> None:
    assert Estimate(1.0, 0.5, 2.0, 0.3, of_lives=True).times(100.0) == Estimate(
        100.0, 50.0, 200.0, 0.3, of_lives=True
    )


def test_lives_of_a_set_stand_together() -> None:
    values = np.arange(12.0).reshape(3, 2, 2)
    data = xr.Dataset(
        {"x": (("member", "variant", "seed"), values), "value": (("member", "seed"), values[:, 0])},
        {"member": [7, 2, 9], "seed": [0, 1], "variant": ["null", "a"]},
    )
    flat = lives(data)
    assert sets(data) == 3
    assert list(flat["x"].sel(variant="a").values) == [2, 3, 6, 7, 10, 11]
    assert list(flat["member"].values) == [7, 7, 2, 2, 9, 9]
    assert lives(flat) is flat
    alone = lives(data.isel(member=0, drop=True))
    assert (sets(data.isel(member=0, drop=True)), alone["x"].dims) == (0, ("variant", "life"))
