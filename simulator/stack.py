"""Who pays: the funding stack of all policies in force, written as derived quantities and laws.

Sources pay one after another, in a stated order, each at most what is left of the price. A *lead*
is an instrument that must be applied for (it has windows, assessors or refusals) or that excludes
others: at most one pays a course. *Direct* sources need no application and join whatever does not
exclude them. What is generated:

- `funding`: the best way to pay a given course with public money: lead, amount, felt cost;
- `offer`: that for the worker's plan now; `alone`: the plan without the State's money.

What every source really pays when a course starts is in `simulator.settlement`.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from simulator.columns import HELPED
from simulator.laws import Derived, arguments, cents
from simulator.policy import COURSE, PAYS, Policy

OFFER = ("offer_cost", "offer_by", "offer_amount", "offer_paid", "offer_open", "offer_left")
ALONE_GIVES = ("alone_cost", "alone_paid")
ASKED = (*PAYS, "relief")  # rules that a course asks for


# Whose money is asked first, where `after` says nothing else: what one has a right to and need not
# give back goes before an employer's, a loan bridges what is left, and only what one pays oneself
# can be deducted from income.
_TURN = {"state": 0, "account": 0, "fund": 1, "employer": 2, "loan": 3, "tax": 4}


def ordered(policies: Sequence[Policy]) -> list[Policy]:
    """Policies in the order in which they pay; ValueError naming those whose rules go in a circle.

    A policy pays after those it names in `after`; otherwise by whose money it is (state or own
    account, fund, employer, loan, tax), and then in the order given.
    """
    place = {p.name: (_TURN[p.payer], k) for k, p in enumerate(policies)}
    after = {p.name: [a for a in p.after if a in place] for p in policies}
    sorter = TopologicalSorter(after)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " after ".join(error.args[1])
        raise ValueError(
            f"{error.args[1][0]}.after: the order of paying goes in a circle: {circle}; "
            "take one of them out"
        ) from None
    found: list[str] = []
    ready = sorted(sorter.get_ready(), key=place.__getitem__)
    while ready:
        found.append(ready.pop(0))
        sorter.done(found[-1])
        ready = sorted([*ready, *sorter.get_ready()], key=place.__getitem__)
    return [policies[place[name][1]] for name in found]


def call(policy: Policy, rule: str, **renamed: str) -> str:
    """Source of a call of one of the policy's rules, with its `p` renamed to its owner's."""
    meant = {"p": f"p_{policy.name}", **renamed}
    names = [meant.get(a, a) for a in arguments(getattr(policy, rule))]
    return f"{rule}_{policy.name}({', '.join(names)})"


def in_force(policy: Policy) -> str:
    """Source of: the worker knows it, or need not, and it is in force this month."""
    owner = policy.name
    months = f"p_{owner}.first <= t < p_{owner}.last"
    return f"knows & int(p_{owner}.bit) and {months}" if policy.to == "worker" else months


def needs(policies: Sequence[Policy], rules: Sequence[str]) -> list[str]:
    """Arguments, in a stable order, that the rules of the policies need."""
    found: dict[str, None] = {"knows": None, "t": None}
    for policy in policies:
        found[f"p_{policy.name}"] = None
        for rule in rules:
            for a in arguments(getattr(policy, rule)):
                if a != "p" and a not in COURSE:
                    found[a] = None
    return list(found)


def asked_of(policies: Sequence[Policy], rules: Sequence[str]) -> list[str]:
    """Idem, of which what spending now forgoes may be computed beforehand."""
    early = [p for p in policies if saved(p)]
    others = [rule for rule in rules if rule != "option_value"]
    found = dict.fromkeys(needs(policies, others))
    found |= dict.fromkeys(needs([p for p in policies if p not in early], rules))
    return [*found, *(f"{p.name}_option" for p in early)]


def function(name: str, args: Sequence[str], lines: Sequence[str]) -> str:
    """Source of a function."""
    return f"def {name}({', '.join(args)}):\n" + "\n".join(f"    {line}" for line in lines)


def excluded(one: Policy, other: Policy) -> bool:
    """Whether two policies may not pay the same course."""
    return any(
        a.name in b.excludes or a.payer in b.excludes for a, b in ((one, other), (other, one))
    )


_MATTER = ("covers", "paid_time", "relief")


def _gives(policy: Policy, rule: str) -> bool:
    return getattr(policy, rule) is not getattr(Policy, rule)


def saved(policy: Policy) -> bool:
    """Whether what spending its money now forgoes is known without the course: then it is computed
    beforehand, as the exponential that it may take is no vector code.
    """
    return _gives(policy, "option_value") and not set(arguments(policy.option_value)) & set(COURSE)


def forgone(policy: Policy) -> str:
    """Source of the share of its money felt as lost by using it now."""
    return f"{policy.name}_option" if saved(policy) else call(policy, "option_value")


def options(policies: Sequence[Policy]) -> dict[str, str]:
    """Sources of what is computed beforehand."""
    return {
        f"{p.name}_option": function(
            f"{p.name}_option", needs([p], ["option_value"]),
            [f"return {call(p, 'option_value')} if {in_force(p)} else 0.0"],
        )
        for p in policies if saved(p)
    }  # fmt: skip


class Stack:
    """The generated text for the policies in force."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.policies = ordered(policies)
        workers = [p for p in self.policies if p.to == "worker"]
        self.leads = [p for p in workers if p.lead]
        self.direct = [p for p in workers if p not in self.leads]
        self.payers = [p for p in self.policies if p.pays]
        self.private = [p for p in self.direct if not p.public]
        self.asked = [p for p in workers if any(_gives(p, rule) for rule in _MATTER)]
        self.employers = [p for p in self.policies if p.to == "employer"]

    def _with(self, lead: Policy | None) -> list[Policy]:
        """The sources that may pay together with a lead, in order."""
        direct = [p for p in self.direct if lead is None or not excluded(p, lead)]
        return [p for p in self.policies if p is lead or p in direct]

    def _terms(self, policy: Policy) -> list[str]:
        """Lines for what one source is worth whatever it comes to pay: the share of its money that
        is felt as gained (`keep`, 0 when it may not be used), its burden, and its paid time.
        """
        name = policy.name
        lines = [
            f"    {name}_keep = 1.0 - ({forgone(policy)} + {call(policy, 'prepaid')})",
            f"    {name}_cost = ease * {call(policy, 'burden')}",
        ]
        if _gives(policy, "paid_time"):
            lines.append(f"    {name}_time = float({call(policy, 'paid_time')})")
        return [
            f"{name}_keep, {name}_cost, {name}_time = 0.0, 0.0, 0.0",
            f"if {in_force(policy)} and {call(policy, 'eligible')}:",
            *lines,
        ]

    def _pay(self, policy: Policy, chance: str = "") -> list[str]:
        """Lines that let one source pay of `left`, if the worker gains by it."""
        name = policy.name
        free = [f"{q.name}_got == 0.0" for q in self.before(policy)]
        return [
            f"if {' and '.join([f'{name}_keep > 0.0', *free])}:",
            f"    covered = cents(min(left, {call(policy, 'covers', price='left')}))",
            f"    gain = (covered * {name}_keep - {name}_cost){chance}",
            "    if covered > 0.0 and gain > 0.0:",
            "        left -= covered",
            "        felt -= gain",
            *([f"        {name}_got = covered"] if policy in self._barring() else []),
            *([f"        paid = max(paid, {name}_time)"] if _gives(policy, "paid_time") else []),
        ]

    def before(self, policy: Policy) -> list[Policy]:
        """Direct sources that pay before this one, and keep it out if they do."""
        if policy not in self.direct:
            return []
        earlier = self.direct[: self.direct.index(policy)]
        return [q for q in earlier if q.pays and excluded(policy, q)]

    def _barring(self) -> list[Policy]:
        """Direct sources that may keep out another one."""
        return list(dict.fromkeys(q for p in self.direct for q in self.before(p)))

    def _time(self) -> list[str]:
        """Lines for rights that give paid time and no money."""
        lines = []
        for p in self.direct:
            if not p.pays and p.paid_time is not Policy.paid_time:
                lines.append(f"if {in_force(p)} and {call(p, 'eligible')}:")
                lines.append(f"    paid = max(paid, float({call(p, 'paid_time')}))")
        return lines

    def _easing(self) -> list[Policy]:
        return [p for p in self.policies if _gives(p, "relief")]

    def ease(self) -> list[str]:
        """Lines for what is left of every burden after the help at hand."""
        lines = ["ease = 1.0"]
        for p in self._easing():
            lines.append(f"if {in_force(p)} and {call(p, 'eligible')}:")
            lines.append(f"    ease *= 1.0 - {call(p, 'relief')}")
        return lines

    def funding(self) -> tuple[str, list[str]]:
        """Source of `funding`, and its arguments.

        What is open now goes before what must be waited for; then the lowest felt cost decides.
        """
        args = [*COURSE, *asked_of(self.asked, ASKED)]
        args += [f"{p.name}_{what}" for what in ("open", "served") for p in self.leads]
        paying = [p for p in self.direct if p.pays]
        nothing = [f"{p.name}_got = 0.0" for p in self._barring()]
        lines = ["by, amount, opened = 0.0, 0.0, 0.0", "paid = 0.0", *self._time(), "always = paid"]
        lines += self.ease()
        lines += [line for p in paying for line in self._terms(p)]
        lines += ["left, felt = price, price", *nothing]
        if any(p.public for p in paying):
            lines += [line for p in paying for line in self._pay(p)]
            lines += ["if felt < price:", f"    by, opened = {HELPED}.0, 1.0"]
        lines.append("best, rest, time = felt, left, paid")
        for lead in self.leads:
            lines += [*self._terms(lead), f"if {lead.name}_keep > 0.0:"]
            lines += [f"    {line}" for line in [*nothing, *self._led(lead)]]
        return function(
            "funding", args, [*lines, "return best, by, amount, time, opened, rest"]
        ), args

    def _led(self, lead: Policy) -> list[str]:
        """Lines that pay with a lead and what may join it, and keep that if it is the best way."""
        mine, opened = f"{lead.name}_part", f"{lead.name}_open"
        lines = ["left, felt, paid = price, price, always", f"{mine} = 0.0"]
        for p in self._with(lead):
            if p is lead:
                lines += [*self._pay(p, f" * {p.name}_served"), f"        {mine} = covered"]
            elif p.pays:
                lines += self._pay(p)
        # Choices between numbers, one by one: branches around all of them are no vector code.
        ours = {"best": "felt", "by": f"p_{lead.name}.number", "amount": mine, "rest": "left",
                "time": "paid", "opened": opened}  # fmt: skip
        return [
            *lines,
            f"better = ({opened} > opened) | (({opened} == opened) & (felt < best))",
            f"better = ({mine} > 0.0) & (felt < price) & ((by == 0.0) | better)",
            *(f"{name} = {value} if better else {name}" for name, value in ours.items()),
        ]

    def offer(self) -> Derived:
        """What public money there is for the worker's plan now, if it were served for certain."""
        funding, args = self.funding()
        plan = ["plan_price", "plan_hours", "plan_recognised", *args[len(COURSE) :]]
        # One type of argument everywhere, or the function is compiled once more.
        meant = {"plan_hours": "float(plan_hours)"}
        now = ", ".join("1.0" if a.endswith("_served") else meant.get(a, a) for a in plan)
        asks = [a for a in plan if not a.endswith("_served")]
        text = f"{funding}\n\n\n{function('offer', asks, [f'return funding({now})'])}"
        return self._derived("offer", OFFER, text)

    def alone(self) -> Derived:
        """The plan without the State's money: the employer if it pays, private sources, oneself."""
        wants = asked_of(self.private, PAYS)
        args = ["plan_price", "plan_hours", "plan_recognised", "plan_payer", "training_budget"]
        lines = [
            "price, left = plan_price, plan_price",
            "if plan_payer == 1:",
            "    left -= min(plan_price, training_budget)",
            "left = cents(left)",
            "hours, recognised, felt, paid = plan_hours, plan_recognised, left, 0.0",
            *self._time(),
            *self.ease(),
            *(f"{p.name}_got = 0.0" for p in self._barring()),
        ]
        paying = [p for p in self.private if p.pays]
        lines += [line for p in paying for line in self._terms(p)]
        lines += [line for p in paying for line in self._pay(p)]
        timed = needs([p for p in self.direct if p.paid_time is not Policy.paid_time], PAYS)
        easing = needs(self._easing(), ASKED)
        wants = list(dict.fromkeys([*wants, *timed, *easing]))
        text = function("alone", [*args, *wants], [*lines, "return felt, paid"])
        return self._derived("alone", ALONE_GIVES, text)

    def _derived(self, name: str, gives: tuple[str, ...], text: str) -> Derived:
        space: dict[str, Any] = {}
        exec(text, space)
        rules = {f"{r}_{p.name}": getattr(p, r) for p in self.policies for r in ASKED}
        return Derived(space[name], gives, None, text, {**rules, "cents": cents}, wide=True)
