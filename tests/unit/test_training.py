"""The course market: seats, start dates, groups, supply that follows, prices that drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator import codes
from simulator.behaviour.market import PARAMETERS
from simulator.behaviour.stages import drifted
from simulator.model import LearningModel
from simulator.policies.voucher import Voucher
from simulator.record import load_checkpoint, save_checkpoint
from simulator.training import CELLS, Market

Make = Callable[..., LearningModel]
ON: dict[str, dict[str, float]] = {"market": {"on": 1.0}}


def market(share: float = 1.0, **values: float) -> Market:
    """A market that has seen enough: ten seats a month are offered in every cell."""
    given = {"on": 1.0, "distance": 0.0, "group": 1.0} | values
    made = Market(PARAMETERS.values(given), share, seed=3)
    made.age, made.seats = 100, np.full(CELLS, 10.0)
    made.expected = np.full(CELLS, 8.0)
    return made


def people(n: int, sector: int = 4, recognised: int = 0) -> Mapping[str, NDArray[np.int8]]:
    return {
        "sector": np.full(n, sector, np.int8),
        "plan_recognised": np.full(n, recognised, np.int8),
    }


def admitted(made: Market, n: int, month: int = 3, **who: int) -> NDArray[np.bool_]:
    made.open_month(month)
    seated, waiting = made.admit(people(n, **who), np.arange(n), 7, month)
    assert sorted([*seated, *waiting]) == list(range(n))
    return np.isin(np.arange(n), seated)


def test_no_more_start_than_there_are_seats() -> None:
    made = market()
    found = admitted(made, 25)
    assert found.sum() == 10
    again, _ = made.admit(people(25), np.flatnonzero(~found), 7, 3)
    assert not again.size  # a later batch of the same month finds none
    assert admitted(made, 6).all()


def test_recognised_programmes_begin_twice_a_year() -> None:
    assert not admitted(market(), 5, month=3, recognised=1).any()
    assert admitted(market(), 80, month=9, recognised=1).sum() == 70  # seven months of seats
    assert admitted(market(), 80, month=2, recognised=1).sum() == 50


def test_at_a_distance_there_are_seats_and_dates_for_all() -> None:
    assert admitted(market(distance=1.0), 50, month=3, recognised=1).all()


def test_a_quality_gate_takes_supply_away() -> None:
    assert admitted(market(gate=0.5), 25).sum() == 5


def test_a_group_that_is_too_small_waits() -> None:
    assert not admitted(market(group=6.0), 5).any()
    assert admitted(market(group=6.0), 6).all()
    assert admitted(market(share=0.1, group=6.0), 1).all()  # who stands for ten is a group
    many = admitted(market(group=6.0, provider=1.0), 10)
    assert not many.any()  # ten persons at ten providers


def test_supply_follows_demand_and_leaves_slowly() -> None:
    made, seats = market(), []
    for persons in (*(40,) * 24, *(2,) * 24):
        admitted(made, persons)
        made.waiting = np.zeros(0, np.int64)
        made.close_month(0.0, 0.0)
        made.waiting = np.zeros(0, np.int64)
        seats.append(float(made.seats[4]))
    assert seats[0] < seats[11] < seats[23]
    assert 30 < seats[23] < 70
    assert seats[23] - seats[35] < seats[23] - seats[0]
    assert seats[47] < seats[35]


def test_who_waits_is_counted_once_as_demand() -> None:
    made = market()
    for _ in range(6):
        admitted(made, 30)
        made.close_month(0.0, 0.0)
    assert made.asked[4] < 30


def test_prices_drift_to_the_highest_amount_and_back() -> None:
    made = market(drift=0.8, drift_rate=0.5)
    for _ in range(40):
        made.close_month(0.5, 1000.0)
    assert made.price_drift == pytest.approx(0.4)
    for _ in range(40):
        made.close_month(0.5, 0.0)
    assert made.price_drift == pytest.approx(0.0, abs=1e-9)
    assert drifted(700.0, 0, 0.5, 1000.0) == 850.0
    assert drifted(700.0, 1, 0.5, 1000.0) == 700.0
    assert drifted(400.0, 0, 0.5, 1000.0) == 400.0
    assert drifted(1200.0, 0, 0.5, 1000.0) == 1200.0


def test_a_run_with_a_market_keeps_its_books_and_waits_sometimes(model: Make) -> None:
    made = model(Voucher(budget=1e9, awareness=0.9), parameters=ON, persons=8_000, introduction=24)
    waited, started = 0, 0
    for _ in range(40):
        made.step()
        waited += made.tallies["no_seat"]
        started += made.tallies["started"]
    assert 0 < waited < started
    assert made.market.price_drift > 0.0
    assert sum(made.ledger.balances.values()) == 0


def test_agents_threads_and_a_resumed_run_agree_with_a_market(model: Make, tmp_path: Path) -> None:
    def make(**more: object) -> LearningModel:
        return model(Voucher(awareness=0.9), parameters=ON, persons=1_000, introduction=3, **more)

    one = make().run(20)
    for other in (make(agents=True).run(20), make(threads=3, block_rows=99).run(20)):
        for name, column in one.population.worker.items():
            assert np.array_equal(column, other.population.worker[name]), name
    half = make().run(10)
    save_checkpoint(half, tmp_path / "half.h5")
    resumed = load_checkpoint(tmp_path / "half.h5", make()).run(10)
    assert resumed.snapshot() == one.snapshot()


def test_a_better_market_teaches_more(model: Make) -> None:
    def efficacy(gate: float) -> float:
        values = {"market": {"on": 1.0, "gate": gate, "gate_quality": 3.0}}
        worker = model(parameters=values, persons=4_000).run(40).population.worker
        mature = worker["stage"] == codes.MAINTENANCE
        gain = worker["self_efficacy"] - worker["self_efficacy_set_point"]
        return float(gain[mature].mean())

    assert efficacy(0.8) > efficacy(0.0)
