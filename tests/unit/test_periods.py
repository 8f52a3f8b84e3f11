"""When instruments are in force: dates, dated changes, and what stands in every variant."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scenarios.scenario import BASELINE, read
from simulator.calendar import Calendar
from simulator.model import LearningModel
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.record import Recorder

Make = Callable[..., LearningModel]


def granted(model: LearningModel) -> dict[int, int]:
    """Cents granted by month."""
    return model.ledger.by_month("granted")


def test_a_dated_change_takes_effect_in_its_month(model: Make) -> None:
    account = Leerrekening(
        deposit=500.0, ceiling=50_000.0, age_from=15, age_to=75,
        changes=[{"from": "2018-07", "deposit": 200.0}, {"from": "2019-12", "deposit": 0.0}],
    )  # fmt: skip
    made = model(account, persons=1_000, introduction=0).run(36)
    persons = made.population.persons
    assert granted(made) == {0: 50_000 * persons, 12: 50_000 * persons, 24: 20_000 * persons}


def test_a_change_leaves_the_other_parameters_and_the_office_follows(model: Make) -> None:
    voucher = Voucher(
        budget=1e9, carry_over=False, changes=[{"from": "2017-08", "budget": 0.0, "amount": 800.0}]
    )
    made = model(voucher, persons=1_000, introduction=0).run(12)
    opened = [cents for _, event, _, cents in made.offices[0].log if event == "open"]
    assert opened[:3] == [int(2e10 / made.population.weight)] * 3
    assert len(opened) == 5
    assert voucher.values["amount"] == 800.0
    assert voucher.values["age_from"] == 18.0


def test_a_policy_is_in_force_in_its_months_only(model: Make) -> None:
    account = Leerrekening(**{"from": "2018-03", "until": "2019-02"})
    made = model(account, persons=1_000, introduction=0)
    assert (made.offices[0].first, made.offices[0].last) == (14, 25)
    made.run(30)
    assert sorted(granted(made)) == [14, 24]
    used = {e.t for e in made.ledger.entries if e.what == "award"}
    assert used
    assert min(used) >= 14
    assert max(used) < 25


def test_what_stands_is_the_same_in_a_branch_without_more(model: Make) -> None:
    def standing() -> Leerrekening:
        account = Leerrekening()
        account.standing = True
        return account

    straight = model(standing(), persons=1_000, introduction=12, recorder=Recorder())
    straight.run(12)
    branch = straight.branch([standing()], Recorder())
    straight.run(12)
    branch.run(12)
    for name, column in straight.population.worker.items():
        assert np.array_equal(column, branch.population.worker[name]), name
    assert straight.ledger.balances == branch.ledger.balances
    assert 0 in granted(straight)  # from the start, not from the introduction


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"from": "2023"}, r'leerrekening.from = \'2023\': give a month as "YYYY-MM"'),
        ({"until": 2023}, r'leerrekening.until = 2023: give a month as "YYYY-MM"'),
        ({"from": "2024-01", "until": "2023-12"}, "until: 2023-12 is not after from = 2024-01"),
        ({"changes": 5}, "give a list of"),
        ({"changes": [{"from": "2023-01"}]}, "nothing changes"),
        ({"changes": [{"deposit": 5}]}, "changes: from = None"),
        ({"changes": [{"from": "2023-01", "depot": 5}]}, "leerrekening.depot: no such parameter"),
        ({"changes": [{"from": "2023-01", "deposit": -5}]}, "leerrekening.deposit = -5"),
        ({"changes": [{"from": "2024-01", "copay": 5}, {"from": "2023-01", "copay": 6}]},
         "in order of time"),
        ({"from": "2024-01", "changes": [{"from": "2023-01", "copay": 6}]}, "outside the months"),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_are_refused(dates: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Leerrekening(**dates)


def test_months_of_a_period() -> None:
    calendar = Calendar(2017)
    period = Leerrekening(**{"from": "2016-01", "until": "2018-01"}).period
    assert period.months(calendar, 0) == (0, 12)
    assert Leerrekening().period.months(calendar, 60) == (60, 10**6)


def test_what_stands_cannot_be_in_a_variant_too() -> None:
    text = BASELINE.read_text("utf-8").replace("standing = [", 'standing = ["voucher",', 1)
    with pytest.raises(ValueError, match=r"variants.voucher: uses one kind of instrument twice"):
        read(text)
