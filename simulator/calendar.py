"""The calendar of a run: months by number, moments in minutes since the first month began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache


@dataclass(frozen=True)
class Calendar:
    """Month 0 begins at the start of `month` in `year`; one clock tick is a minute."""

    year: int
    month: int = 1

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 2200 and 1 <= self.month <= 12):
            raise ValueError(f"start {self.year}-{self.month:02d}: give a month of 1900 to 2200")

    def at(self, t: int) -> tuple[int, int]:
        """(year, month 1-12) of month number t."""
        years, months = divmod(self.month - 1 + t, 12)
        return self.year + years, months + 1

    def number(self, year: int, month: int = 1) -> int:
        """The number of a calendar month; negative before the start."""
        return (year - self.year) * 12 + month - self.month

    def minutes(self, moment: datetime) -> int:
        """Clock time of a moment."""
        return round((moment - datetime(self.year, self.month, 1)).total_seconds() / 60)

    def begins(self, t: int) -> int:
        """Clock time at which month t begins."""
        return _begins(self, t)

    def label(self, t: int) -> str:
        """Month t as "YYYY-MM"."""
        year, month = self.at(t)
        return f"{year}-{month:02d}"


@lru_cache(maxsize=4096)  # every office asks for it several times a month
def _begins(calendar: Calendar, t: int) -> int:
    return calendar.minutes(datetime(*calendar.at(t), 1))
