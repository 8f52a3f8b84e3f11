"""When one may apply for a rationed instrument, and in what order applicants are served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

ORDERS = ("lottery", "arrival")
_LISTS = ("opens", "closes", "priority", "budgets")


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


@dataclass(frozen=True)
class Windows:
    """Application windows of every year; dates are "MM-DD HH:MM", amounts EUR.

    Who is present at an opening is served in a random order (lottery) or as the connection and the
    help at hand allow (arrival); groups in `priority` go first, and `pots` are reserved for groups.
    """

    opens: tuple[str, ...]
    closes: tuple[str, ...]
    order: str = "lottery"
    carry_over: bool = True  # money left in a window is added to the next one of that year
    priority: tuple[str, ...] = ()  # groups served before everybody else
    pots: tuple[tuple[str, float], ...] = ()  # EUR a year reserved for a group
    budgets: tuple[float, ...] = ()  # EUR of every window; none: the yearly budget in equal parts

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ValueError(f"order = {self.order!r}: allowed is {' or '.join(ORDERS)}")
        if not isinstance(self.carry_over, bool):
            raise ValueError(f"carry_over = {self.carry_over!r}: give true or false")
        for key in _LISTS:
            if not isinstance(getattr(self, key), tuple):
                raise ValueError(f"{key} = {getattr(self, key)!r}: give a list")
        self._check_moments()
        self._check_money()

    def _check_moments(self) -> None:
        if len(self.opens) != len(self.closes) or not self.opens:
            raise ValueError(
                f"opens: {len(self.opens)} opens and {len(self.closes)} closes; "
                "give as many closing as opening moments, at least one"
            )
        opening, closing = self._moments("opens"), self._moments("closes")
        times = [m for pair in zip(opening, closing, strict=True) for m in pair]
        for k, (opens, closes) in enumerate(zip(times[::2], times[1::2], strict=True)):
            if closes <= opens:
                raise ValueError(
                    f"closes: window {k + 1} closes {self.closes[k]} before it "
                    f"opens {self.opens[k]}: let it close later in the same year"
                )
        if times != sorted(times):
            raise ValueError(
                "opens: windows overlap or are out of order: let one close before the next opens"
            )
        if len({m.month for m in opening}) != len(opening):
            raise ValueError("opens: two windows open in one month: leave a month between them")

    def _check_money(self) -> None:
        for key, amounts in (("budgets", self.budgets), ("pots", [a for _, a in self.pots])):
            for amount in amounts:
                if not _is_amount(amount):
                    raise ValueError(f"{key}: {amount!r} is no amount: give EUR, at least 0")
        if self.budgets and len(self.budgets) != len(self.opens):
            raise ValueError(
                f"budgets: {len(self.budgets)} amounts for {len(self.opens)} windows; give one each"
            )

    def check_groups(self, known: Iterable[str]) -> None:
        """ValueError when money or priority is for a group that does not exist."""
        for key, groups in (("priority", self.priority), ("pots", [g for g, _ in self.pots])):
            for group in groups:
                if group not in known:
                    raise ValueError(f"{key}: {group!r} is no group; there are {', '.join(known)}")

    def check_budget(self, budget: float) -> None:
        """ValueError when windows or pots promise more than the budget of a year, in EUR."""
        for key, amounts in (("budgets", self.budgets), ("pots", [a for _, a in self.pots])):
            if sum(amounts) > budget:
                raise ValueError(
                    f"{key}: EUR {sum(amounts):,.0f} in all is above the yearly budget of "
                    f"EUR {budget:,.0f}: lower {key} or raise budget"
                )

    def _moments(self, key: str) -> list[datetime]:
        try:
            return [self.moment(text) for text in getattr(self, key)]
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None

    @staticmethod
    @cache
    def moment(text: str, year: int = 2001) -> datetime:
        """A moment "MM-DD HH:MM" in a year; ValueError if it is no such moment."""
        try:
            return datetime.strptime(f"{year}-{text}", "%Y-%m-%d %H:%M")
        except (ValueError, TypeError):
            raise ValueError(f'moment {text!r}: give "MM-DD HH:MM", as in "03-01 10:00"') from None
