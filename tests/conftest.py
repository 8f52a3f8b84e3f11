"""Fixtures: a small population of the real margins, the instruments, and a cheap model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import settings
from numpy.typing import ArrayLike
from scipy.stats import chi2, kstest, norm

from experiments import results
from scenarios import world
from scenarios.scenario import FOLDER, load
from simulator import codes, groups
from simulator.behaviour.employers import PARAMETERS as EMPLOYERS
from simulator.behaviour.employers import draw_employers
from simulator.calendar import Calendar
from simulator.labour_market.outlook import When
from simulator.margins import Margins
from simulator.measures import MINUTES
from simulator.model import LearningModel
from simulator.policies.leerrecht import Leerrecht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Policy
from simulator.population import Population, populate
from simulator.record import INDICATORS
from simulator.synthesis import synthesise
from simulator.variants import Design, start

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Who starts the suite in the background has Ctrl-C ignored, by all that it starts too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("here", deadline=None, max_examples=50)
settings.load_profile("ci" if os.environ.get("CI") else "here")


# What takes minutes, or waits more than it works, goes first, so that no worker of the suite is
# left alone with it at the end. Of files with a SLURM one runs at a time: they stand apart.
LONG = ("slurm/test_engines.py", "limits/test_books.py", "slurm/test_sweep.py",
        "cli/test_replay.py", "slurm/test_ten_commands.py", "browser", "cli", "examples",
        "statistics", "validation", "reports")  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first; the order within a file stays."""

    def rank(item: pytest.Item) -> int:
        folder, name = item.path.parts[-2:]
        found = [k for k, long in enumerate(LONG) if long in (folder, f"{folder}/{name}")]
        return min(found, default=len(LONG))

    items.sort(key=rank)


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


@pytest.fixture(scope="session")
def invented() -> Callable[..., xr.Dataset]:
    """A function that makes a results Dataset of the baseline with invented numbers, in no time.

    It has the names, dimensions and attributes of one that `llo compare` writes, from two years
    before the introduction in 2027 to the end of `last`; numbers differ by life and variant.
    """

    def make(members: int = 3, seeds: int = 2, last: int = 2031) -> xr.Dataset:
        scenario = load().changed(members=members, seeds=seeds, months=12 * (last - 2026))
        luck, first = np.random.default_rng(7), 2025
        names, years = scenario.names(), np.arange(first, last + 1)
        time = np.arange(-7, 4 * (last - 2026) + 1) / 4
        life = {"member": members, "seed": seeds} if members else {"seed": seeds}
        dims = life | {"variant": len(names)}
        size = {"time": time.size, "group": len(groups.GROUPS), "year": years.size,
                "month": 12 * (last - 2026), "stage": len(codes.STAGES),
                "minute": len(MINUTES)}  # fmt: skip

        def drawn(level: float, *axes: str, own: bool = False) -> tuple[tuple[str, ...], object]:
            shape = [dims[d] for d in dims] + [size[a] for a in axes]
            more = 1 + 0.1 * np.arange(len(names)).reshape(-1, *[1] * len(axes))
            if own:
                more[0] = 0.0  # the null pays nothing of its own
            return (*dims, *axes), level * more * luck.uniform(0.9, 1.1, shape)

        data: dict[str, object] = {n: drawn(0.55, "time", "group") for n in INDICATORS}
        for name in results.LONG_NAMES:
            if name in ("replicate", "value", "lead_time", "persons", "recipients"):
                continue
            if name == "stage_share":
                shares = luck.dirichlet((50, 20, 15, 5, 10), (*dims.values(), time.size))
                data[name] = ((*dims, "time", "stage"), shares)
            elif name == "reach":
                data[name] = drawn(0.04, "year", "group", own=True)
            elif name.startswith("line_"):
                level = {"line_came": 8e4, "line_paid": 4e4, "line_away": 2e4}[name]
                data[name] = drawn(level, "year", "minute")
            elif name == "anyway":
                data[name] = drawn(0.5, "year")
            elif name.endswith("_month"):
                data[name] = drawn(3e4 if name == "awards_month" else 2e7, "month", own=True)
            else:
                paid = name.endswith("_eur")
                own = paid or name in ("awards", "turned_away", "rejected", "returns")
                data[name] = drawn(5e7 if paid else 9e4, "year", own=own)
        shape = (*dims.values(), time.size, size["group"])
        data["persons"] = ((*dims, "time", "group"), np.full(shape, 1e6))
        reach, reached = data["reach"]  # type: ignore[misc]
        data["recipients"] = reach, 1e6 * reached
        data["lead_time"] = (tuple(dims), np.full(tuple(dims.values()), 24.0))
        coords = {"variant": names, "time": time, "year": years, "group": list(groups.GROUPS),
                  "month": np.arange(size["month"]), "minute": list(MINUTES),
                  "stage": list(codes.STAGES.values()),
                  "seed": np.arange(seeds)}  # fmt: skip
        if members:
            coords["member"] = np.arange(members)
        return results.describe(xr.Dataset(data, coords), scenario)

    return make


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the documentation site, built as `make site` does, without a warning."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=Path(__file__).resolve().parents[1], env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert {line.split()[0] for line in said.splitlines()} == {"INFO"}, said
    return folder
