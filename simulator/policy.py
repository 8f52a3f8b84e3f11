"""What a policy is: parameters, who qualifies, what it pays, how it is rationed, in one file.

A policy is a class. Its numbers are `param(...)` attributes; its rules are plain functions whose
argument names say what they read (columns, `t`, the course: price, hours, recognised; and `p`, its
own parameters). Rules that are not given keep the meaning of the null policy: nobody qualifies for
anything, at no burden. `simulator.instruments` joins all policies in force.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from simulator.codes import BACHELOR, LOW
from simulator.columns import TEAM, WORKER, Column
from simulator.laws import (
    Law,
    arguments,
    refuse_impure,
)
from simulator.parameters import Parameter, Parameters, param

RULES = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time", "norm_shift",
         "recognised_share", "informs")  # fmt: skip
PAYS = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time")  # course after 1st
COURSE = ("price", "hours", "recognised")
_HARDER = math.exp(0.5)  # effort felt a class of education lower, behaviour E5: e^(.5 (1 - edu))
ORDERS = ("lottery", "queue")
_SETTINGS = ("opens", "closes", "order", "carry_over")


@dataclass(frozen=True)
class Windows:
    """When one may apply, every year, and who is served first; dates are "MM-DD HH:MM"."""

    opens: tuple[str, ...]
    closes: tuple[str, ...]
    order: str = "lottery"
    carry_over: bool = True  # money left in a window is added to the next one of that year

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ValueError(f"order = {self.order!r}: allowed is {' or '.join(ORDERS)}")
        if not isinstance(self.carry_over, bool):
            raise ValueError(f"carry_over = {self.carry_over!r}: give true or false")
        for key in ("opens", "closes"):
            if not isinstance(getattr(self, key), tuple):
                raise ValueError(
                    f'{key} = {getattr(self, key)!r}: give a list of "MM-DD HH:MM", one a window'
                )
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
                    f"opens {self.opens[k]}: "
                    "let it close later in the same year"
                )
        if times != sorted(times):
            raise ValueError(
                "opens: windows overlap or are out of order: let one close before the next opens"
            )

    def _moments(self, key: str) -> list[datetime]:
        try:
            return [self.moment(text) for text in getattr(self, key)]
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None

    @staticmethod
    def moment(text: str, year: int = 2001) -> datetime:
        """A moment "MM-DD HH:MM" in a year; ValueError if it is no such moment."""
        try:
            return datetime.strptime(f"{year}-{text}", "%Y-%m-%d %H:%M")
        except (ValueError, TypeError):
            raise ValueError(f'moment {text!r}: give "MM-DD HH:MM", as in "03-01 10:00"') from None


class Policy:
    """An instrument of learning policy; subclass it, give it a name, parameters and rules."""

    name: ClassVar[str] = ""
    columns: ClassVar[tuple[Column, ...]] = ()
    parameters: ClassVar[Parameters]
    windows: ClassVar[Windows | None] = None  # None: open-ended, everybody who qualifies is paid
    yearly: ClassVar[Law | None] = None  # applied to everybody at the start of a calendar year
    on_award: ClassVar[Law | None] = None  # applied to whoever is awarded
    rights_column: ClassVar[str] = ""  # money column that holds outstanding rights

    awareness: float = param(0.25, "1/year", "chance of hearing of it by passive publicity (i0)",
                             "Goerlitz and Tamm 2017: 25% knew after a year", "V",
                             bounds=(0, 1), prior=(0.10, 0.45))  # fmt: skip
    awareness_peer: float = param(0.02, "1/month", "idem from a fully trained team (i_peer)",
                                  "no source", "A", bounds=(0, 1), prior=(0, 0.05))  # fmt: skip
    awareness_employer: float = param(0.01, "1/month", "idem from a stimulating supervisor (i_emp)",
                                      "no source", "A", bounds=(0, 1), prior=(0, 0.03))  # fmt: skip
    hassle: float = param(100.0, "EUR", "burden of applying, felt as a price (phi)",
                          "Dares: identity step; behaviour E6 no. 17", "A",
                          bounds=(0, 10_000), prior=(40, 300))  # fmt: skip
    admin_per_award: float = param(67.0, "EUR", "administration per award",
                                   "Rekenkamer 2023: 14.5 mln / 216,269 STAP awards", "D",
                                   bounds=(0, 10_000), prior=(40, 120))  # fmt: skip
    recovery: float = param(0.985, "share", "of an award recovered after a no-show",
                            "BNR June 2023: 2.6 mln not reclaimed of 183 mln; upper bound", "D",
                            bounds=(0, 1), prior=(0.5, 1))  # fmt: skip

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.name.isidentifier():
            raise ValueError(
                f"policy {cls.__name__}: name = {cls.name!r} must be one lower-case word"
            )
        declared: dict[str, Parameter] = {}
        for base in reversed(cls.__mro__):
            declared |= {k: v for k, v in vars(base).items() if isinstance(v, Parameter)}
        cls.parameters = Parameters(cls.name, declared)
        for rule in RULES:
            if rule in vars(cls):
                function = getattr(cls, rule)
                refuse_impure(function)
                setattr(cls, rule, staticmethod(function))
        cls._check_reads()

    @classmethod
    def _check_reads(cls) -> None:
        """ValueError naming the rule when it reads what it cannot know."""
        known = {c.name for c in (*WORKER, *TEAM, *cls.columns)} | {"t", "year", "p"}
        for rule in RULES:
            allowed = known | set(COURSE) if rule in PAYS[1:] else known
            for argument in arguments(getattr(cls, rule)):
                if argument not in allowed:
                    raise ValueError(
                        f"policy {cls.name}: rule {rule} reads {argument!r}, which is no column; "
                        f"it may read {', '.join(sorted(allowed))}"
                    )
        if cls.yearly is not None and set(cls.yearly.tallies) != {"granted_eur", "lapsed_eur"}:
            raise ValueError(f"policy {cls.name}: yearly must count granted_eur and lapsed_eur")

    def __init__(self, **given: Any) -> None:
        settings = {k: given.pop(k) for k in _SETTINGS if k in given}
        self.windows = self._windows(settings)  # type: ignore[misc]  # an instance may differ
        self.values = self.parameters.values(given)
        if self.windows is not None and "budget" not in self.values:
            raise ValueError(
                f"{self.name}: windows without a budget would pay nobody: declare the parameter "
                "budget, or leave out opens and closes"
            )
        young, old = self.values.get("age_from", 0.0), self.values.get("age_to", math.inf)
        if young >= old:
            raise ValueError(
                f"{self.name}.age_from: {young:g} is not below age_to = {old:g}, so that nobody "
                "qualifies: lower one or raise the other"
            )
        self.check()

    def _windows(self, settings: dict[str, Any]) -> Windows | None:
        """The class's windows changed as the scenario says; opens = [] makes it open-ended."""
        if not settings:
            return type(self).windows
        if settings.get("opens") == []:
            if others := [k for k in settings if k != "opens"]:
                raise ValueError(
                    f"{self.name}.opens: [] makes the scheme open-ended, so that {others[0]} has "
                    f"no meaning: leave out {' and '.join(others)}"
                )
            return None
        given: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) and k != "order" else v for k, v in settings.items()
        }
        base = type(self).windows
        try:
            return replace(base, **given) if base else Windows(**given)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.name}.{error}") from None

    def check(self) -> None:
        """Refuse values that contradict each other; nothing by default."""

    @staticmethod
    def eligible() -> bool:
        """Whether the worker may use it."""
        return False

    @staticmethod
    def covers() -> float:
        """EUR that it pays of a course."""
        return 0.0

    @staticmethod
    def burden(education: int, p: Any) -> float:
        """What applying costs in effort, in EUR: heavier with less education."""
        if education == LOW:
            return float(p.hassle * _HARDER)
        return float(p.hassle / _HARDER if education >= BACHELOR else p.hassle)

    @staticmethod
    def option_value() -> float:
        """Share of the money felt as lost by using it now (psi); 0 = use it or lose it."""
        return 0.0

    @staticmethod
    def prepaid() -> float:
        """Share of the money that must be advanced and counts as a cost (l_g); 0 = paid ahead."""
        return 0.0

    @staticmethod
    def paid_time() -> float:
        """Share of the hours that are paid working time by this right."""
        return 0.0

    @staticmethod
    def norm_shift() -> float:
        """What knowing this right adds to the subjective norm, z."""
        return 0.0

    @staticmethod
    def recognised_share() -> float:
        """Share of plans that become a recognised programme when the right is known."""
        return 0.0

    @staticmethod
    def informs() -> float:
        """Chance that the scheme's own message (a statement, a letter) is noticed this month."""
        return 0.0


class Null(Policy):
    """Doing nothing: nobody qualifies, and nothing changes, to the last bit."""

    name = "null"
