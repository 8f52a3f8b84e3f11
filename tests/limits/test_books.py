"""The ledger closes to the cent, every month, whatever the scenario; a run stops where it does not.

Each month the model itself holds accounts against what was counted apart (`Ledger.close`); here
whole runs are held to what must be true of all their entries together.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.scenario import FOLDER, available, load
from simulator import ledger
from simulator.model import LearningModel
from simulator.parameters import Parameter
from simulator.policy import Policy
from simulator.variants import start

Make = Callable[..., LearningModel]
SCENARIOS = sorted(p for p in FOLDER.glob("*.toml") if "[variants]" in p.read_text("utf-8"))
KINDS = available()
WINDOWS = {"opens": ["01-02 10:00", "06-01 10:00"], "closes": ["05-01 10:00", "12-01 10:00"]}


def check_books(run: LearningModel, before: int = 0) -> None:
    """What must hold of all entries together; providers had `before` cents when they began."""
    balances, entries = run.ledger.balances, run.ledger.entries
    assert run.ledger.closed == run.t - 1
    assert sum(balances.values()) == 0
    received = sum(e.cents for e in entries if e.target == ledger.PROVIDERS)
    back = sum(e.cents for e in entries if e.source == ledger.PROVIDERS)
    assert balances[ledger.PROVIDERS] == before + received - back == run.turnover > 0
    for policy in run.policies:
        if policy.rights_column:
            held = run.population.worker[policy.rights_column].astype(np.int64)
            assert held.min() >= 0
            assert held.sum() == balances[ledger.rights(policy.name)]
    for office in run.offices:
        assert office.purse >= 0
    ends = {e.source for e in entries if e.target == ledger.ADMINISTRATION}
    assert all(name.startswith("state-administration:") for name in ends)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_books_close_in_every_scenario_of_the_repository(path: Path) -> None:
    scenario = load(path).changed(persons=2_000)
    design = scenario.design()
    model = start(design, 4)
    model.t = design.introduction - 3  # a short life before is enough for the books
    model._set_clock()
    model.run(3)
    for variant in scenario.names():
        lived = model.branch(scenario.policies(variant)).run(13)
        check_books(lived, model.ledger.balances[ledger.PROVIDERS])


def value(parameter: Parameter) -> st.SearchStrategy[float]:
    """Any value within the prior, or else within the bounds; ends included."""
    low, high = parameter.prior or parameter.bounds
    return st.floats(low, high) | st.sampled_from([low, high, parameter.default])


@st.composite
def scenarios(draw: st.DrawFn) -> list[Policy]:
    """All kinds of instruments at once, with any values, some in force for some months only."""
    made = []
    for name, kind in KINDS.items():
        changed = draw(st.lists(st.sampled_from(list(kind.parameters.declared)), max_size=4))
        given: dict[str, Any] = {
            key: draw(value(kind.parameters.declared[key]))
            for key in changed
            if key not in ("form", "age_from", "age_to")
        }
        if kind.windows is not None and draw(st.booleans()):
            given |= WINDOWS | {"order": draw(st.sampled_from(["lottery", "arrival"]))}
        if name in ("slim", "leerambassadeurs", "oeno_fonds", "cao_budget") and draw(st.booleans()):
            given["until"] = "2017-07"
        given["awareness"] = draw(st.sampled_from([0.0, 0.9]))
        made.append(kind(**given))
    return made


@settings(max_examples=15)
@given(policies=scenarios(), on=st.sampled_from([0.0, 1.0]), gate=st.sampled_from([0.0, 0.5]))
def test_the_books_close_in_any_scenario(
    model: Make, policies: list[Policy], on: float, gate: float
) -> None:
    parameters = {"market": {"on": on, "gate": gate, "memory": 3.0}}
    check_books(model(*policies, introduction=0, persons=1_000, parameters=parameters).run(14))
