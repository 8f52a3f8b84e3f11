"""What a policy is: parameters, who qualifies, what it pays, how it is rationed, in one file.

A policy is a class. Its numbers are `param(...)` attributes; its rules are plain functions whose
argument names say what they read (columns, `t`, the course: price, hours, recognised; and `p`, its
own parameters). Rules that are not given keep the meaning of the null policy: nobody qualifies for
anything, at no burden. `instruments(policies)` turns all policies in force into derived quantities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from simulator.columns import Column
from simulator.laws import Derived, Law, Rule, arguments, compiled, exp, law, refuse_impure
from simulator.parameters import Parameter, Parameters, param

RULES = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time", "norm_shift",
         "recognised_share", "informs")  # fmt: skip
COURSE = ("price", "hours", "recognised")
ORDERS = ("lottery", "queue")
_SETTINGS = ("opens", "closes", "order", "carry_over")
# Given to every policy's tuple by the model: its bit in `knows`, its number and when it is in force.
SLOTS = ("bit", "number", "first", "last")


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
            raise ValueError("windows overlap or are out of order: let one close before the next opens")

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
            raise ValueError(f"policy {cls.__name__}: name = {cls.name!r} must be one lower-case word")
        declared: dict[str, Parameter] = {}
        for base in reversed(cls.__mro__):
            declared |= {k: v for k, v in vars(base).items() if isinstance(v, Parameter)}
        cls.parameters = Parameters(cls.name, declared)
        for rule in RULES:
            if rule in vars(cls):
                function = getattr(cls, rule)
                refuse_impure(function)
                setattr(cls, rule, staticmethod(function))

    def __init__(self, **given: Any) -> None:
        settings = {k: given.pop(k) for k in _SETTINGS if k in given}
        self.windows = self._windows(settings)
        self.values = self.parameters.values(given)
        self.check()

    def _windows(self, settings: dict[str, Any]) -> Windows | None:
        """The class's windows changed as the scenario says; opens = [] makes it open-ended."""
        if not settings:
            return type(self).windows
        if settings.get("opens") == []:
            return None
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
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
        schooling = 0.0 if education == 0 else (2.0 if education >= 4 else 1.0)
        return float(p.hassle * exp(0.5 * (1.0 - schooling)))

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
    """Doing nothing: a policy for which nobody qualifies. It must change nothing, to the last bit."""

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


_PAYS = ("eligible", "covers", "burden", "option_value", "prepaid", "paid_time")


def _funding(policies: Sequence[Policy]) -> tuple[str, list[str]]:
    """Source of `funding`: the cheapest single instrument for a course (one per course)."""
    args = [*COURSE, *_needs(policies, _PAYS), *(f"{p.name}_open" for p in policies)]
    lines = ["cost, by, amount, paid, opened = price, 0, 0.0, 0.0, 0.0"]
    for policy in policies:
        lines += [
            f"if {_in_force(policy)} and {_call(policy, 'eligible')}:",
            f"    covered = math.floor(min(price, {_call(policy, 'covers')}) * 100.0 + 0.5) / 100.0",
            "    if covered > 0.0:",
            f"        felt = price - covered * (1.0 - {_call(policy, 'option_value')})",
            f"        felt += {_call(policy, 'burden')} + covered * {_call(policy, 'prepaid')}",
            "        if felt < cost:",
            f"            cost, by, amount = felt, int(p_{policy.name}.number), covered",
            f"            paid, opened = float({_call(policy, 'paid_time')}), {policy.name}_open",
        ]
    return _function("funding", args, [*lines, "return cost, by, amount, paid, opened"]), args


def _sources(policies: Sequence[Policy]) -> dict[str, tuple[tuple[str, ...], str]]:
    funding, args = _funding(policies)
    rest = args[len(COURSE) :]
    plan = ", ".join(["plan_price", "plan_hours", "plan_recognised", *rest])
    offer = _function(
        "offer",
        ["plan_price", "plan_hours", "plan_recognised", *rest],
        [f"return funding({plan})"],
    )
    some = ", ".join(rest)
    affordability = _function(
        "affordability",
        ["employer_pays", "willingness", "p_plans", *rest],
        [
            f"short = funding(p_plans.price, p_plans.hours, 0, {some})[0]",
            f"long = funding(p_plans.long_price, p_plans.long_hours, 1, {some})[0]",
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
            f"import math\n\n\n{funding}\n\n\n{offer}",
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
        made.append(Derived(space[name], gives, None, source, {**rules, "exp": exp}))
    return made


def awareness_law(policy: Policy, after: Sequence[str]) -> Law:
    """P(k: 0->1) = 1 - (1-i0)(1-i_peer s)(1-i_emp)(...): the policy becomes known, for good.

    `after` names the awareness laws that come before it: all write the column `knows`.
    """
    owner = policy.parameters
    extra = [a for a in arguments(policy.informs) if a != "p"]
    wants = ["knows", "trained_share", "supervisor", "guided_until", "ambassador_until", "t", "u"]
    names = [*dict.fromkeys([*wants, *extra]), "p"]
    told = f"informs({', '.join(arguments(policy.informs))})"
    source = _function(
        f"awareness_{policy.name}",
        names,
        [
            "stay = (1.0 - p.awareness) ** (1.0 / 12.0)",
            "stay *= 1.0 - p.awareness_peer * trained_share",
            "if supervisor == 1:",
            "    stay *= 1.0 - p.awareness_employer",
            f"stay *= 1.0 - {told}",
            "if t < guided_until or t < ambassador_until or u >= stay:",
            "    return int(knows) | int(p.bit)",
            "return knows",
        ],
    )
    when = _function(
        "unaware", ["knows", "t", "p"],
        ["return knows & int(p.bit) == 0 and p.first <= t < p.last"],
    )  # fmt: skip
    space: dict[str, Any] = {"informs": compiled(policy.informs)}
    exec(f"{source}\n\n\n{when}", space)
    made = law("knows", p=owner, when=space["unaware"], after=after, u=f"{policy.name}.awareness")
    return made(space[f"awareness_{policy.name}"])


def slots(policies: Sequence[Policy], first: Sequence[int], last: int) -> dict[str, dict[str, float]]:
    """Parameter values of every policy with its slots filled: number, bit and months in force."""
    return {
        policy.name: {
            **policy.values,
            "bit": float(1 << k),
            "number": float(k + 1),
            "first": float(first[k]),
            "last": float(last),
        }
        for k, policy in enumerate(policies)
    }
