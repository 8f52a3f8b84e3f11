"""Which factors decide the outcomes of a study: Sobol's indices, Morris' effects, PAWN beside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from experiments.analysis import morris, pawn, ranks, sobol
from experiments.analysis.bootstrap import Interval
from experiments.analysis.morris import Effects
from experiments.analysis.pawn import Pawn
from experiments.analysis.sobol import Indices
from experiments.sweeps import designs, factors, reading, running
from experiments.sweeps.outcomes import OUTCOMES, Outcome, needs
from experiments.sweeps.store import Store
from experiments.table import NULL
from simulator import draws

RESAMPLES = 500
ENOUGH = 100  # runs from which PAWN has ten in each of its slices
LEADING = 5  # factors whose intervals must be narrow
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sensed:
    """Indices of every outcome of every variant, and what else the same runs say.

    Columns are outcomes by variant, `columns` their names in order; `yearly` has the indices of
    the outcomes year by year, columns by year.
    """

    labels: list[str]
    outcomes: list[Outcome]
    variants: list[str]
    indices: Indices
    growth: list[Indices]
    ranking: ranks.Ranking
    pawn: Pawn | None
    pawn_labels: list[str]  # of its factors; empty for one that moves with others
    years: list[int]
    yearly: Interval
    draws: int

    @property
    def columns(self) -> list[tuple[Outcome, str]]:
        """The outcome and the variant of every column."""
        return [(o, v) for o in self.outcomes for v in self.variants]

    def column(self, outcome: Outcome, variant: str) -> int:
        """Where an outcome of a variant stands."""
        return self.columns.index((outcome, variant))


def values(store: Store, outcomes: Sequence[Outcome], variants: Sequence[str]) -> xr.DataArray:
    """Outcomes by draw, of the variants named: dims draw, outcome, variant."""
    data = reading.by_draw(store, needs(outcomes))
    found = [o.value(data).sel(variant=list(variants)) for o in outcomes]
    names = xr.Variable("outcome", [o.name for o in outcomes])
    return xr.concat(found, names).transpose("draw", "outcome", "variant")


def variants_of(store: Store, named: Sequence[str] = ()) -> list[str]:
    """The variants of a study but the null, or those named; ValueError for another."""
    known = [v for v in store.layout.variants if v != NULL]
    for name in named:
        if name not in known:
            raise ValueError(f"--variant {name}: the study has {', '.join(known)}")
    return list(named) or known


def sensed(
    store: Store, outcomes: Sequence[Outcome], variants: Sequence[str], *, with_pawn: bool = True
) -> Sensed:
    """Sobol's indices of a study; ValueError when its design is another."""
    design = store.meta["design"]
    if design["kind"] != "sobol":
        raise ValueError(
            f"{store.folder}: its design is {design['kind']}: indices need one of kind sobol"
        )
    labels, block = list(dict.fromkeys(store.meta["labels"])), int(design["block"])
    second = block == 2 * len(labels) + 2
    data = reading.by_draw(store, needs(outcomes))
    y = _blocks([o.value(data).sel(variant=list(variants)) for o in outcomes], block)
    whole = np.isfinite(y).any(axis=(1, 2))
    if whole.sum() < 2:
        raise ValueError(f"{store.folder}: {whole.sum()} base samples are done: two are needed")
    y = y[: int(np.flatnonzero(whole)[-1]) + 1]
    asked = {"second_order": second, "resamples": RESAMPLES, "seed": draws.replicate(0, 1)}
    found = sobol.indices(y, len(labels), **asked)
    years = [int(v) for v in data["year"].values if v >= data.attrs["introduced"]]
    return Sensed(
        labels, list(outcomes), list(variants), found,
        sobol.growth(y, len(labels), **asked), ranks.ranking(found),
        _pawn(data, y, block) if with_pawn else None, _alone(store), years,
        _by_year(data, outcomes, variants, years, block, y.shape[0], len(labels), asked),
        int(y.shape[0]),
    )  # fmt: skip


def _blocks(found: Sequence[xr.DataArray], block: int) -> Array:
    """Outcomes as [base, block, columns]; an unfinished last base sample is left out."""
    flat = np.concatenate([np.asarray(f.values, float) for f in found], axis=1)
    base = flat.shape[0] // block
    return flat[: base * block].reshape(base, block, -1)


def _by_year(
    data: xr.Dataset, outcomes: Sequence[Outcome], variants: Sequence[str], years: Sequence[int],
    block: int, base: int, k: int, asked: Mapping[str, object],
) -> Interval:  # fmt: skip
    """Total indices [k, columns, years] of the outcomes that are not of one year."""
    each = [
        _blocks([o.value(data, year).sel(variant=list(variants)) for o in outcomes], block)[:base]
        for year in years
    ]
    y = np.stack(each, axis=-1)
    total = sobol.indices(y.reshape(*y.shape[:2], -1), k, **asked).total  # type: ignore[arg-type]
    return total.shaped(*y.shape[2:])


def _alone(store: Store) -> list[str]:
    labels: list[str] = store.meta["labels"]
    return [label if labels.count(label) == 1 else "" for label in labels]


def _pawn(data: xr.Dataset, y: Array, block: int) -> Pawn | None:
    """PAWN from the runs that share no factor with another; None when they are too few."""
    rows = y.shape[0] * block
    x = sobol.independent(np.asarray(data["x"].values[:rows], float), block)
    plain = y[:, [0, -1]].reshape(-1, y.shape[2])
    if plain.shape[0] < ENOUGH:
        return None
    return pawn.pawn(x, plain, seed=draws.replicate(0, 2))


def screened(
    store: Store, outcomes: Sequence[Outcome], variants: Sequence[str]
) -> tuple[list[str], Effects]:
    """Morris' elementary effects of a study, by factor or group, columns as of `Sensed`."""
    design = store.meta["design"]
    labels, block = list(dict.fromkeys(store.meta["labels"])), int(design["block"])
    data = reading.by_draw(store, needs(outcomes))
    y = _blocks([o.value(data).sel(variant=list(variants)) for o in outcomes], block)
    rows = y.shape[0] * block
    shape = running.shape_of(running.ready_of(store), draws=int(design["draws"]))
    shares = np.concatenate(list(designs.stretches(shape)))[:rows]
    grouped = [labels.index(name) for name in store.meta["labels"]]
    some = len(labels) < len(store.meta["labels"])
    found = morris.effects(
        shares, y.reshape(rows, -1), groups=grouped if some else None, resamples=RESAMPLES,
        seed=draws.replicate(0, 3),
    )  # fmt: skip
    return labels, found


def widest(found: Sensed) -> float:
    """The widest interval of a leading total index, over all columns that vary."""
    width = sobol.worst_width(found.indices, LEADING)
    return float(np.nanmax(width)) if np.isfinite(width).any() else float("nan")


def grown(
    store: Store,
    outcomes: Sequence[Outcome],
    variants: Sequence[str],
    width: float,
    most: int,
    run: Callable[[], bool],
    double: Callable[[int], None],
    tell: Callable[[int, float], None] = lambda base, width: None,
) -> tuple[Sensed, str]:
    """Run a Sobol study, doubling its base samples until leading intervals are narrower than
    `width`, or there are `most`, or `run` says that the budget is spent; and which of these it was.
    """
    while True:
        going = run()
        found = sensed(store, outcomes, variants)
        tell(found.draws, widest(found))
        if sobol.converged(found.indices, width, LEADING):
            end = f"converged: leading total indices are within {width:g}"
        elif not going:
            end = "the time given is spent"
        elif int(store.meta["design"]["draws"]) * 2 > most:
            end = f"{most} base samples are the most that was allowed"
        else:
            double(int(store.meta["design"]["draws"]) * 2)
            continue
        return found, end


def dataset(store: Store, found: Sensed, end: str) -> xr.Dataset:
    """Indices with their intervals, and the same by year, as one dataset with units; `end` says
    why there are no more runs.
    """
    shape = (len(found.labels), len(found.outcomes), len(found.variants))
    dims = ("factor", "outcome", "variant")
    data = {}
    for name, index in (("first", found.indices.first), ("total", found.indices.total)):
        for part in ("value", "low", "high"):
            data[f"{name}_{part}"] = (dims, getattr(index, part).reshape(shape))
    for part in ("value", "low", "high"):
        wide = getattr(found.yearly, part).reshape(*shape, len(found.years))
        data[f"yearly_total_{part}"] = ((*dims, "year"), wide)
        grown = np.stack([getattr(g.total, part) for g in found.growth], axis=-1)
        data[f"growth_total_{part}"] = ((*dims, "base_samples"), grown.reshape(*shape, -1))
    data["rank"] = (dims, found.ranking.rank.reshape(shape))
    data["left_out"] = (dims[1:], found.indices.left_out.reshape(shape[1:]))
    out = xr.Dataset(
        data, coords={"factor": found.labels, "outcome": [o.name for o in found.outcomes],
                      "variant": found.variants, "year": found.years,
                      "base_samples": [g.base for g in found.growth]},
    )  # fmt: skip
    for name in out.data_vars:
        out[name].attrs["units"] = "1"
    scenario = json.loads(store.meta["scenario"])
    out.attrs = {
        "kind": "llo sobol", "base": found.draws, "end": end,
        "runs": found.draws * int(store.meta["design"]["block"]), "persons": scenario["persons"],
        "title": store.meta["title"], "commit": store.meta["commit"],
        "factors": json.dumps(_of_label(store)),
    }  # fmt: skip
    return out


def _of_label(store: Store) -> dict[str, list[str]]:
    """The factors behind every label."""
    found: dict[str, list[str]] = {}
    for name, label in zip(store.names, store.meta["labels"], strict=True):
        found.setdefault(label, []).append(name)
    return found


def save(store: Store, found: Sensed, end: str, folder: Path) -> list[Path]:
    """Write the indices and their pictures into a folder; the files."""
    from calibration.files import write_netcdf
    from experiments import picture
    from experiments.analysis import sensitivity_picture as drawn

    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "indices.nc"]
    write_netcdf(dataset(store, found, end), written[0])
    titles = [f"{v}: {o.long_name}" for o, v in found.columns]
    labels = [factors.meaning(label) for label in found.labels]
    each = list({o.of: o for o in found.outcomes}.values())  # one of those that differ in years
    for variant in found.variants:
        at = [found.column(o, variant) for o in found.outcomes]
        named = [o.long_name for o in found.outcomes]
        bars = drawn.bars(
            _of(found.indices.first, at), _of(found.indices.total, at), labels, named,
            title=f"{variant}: {found.draws} base samples, 95% intervals",
        )  # fmt: skip
        course = drawn.over_years(
            found.years, _of(found.yearly, [found.column(o, variant) for o in each]), labels,
            [_plainly(o) for o in each],
            title=f"{variant}: total indices year by year",
        )  # fmt: skip
        for kind, figure in (("bars", bars), ("years", course)):
            written.append(folder / f"{kind}-{variant.replace(' ', '-')}.png")
            picture.save(figure, written[-1])
    if len(found.growth) > 1:
        figure = drawn.convergence(
            [g.base for g in found.growth], [g.total for g in found.growth], labels, titles,
            title="Total indices by the number of base samples",
        )  # fmt: skip
        written.append(folder / "convergence.png")
        picture.save(figure, written[-1])
    return written


def _plainly(outcome: Outcome) -> str:
    """What an outcome is without the years that it is taken over."""
    alike = (o for o in OUTCOMES.values() if o.of == outcome.of and not (o.when or o.calendar))
    return next(alike, outcome).long_name


def _of(interval: Interval, columns: Sequence[int]) -> Interval:
    return Interval(*(end[:, columns] for end in (interval.value, interval.low, interval.high)))
