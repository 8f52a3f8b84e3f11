"""How long a run must be lived before its people have forgotten how they were set up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.scenario import Scenario
from simulator import codes, draws
from simulator.surveys import learned_since
from simulator.variants import start

PERSONS, YEARS, SEED = 40_000, 20, 1
NEAR = {"share": 0.006, "z": 0.02}  # a year is as the next three: 0.6 point, a fiftieth of an SD
FOLLOWING = 3


def settled(scenario: Scenario) -> Scenario:
    """The scenario with a spin-up as long as its people need; as it is if it says how long.

    A pilot lives in the world of the first month until every series (the stages of change, who
    learned in two years, urgency, norm) is in two years running as near to the mean of the three
    years after as NEAR says: slower drifts, as of a workforce that is schooled ever better, are
    none of the spin-up's. Raises ValueError when that is not so by the end of the pilot.
    """
    if scenario.time.spin_up_months:
        return scenario
    text = scenario.model_dump_json(
        exclude={"title", "variants", "observed", "persons", "seeds", "uncertainty", "months_after"}
    )
    if text not in _FOUND:
        _FOUND[text] = _detected(scenario)
    return scenario.spun_up(_FOUND[text])


_FOUND: dict[str, int] = {}


def _detected(scenario: Scenario) -> int:
    pilot = scenario.model_copy(update={"persons": PERSONS}).spun_up(YEARS * 12)
    model = start(pilot.design(), draws.replicate(SEED, 0))
    lived = []
    for _ in range(YEARS * 12):
        model.step()
        worker = model.population.worker
        here = worker["stage"] > 0
        stages = np.bincount(worker["stage"], minlength=len(codes.STAGES) + 1)[1:] / here.sum()
        learned = learned_since(worker, model.t - 24)[here].mean()
        means = (worker[name][here].mean() for name in ("urgency", "norm"))
        lived.append([*stages, learned, *means])
    series = np.array(lived).reshape(YEARS, 12, -1).mean(axis=1).T
    near = [NEAR["share"]] * (len(codes.STAGES) + 1) + [NEAR["z"]] * 2
    years = settles(series, np.array(near))
    if years is None:
        raise ValueError(
            f"spin-up: the people of {scenario.when_first()} have not settled after {YEARS} years: "
            "give time.spin_up_months, or look for what drifts"
        )
    return 12 * max(years, 2)  # two years at least: a survey asks about so many


def settles(series: NDArray[np.float64], near: NDArray[np.float64]) -> int | None:
    """The first year from which two years running are near to those that follow, in every series.

    series: [series, year]; near: a tolerance a series. None when there is no such year.
    """
    after = np.lib.stride_tricks.sliding_window_view(series[:, 1:], FOLLOWING, axis=1).mean(axis=2)
    close = (np.abs(series[:, : after.shape[1]] - after) < near[:, None]).all(axis=0)
    found = np.flatnonzero(close[:-1] & close[1:])
    return int(found[0]) if found.size else None
