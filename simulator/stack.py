"""Who pays: the funding stack of all policies in force, written as derived quantities and laws.

Sources pay one after another, in a stated order, each at most what is left of the price. A *lead*
is an instrument that must be applied for (it has windows, assessors or refusals) or that excludes
others: at most one pays a course. *Direct* sources need no application and join whatever does not
exclude them. What is generated:

- `funding`: the best way to pay a given course with public money: lead, amount, felt cost;
- `offer`: that for the worker's plan now; `alone`: the plan without the State's money;
- `settle`: what every source pays when the course starts, into columns of the batch;
- `book`: the tallies of those payments, and what goes back after a no-show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from simulator.columns import ALONE, EMPLOYER, HELPED, INSTRUMENT, OWN, PRIVATE, Column, code, money
from simulator.laws import Derived, Law, arguments, cents, compiled, law
from simulator.policy import COURSE, PAYS, Policy

OFFER = ("offer_cost", "offer_by", "offer_amount", "offer_paid", "offer_open", "offer_left")
ALONE_GIVES = ("alone_cost", "alone_paid")
ASKED = (*PAYS, "relief")  # rules that a course asks for
TOTALS = (
    "course_state",
    "course_own",
    "course_advance",
    "course_employer",
    "course_worker",
    "course_missed",
)


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


def scratch(policies: Sequence[Policy]) -> list[Column]:
    """Columns that live for one batch of starting courses: what each source pays, and totals."""
    payers = [p for p in policies if p.pays]
    paid = [money(f"{p.name}_paid", f"EUR that {p.name} pays of the course", 1e8) for p in payers]
    totals = [money(name, "EUR of the course, by who pays", 1e8) for name in TOTALS]
    by = code("course_by", "who pays most of its public money, or else pays (funded_by)", 120)
    return [replace(c, scratch=True) for c in (*paid, *totals, by)]


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

    def _pay(self, policy: Policy, chance: str = "") -> list[str]:
        """Lines that let one source pay of `left`, if the worker gains by it."""
        lost = f"{call(policy, 'option_value')} + {call(policy, 'prepaid')}"
        gain = f"(covered * (1.0 - ({lost})) - ease * {call(policy, 'burden')})"
        free = [f"{q.name}_got == 0.0" for q in self._before(policy)]
        return [
            f"if {' and '.join([*free, in_force(policy), call(policy, 'eligible')])}:",
            f"    covered = cents(min(left, {call(policy, 'covers', price='left')}))",
            f"    gain = {gain}{chance}",
            "    if covered > 0.0 and gain > 0.0:",
            "        left -= covered",
            "        felt -= gain",
            *([f"        {policy.name}_got = covered"] if policy in self._barring() else []),
            f"        paid = max(paid, float({call(policy, 'paid_time')}))",
        ]

    def _before(self, policy: Policy) -> list[Policy]:
        """Direct sources that pay before this one, and keep it out if they do."""
        if policy not in self.direct:
            return []
        earlier = self.direct[: self.direct.index(policy)]
        return [q for q in earlier if excluded(policy, q)]

    def _barring(self) -> list[Policy]:
        """Direct sources that may keep out another one."""
        return list(dict.fromkeys(q for p in self.direct for q in self._before(p)))

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

    def _ease(self) -> list[str]:
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
        args = [*COURSE, *needs(self.asked, ASKED)]
        args += [f"{p.name}_{what}" for what in ("open", "served") for p in self.leads]
        paying = [p for p in self.direct if p.pays]
        public = any(p.public for p in paying)
        start = ["left, felt, paid = price, price, 0.0", *self._time()]
        start += self._ease()
        start += [f"{p.name}_got = 0.0" for p in self._barring()]
        lines = ["by, amount, opened = 0, 0.0, 0.0", *start]
        if public:
            lines += [line for p in paying for line in self._pay(p)]
            lines += ["if felt < price:", f"    by, opened = {HELPED}, 1.0"]
        lines.append("best, rest, time = felt, left, paid")
        for lead in self.leads:
            lines += start
            mine = f"{lead.name}_part"
            lines.append(f"{mine} = 0.0")
            for p in self._with(lead):
                if not p.pays:
                    continue
                if p is lead:
                    lines += self._pay(p, f" * {p.name}_served")
                    lines.append(f"        {mine} = covered")
                else:
                    lines += self._pay(p)
            opened = f"{lead.name}_open"
            lines += [
                f"better = {opened} > opened or ({opened} == opened and felt < best)",
                f"if {mine} > 0.0 and felt < price and (by == 0 or better):",
                f"    best, by, amount = felt, int(p_{lead.name}.number), {mine}",
                f"    rest, time, opened = left, paid, {opened}",
            ]
        return function(
            "funding", args, [*lines, "return best, by, amount, time, opened, rest"]
        ), args

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
        wants = needs(self.private, PAYS)
        args = ["plan_price", "plan_hours", "plan_recognised", "plan_payer", "training_budget"]
        lines = [
            "left = plan_price",
            "if plan_payer == 1:",
            "    left -= min(plan_price, training_budget)",
            "left = cents(left)",
            "hours, recognised, felt, paid = plan_hours, plan_recognised, left, 0.0",
            *self._time(),
            *self._ease(),
            *(f"{p.name}_got = 0.0" for p in self._barring()),
        ]
        for p in self.private:
            if p.pays:
                lines += self._pay(p)
        timed = needs([p for p in self.direct if p.paid_time is not Policy.paid_time], PAYS)
        easing = needs(self._easing(), ASKED)
        wants = list(dict.fromkeys([*wants, *timed, *easing]))
        text = function("alone", [*args, *wants], [*lines, "return felt, paid"])
        return self._derived("alone", ALONE_GIVES, text)

    def _derived(self, name: str, gives: tuple[str, ...], text: str) -> Derived:
        space: dict[str, Any] = {}
        exec(text, space)
        rules = {f"{r}_{p.name}": getattr(p, r) for p in self.policies for r in ASKED}
        return Derived(space[name], gives, None, text, {**rules, "cents": cents})

    def settle(self) -> Law:
        """The law by which every source pays its part of a course that starts."""
        writes = [*(f"{p.name}_paid" for p in self.payers), "course_by", *TOTALS[:-1]]
        args = ["applies", "public_money", "plan_price", "plan_hours", "plan_recognised",
                "plan_payer", "training_budget"]  # fmt: skip
        lines = ["left, felt, paid = plan_price, plan_price, 0.0"]
        lines += ["hours, recognised, employer = plan_hours, plan_recognised, 0.0", *self._ease()]
        lines += [f"{p.name}_paid = 0.0" for p in self.payers]
        lines += [
            f"if applies == {ALONE} and plan_payer == 1:",
            "    employer = cents(min(left, training_budget))",
            "    left -= employer",
        ]
        for p in self._workers():
            lines += self._settled(p)
        lines += [
            f"if applies != {ALONE} and plan_payer == 1:",
            "    employer = cents(min(left, training_budget))",
            "    left -= employer",
            "worker = cents(left)",
        ]
        for p in self.employers:
            covered = f"cents(min(employer, {call(p, 'covers', price='employer')}))"
            lines += [
                f"if employer > 0.0 and {in_force(p)} and {call(p, 'eligible')}:",
                f"    {p.name}_paid = {covered}",
                f"    employer = cents(employer - {p.name}_paid)",
            ]
        state = [p for p in self.payers if p.public]
        public = " + ".join(["0.0", *(f"{p.name}_paid" for p in state)])
        own = " + ".join(["0.0", *(f"{p.name}_paid" for p in state if not p.standing)])
        advance = " + ".join(["0.0", *(f"{p.name}_paid" for p in self._workers())])
        lines += [*self._main_source(), f"state = cents({public})", f"advance = cents({advance})"]
        lines.append(f"own = cents({own})")
        paid = [f"{p.name}_paid" for p in self.payers]
        lines.append(
            f"return {', '.join([*paid, 'by', 'state', 'own', 'advance', 'employer', 'worker'])}"
        )
        wants = [*args, *needs([*self.asked, *self.employers], ASKED)]
        return self._law("settle", function("settle", wants, lines), writes, ())

    def _settled(self, p: Policy) -> list[str]:
        """Lines of what one source pays when the course starts."""
        if p in self.leads:
            return [
                f"if applies == p_{p.name}.number:",
                f"    {p.name}_paid = cents(min(left, public_money))",
                f"    left = cents(left - {p.name}_paid)",
            ]
        against = [q for q in self.leads if excluded(p, q)]
        free = [f"applies != p_{q.name}.number" for q in against]
        free += [f"{q.name}_paid == 0.0" for q in self._before(p)]
        if p.public:
            free.append(f"applies != {ALONE}")
        lost = f"{call(p, 'option_value')} + {call(p, 'prepaid')}"
        return [
            f"if {' and '.join([*free, in_force(p), call(p, 'eligible')])}:",
            f"    covered = cents(min(left, {call(p, 'covers', price='left')}))",
            f"    if covered * (1.0 - ({lost})) > ease * {call(p, 'burden')}:",
            f"        {p.name}_paid = covered",
            "        left = cents(left - covered)",
        ]

    def _workers(self) -> list[Policy]:
        return [p for p in self.payers if p.to == "worker"]

    def _main_source(self) -> list[str]:
        """Lines that find who pays most of the public money, or else who pays at all."""
        lines = [
            f"by, most = {OWN}, 0.0",
            *(f"by = {PRIVATE} if {p.name}_paid > 0.0 else by" for p in self.private if p.pays),
            f"by = {EMPLOYER} if employer > 0.0 else by",
        ]
        for p in self._workers():
            if p.public:
                lines += [
                    f"if {p.name}_paid > most:",
                    f"    by, most = {INSTRUMENT} + int(p_{p.name}.number), {p.name}_paid",
                ]
        return lines

    def book(self) -> Law:
        """The law that counts what every source paid, and what comes back after a no-show."""
        tallies, lines, values = [], [], []
        for p in self.payers:
            paid = f"{p.name}_paid"
            # What goes to an employer is paid once there is a course; the rest is advanced.
            lines += [
                f"{p.name}_out = {paid}" + (" if not missed else 0.0" if p.to != "worker" else ""),
                f"{p.name}_back = cents({p.name}_out * p_{p.name}.recovery) if missed else 0.0",
                f"{p.name}_award = 1 if {p.name}_out > 0.0 else 0",
            ]
            values += [f"{p.name}_out", f"{p.name}_back", f"{p.name}_award"]
            tallies += [f"paid_{p.name}_eur", f"back_{p.name}_eur", f"awards_{p.name}"]
        wants = [f"{p.name}_paid" for p in self.payers] + [f"p_{p.name}" for p in self.payers]
        text = function(
            "book", [*wants, "course_missed"],
            ["missed = course_missed > 0.0", *lines, f"return {', '.join(values)},"],
        )  # fmt: skip
        return replace(self._law("book", text, (), tallies), after=("settle", "take_up"))

    def awarded(self) -> list[Law]:
        """What an award changes of every policy's own columns."""
        found: list[Law] = []
        for p in self.policies:
            if p.on_award is not None:
                paid = f"{p.name}_paid"
                space: dict[str, Any] = {}
                exec(function("is_paid", [paid], [f"return {paid} > 0.0"]), space)
                test = space["is_paid"]
                earlier = [o.name for o in found if set(o.writes) & set(p.on_award.writes)]
                found.append(replace(
                    p.on_award, label=f"{p.name}_award", when=(test,), after=tuple(earlier)
                ))  # fmt: skip
        return found

    def _law(self, name: str, text: str, writes: Sequence[str], tallies: Sequence[str]) -> Law:
        rules = {f"{r}_{p.name}": compiled(getattr(p, r)) for p in self.policies for r in ASKED}
        space: dict[str, Any] = {**rules, "cents": cents}
        exec(text, space)
        found: Law = law(*writes, tallies=tallies)(space[name])
        return found
