"""When a course starts: what every source of money pays of it, into columns of the batch.

`settle` is the law that shares out the price, `book` counts the payments and what comes back after
a no-show, `awarded` are the laws by which policies remember an award. All are written for the
policies in force, in the order and under the exclusions of their `simulator.stack.Stack`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from simulator.columns import ALONE, EMPLOYER, INSTRUMENT, OWN, PRIVATE, Column, code, money
from simulator.laws import Law, cents, compiled, law
from simulator.policy import Policy
from simulator.stack import ASKED, Stack, call, excluded, function, in_force, needs

TOTALS = (
    "course_state",
    "course_own",
    "course_advance",
    "course_employer",
    "course_worker",
    "course_missed",
)


def scratch(policies: Sequence[Policy]) -> list[Column]:
    """Columns that live for one batch of starting courses: what each source pays, and totals.

    Arrays hold the variant's own money, and what is paid by who is told of a no-show; the rest is
    between the laws of one row.
    """
    payers = [p for p in policies if p.pays]
    paid = [money(f"{p.name}_paid", f"EUR that {p.name} pays of the course", 1e8) for p in payers]
    totals = [money(name, "EUR of the course, by who pays", 1e8) for name in TOTALS]
    by = code("course_by", "who pays most of its public money, or else pays (funded_by)", 120)
    told = {"course_own", *(f"{p.name}_paid" for p in payers if p.on_failure)}
    return [
        replace(c, scratch=c.name in told, local=c.name not in told) for c in (*paid, *totals, by)
    ]


def settle(stack: Stack) -> Law:
    """The law by which every source pays its part of a course that starts."""
    writes = [*(f"{p.name}_paid" for p in stack.payers), "course_by", *TOTALS[:-1]]
    args = ["applies", "public_money", "plan_price", "plan_hours", "plan_recognised",
            "plan_payer", "training_budget"]  # fmt: skip
    lines = ["price, left = plan_price, plan_price"]
    lines += ["hours, recognised, employer = plan_hours, plan_recognised, 0.0", *stack.ease()]
    lines += [f"{p.name}_paid = 0.0" for p in stack.payers]
    lines += [
        f"if applies == {ALONE} and plan_payer == 1:",
        "    employer = cents(min(left, training_budget))",
        "    left -= employer",
    ]
    for p in _workers(stack):
        lines += _settled(stack, p)
    lines += [
        f"if applies != {ALONE} and plan_payer == 1:",
        "    employer = cents(min(left, training_budget))",
        "    left -= employer",
        "worker = cents(left)",
    ]
    for p in stack.employers:
        covered = f"cents(min(employer, {call(p, 'covers', price='employer')}))"
        lines += [
            f"if employer > 0.0 and {in_force(p)} and {call(p, 'eligible')}:",
            f"    {p.name}_paid = {covered}",
            f"    employer = cents(employer - {p.name}_paid)",
        ]
    state = [p for p in stack.payers if p.public]
    public = " + ".join(["0.0", *(f"{p.name}_paid" for p in state)])
    own = " + ".join(["0.0", *(f"{p.name}_paid" for p in state if not p.standing)])
    advance = " + ".join(["0.0", *(f"{p.name}_paid" for p in _workers(stack))])
    lines += [*_main_source(stack), f"state = cents({public})", f"advance = cents({advance})"]
    lines.append(f"own = cents({own})")
    paid = [f"{p.name}_paid" for p in stack.payers]
    lines.append(
        f"return {', '.join([*paid, 'by', 'state', 'own', 'advance', 'employer', 'worker'])}"
    )
    wants = [*args, *needs([*stack.asked, *stack.employers], ASKED)]
    return _law(stack, "settle", function("settle", wants, lines), writes, ())


def _settled(stack: Stack, p: Policy) -> list[str]:
    """Lines of what one source pays when the course starts."""
    if p in stack.leads:
        return [
            f"if applies == p_{p.name}.number:",
            f"    {p.name}_paid = cents(min(left, public_money))",
            f"    left = cents(left - {p.name}_paid)",
        ]
    against = [q for q in stack.leads if excluded(p, q)]
    free = [f"applies != p_{q.name}.number" for q in against]
    free += [f"{q.name}_paid == 0.0" for q in stack.before(p)]
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


def _workers(stack: Stack) -> list[Policy]:
    return [p for p in stack.payers if p.to == "worker"]


def _main_source(stack: Stack) -> list[str]:
    """Lines that find who pays most of the public money, or else who pays at all."""
    lines = [
        f"by, most = {OWN}, 0.0",
        *(f"by = {PRIVATE} if {p.name}_paid > 0.0 else by" for p in stack.private if p.pays),
        f"by = {EMPLOYER} if employer > 0.0 else by",
    ]
    for p in _workers(stack):
        if p.public:
            lines += [
                f"if {p.name}_paid > most:",
                f"    by, most = {INSTRUMENT} + int(p_{p.name}.number), {p.name}_paid",
            ]
    return lines


def book(stack: Stack) -> Law:
    """The law that counts what every source paid, and what comes back after a no-show; and courses
    that the State pays for.
    """
    tallies, lines = ["public_starts"], ["public = 1 if course_state > 0.0 and not missed else 0"]
    values = ["public"]
    for p in stack.payers:
        paid = f"{p.name}_paid"
        # What goes to an employer is paid once there is a course; the rest is advanced.
        lines += [
            f"{p.name}_out = {paid}" + (" if not missed else 0.0" if p.to != "worker" else ""),
            f"{p.name}_back = cents({p.name}_out * p_{p.name}.recovery) if missed else 0.0",
            f"{p.name}_award = 1 if {p.name}_out > 0.0 else 0",
            f"{p.name}_return = 1 if {paid} > 0.0 and missed else 0",
        ]
        values += [f"{p.name}_{what}" for what in ("out", "back", "award", "return")]
        tallies += [f"paid_{p.name}_eur", f"back_{p.name}_eur"]
        tallies += [f"awards_{p.name}", f"returns_{p.name}"]
    wants = [f"{p.name}_paid" for p in stack.payers] + [f"p_{p.name}" for p in stack.payers]
    text = function(
        "book", [*wants, "course_state", "course_missed"],
        ["missed = course_missed > 0.0", *lines, f"return {', '.join(values)}"],
    )  # fmt: skip
    return replace(_law(stack, "book", text, (), tallies), after=("settle", "take_up"))


def awarded(stack: Stack) -> list[Law]:
    """What an award changes of every policy's own columns."""
    found: list[Law] = []
    for p in stack.policies:
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


def _law(stack: Stack, name: str, text: str, writes: Sequence[str], tallies: Sequence[str]) -> Law:
    rules = {
        f"{r}_{p.name}": compiled(getattr(p, r), from_python=True)
        for p in stack.policies
        for r in ASKED
    }
    space: dict[str, Any] = {**rules, "cents": cents}
    exec(text, space)
    found: Law = law(*writes, tallies=tallies)(space[name])
    return found
