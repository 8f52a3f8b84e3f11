"""The expected workforce: how many persons are where, month by month, by what chances.

It is worked out from data alone: no seed, no policy and no simulated person comes into it. Every
simulated person then draws from these chances, alone, so that nobody's life depends on another's,
and the simulated numbers are the expected ones but for sampling.

Units: everything is a share of the persons of the base year. Age bands and education classes are
those of `codes`; months of age count from demography.YOUNGEST.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator import codes
from simulator.dated import Levels, Series
from simulator.labour_market import demography, mobility, schooling
from simulator.labour_market.demography import OLDEST, YOUNGEST, cumulative
from simulator.labour_market.mobility import NEW, POSITIONS

Floats = NDArray[np.float64]
BANDS, CLASSES = len(codes.AGE_BANDS), len(codes.EDUCATION_CLASSES)
YEARS = OLDEST - YOUNGEST
RETIRES = 65  # years: from then on nobody is inactive, but has left for good
TERMS = 24  # months of tenure that are told apart; the last stands for all longer ones
BAND = np.searchsorted(codes.AGE_BAND_STARTS, np.arange(YOUNGEST, OLDEST), side="right") - 1
LEVELS = schooling.LEVELS
_CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])
AGE_SERIES = tuple(f"age {band}" for band in codes.AGE_BANDS)
CONTRACT_SERIES = {
    "permanent": (codes.PERMANENT,),
    "flexible": codes.FLEXIBLE_CONTRACTS,
    "zzp": (codes.ZZP_LABOUR, codes.ZZP_PRODUCTS),
    "self-employed-with-staff": (codes.SELF_EMPLOYED_STAFF,),
    "unemployed": (codes.UNEMPLOYED,),
    "inactive": (codes.INACTIVE,),
}
EDUCATION_SERIES = tuple(f"education {name}" for name in codes.EDUCATION_CLASSES)


@dataclass(frozen=True)
class Month:
    """The chances of one month; cumulative ones (`_cdf`) run along the last axis."""

    leave: Floats  # of leaving the population, by month of age reached, [working or not, month]
    enter: float  # of a free row being entered
    entry_cdf: Floats  # month of age of who enters
    entry_level_cdf: Floats  # attained level of who enters, by year of age
    level_cdf: Floats  # level with which school is left, by level held
    destination_cdf: Floats  # position gone to, [band, origin, education class]
    flows: Floats  # expected persons, [origin, destination]
    stock: Floats  # expected persons at the end of the month, [band, position]


@dataclass(frozen=True)
class Data:
    """What the expected workforce is worked out from.

    table: shares of the base year over the axes of margins.LABELS; profile: within every age
    band the share of each year of age; moment: the year (2022.5 is mid 2022) to which month t
    looks in the series of a name.
    """

    table: Floats
    profile: Floats
    series: Mapping[str, Series]
    base: float
    moment: Callable[[int, str], float]
    projection: str
    in_school: Floats  # share in initial education by year of age
    school: Levels
    values: Mapping[str, Mapping[str, float]]  # parameters by owner

    def ratio(self, name: str, t: int) -> float:
        """A series in month t relative to the base year."""
        series = self.series[name]
        base = series.at(self.base, self.projection)
        return series.at(self.moment(t, name), self.projection) / base

    def bands(self, t: int) -> Floats:
        """Persons by age band."""
        grown = [self.ratio(name, t) for name in AGE_SERIES]
        return np.asarray(self.table.sum(axis=(0, 2, 3, 4)) * grown, np.float64)

    def ages(self, t: int) -> Floats:
        """Persons by month of age."""
        by_year = np.asarray(self.bands(t)[BAND] * self.profile, np.float64)
        return np.repeat(by_year / 12.0, 12)

    def stock(self, t: int) -> Floats:
        """Persons by age band and position: the base year's, fitted to both margins of month t."""
        base = self.table.sum(axis=(2, 3, 4)).T
        bands = self.bands(t)
        classes = np.zeros(POSITIONS, np.int64)
        wanted = []
        for k, (name, members) in enumerate(CONTRACT_SERIES.items()):
            classes[list(members)] = k
            wanted.append(base[:, list(members)].sum() * self.ratio(name, t))
        columns = np.array(wanted) * (bands.sum() / sum(wanted))
        found = base.copy()
        for _ in range(200):
            found *= (bands / np.maximum(found.sum(axis=1), 1e-300))[:, None]
            held = np.bincount(classes, weights=found.sum(axis=0), minlength=len(wanted))
            factor = np.where(held > 0, columns / np.maximum(held, 1e-300), 0.0)
            found *= factor[classes]
            if np.abs(factor[columns > 0] - 1.0).max() < 1e-10:
                break
        found *= (bands / np.maximum(found.sum(axis=1), 1e-300))[:, None]
        return np.asarray(found, np.float64)

    def levels(self, t: int) -> Floats:
        """Shares by attained level."""
        grown = np.array([self.ratio(name, t) for name in EDUCATION_SERIES])
        found = self.table.sum(axis=(0, 1, 3, 4)) * grown[_CLASS]
        return np.asarray(found / found.sum(), np.float64)

    def at_start(self) -> Floats:
        """The base year's table fitted to the age, contract and education margins of month 0."""
        found = self.table.copy()
        stock, levels = self.stock(0).T, self.levels(0) * self.bands(0).sum()
        for _ in range(100):
            now = found.sum(axis=(2, 3, 4))
            found *= np.divide(stock, now, out=np.zeros_like(now), where=now > 0)[
                :, :, None, None, None
            ]
            factor = levels / found.sum(axis=(0, 1, 3, 4))
            found *= factor[None, None, :, None, None]
            if np.abs(factor - 1.0).max() < 1e-7:
                break
        return np.asarray(found, np.float64)


class Workforce:
    """The expected workforce of a run; `rows` is the size of the table, in persons of the base."""

    def __init__(self, data: Data, rows: float) -> None:
        self.data, self.rows = data, rows
        values = dict(data.values["mobility"])
        self.leaving = _by_month(mobility.leaving(values))  # [position, tenure, band, class]
        self._rate = self.leaving[:, :, BAND].transpose(
            2, 0, 1, 3
        )  # [age, position, tenure, class]
        self.study_end = schooling.ending(data.in_school)
        posts = data.stock(0).sum(axis=0)
        self.kept = mobility.made_permanent(values, posts)
        relative = mobility.attraction(values, posts)
        self._relative = relative[None, :, None, :] * _leaning(data.table)[:, None, :, :]
        start = data.at_start().sum(axis=(3, 4)).transpose(1, 0, 2)  # [band, position, level]
        self._pupils = self._first_pupils(start.sum(axis=1))
        self._persons = self._first_persons(_by_class(start))
        self._months: list[Month] = []

    def month(self, t: int) -> Month:
        """The chances of month t; months are worked out in order and kept."""
        while len(self._months) <= t:
            self._months.append(self._step(len(self._months)))
        return self._months[t]

    def tenure(self) -> Floats:
        """Shares by month of tenure (from 0) at the start, by position: [position, TERMS]."""
        rate = self.leaving[:, :, 2, 1]  # of the ages 35-44, middle-educated
        left = np.cumprod(1.0 - rate[:, :-1], axis=1)
        held = np.concatenate([np.ones((POSITIONS, 1)), left], axis=1)
        held[:, -1] /= np.maximum(rate[:, -1], 1e-9)  # all who stay longer
        return np.asarray(held / held.sum(axis=1, keepdims=True), np.float64)

    def _first_persons(self, start: Floats) -> Floats:
        """[year of age, position, month of tenure, class] at the start."""
        held = start[BAND] * self.data.profile[:, None, None]
        return np.asarray(held[:, :, None, :] * self.tenure()[None, :, :, None], np.float64)

    def _first_pupils(self, start: Floats) -> Floats:
        """[year of age, level, in school] at the start."""
        held = start[BAND] * self.data.profile[:, None]
        share = self.data.in_school[:, None]
        return np.stack([held * (1.0 - share), held * share], axis=2)

    def _step(self, t: int) -> Month:
        data, values = self.data, self.data.values
        now, then = data.ages(t), data.ages(t + 1)
        share = self._retiring()
        change = demography.turnover(now, then, values["demography"]["turnover"])
        change = demography.leaving_at(change, now, (RETIRES - YOUNGEST) * 12, share)
        weights = schooling.weights(
            data.levels(t), _shares(self._pupils.sum(axis=(0, 2))), values["schooling"]["steer"]
        )
        entry = change.enter.reshape(YEARS, 12).sum(axis=1)
        at = np.array(
            [schooling.entering(data.school, a, weights) for a in range(YOUNGEST, OLDEST)]
        )
        to = schooling.leaving(data.school, weights)
        leave = _leaving(change, share)
        self._grow_older(leave)
        new = entry[:, None] * at
        self._learn(change, new, to)
        destination, flows = self._move(t, _by_class(new))
        stock = _by_band(self._persons.sum(axis=(2, 3)))
        free = self.rows - now.sum()
        if free <= 0 or change.enter.sum() >= free:
            raise ValueError(
                f"month {t}: {now.sum():.3f} persons and {change.enter.sum():.4f} who enter for "
                f"{self.rows:.3f} rows: raise demography.spare"
            )
        return Month(
            leave, float(change.enter.sum() / free), cumulative(change.enter), cumulative(at),
            cumulative(to), cumulative(destination), flows, stock,
        )  # fmt: skip

    def _retiring(self) -> float:
        """Of who comes to the age from which nobody is inactive, the share who are."""
        held = self._persons[RETIRES - YOUNGEST - 1].sum(axis=(1, 2))
        return float(held[codes.INACTIVE] / held.sum())

    def _grow_older(self, leave: Floats) -> None:
        persons = _aged(self._persons, leave[0])
        persons[:, codes.INACTIVE] = _aged(self._persons[:, codes.INACTIVE], leave[1])
        self._persons = persons

    def _learn(self, change: demography.Turnover, new: Floats, to: Floats) -> None:
        """Some finish school: in the table of levels, and in that of persons by class."""
        pupils = _aged(self._pupils, change.leave)
        done = pupils[:, :, 1] * self.study_end[:, None]
        risen = done[:, :, None] * to  # [age, level before, level after]
        by_class = np.zeros((YEARS, CLASSES, CLASSES))
        for before in range(LEVELS):
            for after in range(LEVELS):
                by_class[:, _CLASS[before], _CLASS[after]] += risen[:, before, after]
        held = _by_class(pupils.sum(axis=2))
        share = by_class / np.maximum(held, 1e-300)[:, :, None]
        share[:, np.arange(CLASSES), np.arange(CLASSES)] += 1.0 - share.sum(axis=2)
        young = self.data.in_school > 0
        self._persons[young] = np.einsum("acmk,akl->acml", self._persons[young], share[young])
        pupils[:, :, 1] -= done
        pupils[:, :, 0] += risen.sum(axis=1)
        in_school = self.data.in_school[:, None]
        pupils[:, :, 0] += new * (1.0 - in_school)
        pupils[:, :, 1] += new * in_school
        self._pupils = pupils

    def _move(self, t: int, new: Floats) -> tuple[Floats, Floats]:
        """Chances by destination, and flows; moves the persons on."""
        going = self._persons * self._rate
        staying = self._persons - going
        leavers = np.concatenate(
            [going.sum(axis=2), new[:, None, :]], axis=1
        )  # [age, origin, class]
        by_band = _by_band(leavers)
        posts = np.maximum(self.data.stock(t + 1) - _by_band(staying.sum(axis=(2, 3))), 0.0)
        shape = (BANDS, (NEW + 1) * CLASSES, POSITIONS)
        chance = mobility.destinations(
            by_band.reshape(BANDS, -1), posts, self._relative.reshape(shape)
        ).reshape(BANDS, NEW + 1, CLASSES, POSITIONS)
        arrivals = np.einsum("aok,aokd->adk", leavers, chance[BAND], optimize=True)
        flows = np.einsum("bok,bokd->od", by_band, chance, optimize=True)
        # Who is made permanent stays with the employer, and so keeps the tenure.
        kept = chance[:, :-1, :, codes.PERMANENT] * self.kept[None, :, None]
        kept = np.einsum("acmk,ack->amk", going, kept[BAND], optimize=True)
        arrivals[:, codes.PERMANENT] -= kept.sum(axis=1)
        moved = np.zeros_like(staying)
        staying[:, codes.PERMANENT] += kept
        moved[:, :, 1:] = staying[:, :, :-1]
        moved[:, :, -1] += staying[:, :, -1]
        moved[:, :, 1] += arrivals  # at the next month's draw they are there for one month
        self._persons = moved
        return chance, flows


def _leaving(change: demography.Turnover, share: float) -> Floats:
    """Chances of leaving by month of age: [0: others, 1: inactive]. Who is inactive at the age
    from which nobody is (65), which is a share, leaves for good, and the others so much less.
    """
    found, at = np.stack([change.leave, change.leave]), (RETIRES - YOUNGEST) * 12
    found[1, at] = 1.0
    found[0, at] = max(found[0, at] - share, 0.0) / max(1.0 - share, 1e-300)
    return found


def _leaning(table: Floats) -> Floats:
    """How much more than others of their age those of a class hold a position: [band, class,
    position].
    """
    held = _by_class(table.sum(axis=(3, 4)).transpose(1, 0, 2))  # [band, position, class]
    mix = held / np.maximum(held.sum(axis=2, keepdims=True), 1e-300)
    everyone = held.sum(axis=1) / held.sum(axis=(1, 2))[:, None]
    mix = np.where(held.sum(axis=2, keepdims=True) > 0, mix, everyone[:, None, :])
    return np.asarray((mix / np.maximum(everyone[:, None, :], 1e-12)).transpose(0, 2, 1))


def _by_class(levels: Floats) -> Floats:
    """The last axis, attained levels, by education class."""
    return np.stack([levels[..., k == _CLASS].sum(axis=-1) for k in range(CLASSES)], axis=-1)


def _by_band(years: Floats) -> Floats:
    """The first axis, years of age, by age band."""
    return np.stack([years[b == BAND].sum(axis=0) for b in range(BANDS)])


def _aged(held: Floats, leave: Floats) -> Floats:
    """A month later by year of age (first axis): a twelfth has a birthday; some leave."""
    stays = 1.0 - leave.reshape(YEARS, 12)
    inside = stays[:, 1:].mean(axis=1)
    shape = (YEARS,) + (1,) * (held.ndim - 1)
    older = np.zeros_like(held)
    older[1:] = held[:-1] / 12.0 * stays[1:, 0].reshape((YEARS - 1, *shape[1:]))
    older += held * (11.0 / 12.0) * inside.reshape(shape)
    return older


def _shares(amounts: Floats) -> Floats:
    return np.asarray(amounts / max(float(amounts.sum()), 1e-300), np.float64)


def _by_month(leaving: Floats) -> Floats:
    """Chances by term spread over months of tenure."""
    months = np.arange(TERMS)
    long = (months[None, :] >= np.minimum(mobility.LONG_AFTER, TERMS - 1)[:, None]).astype(int)
    return np.asarray(leaving[np.arange(POSITIONS)[:, None], long], np.float64)
