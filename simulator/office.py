"""A scheme's office: its windows, its order of service and its purse, on the SimPy clock.

The office works in batches: one event serves everybody who stands in line at that minute.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from simulator import draws
from simulator.calendar import Calendar
from simulator.policy import Policy, Windows

Rows = NDArray[np.int64]
OPEN, MONTHLY, YEARLY = "open", "monthly", "yearly"
YEARLY_AT, MONTHLY_AT = 1, 2  # minutes after a month begins; workers decide in between


class Counter(Protocol):
    """What an office asks of the model."""

    def applicants(self, number: int) -> Rows: ...
    def asked(self, rows: Rows) -> NDArray[np.int64]: ...
    def skill(self, rows: Rows) -> NDArray[np.float64]: ...
    def award(self, office: Office, rows: Rows) -> None: ...
    def turn_away(self, office: Office, rows: Rows) -> None: ...
    def yearly(self, office: Office) -> None: ...


class Office:
    """One scheme in force from month `first` up to month `last`."""

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
        self.calendar, self.seed = calendar, seed
        self.purse = 0  # cents left in the window that is open; unused when open-ended
        self.closes = -1  # clock time at which it closes
        self.served = 1.0  # share of those in line who were served when it last opened
        # Only part of the nation is simulated; the budget is that part's.
        self.yearly_budget = int(policy.values.get("budget", 0.0) * 100 * share)
        self.log: list[tuple[int, str, int, int]] = []  # (clock, event, persons, cents)

    def window_in(self, t: int) -> int | None:
        """The number of the window that opens in month t, if one does."""
        windows = self.policy.windows
        if windows is None or not self.first <= t < self.last:
            return None
        year, month = self.calendar.at(t)
        opens = [Windows.moment(m, year).month for m in windows.opens]
        return opens.index(month) if month in opens else None

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
        found.append((begins + MONTHLY_AT, MONTHLY))
        window = self.window_in(t)
        if window is not None and self.policy.windows is not None:
            moment: datetime = Windows.moment(self.policy.windows.opens[window], year)
            found.append((max(self.calendar.minutes(moment), begins + MONTHLY_AT + 1), OPEN))
        return sorted(found)

    def run(self, env: simpy.Environment, counter: Counter, t: int) -> Generator[simpy.Event]:
        """The SimPy process of the office, from month t on."""
        while t < self.last:
            for moment, kind in self.events(t):
                yield env.timeout(moment - env.now)
                self._do(kind, int(env.now), t, counter)
            t += 1
            yield env.timeout(self.calendar.begins(t) - env.now)

    def _do(self, kind: str, now: int, t: int, counter: Counter) -> None:
        if kind == YEARLY:
            counter.yearly(self)
        elif kind == OPEN:
            self._open_window(now, t)
            self._serve(now, t, counter)
        elif self.policy.windows is None or (self.purse > 0 and now < self.closes):
            self._serve(now, t, counter)

    def _open_window(self, now: int, t: int) -> None:
        windows, window = self.policy.windows, self.window_in(t)
        if windows is None or window is None:
            return
        share = self.yearly_budget // len(windows.opens)
        left = self.purse if windows.carry_over and window > 0 else 0
        self.purse = share + left
        self.closes = self.calendar.minutes(
            Windows.moment(windows.closes[window], self.calendar.at(t)[0])
        )
        self.log.append((now, OPEN, 0, self.purse))

    def _serve(self, now: int, t: int, counter: Counter) -> None:
        """Everybody in line: all when open-ended, else in order until the purse cannot pay."""
        rows = counter.applicants(self.number)
        if self.policy.windows is None:
            served, cost = rows, int(counter.asked(rows).sum())
        else:
            rows = rows[self._order(rows, t, counter)]
            cumulative = np.cumsum(counter.asked(rows))
            count = int(np.searchsorted(cumulative, self.purse, side="right"))
            served, cost = rows[:count], int(cumulative[count - 1]) if count else 0
            away = rows[count:]
            self.purse -= cost
            if rows.size:
                self.served = count / rows.size
            if away.size:  # who comes next is not served either: the window is closed
                self.closes = now
                counter.turn_away(self, away)
                self.log.append((now, "turned away", int(away.size), 0))
        if served.size:
            counter.award(self, served)
            self.log.append((now, "awarded", int(served.size), cost))

    def _order(self, rows: Rows, t: int, counter: Counter) -> NDArray[np.intp]:
        luck = draws.uniforms(self.seed, rows, t, f"{self.policy.name}.order")
        if self.policy.windows is not None and self.policy.windows.order == "queue":
            weight = self.policy.values.get("queue_skill", 0.0)
            noise = np.log(luck / (1.0 - luck))
            return np.argsort(-(weight * counter.skill(rows) + noise), kind="stable")
        return np.argsort(luck, kind="stable")
