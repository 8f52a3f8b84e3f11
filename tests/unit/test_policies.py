"""The three instruments by hand: who qualifies, what is paid, how rights grow, lapse and shrink."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from simulator import codes
from simulator.policies import leerrecht, leerrekening
from simulator.policies.leerrecht import Leerrecht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher, used_this_year


def test_a_voucher_pays_the_price_less_the_own_share_up_to_the_amount() -> None:
    p = Voucher.parameters.tuple(amount=1_000.0, own_share=0.2)
    assert Voucher.covers(500.0, 0, p) == pytest.approx(400.0)
    assert Voucher.covers(5_000.0, 0, p) == 1_000.0


@pytest.mark.parametrize(
    ("years", "used", "may"), [(17, -1, False), (18, -1, True), (66, 2026, True), (67, -1, False),
                               (40, 2027, False)]
)  # fmt: skip
def test_a_voucher_is_for_18_to_aow_once_a_calendar_year(years: int, used: int, may: bool) -> None:
    p = Voucher.parameters.tuple()
    assert bool(Voucher.eligible(years * 12, codes.MBO4, 0, used, 2027.0, p)) is may
    assert not Voucher.eligible(years * 12, codes.MBO4, 1, used, 2027.0, p)  # who has study finance
    everybody = Voucher.parameters.tuple(students=1.0)
    assert bool(Voucher.eligible(years * 12, codes.MBO4, 1, used, 2027.0, everybody)) is may
    assert used_this_year(2027.0) == 2027


MIDDLE = (480, codes.MBO4, codes.PERMANENT)


def in_force(**values: float) -> SimpleNamespace:
    """A leerrecht's parameters as the model gives them: with its first month."""
    return SimpleNamespace(**Leerrecht.parameters.values(values), first=0.0)


def test_a_balance_grows_to_its_ceiling_and_the_rest_lapses() -> None:
    p = Leerrekening.parameters.tuple(deposit=500.0, ceiling=1_200.0, expiry=10.0)
    balance, months = 0.0, []
    for _ in range(4):
        balance, _, granted, lapsed = leerrekening.deposit(balance, 0, *MIDDLE, p)
        months.append((balance, granted, lapsed))
    assert months == [(500, 500, 0), (1_000, 500, 0), (1_200, 500, 300), (1_200, 500, 500)]


def test_what_is_older_than_the_expiry_lapses_oldest_first() -> None:
    """Two years' deposits can be left at most; who spent the oldest loses nothing."""
    p = Leerrekening.parameters.tuple(deposit=500.0, ceiling=5_000.0, expiry=2.0)
    assert leerrekening.deposit(1_000.0, 0, *MIDDLE, p) == (1_000.0, 0, 500.0, 500.0)
    left = leerrekening.spend(1_000.0, 500.0)[0]
    assert leerrekening.deposit(left, 0, *MIDDLE, p) == (1_000.0, 0, 500.0, 0.0)


def test_past_the_age_the_balance_lapses_and_nothing_is_given() -> None:
    p = Leerrekening.parameters.tuple()
    gone = leerrekening.deposit(750.0, 0, 67 * 12, codes.MBO4, codes.PERMANENT, p)
    assert gone == (0.0, 0, 0.0, 750.0)


def test_who_gets_no_more_deposits_keeps_them_until_they_expire() -> None:
    p = Leerrekening.parameters.tuple(
        deposit=500.0, ceiling=9_000.0, expiry=3.0, education_to=codes.LOW
    )
    balance, idle, left = 1_500.0, 0, []
    for _ in range(4):
        balance, idle, granted, _ = leerrekening.deposit(balance, idle, *MIDDLE, p)
        left.append((balance, granted))
    assert left == [(1_000.0, 0.0), (500.0, 0.0), (0.0, 0.0), (0.0, 0.0)]


def test_part_of_a_balance_may_lapse_every_year_and_on_leaving() -> None:
    p = Leerrekening.parameters.tuple(carried=0.4, keeps=0.5, keeps_unemployed=0.1)
    assert leerrekening.deposit(1_000.0, 0, *MIDDLE, p) == (900.0, 0, 500.0, 600.0)
    assert leerrekening.leave(1_000.0, codes.PERMANENT, p) == (500.0, 0.0, 500.0)
    assert leerrekening.leave(1_000.0, codes.UNEMPLOYED, p) == (100.0, 0.0, 900.0)


def test_a_narrower_leerrecht_leaves_what_was_granted() -> None:
    p = in_force(education_to=codes.MBO4)
    assert leerrecht.grant(0.0, 0.0, 480, codes.BACHELOR, 0, 0.5, p) == (0.0, 0.0, 0.0, 0.0)
    assert leerrecht.grant(300.0, 6_000.0, 480, codes.BACHELOR, 0, 0.5, p) == (
        300.0, 6_000.0, 0.0, 0.0,
    )  # fmt: skip
    weeks = in_force(education_to=codes.MBO4, form=2.0)
    assert leerrecht.grant(300.0, 600.0, 480, codes.BACHELOR, 0, 0.5, weeks) == (
        0.0, 600.0, 0.0, 300.0,
    )  # fmt: skip


def test_saving_is_worth_something_until_the_money_would_lapse() -> None:
    p = Leerrekening.parameters.tuple(deposit=500.0, ceiling=5_000.0, expiry=5.0, saving=0.35)
    value = Leerrekening.option_value
    fresh, old = value(500.0, 1.0, p), value(2_400.0, 1.0, p)
    assert 0 < old < fresh < 0.4
    # Five deposits of five years: the oldest lapses on the next 1 January.
    for month in range(1, 13):
        left = 1.0 - np.exp(-(13 - month) / 12)
        assert value(2_500.0, float(month), p) == pytest.approx(p.saving * left)
    assert value(2_001.0, 6.0, p) == value(2_500.0, 6.0, p)  # a part of the oldest is left
    assert value(2_000.0, 6.0, p) > value(2_001.0, 6.0, p)
    assert value(5_000.0, 1.0, p) == 0.0  # at the ceiling
    # Five deposits of 90.6999 rounded to cents are five deposits, not a bit more.
    odd = Leerrekening.parameters.tuple(deposit=90.6999, ceiling=5_000.0, expiry=5.0)
    assert value(453.5, 1.0, odd) == pytest.approx(value(450.0, 1.0, odd))


def test_an_account_pays_up_to_its_balance_less_the_copayment() -> None:
    p = Leerrekening.parameters.tuple(copay=100.0)
    assert Leerrekening.covers(700.0, 0, codes.PERMANENT, 2_000.0, p) == 600.0
    assert Leerrekening.covers(700.0, 0, codes.PERMANENT, 250.0, p) == 250.0
    assert Leerrekening.covers(80.0, 0, codes.PERMANENT, 250.0, p) == 0.0


def test_the_right_falls_with_the_education_one_has_had() -> None:
    p = in_force(university=40_000.0)
    given = [leerrecht.grant(0.0, 0.0, 480, e, 0, 0.5, p)[0] for e in
             (codes.LOW, codes.MBO23, codes.MBO4, codes.BACHELOR, codes.MASTER)]  # fmt: skip
    assert given == sorted(given, reverse=True)
    assert given[0] == 40_000.0
    assert given[-1] == 0.0


def test_the_right_is_granted_once_and_used_up() -> None:
    p = in_force()
    left, first, granted, lapsed = leerrecht.grant(0.0, 0.0, 480, codes.LOW, 0, 0.5, p)
    assert (left, granted, lapsed) == (first, first, 0.0)
    left = leerrecht.draw_down(left, 3_000.0)
    assert leerrecht.grant(left, first, 492, codes.LOW, 12, 0.5, p) == (
        first - 3_000.0,
        first,
        0.0,
        0.0,
    )


def test_the_right_is_for_recognised_programmes_and_paid_time_asks_consent() -> None:
    p = Leerrecht.parameters.tuple(fee=500.0, time_share=0.5)
    assert Leerrecht.covers(4_000.0, 0, 40_000.0, p) == 0.0
    assert Leerrecht.covers(4_000.0, 1, 40_000.0, p) == 3_500.0
    assert Leerrecht.paid_time(codes.PERMANENT, 1, p) == 0.5
    assert Leerrecht.paid_time(codes.PERMANENT, 0, p) == 0.0
    assert Leerrecht.paid_time(codes.ZZP_LABOUR, -1, p) == 0.0


def test_effort_weighs_more_with_less_education() -> None:
    p = Voucher.parameters.tuple(hassle=100.0)
    burdens = [Voucher.burden(e, -1, 0, p) for e in (codes.LOW, codes.MBO4, codes.MASTER)]
    assert burdens[0] > burdens[1] == 100.0 > burdens[2] > 0.0
