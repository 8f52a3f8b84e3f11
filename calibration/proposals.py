"""What a generation proposes for the next one: a normal, with a part of the prior."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyabc.parameters import Parameter
from pyabc.transition import Transition

WIDER = 1.2  # than the members themselves: importance weights stay bounded where they are few
PRIOR = 0.1  # of the proposals are from the prior, so that no weight can pass ten


class Normal(Transition):  # type: ignore[misc, unused-ignore]
    """A normal with the mean and covariance of the members, shrunk to the prior as far as their
    number in so many dimensions asks for, mixed with the prior itself.

    A kernel around every member, pyabc's own way, leaves a handful of effective ones in forty
    dimensions: most of them the figures say nothing of, and each costs weight. All coordinates are
    standard normal a priori. Shrinkage as Ledoit and Wolf 2004, here to the identity; the part of
    the prior is the defensive mixture of Hesterberg 1995.
    """

    def fit(self, X: pd.DataFrame, w: NDArray[np.float64]) -> None:
        """Take the members X, one a row, with their weights w, which add up to 1."""
        values, n = X.to_numpy(float), 1.0 / float(np.sum(w**2))
        mean = w @ values
        centred = values - mean
        cov = (centred * w[:, None]).T @ centred * n / max(n - 1.0, 1.0)
        one = np.eye(len(mean))
        noise = (np.trace(cov) ** 2 + np.sum(cov**2)) / n
        shrink = min(noise / max(float(np.sum((cov - one) ** 2)), 1e-12), 1.0)
        self.mean = mean * max(1.0 - np.trace(cov) / n / max(float(mean @ mean), 1e-12), 0.0)
        self.root = np.linalg.cholesky(WIDER * ((1.0 - shrink) * cov + shrink * one))
        self._log = -float(np.sum(np.log(np.diag(self.root))))

    def rvs_single(self) -> Parameter:
        """One proposal."""
        drawn = np.random.standard_normal(len(self.mean))  # noqa: NPY002  # pyabc's own generator
        if np.random.random_sample() >= PRIOR:  # noqa: NPY002
            drawn = self.mean + self.root @ drawn
        return Parameter(dict(zip(self.X.columns, map(float, drawn), strict=True)))

    def pdf(self, x: Any) -> Any:
        """Density of one proposal, or of a table of them."""
        if isinstance(x, pd.DataFrame):
            return self.density(x[list(self.X.columns)].to_numpy(float))
        return float(self.density(np.array([[x[name] for name in self.X.columns]], float))[0])

    def density(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Density of proposals, one a row, coordinates in the order of the members'."""
        whole = (2.0 * np.pi) ** (-z.shape[1] / 2.0)
        y = np.linalg.solve(self.root, (z - self.mean).T)
        near = np.exp(self._log - 0.5 * np.sum(y**2, axis=0))
        return np.asarray(
            whole * ((1.0 - PRIOR) * near + PRIOR * np.exp(-0.5 * np.sum(z**2, axis=1)))
        )
