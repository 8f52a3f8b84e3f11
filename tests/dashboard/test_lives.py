"""Held lives give what a comparison gives, to the last digit; workers are fair to sessions."""

from __future__ import annotations

import threading

import pytest
import xarray as xr

from experiments import runner
from reports.dashboard import levers, lives
from reports.dashboard.pool import Errand, Pool, Ticket
from reports.measures import between
from scenarios.scenario import NULL, Scenario, load

GIVEN = {"variants": ["voucher", "together"], "voucher.budget": 300e6, "leerrekening.copay": 100.0,
         "audience": "practical"}  # fmt: skip
NEVER = 300  # seconds: a test that waits so long has failed


def lived(scenario: Scenario, setting: levers.Setting) -> xr.Dataset:
    """Every life of a scenario at a setting, as a worker lives it."""
    tables, months = levers.tables(scenario, setting), levers.months(scenario, setting)
    found = {}
    names = {NULL: [], **{v: scenario.variants[v] for v in setting["variants"]}}
    for life in range(runner.lives_of(scenario)):
        lives.hold(scenario, life)
        for variant in [*names, *names]:  # twice, so that one future must not disturb another
            found[life, variant] = lives.live(life, variant, names[variant], tables, months)
    return lives.joined(found, list(names), scenario)


def test_a_held_life_is_that_of_a_comparison(small: Scenario) -> None:
    setting = levers.checked(small, {**GIVEN, "last": 2029})
    wanted = runner.run(levers.applied(small, setting), workers=1)
    found = lived(small, setting)
    assert set(found.data_vars) == set(wanted.data_vars)
    for name in wanted.data_vars:
        xr.testing.assert_equal(found[name], wanted[name].transpose(*found[name].dims))


def test_fewer_years_are_the_first_of_more(small: Scenario) -> None:
    setting = levers.checked(small, {**GIVEN, "last": 2028})
    found = lived(small, setting)
    whole = between(runner.run(levers.applied(small, setting), workers=1), 2027, 2028)
    for name in ("aes", "two_years", "started", "awards_eur", "outlay_eur_month", "stage_share"):
        xr.testing.assert_equal(found[name], whole[name].transpose(*found[name].dims))


def test_so_is_one_of_a_calibrated_parameter_set() -> None:
    scenario = load().changed(persons=1_000, members=2, seeds=1, months=24)
    scenario = scenario.between("2026", None).spun_up(12)
    setting = levers.checked(scenario, {"variants": ["voucher"], "voucher.amount": 500.0})
    wanted = runner.run(levers.applied(scenario, setting), workers=1)
    found = lived(scenario, setting)
    assert found["member"].values.tolist() == wanted["member"].values.tolist()
    for name in ("aes", "awards_eur", "additional_eur", "outlay_eur_month", "value", "replicate"):
        xr.testing.assert_equal(
            found[name].drop_vars(list(found[name].coords)),
            wanted[name].transpose(*found[name].dims).drop_vars(list(wanted[name].coords)),
        )


class Asker:
    """Who asks a pool and waits for all lives."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.there = pool, threading.Event()
        self.ticket: Ticket | None = None

    def ask(self, **given: object) -> Ticket:
        self.there.clear()
        setting = levers.checked(self.pool.scenario, {"variants": ["voucher"], **given})
        self.ticket = self.pool.ask(self, setting, self.look)
        self.look()
        return self.ticket

    def look(self) -> None:
        if self.ticket and (len(self.ticket.whole()) == self.pool.many or self.ticket.failed):
            self.there.set()

    def wait(self) -> Ticket:
        assert self.there.wait(NEVER)
        assert self.ticket is not None
        return self.ticket


def numbers(ticket: Ticket, pool: Pool) -> xr.Dataset:
    return lives.joined(ticket.found, list(ticket.variants), pool.scenario)


def test_two_sessions_do_not_disturb_each_other(small: Scenario) -> None:
    pool = Pool(small, 2, workers=1)
    pool.start()
    try:
        one, other = Asker(pool), Asker(pool)
        one.ask(**{"voucher.budget": 100e6})
        other.ask(**{"voucher.budget": 300e6})
        first, second = one.wait(), other.wait()
        assert not first.failed, first.failed
        low, high = (numbers(t, pool)["awards_eur"].sel(variant="voucher").sum() for t in
                     (first, second))  # fmt: skip
        assert low < high
        # The same levers give the same numbers, whoever asks, and whether they are kept or not.
        alone = Asker(pool)
        again = alone.ask(**{"voucher.budget": 100e6})
        assert len(again.whole()) == 2  # at once: they are kept
        pool._kept.clear()
        fresh = alone.ask(**{"voucher.budget": 100e6})
        assert not fresh.whole()
        alone.wait()
        for ticket in (again, fresh):
            xr.testing.assert_identical(numbers(ticket, pool), numbers(first, pool))
        # What somebody has left is forgotten; others go on.
        pool.leave(one)
        other.ask(**{"voucher.budget": 200e6})
        other.wait()
        # An errand that fails is one line, and the worker goes on.
        told: list[tuple[object, str]] = []
        done = threading.Event()

        def tell(result: object, line: str) -> None:
            told.append((result, line))
            done.set()

        pool.send(Errand((levers.checked, (small, {"out": 1})), tell))
        assert done.wait(NEVER)
        assert told == [(None, "'out': there is no such lever")]
        other.ask(**{"voucher.budget": 210e6})
        assert not other.wait().failed
    finally:
        pool.close()


def taken(pool: Pool, many: int) -> list[tuple[object, ...]]:
    """What the first worker would take up, one after another: variant and budget."""
    found = []
    for _ in range(many):
        job = pool._next(0)
        assert job is not None
        (_function, words), _done = job
        found.append((words[1], words[3].get("voucher", {}).get("budget")))
    return found


def test_workers_take_sessions_in_turn_and_the_last_question_of_each(small: Scenario) -> None:
    pool = Pool(small, 2, workers=1)
    pool.ready = {0, 1}
    voucher = levers.checked(small, {"variants": ["voucher"]})
    pool.ask("ann", {**voucher, "voucher.budget": 100e6})
    pool.ask("bob", {**voucher, "voucher.budget": 200e6})
    assert taken(pool, 4) == [(NULL, None), (NULL, None), ("voucher", 100e6), ("voucher", 200e6)]
    pool.ask("ann", {**voucher, "voucher.budget": 300e6})  # in place of what she asked before
    rest = taken(pool, 6)
    assert ("voucher", 100e6) not in rest
    assert rest.count(("voucher", 300e6)) == 2
    assert rest.count(("voucher", 200e6)) == 1
    assert pool._next(0) is None


def test_a_worker_prepares_its_lives_only_when_nobody_asks(small: Scenario) -> None:
    pool = Pool(small, 2, workers=1)
    pool.ready = {0}
    first = pool._next(0)
    assert first is not None
    assert first[0] == (lives.hold, (small, 1))
    pool.ask("ann", levers.checked(small, {"variants": ["voucher"]}))
    asked = pool._next(0)
    assert asked is not None
    assert asked[0][0] is lives.live


@pytest.mark.parametrize("horizons", [lives.HORIZONS + 2])
def test_a_life_keeps_few_horizons(small: Scenario, horizons: int) -> None:
    lives.hold(small, 0)
    for months in range(12, 12 + horizons):
        lives.live(0, NULL, [], {}, months)
    assert len(lives._HELD[0].nulls) == lives.HORIZONS
