"""Simulated working lives: nobody is lost, all agree with what is expected, no policy has a part.

Only the step of working lives is taken where no behaviour is needed (`live`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.scenario import load
from simulator import codes, ledger
from simulator.labour_market.places import IN_TEAM, WORKS
from simulator.labour_market.workforce import BAND, Month
from simulator.model import LearningModel
from simulator.policies.leerrecht import Leerrecht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Null, Policy
from simulator.population import Population
from simulator.synthesis import synthesise
from simulator.variants import Design, start

Make = Callable[..., LearningModel]
Rows = NDArray[np.bool_]
# What a working life is, and by what a person is known from who held the row before.
LIFE = ("age", "education", "student", "contract", "sector", "firm_size", "team", "job_since")
PERSON = ("disposition", "chronic")
# The laws of these act on every row, which costs less than a test; who enters finds them wiped.
DRIFTING = ("urgency", "informal", "knows", "norm")


def live(model: LearningModel, months: int = 1) -> LearningModel:
    """Working lives alone: no behaviour, no offices."""
    for _ in range(months):
        model.tallies = {}
        model._now = model.drivers()
        model._working_lives()
        model.t += 1
    return model


def there(model: LearningModel) -> Rows:
    return np.asarray(model.population.worker["contract"] != codes.ABSENT)


def same(one: Population, other: Population, *names: str) -> None:
    for name in names or one.worker:
        assert np.array_equal(one.worker[name], other.worker[name]), name
    for name in () if names else one.team:
        assert np.array_equal(one.team[name], other.team[name]), name


def check_rows(model: LearningModel) -> None:
    """What must hold of every row in every month."""
    worker, team, here = model.population.worker, model.population.team, there(model)
    assert worker["age"][here].min() >= 15 * 12
    assert worker["age"][here].max() < 75 * 12
    empty = model.population.with_columns(())
    empty.vacate(np.flatnonzero(~here))
    same(model.population, empty, *(name for name in worker if name not in DRIFTING))
    assert not worker["stage"][~here].any()
    assert not worker["team"][~here].any()
    assert worker["stage"][here].min() > 0
    contract = worker["contract"]
    assert np.array_equal(WORKS[contract], worker["sector"] != codes.NO_SECTOR)
    assert np.array_equal(WORKS[contract], worker["firm_size"] != codes.NO_FIRM)
    assert np.array_equal(IN_TEAM[contract], worker["team"] > 0)
    seated = worker["team"] > 0
    assert np.array_equal(team["employer_sector"][worker["team"]][seated], worker["sector"][seated])
    assert np.array_equal(
        team["employer_size"][worker["team"]][seated], worker["firm_size"][seated]
    )
    count = np.bincount(worker["team"], minlength=model._team_size.size)
    assert np.array_equal(model._team_size[1:], count[1:])  # 0 is no team


@pytest.mark.parametrize("persons", [1_000, 3_333, 20_000])
def test_persons_who_come_have_left_or_are_there(persons: int) -> None:
    """In the baseline's time: 60 months of spin-up at one moment, then a year of drivers."""
    design = replace(load().changed(persons=persons).design(), standing=list)
    model = start(design, 7)
    begun, entered, left = model.population.persons, 0, 0
    for _ in range(72):
        before, ages = there(model), model.population.worker["age"].copy()
        live(model)
        after = there(model)
        assert model.tallies["entered"] == np.count_nonzero(after & ~before)
        assert model.tallies["left"] == np.count_nonzero(before & ~after)
        assert (model.population.worker["age"] - ages == 1)[before & after].all()
        entered, left = entered + model.tallies["entered"], left + model.tallies["left"]
        assert begun + entered == left + model.population.persons
        check_rows(model)
    assert min(entered, left) > 0.1 * begun


def test_rows_hold_while_people_learn(living: Make, three: Callable[[], list[Policy]]) -> None:
    model = living(*three())
    for _ in range(24):
        model.step()
        check_rows(model)
    assert model.ledger.balances["state:voucher"] < 0


@pytest.mark.parametrize("persons", [1_000, 1_001, 2_000, 3_333])
def test_the_people_of_month_0_are_as_many_as_expected_and_possible(
    living_design: Callable[..., Design], persons: int
) -> None:
    """Their number is no whole one before it is rounded, which no seed may stumble over."""
    design = living_design(persons)
    workforce = design.workforce()
    assert workforce is not None
    table = workforce.data.at_start()
    for seed in range(6):
        people = synthesise(design.margins, persons, seed, table)
        assert people.age.size == round(persons * table.sum())
        inactive = people.age[people.contract == codes.INACTIVE]
        assert 25 * 12 <= inactive.min() <= inactive.max() < 65 * 12


def by_position_and_band(model: LearningModel) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    worker, here = model.population.worker, there(model)
    band = BAND[worker["age"][here] // 12 - 15]
    return np.bincount(worker["contract"][here], minlength=13), np.bincount(band, minlength=6)


@pytest.mark.parametrize("drivers", [False, True], ids=["drivers off", "drivers on"])
def test_simulated_stocks_are_the_expected_ones(chance, living: Make, drivers: bool) -> None:
    """By position and by age band, after every year of ten.

    Everybody draws alone, so that a count is a sum of independent draws of which no one adds more
    than p (1 - p); what month 0 is laid out by, without luck, only makes it vary less.
    """
    persons = 20_000
    model = living(persons=persons, drivers=drivers)
    workforce = model.workforce
    assert workforce is not None
    entered = expected = 0.0
    for _ in range(10):
        for _ in range(12):
            month = workforce.month(model.t)
            live(model)
            entered += model.tallies["entered"]
            expected += month.flows[-1].sum() * persons
        for count, axis in zip(by_position_and_band(model), (0, 1), strict=True):
            wanted = month.stock.sum(axis=axis)
            for found, share in zip(count, wanted, strict=True):
                error = np.sqrt(persons * share * max(1.0 - share, 0.0))
                assert chance.value(found, persons * share, error), (model.t, axis, share)
    assert chance.value(entered, expected, np.sqrt(expected))


def test_who_is_made_permanent_stays_with_the_employer_as_often_as_expected(
    chance, living: Make
) -> None:
    """They keep team and tenure; whoever else takes a position begins anew in it."""
    model = live(living(persons=20_000))
    assert model.workforce is not None
    worker, kept, of, expected = model.population.worker, 0, 0, 0.0
    for _ in range(12):
        before = {name: worker[name].copy() for name in LIFE}
        live(model)
        was = before["contract"]
        staying = (was != codes.ABSENT) & there(model)
        moved = staying & (was != worker["contract"])
        begun = worker["job_since"] == model.t - 1
        stayed = moved & ~begun
        assert (worker["contract"][stayed] == codes.PERMANENT).all()
        assert np.isin(was[stayed], codes.FLEXIBLE_CONTRACTS).all()
        for name in ("team", "sector", "firm_size", "job_since"):
            assert np.array_equal(before[name][stayed], worker[name][stayed]), name
        promoted = moved & (was < codes.ZZP_LABOUR) & (worker["contract"] == codes.PERMANENT)
        kept, of = kept + np.count_nonzero(stayed), of + np.count_nonzero(promoted)
        expected += model.workforce.kept[was[promoted]].sum()
    assert chance.share(kept, of, expected / of)


def with_one_more(population: Population) -> Population:
    """A copy with a person who has neither work nor colleagues."""
    joined = population.with_columns(())
    joined.append(
        age=40 * 12, education=codes.MBO4, contract=codes.UNEMPLOYED, sector=codes.NO_SECTOR,
        firm_size=codes.NO_FIRM, team=0,
    )  # fmt: skip
    return joined


def test_who_enters_finds_nothing_of_who_was_there_before(living: Make) -> None:
    clean, dirty = living(), living()
    free = ~there(dirty)
    for name in DRIFTING:  # who leaves leaves all other columns empty
        dirty.population.worker[name][free] = 1
    begun = there(clean)
    live(clean, 12)
    live(dirty, 12)
    entered = there(clean) & ~begun
    assert entered.sum() > 20
    for name, column in clean.population.worker.items():
        found = dirty.population.worker[name]
        assert np.array_equal(column[begun | entered], found[begun | entered]), name


def test_one_more_person_changes_nobody_elses_working_life(
    living: Make, living_design: Callable[..., Design]
) -> None:
    design, begun = living_design(1_000), living().population

    def run(population: Population) -> LearningModel:
        model = LearningModel(
            population, seed=5, calendar=design.calendar, introduction=6, spin_up=6,
            workforce=design.workforce(), climate=design.climate,
        )  # fmt: skip
        # The base-year mean of affordability is a property of the whole population: hold it.
        model.state["affordability_mean"] = 0.6
        return live(model, 36)

    alone, joined = run(begun), run(with_one_more(begun))
    assert joined.population.rows == alone.population.rows + 1
    assert joined.population.worker["job_since"][-1] >= 0  # had a life of its own
    for name, ours in alone.population.worker.items():
        assert np.array_equal(ours, joined.population.worker[name][:-1]), name


def test_the_same_seed_gives_the_same_lives_and_another_does_not(living: Make) -> None:
    first, again, other = (live(living(seed=seed), 12).population for seed in (5, 5, 6))
    same(first, again)
    for name in ("age", "contract", "team"):
        assert not np.array_equal(first.worker[name], other.worker[name]), name


def test_luck_of_another_seed_is_other_luck_for_the_same_people(
    living: Make, living_design: Callable[..., Design]
) -> None:
    design, begun = living_design(1_000), living().population
    run = partial(LearningModel, introduction=6, spin_up=6, calendar=design.calendar,
                  workforce=design.workforce(), climate=design.climate)  # fmt: skip
    one, other = (live(run(begun, seed=seed), 6).population.worker for seed in (5, 6))
    assert not np.array_equal(one["contract"], other["contract"])


@pytest.mark.parametrize("options", [{"threads": 3}, {"block_rows": 97}, {"block_rows": 1_500},
                                     {"threads": 2, "block_rows": 64}])  # fmt: skip
def test_threads_and_block_sizes_change_nothing(living: Make, options: dict[str, int]) -> None:
    one = live(living(persons=3_333), 24)
    other = live(living(persons=3_333, **options), 24)
    same(one.population, other.population)
    assert one.tallies == other.tallies


def test_the_first_look_at_a_month_passes_nobody_over(
    living: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = living(persons=20_000), living(persons=20_000)
    narrow, none, asked = other.lives._bounds, np.uint32(2**32 - 1), []

    def wide(month: Month) -> tuple[object, ...]:
        asked.append(month)
        return none, *(np.full_like(bound, none) for bound in narrow(month)[1:])

    monkeypatch.setattr(other.lives, "_bounds", wide)
    for model in (one, other):
        model.lives.script = None  # each looks for itself, and is told nothing by the other
        live(model, 18)
    same(one.population, other.population)
    assert len(asked) == 18
    assert all(a < none for a in narrow(other.workforce.month(17))[2])


def test_no_policy_has_a_part_in_working_lives(
    living: Make, three: Callable[[], list[Policy]]
) -> None:
    """Four futures of the same people: the same lives to the bit, whatever they learn."""
    begun = living().run(6)
    account = Leerrekening(keeps=0.0, deposit=5_000.0, ceiling=20_000.0)
    futures = {
        "null": begun.branch([Null()]),
        "three": begun.branch(three()),
        "generous": begun.branch(
            [Voucher(amount=4_000.0, budget=2e9, awareness=1.0), account, Leerrecht()]
        ),
        "account": begun.branch([Leerrekening(keeps=0.0, deposit=5_000.0, awareness=1.0)]),
    }
    for _ in range(24):
        for future in futures.values():
            future.step()
        null = futures["null"]
        for name, future in futures.items():
            same(null.population, future.population, *LIFE, *PERSON)
            for what in ("entered", "left", "moved", "schooled"):
                assert future.tallies[what] == null.tallies[what], (name, what)
    assert null.population.persons == np.count_nonzero(there(null))
    learned = {name: future.population.worker["last_self"] for name, future in futures.items()}
    for name in ("three", "generous", "account"):
        assert not np.array_equal(learned[name], learned["null"]), name


@pytest.mark.parametrize("keeps", [1.0, 0.25])
def test_rights_of_who_leaves_lapse_and_the_ledger_closes(living: Make, keeps: float) -> None:
    """To the cent; but for who leaves for good, rights lapse by moves and in January only."""
    model = living(Leerrekening(keeps=keeps, keeps_unemployed=keeps))
    rights, gone_with = ledger.rights("leerrekening"), 0
    for _ in range(36):
        before, now = there(model), model.t
        january = model.calendar.at(now)[1] == 1 or now == model.introduction
        held = model.population.worker["account_balance"].astype(np.int64)
        model.step()
        left = before & ~there(model)
        assert not model.population.worker["account_balance"][left].any()
        lapsed = sum(e.cents for e in model.ledger.entries if e.t == now and e.what == "lapsed")
        if not january:
            lost = int(held[left].sum())
            gone_with += lost
            assert lapsed >= lost
            assert keeps < 1.0 or lapsed == lost
        balance = int(model.population.worker["account_balance"].astype(np.int64).sum())
        assert model.ledger.balances[rights] == balance
        assert model.ledger.closed == now
        assert sum(model.ledger.balances.values()) == 0
        check_rows(model)
    entries = model.ledger.entries
    granted, used, lapsed = (
        sum(e.cents for e in entries if e.what == what) for what in ("granted", "used", "lapsed")
    )
    assert min(granted, used, lapsed, gone_with) > 0
    assert granted - used - lapsed == model.ledger.balances[rights] > 0
