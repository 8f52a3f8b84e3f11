"""What an ensemble says: figures beside it, and how much narrower it is than its prior."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration import priors
from calibration.ensemble import Ensemble

BAND = (0.05, 0.5, 0.95)
DRAWS = 4_000  # of the prior, for its quantiles
TOLD = 0.1  # narrower by less is not told apart from not at all
Row = tuple[str, ...]


def quantiles(
    values: NDArray[np.float64], weight: NDArray[np.float64], at: tuple[float, ...] = BAND
) -> NDArray[np.float64]:
    """Weighted quantiles along the first axis; NaN where a value is missing."""
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    total = np.cumsum(weight[order], axis=0) - 0.5 * weight[order]
    columns = range(values.shape[1])
    return np.array([np.interp(at, total[:, k], ordered[:, k]) for k in columns])


def rounded(value: float, error: float) -> str:
    """A value with no more digits than its error supports."""
    if not np.isfinite(value):
        return "-"
    digits = 2 if not (np.isfinite(error) and error > 0) else 1 - int(np.floor(np.log10(error)))
    places = max(digits, 0)
    return f"{round(value, digits) + 0.0:,.{places}f}"


def figures(found: Ensemble) -> list[Row]:
    """A figure a row: published, median and band, whether inside, noise beside its error."""
    d = found.data
    bands = quantiles(d["statistic"].values, d["weight"].values)
    noise = np.nanstd(d["noise"].values, axis=0, ddof=1)
    rows = []
    for k, name in enumerate(map(str, d["target"].values)):
        own, published = float(d["own_error"][k]), float(d["published"][k])
        low, middle, high = bands[k]
        inside = "yes" if low - 1.645 * own <= published <= high + 1.645 * own else "no"
        band = f"{rounded(low, own)} to {rounded(high, own)}"
        rows.append((name, rounded(published, own), rounded(middle, own), band, inside,
                     f"{noise[k] / own:.1f}"))  # fmt: skip
    return rows


def contraction(found: Ensemble) -> dict[str, float]:
    """By how much each coordinate of the draw is narrower than its prior: 0 not at all, 1 wholly.

    1 less the ratio of variances. Coordinates are standard normal a priori.
    """
    z, w = found.data["z"].values, found.data["weight"].values
    mean = w @ z
    variance = w @ (z - mean) ** 2 / (1.0 - np.sum(w**2))
    names = map(str, found.data["coordinate"].values)
    return dict(zip(names, map(float, np.clip(1.0 - variance, 0.0, 1.0)), strict=True))


def parameters(found: Ensemble) -> list[Row]:
    """A parameter a row: prior and posterior 5-95%, and by how much narrower, most first."""
    known = priors.read()
    d, rng = found.data, np.random.default_rng(1)
    drawn = [known.values(known.sample(rng)) for _ in range(DRAWS)]
    narrower = contraction(found)
    bands = quantiles(d["value"].values, d["weight"].values)
    rows: list[tuple[float, Row]] = []
    for k, name in enumerate(map(str, d["parameter"].values)):
        low, _, high = bands[k]
        width = (high - low) / 10.0
        posterior = f"{rounded(low, width)} to {rounded(high, width)}"
        if name not in narrower:
            rows.append((2.0, (name, "solved", posterior, "-")))
            continue
        before = np.quantile([values[name] for values in drawn], (0.05, 0.95))
        prior = f"{rounded(before[0], width)} to {rounded(before[1], width)}"
        by = narrower[name]
        told = f"{100 * by:.0f}%" if by >= TOLD else "not told"
        rows.append((by, (name, prior, posterior, told)))
    return [row for _, row in sorted(rows, key=lambda pair: -pair[0])]
