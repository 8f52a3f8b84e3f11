"""Limits: stationary shares, geometric spells, compound participation, money that adds up."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import codes, ledger
from simulator.model import LearningModel
from simulator.policies.leerrecht import Leerrecht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher

Make = Callable[..., LearningModel]

# Everybody alike: no construct matters, every gate is open, nobody fails to turn up.
CONSTANT: dict[str, dict[str, float]] = {
    "stages": {
        "a12": -3.0, "urgency": 0.0, "norm": 0.0, "chronic": 0.0, "a23": -2.0, "intention": 0.0,
        "affordability": 0.0, "a21": -2.5, "urgency_back": 0.0, "a53": -3.0, "repeat": 0.0,
        "h5x": 0.05, "relapse_share": 0.3, "relapse_urgency": 0.0, "memory": 120.0,
    },
    "action": {
        "pi": 100_000.0, "tau": 5_000.0, "slack": 0.0, "lam34": 0.2, "intention": 0.0,
        "a32": -3.0, "drop": 0.0, "no_show": 0.0,
    },
    "plans": {"price": 1.0, "price_spread": 0.0, "hours": 5.0, "hours_spread": 0.0,
              "recognised": 0.0},
    "experience": {"drop_out": 0.0},
    "employer_training": {
        "m0": 0.02, "culture": 0.0, "low": 0.0, "high": 0.0, "prospect": 0.0, "temp_long": 0.0,
        "temp_short": 0.0, "on_call": 0.0, "agency": 0.0, "permanent_no_hours": 0.0,
        "temp_no_hours": 0.0, "zzp_labour": 0.0, "zzp_products": 0.0, "self_employed_staff": 0.0,
        "unemployed": 0.0,
    },
}  # fmt: skip


def logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


def stationary() -> np.ndarray:
    """Shares of the stages: the left eigenvector of the monthly chain that the laws state."""
    s, a = CONSTANT["stages"], CONSTANT["action"]
    h12, h23, h21 = logistic(s["a12"]), logistic(s["a23"]), logistic(s["a21"])
    gates = exp(-1.0 / a["pi"]) * exp(-6.0 / a["tau"])  # a median plan: EUR 1, 6 whole hours
    h34, h32, h53 = a["lam34"] * gates, logistic(a["a32"]), logistic(s["a53"])
    back = logistic(s["relapse_share"])
    p = np.zeros((5, 5))
    p[0, 1], p[1, 2], p[1, 0] = h12, h23, h21
    p[2, 3], p[2, 1] = h34, h32
    p[3, 4] = 1.0  # a short course takes one month
    p[4, 2], p[4, 1], p[4, 0] = h53, s["h5x"] * back, s["h5x"] * (1 - back)
    p[np.arange(5), np.arange(5)] = 1 - p.sum(axis=1)
    values, vectors = np.linalg.eig(p.T)
    share = np.real(vectors[:, np.argmin(abs(values - 1))])
    return share / share.sum()


def test_stages_settle_at_the_stationary_shares(chance, model: Make) -> None:
    run = model(persons=40_000, parameters=CONSTANT, seed=9).run(250)
    count = np.bincount(run.population.worker["stage"], minlength=6)[1:]
    assert chance.counts(count, 40_000 * stationary())


def test_spells_of_contemplation_are_geometric(chance, model: Make) -> None:
    run = model(persons=40_000, parameters=CONSTANT, seed=10)
    stage = run.population.worker["stage"]
    stage[:] = codes.CONTEMPLATION
    left = logistic(-2.0) + logistic(-2.5)
    still = np.ones(stage.size, bool)
    survivors = [stage.size]
    for _ in range(12):
        run.step()
        still &= stage == codes.CONTEMPLATION
        survivors.append(int(still.sum()))
    ended = np.append(-np.diff(survivors), survivors[-1]).astype(float)
    months = np.arange(12)
    expected = np.append(left * (1 - left) ** months, (1 - left) ** 12) * stage.size
    assert chance.counts(ended, expected)


def test_two_years_of_a_constant_hazard(chance, model: Make) -> None:
    """One-month courses: 24 chances, so that 1 - (1 - h)^24 took part."""
    parameters = {**CONSTANT, "employer_training": {**CONSTANT["employer_training"], "m0": 0.02}}
    run = model(persons=40_000, parameters=parameters, seed=11).run(24)
    worker = run.population.worker
    young = worker["age"] < 45 * 12  # the age contrasts have solved defaults of 0, but may move
    taken = np.count_nonzero(worker["last_job"][young] >= 0)
    share = 1 - (1 - 0.02) ** 24
    n = int(young.sum())
    assert chance.share(taken, n, share)


@settings(max_examples=12)
@given(
    amount=st.floats(0, 5_000),
    budget=st.floats(0, 1e9),
    deposit=st.floats(0, 2_000),
    ceiling=st.floats(0, 6_000),
    expiry=st.integers(1, 8),
    own=st.floats(0, 1),
)
def test_every_cent_is_accounted_for(
    model: Make,
    amount: float,
    budget: float,
    deposit: float,
    ceiling: float,
    expiry: int,
    own: float,
) -> None:
    policies = [
        Voucher(amount=amount, budget=budget, own_share=own, awareness=0.9),
        Leerrekening(deposit=deposit, ceiling=ceiling, expiry=expiry, awareness=0.9),
        Leerrecht(awareness=0.9),
    ]
    run = model(*policies, introduction=0).run(15)
    balances = run.ledger.balances
    assert sum(balances.values()) == 0
    held = run.population.worker["account_balance"].astype(np.int64)
    assert held.min() >= 0
    # Whole cents: a deposit is rounded once each time that it is made.
    assert held.max() <= min(ceiling, expiry * deposit) * 100 + 1
    paid = run.ledger.by_month("award", ledger.state("voucher"))
    scale = 100 / run.population.weight
    assert sum(c for t, c in paid.items() if t < 12) <= budget * scale
    received = sum(e.cents for e in run.ledger.entries if e.target == ledger.PROVIDERS)
    back = sum(e.cents for e in run.ledger.entries if e.source == ledger.PROVIDERS)
    assert balances[ledger.PROVIDERS] == received - back == run.turnover


def test_the_books_refuse_a_cent_too_many(model: Make) -> None:
    run = model(Leerrekening(awareness=1.0), introduction=0).run(3)
    run.population.worker["account_balance"][5] += 1
    with pytest.raises(ArithmeticError, match="rights:leerrekening"):
        run.step()
