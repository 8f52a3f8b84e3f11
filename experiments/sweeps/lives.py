"""Lives that runs of a study have in common, so that each is lived once in a process.

A run whose factors are other than those of another run only in what its variants give, has the same
people with the same luck up to the introduction, the same null life after it, and of several
variants the same life of each that is given the same. So a study of levers costs the years after
the introduction alone. What a run comes to is the same to the last bit, whether its lives were kept
or not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from scenarios.scenario import NULL, Scenario
from simulator import variants
from simulator.measures import Lived, Measured, measured
from simulator.variants import Begun, Design, begin, together

KEPT = 500_000  # persons of the lives that a process keeps: 120 MB, with many seeds twice that
EVERY = 12  # months between surveys: the last of every year is what is kept
_FUTURES = 16  # that are kept of one life
_SOLVED = 256  # sets of intercepts that are kept
T = TypeVar("T")


@dataclass
class _Held:
    """A life at the introduction, and what its futures came to by what they were given."""

    design: Design
    begun: Begun
    null: Lived
    found: dict[str, Measured] = field(default_factory=dict)


@dataclass
class Lives:
    """The lives of a study in this process; with `keeps` those that others may share are kept, of
    `kept` persons in all.
    """

    keeps: bool
    kept: int = KEPT
    _held: dict[str, _Held] = field(default_factory=dict, init=False)
    _intercepts: dict[str, dict[str, float]] = field(default_factory=dict, init=False)

    def of(self, scenario: Scenario, seed: int) -> Measured:
        """All variants of a scenario, lived by the same people beside the null."""
        if not self.keeps or scenario.persons > self.kept:
            makers = {v: (lambda v=v: scenario.policies(v)) for v in scenario.names()}
            return variants.lives(_design(scenario), makers, seed)
        before = f"{seed} {shared(scenario)}"
        most = self.kept // scenario.persons
        held = _kept(self._held, before, most, lambda: _begun(scenario, seed))
        found = [
            _kept(held.found, given(scenario, v), _FUTURES, lambda v=v: _future(held, scenario, v))
            for v in scenario.names()
        ]
        return together(scenario.names(), found)

    def met(
        self, seed: int, values: Mapping[str, float], near: Mapping[str, float],
        solve: Callable[[], dict[str, float]],
    ) -> dict[str, float]:  # fmt: skip
        """Values with the intercepts that `solve` finds for them, sought from `near` on."""
        key = json.dumps([seed, dict(values), dict(near)])
        return _kept(self._intercepts, key, _SOLVED, solve)


def shared(scenario: Scenario) -> str:
    """All of a scenario that decides its lives up to the introduction, and its null life."""
    standing = {name: scenario.instruments[name] for name in scenario.standing}
    return scenario.model_copy(update={"instruments": standing, "variants": {}}).model_dump_json()


def given(scenario: Scenario, variant: str) -> str:
    """What a variant is given besides what all have."""
    own = scenario.variants.get(variant, []) if variant != NULL else []
    return json.dumps([[name, scenario.instruments[name]] for name in own])


def _design(scenario: Scenario) -> Design:
    return replace(scenario.design(), every=EVERY)


def _begun(scenario: Scenario, seed: int) -> _Held:
    design = _design(scenario)
    begun = begin(design, seed)
    ended, null = begun.live(scenario.policies(NULL), design)
    return _Held(design, begun, null, {given(scenario, NULL): measured(ended, null, null, design)})


def _future(held: _Held, scenario: Scenario, variant: str) -> Measured:
    ended, lived = held.begun.live(scenario.policies(variant), held.design)
    return measured(ended, lived, held.null, held.design)


def _kept(known: dict[str, T], key: str, most: int, make: Callable[[], T]) -> T:
    """What is known by a key, made if need be; at most so many stay, those used last."""
    if key not in known:
        while len(known) >= most:
            del known[next(iter(known))]
        known[key] = make()
    known[key] = found = known.pop(key)
    return found
