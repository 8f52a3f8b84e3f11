"""What an ensemble says: figures beside it, and how much narrower it is than its prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from calibration import fit, priors
from calibration.ensemble import Ensemble

BAND = (0.05, 0.5, 0.95)
GRID = 21  # quantiles of a figure's own error
DRAWS = 1_000  # points of the prior, for its quantiles
TOLD = 0.1  # narrower by less is not worth a word
# Levers of wanting (stages 1 to 2) and of being able (2 to 4), which the same curve can come from.
WANTING = ("stages.a12", "stages.urgency", "stages.norm", "stages.chronic", "stages.a21")
ABLE = ("stages.a23", "stages.intention", "stages.affordability", "action.lam34", "action.a32",
        "action.intention", "action.pi", "action.tau")  # fmt: skip
Row = tuple[str, ...]


def quantiles(
    values: NDArray[np.float64], weight: NDArray[np.float64], at: tuple[float, ...] = BAND
) -> NDArray[np.float64]:
    """Weighted quantiles of each column, of the rows that have a value: [column, quantile]."""
    found = np.full((values.shape[1], len(at)), np.nan)
    for k, column in enumerate(values.T):
        there = np.isfinite(column)
        if there.any():
            order = np.argsort(column[there])
            w = weight[there][order]
            found[k] = np.interp(at, (np.cumsum(w) - 0.5 * w) / w.sum(), column[there][order])
    return found


def predicted(
    values: NDArray[np.float64], weight: NDArray[np.float64], error: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Quantiles of what would be published: the ensemble with each figure's own error."""
    noise = ndtri((np.arange(GRID) + 0.5) / GRID)
    wider = values[:, None, :] + noise[None, :, None] * error[None, None, :]
    return quantiles(wider.reshape(-1, values.shape[1]), np.repeat(weight, GRID) / GRID)


def rounded(value: float, error: float) -> str:
    """A value with no more digits than its error supports."""
    if not np.isfinite(value):
        return "-"
    digits = 2 if not (np.isfinite(error) and error > 0) else 1 - int(np.floor(np.log10(error)))
    places = max(digits, 0)
    return f"{round(value, digits) + 0.0:,.{places}f}"


def figures(found: Ensemble) -> list[Row]:
    """A figure a row: published, median and 90% band of what the ensemble would have published,
    whether inside, and Monte Carlo error of a life beside the figure's own.
    """
    d = found.data
    own = d["own_error"].values
    bands = predicted(d["statistic"].values, d["weight"].values, own)
    relative = _relative(found)
    rows: list[Row] = []
    for k, name in enumerate(map(str, d["target"].values)):
        published, (low, middle, high) = float(d["published"][k]), bands[k]
        inside = "yes" if low <= published <= high else "no"
        band = f"{rounded(low, own[k])} to {rounded(high, own[k])}"
        rows.append((name, rounded(published, own[k]), rounded(middle, own[k]), band, inside,
                     f"{relative[k]:.1f}" if np.isfinite(relative[k]) else "-"))  # fmt: skip
    return rows


def _relative(found: Ensemble) -> NDArray[np.float64]:
    """Monte Carlo error of one life relative to the figure's own, by figure; NaN if not known."""
    d = found.data
    return np.asarray(fit.spread(d["noise"].values) / d["own_error"].values, np.float64)


def noise(found: Ensemble) -> dict[str, float]:
    """Monte Carlo error of one life relative to the figure's own, by fitted figure."""
    d, relative = found.data, _relative(found)
    each = zip(d["target"].values, relative, d["fitted"].values, strict=True)
    return {str(name): float(ratio) for name, ratio, fitted in each if fitted}


def noises(found: Ensemble) -> list[Row]:
    """A fitted figure a row, the noisiest first: its own error, that of a life beside it, and the
    persons a life with which that would be half.
    """
    d = found.data
    own = dict(zip(map(str, d["target"].values), d["own_error"].values, strict=True))
    persons = int(d.attrs["persons"])
    rows: list[Row] = []
    for name, ratio in sorted(noise(found).items(), key=lambda item: -item[1]):
        half = persons * (ratio / 0.5) ** 2
        rows.append((name, f"{own[name]:.2g}", f"{ratio:.1f}", f"{float(f'{half:.1g}'):,.0f}"))
    return rows


def contraction(found: Ensemble) -> dict[str, float]:
    """By how much each coordinate is narrower than its prior: 0 not at all, 1 wholly.

    1 less the ratio of variances. Coordinates are standard normal a priori.
    """
    z, w = found.data["z"].values, found.data["weight"].values
    mean = w @ z
    variance = w @ (z - mean) ** 2 / (1.0 - np.sum(w**2))
    names = map(str, found.data["coordinate"].values)
    return dict(zip(names, map(float, np.clip(1.0 - variance, 0.0, 1.0)), strict=True))


def effective(found: Ensemble) -> float:
    """Of how many equally weighted members the ensemble is worth."""
    return float(1.0 / np.sum(found.data["weight"].values ** 2))


def told(found: Ensemble) -> float:
    """The least contraction that is told apart from chance: two standard errors of a variance."""
    return max(TOLD, 2.0 * float(np.sqrt(2.0 / effective(found))))


def parameters(found: Ensemble) -> list[Row]:
    """A parameter a row: prior and posterior 5-95%, and by how much narrower, most first."""
    known = priors.read()
    d = found.data
    narrower, least = contraction(found), told(found)
    bands = quantiles(d["value"].values, d["weight"].values)
    rows: list[tuple[float, Row]] = []
    for k, name in enumerate(map(str, d["parameter"].values)):
        low, _, high = bands[k]
        width = (high - low) / 10.0
        posterior = f"{rounded(low, width)} to {rounded(high, width)}"
        if name in narrower:
            before = _prior(known, name)
            by = narrower[name]
            prior = f"{rounded(before[0], width)} to {rounded(before[1], width)}"
            shown = f"{100 * by:.0f}%" if by >= least else "not told"
            rows.append((by, (name, prior, posterior, shown)))
        elif name not in {s.parameter for s in known.structures}:
            rows.append((2.0, (name, "solved in each", posterior, "-")))
    return [row for _, row in sorted(rows, key=lambda pair: -pair[0])]


def _prior(known: priors.Priors, name: str) -> NDArray[np.float64]:
    """The 5% and 95% quantiles of a parameter a priori, structural alternatives included."""
    one = next(p for p in known.priors if p.name == name)
    values = one.quantile((np.arange(DRAWS) + 0.5) / DRAWS)
    weight = np.ones(DRAWS)
    for s in known.structures:
        if s.parameter == name:
            fixed = [
                (v, share) for v, share in zip(s.values, s.shares, strict=True) if v is not None
            ]
            weight *= 1.0 - sum(share for _, share in fixed)
            values = np.append(values, [v for v, _ in fixed])
            weight = np.append(weight, [DRAWS * share for _, share in fixed])
    return quantiles(values[:, None], weight, (0.05, 0.95))[0]


def structures(found: Ensemble) -> list[Row]:
    """A structural choice a row: prior and posterior probability."""
    known = priors.read()
    before = {f"{s.name}: {label}": share for s in known.structures
              for label, share in zip(s.labels, s.shares, strict=True)}  # fmt: skip
    d = found.data
    pairs = zip(map(str, d["choice"].values), d["share"].values, strict=True)
    return [(name, f"{100 * before[name]:.0f}%", f"{100 * float(share):.0f}%")
            for name, share in pairs if name in before]  # fmt: skip


@dataclass(frozen=True)
class Ridge:
    """Two parameters that trade off in the ensemble: their correlation and its standard error."""

    wanting: str
    able: str
    correlation: float
    error: float


def ridges(found: Ensemble) -> list[Ridge]:
    """Every lever of wanting with every lever of being able, the strongest trade-off first."""
    d = found.data
    w = d["weight"].values

    def centred(name: str) -> NDArray[np.float64]:
        x = d["value"].sel(parameter=name).values
        x = x - w @ x
        return np.asarray(x / max(float(np.sqrt(w @ x**2)), 1e-300))

    many = effective(found)
    rows = []
    for one in WANTING:
        for other in ABLE:
            r = float(w @ (centred(one) * centred(other)))
            rows.append(Ridge(one, other, r, (1.0 - r**2) / float(np.sqrt(max(many - 2.0, 1.0)))))
    return sorted(rows, key=lambda ridge: -abs(ridge.correlation))
