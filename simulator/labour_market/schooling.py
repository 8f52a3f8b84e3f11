"""Initial education: who is still in it, when it ends, and at what level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator import codes
from simulator.dated import Levels
from simulator.parameters import param, parameters

Floats = NDArray[np.float64]
LEVELS = len(codes.EDUCATION)

PARAMETERS = parameters(
    "schooling",
    steer=param(80.0, "log ratio", "how strongly the levels of who enters and who leaves school "
                "make up for a level of which there are too few", "none: how a share is held",
                "A", bounds=(0, 200)),
)  # fmt: skip


def ending(share: Floats) -> Floats:
    """Monthly chance that initial education ends, by year of age from 15.

    share: of persons of each age in initial education; 0 from the age at which nobody is.
    """
    following = np.append(share[1:], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(share > 0, np.minimum(following / share, 1.0), 0.0)
    return np.asarray(1.0 - np.maximum(kept, 1e-9) ** (1.0 / 12.0), np.float64)


def entering(levels: Levels, age: int, weights: Floats) -> Floats:
    """Shares by attained level of who enters at an age in years, given the weight of each level."""
    row = levels.entering[np.searchsorted(levels.ages, age, side="right") - 1] * weights
    return np.asarray(row / row.sum(), np.float64)


def leaving(levels: Levels, weights: Floats) -> Floats:
    """Chances of the level with which school is left, by the level held before."""
    table = levels.leaving * weights
    return np.asarray(table / table.sum(axis=1, keepdims=True), np.float64)


def weights(wanted: Floats, held: Floats, steer: float) -> Floats:
    """Weight of each level: above 1 where there are too few of it. Both are shares."""
    return np.asarray(np.exp(np.clip(steer * (wanted / held - 1.0), -4.0, 4.0)), np.float64)
