"""What a policy is: parameters, who qualifies, what it pays, how it is rationed, in one file.

A policy is a class. Its numbers are `param(...)` attributes; its rules are plain functions whose
argument names say what they read (columns, `t`, `year`, `month`, the course: price, hours,
recognised; and `p`, its own parameters). Rules that are not given keep the meaning of the null
policy: nobody qualifies for anything, at no burden. `simulator.instruments` joins all policies in
force.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from simulator.codes import BACHELOR, LOW
from simulator.columns import LIVES, TEAM, WORKER, Column
from simulator.groups import GROUPS
from simulator.laws import (
    Law,
    arguments,
    refuse_impure,
    scalar,
)
from simulator.parameters import Parameter, Parameters, param
from simulator.periods import Period, changes, month
from simulator.windows import Windows

RULES = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time", "norm_shift",
         "recognised_share", "informs", "relief", "tells")  # fmt: skip
HOOKS = ("monthly", "on_award", "on_move", "on_failure", "yearly", "team_monthly",
         "employer_monthly")  # fmt: skip
PAYS = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time")  # course after 1st
COURSE = ("price", "hours", "recognised")
_HARDER = math.exp(0.5)  # effort felt a class of education lower, behaviour E5: e^(.5 (1 - edu))
PAYERS = ("state", "tax", "fund", "employer", "loan", "account")
PAID_IN = ("from_employer_eur", "from_fund_eur", "from_worker_eur")  # money put into an account
PUBLIC = ("state", "tax")
_SETTINGS = ("opens", "closes", "order", "carry_over", "priority", "pots", "budgets")
_DATES = ("from", "until", "changes")
_STACK = ("after", "excludes")


@scalar
def effort(hassle: float, education: int) -> float:
    """A burden in EUR as it is felt: heavier with less education, behaviour E5."""
    if education == LOW:
        return hassle * _HARDER
    return hassle / _HARDER if education >= BACHELOR else hassle


class Policy:
    """An instrument of learning policy; subclass it, give it a name, parameters and rules."""

    name: ClassVar[str] = ""
    omits: ClassVar[Sequence[str]] = ()  # what a reader might expect and is not modelled
    columns: ClassVar[tuple[Column, ...]] = ()
    parameters: ClassVar[Parameters]
    windows: ClassVar[Windows | None] = None  # None: open-ended, everybody who qualifies is paid
    yearly: ClassVar[Law | None] = None  # applied to everybody at the start of a calendar year
    monthly: ClassVar[Law | None] = None  # what it does to workers every month, outside any course
    team_monthly: ClassVar[Law | None] = None  # idem, to teams
    employer_monthly: ClassVar[Law | None] = None  # idem, to employers
    on_award: ClassVar[Law | None] = None  # applied to whoever is awarded
    on_move: ClassVar[Law | None] = None  # applied to whoever leaves an employer
    on_failure: ClassVar[Law | None] = None  # applied to who does not turn up or stops early
    rights_column: ClassVar[str] = ""  # money column that holds outstanding rights
    generosity: ClassVar[str] = "budget"  # the parameter that says how much of it there is
    payer: ClassVar[str] = "state"  # whose money it is: one of PAYERS
    to: ClassVar[str] = "worker"  # or "employer": it pays a part of what the employer pays
    after: ClassVar[tuple[str, ...]] = ()  # instruments that pay before it
    excludes: ClassVar[tuple[str, ...]] = ("state",)  # instruments or payers that may not pay too

    awareness: float = param(0.25, "1/year", "chance of hearing of it by passive publicity (i0)",
                             "Goerlitz and Tamm 2017: 25% knew after a year", "V",
                             bounds=(0, 1), prior=(0.10, 0.45))  # fmt: skip
    awareness_peer: float = param(0.02, "1/month", "idem from a fully trained team (i_peer)",
                                  "no source", "A", bounds=(0, 1), prior=(0, 0.05))  # fmt: skip
    awareness_employer: float = param(0.01, "1/month", "idem from a stimulating supervisor (i_emp)",
                                      "no source", "A", bounds=(0, 1), prior=(0, 0.03))  # fmt: skip
    publicity: float = param(0.0, "1/month", "idem by news and advertising, when one may apply",
                             "none without windows", "A", bounds=(0, 1),
                             prior=(0, 0.15))  # fmt: skip
    hassle: float = param(100.0, "EUR", "burden of applying, felt as a price (phi)",
                          "Dares: identity step; behaviour E6 no. 17", "A",
                          bounds=(0, 10_000), prior=(40, 300))  # fmt: skip
    guided_burden: float = param(0.5, "share", "of that burden left to who is being guided",
                                 "behaviour E5", "A", bounds=(0, 1), prior=(0.3, 0.8))  # fmt: skip
    spending: float = param(0.0, "EUR/year", "fixed cost of the programme, for the whole country",
                            "none unless said", "A", bounds=(0, 1e11))  # fmt: skip
    lead_time: float = param(24.0, "months", "from the decision to the first learner",
                             "STAP: plan of 2018 for 2020, opened March 2022", "A",
                             bounds=(0, 240), prior=(12, 48))  # fmt: skip
    admin_per_award: float = param(67.0, "EUR", "administration per award",
                                   "Rekenkamer 2023: 14.5 mln / 216,269 STAP awards", "D",
                                   bounds=(0, 10_000), prior=(40, 120))  # fmt: skip
    admin_per_application: float = param(0.0, "EUR", "administration per application dealt with, "
                                         "award or not", "no split published", "A",
                                         bounds=(0, 10_000), prior=(0, 30))  # fmt: skip
    recovery: float = param(0.985, "share", "of an award recovered after a no-show",
                            "BNR June 2023: 2.6 mln not reclaimed of 183 mln; upper bound", "D",
                            bounds=(0, 1), prior=(0.5, 1))  # fmt: skip
    repaid: float = param(0.0, "share", "of an award repaid by who stops early", "no source", "A",
                          bounds=(0, 1), prior=(0, 0.5))  # fmt: skip
    rejected: float = param(0.0, "share", "applications refused when they are assessed",
                            "no source", "A", bounds=(0, 1), prior=(0, 0.2))  # fmt: skip
    rate: float = param(300.0, "1/minute", "applications that the digital queue lets in",
                        "nieuws.nl 17-3-2023, STAP", "R", bounds=(0.001, 1e6))  # fmt: skip
    present: float = param(0.95, "share", "of a window's applicants who are in line at its opening",
                           "STAP May 2022: 43,000 queued, 45,000 applied", "D", bounds=(0, 1),
                           prior=(0.6, 0.97))  # fmt: skip
    spread: float = param(12.0, "hours", "mean delay of those who come later",
                          "STAP May 2022: over 90% in the first 12 hours", "D",
                          bounds=(0.01, 1_000), prior=(4, 36))  # fmt: skip
    start_within: float = param(12.0, "months", "after an award in which the course must start",
                                "none unless said: the next start of a programme is within it",
                                "A", bounds=(0, 60))  # fmt: skip
    assessors: float = param(0.0, "persons", "who assess applications; 0 = assessed at once",
                             "no source; UWV had 105 persons on STAP", "A",
                             bounds=(0, 100_000))  # fmt: skip
    assessment: float = param(60.0, "minutes", "mean time of an assessment", "no source", "A",
                              bounds=(0.1, 10_000), prior=(15, 240))  # fmt: skip

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.name.isidentifier():
            raise ValueError(
                f"policy {cls.__name__}: name = {cls.name!r} must be one lower-case word"
            )
        declared: dict[str, Parameter] = {}
        for base in reversed(cls.__mro__):
            declared |= {k: v for k, v in vars(base).items() if isinstance(v, Parameter)}
        taken = [k for k in (*_SETTINGS, *_DATES, *_STACK) if k in declared]
        if taken:
            raise ValueError(
                f"policy {cls.name}: {taken[0]} is a setting of every scheme; give the parameter "
                "another name"
            )
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
        known = {c.name for c in (*WORKER, *TEAM, *cls.columns)} | {"t", "year", "month", "p"}
        for rule in RULES:
            allowed = known | set(COURSE) if rule in PAYS[1:] else known
            for argument in arguments(getattr(cls, rule)):
                if argument not in allowed:
                    raise ValueError(
                        f"policy {cls.name}: rule {rule} reads {argument!r}, which is no column; "
                        f"it may read {', '.join(sorted(allowed))}"
                    )
        counts = {f"contacts_{cls.name}", f"spent_{cls.name}_eur"}
        if cls.monthly is not None and set(cls.monthly.tallies) != counts:
            raise ValueError(
                f"policy {cls.name}: monthly must count {' and '.join(sorted(counts))}"
            )
        if cls.payer not in PAYERS or cls.to not in ("worker", "employer"):
            raise ValueError(
                f"policy {cls.name}: payer is one of {', '.join(PAYERS)}, to is worker or employer"
            )
        for hook in HOOKS:
            mine: Law | None = getattr(cls, hook)
            if mine is not None and (changed := set(mine.writes) & set(LIVES)):
                raise ValueError(
                    f"policy {cls.name}: {hook} writes {min(changed)!r}, which working lives "
                    "decide; keep what the policy is to remember in a column of its own"
                )
        for hook in ("yearly", "on_move"):
            counted = {"granted_eur", "lapsed_eur"}
            found: Law | None = getattr(cls, hook)
            if found is not None and set(found.tallies) - set(PAID_IN) != counted:
                raise ValueError(f"policy {cls.name}: {hook} must count granted_eur and lapsed_eur")

    def __init__(self, **given: Any) -> None:
        settings = {k: given.pop(k) for k in _SETTINGS if k in given}
        dates = {k: given.pop(k) for k in _DATES if k in given}
        for key in _STACK:
            if key in given:
                setattr(self, key, self._names(key, given.pop(key)))
        self.windows = self._windows(settings)  # type: ignore[misc]  # an instance may differ
        self.values = self.parameters.values(given)
        self.standing = False  # in force in every variant, from the start of the run if undated
        self.period, self._base = self._period(dates), dict(self.values)
        if self.windows is not None:
            if "budget" not in self.values:
                raise ValueError(
                    f"{self.name}: windows without a budget would pay nobody: declare the "
                    "parameter budget, or leave out opens and closes"
                )
            try:
                self.windows.check_groups(GROUPS)
                self.windows.check_budget(self.values["budget"])
            except ValueError as error:
                raise ValueError(f"{self.name}.{error}") from None
        young, old = self.values.get("age_from", 0.0), self.values.get("age_to", math.inf)
        if young >= old:
            raise ValueError(
                f"{self.name}.age_from: {young:g} is not below age_to = {old:g}, so that nobody "
                "qualifies: lower one or raise the other"
            )
        self.check()

    @property
    def lever(self) -> str:
        """The parameter of its generosity, or nothing when it has none."""
        return self.generosity if self.generosity in self.parameters.declared else ""

    @property
    def growth(self) -> float:
        """Today's budget relative to the first one: windows' own budgets and pots grow with it."""
        first = self._base["budget"]
        return self.values["budget"] / first if first > 0.0 else 1.0

    @property
    def public(self) -> bool:
        """Whether its money is public."""
        return self.payer in PUBLIC

    @property
    def lead(self) -> bool:
        """Whether at most one of its kind pays a course, and one applies for it."""
        applied = self.gated or bool(self.excludes)
        return self.pays and self.to == "worker" and self.public and applied

    @property
    def pays(self) -> bool:
        """Whether it pays for courses at all."""
        return self.covers is not Policy.covers

    @property
    def gated(self) -> bool:
        """Whether one must apply and wait for a decision."""
        office = any(self.values[k] > 0.0 for k in ("assessors", "rejected"))
        return self.windows is not None or office

    def _names(self, key: str, given: Any) -> tuple[str, ...]:
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            raise ValueError(f"{self.name}.{key} = {given!r}: give a list of instruments")
        return tuple(given)

    def _period(self, dates: dict[str, Any]) -> Period:
        """When it is in force, and the dated changes of its values."""
        try:
            since, until = (month(dates[k]) if k in dates else "" for k in ("from", "until"))
        except ValueError as error:
            wrong = "from" if error.args[0].startswith(repr(dates.get("from"))) else "until"
            raise ValueError(f"{self.name}.{wrong} = {error}") from None
        try:
            return Period(
                since, until, changes(self.name, dates.get("changes", []), self.parameters)
            )
        except ValueError as error:
            text = str(error)
            raise ValueError(
                text if text.startswith(f"{self.name}.") else f"{self.name}.{text}"
            ) from None

    def turn_to(self, label: str) -> bool:
        """Take the values in force in a month "YYYY-MM"; whether any of them changed."""
        if not self.period.changes:
            return False
        before, self.values = self.values, self.period.values(label, self._base)
        return before != self.values

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
        pots = given.get("pots", {})
        if not isinstance(pots, dict):
            raise ValueError(
                f"{self.name}.pots = {pots!r}: give a table of groups and EUR a year, as in "
                'pots = {"education:practical" = 125e6}'
            )
        if pots:
            given["pots"] = tuple(pots.items())
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
    def burden(education: int, guided_until: int, t: int, p: Any) -> float:
        """What applying costs in effort, in EUR: heavier with less education, lighter guided."""
        felt = effort(p.hassle, education)
        return felt * p.guided_burden if t < guided_until else felt  # type: ignore[no-any-return]

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
    def relief() -> float:
        """Share of the burden of every instrument that it takes away."""
        return 0.0

    @staticmethod
    def tells() -> float:
        """Chance that it makes every instrument known to the worker this month."""
        return 0.0

    @staticmethod
    def informs() -> float:
        """Chance that the scheme's own message (a statement, a letter) is noticed this month."""
        return 0.0


class Null(Policy):
    """Doing nothing: nobody qualifies, and nothing changes, to the last bit."""

    name = "null"
