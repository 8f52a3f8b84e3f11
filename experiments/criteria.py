"""The five criteria of the working group for every variant: each with a stated measure.

Two of them ask for experiments. Flexibility: every variant is lived a second time with its
generosity halved half-way, and a third with new money for the practically educated only; what
spending and learners then do, beside the unchanged variant, says how fast and how far the
instrument can be steered. Burden: it is lived once more without any effort of applying; whom that
brings in, by education, is the take-up that the burden costs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from calibration.files import write_text
from experiments.estimates import Array, Estimate, estimate, lives, sets
from experiments.lights import Drivers, Shares, told
from experiments.table import NULL, cost, extra_learners, ratio, yearly_cost
from experiments.twins import FREE, HALVED, NARROWED, YEAR
from scenarios.scenario import Scenario

KIND, FILE = "llo criteria", "criteria.json"
FULL = 0.9  # share of lasting spending at which an instrument is in full effect
Measure = Callable[["Lived"], Array]


@dataclass(frozen=True)
class Lived:
    """One variant with what it is measured against; arrays are per life."""

    own: xr.Dataset
    null: xr.Dataset
    twins: Mapping[str, xr.Dataset]
    shock: int  # months after introduction at which two of the twins change
    parts: tuple[Lived, ...] = ()  # variants that it is made of

    def after(self, name: str, group: str | None = None) -> Array:
        """The mean a year over the years after introduction."""
        data = self.own[name] if group is None else self.own[name].sel(group=group)
        return np.asarray(
            data.isel(year=self.own["year"].values >= self.own.attrs["introduced"])
            .mean("year").values, float,
        )  # fmt: skip

    def cost(self) -> Array:
        return cost(self.own, self.null)

    def outlay(self) -> Array:
        """EUR by life and month since the introduction."""
        return np.asarray(self.own["outlay_eur_month"].transpose("life", "month").values, float)


@dataclass(frozen=True)
class Criterion:
    """One line of the table: which criterion, what is measured, in what unit."""

    criterion: str
    label: str
    unit: str
    measure: Measure
    decimals: int = 0


@dataclass(frozen=True)
class Judged:
    """A criterion with its estimate by variant, None without a meaning, and what drives it."""

    criterion: Criterion
    values: Mapping[str, Estimate | None]
    drivers: Mapping[str, Shares | None]


def _recipients(group: str) -> Measure:
    """Share of public learners who belong to a group, %."""

    def measure(v: Lived) -> Array:
        return 100 * ratio(v.after("recipients", group), v.after("recipients", "all"))

    return measure


def _named(group: str) -> Measure:
    return lambda v: 100 * v.after("reach", group)


def _outside(v: Lived) -> Array:
    paid = sum(v.after(f"{n}_eur") for n in
               ("additional", "forward", "upgraded", "deadweight", "displaced"))  # fmt: skip
    return 100 * ratio(v.after("outside_eur"), np.asarray(paid))


def _year(k: int) -> Measure:
    """Cost in the k-th year, mln EUR."""

    def measure(v: Lived) -> Array:
        years = np.flatnonzero(v.own["year"].values >= v.own.attrs["introduced"])
        if k > years.size:
            return np.full(v.own.sizes["life"], np.nan)
        return np.asarray(yearly_cost(v.own, v.null).isel(year=years[k - 1]).values, float) / 1e6

    return measure


def _volatility(v: Lived) -> Array:
    """Standard deviation of yearly cost around its straight line, % of its mean."""
    years = v.own["year"].values >= v.own.attrs["introduced"]
    series = yearly_cost(v.own, v.null).isel(year=years).transpose("life", "year").values
    if series.shape[1] < 3:
        return np.full(series.shape[0], np.nan)
    x = np.arange(series.shape[1])
    trend = np.array([np.polyval(np.polyfit(x, row, 1), x) for row in series])
    return 100 * ratio((series - trend).std(axis=1, ddof=2), series.mean(axis=1))


def _extra_completed(v: Lived) -> Array:
    years = v.own["year"].values >= v.own.attrs["introduced"]
    more = (v.own["completed"] - v.null["completed"]).isel(year=years).mean("year")
    return np.asarray(more.values, float)


def _not_additional(v: Lived) -> Array:
    lost = sum(v.after(f"{n}_eur") for n in ("deadweight", "displaced", "unused"))
    paid = lost + sum(v.after(f"{n}_eur") for n in ("additional", "forward", "upgraded"))
    return 100 * ratio(np.asarray(lost), np.asarray(paid))


def _promised(v: Lived) -> Array:
    """Rights already promised at the end, in years of the last year's outlay."""
    owed = np.asarray(v.own["liability_eur_month"].isel(month=-1).values, float)
    return ratio(owed, v.outlay()[:, -YEAR:].sum(axis=1))


def _followed(months: int) -> Measure:
    """How much lower outlay is in the year that ends so many months after a halving, %."""

    def measure(v: Lived) -> Array:
        end = v.shock + months
        if HALVED not in v.twins or end > v.own.sizes["month"]:
            return np.full(v.own.sizes["life"], np.nan)
        other = v.twins[HALVED]["outlay_eur_month"].transpose("life", "month").values
        window = slice(end - YEAR, end)
        kept = ratio(other[:, window].sum(axis=1), v.outlay()[:, window].sum(axis=1))
        return 100 * (1 - kept)

    return measure


def _retargeted(year: int) -> Measure:
    """Share of the practically educated among public learners in the year-th year after new money
    is for them only, %.
    """

    def measure(v: Lived) -> Array:
        years = v.own["year"].values
        wanted = v.own.attrs["introduced"] + v.shock // YEAR + year - 1
        if NARROWED not in v.twins or wanted not in years:
            return np.full(v.own.sizes["life"], np.nan)
        twin = v.twins[NARROWED].sel(year=wanted)

        def learners(group: str) -> Array:
            return np.asarray(twin["recipients"].sel(group=group).values, float)

        return 100 * ratio(learners("education:practical"), learners("all"))

    return measure


def _lost(group: str) -> Measure:
    """Public learners of a group whom the burden keeps away, % of those there would be."""

    def measure(v: Lived) -> Array:
        if FREE not in v.twins:
            return np.full(v.own.sizes["life"], np.nan)
        without = replace(v, own=v.twins[FREE].assign_attrs(v.own.attrs)).after("reach", group)
        return 100 * (1 - ratio(v.after("reach", group), without))

    return measure


def _first_learner(v: Lived) -> Array:
    """Months from the decision: the stated lead time and the month of the first award."""
    awards = v.own["awards_month"].transpose("life", "month").values
    first = np.where((awards > 0).any(axis=1), (awards > 0).argmax(axis=1).astype(float), np.nan)
    return first + float(np.max(v.own["lead_time"].values))


def _full_effect(v: Lived) -> Array:
    """Months from the decision until a year's outlay is 90% of the mean of the last two years."""
    series = v.outlay()
    if series.shape[1] < 4 * YEAR:
        return np.full(series.shape[0], np.nan)
    yearly = np.array([np.convolve(row, np.ones(YEAR), "valid") for row in series])
    lasting = series[:, -2 * YEAR :].sum(axis=1, keepdims=True) / 2
    reached = yearly >= FULL * lasting
    first = np.where(reached.any(axis=1), reached.argmax(axis=1) + float(YEAR), np.nan)
    return first + float(np.max(v.own["lead_time"].values))


def _interaction(of: Callable[[Lived], Array]) -> Measure:
    """The whole less the sum of its parts."""

    def measure(v: Lived) -> Array:
        if not v.parts:
            return np.full(v.own.sizes["life"], np.nan)
        return of(v) - np.sum([of(part) for part in v.parts], axis=0)

    return measure


def _thousands(v: Lived) -> Array:
    return extra_learners(v.own, v.null) / 1e3


_T, _C, _E, _F, _I, _X = ("Targeting", "Cost", "Efficiency (doelmatigheid)", "Flexibility",
                          "Time to introduce", "Combination: the whole less its parts")  # fmt: skip
CRITERIA: tuple[Criterion, ...] = (
    Criterion(_T, "practically educated among public learners", "%",
              _recipients("education:practical")),
    Criterion(_T, "low-educated among public learners", "%", _recipients("education:low")),
    Criterion(_T, "flexible contracts among public learners", "%",
              _recipients("contract:flexible")),
    Criterion(_T, "reach of the practically educated", "% a year", _named("education:practical"),
              1),
    Criterion(_T, "reach of flexible contracts", "% a year", _named("contract:flexible"), 1),
    Criterion(_T, "reach of the unemployed", "% a year", _named("contract:unemployed"), 1),
    Criterion(_T, "money to none of these groups (mis-targeting)", "%", _outside),
    *(Criterion(_T, f"take-up lost to burden, {level}-educated", "%", _lost(f"education:{level}"))
      for level in ("low", "middle", "high")),
    Criterion(_C, "cost a year above the null", "mln EUR", lambda v: v.cost() / 1e6),
    Criterion(_C, "in year 1", "mln EUR", _year(1)),
    Criterion(_C, "in year 5", "mln EUR", _year(5)),
    Criterion(_C, "in year 10", "mln EUR", _year(10)),
    Criterion(_C, "per award", "EUR", lambda v: ratio(v.cost(), v.after("awards"))),
    Criterion(_C, "volatility around its trend", "% of mean", _volatility),
    Criterion(_C, "liability at the end: rights not used", "mln EUR",
              lambda v: np.asarray(v.own["outstanding_eur"].isel(year=-1).values, float) / 1e6),
    Criterion(_E, "cost per extra learner (any course)", "EUR",
              lambda v: ratio(v.cost(), extra_learners(v.own, v.null))),
    Criterion(_E, "cost per extra completed self-chosen course", "EUR",
              lambda v: ratio(v.cost(), _extra_completed(v))),
    Criterion(_E, "of a public euro: for what would have been paid anyway, or unused", "%",
              _not_additional),
    Criterion(_F, "outlay lower a year after its generosity is halved", "%", _followed(12)),
    Criterion(_F, "and three years after", "%", _followed(36)),
    Criterion(_F, "practically educated, the year after new money is for them", "%",
              _retargeted(1)),
    Criterion(_F, "and in the third year", "%", _retargeted(3)),
    Criterion(_F, "already promised, in years of outlay", "years", _promised, 1),
    Criterion(_I, "from the decision to the first learner", "months", _first_learner),
    Criterion(_I, "from the decision to full effect", "months", _full_effect),
    Criterion(_X, "extra learners a year", "thousand", _interaction(_thousands)),
    Criterion(_X, "cost a year", "mln EUR", _interaction(lambda v: v.cost() / 1e6)),
)  # fmt: skip

NOTES = (
    'Figures as in `llo compare`; "-" where a measure has no meaning.',
    "Targeting: groups named in the Programma leer- en ontwikkelcultuur, but for those of 50+.",
    "Burden: every variant is lived again without any effort of applying, others unchanged.",
    "Flexibility: every variant is lived again with its generosity halved half-way (50% is full),",
    "and again with new vouchers, deposits or grants for at most mbo-4 only; rights given stay.",
    "Time to introduce rests on the stated lead_time of each instrument, an assumption.",
)


def compute(
    data: xr.Dataset, scenario: Scenario, shock: int, drivers: Drivers | None = None
) -> list[Judged]:
    """Every criterion's estimate by variant; with what drives it when that is asked for."""
    introduced = int(scenario.time.introduction[:4])
    members, data = sets(data), lives(data)

    def lived(name: str, parts: tuple[Lived, ...] = ()) -> Lived:
        known = data["variant"].values
        found = {twin: data.sel(variant=name + twin) for twin in (HALVED, NARROWED, FREE)
                 if name + twin in known}  # fmt: skip
        own = data.sel(variant=name).assign_attrs(introduced=introduced)
        return Lived(own, data.sel(variant=NULL), found, shock, parts)

    names = [v for v in scenario.names() if v != NULL]
    variants = {v: lived(v, tuple(lived(p) for p in _parts(scenario, v))) for v in names}
    found = []
    for c in CRITERIA:
        values: dict[str, Estimate | None] = {}
        driven: dict[str, Shares | None] = dict.fromkeys(variants)
        for name, v in variants.items():
            measured = c.measure(v)
            values[name] = estimate(measured, members)
            if drivers is not None and values[name] is not None:
                driven[name] = drivers.of(name, f"{c.criterion}: {c.label}", measured)
        found.append(Judged(c, values, driven))
    return found


def _parts(scenario: Scenario, variant: str) -> list[str]:
    """Other variants that together hold exactly the instruments of this one; none if there are not.

    The larger parts are taken first.
    """
    whole, found = set(scenario.variants[variant]), []
    smaller = [v for v in scenario.variants if 0 < len(scenario.variants[v]) < len(whole)]
    for name in sorted(smaller, key=lambda v: -len(scenario.variants[v])):
        members = set(scenario.variants[name])
        if members <= whole:
            found.append(name)
            whole -= members
    return found if not whole else []


def write(rows: Sequence[Judged], scenario: Scenario, path: Path) -> None:
    """Write the table as plain data with its scenario, whole or not at all."""
    found = {"kind": KIND, "scenario": json.loads(scenario.model_dump_json()),
             "criteria": as_data(rows)}  # fmt: skip
    write_text(path, json.dumps(found, indent=1) + "\n")


def as_data(rows: Sequence[Judged]) -> list[dict[str, Any]]:
    """The table as plain data, for --json."""
    return [
        {"criterion": row.criterion.criterion, "measure": row.criterion.label,
         "unit": row.criterion.unit,
         "variants": {n: told(e, row.drivers[n]) for n, e in row.values.items()}}
        for row in rows
    ]  # fmt: skip
