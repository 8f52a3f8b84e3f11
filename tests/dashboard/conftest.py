"""Fixtures: a small scenario at central values, and an answer with invented numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import xarray as xr

from reports.dashboard import levers
from reports.dashboard.answer import Answer
from scenarios.scenario import Scenario, load


@pytest.fixture(scope="session")
def small() -> Scenario:
    """The baseline with 1,000 persons, two lives at central values and three years after."""
    found = load().changed(persons=1_000, members=0, seeds=2, months=36).between("2026", None)
    return found.spun_up(12)


@pytest.fixture(scope="session")
def answered(invented: Callable[..., xr.Dataset]) -> Answer:
    """An answer at the scenario's own setting, with invented numbers: six lives, 2025 to 2031."""
    data = invented()
    scenario = load().changed(members=3, seeds=2, months=60)
    return Answer(data, scenario, levers.usual(scenario), scenario, 6, 8)


@pytest.fixture(scope="session")
def other(answered: Answer) -> Answer:
    """The same with another budget, at which the voucher brings a fifth more learners."""
    data = answered.data.copy(deep=True)
    data["learners"].loc[{"variant": "voucher"}] *= 1.2
    setting = {**answered.setting, "voucher.budget": 300e6}
    return replace(answered, data=data, setting=setting)
