"""Offices: exact event logs of windows, queue and purse, and windows that contradict themselves."""

from __future__ import annotations

import numpy as np
import pytest
import simpy
from numpy.typing import NDArray

from simulator.calendar import Calendar
from simulator.office import Office, Rows
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Windows

DAY = 24 * 60
MARCH_1_10H = (31 + 28) * DAY + 10 * 60
MAY_2_10H = (31 + 28 + 31 + 30 + 1) * DAY + 10 * 60


class Desk:
    """People who ask EUR 10 each, at one counter."""

    def __init__(self, people: int) -> None:
        self.line, self.served, self.away = list(range(people)), [], []

    def applicants(self, number: int) -> Rows:
        return np.array(self.line, np.int64)

    def asked(self, rows: Rows) -> NDArray[np.int64]:
        return np.full(rows.size, 1_000)

    def skill(self, rows: Rows) -> NDArray[np.float64]:
        return (rows >= 50) * 2.0 - 1.0

    def award(self, office: Office, rows: Rows) -> None:
        self.served += rows.tolist()
        self.line = [r for r in self.line if r not in set(rows.tolist())]

    def turn_away(self, office: Office, rows: Rows) -> None:
        self.away += rows.tolist()
        self.line = [r for r in self.line if r not in set(rows.tolist())]

    def yearly(self, office: Office) -> None: ...


def run(desk: Desk, months: int, budget: float, **settings: object) -> Office:
    voucher = Voucher(budget=budget, **settings)
    office = Office(voucher, 1, 0, 24, Calendar(2023), 1.0, seed=4)
    clock = simpy.Environment()
    clock.process(office.run(clock, desk, 0))
    clock.run(until=Calendar(2023).begins(months))
    return office


TWO: dict[str, object] = {
    "opens": ["03-01 10:00", "05-02 10:00"],
    "closes": ["04-30 23:59", "06-30 23:59"],
}


def test_the_purse_is_shared_over_windows_and_what_is_left_carried_over() -> None:
    desk = Desk(3)
    office = run(desk, 6, 100.0, **TWO)
    assert office.log == [
        (MARCH_1_10H, "open", 0, 5_000),
        (MARCH_1_10H, "awarded", 3, 3_000),
        (MAY_2_10H, "open", 0, 7_000),
    ]


def test_without_carry_over_the_next_window_has_its_own_money_only() -> None:
    office = run(Desk(3), 6, 100.0, **TWO, carry_over=False)
    assert office.log[-1] == (MAY_2_10H, "open", 0, 5_000)


def test_when_the_purse_is_empty_the_rest_is_turned_away_to_the_minute() -> None:
    desk = Desk(12)
    office = run(desk, 4, 100.0, **TWO)
    assert office.log == [
        (MARCH_1_10H, "open", 0, 5_000),
        (MARCH_1_10H, "turned away", 7, 0),
        (MARCH_1_10H, "awarded", 5, 5_000),
    ]
    assert office.served == 5 / 12
    assert sorted(desk.served + desk.away) == list(range(12))


def test_a_lottery_and_a_queue_serve_in_another_order() -> None:
    lottery, queue = Desk(100), Desk(100)
    run(lottery, 4, 400.0, **TWO)
    run(queue, 4, 400.0, **TWO, order="queue", queue_skill=8.0)
    assert lottery.served != queue.served
    assert set(queue.served) < set(range(50, 100))  # who has the skill is served first
    assert 2 <= sum(r < 50 for r in lottery.served) <= 18


def test_an_open_ended_scheme_serves_everybody_every_month() -> None:
    desk = Desk(40)
    office = Office(Leerrekening(), 1, 0, 24, Calendar(2023), 1.0, seed=4)
    clock = simpy.Environment()
    clock.process(office.run(clock, desk, 0))
    clock.run(until=Calendar(2023).begins(2))
    assert office.log == [(2, "awarded", 40, 40_000)]
    assert desk.away == []


@pytest.mark.parametrize(
    ("opens", "closes", "message"),
    [
        (["05-01 10:00"], ["04-30 23:59"], "closes 04-30 23:59 before it opens 05-01 10:00"),
        (["03-01 10:00", "04-01 10:00"], ["05-01 00:00", "06-01 00:00"], "overlap"),
        (["03-01 10:00"], [], "as many closing as opening"),
        (["13-01 10:00"], ["12-01 10:00"], "MM-DD HH:MM"),
        (["03-01"], ["04-01 10:00"], "MM-DD HH:MM"),
    ],
)
def test_windows_that_cannot_be_are_refused(
    opens: list[str], closes: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Voucher(opens=opens, closes=closes)


def test_an_unknown_order_and_windows_without_budget_are_refused() -> None:
    with pytest.raises(ValueError, match="lottery or queue"):
        Windows(("03-01 10:00",), ("04-01 10:00",), order="bribe")
    with pytest.raises(ValueError, match="without a budget"):
        Leerrekening(opens=["03-01 10:00"], closes=["04-01 10:00"])
