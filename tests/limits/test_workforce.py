"""The expected workforce: it stands where the published series stand, and loses nobody."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scenarios.scenario import FOLDER
from simulator import codes
from simulator.behaviour.studies import PARAMETERS as STUDIES
from simulator.behaviour.studies import in_school
from simulator.calendar import Calendar
from simulator.dated import PROJECTIONS, Dated, read
from simulator.labour_market import demography, mobility, outlook
from simulator.labour_market.demography import MONTHS
from simulator.labour_market.mobility import NEW, POSITIONS
from simulator.labour_market.workforce import (
    AGE_SERIES,
    BANDS,
    CONTRACT_SERIES,
    Month,
    Workforce,
)
from simulator.margins import Margins
from simulator.synthesis import fit

Floats = NDArray[np.float64]
Values = Mapping[str, Mapping[str, float]]
OFF = outlook.Drivers(composition=False, cycle=False, covid=False)
ON = outlook.Drivers()
START = Calendar(2010)
BASE = 2022.5
# At month 0 the base year's table is fitted to three margins until they are met to 1e-7; that
# error stays, as later months only add what each month changes.
FITTED = 1e-6


@cache
def margins() -> Margins:
    return Margins.load(FOLDER / "margins" / "nl-2022.toml")


@cache
def dated() -> Dated:
    return read(FOLDER / "margins" / "nl-years.toml")


@cache
def base() -> Floats:
    """Persons of the base year by age band and position."""
    return fit(margins()).sum(axis=(2, 3, 4)).T


def workforce(
    drivers: outlook.Drivers, months: int = 360, values: Values | None = None
) -> Workforce:
    """One that follows the series from 2010 on."""
    school = STUDIES.values().values()
    return outlook.workforce(
        margins(), dated(), outlook.When(START, 0), months, drivers,
        lambda age: in_school(age, *school), values or {},
    )  # fmt: skip


@pytest.fixture(scope="module")
def steady() -> Workforce:
    return workforce(OFF)


@pytest.fixture(scope="module")
def driven() -> Workforce:
    return workforce(ON)


def cumulative_of(month: Month) -> dict[str, Floats]:
    return {name: getattr(month, name) for name in vars(month) if name.endswith("_cdf")}


def check_chances(found: Workforce, month: Month) -> None:
    """Everything by which a person's luck is judged is a chance."""
    for chance in (month.leave, found.leaving, found.study_end, found.kept, np.array(month.enter)):
        assert ((chance >= 0.0) & (chance <= 1.0)).all()
    cumulative = cumulative_of(month)
    assert len(cumulative) == 4
    for name, cdf in cumulative.items():
        assert ((cdf >= 0.0) & (cdf <= 1.0)).all(), name
        assert (np.diff(cdf) >= 0.0).all(), name
        left = np.ones(cdf.shape[:-1], bool)
        if name == "destination_cdf":  # nobody needs to know where to go from what nobody leaves
            left[:, :NEW] = found.leaving.max(axis=(1, 2, 3))[:, None] > 0.0
        assert (cdf[left, -1] == 1.0).all(), name


# Three figures beside each other, that floating point alone sets apart: 1e-12 of persons.
EXACT = 1e-12


def test_without_drivers_age_bands_are_the_published_ones_for_30_years(steady: Workforce) -> None:
    published = base().sum(axis=1)
    assert published.sum() == pytest.approx(1.0, abs=EXACT)
    for t in range(360):
        assert np.abs(steady.month(t).stock.sum(axis=1) - published).max() < EXACT, t


def test_without_drivers_positions_keep_their_numbers(steady: Workforce) -> None:
    """Within 1%: a position is left at a given rate, so that in some age bands more may stay than
    there are posts."""
    published = base().sum(axis=0)
    for t in range(360):
        assert np.abs(steady.month(t).stock.sum(axis=0) / published - 1.0).max() < 0.01, t


@pytest.mark.parametrize("year", [2012, 2019, 2022, 2030])
@pytest.mark.parametrize("projection", PROJECTIONS)
def test_with_drivers_the_stock_follows_the_series(year: int, projection: str) -> None:
    found = follower(projection)
    t = START.number(year, 7)
    moment = year + 6.5 / 12  # mid-July: where month t looks, and what stands before it acts

    def grown(name: str) -> float:
        series = dated().series[name]
        return series.at(moment, projection) / series.at(BASE, projection)

    stock = found.month(t - 1).stock
    bands = base().sum(axis=1) * [grown(name) for name in AGE_SERIES]
    assert np.abs(stock.sum(axis=1) / bands - 1.0).max() < FITTED
    positions = {n: base()[:, list(m)].sum() * grown(n) for n, m in CONTRACT_SERIES.items()}
    scale = bands.sum() / sum(positions.values())
    for name, members in CONTRACT_SERIES.items():
        held = stock[:, list(members)].sum()
        # Persons by age and by position are published apart and do not add up to the same number:
        # ages are kept, and positions keep their proportions.
        # Where a position becomes smaller faster than it is left, it lags a little behind.
        assert abs(held / (positions[name] * scale) - 1.0) < 1e-4, name
        if projection == "central" or year < 2030:  # they differ by 1.3% in 2030, else by less
            assert abs(held / positions[name] - 1.0) < 0.02, name


@cache
def follower(projection: str) -> Workforce:
    return workforce(outlook.Drivers(projection))


def test_with_drivers_age_bands_are_those_of_the_series_in_every_month(driven: Workforce) -> None:
    for t in range(360):
        off = driven.month(t).stock.sum(axis=1) / driven.data.bands(t + 1) - 1.0
        assert np.abs(off).max() < FITTED, START.label(t)


def test_a_month_that_was_worked_out_is_kept(driven: Workforce) -> None:
    first = driven.month(0)
    driven.month(40)
    assert driven.month(0) is first


@pytest.mark.parametrize("drivers", [OFF, ON], ids=["off", "on"])
def test_flows_add_up_to_stocks(drivers: outlook.Drivers) -> None:
    """By position: stock before, less who leaves the population, plus arrivals less departures.

    Who leaves the population is worked out here from the chances of the month: of those of a year
    of age a twelfth stand in each of its months.
    """
    found = workforce(drivers)
    for t in range(360):
        before = found._persons.sum(axis=(2, 3))  # [year of age, position]
        month = found.month(t)
        leave = np.repeat(month.leave[:1], POSITIONS, axis=0).T  # [month of age, position]
        leave[:, codes.INACTIVE] = month.leave[1]
        by_month = np.repeat(before / 12.0, 12, axis=0)
        stays = by_month[:-1] * (1.0 - leave[1:])
        after = stays.sum(axis=0) + month.flows.sum(axis=0) - month.flows[:NEW].sum(axis=1)
        assert np.abs(after - month.stock.sum(axis=0)).max() < EXACT, t
        persons = stays.sum() + month.flows[NEW].sum()
        assert abs(persons - month.stock.sum()) < EXACT, t
        entered = month.enter * (found.rows - found.data.bands(t).sum())
        assert abs(entered - month.flows[NEW].sum()) < EXACT, t


def test_nobody_is_inactive_from_65_on_or_works_where_there_is_no_such_work(
    driven: Workforce,
) -> None:
    for t in range(360):
        stock = driven.month(t).stock
        assert stock.min() >= 0.0
        assert stock[-1, codes.INACTIVE] == 0.0
        assert not stock[base() == 0.0].any()


@pytest.mark.parametrize("drivers", [OFF, ON], ids=["off", "on"])
def test_every_chance_is_a_chance(drivers: outlook.Drivers) -> None:
    found = workforce(drivers)
    for t in range(360):
        check_chances(found, found.month(t))
    tenure = found.tenure()
    assert (tenure >= 0.0).all()
    assert np.abs(tenure.sum(axis=1) - 1.0).max() < EXACT


def bounds(end: int) -> dict[str, dict[str, float]]:
    return {
        owner.owner: {name: one.bounds[end] for name, one in owner.declared.items()}
        for owner in outlook.OWNERS
    }


@pytest.mark.parametrize("end", [0, 1], ids=["lower", "upper"])
@pytest.mark.parametrize("drivers", [OFF, ON], ids=["off", "on"])
def test_at_the_bounds_of_all_parameters_chances_stay_chances(
    drivers: outlook.Drivers, end: int
) -> None:
    values = bounds(end)
    if end:  # the rates of leaving a flexible contract sum to far over one
        assert mobility.leaving(dict(values["mobility"])).max() == 1.0
    found = workforce(drivers, 120, values)
    for t in range(60):
        check_chances(found, found.month(t))
        assert np.isfinite(found.month(t).stock).all()


SINGLE = [
    (owner.owner, name, value)
    for owner in outlook.OWNERS
    for name, one in owner.declared.items()
    for value in one.bounds
    if (owner.owner, name, value) != ("demography", "turnover", 0.05)
]


@pytest.mark.parametrize(("owner", "name", "value"), SINGLE)
def test_at_the_bounds_of_one_parameter_ages_still_follow_the_series(
    owner: str, name: str, value: float
) -> None:
    found = workforce(ON, 24, {owner: {name: value}})
    for t in range(12):
        check_chances(found, found.month(t))
        off = found.month(t).stock.sum(axis=1) / found.data.bands(t + 1) - 1.0
        assert np.abs(off).max() < FITTED


def test_more_entries_than_free_rows_are_refused_with_the_remedy() -> None:
    crowded = workforce(ON, 24, {"demography": {"turnover": 0.05}})
    with pytest.raises(ValueError, match=r"month 0: .* rows: raise demography.spare") as error:
        crowded.month(0)
    assert "\n" not in str(error.value)
    roomy = workforce(ON, 24, {"demography": {"turnover": 0.05, "spare": 0.2}})
    check_chances(roomy, roomy.month(0))


profiles = st.integers(0, 2**32).map(lambda seed: np.random.default_rng(seed).random(MONTHS))


@given(now=profiles, then=profiles, rate=st.floats(0.0, 0.05), share=st.floats(0.0, 1.0))
def test_any_age_profile_becomes_any_other(
    now: Floats, then: Floats, rate: float, share: float
) -> None:
    """Also when at one age at least a share leaves."""
    change = demography.turnover(now, then, rate)
    at_least = demography.leaving_at(change, now, 600, share)
    assert at_least.leave[600] >= share
    for one in (change, at_least):
        older = np.concatenate(([0.0], now[:-1]))
        assert np.abs(older * (1.0 - one.leave) + one.enter - then).max() < EXACT
        assert ((one.leave >= 0.0) & (one.leave <= 1.0)).all()
        assert (one.enter >= 0.0).all()


@given(seed=st.integers(0, 2**32), zero=st.integers(0, POSITIONS - 1))
def test_arrivals_fill_the_posts_and_everybody_who_leaves_arrives(seed: int, zero: int) -> None:
    draw = np.random.default_rng(seed)
    origins = draw.random((BANDS, 3 * POSITIONS))
    posts = draw.random((BANDS, POSITIONS))
    posts[:, zero] = 0.0
    relative = 0.1 + draw.random((BANDS, 3 * POSITIONS, POSITIONS))
    chance = mobility.destinations(origins, posts, relative)
    assert np.abs(chance.sum(axis=2) - 1.0).max() < EXACT
    arrivals = np.einsum("bo,bod->bd", origins, chance)
    wanted = posts * (origins.sum(axis=1) / posts.sum(axis=1))[:, None]
    assert np.abs(arrivals - wanted).max() < 1e-7  # fitted until every factor is within 1e-9
    assert not arrivals[:, zero].any()
