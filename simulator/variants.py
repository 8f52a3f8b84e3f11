"""compare(): the same people and the same luck under different policies, and what differs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulator.behaviour import register
from simulator.behaviour.employers import PARAMETERS as EMPLOYERS
from simulator.behaviour.employers import draw_employers
from simulator.calendar import Calendar
from simulator.labour_market.lives import tenures
from simulator.labour_market.script import Script
from simulator.labour_market.workforce import Workforce
from simulator.margins import Margins
from simulator.measures import Lived, Measured, measured
from simulator.model import Climate, LearningModel, steady
from simulator.policy import Policy
from simulator.population import populate
from simulator.record import Recorder
from simulator.synthesis import People, synthesise
from simulator.wiring import Values

NULL = "null"
SHARED = 100_000  # persons of a run up to which people and working lives are kept for the next one


@dataclass(frozen=True)
class Design:
    """What a comparison needs besides its variants; times in months."""

    margins: Margins
    persons: int
    calendar: Calendar
    spin_up: int
    before: int
    after: int
    parameters: Values
    every: int = 3
    probe: float = 0.0
    standing: Callable[[], Sequence[Policy]] = list  # in force from month 0, whatever the variant
    workforce: Callable[[], Workforce | None] = lambda: None  # none: people stay as they are
    climate: Climate = steady

    @property
    def introduction(self) -> int:
        return self.spin_up + self.before

    @property
    def end(self) -> int:
        return self.introduction + self.after


def start(
    design: Design, seed: int, recorder: Recorder | None = None, **options: Any
) -> LearningModel:
    """A model at month 0: people, employers and the policies that are in force anyway."""
    known = {o.owner for o in register.OWNERS}
    behaviour = {k: v for k, v in design.parameters.items() if k in known}
    workforce = design.workforce()
    shared = workforce is not None and design.persons <= SHARED
    born = _born if shared else _born.__wrapped__
    people, tenure, script = born(design.margins, design.persons, seed, workforce)
    rows = script.rows if script else 0
    values = EMPLOYERS.values(design.parameters.get(EMPLOYERS.owner))
    culture, budget = draw_employers(people.employer_size, seed, values)
    return LearningModel(
        populate(people, culture, budget, rows, tenure), design.standing(), seed=seed,
        parameters=behaviour, calendar=design.calendar, introduction=design.introduction,
        spin_up=design.spin_up, recorder=recorder, workforce=workforce, climate=design.climate,
        copy=False, script=script if shared else None, **options,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _born(
    margins: Margins, persons: int, seed: int, workforce: Workforce | None
) -> tuple[People, NDArray[np.int64] | None, Script | None]:
    """The people of month 0, their tenure, and their working lives, as far as these were lived.

    All runs of a seed share them, whatever their policies and the parameters of behaviour.
    """
    if workforce is None:
        return synthesise(margins, persons, seed), None, None
    people = synthesise(margins, persons, seed, workforce.data.at_start())
    for column in vars(people).values():
        if isinstance(column, np.ndarray):
            column.setflags(write=False)
    script = Script(math.ceil(workforce.rows * persons))
    return people, tenures(workforce, people.contract, seed), script


def compare(
    design: Design,
    variants: Mapping[str, Callable[[], Sequence[Policy]]],
    seed: int,
    progress: Callable[[int], None] = lambda months: None,
) -> xr.Dataset:
    """One seed: every variant lived by the same people, beside the null; dims variant, time, group.

    What a variant makes is all that is in force from the introduction on: the standing policies
    too, and first; without them they end there. The first variant must be the null: those alone.
    Amounts are national, EUR a year.
    """
    data, coords = lives(design, variants, seed, progress)
    return xr.Dataset(data, {**coords, "seed": seed})


def lives(
    design: Design,
    variants: Mapping[str, Callable[[], Sequence[Policy]]],
    seed: int,
    progress: Callable[[int], None] = lambda months: None,
) -> Measured:
    """What `compare` gives, as plain arrays: a study makes thousands of them."""
    if not variants or next(iter(variants)) != NULL:
        raise ValueError(f"variants {list(variants)}: the first must be {NULL!r}, to compare with")
    begun = begin(design, seed, progress)
    found, null = [], None
    for k, make in enumerate(variants.values(), 1):
        ended, lived = begun.live(make(), design, progress, last=k == len(variants))
        null = null or lived
        found.append(measured(ended, lived, null, design))
    return together(list(variants), found)


def together(names: Sequence[str], found: Sequence[Measured]) -> Measured:
    """What variants come to, side by side: dims variant, and those of each measure."""
    data = {what: (("variant", *dims), np.stack([measures[what][1] for measures, _ in found]))
            for what, (dims, _) in found[0][0].items()}  # fmt: skip
    return data, {**found[0][1], "variant": list(names)}


@dataclass(frozen=True)
class Begun:
    """People who have come to the introduction, and what was recorded of them on the way: from here
    on they live as many futures as are asked for.
    """

    model: LearningModel
    past: Recorder

    def live(
        self,
        policies: Sequence[Policy],
        design: Design,
        progress: Callable[[int], None] = lambda months: None,
        *,
        last: bool = False,
    ) -> tuple[LearningModel, Lived]:
        """One future, up to the end of the design: the model there, and what was recorded. The
        `last` uses the people up; any other leaves all as it is.
        """
        recorder = _copied(self.past)
        branch = self.model.branch(policies, recorder, copy=not last)
        _advance(branch, design.end, progress)
        return branch, Lived(recorder, recorder.courses())


def begin(
    design: Design, seed: int, progress: Callable[[int], None] = lambda months: None
) -> Begun:
    """The people of a design, lived up to the introduction."""
    past = Recorder(design.spin_up, design.every, probe=design.probe)
    model = start(design, seed, past)
    _advance(model, design.introduction, progress)
    return Begun(model, past)


def future(
    model: LearningModel, policies: Sequence[Policy], design: Design, until: int, every: int = 0
) -> xr.Dataset:
    """One future of a model that has come to the introduction, up to month `until`: a summary as
    `compare` gives, but for what needs a null life beside it. Surveys are held every so many
    months, at the end alone without that.
    """
    every = every or until - design.introduction
    nothing = Recorder(design.introduction, every, probe=design.probe)
    shorter = replace(design, spin_up=design.introduction, before=0,
                      after=until - design.introduction)  # fmt: skip
    ended, lived = Begun(model, nothing).live(policies, shorter)
    return summary(ended, lived, lived, shorter)


def _copied(recorder: Recorder) -> Recorder:
    lists = ("months", "flows", "stages", "survey_months", "indicators", "log", "two_years",
             "sizes")  # fmt: skip
    kept = {name: list(getattr(recorder, name)) for name in lists}
    return Recorder(recorder.first, recorder.every, recorder.keep_log, recorder.probe, **kept)


def _advance(model: LearningModel, end: int, progress: Callable[[int], None]) -> None:
    while model.t < end:
        model.step()
        progress(1)


def summary(model: LearningModel, lived: Lived, null: Lived, design: Design) -> xr.Dataset:
    """A life as results, beside the same life without policy; `model` is where it ended."""
    return xr.Dataset(*measured(model, lived, null, design))
