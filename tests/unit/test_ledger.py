"""The ledger: what it takes it gives, and a month closes to the cent or names the account."""

from __future__ import annotations

import pytest

from simulator.ledger import Ledger


def test_what_one_account_gives_another_gets() -> None:
    book = Ledger()
    book.post(0, "state:voucher", "providers", 70_000, "award")
    book.post(0, "providers", "state:voucher", 1_500, "returned")
    book.close(0, {"providers": 68_500})
    assert dict(book.balances) == {"state:voucher": -68_500, "providers": 68_500}
    assert book.by_month("award") == {0: 70_000}


def test_nothing_is_posted_for_nothing() -> None:
    book = Ledger()
    book.post(0, "workers", "providers", 0, "own money")
    assert book.entries == []


@pytest.mark.parametrize(("source", "cents", "t"), [("workers", -1, 1), ("providers", 5, 1),
                                                    ("workers", 5, 0)])  # fmt: skip
def test_an_entry_that_cannot_be_is_refused(source: str, cents: int, t: int) -> None:
    book = Ledger()
    book.close(0, {})
    with pytest.raises(ValueError, match=f"ledger: own money of {cents} cents from {source}"):
        book.post(t, source, "providers", cents, "own money")


def test_a_cent_that_was_counted_elsewhere_but_not_booked_stops_the_run() -> None:
    book = Ledger()
    book.post(3, "workers", "providers", 99, "own money")
    with pytest.raises(
        ArithmeticError, match=r"month 3: providers stands at 99 cents, counted are 100"
    ):
        book.close(3, {"providers": 100})


def test_accounts_that_do_not_sum_to_zero_stop_the_run() -> None:
    book = Ledger()
    book.balances["workers"] += 1
    with pytest.raises(ArithmeticError, match="accounts sum to 1 cents"):
        book.close(0, {})
