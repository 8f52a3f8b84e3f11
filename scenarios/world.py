"""The world of a scenario: what changes by itself, whatever the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

from scenarios.parts import Strict
from simulator.behaviour.studies import PARAMETERS as STUDIES
from simulator.behaviour.studies import in_school
from simulator.calendar import Calendar
from simulator.dated import Dated, read
from simulator.labour_market import outlook
from simulator.labour_market.workforce import Workforce
from simulator.margins import Margins

Values = Mapping[str, Mapping[str, float]]


class World(Strict):
    """What changes by itself: working lives, and the dated drivers of composition and climate."""

    lives: bool = True  # people age, change jobs, enter and leave
    years: str = "margins/nl-years.toml"
    projection: Literal["low", "central", "high"] = "central"
    composition: bool = True
    cycle: bool = True
    covid: bool = True

    def drivers(self) -> outlook.Drivers:
        """Which of the dated drivers act."""
        return outlook.Drivers(self.projection, self.composition, self.cycle, self.covid)


def design(
    world: World, when: outlook.When, months: int, margins: Path, years: Path, values: Values
) -> dict[str, Any]:
    """What a world adds to a design of so many months: its workforce and its climate.

    Raises ValueError when the dated series do not serve the run.
    """
    try:
        outlook.check(_dated(_as_it_is(years)), when)
    except ValueError as error:
        raise ValueError(f"{years.name}: {error}") from None
    climate = _climate(
        _as_it_is(margins), _as_it_is(years), when.calendar, when.spin_up, world.drivers()
    )
    found: dict[str, Any] = {"climate": climate}
    if world.lives:
        given = tuple((o.owner, _pairs(values, o.owner)) for o in outlook.OWNERS)
        school = tuple(STUDIES.values(values.get(STUDIES.owner)).values())
        found["workforce"] = partial(
            _workforce, _as_it_is(margins), _as_it_is(years), when.calendar, when.spin_up, months,
            world.drivers(), school, given,
        )  # fmt: skip
    return found


def _pairs(values: Values, owner: str) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(values.get(owner, {}).items()))


File = tuple[Path, int]


def _as_it_is(path: Path) -> File:
    """A file as it is now: one that has changed is read again."""
    return path, path.stat().st_mtime_ns


def margins_of(path: Path) -> Margins:
    """A file of margins, read once a process as long as it does not change; ValueError or OSError
    when it cannot be used.
    """
    return _margins(_as_it_is(path))


@lru_cache(maxsize=8)
def _margins(file: File) -> Margins:
    return Margins.load(file[0])


@lru_cache(maxsize=8)
def _climate(
    margins: File, years: File, calendar: Calendar, spin_up: int, drivers: outlook.Drivers
) -> Callable[[int], tuple[float, float, float]]:
    """The climate, whose months are worked out once a process."""
    when, base = outlook.When(calendar, spin_up), _margins(margins).base_year + 0.5
    return outlook.climate(_dated(years), when, drivers, base)


@lru_cache(maxsize=8)
def _dated(file: File) -> Dated:
    return read(file[0])


@lru_cache(maxsize=8)
def _workforce(
    margins: File, years: File, calendar: Calendar, spin_up: int, months: int,
    drivers: outlook.Drivers, school: tuple[float, ...],
    values: tuple[tuple[str, tuple[tuple[str, float], ...]], ...],
) -> Workforce:  # fmt: skip
    """The expected workforce, once a process: it is the same for every seed and variant."""
    return outlook.workforce(
        _margins(margins), _dated(years), outlook.When(calendar, spin_up), months, drivers,
        lambda age: in_school(age, *school), {owner: dict(pairs) for owner, pairs in values},
    )  # fmt: skip
