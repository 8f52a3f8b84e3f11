"""The years behind us lived again, beside what was published, and what explains the changes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.levels import TARGETS
from experiments.estimates import Estimate, estimate, shown
from experiments.markdown import table
from experiments.runner import count_months, over_seeds
from scenarios.scenario import Scenario
from simulator import draws
from simulator.record import INDICATORS, Recorder
from simulator.variants import start

FIGURES = TARGETS.parent / "backcast.toml"
FROM, TO = "2010-01", "2022-12"
FIRST, TURN, LAST = 2012, 2021, 2022  # the years between which changes are explained
# Every world but the first has one driver switched off; the last has none.
WORLDS: dict[str, dict[str, bool]] = {
    "all drivers": {},
    "composition": {"composition": False},
    "cycle": {"cycle": False},
    "covid": {"covid": False},
    "no driver": {"composition": False, "cycle": False, "covid": False},
}
ALL, NONE = "all drivers", "no driver"
DRIVERS = ("composition", "cycle", "covid")
NAMES = {
    "nea": "course in 2 years, employees (NEA)",
    "need": "wants a course, employees (NEA)",
    "roa": "course in 2 years, workers (ROA)",
    "informal": "work time in tasks one learns from",
    "obsolete": "skills out of date, employees",
}


@dataclass(frozen=True)
class Figure:
    """A published share of a year."""

    indicator: str
    year: int
    value: float
    source: str
    verification: str


@dataclass(frozen=True)
class Backcast:
    """Every indicator at the end of every year: [world, seed, year], in shares."""

    years: list[int]
    found: dict[str, NDArray[np.float64]]
    figures: tuple[Figure, ...]

    def at(self, indicator: str, year: int, world: str = ALL) -> NDArray[np.float64]:
        """A value per seed."""
        values = self.found[indicator][list(WORLDS).index(world), :, self.years.index(year)]
        return np.asarray(values, np.float64)

    def change(self, indicator: str, a: int, b: int, world: str = ALL) -> NDArray[np.float64]:
        """The change between two years, per seed."""
        return np.asarray(self.at(indicator, b, world) - self.at(indicator, a, world))

    def part(self, indicator: str, a: int, b: int, driver: str) -> NDArray[np.float64]:
        """What a driver adds to a change: the change with all less that without it."""
        return np.asarray(self.change(indicator, a, b) - self.change(indicator, a, b, driver))


def figures(path: Path = FIGURES) -> tuple[Figure, ...]:
    """The published figures of a file; ValueError naming the entry that is unusable."""
    with path.open("rb") as file:
        entries = tomllib.load(file).get("figure", [])
    found = []
    for entry in entries:
        try:
            one = Figure(**entry)
        except TypeError as error:
            raise ValueError(
                f"{path.name}: figure {entry.get('indicator', '?')}: {error}"
            ) from None
        share = isinstance(one.value, int | float) and 0 <= one.value <= 1
        share = share and isinstance(one.year, int)
        if one.indicator not in NAMES or not share or not one.source:
            raise ValueError(
                f"{path.name}: figure {one.indicator} {one.year}: give an indicator of "
                f"{', '.join(NAMES)}, a year, a share of 0 to 1 and a source"
            )
        found.append(one)
    return tuple(found)


def prepared(scenario: Scenario) -> Scenario:
    """The scenario from 2010 to 2022."""
    return scenario.between(FROM, TO)


def months_of(scenario: Scenario) -> int:
    """Model months of a back-cast."""
    return len(WORLDS) * scenario.seeds.count * scenario.design().end


def one_seed(scenario: Scenario, index: int) -> dict[str, Any]:
    """Every world for one replicate: the indicators of all persons at the end of every year."""
    found: dict[str, Any] = {name: [] for name in NAMES}
    for switched in WORLDS.values():
        world = scenario.world.model_copy(update=switched)
        design = scenario.model_copy(update={"world": world}).design()
        recorder = Recorder(design.spin_up, 12, keep_log=False, probe=design.probe)
        model = start(design, draws.replicate(scenario.seeds.first, index), recorder)
        while model.t < design.end:
            model.step()
            count_months(1)
        for name, kept in found.items():
            row = list(INDICATORS).index(name)
            kept.append([float(i[row][0]) for i in recorder.indicators])
    found["years"] = [design.calendar.at(t)[0] for t in recorder.survey_months]
    return found


def run(scenario: Scenario, progress: Callable[[int], None] = lambda done: None) -> Backcast:
    """The back-cast of a scenario that has been prepared and has settled."""
    lives = over_seeds(scenario, one_seed, progress)
    found = {name: np.array([life[name] for life in lives]).transpose(1, 0, 2) for name in NAMES}
    return Backcast(lives[0]["years"], found, figures())


Row = tuple[str, ...]


def _percent(values: NDArray[np.float64], decimals: int = 1) -> str:
    told: Estimate | None = estimate(100 * values)
    return shown(told, decimals)


def beside(cast: Backcast) -> list[Row]:
    """Published and simulated, a figure a row."""
    rows = []
    for f in cast.figures:
        if f.year in cast.years:
            simulated = cast.at(f.indicator, f.year)
            rows.append(
                (NAMES[f.indicator], str(f.year), f"{100 * f.value:.0f}", _percent(simulated),
                 f"{100 * (simulated.mean() - f.value):+.1f}")
            )  # fmt: skip
    return rows


def explained(cast: Backcast) -> list[Row]:
    """Published and simulated changes, with what each driver adds to them, in percentage points."""
    rows = []
    published = {(f.indicator, f.year): f.value for f in cast.figures}
    for name in ("nea", "need"):
        for a, b in ((FIRST, TURN), (TURN, LAST)):
            pair = [published.get((name, year)) for year in (a, b)]
            told = "-" if None in pair else f"{100 * (pair[1] - pair[0]):+.0f}"  # type: ignore[operator]
            parts = [
                _percent(cast.part(name, a, b, d), 2) for d in ("composition", "cycle", "covid")
            ]
            rest = _percent(cast.change(name, a, b, NONE), 2)
            rows.append(
                (
                    NAMES[name],
                    f"{a} to {b}",
                    told,
                    _percent(cast.change(name, a, b), 2),
                    *parts,
                    rest,
                )
            )
    return rows


HEADS = ("figure", "year", "published %", "simulated %", "difference, pp")
CHANGES = ("change, pp", "years", "published", "simulated", "composition", "cycle", "covid",
           "none of these")  # fmt: skip


def page(cast: Backcast, persons: int, picture: str) -> str:
    """The back-cast as a page in Markdown."""
    seeds = cast.found["nea"].shape[1]
    lines = [
        "# The years 2012 to 2022 lived again",
        "",
        f"Made by `llo backcast`: {persons:,} persons, {seeds} seeds; ± is half of the 90%",
        "interval over seeds. Levels are solved on figures of 2022; nothing else is fitted, and",
        "no parameter of a policy. Off means: as in 2022 (composition, cycle) or absent (covid).",
        "",
        f"![back-cast]({picture})",
        "",
        *table(HEADS, beside(cast), 2),
        "",
        "What each driver adds to a change: the change with all drivers less that without it.",
        "",
        *table(CHANGES, explained(cast), 2),
        "",
    ]
    return "\n".join(lines)


def as_data(cast: Backcast) -> dict[str, Any]:
    """The back-cast as plain data, for --json; shares."""
    return {
        "years": cast.years,
        "published": [vars(f) for f in cast.figures],
        "simulated": {
            name: {w: values[k].mean(axis=0).tolist() for k, w in enumerate(WORLDS)}
            for name, values in cast.found.items()
        },
        "explained": [dict(zip(CHANGES, row, strict=True)) for row in explained(cast)],
    }
