"""How long a run must be lived before its people have forgotten how they were set up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.scenario import Scenario
from simulator import codes, draws
from simulator.surveys import learned_since
from simulator.variants import start

PERSONS, MONTHS, SEED = 20_000, 240, 1
YEAR = 12


def settled(scenario: Scenario) -> Scenario:
    """The scenario with a spin-up as long as its people need; as it is if it says how long.

    A pilot lives in the world of the first month, and each series (the stages of change, who
    learned in two years, urgency, norm) is cut where its marginal standard error is least (MSER;
    White 1997, Simulation 69); the latest cut counts, in whole years. Raises ValueError when they
    have not settled in half of the pilot.
    """
    if scenario.time.spin_up_months:
        return scenario
    text = scenario.model_dump_json(
        exclude={"title", "variants", "observed", "persons", "seeds", "months_after"}
    )
    if text not in _FOUND:
        _FOUND[text] = _detected(scenario)
    return scenario.spun_up(_FOUND[text])


_FOUND: dict[str, int] = {}


def _detected(scenario: Scenario) -> int:
    pilot = scenario.model_copy(update={"persons": PERSONS}).spun_up(MONTHS)
    model = start(pilot.design(), draws.replicate(SEED, 0))
    lived = []
    for _ in range(MONTHS):
        model.step()
        worker = model.population.worker
        here = worker["stage"] > 0
        stages = np.bincount(worker["stage"], minlength=len(codes.STAGES) + 1)[1:] / here.sum()
        learned = learned_since(worker, model.t - 24)[here].mean()
        lived.append(
            [*stages, learned, worker["urgency"][here].mean(), worker["norm"][here].mean()]
        )
    cuts = [mser(series) for series in np.array(lived).T]
    latest = max(cuts)
    if latest >= MONTHS // 2:
        raise ValueError(
            f"spin-up: the people of {scenario.when_first()} have not settled after "
            f"{MONTHS // 2} months: give time.spin_up_months, or look for what keeps drifting"
        )
    return -(-(latest + 1) // YEAR) * YEAR


def mser(series: NDArray[np.float64]) -> int:
    """The number of values to leave out at the start, at most half: that which makes the standard
    error of the mean of the others least.
    """
    n = series.size
    errors = [
        ((series[d:] - series[d:].mean()) ** 2).sum() / (n - d) ** 2 for d in range(n // 2 + 1)
    ]
    return int(np.argmin(errors))
