"""Outcomes of a variant: what a decision is about, worked out from the series that runs kept.

An outcome is taken over years: means of what adds up first, ratios of those means after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from experiments.table import NULL

Of = Callable[[xr.Dataset], xr.DataArray]
MORE, LESS = "more", "less"


@dataclass(frozen=True)
class Outcome:
    """One outcome: its meaning and unit, whether more or less of it is wanted, what it needs.

    `when` are the years that it is of, counted from the introduction (0 is the first year);
    `calendar` is one calendar year instead; without either: all years after the introduction.
    """

    name: str
    long_name: str
    unit: str
    sense: str
    needs: tuple[str, ...]
    of: Of
    when: tuple[int, ...] = ()
    decimals: int = 1
    calendar: int = 0

    def value(self, data: xr.Dataset, year: int | None = None) -> xr.DataArray:
        """By draw and variant, over the outcome's own years, or in one calendar year.

        NaN where its years were not lived. ValueError if the runs did not keep what it needs.
        """
        missing = [name for name in self.needs if name not in data]
        if missing:
            raise ValueError(
                f"outcome {self.name}: the study kept no {missing[0]!r}: add it to its outputs"
            )
        first, years = int(data.attrs["introduced"]), data["year"].values
        wanted = [first + k for k in self.when] or [int(y) for y in years if y >= first]
        if year is not None or self.calendar:
            wanted = [year or self.calendar]
        if not set(wanted) <= set(map(int, years)):
            return xr.full_like(data["cost"].isel(year=0, drop=True), np.nan)
        some = data[list(self.needs)].sel(year=wanted)
        return self.of(some.mean("year")).transpose("draw", "variant")


def _above(data: xr.Dataset, name: str, group: str = "all") -> xr.DataArray:
    series = data[name].sel(group=group, drop=True)
    return series - series.sel(variant=NULL, drop=True)


def _ratio(top: xr.DataArray, bottom: xr.DataArray) -> xr.DataArray:
    return (top / bottom.where(bottom > 0)).astype(float)


def _share(name: str) -> Of:
    return lambda d: 100 * _ratio(d[name], d["public"])


def _among(group: str) -> Of:
    def of(d: xr.Dataset) -> xr.DataArray:
        persons = d["recipients"]
        of_group = persons.sel(group=group, drop=True)
        return 100 * _ratio(of_group, persons.sel(group="all", drop=True))

    return of


def _reach(group: str) -> Of:
    return lambda d: 100 * d["reach"].sel(group=group, drop=True).astype(float)


_PARTICIPATION = Outcome(
    "participation", "participation above the null, AES scale", "points", MORE, ("aes", "cost"),
    lambda d: 100 * _above(d, "aes"),
)  # fmt: skip

OUTCOMES: dict[str, Outcome] = {
    o.name: o
    for o in (
        _PARTICIPATION,
        replace(_PARTICIPATION, name="participation_24", when=(1,),
                long_name="participation above the null after 24 months, AES scale"),
        replace(_PARTICIPATION, name="participation_60", when=(4,),
                long_name="participation above the null after 60 months, AES scale"),
        replace(_PARTICIPATION, name="participation_2030", calendar=2030,
                long_name="participation above the null in 2030, AES scale"),
        Outcome("aes_2030", "participation in 2030, AES scale", "%", MORE, ("aes", "cost"),
                lambda d: 100 * d["aes"].sel(group="all", drop=True).astype(float), calendar=2030),
        Outcome("time_to_introduce", "from the decision to the first learner", "months", LESS,
                ("lead_time", "cost"), lambda d: d["lead_time"].astype(float), decimals=0),
        Outcome("steering", "outlay gone in the year after generosity is halved", "%", MORE,
                ("outlay_full", "outlay_halved", "cost"),
                lambda d: 100 * (1 - _ratio(d["outlay_halved"], d["outlay_full"]))),
        Outcome("aes_level", "participation, AES scale", "%", MORE, ("aes", "cost"),
                lambda d: 100 * d["aes"].sel(group="all", drop=True).astype(float)),
        Outcome("extra_learners", "extra learners a year", "thousand", MORE, ("learners", "cost"),
                lambda d: _above(d, "learners") / 1e3),
        Outcome("cost", "cost a year above the null", "mln EUR", LESS, ("cost",),
                lambda d: d["cost"] / 1e6),
        Outcome("cost_per_extra", "cost of an extra learner", "EUR", LESS, ("learners", "cost"),
                lambda d: _ratio(d["cost"], _above(d, "learners")), decimals=0),
        Outcome("extra_per_1000", "extra learners per EUR 1,000 of public money", "persons", MORE,
                ("learners", "cost"), lambda d: 1e3 * _ratio(_above(d, "learners"), d["cost"]),
                decimals=3),
        Outcome("deadweight", "public money for what workers would have paid anyway", "%", LESS,
                ("deadweight", "public", "cost"), _share("deadweight")),
        Outcome("displaced", "public money for what employers would have paid", "%", LESS,
                ("displaced", "public", "cost"), _share("displaced")),
        Outcome("low_educated", "low-educated among public learners", "%", MORE,
                ("recipients", "cost"), _among("education:low")),
        Outcome("practical", "practically educated among public learners", "%", MORE,
                ("recipients", "cost"), _among("education:practical")),
        Outcome("reach_practical", "reach of the practically educated", "% a year", MORE,
                ("reach", "cost"), _reach("education:practical")),
        Outcome("reach_flexible", "reach of flexible contracts", "% a year", MORE,
                ("reach", "cost"), _reach("contract:flexible")),
        Outcome("reach_unemployed", "reach of the unemployed", "% a year", MORE,
                ("reach", "cost"), _reach("contract:unemployed")),
    )
}  # fmt: skip
# Of behaviour E8: what money buys, for whom, what it only replaces, and participation over time.
SIX = ("extra_per_1000", "low_educated", "deadweight", "participation_24", "participation_60",
       "cost")  # fmt: skip


def chosen(names: Sequence[str]) -> list[Outcome]:
    """The outcomes of these names; ValueError with those that there are."""
    for name in names:
        if name not in OUTCOMES:
            raise ValueError(f"outcome {name!r}: there is none; there are {', '.join(OUTCOMES)}")
    return [OUTCOMES[name] for name in names]


def needs(outcomes: Sequence[Outcome]) -> list[str]:
    """The series that these outcomes are made of."""
    return list(dict.fromkeys(name for o in outcomes for name in o.needs))
