"""The benefit side, switched off unless asked for: what courses add to wages, with wide priors.

Randomised and natural experiments find no wage return within two years; the Dutch fixed-effects
estimate for the low-educated is 2.6% a course. The line is therefore a bound with its assumptions,
not a result of the model: wages do not act on behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "benefits",
    on=param(0.0, "switch", "1 = show what courses add to wages", "none", "A", bounds=(0, 1)),
    wage_return=param(0.01, "share", "of the wage, per completed course, in the first year",
                      "between 0 in experiments (Hidalgo et al. 2014; Schwerdt et al. 2012) and "
                      "2.6% in Fouarge, Schils and De Grip 2013", "A", bounds=(-0.1, 0.2),
                      prior=(0, 0.026)),
    half_life=param(48.0, "months", "after which half of it is gone", "no source: 3 to 5 years",
                    "A", bounds=(1, 600), prior=(36, 60)),
    wage=param(40_000.0, "EUR/year", "mean gross wage of a full year", "background knowledge, CBS",
               "B", bounds=(0, 1e6), prior=(36_000, 44_000)),
)  # fmt: skip


def gained(more: NDArray[np.float64], values: Mapping[str, float]) -> NDArray[np.float64]:
    """EUR a month by which wages are higher, from how many more courses were completed a month."""
    kept = 2.0 ** (-1.0 / values["half_life"])
    each = values["wage_return"] * values["wage"] / 12.0
    found, held = np.zeros(more.size), 0.0
    for k, courses in enumerate(more):
        held = held * kept + courses
        found[k] = held * each
    return found
