"""What was published of a scheme with windows, measured in a run with its office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import groups, ledger
from simulator.columns import INSTRUMENT
from simulator.model import LearningModel
from simulator.office import OPEN, Office
from simulator.record import Recorder

HOUR = 60
SHARES = "share of <group>"


class Replay:
    """A finished run, one of whose offices is questioned window by window.

    Windows are counted from month `since`; what happened from month `until` on is left out.
    """

    def __init__(
        self,
        model: LearningModel,
        recorder: Recorder,
        office: Office | None,
        since: int = 0,
        until: int | None = None,
    ) -> None:
        self.model, self._office = model, office
        self.weight = model.population.weight
        last = model.t if until is None else until
        begins = model.calendar.begins
        log = [] if office is None else office.log
        self.events = [e for e in log if begins(since) <= e[0] < begins(last)]
        courses = recorder.courses()
        within = (courses["t"] >= since) & (courses["t"] < last)
        self.courses = {name: values[within] for name, values in courses.items()}

    @property
    def office(self) -> Office:
        """The office that is questioned; ValueError if the run has not just one to question."""
        if self._office is None:
            raise ValueError("this run has no single instrument with an office of its own")
        return self._office

    def entries(self, since: int, until: int, group: str) -> int:
        """Courses with public money that start in some months, of persons then in a group."""
        t = self.courses["t"]
        chosen = (self.courses["public"] > 0) & (t >= since) & (t < until)
        return int(self.of(group)[chosen].sum())

    def of(self, group: str) -> NDArray[np.bool_]:
        """Which courses are of persons who were in a group when they started."""
        return np.asarray(groups.in_group(group)[self.courses["cell"]])

    def log(self, window: int) -> list[tuple[int, str, int, int]]:
        """The office's events of a window."""
        entries = self.events
        starts = [k for k, entry in enumerate(entries) if entry[1] == OPEN] + [len(entries)]
        if window == 0:
            return entries
        return entries[starts[window - 1] : starts[window]] if window < len(starts) else []

    def persons(self, window: int, *events: str) -> float:
        """National number of persons of some kinds of events."""
        return self.weight * sum(e[2] for e in self.log(window) if e[1] in events)

    def hours(self, window: int) -> float:
        """From the opening until the purse could not pay the next; NaN when it never shut."""
        opened = [e[0] for e in self.log(window) if e[1] == OPEN]
        shut = [e[0] for e in self.log(window) if e[1] == "closed"]
        return (shut[0] - opened[0]) / HOUR if shut and len(opened) == 1 else np.nan

    def mean_award(self, window: int) -> float:
        """EUR per award."""
        awarded = [(e[2], e[3]) for e in self.log(window) if e[1] == "awarded"]
        return sum(c for _, c in awarded) / 100 / max(sum(n for n, _ in awarded), 1)

    def learners(self, window: int) -> NDArray[np.bool_]:
        """Which of all courses were paid in a window."""
        paid = self.courses["funded_by"] == INSTRUMENT + self.office.number
        if window == 0:
            return np.asarray(paid)
        opened = [self._month(e[0]) for e in self.events if e[1] == OPEN] + [10**9]
        t = self.courses["t"]
        return np.asarray(paid & (t >= opened[window - 1]) & (t < opened[window]))

    def _month(self, clock: int) -> int:
        begins = self.model.calendar.begins
        return next(t for t in range(self.model.t, -1, -1) if begins(t) <= clock)

    def share(self, window: int, of: NDArray[np.bool_]) -> float:
        """Share of a window's courses."""
        chosen = self.learners(window)
        return float(of[chosen].mean()) if chosen.any() else np.nan

    def administration(self) -> float:
        """EUR for the administration of the scheme."""
        spent = self.model.ledger.by_month(
            "administration", ledger.overhead(self.office.policy.name)
        )
        return sum(spent.values()) / 100 * self.weight


Measure = Callable[[Replay, int], Any]
MEASURES: dict[str, Measure] = {
    "applications": lambda r, w: r.persons(w, "awarded", "rejected", "withdrawn"),
    "demand": lambda r, w: r.persons(w, "awarded", "rejected", "withdrawn", "closed"),
    "in line at opening": lambda r, w: (
        r.persons(w, "awarded", "rejected", "withdrawn", "closed") * present(r.office)
    ),
    "awards": lambda r, w: r.persons(w, "awarded"),
    "turned away": lambda r, w: r.persons(w, "closed"),
    "hours to exhaustion": Replay.hours,
    "mean award": Replay.mean_award,
    "administration": lambda r, w: r.administration(),
    "share under the maximum": lambda r, w: r.share(
        w, r.courses["price"] < 100 * r.office.policy.values.get("amount", np.inf)
    ),
}


def present(office: Office) -> float:
    """Share of a window's applicants who are in line at its opening."""
    return office.policy.values["present"]


def measure(name: str) -> Measure:
    """A measure by name; ValueError if there is none of that name."""
    group = name.removeprefix("share of ")
    if name in MEASURES:
        return MEASURES[name]
    if name.startswith("share of ") and group in groups.MEMBERSHIPS:
        return lambda r, w: r.share(w, r.of(group))
    raise ValueError(f"{name!r} is no measure; there are {', '.join([*MEASURES, SHARES])}")
