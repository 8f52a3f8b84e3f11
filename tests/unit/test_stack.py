"""Who pays: order, exclusions, employers and paid time, to the cent, on one known worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

from simulator import codes
from simulator.columns import ALONE, HELPED, OWN, PRIVATE
from simulator.ledger import EMPLOYERS, PROVIDERS, WORKERS
from simulator.model import LearningModel
from simulator.parameters import param
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Policy
from simulator.stack import ordered

Make = Callable[..., LearningModel]
MANY = 100  # of a thousand who start in a month
# As many sets of laws as tests: a sweep for each would take longer to compile than to live.
BY_PERSON: dict[str, Any] = {"persons": 1_000, "introduction": 0, "agents": True}


class Part(Policy):
    """Pays a part of the price that is left, to everybody, and needs no application."""

    name = "part"
    excludes: ClassVar[tuple[str, ...]] = ()
    share = param(0.3, "share", "of what is left", "test", "A", bounds=(0, 1))
    hassle = param(0.0, "EUR", "burden", "test", "A", bounds=(0, 1e4))

    def eligible():  # type: ignore[no-untyped-def]
        return True

    def covers(price, p):
        return price * p.share


class Fund(Part):
    """The same from a fund of the sector."""

    name = "fund"
    payer = "fund"

    def covers(price, p):
        return price * p.share


class Refund(Part):
    """Gives an employer back a part of what it paid."""

    name = "refund"
    to = "employer"

    def covers(price, p):
        return price * p.share


class Leave(Part):
    """Gives time and no money."""

    name = "leave"

    covers = Policy.covers

    def paid_time(p):
        return p.share


def ready(model: LearningModel, **columns: float) -> LearningModel:
    """Everybody has one and the same plan, knows all, meets no hurdle and has no burden."""
    worker = model.population.worker
    given = {
        "stage": codes.PREPARATION, "plan_price": 100_000, "plan_hours": 10, "plan_payer": 0,
        "plan_recognised": 0, "hurdle_money": 0.0, "hurdle_time": 0.0, "hurdle_crowd": 0.0,
        "knows": 2**20 - 1, "applies": 0, "education": codes.MBO4, "age": 40 * 12,
        "student": 0,
    } | columns  # fmt: skip
    for name, value in given.items():
        worker[name][:] = value
    return model


ACCOUNT: dict[str, float] = {"hassle": 0, "saving": 0, "deposit": 400}
CERTAIN: dict[str, dict[str, float]] = {
    "action": {"lam34": 0.5, "intention": 0.0, "a32": -12.0, "no_show": 0.0, "refresh": 0.0}
}


def paid(model: LearningModel) -> dict[str, int]:
    """Cents a course that every account paid to providers, for the courses started this month."""
    started = model.tallies["started"]
    assert started > MANY
    found: dict[str, int] = {}
    for e in model.ledger.entries:
        if e.target == PROVIDERS and e.what != "own initiative":
            found[e.source] = found.get(e.source, 0) + e.cents
    assert all(cents % started == 0 for cents in found.values())
    return {name: cents // started for name, cents in found.items()}


def lived(model: Make, *policies: Policy, **columns: float) -> LearningModel:
    made = model(*policies, **BY_PERSON, parameters=CERTAIN)
    return ready(made, **columns).run(1)


def test_a_source_pays_of_what_is_left(model: Make) -> None:
    assert paid(lived(model, Part(share=0.3))) == {"state:part": 30_000, WORKERS: 70_000}
    both = lived(model, Part(share=0.3), Fund(share=0.5))
    assert paid(both) == {"state:part": 30_000, "fund:fund": 35_000, WORKERS: 35_000}


def test_the_order_can_be_turned(model: Make) -> None:
    both = lived(model, Part(share=0.3, after=["fund"]), Fund(share=0.5))
    assert paid(both) == {"fund:fund": 50_000, "state:part": 15_000, WORKERS: 35_000}


def test_an_instrument_that_excludes_another_pays_alone(model: Make) -> None:
    both = lived(model, Part(share=0.3), Fund(share=0.5, excludes=["part"]))
    assert paid(both) == {"state:part": 30_000, WORKERS: 70_000}


def test_public_money_excludes_public_money_unless_it_is_said(model: Make) -> None:
    alone = lived(model, Part(share=0.3), Leerrekening(**ACCOUNT))
    assert paid(alone) == {"state:leerrekening": 40_000, WORKERS: 60_000}
    free = Leerrekening(**ACCOUNT, excludes=[], after=["part"])
    assert paid(lived(model, Part(share=0.3), free)) == {
        "state:part": 30_000,
        "state:leerrekening": 40_000,
        WORKERS: 30_000,
    }


def test_a_voucher_and_an_account_together_pay_one_course(model: Make) -> None:
    policies = [
        Voucher(amount=500, budget=1e9, rejected=0, hassle=0, present=1, excludes=[],
                opens=["01-02 10:00"], closes=["12-01 10:00"]),
        Leerrekening(**ACCOUNT, excludes=[]),
    ]  # fmt: skip
    made = lived(model, *policies)
    assert paid(made) == {
        "state:voucher": 50_000,
        "state:leerrekening": 40_000,
        WORKERS: 10_000,
    }
    assert (
        made.population.worker["account_balance"][made.population.worker["stage"] == 4] == 0
    ).all()


def test_an_employer_who_pays_keeps_private_sources_out_and_is_refunded(model: Make) -> None:
    made = model(Refund(share=0.4), **BY_PERSON, parameters=CERTAIN)
    made.population.employer["usual_budget"][:] = 80_000
    ready(made, plan_payer=1, hurdle_crowd=1.0).run(1)
    assert paid(made) == {EMPLOYERS: 48_000, "state:refund": 32_000, WORKERS: 20_000}
    assert made.tallies["awards:refund"] == made.tallies["started"]


def test_who_pays_most_is_remembered(model: Make) -> None:
    def by(made: LearningModel) -> set[int]:
        worker = made.population.worker
        return set(worker["funded_by"][worker["stage"] == codes.ACTION].tolist())

    assert by(lived(model)) == {OWN}
    assert by(lived(model, Fund())) == {PRIVATE}
    assert by(lived(model, Fund(), Part())) == {12}


def test_who_needs_no_application_enrols_at_once(model: Make) -> None:
    made = model(Part(), Fund(), **BY_PERSON, parameters=CERTAIN)
    ready(made)
    made._calendar_drivers()
    made._employers()
    made._sweep()
    assert set(made.population.worker["applies"].tolist()) == {0, HELPED}
    made = model(Fund(), **BY_PERSON, parameters=CERTAIN)
    ready(made)
    made._calendar_drivers()
    made._employers()
    made._sweep()
    assert set(made.population.worker["applies"].tolist()) == {0, ALONE}


def test_a_right_to_time_opens_the_time_gate(model: Make) -> None:
    long = {"plan_hours": 200, "plan_price": 100, "hurdle_time": 0.5}
    with pytest.raises(KeyError):
        _ = lived(model, **long).tallies["started"] or {}["none"]
    assert lived(model, Leave(share=1.0), **long).tallies["started"] > MANY


def test_orders_that_go_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match=r"goes in a circle: .*part after .*fund"):
        ordered([Part(after=["fund"]), Fund(after=["part"])])
    assert [p.name for p in ordered([Part(after=["fund"]), Leave(), Fund()])] == [
        "leave",
        "fund",
        "part",
    ]


def test_what_a_no_show_advanced_comes_back_by_source(model: Make) -> None:
    values = {"action": {**CERTAIN["action"], "no_show": 1.0, "no_show_paid": 1.0}}
    policies = [Part(share=0.3, recovery=0.5), Fund(share=0.5, recovery=1.0)]
    made = ready(model(*policies, **BY_PERSON, parameters=values)).run(1)
    missed = made.tallies["no_shows"]
    assert missed > MANY
    assert made.tallies["started"] == 0
    assert made.ledger.balances["state:part"] == -15_000 * missed
    assert made.ledger.balances["fund:fund"] == 0
    assert made.ledger.balances[WORKERS] == 0
    assert np.all(made.population.worker["public_money"] == 0)


def test_a_policy_that_pays_nothing_keeps_no_source_out(model: Make) -> None:
    """SLIM and the like are the State's too, and exclude the State's money by default."""
    quiet = lived(model, Leave(excludes=["state"]), Part(share=0.3))
    assert paid(quiet) == {"state:part": 30_000, WORKERS: 70_000}


class Weighed(Fund):
    """A source whose burden depends on the course, as any rule but `eligible` may."""

    name = "weighed"

    def burden(price, hours, recognised):
        return 0.1 * price + hours + recognised


def test_a_burden_may_read_the_course(model: Make) -> None:
    assert paid(lived(model, Weighed(share=0.3))) == {"fund:weighed": 30_000, WORKERS: 70_000}
    assert paid(lived(model, Weighed(share=0.05))) == {WORKERS: 100_000}  # not worth EUR 110
