"""Twins of a variant: what a halving of generosity does, in a study as in the criteria."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from experiments import criteria, twins
from experiments.sweeps import outputs, worker
from experiments.sweeps.lives import Lives
from experiments.sweeps.outcomes import OUTCOMES
from scenarios.scenario import NULL, Scenario, load
from simulator.variants import compare

NAMES = ("cost", "outlay_full", "outlay_halved")
SEED = 5


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Four years of a variant with a budget, and of one without."""
    world = load()
    own = {v: world.variants[v] for v in (NULL, "voucher", "leerrekening") if v in world.variants}
    time = world.time.model_copy(update={"spin_up_months": 12, "years_before": 1, "years_after": 4})
    changed = world.changed(persons=2_000, seeds=1, members=0)
    return changed.model_copy(update={
        "variants": own, "time": time, "months_before": None, "months_after": None,
    })  # fmt: skip


def test_a_study_says_of_a_halving_what_the_criteria_say(scenario: Scenario) -> None:
    layout = outputs.layout(scenario.names(), range(2026, 2031), ["all"], NAMES)
    row = worker.one(scenario, layout, {}, SEED, None, Lives(keeps=False))
    kept = {p.name: (("draw", *p.dims), row[None, p.first : p.stop].reshape(1, *p.shape))
            for p in layout.parts}  # fmt: skip
    data = xr.Dataset(kept, {"variant": list(layout.variants), "year": list(layout.years)},
                      {"introduced": 2027})  # fmt: skip
    found = OUTCOMES["steering"].value(data).isel(draw=0)

    lived, shock = twins.twins(scenario, (twins.HALVED,))
    assert shock == 24
    _, number = worker.settled(scenario, {}, SEED, None, Lives(keeps=False))
    makers = {v: (lambda v=v: lived.policies(v)) for v in lived.names()}
    whole = compare(lived.design(), makers, number).expand_dims("life")
    told = next(c for c in criteria.CRITERIA if "halv" in c.label)
    for name in scenario.names()[1:]:
        own, null, twin = (whole.sel(variant=v) for v in (name, NULL, name + twins.HALVED))
        judged = criteria.Lived(own, null, {twins.HALVED: twin}, shock)
        expected = told.measure(judged)
        assert found.sel(variant=name).item() == pytest.approx(expected.item(), rel=1e-5)
    assert found.sel(variant="voucher").item() > 10.0  # its budget is halved, and is used up
    assert np.isnan(found.sel(variant=NULL).item())  # nothing is paid, so nothing can be steered
    full = data["outlay_full"].isel(draw=0)
    assert set(full["year"].values[(full > 0).any("variant")]) == {2029}


def test_a_study_without_it_lives_no_twins(scenario: Scenario) -> None:
    assert not outputs.layout(scenario.names(), [2027], ["all"], outputs.USUAL).halved
    assert outputs.layout(scenario.names(), [2027], ["all"], NAMES).halved
