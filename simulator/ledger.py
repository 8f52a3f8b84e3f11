"""Every euro: who pays whom, for what, when; kept in whole cents, closed every month or refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

WORKERS, EMPLOYERS, PROVIDERS, ADMINISTRATION, GUIDES = (
    "workers",
    "employers",
    "providers",
    "administration",
    "guides",
)


def state(instrument: str) -> str:
    """The State's account for awards of an instrument."""
    return f"state:{instrument}"


def tax(instrument: str) -> str:
    """The State's account for tax that it forgoes by an instrument."""
    return f"tax:{instrument}"


def purse(payer: str, instrument: str) -> str:
    """The account from which an instrument is paid: the State's, the employers', or its own."""
    return EMPLOYERS if payer == "employer" else f"{payer}:{instrument}"


def overhead(instrument: str) -> str:
    """The State's account for the administration of an instrument."""
    return f"state-administration:{instrument}"


def obligation(instrument: str) -> str:
    """What the State has promised of an instrument (a liability: its balance is negative)."""
    return f"obligation:{instrument}"


def rights(instrument: str) -> str:
    """Unused rights of an instrument, held by workers."""
    return f"rights:{instrument}"


class Entry(NamedTuple):
    """One posting: `cents` go from one account to another in month t, for a stated reason."""

    t: int
    source: str
    target: str
    cents: int
    what: str


@dataclass
class Ledger:
    """Double entry: every posting takes from one account what it gives to another."""

    balances: Counter[str] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)
    closed: int = -1

    def post(self, t: int, source: str, target: str, cents: int, what: str) -> None:
        """Move an amount of at least 0 between two accounts; nothing is posted for 0."""
        if cents < 0 or source == target or t <= self.closed:
            raise ValueError(
                f"ledger: {what} of {cents} cents from {source} to {target} in month {t}: "
                "amounts are at least 0, accounts differ, and the month is not closed"
            )
        if cents:
            self.balances[source] -= cents
            self.balances[target] += cents
            self.entries.append(Entry(t, source, target, cents, what))

    def close(self, t: int, expected: Mapping[str, int]) -> None:
        """End month t: accounts sum to 0 and `expected` balances, counted elsewhere, are met.

        Raises ArithmeticError naming the account and its latest entry when one is a cent off.
        """
        total = sum(self.balances.values())
        if total:
            raise ArithmeticError(
                f"ledger: month {t} does not close, accounts sum to {total} cents"
            )
        for account, cents in expected.items():
            if self.balances[account] != cents:
                last = next(
                    (e for e in reversed(self.entries) if account in (e.source, e.target)), None
                )
                raise ArithmeticError(
                    f"ledger: month {t}: {account} stands at {self.balances[account]} cents, "
                    f"counted are {cents}; last entry {last}"
                )
        self.closed = t

    def by_month(self, what: str, source: str = "", target: str = "") -> dict[int, int]:
        """Cents a month of the entries of one kind, if wanted of one account."""
        found: defaultdict[int, int] = defaultdict(int)
        for e in self.entries:
            if e.what == what and source in ("", e.source) and target in ("", e.target):
                found[e.t] += e.cents
        return dict(found)
