"""The distance of a fit: what the figures say of the parameters, not how far off they are.

With fifty figures of which most say little of any one parameter, and some that no parameters reach,
a sum of squares is mostly luck and constants. Here the figures are first made into what they say:
the expected coordinates given the figures, by regression over the lives there are (semi-automatic
ABC, Fearnhead and Prangle 2012). Coordinates of which they say nothing are expected at their mean
in every life, and so weigh nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pyabc.distance import Distance

from calibration.predictor import Array, Predictor


class Informed(Distance):  # type: ignore[misc, unused-ignore]
    """Root of the summed squares of the differences in expected coordinates.

    `lives` gives statistics and coordinates of all lives so far, [life, statistic] and
    [life, coordinate]; the regression is made anew from them for every generation.
    """

    def __init__(self, lives: Callable[[], tuple[Array, Array]], own: Array) -> None:
        super().__init__()
        self._lives, self._own = lives, own
        self.predictors: dict[int, Predictor] = {}

    def initialize(self, t: int, get_sample: Callable[[], Any], *_: Any, **__: Any) -> None:
        """Learn from the sample before the first generation, which is drawn for it."""
        get_sample()
        self.predictors[t] = Predictor(*self._lives(), self._own)

    def requires_calibration(self) -> bool:
        """Whether it wants a sample from the prior first."""
        return True

    def is_adaptive(self) -> bool:
        """Whether it changes between generations."""
        return True

    def update(self, t: int, *_: Any, **__: Any) -> bool:
        """Learn anew from all lives, for generation t."""
        self.predictors[t] = Predictor(*self._lives(), self._own)
        return True

    def __call__(self, x: Any, x_0: Any, t: int | None = None, par: Any = None) -> float:
        """The distance of the statistics x from those published, x_0, in generation t."""
        found = self.predictors[max(self.predictors) if t is None else self._of(t)]
        keys = sorted(x_0, key=int)
        lived, published = (np.array([float(v[k]) for k in keys]) for v in (x, x_0))
        return float(np.linalg.norm(found(lived) - found(found.reached(published))))

    def _of(self, t: int) -> int:
        return max(k for k in self.predictors if k <= t)
