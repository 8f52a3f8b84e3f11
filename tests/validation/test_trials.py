"""Experiments lived again: who is in them, what they leave alone, and which way they go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from calibration import trials
from simulator import codes, surveys
from simulator.model import LearningModel
from simulator.parameters import param
from simulator.policy import Policy

BEGUN = 6


@pytest.fixture(scope="module")
def begun(living: Callable[..., LearningModel]) -> LearningModel:
    """The life that is lived anyway, where an experiment begins."""
    return living(drivers=False).run(BEGUN)


def test_recruited_are_employees_of_at_most_mbo_who_feel_some_need(begun: LearningModel) -> None:
    worker, rows = begun.population.worker, trials.recruited(begun)
    assert 100 < rows.size < 500
    assert set(worker["education"][rows]) == {codes.LOW, codes.MBO23, codes.MBO4}
    assert set(worker["contract"][rows]) <= set(codes.EMPLOYEE_CONTRACTS)
    assert codes.PRECONTEMPLATION not in set(worker["stage"][rows])


def test_a_voucher_of_nothing_changes_nothing(begun: LearningModel) -> None:
    anyway = begun.branch([]).run(12).population.worker
    nothing = trials.TrialVoucher(amount=0, awareness=1.0)
    treated = trials._branch(begun, list, nothing).run(12).population.worker
    for name in anyway.keys() - {"knows"}:
        assert np.array_equal(anyway[name], treated[name]), name


def test_a_voucher_brings_people_to_courses_and_pays_some_who_came_anyway(
    begun: LearningModel,
) -> None:
    control = begun.branch([]).run(trials.FOLLOW_UP)
    anyway = surveys.learned_since(control.population.worker, BEGUN)
    before = {name: column.copy() for name, column in begun.population.worker.items()}
    found = trials.voucher(begun, list, 100.0, anyway)
    assert found["voucher_rct.base"] == anyway[trials.recruited(begun)].mean()
    assert 0.0 < found["voucher_rct.gain"] < 0.5
    assert 0.0 < found["voucher_rct.deadweight"] < 1.0
    assert all(np.array_equal(before[n], c) for n, c in begun.population.worker.items())


def test_telling_people_makes_a_scheme_known_and_hardly_moves_them(begun: LearningModel) -> None:
    found = trials.information(begun, list, 100.0, 0.25)
    assert found["information_rct.knows"] > 1.2
    assert abs(found["information_rct.gain"]) < 0.02


def test_an_own_contribution_keeps_people_from_an_account_and_the_exempt_are_left_alone(
    begun: LearningModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "SAVED", 12)
    found = trials.account(begun, list, 100.0, {"saving": 0.0})
    assert -1.0 < found["cpf.copayment"] < 0.0
    assert abs(found["cpf.exempt"]) < 0.5 or np.isnan(found["cpf.exempt"])
    assert set(found) == {"cpf.copayment", "cpf.exempt", "cpf.identity"}


class OlderDeduction(Policy):
    """The Dutch deduction of 1998: employers were given a part back from the age of 40."""

    name = "older_deduction"
    to = "employer"
    excludes = ()

    part = param(0.15, "share", "of the price given back", "no source", "A", bounds=(0, 1))

    @staticmethod
    def eligible(age: int) -> bool:
        """Whoever is 40 or over."""
        return age >= 40 * 12

    @staticmethod
    def covers(price: float, p: Any) -> float:
        """A part of what the employer pays."""
        return price * p.part


def test_a_deduction_from_the_age_of_40_moves_nobody(begun: LearningModel) -> None:
    """Found was 15-20% more just above 40, and net about nothing (Leuven and Oosterbeek 2004). The
    model has the second and not the first: its employers do not send more because of the price.
    """
    without = begun.branch([]).run(24)
    given = trials._branch(begun, list, OlderDeduction()).run(24)
    assert given.ledger.balances["state:older_deduction"] < 0
    for name in ("last_job", "last_self"):
        columns = (m.population.worker[name] for m in (without, given))
        assert np.array_equal(*columns), name
