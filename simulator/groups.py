"""Groups of persons for tables: by education, contract, age, firm size and sector."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator import codes

# Age is cut finer than the margins: at 50, because "50+" is a group of policy, and at 30 and 40,
# because those who applied for STAP were published so.
AGE_STARTS = np.array([15, 25, 30, 35, 40, 45, 50, 55, 65]) * 12
# The code of every age in months, up to the eldest.
AGE_CODE = (np.searchsorted(AGE_STARTS, np.arange(100 * 12), side="right") - 1).astype(np.int8)
SHAPE = (
    len(AGE_STARTS),
    len(codes.EDUCATION),
    len(codes.CONTRACT),
    len(codes.FIRM_SIZE),
    len(codes.SECTOR),
)
CELLS = int(np.prod(SHAPE))


OFFSETS = np.cumsum((0, *SHAPE))
AXES = {name: k for k, name in enumerate(("age", "education", "contract", "firm_size", "sector"))}


def _memberships() -> dict[str, tuple[str, tuple[int, ...]]]:
    """Every group as the codes of one dimension that belong to it."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {"all": ("age", tuple(range(SHAPE[0])))}

    def add(dimension: str, prefix: str, members: Mapping[str, tuple[int, ...]]) -> None:
        found.update({f"{prefix}:{name}": (dimension, codes_) for name, codes_ in members.items()})

    levels = {
        name: tuple(e for e, level in codes.EDUCATION_CLASS.items() if level == k)
        for k, name in enumerate(codes.EDUCATION_CLASSES)
    }
    add("education", "education", levels)
    add("education", "education", {"practical": (codes.LOW, codes.MBO23, codes.MBO4)})
    contracts = {
        "permanent": (codes.PERMANENT,),
        "flexible": codes.FLEXIBLE_CONTRACTS,
        "self-employed": codes.SELF_EMPLOYED_CONTRACTS,
        "without-work": (codes.UNEMPLOYED, codes.INACTIVE),
        "employed": (*codes.EMPLOYEE_CONTRACTS, *codes.SELF_EMPLOYED_CONTRACTS),
    }
    add("contract", "contract", contracts)
    single = {n: (k,) for k, n in codes.CONTRACT.items() if k != codes.PERMANENT}
    add("contract", "contract", single)
    ages = {"15-24": (0,), "25-34": (1, 2), "35-44": (3, 4), "45-54": (5, 6), "55-64": (7,),
            "65-74": (8,), "50+": (6, 7, 8), "30-39": (2, 3)}  # fmt: skip
    add("age", "age", ages)
    sizes = {n: (k,) for k, n in codes.FIRM_SIZE.items() if k != codes.NO_FIRM}
    add("firm_size", "size", sizes)
    add("firm_size", "size", {"sme": (codes.SIZE_1_9, codes.SIZE_10_49, codes.SIZE_50_249)})
    add("sector", "sector", {n: (k,) for k, n in codes.SECTOR.items() if k != codes.NO_SECTOR})
    return found


MEMBERSHIPS = _memberships()
GROUPS = tuple(MEMBERSHIPS)
# Groups are unions of one dimension's codes, so that sums need the five one-way margins only.
_MATRIX = np.zeros((len(GROUPS), OFFSETS[-1]))
for _row, (_dimension, _members) in enumerate(MEMBERSHIPS.values()):
    _MATRIX[_row, OFFSETS[AXES[_dimension]] + np.array(_members)] = 1.0


def members(
    worker: dict[str, NDArray[np.integer]], rows: NDArray[np.integer], group: str
) -> NDArray[np.bool_]:
    """Which of the rows belong to a group."""
    dimension, wanted = MEMBERSHIPS[group]
    found = worker[dimension][rows]
    return np.isin(AGE_CODE[found] if dimension == "age" else found, wanted)


@cache
def in_group(group: str) -> NDArray[np.bool_]:
    """Which cells belong to a group."""
    dimension, wanted = MEMBERSHIPS[group]
    grid = np.unravel_index(np.arange(CELLS), SHAPE)
    return np.isin(grid[AXES[dimension]], wanted)


def population(*, contracts: tuple[int, ...], ages: tuple[int, int]) -> NDArray[np.bool_]:
    """Whom a survey questions, by code of age and contract: these contracts, and ages from
    (inclusive) to (exclusive).
    """
    asked = (ages[0] * 12 <= AGE_STARTS) & (ages[1] * 12 > AGE_STARTS)
    return np.outer(asked, np.isin(np.arange(SHAPE[AXES["contract"]]), contracts))


def by_group(margins: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.float64]:
    """Sums over each group, in the order of GROUPS, from the one-way margins of all axes: the codes
    of age, then those of education, and so on, along the first dimension.
    """
    return np.asarray(_MATRIX @ margins, float)


def listed(cell: NDArray[np.integer]) -> NDArray[np.float64]:
    """Persons in each group, in the order of GROUPS, from a list of their cells."""
    codes_ = np.unravel_index(cell, SHAPE)
    margins = [np.bincount(c, minlength=n) for c, n in zip(codes_, SHAPE, strict=True)]
    return by_group(np.concatenate(margins))
