"""Elementary effects against SALib and against functions whose effects are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import morris as salib

from experiments.analysis import morris

Array = NDArray[np.float64]
GROUPS = [0, 1, 0, 2]


def curved(x: Array) -> Array:
    """Two outputs of four factors: one curved, with an interaction, and one straight."""
    one = 3 * x[:, 0] - 2 * x[:, 1] ** 2 + 4 * x[:, 0] * x[:, 2]
    return np.stack([one, x @ np.array([1.0, -2.0, 0.0, 5.0])], axis=1)


def problem(groups: list[int] | None = None) -> dict[str, object]:
    named = [f"g{i}" for i in groups] if groups else None
    return {"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4, "groups": named}


def test_the_measures_are_salibs() -> None:
    x = morris.trajectories(4, 40, seed=3)
    y = curved(x)
    found = morris.effects(x, y, resamples=4_000, seed=1)
    for o in range(2):
        theirs = salib.analyze(problem(), x, y[:, o], num_resamples=4_000, seed=2)
        assert found.mu.value[:, o] == pytest.approx(theirs["mu"], abs=1e-12)
        assert found.mu_star.value[:, o] == pytest.approx(theirs["mu_star"], abs=1e-12)
        assert found.sigma.value[:, o] == pytest.approx(theirs["sigma"], abs=1e-7)
        half = found.mu_star.width[:, o] / 2
        # Theirs is normal and ours takes percentiles; each has an error of some 2% here.
        assert half == pytest.approx(theirs["mu_star_conf"], rel=0.1, abs=1e-6)


def test_the_size_of_a_groups_effect_is_salibs() -> None:
    x = morris.trajectories(4, 20, groups=GROUPS, seed=3)
    y = curved(x)
    found = morris.effects(x, y, groups=GROUPS, resamples=10, seed=1)
    theirs = salib.analyze(problem(GROUPS), x, y[:, 0], num_resamples=2)
    assert found.mu_star.value[:, 0] == pytest.approx(np.asarray(theirs["mu_star"]), abs=1e-12)
    assert np.isnan(found.mu.value[0]).all()
    assert np.isnan(found.sigma.high[0]).all()
    assert found.mu.value[1:, 0] == pytest.approx(np.asarray(theirs["mu"])[1:], abs=1e-12)


@pytest.mark.parametrize("levels", [2, 4, 8])
def test_a_straight_function_has_its_slopes(levels: int) -> None:
    x = morris.trajectories(4, 10, levels=levels, seed=1)
    found = morris.effects(x, curved(x), resamples=20, seed=1)
    assert found.mu.value[:, 1] == pytest.approx([1.0, -2.0, 0.0, 5.0])
    assert found.mu_star.low[:, 1] == pytest.approx([1.0, 2.0, 0.0, 5.0])
    assert found.sigma.value[:, 1] == pytest.approx(np.zeros(4), abs=1e-6)


def test_more_trajectories_begin_with_the_same_rows() -> None:
    few, more = (morris.trajectories(4, many, seed=9) for many in (5, 12))
    assert np.array_equal(more[: len(few)], few)
    assert not np.array_equal(morris.trajectories(4, 5, seed=8), few)


def test_a_trajectory_with_a_gap_is_left_out_for_its_output() -> None:
    x = morris.trajectories(4, 10, seed=1)
    y = curved(x)
    y[7, 0] = np.nan  # of the second trajectory
    found = morris.effects(x, y, resamples=50, seed=1)
    kept = np.delete(np.arange(50), np.arange(5, 10))
    without = morris.effects(x[kept], curved(x)[kept], resamples=50, seed=1)
    assert found.left_out.tolist() == [1, 0]
    assert found.sigma.value[:, 0] == pytest.approx(without.sigma.value[:, 0])
    assert np.isfinite(found.mu_star.width).all()


def test_what_is_no_design_is_refused() -> None:
    x = morris.trajectories(4, 4, seed=1)
    with pytest.raises(ValueError, match="not a Morris design"):
        morris.effects(np.random.default_rng(1).random(x.shape), curved(x), seed=1)
    with pytest.raises(ValueError, match="both must have 5 rows a trajectory"):
        morris.effects(x, curved(x)[:-1], seed=1)
    with pytest.raises(ValueError, match="levels is 5; take an even number"):
        morris.trajectories(4, 4, levels=5, seed=1)
    with pytest.raises(ValueError, match="1 trajectories"):
        morris.trajectories(4, 1, seed=1)
