"""The lives that validation asks for, on all cores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration import members, relived, targets
from calibration.patterns import PATTERNS
from calibration.summary import quantiles
from calibration.validation import LeftOut
from experiments.console import scenario_of
from experiments.runner import count_months, over_lives
from scenarios.scenario import Scenario
from simulator import draws

SEED = 41  # of these lives: none that the fit has lived


@dataclass(frozen=True)
class Seen:
    """A pattern in the lives of the ensemble: in how many it is there, and its ratio."""

    name: str
    ratio: str
    source: str
    held: int
    lives: int
    low: float
    median: float
    high: float


def one_life(scenario: Scenario, index: int) -> tuple[float, ...]:
    """Life `index`: the first are for prediction, the rest for patterns."""
    lived = _one_life(scenario, index)
    count_months(1)  # what is counted here is lives
    return lived


def _one_life(scenario: Scenario, index: int) -> tuple[float, ...]:
    found = members.known(scenario.uncertainty.ensemble)
    known = {t.name: t for t in targets.read()}
    rows, seed = (
        relived.rows(found, known, scenario.uncertainty.members),
        draws.replicate(SEED, index),
    )
    if index < len(rows):
        wanted = relived.late(found, known)
        return relived.forward(scenario, found, wanted, rows[index], seed)
    member = found.chosen(scenario.uncertainty.members)[index - len(rows)]
    return relived.patterns(scenario, found, member, seed)


def run(
    path: Path | None, lives: int, tell: Callable[[int], None] = lambda done: None
) -> tuple[LeftOut, list[Seen]]:
    """2022 predicted from the years before, and the patterns, for the ensemble of a file; of each
    so many lives. `tell` is told how many are done.
    """
    base = scenario_of(None)
    found = members.known(str(path or ""))
    scenario = base.model_copy(update={
        "persons": int(found.data.attrs["persons"]), "parameters": {}, "variants": {},
        "uncertainty": base.uncertainty.model_copy(
            update={"ensemble": str(path or ""), "members": lives}
        ),
    })  # fmt: skip
    known = {t.name: t for t in targets.read()}
    rows, wanted = relived.rows(found, known, lives), relived.late(found, known)
    lived = over_lives(scenario, one_life, len(rows) + lives, tell)
    predicted = relived.predicted(found, known, wanted, lived[: len(rows)])
    return predicted, _seen(np.array(lived[len(rows) :]))


def _seen(ratios: NDArray[np.float64]) -> list[Seen]:
    even = np.full(len(ratios), 1.0 / len(ratios))
    bands = quantiles(ratios, even)
    return [
        Seen(p.name, p.ratio, p.source, int((ratios[:, k] > 1).sum()), len(ratios), *bands[k])
        for k, p in enumerate(PATTERNS)
    ]
