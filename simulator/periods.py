"""When an instrument is in force, and what of it changes on a date; months are "YYYY-MM"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.calendar import Calendar
from simulator.parameters import Parameters

FOREVER = 10**6
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")
Change = tuple[str, dict[str, float]]


def month(text: object) -> str:
    """A month "YYYY-MM"; ValueError if it is none."""
    if not isinstance(text, str) or not _MONTH.fullmatch(text):
        raise ValueError(f'{text!r}: give a month as "YYYY-MM"')
    return text


def number(calendar: Calendar, text: str) -> int:
    """The number of a month "YYYY-MM" in a run."""
    year, month_ = map(int, text.split("-"))
    return calendar.number(year, month_)


@dataclass(frozen=True)
class Period:
    """In force from month `since` up to, not including, `until`, with dated changes of values."""

    since: str = ""  # as the variant comes into force, or from the start for what is standing
    until: str = ""  # for ever
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise ValueError(
                f"until: {self.until} is not after from = {self.since}: let it end later"
            )
        moments = [when for when, _ in self.changes]
        if moments != sorted(set(moments)):
            raise ValueError("changes: give them in order of time, one a month")
        for when in moments:
            if (self.since and when <= self.since) or (self.until and when >= self.until):
                raise ValueError(f"changes: {when} is outside the months in which it is in force")

    def months(self, calendar: Calendar, default: int) -> tuple[int, int]:
        """(first month, first month after) in a run; `default` is the first if no date is given."""
        first = max(number(calendar, self.since), default) if self.since else default
        return first, number(calendar, self.until) if self.until else FOREVER

    def turns(self, calendar: Calendar) -> list[int]:
        """The months of a run in which a value changes."""
        return [number(calendar, when) for when, _ in self.changes]

    def values(self, label: str, base: Mapping[str, float]) -> dict[str, float]:
        """Parameter values in force in month `label`."""
        found = dict(base)
        for when, changed in self.changes:
            if when <= label:
                found |= changed
        return found


def changes(owner: str, given: Any, parameters: Parameters) -> tuple[Change, ...]:
    """Dated changes as a scenario gives them: a list of tables with `from` and new values."""
    if not isinstance(given, Sequence) or not all(isinstance(t, Mapping) for t in given):
        raise ValueError(f'{owner}.changes = {given!r}: give a list of {{from = "YYYY-MM", ...}}')
    found = []
    for table in given:
        values = {k: v for k, v in table.items() if k != "from"}
        try:
            when = month(table.get("from"))
        except ValueError as error:
            raise ValueError(f"{owner}.changes: from = {error}") from None
        if not values:
            raise ValueError(f"{owner}.changes: from {when} nothing changes: name a parameter")
        checked = parameters.values(values)
        found.append((when, {k: checked[k] for k in values}))
    return tuple(found)
