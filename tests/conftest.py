"""Fixtures: a small population of the real margins, the instruments, and a cheap model."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import ArrayLike
from scipy.stats import chi2, kstest, norm

from scenarios import world
from scenarios.scenario import FOLDER
from simulator.behaviour.employers import PARAMETERS as EMPLOYERS
from simulator.behaviour.employers import draw_employers
from simulator.calendar import Calendar
from simulator.labour_market.outlook import When
from simulator.margins import Margins
from simulator.model import LearningModel
from simulator.policies.leerrecht import Leerrecht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Policy
from simulator.population import Population, populate
from simulator.synthesis import synthesise
from simulator.variants import Design, start

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("here", deadline=None, max_examples=50)
settings.load_profile("ci" if os.environ.get("CI") else "here")


class Chance:
    """The one judge of statistical assertions, on fixed seeds.

    Each of its answers calls a sound model wrong with probability `error_rate`.
    """

    def __init__(self, error_rate: float = 1e-6) -> None:
        self.error_rate = error_rate

    def counts(self, count: ArrayLike, expected: ArrayLike) -> bool:
        """Whether counts of independent persons fit the expected counts (Pearson)."""
        found, wanted = np.asarray(count, float), np.asarray(expected, float)
        statistic = float(((found - wanted) ** 2 / wanted).sum())
        return bool(statistic < chi2.isf(self.error_rate, found.size - 1))

    def share(self, hits: int, of: int, expected: float) -> bool:
        """Whether so many hits of independent persons fit a probability."""
        return self.counts([hits, of - hits], [of * expected, of * (1 - expected)])

    def value(self, found: float, expected: float, error: float) -> bool:
        """Whether a normal statistic with this standard error fits its expectation."""
        return bool(abs(found - expected) < error * norm.isf(self.error_rate / 2))

    def uniform(self, draws: ArrayLike) -> bool:
        """Whether draws are uniform on (0, 1) (Kolmogorov and Smirnov)."""
        return bool(kstest(draws, "uniform").pvalue > self.error_rate)

    def unrelated(self, one: ArrayLike, other: ArrayLike) -> bool:
        """Whether two series of independent draws show no correlation."""
        return self.value(float(np.corrcoef(one, other)[0, 1]), 0.0, np.size(one) ** -0.5)


@pytest.fixture(scope="session")
def chance() -> Chance:
    return Chance()


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


@pytest.fixture(scope="session")
def living_design(margins: Margins) -> Callable[..., Design]:
    """A function that makes a design with working lives; keywords go to World.

    It begins in July 2019, so that within two years covid comes and goes and all drivers move.
    """
    files = FOLDER / "margins"
    calendar = Calendar(2019, 7)

    def make(persons: int = 1_000, **drivers: bool) -> Design:
        found = world.design(
            world.World(**drivers), When(calendar, 0), 180, files / "nl-2022.toml",
            files / "nl-years.toml", {},
        )  # fmt: skip
        return Design(margins, persons, calendar, 6, 0, 120, {}, **found)

    return make


@pytest.fixture(scope="session")
def living(living_design: Callable[..., Design]) -> Callable[..., LearningModel]:
    """As `model`, with working lives and 1,000 persons; `drivers` off leaves every year alike."""

    def make(
        *policies: Policy,
        persons: int = 1_000,
        seed: int = 5,
        drivers: bool = True,
        **options: object,
    ) -> LearningModel:
        made = living_design(persons, composition=drivers, cycle=drivers, covid=drivers)
        return start(replace(made, standing=lambda: policies), seed, **options)

    return make
