"""What a policy is: parameters, who qualifies, what it pays, how it is rationed, in one file.

A policy is a class. Its numbers are `param(...)` attributes; its rules are plain functions whose
argument names say what they read (columns, `t`, the course: price, hours, recognised; and `p`, its
own parameters). Rules that are not given keep the meaning of the null policy: nobody qualifies for
anything, at no burden. `instruments(policies)` turns all policies in force into derived quantities.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from simulator.codes import BACHELOR, LOW
from simulator.columns import TEAM, WORKER, Column
from simulator.laws import (
    Derived,
    Law,
    arguments,
    cents,
    compiled,
    exp,
    law,
    refuse_impure,
)
from simulator.parameters import Parameter, Parameters, param

RULES = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time", "norm_shift",
         "recognised_share", "informs")  # fmt: skip
_PAYS = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time")  # course after 1st
COURSE = ("price", "hours", "recognised")
_HARDER = math.exp(0.5)  # effort felt a class of education lower, behaviour E5: e^(.5 (1 - edu))
ORDERS = ("lottery", "queue")
_SETTINGS = ("opens", "closes", "order", "carry_over")
# Given to every policy's tuple by the model: its bit in `knows`, its number, the months when it is
# in force, the chance of not hearing of it in a month by publicity, and its turn of that draw.
SLOTS = ("bit", "number", "first", "last", "unheard", "turn")


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
        if len(self.opens) != len(self.closes) or not self.opens:
            raise ValueError(
                f"windows: {len(self.opens)} opens and {len(self.closes)} closes; "
                "give as many closing as opening moments, at least one"
            )
        times = [self.moment(m) for pair in zip(self.opens, self.closes, strict=True) for m in pair]
        for k, (opens, closes) in enumerate(zip(times[::2], times[1::2], strict=True)):
            if closes <= opens:
                raise ValueError(
                    f"window {k + 1} closes {self.closes[k]} before it opens {self.opens[k]}: "
                    "let it close later in the same year"
                )
        if times != sorted(times):
            raise ValueError(
                "windows overlap or are out of order: let one close before the next opens"
            )

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
            allowed = known | set(COURSE) if rule in _PAYS[1:] else known
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
        self.check()

    def _windows(self, settings: dict[str, Any]) -> Windows | None:
        """The class's windows changed as the scenario says; opens = [] makes it open-ended."""
        if not settings:
            return type(self).windows
        if settings.get("opens") == []:
            return None
        given: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()
        }
        base = type(self).windows
        try:
            return replace(base, **given) if base else Windows(**given)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.name}: {error}") from None

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


def _in_force(policy: Policy) -> str:
    owner = policy.name
    return f"knows & int(p_{owner}.bit) and p_{owner}.first <= t < p_{owner}.last"


def _call(policy: Policy, rule: str) -> str:
    """Source of a call of one of the policy's rules, with its `p` renamed to its owner's."""
    names = [f"p_{policy.name}" if a == "p" else a for a in arguments(getattr(policy, rule))]
    return f"{rule}_{policy.name}({', '.join(names)})"


def _needs(policies: Sequence[Policy], rules: Sequence[str]) -> list[str]:
    """Arguments, in a stable order, that the rules of the policies need."""
    found: dict[str, None] = {"knows": None, "t": None}
    for policy in policies:
        found[f"p_{policy.name}"] = None
        for rule in rules:
            for a in arguments(getattr(policy, rule)):
                if a != "p" and a not in COURSE:
                    found[a] = None
    return list(found)


def _function(name: str, args: Sequence[str], lines: Sequence[str]) -> str:
    return f"def {name}({', '.join(args)}):\n" + "\n".join(f"    {line}" for line in lines)


def _funding(policies: Sequence[Policy]) -> tuple[str, list[str]]:
    """Source of `funding`: the instrument a worker would use for a course, one per course.

    What is open now goes before what must be waited for; then the lowest felt cost decides.
    """
    args = [*COURSE, *_needs(policies, _PAYS)]
    args += [f"{p.name}_{what}" for what in ("open", "served") for p in policies]
    lines = ["cost, by, amount, paid, opened = price, 0, 0.0, 0.0, 0.0"]
    for policy in policies:
        opened = f"{policy.name}_open"
        lines += [
            f"if {_in_force(policy)} and {_call(policy, 'eligible')}:",
            f"    covered = cents(min(price, {_call(policy, 'covers')}))",
            "    if covered > 0.0:",
            f"        felt = price - covered * (1.0 - {_call(policy, 'option_value')})",
            f"        felt += {_call(policy, 'burden')} + covered * {_call(policy, 'prepaid')}",
            f"        felt = price - (price - felt) * {policy.name}_served",
            f"        better = {opened} > opened or ({opened} == opened and felt < cost)",
            "        if felt < price and (by == 0 or better):",
            f"            cost, by, amount = felt, int(p_{policy.name}.number), covered",
            f"            paid, opened = float({_call(policy, 'paid_time')}), {policy.name}_open",
        ]
    return _function("funding", args, [*lines, "return cost, by, amount, paid, opened"]), args


def _sources(policies: Sequence[Policy]) -> dict[str, tuple[tuple[str, ...], str]]:
    funding, args = _funding(policies)
    rest = args[len(COURSE) :]
    # A plan that is ready asks what is there now; who only thinks of one counts on what will open
    # again, as far as those in line were served the last time (behaviour D: planning value).
    now = ", ".join("1.0" if a.endswith("_served") else a for a in ["plan_price", "plan_hours",
                    "plan_recognised", *rest])  # fmt: skip
    ever = ", ".join("1.0" if a.endswith("_open") else a for a in rest)
    wants = [a for a in rest if not a.endswith("_open")]
    asks = [a for a in rest if not a.endswith("_served")]
    offer = _function(
        "offer", ["plan_price", "plan_hours", "plan_recognised", *asks], [f"return funding({now})"]
    )
    affordability = _function(
        "affordability",
        ["employer_pays", "willingness", "p_plans", *wants],
        [
            f"short = funding(p_plans.price, p_plans.hours, 0, {ever})[0]",
            f"long = funding(p_plans.long_price, p_plans.long_hours, 1, {ever})[0]",
            "cost = min(p_plans.price, short, long)",
            "return employer_pays + (1.0 - employer_pays) * exp(-max(cost, 0.0) / willingness)",
        ],
    )
    shift = _function(
        "norm_shift",
        _needs(policies, ("norm_shift",)),
        [
            "shift = 0.0",
            *(
                f"shift += {_call(p, 'norm_shift')} if {_in_force(p)} else 0.0"
                for p in policies
                if p.norm_shift is not Policy.norm_shift
            ),
            "return shift",
        ],
    )
    share = _function(
        "recognised_share",
        ["p_plans", *_needs(policies, ("eligible", "recognised_share"))],
        ["share = p_plans.recognised"]
        + [
            line
            for p in policies
            if p.recognised_share is not Policy.recognised_share
            for line in (
                f"if {_in_force(p)} and {_call(p, 'eligible')}:",
                f"    share = max(share, {_call(p, 'recognised_share')})",
            )
        ]
        + ["return share"],
    )
    return {
        "offer": (
            ("offer_cost", "offer_by", "offer_amount", "offer_paid", "offer_open"),
            f"{funding}\n\n\n{offer}",
        ),
        "affordability": (("affordability",), affordability),
        "norm_shift": (("norm_shift",), shift),
        "recognised_share": (("recognised_share",), share),
    }


def instruments(policies: Sequence[Policy]) -> list[Derived]:
    """What all policies in force together mean for a worker, as derived quantities.

    `offer` is the best instrument for the worker's plan, `affordability` is perceived
    affordability G, and `norm_shift` and `recognised_share` are what known rights add.
    """
    rules = {
        f"{rule}_{policy.name}": getattr(policy, rule) for policy in policies for rule in RULES
    }
    made = []
    for name, (gives, source) in _sources(policies).items():
        space: dict[str, Any] = {}
        exec(source, space)
        made.append(
            Derived(space[name], gives, None, source, {**rules, "exp": exp, "cents": cents})
        )
    return made


def awareness_law(policies: Sequence[Policy]) -> Law:
    """P(k: 0->1) = 1 - (1-i0)(1-i_peer s)(1-i_emp)(...): instruments become known, for good.

    All instruments share the worker's one draw of the month, each turned by its own name, so that
    another instrument changes nothing for the ones there are.
    """
    wants = ["knows", "trained_share", "supervisor", "guided_until", "ambassador_until", "t"]
    extra = [a for p in policies for a in arguments(p.informs) if a != "p"]
    owners = [f"p_{p.name}" for p in policies]
    lines = ["met = t < guided_until or t < ambassador_until"]
    for policy in policies:
        owner = f"p_{policy.name}"
        lines += [
            f"stay = {owner}.unheard * (1.0 - {owner}.awareness_peer * trained_share)",
            f"stay *= 1.0 - {owner}.awareness_employer * (1.0 if supervisor == 1 else 0.0)",
            f"stay *= 1.0 - {_call(policy, 'informs')}",
            f"v = u + {owner}.turn",
            "v -= 1.0 if v >= 1.0 else 0.0",
            f"if {owner}.first <= t < {owner}.last and (met or v >= stay):",
            f"    knows |= int({owner}.bit)",
        ]
    names = [*dict.fromkeys([*wants, *extra]), "u", *owners]
    text = _function("awareness", names, [*lines, "return knows"])
    bits = " | ".join(f"int({owner}.bit)" for owner in owners)
    text += "\n\n\n" + _function("unaware", ["knows", *owners], [f"return knows != {bits}"])
    space: dict[str, Any] = {f"informs_{p.name}": compiled(p.informs) for p in policies}
    exec(text, space)
    return law("knows", when=space["unaware"], u="awareness")(space["awareness"])


def slots(
    policies: Sequence[Policy], first: int, last: int, turns: Sequence[float]
) -> dict[str, dict[str, float]]:
    """Parameter values of every policy with its slots filled: number, bit and months in force."""
    if len(policies) > 7:
        raise ValueError(
            f"{len(policies)} instruments at once: 7 are allowed, combine or drop some"
        )
    return {
        policy.name: {
            **policy.values,
            "bit": float(1 << k),
            "number": float(k + 1),
            "first": float(first),
            "last": float(last),
            "turn": turns[k],
            "unheard": (1.0 - policy.values["awareness"]) ** (1.0 / 12.0),
        }
        for k, policy in enumerate(policies)
    }
