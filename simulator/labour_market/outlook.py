"""From margins and dated series to the expected workforce of a run, and its climate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from simulator.calendar import Calendar
from simulator.dated import Dated, Series
from simulator.labour_market import demography, mobility, schooling
from simulator.labour_market.workforce import (
    AGE_SERIES,
    CONTRACT_SERIES,
    EDUCATION_SERIES,
    Data,
    Workforce,
)
from simulator.margins import Margins
from simulator.parameters import Parameters
from simulator.synthesis import fit

OWNERS: tuple[Parameters, ...] = (
    mobility.PARAMETERS,
    demography.PARAMETERS,
    schooling.PARAMETERS,
)
WANTED = (*AGE_SERIES, *CONTRACT_SERIES, *EDUCATION_SERIES, "informal")


@dataclass(frozen=True)
class Drivers:
    """Which of the dated drivers act; what does not act stays as in the base year (or is nil)."""

    projection: str = "central"
    composition: bool = True  # ages, contracts and levels
    cycle: bool = True  # unemployment, and what it does to employers, time and jobs
    covid: bool = True


class When:
    """To which moment month t looks: the spin-up stands at the month in which it ends."""

    def __init__(self, calendar: Calendar, spin_up: int) -> None:
        self.calendar, self.spin_up = calendar, spin_up

    def month(self, t: int) -> tuple[int, int]:
        """Calendar year and month."""
        return self.calendar.at(max(t, self.spin_up))

    def moment(self, t: int) -> float:
        """The same as a number of years: 2022.5 is the middle of 2022."""
        year, month = self.month(t)
        return year + (month - 0.5) / 12.0


def check(dated: Dated, when: When) -> None:
    """ValueError when a series is missing, or starts after the run does."""
    for name in WANTED:
        if name not in dated.series:
            raise ValueError(f"series {name!r} is missing; there are {', '.join(dated.series)}")
        dated.series[name].at(when.moment(0))


def workforce(
    margins: Margins,
    dated: Dated,
    when: When,
    months: int,
    drivers: Drivers,
    in_school: Callable[[int], float],
    values: Mapping[str, Mapping[str, float]],
) -> Workforce:
    """The expected workforce of a run of so many months.

    in_school: share of an age in years that is in initial education; values: given parameters of
    OWNERS.
    """
    check(dated, when)
    base = margins.base_year + 0.5

    def moment(t: int, name: str) -> float:
        acts = drivers.cycle if name == "unemployed" else drivers.composition
        return when.moment(t) if acts else base

    data = Data(
        fit(margins), np.array(margins.profile), dated.series, base, moment, drivers.projection,
        np.array([in_school(a) for a in range(demography.YOUNGEST, demography.OLDEST)]),
        dated.levels,
        {o.owner: o.values(values.get(o.owner)) for o in OWNERS},
    )  # fmt: skip
    most = max(float(data.bands(t).sum()) for t in range(0, months + 12, 12))
    return Workforce(data, most * (1.0 + data.values["demography"]["spare"]))


def climate(
    dated: Dated, when: When, drivers: Drivers, base: float
) -> Callable[[int], tuple[float, float, float]]:
    """Month -> cycle in SD (above 0: less unemployment than the mean of the published years), covid
    from 0 to 1, and the share of work time in tasks one learns from. A driver that does not act is
    as in the base year (base: 2022.5 is mid 2022), and covid absent.
    """
    known = [dated.series[name] for name in CONTRACT_SERIES]
    first, last = max(s.first for s in known), min(s.last for s in known)
    years = [y + 0.5 for y in range(first, last + 1)]
    rates = [_rate(dated.series, y, drivers.projection) for y in years]
    mean, spread = float(np.mean(rates)), float(np.std(rates))

    @cache  # a month is asked for by every office
    def at(t: int) -> tuple[float, float, float]:
        moment = when.moment(t) if drivers.cycle else base
        cycle = (mean - _rate(dated.series, moment, drivers.projection)) / spread
        covid = dated.covid.get(when.month(t), 0.0) if drivers.covid else 0.0
        tasks = dated.series["informal"].at(when.moment(t) if drivers.composition else base)
        return cycle, covid, tasks / 100.0

    return at


def _rate(series: Mapping[str, Series], moment: float, projection: str) -> float:
    """Unemployed, as a share of the labour force."""
    working = [name for name in CONTRACT_SERIES if name not in ("unemployed", "inactive")]
    without = series["unemployed"].at(moment, projection)
    return without / (without + sum(series[n].at(moment, projection) for n in working))
