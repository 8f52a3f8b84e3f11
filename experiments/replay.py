"""A scheme of the past lived again, beside what was published of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.runner import count_months, over_seeds
from experiments.table import Estimate, estimate
from scenarios.scenario import NULL, Observed, Scenario
from simulator import draws, groups, ledger
from simulator.columns import INSTRUMENT
from simulator.model import LearningModel
from simulator.office import OPEN, Office
from simulator.record import Recorder
from simulator.variants import start

HOUR = 60


@dataclass(frozen=True)
class Beside:
    """One published figure and what the simulation gives for it."""

    observed: Observed
    simulated: Estimate | None

    @property
    def agrees(self) -> bool:
        """Whether the simulated mean lies as near as rounding and Monte Carlo error allow."""
        if self.simulated is None:
            return False
        room = self.observed.margin + min(self.simulated.half, abs(self.simulated.mean))
        return abs(self.simulated.mean - self.observed.value) <= room


def check(scenario: Scenario) -> None:
    """ValueError when there is nothing to replay, or not with windows."""
    variants = [v for v in scenario.names() if v != NULL]
    if not scenario.observed or len(variants) != 1 or len(scenario.variants[variants[0]]) != 1:
        raise ValueError(
            "replay: give a scenario with one variant of one instrument, and its published figures "
            "as [[observed]]; see scenarios/stap-2022.toml"
        )
    windows = scenario.policies(variants[0])[0].windows
    if windows is None:
        raise ValueError("replay: the instrument has no windows: give opens and closes")
    for figure in scenario.observed:
        if figure.window > len(windows.opens):
            raise ValueError(
                f"observed: window {figure.window} of {len(windows.opens)}: give 1 to "
                f"{len(windows.opens)}, or 0 for the whole year"
            )
        _measure(figure.measure)


def months_of(scenario: Scenario) -> int:
    """Model months of a replay."""
    return scenario.seeds.count * scenario.design().end


def run(scenario: Scenario, progress: Callable[[int], None] = lambda done: None) -> list[Beside]:
    """Every published figure beside its simulated one, over the seeds of the scenario."""
    check(scenario)
    per_seed = np.array(over_seeds(scenario, one_seed, progress), float)
    return [Beside(figure, estimate(per_seed[:, k])) for k, figure in enumerate(scenario.observed)]


def one_seed(scenario: Scenario, index: int) -> list[float]:
    """What the published figures would have been in one replicate; NaN where there is none."""
    design = scenario.design()
    recorder = Recorder(design.introduction, design.every, probe=design.probe)
    model = start(design, draws.replicate(scenario.seeds.first, index), recorder)
    while model.t < design.end:
        if model.t == design.introduction:
            model = model.branch(scenario.policies(next(iter(scenario.variants))), recorder)
        model.step()
        count_months(1)
    replay = Replay(model, recorder)
    return [replay.value(figure) for figure in scenario.observed]


class Replay:
    """A finished run with one office, questioned window by window."""

    def __init__(self, model: LearningModel, recorder: Recorder) -> None:
        self.model, self.office = model, model.offices[0]
        self.courses = recorder.courses()
        self.weight = model.population.weight

    def value(self, figure: Observed) -> float:
        """One measure in one window, or in all with window 0."""
        found = _measure(figure.measure)(self, figure.window)
        return float(found)

    def log(self, window: int) -> list[tuple[int, str, int, int]]:
        """The office's events of a window."""
        entries = self.office.log
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
        opened = [self._month(e[0]) for e in self.office.log if e[1] == OPEN] + [10**9]
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


def as_data(rows: list[Beside]) -> list[dict[str, Any]]:
    """The replay as plain data, for --json."""
    return [
        {**r.observed.model_dump(), "simulated": r.simulated.mean if r.simulated else None,
         "half_width": r.simulated.half if r.simulated and np.isfinite(r.simulated.half) else None,
         "agrees": r.agrees}
        for r in rows
    ]  # fmt: skip


def _measure(name: str) -> Measure:
    """A measure by name; ValueError if there is none of that name."""
    group = name.removeprefix("share of ")
    if name in MEASURES:
        return MEASURES[name]
    if name.startswith("share of ") and group in groups.MEMBERSHIPS:
        return lambda r, w: r.share(
            w, groups.members(r.model.population.worker, r.courses["row"], group)
        )
    known = ", ".join([*MEASURES, "share of <group>"])
    raise ValueError(f"observed: {name!r} is no measure; there are {known}")
