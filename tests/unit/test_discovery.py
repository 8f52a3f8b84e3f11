"""Scenario discovery: a planted box is found again, chance is not told, and sentences read well."""

from __future__ import annotations

import logging
import math
import warnings
from functools import cache

import numpy as np
import pytest
import xarray as xr

from experiments.analysis.boxes import Box, Discovery, Restriction, sentence, sentences
from experiments.analysis.discovery import fails
from experiments.analysis.intervals import generator, share
from experiments.analysis.tree import tree, tree_sentences
from experiments.estimates import Estimate

DRAWS = 200
LABELS = {"pay": "willingness to pay", "far": "travel", "rule": "who is served first"}
UNITS = {"pay": "EUR", "far": "km"}
RULES = {"rule": ["by need", "first come", "by lot"]}
FEW = 4  # resamples: enough to see that it works


@cache
def factors() -> xr.DataArray:
    rng = generator(11)
    x = rng.random((DRAWS, 4))
    x[:, 0] *= 1000
    x[:, 2] = rng.integers(0, 3, DRAWS)
    return xr.DataArray(x, {"factor": ["pay", "far", "rule", "idle"]}, ("draw", "factor"))


def column(name: str) -> np.ndarray:
    return np.asarray(factors().sel(factor=name).values)


def outcome(failing: np.ndarray) -> xr.DataArray:
    return xr.DataArray(np.asarray(failing, float), dims="draw")


def planted() -> xr.DataArray:
    inside = (column("pay") < 500) & (column("far") > 0.4)
    return outcome(np.where(generator(12).random(DRAWS) < 0.05, ~inside, inside))


@cache
def found() -> Discovery:
    return fails(factors(), planted(), LABELS, UNITS, choices=RULES, resamples=FEW)


def test_a_planted_box_is_found_again() -> None:
    (box,) = found().boxes
    assert {r.factor for r in box.restrictions} == {"pay", "far"}
    pay, far = sorted(box.restrictions, key=lambda r: r.factor != "pay")
    assert pay.low is None
    assert pay.high == pytest.approx(500, abs=50)
    assert far.high is None
    assert far.low == pytest.approx(0.4, abs=0.05)
    assert max(pay.quasi_p, far.quasi_p) < 0.001
    assert min(pay.again, far.again) >= 0.75
    assert box.dense


def test_density_and_coverage_are_what_a_count_gives() -> None:
    (box,) = found().boxes
    limits = {r.factor: (r.low, r.high) for r in box.restrictions}
    inside = (column("pay") <= limits["pay"][1]) & (column("far") >= limits["far"][0])
    y = planted().values
    assert box.density.middle == pytest.approx(y[inside].mean())
    assert box.coverage.middle == pytest.approx(y[inside].sum() / y.sum())
    assert box.mass == pytest.approx(inside.mean())
    # A box sought in a resample is worth less in the draws left out than where it was sought.
    assert 0.5 < box.held_density.middle <= box.density.middle
    assert 0.5 < box.held_coverage.middle < 1.0


def test_a_choice_is_told_by_its_name() -> None:
    y = outcome((column("pay") < 500) & (column("rule") != 1))
    (box,) = fails(factors(), y, LABELS, UNITS, choices=RULES, resamples=0).boxes
    told = sentence(box, "leerrecht", "62% in 2030")
    assert "who is served first is by need or by lot" in told
    assert "willingness to pay is below EUR" in told
    assert box.density.middle > 0.95
    leaves = tree(factors(), y, LABELS, UNITS, choices=RULES).boxes
    kept = {r.choices for leaf in leaves for r in leaf.restrictions if r.choices}
    assert all("first come" not in choices for choices in kept)
    assert sum(leaf.coverage.middle for leaf in leaves) > 0.9


def test_a_second_box_is_sought_among_the_other_draws() -> None:
    corner = (column("pay") > 700) & (column("idle") < 0.5)
    y = outcome(((column("pay") < 500) & (column("far") > 0.3)) | corner)
    two = fails(factors(), y, LABELS, UNITS, choices=RULES, boxes=2, resamples=FEW)
    first, second = two.boxes
    assert (first.after, second.after) == (0, 1)
    assert first.coverage.middle + second.coverage.middle < 1.0
    assert first.mass + second.mass < 1.0
    assert {r.factor for r in second.restrictions} == {"pay", "far"}
    assert second.density.middle > 0.9
    assert "of the other draws in which" in sentences(two, "voucher", "its budget")[1]


def test_where_either_of_two_is_enough_the_tree_tells_both() -> None:
    y = outcome((column("pay") < 250) | (column("far") > 0.75))
    leaves = tree(factors(), y).boxes
    assert {r.factor for leaf in leaves for r in leaf.restrictions} == {"pay", "far"}
    assert sum(leaf.coverage.middle for leaf in leaves) > 0.9


def test_chance_is_not_told() -> None:
    y = outcome(generator(3).random(DRAWS) < 0.3)
    none = fails(factors(), y, LABELS, UNITS, resamples=FEW)
    assert (none.boxes, none.why) == ((), "chance")
    (told,) = sentences(none, "voucher", "62% in 2030")
    assert told.startswith(f"The voucher misses 62% in 2030 in {none.failing} of 200 draws, and no")


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        (0, "The voucher misses 62% in none of 200 draws."),
        (3, "The voucher misses 62% in 3 of 200 draws: too few to tell when."),
        (197, "The voucher misses 62% in all but 3 of 200 draws: too few to tell when."),
        (200, "The voucher misses 62% in all 200 draws: no factor tells when."),
    ],
)
def test_too_few_to_tell(failing: int, told: str) -> None:
    y = outcome(np.arange(DRAWS) < failing)
    assert sentences(fails(factors(), y), "voucher", "62%") == [told]
    assert tree_sentences(factors(), y, "voucher", "62%") == [told]


def test_failed_runs_are_left_out_and_counted() -> None:
    y = planted()
    y[:7] = np.nan
    left = fails(factors(), y, resamples=0)
    assert (left.draws, left.failed) == (193, 7)
    assert left.failing == int(np.nansum(y.values))


def test_the_tree_names_the_same_factors() -> None:
    leaves = tree(factors(), planted(), LABELS, UNITS, choices=RULES).boxes
    assert {r.factor for r in leaves[0].restrictions} >= {"pay", "far"}
    assert all(leaf.dense for leaf in leaves)
    (told, *_) = tree_sentences(factors(), planted(), "leerrekening", "62%", LABELS, UNITS,
                                choices=RULES)  # fmt: skip
    assert "willingness to pay is below EUR" in told
    assert "travel is above 0." in told
    y = outcome(generator(3).random(DRAWS) < 0.2)
    (none,) = tree_sentences(factors(), y, "voucher", "62%", choices=RULES)
    assert none.endswith("draws, and no leaf of a tree that has 75% of them holds elsewhere.")


def test_the_sentence_reads_as_it_should() -> None:
    pay = Restriction("pay", "willingness to pay", "EUR", None, 413.7, (0.0, 1000.0), 0.001,
                      again=0.9)  # fmt: skip
    far = Restriction("far", "travel", "km", 2.04, 8.0, (0.0, 10.0), 0.001, again=1.0)
    box = Box((pay, far), share(83, 100), share(83, 117), 0.5, share(37, 50), share(30, 50), 0.75)
    assert sentence(box, "leerrekening", "62% in 2030", resamples=20) == (
        "The leerrekening misses 62% in 2030 in 83% [76, 88] of the draws in which willingness to "
        "pay is below EUR 410 and travel lies between 2.0 km and 8.0 km; that is 71% [64, 77] of "
        "all draws in which it does. In draws left out of the search it does so in 74% [63, 83]. "
        "Of 20 resamples, these came back: willingness to pay in 18 and travel in 20."
    )
    unknown = Estimate(math.nan, math.nan, math.nan)
    thin = Box((pay,), share(50, 100), share(50, 60), 0.5, unknown, unknown, 0.75)
    assert sentence(thin, "voucher", "EUR 218 mln", verb="costs more than").endswith(
        "of all draws in which it does. No box has the 75% that was sought."
    )


def test_the_same_seed_gives_the_same_and_the_global_generator_is_left_alone() -> None:
    state = np.random.get_state()[1].tolist()  # noqa: NPY002  # it is looked at, not used
    assert fails(factors(), planted(), LABELS, UNITS, choices=RULES, resamples=FEW) == found()
    tree(factors(), planted())
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


def test_the_workbench_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(), caplog.at_level(logging.DEBUG):
        warnings.simplefilter("error")
        fails(factors(), planted(), resamples=0)
    assert not [r for r in caplog.records if r.name.startswith("EMA")]


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (factors(), outcome(np.full(DRAWS, 2.0)), "give 1 where it fails, 0 where not"),
        (factors(), outcome(np.ones(3)), "200 draws of factors, 3 outcomes"),
        (factors().where(factors() > 0.5), planted(), "a draw without a value"),
        (factors().rename(factor="what"), planted(), "give x by draw and factor"),
        (factors() + 0.5, planted(), "its choices have the values 0 to 2"),
    ],
)
def test_what_cannot_be_analysed_is_refused(x: xr.DataArray, y: xr.DataArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fails(x, y, choices=RULES)
