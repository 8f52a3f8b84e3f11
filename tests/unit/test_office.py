"""Offices: exact event logs of windows, queue and purse, and windows that contradict themselves."""

from __future__ import annotations

import json

import numpy as np
import pytest
import simpy
from numpy.typing import NDArray

from simulator.calendar import Calendar
from simulator.office import Office, Rows
from simulator.periods import FOREVER
from simulator.policies.belastingaftrek import Belastingaftrek
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.windows import Windows

DAY = 24 * 60
MARCH_1_10H = (31 + 28) * DAY + 10 * 60
MAY_2_10H = (31 + 28 + 31 + 30 + 1) * DAY + 10 * 60


class Desk:
    """People who ask EUR 10 each, at one counter; rows below 10 are members of a group."""

    def __init__(self, people: int) -> None:
        self.line, self.served, self.away = list(range(people)), [], []
        self.refused: list[int] = []
        self.seatless: list[int] = []

    def applicants(self, number: int) -> Rows:
        return np.array(self.line, np.int64)

    def waits(self, number: int, rows: Rows) -> NDArray[np.bool_]:
        return np.isin(rows, self.line)

    def asked(self, rows: Rows) -> NDArray[np.int64]:
        return np.full(rows.size, 1_000)

    def skill(self, rows: Rows) -> NDArray[np.float64]:
        return (rows >= 50) * 2.0 - 1.0

    def contact(self, rows: Rows) -> NDArray[np.bool_]:
        return rows % 2 == 0

    def members(self, rows: Rows, group: str) -> NDArray[np.bool_]:
        return rows < 10 if group == "education:low" else rows >= 90

    def _leave(self, rows: Rows) -> None:
        self.line = [r for r in self.line if r not in set(rows.tolist())]

    def award(self, office: Office, rows: Rows, again: bool = False) -> Rows:
        seatless = rows[np.isin(rows, self.seatless)]
        rows = rows[~np.isin(rows, self.seatless)]
        self.served += rows.tolist()
        self._leave(rows)
        return seatless

    def turn_away(self, office: Office, rows: Rows, refused: bool = False) -> None:
        (self.refused if refused else self.away).extend(rows.tolist())
        self._leave(rows)

    def follow_up(self, office: Office) -> None: ...

    def yearly(self, office: Office) -> None: ...


def run(desk: Desk, months: int, budget: float, **settings: object) -> Office:
    """An office at which all are in line at the opening and nobody is refused, if not said."""
    voucher = Voucher(budget=budget, **{"present": 1.0, "rejected": 0.0, "rate": 1.0} | settings)
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
        (MARCH_1_10H + 3, "awarded", 3, 3_000),
        (MAY_2_10H, "open", 0, 7_000),
    ]


def test_without_carry_over_the_next_window_has_its_own_money_only() -> None:
    office = run(Desk(3), 6, 100.0, **TWO, carry_over=False)
    assert office.log[-1] == (MAY_2_10H, "open", 0, 5_000)


def test_every_window_may_have_a_budget_of_its_own() -> None:
    office = run(Desk(0), 6, 100.0, **TWO, budgets=[20.0, 70.0], carry_over=False)
    assert [entry[3] for entry in office.log] == [2_000, 7_000]


def test_when_the_purse_is_empty_the_rest_is_turned_away_to_the_minute() -> None:
    desk = Desk(12)
    office = run(desk, 4, 100.0, **TWO)
    assert office.log == [
        (MARCH_1_10H, "open", 0, 5_000),
        (MARCH_1_10H + 5, "closed", 7, 0),
        (MARCH_1_10H + 5, "awarded", 5, 5_000),
    ]
    assert office.served == 5 / 12
    assert sorted(desk.served + desk.away) == list(range(12))


def test_a_slower_counter_and_a_smaller_sample_close_later() -> None:
    half = run(Desk(12), 4, 100.0, **TWO, rate=0.5)
    assert half.log[1][:2] == (MARCH_1_10H + 10, "closed")
    sampled = Office(
        Voucher(budget=400.0, present=1.0, rejected=0.0, rate=1.0, **TWO),
        1, 0, 24, Calendar(2023), 0.25, seed=4,
    )  # fmt: skip
    clock = simpy.Environment()
    clock.process(sampled.run(clock, Desk(12), 0))
    clock.run(until=Calendar(2023).begins(4))
    assert sampled.log[1] == (MARCH_1_10H + 20, "closed", 7, 0)  # everybody stands for four


def test_who_comes_after_the_window_is_shut_is_too_late() -> None:
    desk = Desk(200)
    office = run(desk, 4, 1000.0, **TWO, present=0.5, rate=60.0, spread=24.0)
    (_, _, away, left) = office.log[1]
    assert (len(desk.served), away, left) == (50, 150, 0)
    assert office.log[1][0] == MARCH_1_10H + 1  # fifty at sixty a minute


def test_who_comes_later_is_served_later() -> None:
    desk = Desk(200)
    office = run(desk, 4, 1e5, **TWO, present=0.5, rate=60.0, spread=24.0)
    assert len(desk.served) == 200
    assert not desk.away
    hours = (office.log[-1][0] - MARCH_1_10H) / 60
    assert 48 < hours < 400  # the last of a hundred delays of a day on average


def test_a_window_that_stays_open_serves_who_comes_in_later_months() -> None:
    desk = Desk(3)
    office = run(desk, 3, 100.0, **TWO)
    desk.line = [7, 8]
    clock = simpy.Environment(initial_time=Calendar(2023).begins(3))
    clock.process(office.run(clock, desk, 3))
    clock.run(until=Calendar(2023).begins(4))
    moment, event, persons, cents = office.log[-1]
    assert (event, persons, cents) == ("awarded", 2, 2_000)
    assert Calendar(2023).begins(3) < moment < Calendar(2023).begins(4)


def test_a_lottery_and_arrival_serve_in_another_order() -> None:
    lottery, arrival = Desk(100), Desk(100)
    run(lottery, 4, 400.0, **TWO)
    run(arrival, 4, 400.0, **TWO, order="arrival", queue_skill=8.0)
    assert lottery.served != arrival.served
    assert set(arrival.served) < set(range(50, 100))  # who has the skill is served first
    assert 2 <= sum(r < 50 for r in lottery.served) <= 18


def test_a_priority_group_goes_first() -> None:
    desk = Desk(100)
    run(desk, 4, 300.0, **TWO, priority=["education:low"])
    assert set(desk.served[:10]) == set(range(10))
    assert len(desk.served) == 15


def test_a_reserved_pot_serves_its_group_after_the_rest_is_gone() -> None:
    desk = Desk(100)
    office = run(desk, 4, 300.0, **TWO, pots={"education:low": 160.0})
    inside = [r for r in desk.served if r < 10]
    assert len(inside) >= 8  # eight times EUR 10 are reserved in this window
    assert len(desk.served) == 15
    assert office.log[1][3] == 0


def test_what_a_pot_does_not_use_is_not_given_to_others() -> None:
    desk = Desk(100)
    desk.line = list(range(10, 90))  # nobody of the group
    office = run(desk, 4, 300.0, **TWO, pots={"education:low": 160.0})
    assert len(desk.served) == 7
    assert office.log[1][2:] == (73, 8_000)


def test_what_is_refused_goes_back_into_the_purse() -> None:
    desk = Desk(100)
    office = run(desk, 6, 2000.0, **TWO, rejected=0.3)
    assert len(desk.refused) + len(desk.served) == 100
    assert 10 < len(desk.refused) < 50
    refused = next(e for e in office.log if e[1] == "rejected")
    assert refused[2:] == (len(desk.refused), 1_000 * len(desk.refused))
    assert office.log[-1] == (MAY_2_10H, "open", 0, 200_000 - 1_000 * len(desk.served))


def test_assessors_decide_later_and_a_dropped_plan_gives_its_money_back() -> None:
    desk = Desk(40)
    office = run(desk, 3, 1e5, **TWO, assessors=1.0, assessment=3000.0)
    first = len(desk.served)
    assert 0 < first < 40  # a month of one assessor is 14 files of 50 hours
    assert office.pending.rows.size == 40 - first
    gone = office.pending.rows[0]
    desk.line.remove(gone)
    clock = simpy.Environment(initial_time=Calendar(2023).begins(3))
    clock.process(office.run(clock, desk, 3))
    clock.run(until=Calendar(2023).begins(8))
    assert sorted([*desk.served, gone]) == list(range(40))
    assert ("withdrawn", 1, 1_000) in [e[1:] for e in office.log]


def test_an_award_without_a_seat_waits_and_lapses_after_three_months() -> None:
    desk = Desk(3)
    desk.seatless = [0, 1]
    office = run(desk, 3, 1e5, **TWO)
    assert desk.served == [2]
    assert office.pending.rows.tolist() == [0, 1]
    desk.seatless = [1]
    clock = simpy.Environment(initial_time=Calendar(2023).begins(3))
    clock.process(office.run(clock, desk, 3))
    clock.run(until=Calendar(2023).begins(4))
    assert desk.served == [2, 0]
    purse = office.purse
    clock.run(until=Calendar(2023).begins(7))
    assert desk.away == [1]
    assert ("lapsed", 1, 1_000) in [e[1:] for e in office.log]
    assert office.purse >= purse + 1_000
    assert [e[1] for e in office.log].count("awarded") == 1


def test_a_course_has_no_more_awards_than_it_may() -> None:
    desk = Desk(200)
    office = run(desk, 3, 1e5, **TWO, cap_per_course=10, courses=5, popularity=1)
    assert len(desk.served) <= 50
    full = next(e for e in office.log if e[1] == "course full")
    assert full[2] == len(desk.away) == 200 - len(desk.served)


def test_an_office_goes_on_where_its_state_was_kept() -> None:
    desk = Desk(40)
    office = run(desk, 3, 1e5, **TWO, assessors=1.0, assessment=3000.0)
    other = Office(office.policy, 1, 0, 24, Calendar(2023), 1.0, seed=4)
    other.restore(json.loads(json.dumps(office.state())))
    assert other.state() == office.state()
    assert other.state()["pending"]["rows"]


def test_an_open_ended_scheme_serves_everybody_every_month() -> None:
    desk = Desk(40)
    office = Office(Leerrekening(), 1, 0, 24, Calendar(2023), 1.0, seed=4)
    clock = simpy.Environment()
    clock.process(office.run(clock, desk, 0))
    clock.run(until=Calendar(2023).begins(2))
    assert office.log == [(2, "awarded", 40, 40_000)]
    assert desk.away == []


def test_an_office_of_which_only_values_change_looks_at_them_until_they_are_settled() -> None:
    policy = Belastingaftrek(changes=[{"from": "2023-03", "threshold": 100.0}])
    office = Office(policy, 1, 0, FOREVER, Calendar(2023), 1.0, seed=4)
    clock = simpy.Environment()
    clock.process(office.run(clock, Desk(40), 0, settled=3))
    moments = []
    while clock.peek() < np.inf:
        moments.append(clock.peek())
        clock.step()
    assert sorted(set(moments)) == [Calendar(2023).begins(t) for t in range(3)]
    assert office.log == []


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
    with pytest.raises(ValueError, match="lottery or arrival"):
        Windows(("03-01 10:00",), ("04-01 10:00",), order="bribe")
    with pytest.raises(ValueError, match="without a budget"):
        Leerrekening(opens=["03-01 10:00"], closes=["04-01 10:00"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"priority": ["education:none"]}, "priority: 'education:none' is no group; there are all"),
        ({"pots": {"education:nobody": 1e6}}, "pots: 'education:nobody' is no group"),
        ({"pots": {"education:low": 200e6}}, "pots: EUR 200,000,000 in all is above the yearly"),
        ({"pots": {"education:low": -1}}, "pots: -1 is no amount"),
        ({"pots": 5}, "give a table of groups"),
        ({"budgets": [1e6]}, "1 amounts for 5 windows"),
        ({"budgets": [50e6] * 5}, "budgets: EUR 250,000,000 in all is above"),
        ({"opens": ["03-01 10:00", "03-20 10:00"], "closes": ["03-10 10:00", "04-20 10:00"]},
         "two windows open in one month"),
    ],
)  # fmt: skip
def test_money_and_groups_that_cannot_be_are_refused(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Voucher(**settings)
