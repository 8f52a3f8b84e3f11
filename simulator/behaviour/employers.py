"""Employers: learning culture and training budget, drawn once an employer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.parameters import Parameters, param, parameters

PARAMETERS: Parameters = parameters(
    "employers",
    size_correlation=param(0.3, "correlation", "learning culture with log size", "behaviour E1",
                           "A", bounds=(-0.99, 0.99), prior=(0.1, 0.5)),
    budget_small=param(464.0, "EUR/year", "training money per worker, fewer than 50 persons",
                       "CBS 71254ned, 10-99 persons, 2005", "R", bounds=(0, 1e6),
                       prior=(300, 800)),
    budget_medium=param(859.0, "EUR/year", "idem, 50-249 persons",
                        "CBS 71254ned, 100-499 persons, 2005", "R", bounds=(0, 1e6),
                        prior=(600, 1200)),
    budget_large=param(1222.0, "EUR/year", "idem, 250 persons and more",
                       "CBS 71254ned, 500 and more, 2005", "R", bounds=(0, 1e6),
                       prior=(900, 1600)),
    budget_spread=param(0.5, "log SD", "spread of budgets between employers", "no source", "A",
                        bounds=(0, 3), prior=(0.3, 0.8)),
)  # fmt: skip


def draw_employers(
    size: NDArray[np.integer], seed: int, values: dict[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Learning culture (z, correlated with log size) and yearly budget per worker (EUR).

    `size` is the number of persons at each employer; row 0 stands for "no employer" and gets 0.
    """
    from scipy.special import ndtri

    from simulator import draws  # loads numba, which reading a declaration must not

    rows = np.arange(size.size)
    r = values["size_correlation"]
    logs = np.log(np.maximum(size, 1))
    spread = logs[1:].std() if size.size > 2 else 1.0
    z = (logs - logs[1:].mean()) / max(spread, 1e-9) if size.size > 1 else logs
    luck = ndtri(draws.uniforms(seed, rows, 0, "employer.culture"))
    culture = np.clip(r * z + np.sqrt(1 - r * r) * luck, -3, 3)
    level = np.where(size < 50, values["budget_small"], values["budget_medium"])
    level = np.where(size >= 250, values["budget_large"], level)
    s = values["budget_spread"]
    luck = ndtri(draws.uniforms(seed, rows, 0, "employer.budget"))
    budget = level * np.exp(s * luck - s * s / 2)
    culture[0] = budget[0] = 0.0
    return culture, budget
