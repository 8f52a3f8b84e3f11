"""What figures say of the parameters: expected coordinates, by regression over lives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MORE = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # penalties tried, in shares of the number of lives
REACHED = (0.05, 0.95)  # a figure is asked for as far as this part of the lives comes


class Predictor:
    """Expected coordinates given statistics: [coordinate] of [statistic], both as in a plan.

    A linear regression over lives. Statistics are in standard errors; that a published one has an
    error `own` of its own, which a life has not, is a penalty on its coefficients, as if that error
    had been added to every life. A further penalty is chosen for each coordinate by leaving one
    life out; where none does better than the mean, the mean is kept.
    """

    def __init__(self, x: Array, z: Array, own: Array) -> None:
        n = len(x)
        self.mean, self._z = x.mean(axis=0), z.mean(axis=0)
        a, y = x - self.mean, z - self._z
        self._range = np.quantile(x, REACHED, axis=0)
        least = np.mean((y * n / (n - 1.0)) ** 2, axis=0)  # of the mean, its life left out
        self.slope = np.zeros((x.shape[1], z.shape[1]))
        for more in MORE:
            inverse = np.linalg.inv(a.T @ a + n * np.diag(own**2 + more))
            slope = inverse @ a.T @ y
            leverage = np.einsum("ij,jk,ik->i", a, inverse, a) + 1.0 / n
            error = np.mean(((y - a @ slope) / (1.0 - leverage)[:, None]) ** 2, axis=0)
            better = error < least
            self.slope[:, better], least[better] = slope[:, better], error[better]

    def __call__(self, x: Array) -> Array:
        """Expected coordinates at statistics x: [statistic] or [life, statistic]."""
        return np.asarray(self._z + (x - self.mean) @ self.slope)

    def reached(self, x: Array) -> Array:
        """Statistics as near as lives come to them: what none reaches is not asked for further."""
        return np.clip(x, *self._range)
