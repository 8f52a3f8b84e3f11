"""What a study says on the page: its draws as parallel coordinates, its indices over the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import rankdata

from calibration.files import read_netcdf
from experiments.estimates import Array
from experiments.sensitivity_page import FILE as SHIPPED
from experiments.sweeps import reading, sensitivity
from experiments.sweeps.outcomes import OUTCOMES, SIX, Outcome
from experiments.sweeps.store import Store
from experiments.table import NULL
from reports import names, study_figures
from reports.parts import (
    Block,
    Figure90,
    Missing,
    Number,
    Panel,
    Picture,
    Plain,
    Row,
    Said,
    Table,
    _,
)
from reports.study import interval
from reports.study_figures import Axis

FACTORS, BESIDE = 5, 3  # assumptions and further outcomes that are axes
MARKS: dict[str, tuple[Said, float, float]] = {
    "high": (_("highest tenth"), 0.9, 1.0),
    "low": (_("lowest tenth"), 0.0, 0.1),
    "middle": (_("middle half"), 0.25, 0.75),
}
COMMAND = "llo sweep run quick"


@dataclass(frozen=True)
class Studied:
    """A store as the page looks at it, or the indices that come with the simulator."""

    store: Store | None

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """Outcomes that the store has; those of the shipped indices without one."""
        if self.store is None:
            return [OUTCOMES[str(o)] for o in self.indices["outcome"].values]  # type: ignore[index]
        held = set(self.store.layout.outputs)
        kept = [o for o in OUTCOMES.values() if set(o.needs) <= held]
        first = [o for o in kept if o.name in SIX]
        found = [*first, *(o for o in kept if o not in first)]
        return [o for o in found if self._some(o)]

    def _some(self, outcome: Outcome) -> bool:
        """Whether some draw has a value of it."""
        return bool(np.isfinite(outcome.value(self._draws).values.astype(float)).any())

    @cached_property
    def variants(self) -> list[str]:
        """Variants beside the null."""
        if self.store is None:
            return [str(v) for v in self.indices["variant"].values]  # type: ignore[index]
        return [v for v in self.store.layout.variants if v != NULL]

    @cached_property
    def _draws(self) -> xr.Dataset:
        assert self.store is not None
        return reading.by_draw(self.store)

    @cached_property
    def indices(self) -> xr.Dataset | None:
        """Sobol's indices, of the study where its design gives them; else those shipped, if there
        is no study; else none.
        """
        if self.store is None:
            return read_netcdf(SHIPPED, "make it with `llo sobol`")
        if self.store.meta["design"]["kind"] != "sobol":
            return None
        try:
            found = sensitivity.sensed(self.store, self.outcomes[: len(SIX)], self.variants,
                                       with_pawn=False)  # fmt: skip
        except ValueError:  # too few base samples are done: the page says so
            return None
        return sensitivity.dataset(self.store, found, "")

    @property
    def source(self) -> Said:
        """Where figures come from."""
        if self.store is None:
            return _("Source: LLO simulator, sensitivity study that comes with it, {runs} runs.",
                     runs=Number(float(self.indices.attrs["runs"])))  # type: ignore[union-attr]  # fmt: skip
        return _("Source: LLO simulator, study {name}.", name=Plain(self.store.folder.name))

    def values(self, outcome: Outcome, variant: str) -> Array:
        """An outcome of a variant by draw; NaN where it is not done."""
        found = outcome.value(self._draws).sel(variant=variant)
        return np.asarray(found.values, float)

    def axes(self, outcome: str, variant: str) -> list[Axis]:
        """The assumptions that go most with an outcome (rank correlation), it, and some others."""
        first = OUTCOMES[outcome]
        y = self.values(first, variant)
        x = np.asarray(self._draws["x"].values, float)
        tied = [abs(_correlation(x[:, k], y)) for k in range(x.shape[1])]
        order = np.argsort(-np.array(tied), kind="stable")[:FACTORS]
        units = [str(u) for u in self._draws["unit"].values]
        labels = [str(n) for n in self._draws["factor"].values]
        some = [Axis(names.factor(labels[k]), names.known(units[k]), x[:, k]) for k in order]
        # An outcome over the same years under another name would be the same line again.
        rest = [o for o in self.outcomes if o.of != first.of and o.name in SIX][:BESIDE]
        outcomes = [
            Axis(names.known(o.long_name), names.known(o.unit), self.values(o, variant), True)
            for o in (first, *rest)
        ]
        return [*some, *outcomes]


def _correlation(x: Array, y: Array) -> float:
    """Of ranks, over draws that have both; 0 where one does not vary."""
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < 3 or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(x[both]), rankdata(y[both]))[0, 1])


def marked(y: Array, low: float, high: float) -> NDArray[np.bool_]:
    """The draws whose value is between two quantiles of those that have one."""
    if not np.isfinite(y).any():
        return np.zeros(y.shape, bool)
    ends = np.nanquantile(y, [low, high])
    return np.asarray((y >= ends[0]) & (y <= ends[1]))


def blocks(study: Studied, outcome: str, variant: str, mark: str) -> list[Block]:
    """What the page shows of a study; ValueError for what it does not have."""
    if outcome not in [o.name for o in study.outcomes] or variant not in study.variants:
        raise ValueError(f"{outcome}, {variant}: the study does not have these"[:120])
    found: list[Block] = []
    if study.store is None:
        found.append(Missing(_("No study was given with --sweep: shown are the indices that come "
                               "with the simulator, without single runs."), COMMAND))  # fmt: skip
    else:
        found.append(_parallel(study, outcome, variant, mark))
    if study.indices is None:
        found.append(Missing(_("This study has no Sobol indices, or too few runs for them."),
                             "llo sobol"))  # fmt: skip
    elif outcome in study.indices["outcome"].values:
        found.append(_yearly(study, study.indices, outcome, variant))
    return found


def _parallel(study: Studied, outcome: str, variant: str, mark: str) -> Picture:
    told, low, high = MARKS.get(mark, MARKS["high"])
    axes = study.axes(outcome, variant)
    chosen = marked(study.values(OUTCOMES[outcome], variant), low, high)
    caption = _("{variant}: assumptions and outcomes of every run", variant=names.variant(variant))
    words = _("Every run is a line over the axes. Marked is the {mark} of: {outcome}. Shown are "
              "the assumptions that go most with it, and other outcomes.", mark=told,
              outcome=names.known(OUTCOMES[outcome].long_name))  # fmt: skip
    draw = partial(study_figures.parallel, axes, chosen)
    rows = tuple(
        Row(str(k), a.label, tuple(Number(float(np.nanmedian(a.values[c])) if c.any() else
                                          float("nan"), 3) for c in (chosen, ~chosen)))
        for k, a in enumerate(axes)
    )  # fmt: skip
    head = (_("axis"), _("median of the marked runs"), _("median of the others"))
    table = Table("parallel", caption, head, rows, (words,), ("marked", "others"))
    return Picture("parallel", caption, (Panel(caption, words, draw),), table, study.source)


def _yearly(study: Studied, data: xr.Dataset, outcome: str, variant: str) -> Picture:
    long = names.known(OUTCOMES[outcome].long_name)
    caption = _("{variant}: which assumptions decide, year by year: {outcome}",
                variant=names.variant(variant), outcome=long)  # fmt: skip
    told = _("Lines with 95% intervals, one for each of the assumptions that decide most: the "
             "share of the variance that it takes part in.")  # fmt: skip
    one = data.sel(outcome=outcome, variant=variant)
    parts = [one[f"yearly_total_{p}"].transpose("factor", "year").values
             for p in ("value", "low", "high")]  # fmt: skip
    most = np.nan_to_num(parts[0], nan=-np.inf).max(axis=1)
    order = [int(k) for k in np.argsort(-most, kind="stable") if most[k] > -np.inf]
    years = [int(y) for y in data["year"].values]
    rows = tuple(
        Row(str(data["factor"].values[k]), names.factor(str(data["factor"].values[k])),
            tuple(Figure90(interval(*(p[k, n] for p in parts)), 2) for n in range(len(years))))
        for k in order[: study_figures.LEADING]
    )  # fmt: skip
    head = (_("assumption"), *(Number(y, 0, grouped=False) for y in years))
    table = Table("yearly", caption, head, rows, (study.source,), tuple(map(str, years)))
    draw = partial(study_figures.over_years, data, outcome, variant)
    return Picture("yearly", caption, (Panel(caption, told, draw),), table, study.source)


def labels(study: Studied) -> Sequence[tuple[str, Said]]:
    """The outcomes to choose from, with what they are called."""
    return [(o.name, names.known(o.long_name)) for o in study.outcomes]
