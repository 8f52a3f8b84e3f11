"""What figures say of parameters: found where there is something, the mean where there is not."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.informed import Informed
from calibration.predictor import Predictor

LIVES, FIGURES, COORDINATES = 400, 12, 6


@pytest.fixture(scope="module")
def lives() -> tuple[np.ndarray, np.ndarray]:
    """Statistics of which the first tells the first coordinate, and the rest nothing of any."""
    rng = np.random.default_rng(2)
    z = rng.standard_normal((LIVES, COORDINATES))
    x = rng.standard_normal((LIVES, FIGURES))
    x[:, 0] = 3.0 + 2.0 * z[:, 0] + 0.5 * rng.standard_normal(LIVES)
    return x, z


def test_the_expected_coordinate_is_that_of_normal_theory(lives) -> None:  # type: ignore[no-untyped-def]
    x, z = lives
    says = Predictor(x, z, np.full(FIGURES, 1.0))
    # Variance of the statistic as published: 4 of the coordinate, 0.25 of luck, 1 of its own error.
    assert says.slope[0, 0] == pytest.approx(2.0 / 5.25, rel=0.1)
    assert np.abs(says.slope[1:, 0]).max() < 0.1


def test_what_is_not_told_stays_at_its_mean(lives) -> None:  # type: ignore[no-untyped-def]
    x, z = lives
    says = Predictor(x, z, np.full(FIGURES, 1.0))
    spread = says(x).std(axis=0)
    assert spread[0] > 0.7
    assert (spread[1:] < 0.25).all()
    assert (spread[1:] < 1e-12).sum() >= 2  # nothing does better than the mean


def test_what_no_life_reaches_is_asked_for_as_far_as_they_come(lives) -> None:  # type: ignore[no-untyped-def]
    x, z = lives
    says = Predictor(x, z, np.full(FIGURES, 1.0))
    far = np.full(FIGURES, 50.0)
    assert np.all(says.reached(far) == np.quantile(x, 0.95, axis=0))
    near = np.median(x, axis=0)
    assert np.array_equal(says.reached(near), near)


def test_the_distance_is_of_what_is_said(lives) -> None:  # type: ignore[no-untyped-def]
    x, z = lives
    distance = Informed(lambda: (x, z), np.full(FIGURES, 1.0))
    distance.initialize(0, lambda: None)
    aim = {str(k): float(v) for k, v in enumerate(np.median(x, axis=0))}
    idle, told = dict(aim), dict(aim)
    told["0"] += 4.0
    for k in range(1, FIGURES):
        idle[str(k)] += 1.0
    assert distance(aim, aim, 0) == 0.0
    assert distance(told, aim, 0) > 5 * distance(idle, aim, 0)
    assert distance.update(1)
    assert distance(told, aim, 3) == distance(told, aim, 1)  # until it learns anew
