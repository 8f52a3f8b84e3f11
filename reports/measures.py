"""The numbers of a report, each worked out once from the results Dataset; arrays are per life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from experiments.estimates import Array, Estimate, estimate, lives, sets
from experiments.table import NULL, SHARES, ratio, yearly_cost

TARGET, TARGET_YEAR = 62.0, 2030  # %, AES scale: Kamerbrief 30 012 nr. 156
GROUPS = {
    "education": ("low", "middle", "high"),
    "contract": ("permanent", "flexible", "self-employed", "unemployed"),
    "age": ("15-24", "25-34", "35-44", "45-54", "55-64", "65-74"),
    "size": ("1-9", "10-49", "50-249", "250+"),
    "sector": tuple("A B C D E F G H I J K L M N O P Q R-U".split()),
}
EURO = (*SHARES, "programme", "administration")
STAGES = ("precontemplation", "contemplation", "preparation", "action", "maintenance")


def between(data: xr.Dataset, first: int, last: int) -> xr.Dataset:
    """A comparison from one calendar year to another, both included; what lies before the
    introduction stays if that is the first year. ValueError when it holds no such years.
    """
    introduced = int(data["year"].values[0]) + round(-float(data["time"].values[0]))
    years = data["year"].values
    if not introduced <= first <= last <= int(years[-1]):
        raise ValueError(
            f"years {first} to {last}: the comparison goes from {introduced} to {int(years[-1])}"
        )
    begin, end = first - introduced, last - introduced + 1
    time, month = data["time"].values, data["month"].values
    kept = time < end + 1e-6
    if begin:
        kept &= time > begin + 1e-6
        data = data.isel(year=years >= first)
    return data.isel(
        time=kept, month=(month >= 12 * begin) & (month < 12 * end),
        year=data["year"].values <= last,
    )  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A results Dataset with its lives in one dimension, and what is asked of it."""

    data: xr.Dataset
    members: int
    seeds: int

    @classmethod
    def of(cls, data: xr.Dataset) -> Comparison:
        """From the Dataset that `llo compare` writes."""
        return cls(lives(data), sets(data), int(data.sizes["seed"]))

    @cached_property
    def variants(self) -> tuple[str, ...]:
        """All variants, the null first."""
        return tuple(map(str, self.data["variant"].values))

    @cached_property
    def others(self) -> tuple[str, ...]:
        """All variants but the null."""
        return tuple(v for v in self.variants if v != NULL)

    @cached_property
    def introduced(self) -> int:
        """The calendar year in which the variants begin."""
        first = float(self.data["time"].values[0])
        return int(self.data["year"].values[0]) + round(-first)

    @property
    def months(self) -> Array:
        """The months that are held, counted from the introduction on."""
        return np.asarray(self.data["month"].values, float)

    @property
    def count(self) -> int:
        """How many lives there are."""
        return int(self.data.sizes["life"])

    def estimate(self, per_life: Array) -> Estimate | None:
        """The estimate of a measure."""
        return estimate(np.asarray(per_life, float), self.members)

    def quarters(self, name: str, variant: str, group: str = "all") -> Array:
        """An indicator in %, [life, time]."""
        found = self.data[name].sel(variant=variant, group=group).transpose("life", "time")
        return 100 * np.asarray(found.values, float)

    @cached_property
    def calendar(self) -> Array:
        """The calendar time at which each quarter ends: 2030.0 is the end of 2029."""
        return self.introduced + np.asarray(self.data["time"].values, float)

    def in_year(self, name: str, variant: str, year: int, group: str = "all") -> Array:
        """The mean of an indicator over the quarters of a calendar year, %; NaN if not lived."""
        inside = (self.calendar > year + 1e-6) & (self.calendar < year + 1 + 1e-6)
        if inside.sum() < 4:
            return np.full(self.count, np.nan)
        return np.asarray(self.quarters(name, variant, group)[:, inside].mean(axis=1))

    @cached_property
    def full_years(self) -> tuple[int, ...]:
        """Calendar years from the introduction that were lived in whole."""
        return tuple(int(y) for y in self.data["year"].values if y >= self.introduced)

    def gain(self, variant: str, group: str, name: str = "two_years") -> Array:
        """What a variant adds to an indicator at the end (the last four quarters), points."""
        own, null = (self.quarters(name, v, group)[:, -4:] for v in (variant, NULL))
        return np.asarray((own - null).mean(axis=1))

    def yearly(self, name: str, variant: str) -> Array:
        """A yearly series from the introduction on, [life, year]."""
        found = self.data[name].sel(variant=variant).transpose("life", "year")
        return np.asarray(found.sel(year=list(self.full_years)).values, float)

    def monthly(self, name: str, variant: str) -> Array:
        """A monthly series since the introduction, [life, month]."""
        found = self.data[name].sel(variant=variant).transpose("life", "month")
        return np.asarray(found.values, float)

    def cost(self, variant: str) -> Array:
        """EUR a year above the null, [life, year]."""
        found = yearly_cost(self.data.sel(variant=variant), self.data.sel(variant=NULL))
        found = found.transpose("life", "year").sel(year=list(self.full_years))
        return np.asarray(found.values, float)

    def euro(self, variant: str) -> dict[str, Array]:
        """Where public money goes, % of all of it over the years after introduction, per life."""
        sums = {n: self.yearly(f"{n}_eur", variant).sum(axis=1) for n in EURO}
        total = np.asarray(sum(sums.values()))
        return {n: 100 * ratio(s, total) for n, s in sums.items()}

    def euro_bar(self, variant: str) -> dict[str, float]:
        """The same of all lives together, so that it adds up to 100; empty without money."""
        sums = {n: float(self.yearly(f"{n}_eur", variant).sum()) for n in EURO}
        total = sum(sums.values())
        return {n: 100 * s / total for n, s in sums.items()} if total > 0 else {}

    def outlay(self, variant: str) -> Array:
        """EUR in the past 12 months, [life, month]; the first is that of month 12."""
        series = self.monthly("outlay_eur_month", variant)
        if series.shape[1] < 12:
            return np.zeros((series.shape[0], 0))
        return np.array([np.convolve(row, np.ones(12), "valid") for row in series])

    def turned_away(self, variant: str) -> dict[str, Array]:
        """Applications a year, in thousands, and the share that got nothing, %."""
        got, away, refused = (
            self.yearly(n, variant).mean(axis=1) for n in ("awards", "turned_away", "rejected")
        )
        made = got + away + refused
        return {"applications": made / 1e3, "awards": got / 1e3, "turned_away": away / 1e3,
                "rejected": refused / 1e3, "share": 100 * ratio(away, made)}  # fmt: skip

    def stages(self, variant: str, time: float) -> Array:
        """The share of persons in each stage at a survey, %, [life, stage]."""
        found = self.data["stage_share"].sel(variant=variant).sel(time=time, method="nearest")
        return 100 * np.asarray(found.transpose("life", "stage").values, float)

    def best(self, per_life: Mapping[str, Array], sign: int = 1) -> tuple[str, int]:
        """Who is highest (or lowest: sign -1) in most lives, and in how many of them.

        The same life has the same luck and parameters under every variant.
        """
        names: Sequence[str] = list(per_life)
        table = sign * np.array([np.asarray(per_life[n], float) for n in names])
        table = np.where(np.isfinite(table), table, -np.inf)
        first = np.bincount(table.argmax(axis=0), minlength=len(names))
        return names[int(first.argmax())], int(first.max())
