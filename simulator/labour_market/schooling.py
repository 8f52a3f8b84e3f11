"""Initial education: who is still in it, when it ends, and at what level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator import codes
from simulator.parameters import param, parameters

Floats = NDArray[np.float64]
LEVELS = len(codes.EDUCATION)

PARAMETERS = parameters(
    "schooling",
    steer=param(80.0, "log ratio", "how strongly the levels of who enters and who leaves school "
                "make up for a level of which there are too few", "none: how a share is held",
                "A", bounds=(0, 200)),
)  # fmt: skip

# Attained level of who enters, by age; and of who leaves school, by the level held while in it
# (rows and columns as codes.EDUCATION). Assumptions: only the composition that results is data.
_ENTRY_FROM = (15, 18, 22, 25, 30)
_ENTRY = np.array(
    [
        [0.75, 0.05, 0.00, 0.20, 0.00, 0.00],
        [0.20, 0.15, 0.20, 0.40, 0.05, 0.00],
        [0.10, 0.15, 0.25, 0.15, 0.30, 0.05],
        [0.10, 0.10, 0.17, 0.05, 0.33, 0.25],
        [0.20, 0.12, 0.15, 0.08, 0.25, 0.20],
    ]
)
_LEAVING = np.array(
    [
        [0.25, 0.35, 0.40, 0.00, 0.00, 0.00],
        [0.00, 0.50, 0.50, 0.00, 0.00, 0.00],
        [0.00, 0.00, 0.60, 0.00, 0.40, 0.00],
        [0.00, 0.00, 0.00, 0.15, 0.50, 0.35],
        [0.00, 0.00, 0.00, 0.00, 0.45, 0.55],
        [0.00, 0.00, 0.00, 0.00, 0.00, 1.00],
    ]
)


def ending(share: Floats) -> Floats:
    """Monthly chance that initial education ends, by year of age from 15.

    share: of persons of each age in initial education; 0 from the age at which nobody is.
    """
    following = np.append(share[1:], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(share > 0, np.minimum(following / share, 1.0), 0.0)
    return np.asarray(1.0 - np.maximum(kept, 1e-9) ** (1.0 / 12.0), np.float64)


def entering(age: int, weights: Floats) -> Floats:
    """Shares by attained level of who enters at an age in years, given the weight of each level."""
    row = _ENTRY[np.searchsorted(_ENTRY_FROM, age, side="right") - 1] * weights
    return np.asarray(row / row.sum(), np.float64)


def leaving(weights: Floats) -> Floats:
    """Chances of the level with which school is left, by the level held before."""
    table = _LEAVING * weights
    return np.asarray(table / table.sum(axis=1, keepdims=True), np.float64)


def weights(wanted: Floats, held: Floats, steer: float) -> Floats:
    """Weight of each level: above 1 where there are too few of it. Both are shares."""
    return np.asarray(np.exp(np.clip(steer * (wanted / held - 1.0), -4.0, 4.0)), np.float64)
