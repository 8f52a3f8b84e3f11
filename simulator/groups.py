"""Groups of persons for tables: by education, contract, age, firm size and sector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator import codes

# Age is cut finer than the margins at 50, because "50+" is a group of policy.
_AGE_STARTS = np.array([15, 25, 35, 45, 50, 55, 65]) * 12
_SHAPE = (
    len(_AGE_STARTS),
    len(codes.EDUCATION),
    len(codes.CONTRACT),
    len(codes.FIRM_SIZE),
    len(codes.SECTOR),
)
CELLS = int(np.prod(_SHAPE))


def cells(worker: dict[str, NDArray[np.integer]]) -> NDArray[np.int32]:
    """The cell of every worker: age x education x contract x firm size x sector as one number."""
    age = np.searchsorted(_AGE_STARTS, worker["age"], side="right") - 1
    found = age.astype(np.int32)
    for name, size in zip(
        ("education", "contract", "firm_size", "sector"), _SHAPE[1:], strict=True
    ):
        found *= size
        found += worker[name]
    return found


def _grid() -> dict[str, NDArray[np.intp]]:
    names = ("age", "education", "contract", "firm_size", "sector")
    return dict(zip(names, np.unravel_index(np.arange(CELLS), _SHAPE), strict=True))


def _memberships() -> dict[str, NDArray[np.bool_]]:
    g = _grid()
    age, education, contract = g["age"], g["education"], g["contract"]
    level = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])[education]
    found = {"all": np.ones(CELLS, bool)}
    found |= {f"education:{n}": level == k for k, n in enumerate(codes.EDUCATION_CLASSES)}
    found["education:practical"] = education <= codes.MBO4
    found["education:practical"] &= education != codes.HAVO_VWO
    found["contract:permanent"] = contract == codes.PERMANENT
    found["contract:flexible"] = np.isin(contract, codes.FLEXIBLE_CONTRACTS)
    found["contract:self-employed"] = np.isin(contract, codes.SELF_EMPLOYED_CONTRACTS)
    found |= {
        f"contract:{n}": contract == k for k, n in codes.CONTRACT.items() if k != codes.PERMANENT
    }
    bands = {"15-24": [0], "25-34": [1], "35-44": [2], "45-54": [3, 4], "55-64": [5], "65-74": [6]}
    found |= {f"age:{n}": np.isin(age, k) for n, k in bands.items()}
    found["age:50+"] = age >= 4
    found |= {
        f"size:{n}": g["firm_size"] == k for k, n in codes.FIRM_SIZE.items() if k != codes.NO_FIRM
    }
    found |= {
        f"sector:{n}": g["sector"] == k for k, n in codes.SECTOR.items() if k != codes.NO_SECTOR
    }
    return found


MEMBERSHIPS = _memberships()
GROUPS = tuple(MEMBERSHIPS)
_MATRIX = np.array(list(MEMBERSHIPS.values()), dtype=np.float64)


def population_cells(*, contracts: tuple[int, ...], ages: tuple[int, int]) -> NDArray[np.bool_]:
    """The cells of a survey's population: these contracts, ages from (inclusive) to (exclusive)."""
    g = _grid()
    start = _AGE_STARTS[g["age"]]
    return np.isin(g["contract"], contracts) & (start >= ages[0] * 12) & (start < ages[1] * 12)


def by_group(per_cell: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.float64]:
    """Sums over the cells of each group, in the order of GROUPS."""
    sums: NDArray[np.float64] = _MATRIX @ per_cell
    return sums
