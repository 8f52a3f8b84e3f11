"""A scheme's office: its windows, its line, its purse and its assessors, on the SimPy clock.

The office works in batches. When a window opens, or a month begins, it works out for everybody in
line when each is served and until whom the purse can pay; what follows from it happens in one
event at the minute in which the line is closed.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from simulator import draws
from simulator.calendar import Calendar
from simulator.cases import Cases
from simulator.policy import HOOKS, Policy
from simulator.queueing import (
    among,
    left_of,
    one_counter,
    payable,
    presented,
    ranks,
    several_counters,
)
from simulator.windows import Windows

Rows = NDArray[np.int64]
Cents = NDArray[np.int64]
Clock = NDArray[np.float64]
OPEN, MONTHLY, YEARLY = "open", "monthly", "yearly"
YEARLY_AT, MONTHLY_AT = 1, 2  # minutes after a month begins; workers decide in between
HOUR, MONTH = 60, 30 * 24 * 60


class Counter(Protocol):
    """What an office asks of the model."""

    def applicants(self, number: int) -> Rows: ...
    def waits(self, number: int, rows: Rows) -> NDArray[np.bool_]: ...
    def asked(self, rows: Rows) -> Cents: ...
    def skill(self, rows: Rows) -> NDArray[np.float64]: ...
    def contact(self, rows: Rows) -> NDArray[np.bool_]: ...
    def members(self, rows: Rows, group: str) -> NDArray[np.bool_]: ...
    def award(self, office: Office, rows: Rows, again: bool = False) -> Rows: ...
    def turn_away(self, office: Office, rows: Rows, refused: bool = False) -> None: ...
    def follow_up(self, office: Office) -> None: ...
    def yearly(self, office: Office) -> None: ...


@dataclass(frozen=True)
class Opening:
    """The line on the day a window opened, in clock time: when it opened, when everybody joined the
    line, when each of the paid was served, and when each of those turned away was.
    """

    clock: int
    came: Clock
    paid: Clock
    away: Clock


class Office:
    """One scheme in force from month `first` up to month `last`; `share` of it is simulated."""

    def __init__(
        self,
        policy: Policy,
        number: int,
        first: int,
        last: int,
        calendar: Calendar,
        share: float,
        seed: int,
    ) -> None:
        self.policy, self.number, self.first, self.last = policy, number, first, last
        self.calendar, self.seed, self.share = calendar, seed, share
        hooks = (getattr(policy, name) for name in HOOKS)
        self._spends = any(f"spent_{policy.name}_eur" in hook.tallies for hook in hooks if hook)
        self.tells = f"{policy.name}_open", f"{policy.name}_served"  # drivers of laws
        self.purse = 0  # cents left in the window that is open; unused when open-ended
        self.closes = -1  # clock time at which it closes
        self.served = 1.0  # share of those in line who could be paid when it last served
        self.pending, self.free = Cases.none(), np.zeros(0)  # the pile, and when assessors are free
        self.log: list[tuple[int, str, int, int]] = []  # (clock, event, persons, cents)
        opens = policy.windows.opens if policy.windows is not None else ()
        self.openings: list[Opening] = []
        self._opens = {Windows.moment(m).month: k for k, m in enumerate(opens)}
        self.turn()

    def turn(self) -> None:
        """Take up the policy's present values: whether it leads, and has work every month."""
        policy, values = self.policy, self.policy.values
        follows = values["repaid"] > 0.0 or policy.on_failure is not None
        self.leads = policy.lead
        self._works = self.leads or follows or self._spends or values["spending"] > 0.0

    def state(self) -> dict[str, Any]:
        """What the office remembers from month to month, as plain data."""
        return {"purse": self.purse, "closes": self.closes, "served": self.served,
                "free": self.free.tolist(), "pending": self.pending.plain()}  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.purse, self.closes = int(state["purse"]), int(state["closes"])
        self.served, self.pending = float(state["served"]), Cases.read(state["pending"])
        self.free = np.array(state["free"], float)

    @property
    def turns(self) -> bool:
        """Whether it may open, close and run out within a month."""
        return self.policy.windows is not None

    def _may_act(self) -> bool:
        """Whether by the policy's present values there is a month in which it does anything."""
        return self.turns or self.policy.yearly is not None or self._works

    def window_in(self, t: int) -> int | None:
        """The number of the window that opens in month t, if one does."""
        if not self._opens or not self.first <= t < self.last:
            return None
        return self._opens.get(self.calendar.at(t)[1])

    def is_open(self, t: int) -> bool:
        """Whether an application in month t is dealt with in that month."""
        if not self.first <= t < self.last:
            return False
        if self.policy.windows is None or self.window_in(t) is not None:
            return True
        return self.purse > 0 and self.closes > self.calendar.begins(t)

    def events(self, t: int) -> list[tuple[int, str]]:
        """(clock time, kind) of what the office does in month t, in order."""
        if not self.first <= t < self.last:
            return []
        begins, (year, month) = self.calendar.begins(t), self.calendar.at(t)
        found = []
        if self.policy.yearly is not None and (month == 1 or t == self.first):
            found.append((begins + YEARLY_AT, YEARLY))
        if self._works:
            found.append((begins + MONTHLY_AT, MONTHLY))
        window = self.window_in(t)
        if window is not None and self.policy.windows is not None:
            moment: datetime = Windows.moment(self.policy.windows.opens[window], year)
            found.append((max(self.calendar.minutes(moment), begins + MONTHLY_AT + 1), OPEN))
        return sorted(found)

    def run(
        self, env: simpy.Environment, counter: Counter, t: int, settled: int = 0
    ) -> Generator[simpy.Event]:
        """The SimPy process of the office, from month t on; from month `settled` on no policy's
        values change, so that nobody need look at them as a month begins.
        """
        while t < self.last:
            may_turn = t < settled and bool(self.policy.period.changes)
            if not (may_turn or self._may_act()):
                return
            for moment, kind in self.events(t):
                yield env.timeout(moment - env.now)
                if kind == YEARLY:
                    counter.yearly(self)
                    continue
                if kind == MONTHLY:
                    counter.follow_up(self)
                    self._decide(t, int(env.now), counter)
                    if not self.leads or self.window_in(t) is not None:
                        continue
                    if not self.is_open(t):
                        continue
                else:
                    self._open_window(int(env.now), t)
                yield from self._serve(env, t, kind == OPEN, counter)
            t += 1
            if t < settled:
                yield env.timeout(self.calendar.begins(t) - env.now)

    def _open_window(self, now: int, t: int) -> None:
        windows, window = self.policy.windows, self.window_in(t)
        if windows is None or window is None:
            return
        left = self.purse if windows.carry_over and window > 0 else 0
        self.purse = self._budget(windows, window) + left
        self.closes = self.calendar.minutes(
            Windows.moment(windows.closes[window], self.calendar.at(t)[0])
        )
        self.log.append((now, OPEN, 0, self.purse))

    def _budget(self, windows: Windows, window: int) -> int:
        """Cents of a window; only part of the nation is simulated, the budget is that part's."""
        if windows.budgets:
            return int(windows.budgets[window] * self.policy.growth * 100 * self.share)
        return int(self.policy.values["budget"] * 100 * self.share) // len(windows.opens)

    def _serve(
        self, env: simpy.Environment, t: int, opening: bool, counter: Counter
    ) -> Generator[simpy.Event]:
        """Everybody who comes this month; then the decisions that are made within it."""
        start, month_ends = int(env.now), self.calendar.begins(t + 1) - 1
        rows = counter.applicants(self.number)
        if self.pending.rows.size:  # decided on, or waiting for a seat
            rows = rows[~among(rows, self.pending.rows)]
        if self.policy.windows is None:
            cases = Cases.new(rows, counter.asked(rows), np.full(rows.size, float(start)))
        else:
            ends = min(month_ends, self.closes)
            rows, came, done = self._line(rows, start, t, opening, counter)
            rows, done, late = rows[done <= ends], done[done <= ends], rows[done > ends]
            asked, full = counter.asked(rows), self._full(rows, t)
            wanted = np.where(full, 0, asked)
            paid = payable(wanted, *self._pots(rows, counter), self.purse) & ~full
            if full.any():
                counter.turn_away(self, rows[full])
                self.log.append((start, "course full", int(full.sum()), self.purse))
            cases = Cases.new(rows[paid], asked[paid], done[paid])
            away = rows[~paid & ~full]
            line = rows.size + late.size
            if away.size:  # the window shuts at whoever cannot be paid; the rest comes too late
                self.closes = math.ceil(done[paid].max(initial=start))
            if away.size or self.closes <= month_ends:
                away, late = np.concatenate([away, late]), late[:0]
            if opening:
                unpaid = np.append(~paid & ~full, np.full(came.size - rows.size, not late.size))
                refused = np.maximum(came[unpaid], self.closes)
                self.openings.append(
                    Opening(start, came, done[paid], np.append(refused, done[full]))
                )
            self.purse -= int(cases.cents.sum())
            if line:
                self.served = cases.rows.size / line
            if away.size:
                yield env.timeout(max(self.closes - start, 0))
                counter.turn_away(self, away)
                self.log.append((int(env.now), "closed", int(away.size), self.purse))
        self.pending = self.pending.joined(self._assessed(cases, t))
        decided = self.pending.decided
        if not decided.size:
            return
        last = decided[decided <= month_ends].max(initial=env.now)
        yield env.timeout(math.ceil(last) - env.now)
        self._decide(t, int(env.now), counter)

    def _line(
        self, rows: Rows, start: int, t: int, opening: bool, counter: Counter
    ) -> tuple[Rows, Clock, Clock]:
        """Applicants in order of service, and the clock times at which each comes and is served."""
        values, name = self.policy.values, self.policy.name
        waiting = draws.uniforms(self.seed, rows, t, f"{name}.arrival")
        if opening:
            present, delay = presented(waiting, values["present"], values["spread"] * HOUR)
        else:  # the window was open all month: people come as they decide
            present = np.zeros(rows.size, bool)
            delay = waiting * (self.calendar.begins(t + 1) - start)
        luck = draws.uniforms(self.seed, rows, t, f"{name}.order")
        place = np.where(present, self._place(rows, luck, counter), 0.0)
        order = np.lexsort((place, delay))
        each = 1.0 / (self.share * values["rate"])
        came = delay[order]
        return rows[order], start + came, start + one_counter(came, each)

    def _place(self, rows: Rows, luck: NDArray[np.float64], counter: Counter) -> Clock:
        """Place in the line of who is present at the opening: the lowest is served first."""
        windows = self.policy.windows
        place = luck
        if windows is not None and windows.order == "arrival":
            values = self.policy.values
            score = values.get("queue_skill", 0.0) * counter.skill(rows)
            score += values.get("queue_contact", 0.0) * counter.contact(rows)
            score += np.log(luck / (1.0 - luck))
            place = 1.0 / (1.0 + np.exp(score))
        if windows is not None and windows.priority:
            place = place + 1.0 - self._any(rows, windows.priority, counter)
        return place

    def _any(self, rows: Rows, groups: Sequence[str], counter: Counter) -> NDArray[np.bool_]:
        found = np.zeros(rows.size, bool)
        for group in groups:
            found |= counter.members(rows, group)
        return found

    def _pots(self, rows: Rows, counter: Counter) -> tuple[Rows, Cents]:
        """The pot of each of the rows (-1: none), and what every pot holds in this window."""
        windows = self.policy.windows
        pots = windows.pots if windows is not None else ()
        pot, parts = np.full(rows.size, -1), len(windows.opens) if windows is not None else 1
        for k, (group, _) in reversed(list(enumerate(pots))):  # the first that fits
            pot[counter.members(rows, group)] = k
        cents = 100 * self.share * self.policy.growth
        held = [min(int(eur * cents) // parts, self.purse) for _, eur in pots]
        return pot, np.array(held, np.int64)

    def _full(self, rows: Rows, t: int) -> NDArray[np.bool_]:
        """Whose course has had as many awards in this window as one course may have.

        Courses differ in popularity: of n courses the k-th is chosen by k / n = u^popularity.
        """
        values = self.policy.values
        if values.get("cap_per_course", 0.0) == 0.0:
            return np.zeros(rows.size, bool)
        most = max(1, round(values["cap_per_course"] * self.share))
        luck = draws.uniforms(self.seed, rows, t, f"{self.policy.name}.course")
        course = (values["courses"] * luck ** values["popularity"]).astype(np.int64)
        order = np.argsort(course, kind="stable")
        place = np.empty(rows.size, np.int64)
        place[order] = ranks(course[order])
        return np.asarray(place >= most)

    def _assessed(self, cases: Cases, t: int) -> Cases:
        """The same cases with the clock time at which assessors are through with each.

        An office of c assessors for the nation is c / weight for the part that is simulated; what
        rounding that to whole persons changes is made up in the time of an assessment.
        """
        wanted = self.policy.values["assessors"] * self.share
        if wanted == 0.0 or not cases.rows.size:
            return cases
        counters = max(1, round(wanted))
        minutes = self.policy.values["assessment"] * counters / wanted
        luck = draws.uniforms(self.seed, cases.rows, t, f"{self.policy.name}.assessment")
        order = np.argsort(cases.decided, kind="stable")
        free = self.free if self.free.size == counters else np.zeros(counters)
        service = -minutes * np.log(luck[order])
        done, self.free = several_counters(cases.decided[order], service, free)
        return Cases.new(cases.rows[order], cases.cents[order], done)

    def _decide(self, t: int, now: int, counter: Counter) -> None:
        """Award or refuse whatever has been assessed by now."""
        pending, values = self.pending, self.policy.values
        due = pending.decided <= now
        if not due.any():
            return
        cases, self.pending = pending.where(due), pending.where(~due)
        waits, new = counter.waits(self.number, cases.rows), cases.awarded < 0
        ends = {"withdrawn": ~waits}
        if values["rejected"] > 0.0:
            luck = draws.uniforms(self.seed, cases.rows, t, f"{self.policy.name}.rejected")
            ends["rejected"] = waits & new & (luck < values["rejected"])
        if not new.all():
            ends["lapsed"] = waits & ~new & (now > cases.awarded + values["start_within"] * MONTH)
        stays = np.ones(waits.size, bool)
        for event, chosen in ends.items():
            if chosen.any():
                back = int(cases.cents[chosen].sum())
                self.purse += back if self.policy.windows is not None else 0
                self.log.append((now, event, int(chosen.sum()), back))
                if event != "withdrawn":
                    counter.turn_away(self, cases.rows[chosen], refused=event == "rejected")
                stays &= ~chosen
        self._award(cases.where(stays), now, counter)

    def _award(self, good: Cases, now: int, counter: Counter) -> None:
        """Award who is found entitled; who finds no seat is looked at again next month."""
        first = good.awarded < 0
        if first.any():
            self.log.append((now, "awarded", int(first.sum()), int(good.cents[first].sum())))
        seatless = np.zeros(first.size, bool)
        for chosen, again in ((first, False), (~first, True)):
            rows = good.rows[chosen]
            if rows.size:
                seatless[chosen] = left_of(rows, counter.award(self, rows, again))
        if seatless.any():
            self.pending = self.pending.joined(good.where(seatless).held(now))
