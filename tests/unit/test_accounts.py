"""Leerrekening, inleg and leerrecht in full: deposits, ceilings, burdens, forms and phasing in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simulator import codes, ledger
from simulator.model import LearningModel
from simulator.policies.inleg import Inleg
from simulator.policies.leerrecht import Leerrecht, phased_in
from simulator.policies.leerrekening import Leerrekening, deposit

Make = Callable[..., LearningModel]
EARLY = {"introduction": 0, "persons": 4_000}


def test_the_deposit_goes_by_education_age_and_income() -> None:
    p = Leerrekening.parameters.tuple(deposit_low=1.6, deposit_old=1.25, deposit_income=2.0)

    def given(education: int, age: int, contract: int) -> float:
        return float(deposit(0.0, 0, age * 12, education, contract, p)[2])

    assert given(codes.MBO4, 30, codes.PERMANENT) == 500.0
    assert given(codes.LOW, 30, codes.PERMANENT) == 800.0
    assert given(codes.MBO4, 45, codes.PERMANENT) == 625.0
    assert given(codes.MBO4, 30, codes.AGENCY) == 1000.0
    assert given(codes.MBO4, 30, codes.UNEMPLOYED) == 1000.0
    assert given(codes.LOW, 50, codes.ON_CALL) == 2000.0
    assert deposit(7_900.0, 0, 360, codes.LOW, codes.PERMANENT, p)[0] == 4_000.0  # five deposits
    long = Leerrekening.parameters.tuple(deposit_low=1.6, expiry=50.0)
    assert deposit(7_900.0, 0, 360, codes.LOW, codes.PERMANENT, long)[0] == 8_000.0
    assert deposit(4_900.0, 0, 360, codes.MBO4, codes.PERMANENT, long)[0] == 5_000.0


def test_the_unemployed_may_be_exempt_from_the_own_contribution() -> None:
    p = Leerrekening.parameters.tuple(copay=100.0)
    covers = Leerrekening.covers
    assert covers(300.0, 0, codes.PERMANENT, 900.0, p) == 200.0
    assert covers(300.0, 0, codes.UNEMPLOYED, 900.0, p) == 300.0
    everybody = Leerrekening.parameters.tuple(copay=100.0, copay_exempt=0.0)
    assert covers(300.0, 0, codes.UNEMPLOYED, 900.0, everybody) == 200.0
    recognised = Leerrekening.parameters.tuple(recognised_only=1.0)
    assert covers(300.0, 0, codes.PERMANENT, 900.0, recognised) == 0.0
    assert covers(300.0, 1, codes.PERMANENT, 900.0, recognised) == 300.0


def test_activation_weighs_once_and_guidance_halves_the_burden() -> None:
    p = Leerrekening.parameters.tuple(hassle=100.0, activation=60.0)
    burden = Leerrekening.burden
    assert burden(codes.MBO4, -1, 0, 0, p) == 160.0
    assert burden(codes.MBO4, -1, 0, 1, p) == 100.0
    assert burden(codes.MBO4, 5, 0, 1, p) == 50.0
    assert burden(codes.LOW, -1, 0, 1, p) == pytest.approx(100.0 * np.exp(0.5))


def test_using_the_account_activates_it(model: Make) -> None:
    worker = model(Leerrekening(awareness=1.0), **EARLY).run(14).population.worker
    used = worker["funded_by"] == 11
    assert used.sum() > 20
    assert np.all(worker["account_active"][used] == 1)
    assert worker["account_active"].mean() < 0.5


def test_an_own_contribution_lowers_entries_but_not_of_who_is_exempt(model: Make) -> None:
    """The sign of behaviour C2; its size is compared in docs/design.md."""

    def entries(**account: object) -> tuple[int, int]:
        policy = Leerrekening(awareness=1.0, hassle=50, **account)
        made = model(policy, **{**EARLY, "persons": 30_000}).run(36)
        worker = made.population.worker
        late = (worker["course_started"] >= 24) & (worker["funded_by"] == 11)
        idle = worker["contract"] == codes.UNEMPLOYED
        return int((late & ~idle).sum()), int((late & idle).sum())

    before, before_idle = entries()
    after, after_idle = entries(changes=[{"from": "2019-01", "copay": 100}])
    assert 0.6 < after / before < 0.97
    assert after_idle >= before_idle


def test_a_heavier_identity_step_drops_the_low_educated_more(model: Make) -> None:
    def entries(**account: object) -> tuple[int, int]:
        policy = Leerrekening(awareness=1.0, hassle=50, **account)
        made = model(policy, **{**EARLY, "persons": 30_000}).run(36)
        worker = made.population.worker
        late = (worker["course_started"] >= 24) & (worker["funded_by"] == 11)
        low = worker["education"] <= codes.MBO23
        return int((late & low).sum()), int((late & ~low).sum())

    before, after = entries(), entries(changes=[{"from": "2019-01", "hassle": 250}])
    drop_low, drop_other = (1 - a / b for a, b in zip(after, before, strict=True))
    assert drop_low > drop_other > 0


def test_private_money_is_put_in_saved_and_spent(model: Make) -> None:
    made = model(Inleg(employer=300, fund=100, worker=50, awareness=1.0), **EARLY).run(13)
    book, worker = made.ledger, made.population.worker
    held = int(worker["inleg_balance"].astype(np.int64).sum())
    employees = int((worker["contract"] <= codes.TEMP_NO_HOURS).sum())
    spent = -sum(e.cents for e in book.entries if e.source == "account:inleg")
    assert spent < 0
    assert book.balances["account:inleg"] - book.by_month("contribution returned").get(0, 0) >= 0
    put = sum(e.cents for e in book.entries if e.what == "paid in")
    from_worker = book.by_month("paid in", ledger.WORKERS)
    assert from_worker == {0: 5_000 * employees, 12: 5_000 * employees}
    assert held == put + spent
    assert held == book.balances[ledger.rights("inleg")]


def test_leaving_an_employer_may_cost_a_part_of_it(model: Make) -> None:
    made = model(Inleg(employer=300, keeps=0.25, awareness=0.0), **EARLY).run(1)
    worker = made.population.worker
    rows = np.flatnonzero(worker["inleg_balance"] > 0)[:50]
    before = worker["inleg_balance"][rows].copy()
    made.desk.moved(rows)
    assert np.array_equal(worker["inleg_balance"][rows], np.floor(before * 0.25 + 0.5))
    assert sum(made.ledger.by_month("lapsed").values()) == int((before * 0.75).sum())
    made.step()  # the books still close


def test_a_week_a_year_is_granted_to_all_and_lapses(model: Make) -> None:
    unknown = {"awareness": 0.0, "awareness_peer": 0.0, "awareness_employer": 0.0}
    policy = Leerrecht(form=2, weeks=2, week=500, age_from=15, age_to=75, **unknown)
    made = model(policy, **EARLY).run(13)
    persons = made.population.persons
    assert made.ledger.by_month("granted") == {0: 100_000 * persons, 12: 100_000 * persons}
    assert made.ledger.by_month("lapsed") == {12: 100_000 * persons}
    assert np.all(made.population.worker["right_left"] == 100_000)


def test_a_budget_is_not_passed(model: Make) -> None:
    policy = Leerrecht(form=3, budget=50e6, awareness=1.0)
    made = model(policy, **{**EARLY, "persons": 20_000}).run(24)
    office, weight = made.offices[0], made.population.weight
    assert policy.gated
    paid = made.ledger.by_month("award")
    for year in (0, 1):
        spent = sum(c for t, c in paid.items() if t // 12 == year) / 100 * weight
        assert 0 < spent <= 50e6
    assert [e[1] for e in office.log].count("open") == 2


def test_the_right_comes_in_from_a_pilot(chance, model: Make) -> None:  # type: ignore[no-untyped-def]
    policy = Leerrecht(pilot=0.1, phase_years=4, awareness=0.0, age_from=15, age_to=75)
    made = model(policy, **{**EARLY, "persons": 20_000})
    entitled = made.population.worker["education"] < codes.MASTER
    for year, share in enumerate((0.1, 0.325, 0.55, 0.775, 1.0)):
        made.run(12)
        granted = int((made.population.worker["right_given"][entitled] > 0).sum())
        if share < 1.0:
            assert chance.share(granted, int(entitled.sum()), share), year
    assert granted == entitled.sum()


def test_phasing_in() -> None:
    assert phased_in(-1.0, 0.2, 5.0) == 0.0
    assert phased_in(0.0, 0.2, 5.0) == 0.2
    assert phased_in(9.0, 0.2, 5.0) == 1.0


def test_forms_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match=r"leerrecht.form = 1.5: give 1"):
        Leerrecht(form=1.5)
    with pytest.raises(ValueError, match="a budget needs a window"):
        Leerrecht(form=3, opens=[])


def test_what_lapsed_while_its_holder_waited_for_a_seat_is_not_paid(model: Make) -> None:
    made = model(Leerrekening(awareness=1.0), introduction=0).run(2)
    worker, office = made.population.worker, made.offices[0]
    rows = np.flatnonzero(worker["account_balance"] >= 20_000)[:40]
    assert rows.size == 40
    worker["stage"][rows], worker["applies"][rows] = codes.PREPARATION, office.number
    worker["plan_price"][rows], worker["public_money"][rows] = 50_000, 20_000
    lost = int(worker["account_balance"][rows[:20]].sum())
    worker["account_balance"][rows[:10]] = 0  # all of it lapsed, and of ten more all but EUR 50
    worker["account_balance"][rows[10:20]] = 5_000
    lost -= 10 * 5_000
    made.desk._rights(office.policy, {"granted_eur": 0, "lapsed_eur": lost})
    made._now, made.tallies = made.drivers(), {}
    made.desk.open_month()
    made.desk.award(office, rows, again=True)
    made.desk.close_month()
    assert worker["account_balance"][rows].min() >= 0
    assert not worker["applies"][rows[:10]].any()
    assert worker["public_money"][rows[10:20]].max() <= 5_000
    made._books()  # to the cent
