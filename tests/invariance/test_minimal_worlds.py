"""Worlds that differ in one thing: what may not change, does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator import codes
from simulator.columns import WORKER
from simulator.model import LearningModel
from simulator.policies.leerrecht import Leerrecht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Policy
from simulator.population import Population

Make = Callable[..., LearningModel]
UNHEARD = {"awareness": 0.0, "awareness_peer": 0.0, "awareness_employer": 0.0, "publicity": 0.0}


def test_one_more_person_changes_nobody_elses_life(
    people: Callable[[int], Population],
) -> None:
    def run(extra: bool) -> LearningModel:
        population = people(2_000)
        if extra:
            population.append(age=50 * 12, education=codes.MBO4, contract=codes.ZZP_LABOUR, team=0)
        policies: list[Policy] = [Leerrekening(), Leerrecht()]
        made = LearningModel(population, policies, seed=5, introduction=3, spin_up=6)
        # The base-year mean of affordability is a property of the whole population: hold it.
        made.state["affordability_mean"] = 0.6
        if extra:  # and be nobody's acquaintance, whom others would see learning
            made.population.worker["ties"][-1] = 0
        return made.run(24)

    alone, joined = run(False), run(True)
    for column in WORKER:
        ours = alone.population.worker[column.name]
        assert np.array_equal(ours, joined.population.worker[column.name][:-1]), column.name


def test_an_instrument_that_nobody_hears_of_changes_nothing(model: Make) -> None:
    plain = model().run(24)
    quiet = model(Voucher(**UNHEARD), Leerrekening(**UNHEARD, statement_read=0.0)).run(24)
    for column in WORKER:
        assert np.array_equal(
            plain.population.worker[column.name], quiet.population.worker[column.name]
        ), column.name
    assert quiet.ledger.balances["state:voucher"] == 0


def test_another_instrument_changes_no_lucky_draw(model: Make) -> None:
    """Who hears of the voucher, by publicity, does not depend on what else there is."""
    still = {"awareness_peer": 0.0}
    one = model(Voucher(**still), introduction=0).run(1)
    two = model(Voucher(**still), Leerrekening(**still), introduction=0).run(1)
    knew = one.population.worker["knows"] & 1
    assert knew.any()
    assert np.array_equal(knew, two.population.worker["knows"] & 1)


def test_the_same_seed_gives_the_same_and_another_does_not(model: Make) -> None:
    first, again, other = model().run(12), model().run(12), model(seed=6).run(12)
    stage = first.population.worker["stage"]
    assert np.array_equal(stage, again.population.worker["stage"])
    assert not np.array_equal(stage, other.population.worker["stage"])


def test_a_higher_voucher_never_loses_an_unchanged_worker_in_the_same_month(model: Make) -> None:
    """Claimed for one month and workers in the same state only: later, who got a course earlier
    stands elsewhere, and a mean award that rises leaves fewer awards in a fixed budget."""
    asked = []
    for amount in (250.0, 1_000.0, 4_000.0):
        run = model(Voucher(amount=amount, awareness=1.0), persons=20_000, introduction=0)
        run.population.worker["stage"][:] = codes.PREPARATION
        run.population.worker["plan_price"][:] = 150_000
        run.population.worker["plan_hours"][:] = 20
        run.population.worker["hurdle_money"][:] = np.linspace(0, 1, 20_000)
        run.population.worker["hurdle_time"][:] = 0.1
        run.population.worker["knows"][:] = 1
        run._calendar_drivers()
        run._sweep()
        asked.append(run.population.worker["applies"] > 0)
    assert 0 < asked[0].sum() < asked[1].sum() < asked[2].sum()
    assert not (asked[0] & ~asked[1]).any()
    assert not (asked[1] & ~asked[2]).any()
