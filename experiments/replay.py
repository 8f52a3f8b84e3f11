"""A scheme of the past lived again, beside what was published of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.schemes import MEASURES, SHARES, Replay, measure
from experiments.estimates import Estimate, estimate
from experiments.runner import count_months, over_seeds
from scenarios.parts import Observed
from scenarios.scenario import NULL, Scenario
from simulator import draws, groups
from simulator.periods import month, number
from simulator.record import Recorder
from simulator.variants import start

CHANGE = "change in entries"
AGREES, DIFFERS, UNSURE = "as published", "differs", "too uncertain"
MOST_ERROR = 0.25  # of a figure: a wider interval says nothing about it


@dataclass(frozen=True)
class Beside:
    """One published figure and what the simulation gives for it, in how many of its lives."""

    observed: Observed
    simulated: Estimate | None
    seen: int
    lives: int

    @property
    def verdict(self) -> str:
        """AGREES when the simulated mean is as near as rounding and Monte Carlo error allow, UNSURE
        when that error is too large to tell, else DIFFERS.
        """
        figure, found = self.observed, self.simulated
        if found is None or self.seen < self.lives:
            return DIFFERS
        if abs(found.middle - figure.value) > figure.margin + found.half:
            return DIFFERS
        vague = found.half > max(figure.margin, MOST_ERROR * abs(figure.value))
        return UNSURE if vague else AGREES


def check(scenario: Scenario) -> None:
    """ValueError when there is nothing to replay, or a figure cannot be had."""
    if not scenario.observed:
        raise ValueError(
            "replay: give a scenario with published figures as [[observed]]; see "
            "scenarios/stap-2022.toml and scenarios/cpf.toml"
        )
    for figure in scenario.observed:
        if figure.measure == CHANGE:
            _check_change(scenario, figure)
        else:
            _check_windows(scenario, figure)


def _variant(scenario: Scenario, name: str) -> str:
    """The variant that a figure is about; ValueError if it is none, or it is not said which."""
    known = [v for v in scenario.names() if v != NULL]
    if not name and len(known) == 1:
        return known[0]
    if name not in known:
        raise ValueError(f"observed: {name!r} is no variant; there are {', '.join(known)}")
    return name


def _check_change(scenario: Scenario, figure: Observed) -> None:
    for name in (figure.variant, figure.against):
        _variant(scenario, name)
    if figure.group not in groups.GROUPS:
        raise ValueError(
            f"observed: {figure.group!r} is no group; there are {', '.join(groups.GROUPS)}"
        )
    design = scenario.design()
    first = _month(scenario, figure)
    if not design.introduction <= first <= first + figure.months <= design.end:
        raise ValueError(
            f"observed: {figure.months} months from {figure.since} are not within the run, "
            f"{scenario.time.introduction} to {design.calendar.label(design.end - 1)}"
        )


def _check_windows(scenario: Scenario, figure: Observed) -> None:
    try:
        measure(figure.measure)
    except ValueError:
        known = ", ".join([*MEASURES, SHARES, CHANGE])
        raise ValueError(f"observed: {figure.measure!r} is no measure; there are {known}") from None
    policies = scenario.policies(_variant(scenario, figure.variant))
    own = [p for p in policies if not p.standing]
    windows = own[0].windows if len(own) == 1 else None
    if windows is None:
        raise ValueError(
            f"replay: {figure.measure} needs a variant of one instrument with windows: give it "
            "opens and closes"
        )
    if figure.window > len(windows.opens):
        raise ValueError(
            f"observed: window {figure.window} of {len(windows.opens)}: give 1 to "
            f"{len(windows.opens)}, or 0 for the whole year"
        )


def _month(scenario: Scenario, figure: Observed) -> int:
    try:
        return number(scenario.calendar(), month(figure.since))
    except ValueError as error:
        raise ValueError(f"observed: since = {error}") from None


def _lived(scenario: Scenario) -> list[str]:
    """The variants that the figures are about."""
    named = [_variant(scenario, f.variant) for f in scenario.observed]
    named += [f.against for f in scenario.observed if f.against]
    return list(dict.fromkeys(named))


def months_of(scenario: Scenario) -> int:
    """Model months of a replay."""
    design = scenario.design()
    return scenario.seeds.count * (design.introduction + design.after * len(_lived(scenario)))


def run(scenario: Scenario, progress: Callable[[int], None] = lambda done: None) -> list[Beside]:
    """Every published figure beside its simulated one, over the seeds of the scenario."""
    check(scenario)
    per_seed = np.array(over_seeds(scenario, one_seed, progress), float)
    found = []
    for figure, values in zip(scenario.observed, per_seed.T, strict=True):
        seen = values[np.isfinite(values)]
        what = estimate(seen) if seen.size else None
        found.append(Beside(figure, what, seen.size, values.size))
    return found


def one_seed(scenario: Scenario, index: int) -> list[float]:
    """What the published figures would have been in one replicate; NaN where there is none."""
    design = scenario.design()
    model = start(design, draws.replicate(scenario.seeds.first, index))
    for _ in range(design.introduction):
        model.step()
        count_months(1)
    lives = {}
    for variant in _lived(scenario):
        recorder = Recorder(design.introduction, design.every, probe=design.probe)
        lived = model.branch(scenario.policies(variant), recorder)
        for _ in range(design.after):
            lived.step()
            count_months(1)
        own = [o for o in lived.offices if not o.policy.standing]
        lives[variant] = Replay(lived, recorder, own[0] if len(own) == 1 else None)
    return [_value(scenario, lives, figure) for figure in scenario.observed]


def _value(scenario: Scenario, lives: dict[str, Replay], figure: Observed) -> float:
    own = lives[_variant(scenario, figure.variant)]
    if figure.measure != CHANGE:
        return float(measure(figure.measure)(own, figure.window))
    first = _month(scenario, figure)
    span = first, first + figure.months, figure.group
    before = lives[figure.against].entries(*span)
    return own.entries(*span) / before - 1.0 if before else np.nan


def as_data(rows: list[Beside]) -> list[dict[str, Any]]:
    """The replay as plain data, for --json."""
    return [
        {**r.observed.model_dump(), "simulated": r.simulated.middle if r.simulated else None,
         "half_width": r.simulated.half if r.simulated and np.isfinite(r.simulated.half) else None,
         "lives": r.lives, "lives_with_a_value": r.seen, "verdict": r.verdict}
        for r in rows
    ]  # fmt: skip
