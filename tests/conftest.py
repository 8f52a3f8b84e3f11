"""Fixtures: a small population of the real margins, the instruments, and a cheap model."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import settings

from scenarios.scenario import FOLDER
from simulator.behaviour.employers import PARAMETERS as EMPLOYERS
from simulator.behaviour.employers import draw_employers
from simulator.model import LearningModel
from simulator.policies.leerrecht import Leerrecht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Policy
from simulator.population import Population, populate
from simulator.synthesis import Margins, synthesise

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("here", deadline=None, max_examples=50)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def margins() -> Margins:
    return Margins.load(FOLDER / "margins" / "nl-2022.toml")


@pytest.fixture(scope="session")
def people(margins: Margins) -> Callable[[int], Population]:
    """A function that makes a population of so many persons, always the same one."""

    def make(persons: int) -> Population:
        made = synthesise(margins, persons, 3)
        culture, budget = draw_employers(made.employer_size, 3, EMPLOYERS.values())
        return populate(made, culture, budget)

    return make


@pytest.fixture(scope="session")
def three() -> Callable[[], list[Policy]]:
    """Fresh instances of the three instruments."""
    return lambda: [Voucher(), Leerrekening(), Leerrecht()]


@pytest.fixture(scope="session")
def model(
    people: Callable[[int], Population],
) -> Callable[..., LearningModel]:
    """A function that makes a model of 2,000 persons; keywords go to LearningModel."""

    def make(*policies: Policy, persons: int = 2_000, **options: object) -> LearningModel:
        defaults: dict[str, object] = {"seed": 5, "introduction": 6, "spin_up": 6}
        return LearningModel(people(persons), policies, **{**defaults, **options})  # type: ignore[arg-type]

    return make
