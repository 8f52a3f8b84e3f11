"""The table of a comparison: what a policy officer reads, with a band on every figure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from experiments.estimates import Array, Estimate, estimate, lives, sets
from experiments.lights import LIT, Drivers, Shares, told

NULL = "null"
SHARES = ("additional", "forward", "upgraded", "deadweight", "displaced", "unused")
Measure = Callable[[xr.Dataset, xr.Dataset], Array]


@dataclass(frozen=True)
class Row:
    """One line: a measure per life of a variant beside the null."""

    section: str
    label: str
    unit: str
    measure: Measure
    null: bool = False  # whether it has a meaning for the null itself
    decimals: int = 1  # at most so many, fewer if the error supports fewer
    asked: bool = False  # left out unless some variant has a value


def _after(d: xr.Dataset, name: str) -> Array:
    """Mean a year over the years after introduction, per life."""
    years = d["year"].values >= d.attrs["introduced"]
    return np.asarray(d[name].isel(year=years).mean("year").values, float)


def _in_year(k: int) -> Measure:
    """Awards in the k-th year after introduction; NaN when that was not lived."""

    def measure(d: xr.Dataset, null: xr.Dataset) -> Array:
        years = np.flatnonzero(d["year"].values >= d.attrs["introduced"])
        if k > years.size:
            return np.full(d.sizes["life"], np.nan)
        return np.asarray(d["awards_eur"].isel(year=years[k - 1]).values, float) / 1e6

    return measure


def _last(d: xr.Dataset, name: str, group: str = "all") -> Array:
    """The mean of the last four quarters, per life."""
    series = d[name].sel(group=group).isel(time=slice(-4, None))
    return np.asarray(series.mean("time").values, float)


def _level(name: str) -> Measure:
    return lambda d, null: 100 * _last(d, name)


def _change(name: str, group: str = "all") -> Measure:
    return lambda d, null: 100 * (_last(d, name, group) - _last(null, name, group))


def extra_learners(d: xr.Dataset, null: xr.Dataset, group: str = "all") -> Array:
    """Persons more who follow a course within a year than under the null: the mean of the surveys
    from the second year after introduction on, per life.
    """
    later = d["time"].values > 1.0 if d["time"].values.max() > 1.0 else d["time"].values > 0.0
    gain = (d["learners"] - null["learners"]) * d["persons"]
    return np.asarray(gain.sel(group=group).isel(time=later).mean("time").values, float)


def yearly_cost(d: Any, null: Any) -> Any:
    """EUR a year that the variant costs the State above the null: net of what returns, with
    administration and programmes, and with what it changes in policies that are in force anyway.
    Both are datasets, or anything else that has series by their names.
    """
    out = d["awards_eur"] + d["administration_eur"] + d["programme_eur"]
    back = d["returned_eur"] + d["repaid_eur"]
    return out - back + d["standing_eur"] - null["standing_eur"]


def cost(d: xr.Dataset, null: xr.Dataset) -> Array:
    """The mean of that over the years after introduction, per life."""
    years = d["year"].values >= d.attrs["introduced"]
    return np.asarray(yearly_cost(d, null).isel(year=years).mean("year").values, float)


def _mln(name: str) -> Measure:
    return lambda d, null: _after(d, name) / 1e6


def _thousand(name: str) -> Measure:
    return lambda d, null: _after(d, name) / 1e3


def ratio(top: Array, bottom: Array) -> Array:
    """What one of `bottom` takes of `top`: infinite where there is none, undefined (NaN) where
    nothing is spent either.
    """
    none = np.where(top > 0, np.inf, np.nan)
    return np.asarray(np.divide(top, bottom, out=none, where=bottom > 0))


def _share(name: str) -> Measure:
    def measure(d: xr.Dataset, null: xr.Dataset) -> Array:
        total = sum(_after(d, f"{n}_eur") for n in SHARES)
        return 100 * ratio(_after(d, f"{name}_eur"), np.asarray(total))

    return measure


def _reach(group: str) -> Measure:
    def measure(d: xr.Dataset, null: xr.Dataset) -> Array:
        years = d["year"].values >= d.attrs["introduced"]
        series = d["reach"].sel(group=group).isel(year=years)
        return 100 * np.asarray(series.mean("year").values, float)

    return measure


def _anyway(d: xr.Dataset, null: xr.Dataset) -> Array:
    years = d["year"].values >= d.attrs["introduced"]
    values = d["anyway"].isel(year=years).transpose("life", "year").values
    return 100 * np.array([np.nanmean(v) if np.isfinite(v).any() else np.nan for v in values])


_P, _G, _L = "Participation at the end", "Change in 2-year participation", "Learners and courses"
_M, _E, _R = "Public money", "Where the public euro goes", "Reach"

ROWS: tuple[Row, ...] = (
    Row(_P, "NEA: course in 2 years, employees", "%", _level("nea"), null=True),
    Row(_P, "  change against null", "pp", _change("nea"), decimals=2),
    Row(_P, "AES scale: learning in 12 months, 25-64 *", "%", _level("aes"), null=True),
    Row(_P, "  change against null", "pp", _change("aes"), decimals=2),
    Row(_P, "self-chosen course in 12 months, all", "%", _level("chosen"), null=True),
    Row(_P, "  change against null", "pp", _change("chosen"), decimals=2),
    Row(_G, "low-educated", "pp", _change("two_years", "education:low")),
    Row(_G, "middle-educated", "pp", _change("two_years", "education:middle")),
    Row(_G, "high-educated", "pp", _change("two_years", "education:high")),
    Row(_G, "permanent contract", "pp", _change("two_years", "contract:permanent")),
    Row(_G, "flexible contract", "pp", _change("two_years", "contract:flexible")),
    Row(_G, "self-employed", "pp", _change("two_years", "contract:self-employed")),
    Row(_G, "unemployed", "pp", _change("two_years", "contract:unemployed")),
    Row(_L, "extra learners a year (any course)", "thousand",
        lambda d, null: extra_learners(d, null) / 1e3, decimals=0),
    Row(_L, "extra self-chosen courses a year", "thousand",
        lambda d, null: (_after(d, "started") - _after(null, "started")) / 1e3, decimals=0),
    Row(_L, "awards a year", "thousand", _thousand("awards"), decimals=0),
    Row(_L, "applications turned away a year", "thousand", _thousand("turned_away"), decimals=0),
    Row(_M, "cost a year, net of returns", "mln EUR",
        lambda d, null: cost(d, null) / 1e6, decimals=0),
    Row(_M, "  of which administration", "mln EUR", _mln("administration_eur")),
    Row(_M, "  of which programmes (guidance)", "mln EUR", _mln("programme_eur")),
    Row(_M, "  recovered (no-shows, early stops)", "mln EUR",
        lambda d, null: (_after(d, "returned_eur") + _after(d, "repaid_eur")) / 1e6),
    Row(_M, "awards in year 1", "mln EUR", _in_year(1), decimals=0),
    Row(_M, "awards in year 5", "mln EUR", _in_year(5), decimals=0),
    Row(_M, "awards in year 10", "mln EUR", _in_year(10), decimals=0),
    Row(_M, "mean award", "EUR",
        lambda d, null: ratio(_after(d, "awards_eur"), _after(d, "awards")), decimals=0),
    Row(_M, "cost per extra learner (any course)", "EUR",
        lambda d, null: ratio(cost(d, null), extra_learners(d, null)), decimals=0),
    Row(_M, "wages gained, by assumption ***", "mln EUR", _mln("wages_eur"), decimals=0,
        asked=True),
    Row(_M, "rights that lapse a year", "bn EUR", lambda d, null: _after(d, "lapsed_eur") / 1e9),
    Row(_M, "unused rights outstanding at the end", "bn EUR",
        lambda d, null: np.asarray(d["outstanding_eur"].isel(year=-1).values, float) / 1e9),
    Row(_E, "additional", "%", _share("additional")),
    Row(_E, "brought forward by 1 to 2 years", "%", _share("forward")),
    Row(_E, "upgraded to a dearer course", "%", _share("upgraded")),
    Row(_E, "deadweight (own money saved)", "%", _share("deadweight")),
    Row(_E, "employer money displaced", "%", _share("displaced")),
    Row(_E, "unused (no-show, not recovered)", "%", _share("unused")),
    Row(_E, "some course anyway in 2 years **", "%", _anyway),
    Row(_R, "everybody", "% a year", _reach("all")),
    Row(_R, "practically educated (at most mbo)", "% a year", _reach("education:practical")),
    Row(_R, "flexible contract", "% a year", _reach("contract:flexible")),
    Row(_R, "employer of fewer than 250", "% a year", _reach("size:sme")),
    Row(_R, "aged 50 and over", "% a year", _reach("age:50+")),
)  # fmt: skip

ON_SETS = (
    "Each figure: median and [90% band] over {members} parameter sets that published figures admit",
    "(llo calibrate), {seeds}. Chance: the largest share of a row's bands that is",
    "Monte Carlo error, which more persons make smaller; the rest is what parameters leave open.",
)
ON_SEEDS = (
    "Central values: levels are solved on published figures, all else is at central priors. Each",
    "figure: mean and half-width of its 90% interval over seeds (Monte Carlo error only; what",
    "parameters add is not in it).",
)
NOTES = (
    "Amounts and courses are means a year over the years after introduction, for the Netherlands;",
    "the end is the mean of the last four quarters.",
    "*  The 62% target for 2030 is an AES figure. Its offset is solved on 57% (2016).",
    "** As the Dutch voucher experiment counts deadweight (almost 60% among low-skilled workers).",
)
ASKED = "*** What courses add to wages if they return what [parameters.benefits] says: no result."


@dataclass(frozen=True)
class Line:
    """A row with its estimate by variant, None where it has no meaning, and what drives it."""

    row: Row
    key: str  # the label, with that of the row that it is a part of
    values: Mapping[str, Estimate | None]
    drivers: Mapping[str, Shares | None]


def keyed() -> list[tuple[str, Row]]:
    """The rows with their keys: the label, with that of the row that it is a part of.

    A whole row's label that stands in two sections has its section before it.
    """
    whole = Counter(row.label for row in ROWS if not row.label.startswith(" "))
    found, above = [], ""
    for row in ROWS:
        part = row.label.startswith(" ")
        above = above if part else row.label
        key = f"{above}: {row.label.strip()}" if part else row.label
        found.append((f"{row.section}: {key}" if whole[row.label] > 1 else key, row))
    return found


def compute(
    data: xr.Dataset, drivers: Drivers | None = None, keys: Sequence[str] = ()
) -> list[Line]:
    """Every row's estimates, or those of some keys; with what drives them where it is asked for."""
    time = (
        int(data["year"].values[0]) + round(-float(data["time"].values[0]))
        if data["year"].size
        else 0
    )
    members, data = sets(data), lives(data)
    null = data.sel(variant=NULL).assign_attrs(introduced=time)
    each = {n: data.sel(variant=n).assign_attrs(introduced=time)
            for n in map(str, data["variant"].values)}  # fmt: skip
    found = []
    for key, row in keyed():
        if keys and key not in keys:
            continue
        values: dict[str, Estimate | None] = {}
        driven: dict[str, Shares | None] = {}
        for name, own in each.items():
            values[name] = driven[name] = None
            if row.null or name != NULL:
                measured = row.measure(own, null)
                values[name] = estimate(measured, members)
                if drivers is not None and values[name] is not None:
                    driven[name] = drivers.of(name, key, measured)
        if not row.asked or any(values.values()):
            found.append(Line(row, key, values, driven))
    return found


def notes(data: xr.Dataset, lines: Sequence[Line]) -> list[str]:
    """The notes on a table with these lines."""
    members, seeds = sets(data), data.sizes["seed"]
    each = "one life each" if seeds == 1 else f"{seeds} lives each"
    first = [n.format(members=members, seeds=each) for n in ON_SETS] if members else ON_SEEDS
    lit = any(share for line in lines for share in line.drivers.values())
    asked = any(line.row.asked for line in lines)
    return [*first, *(LIT if lit else ()), *NOTES, *([ASKED] if asked else [])]


def represented(data: xr.Dataset) -> float:
    """For how many persons the simulated people stand at the introduction."""
    return float(data["persons"].sel(group="all").sel(time=0.0, method="nearest").mean())


def lived(data: xr.Dataset) -> str:
    """Of how many lives a comparison is, and of how many people, in words."""
    many, people = sets(data), represented(data)
    of = f"{many} parameter sets" if many else "Central values"
    seeds, each = data.sizes["seed"], json.loads(data.attrs["scenario"])["persons"]
    return (
        f"{of}, {seeds} {'seeds' if seeds > 1 else 'seed'}; {each:,} people in each life, who "
        f"stand for {people / 1e6:.1f} million."
    )


def as_data(data: xr.Dataset, lines: Sequence[Line]) -> dict[str, Any]:
    """The table as plain data, for --json; unrounded, infinite bounds as null."""
    rows = [
        {
            "section": line.row.section,
            "label": line.row.label.strip(),
            "unit": line.row.unit,
            "variants": {name: told(e, line.drivers[name]) for name, e in line.values.items()},
        }
        for line in lines
    ]
    every = lives(data)
    null, costs = every.sel(variant=NULL), {}
    for variant in every["variant"].values:
        series = yearly_cost(every.sel(variant=variant), null).mean("life").values
        years = map(str, data["year"].values)
        costs[str(variant)] = dict(zip(years, map(float, series), strict=True))
    return {"title": data.attrs["title"], "notes": notes(data, lines), "rows": rows,
            "cost_by_year_eur": costs}  # fmt: skip
