"""What the model says where a figure was published: the same question, to simulated people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.schemes import MEASURES, SHARES, Replay, measure
from calibration.trials import TRIALS
from simulator import groups, surveys
from simulator.model import LearningModel
from simulator.record import INDICATORS, Recorder, paid_by_employer

# Hours a year of a worker, part-timers included: background knowledge (tag B), range assumed
# 1,350 to 1,550; only for figures that are not fitted.
WORK_HOURS = 1_450.0
SCHEME = "stap"  # the standing instrument that was questioned window by window
TWO_YEARS = 24  # months
EVERY = 6  # months between surveys; a figure of a year is the mean of its surveys
_GROUP = {name: k for k, name in enumerate(groups.GROUPS)}
_ROW = {name: k for k, name in enumerate(INDICATORS)}


@dataclass
class Observer(Recorder):
    """A recorder that also counts how many courses participants take, and their hours."""

    repeats: dict[int, NDArray[np.float64]] = field(default_factory=dict)  # year -> shares 1, 2, 3+
    hours: list[float] = field(default_factory=list)  # of self-chosen courses, by month
    _begun: list[NDArray[np.int64]] = field(default_factory=list)  # rows, a month each
    _before: dict[str, NDArray[Any]] = field(default_factory=dict)
    _since: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def take(self, model: LearningModel) -> None:
        """Keep this month of the model."""
        super().take(model)
        if model.t < self.first:
            return
        worker = model.population.worker
        own = self.log[-1]["row"]
        self.hours.append(float(worker["plan_hours"][own].sum()))
        sent = np.zeros(0, np.int64)
        if self._before:
            older = worker["age"] - self._before["age"]
            another = (older < 0) | (older > 1)  # the row is somebody else's now
            self._since[another] = len(self._begun)
            sent = np.flatnonzero(~another & (worker["last_job"] > self._before["last_job"]))
        else:
            self._since = np.zeros(model.population.rows, np.int64)
        self._begun.append(np.concatenate([own, sent]))
        self._before = {name: worker[name].copy() for name in ("last_job", "age")}
        year, month = model.calendar.at(model.t)
        if month == 12 and len(self._begun) >= TWO_YEARS:
            self.repeats[year] = self._repeats(worker)

    def _repeats(self, worker: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """Shares of the participants among workers with 1, 2, and 3 or more courses in 2 years."""
        many = np.zeros(worker["contract"].size, np.int64)
        for month in range(len(self._begun) - TWO_YEARS, len(self._begun)):
            rows = self._begun[month]
            np.add.at(many, rows[self._since[rows] <= month], 1)
        works = np.isin(worker["contract"], surveys.EMPLOYED)
        counted = np.bincount(np.minimum(many[works], 3), minlength=4)[1:]
        return np.asarray(counted / max(counted.sum(), 1), float)


@dataclass(frozen=True)
class Lived:
    """A finished run from which figures are read, with the experiments that were asked for."""

    model: LearningModel
    record: Observer
    trials: Mapping[str, float]

    def month(self, year: int, month: int = 1) -> int:
        """The month of the run that a calendar month is."""
        return self.model.calendar.number(year, month)

    def months(self, year: int) -> range:
        """Months of the record in a calendar year; ValueError if they were not lived."""
        first = self.month(year) - self.record.first
        if first < 0 or first + 12 > len(self.record.months):
            begin, last = (self.model.calendar.at(t)[0] for t in (self.record.first, self.model.t))
            raise ValueError(f"year {year} is not among those lived, {begin} to {last - 1}")
        return range(first, first + 12)

    def indicator(self, name: str, group: str, year: int) -> float:
        """An indicator in a group: mean of the year's surveys."""
        self.months(year)
        at = [
            k
            for k, t in enumerate(self.record.survey_months)
            if self.model.calendar.at(t)[0] == year
        ]
        rows = [self.record.indicators[k][_ROW[name], _GROUP[group]] for k in at]
        return float(np.mean(rows))

    def flow(self, year: int, *names: str) -> float:
        """The sum of tallies over a year, of simulated persons or cents."""
        flows = self.record.flows
        return float(sum(flows[m].get(name, 0) for m in self.months(year) for name in names))

    def own_courses(self, year: int) -> dict[str, NDArray[Any]]:
        """The self-chosen courses that began in a year."""
        courses, first = self.record.courses(), self.month(year)
        within = (courses["t"] >= first) & (courses["t"] < first + 12)
        return {name: values[within] for name, values in courses.items()}

    def replay(self, year: int) -> Replay:
        """The scheme of that time, in one calendar year."""
        office = next((o for o in self.model.offices if o.policy.name == SCHEME), None)
        first = self.month(year)
        return Replay(self.model, self.record, office, first, first + 12)


def _initiated(lived: Lived, year: int) -> float:
    sent = lived.flow(year, "job_courses")
    return sent / max(sent + lived.own_courses(year)["t"].size, 1)


def _employer_paid(lived: Lived, year: int) -> float:
    own, sent = lived.own_courses(year), lived.flow(year, "job_courses")
    return (sent + float(paid_by_employer(own).sum())) / max(sent + own["t"].size, 1)


def _spend(lived: Lived, year: int) -> float:
    cents = lived.flow(year, "employer_eur", "job_eur")
    return cents / 100 * lived.model.population.weight / 1e9


def _informal_hours(lived: Lived, year: int) -> float:
    """Informal hours at work beside those of courses, of workers; hours of work are assumed."""
    plans = lived.model.parameters["plans"]
    mean = plans["hours"] * np.exp(plans["hours_spread"] ** 2 / 2.0)
    formal = sum(lived.record.hours[m] for m in lived.months(year))
    formal += mean * lived.flow(year, "job_courses")
    works = np.isin(lived.model.population.worker["contract"], surveys.EMPLOYED).sum()
    informal = lived.indicator("informal", "all", year) * WORK_HOURS * works
    return float(informal / (informal + formal))


def _repeat(k: int) -> Callable[[Lived, int], float]:
    def share(lived: Lived, year: int) -> float:
        if year not in lived.record.repeats:
            raise ValueError(f"year {year}: two years up to its end were not lived")
        return float(lived.record.repeats[year][k])

    return share


YEARLY: dict[str, Callable[[Lived, int], float]] = {
    "employer_initiated": _initiated,
    "employer_paid": _employer_paid,
    # An employer's own course is in working time; of one that it pays, a part of the hours.
    "work_time": _employer_paid,
    "employer_spend": _spend,
    "informal_hours": _informal_hours,
    "courses_1": _repeat(0),
    "courses_2": _repeat(1),
    "courses_3": _repeat(2),
}
COUNTED = ("courses_1", "courses_2", "courses_3")  # over two years
SURVEYED = ("nea", "need", "roa", "aes", "ebb", "two_years", "informal", "obsolete")


def check_statistic(name: str, window: int) -> None:
    """ValueError with the statistics there are, if the model cannot compute this one."""
    if name in SURVEYED or name in YEARLY or name in TRIALS:
        if window:
            raise ValueError(f"window = {window}: only a scheme's statistics have windows")
        return
    try:
        measure(name)
    except ValueError:
        known = ", ".join([*SURVEYED, *YEARLY, *TRIALS, *MEASURES, SHARES])
        raise ValueError(
            f"statistic {name!r}: the model cannot compute it; there are {known}"
        ) from None
    if window not in range(6):
        raise ValueError(f"window = {window}: there were 1 to 5 in a year; 0 is the whole year")


def observe(
    lived: Lived, statistic: str, group: str, relative_to: str, year: int, window: int
) -> float:
    """The model's value of a figure; NaN where nobody is in the group, or nothing happened.

    Raises ValueError when the year was not lived.
    """
    if statistic in TRIALS:
        return lived.trials[statistic]
    if statistic in YEARLY:
        return YEARLY[statistic](lived, year)
    if statistic in SURVEYED:
        value = lived.indicator(statistic, group, year)
        return value / lived.indicator(statistic, relative_to, year) if relative_to else value
    return float(measure(statistic)(lived.replay(year), window))
