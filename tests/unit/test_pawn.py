"""PAWN against SALib, and its dummies against factors that do nothing."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import pawn as salib
from scipy.stats import binom

from experiments.analysis.pawn import pawn

NAMES = list("abc")


def runs(seed: int, outputs: int = 1, size: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Three factors, of which the third does nothing, and an output with a long tail."""
    rng = np.random.default_rng(seed)
    x = rng.random((size, 3))
    y = np.exp(4 * x[:, 0]) + 10 * x[:, 1]
    return x, np.repeat(y[:, None], outputs, axis=1)


def test_the_median_is_salibs_and_leaves_the_global_luck() -> None:
    x, y = runs(1)
    np.random.seed(12)  # noqa: NPY002
    expected = np.random.random_sample()  # noqa: NPY002
    np.random.seed(12)  # noqa: NPY002
    found = pawn(x, y, slices=8, seed=3)
    assert np.random.random_sample() == expected  # noqa: NPY002
    problem = {"num_vars": 3, "names": NAMES, "bounds": [[0, 1]] * 3}
    assert np.array_equal(found.median[:, 0], salib.analyze(problem, x, y[:, 0], S=8)["median"])


def test_what_matters_is_above_the_dummies_in_its_order() -> None:
    x, y = runs(2, size=1000)
    found = pawn(x, y, seed=3)
    assert found.median[0, 0] > found.median[1, 0] > found.threshold[0]
    assert found.above[:2, 0].all()


def test_a_factor_that_does_nothing_is_seldom_above_noise() -> None:
    seeds = 40
    above = sum(bool(pawn(*runs(seed), dummies=19, seed=seed).above[2, 0]) for seed in range(seeds))
    # Type 7 puts the 95% quantile of 19 at a tenth past the second largest of them: of 20 factors
    # alike one is as often above it as it is the largest or, at most, the second.
    assert above <= binom.isf(1e-6, seeds, 2 / 20)


def test_runs_that_are_not_finite_are_left_out_for_their_output() -> None:
    x, y = runs(4, outputs=2)
    y[[5, 6], 1] = np.nan, np.inf
    found = pawn(x, y, seed=1)
    assert found.left_out.tolist() == [0, 2]
    alone = pawn(*(np.delete(v, [5, 6], axis=0) for v in (x, y[:, :1])), seed=1)
    assert np.array_equal(found.median[:, 1], alone.median[:, 0])


def test_a_constant_output_has_no_distances() -> None:
    x, y = runs(5)
    found = pawn(x, np.zeros_like(y), seed=1)
    assert np.isnan(found.median).all()
    assert np.isnan(found.threshold).all()
    assert not found.above.any()


def test_what_cannot_be_is_refused() -> None:
    x, y = runs(6)
    with pytest.raises(ValueError, match="of the same runs"):
        pawn(x, y[:-1], seed=1)
    with pytest.raises(ValueError, match="slices is 6"):
        pawn(x, y, slices=6, seed=1)
    with pytest.raises(ValueError, match="slices is 1"):
        pawn(x, y, slices=1, seed=1)
    x[:, 1] = 0.5
    with pytest.raises(ValueError, match="factor 1 does not vary"):
        pawn(x, y, seed=1)
