"""All policies in force, turned into derived quantities, a law of knowing them, and slots.

The rules of the policies are written into generated functions: `affordability` is perceived
affordability G, `norm_shift` and `recognised_share` are what known rights add; who pays a course is
in `simulator.stack`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from simulator.laws import Derived, Law, Scalar, arguments, cents, compiled, exp, law, named
from simulator.policy import COURSE, HOOKS, RULES, Policy
from simulator.stack import Stack, call, function, in_force, needs, options

# Given to every policy's tuple by the model: its bit in `knows`, its number, the months when it is
# in force, the chance of not hearing of it in a month by publicity, and its turn of that draw.
SLOTS = ("bit", "number", "first", "last", "unheard", "turn")
MOST = 30  # instruments in force at once: each has a bit in `knows`


def _affordability(policies: Sequence[Policy], rest: Sequence[str]) -> dict[str, str]:
    """Sources of perceived affordability G = e_p + (1 - e_p) exp(-min(p0, p_eff(p0)) / pi).

    Who only thinks of a plan counts on what will open again, as far as those in line were served
    the last time (behaviour D: planning value). Where a right makes a recognised programme the
    cheaper way, it counts for the share of plans that would be for one. `short_cost` is p_eff(p0)
    of a short course, `affordability_short` G without programmes, `affordability_most` G if they
    were free.
    """
    special = [p for p in policies if "recognised" in arguments(p.covers)]
    known = f"if {' or '.join(f'({in_force(p)})' for p in special)}:"
    ever = ", ".join("1.0" if a.endswith("_open") else a for a in rest)
    asks = [a for a in rest if not a.endswith("_open")]
    # The kind of course is typed, or the function would be compiled again for either constant.
    cost = [
        "q = p_plans",
        f"return min(q.price, funding(q.price, q.hours, int64(0), {ever})[0])",
    ]
    short = [
        "payable = unaided_payable",
        "if short_cost < p_plans.price:",
        "    payable = exp(-max(short_cost, 0.0) / willingness)",
        "return payable, employer_pays + (1.0 - employer_pays) * payable",
    ]
    free = [known, "    payable += recognised_share * (1.0 - payable)"]
    programme = [
        known,
        "    q = p_plans",
        f"    cost = min(short_cost, funding(q.long_price, q.long_hours, int64(1), {ever})[0])",
        "    payable += recognised_share * (exp(-max(cost, 0.0) / willingness) - payable)",
    ]
    begin = "payable = short_payable"
    end = "return employer_pays + (1.0 - employer_pays) * payable"
    wants = ["employer_pays", "short_payable"]
    terms = list(dict.fromkeys(["knows", "t", *(f"p_{p.name}" for p in special)]))
    return {
        "short_cost": function("short_cost", ["p_plans", *asks], cost),
        "affordability_short": function(
            "affordability_short",
            ["short_cost", "unaided_payable", "employer_pays", "willingness", "p_plans"], short,
        ),
        "affordability_most": function(
            "affordability_most", [*wants, *(["recognised_share", *terms] if special else [])],
            [begin, *(free if special else []), end],
        ),
        "affordability": function(
            "affordability",
            [*wants, *(["short_cost", "willingness", "p_plans", "recognised_share", *asks]
                       if special else [])],
            [begin, *(programme if special else []), end],
        ),
    }  # fmt: skip


def _norm_shift(policies: Sequence[Policy]) -> str:
    """Source of what all known rights add to the norm."""
    adding = [p for p in policies if p.norm_shift is not Policy.norm_shift]
    lines = [f"shift += {call(p, 'norm_shift')} if {in_force(p)} else 0.0" for p in adding]
    wants = needs(policies, ("norm_shift",))
    return function("norm_shift", wants, ["shift = 0.0", *lines, "return shift"])


def _recognised_share(policies: Sequence[Policy]) -> str:
    """Source of the share of plans for a recognised programme: the highest that a right brings,
    and of its hours the share in paid time.
    """
    lines = ["share, paid = p_plans.recognised, 0.0"]
    bringing = [p for p in policies if p.recognised_share is not Policy.recognised_share]
    for policy in bringing:
        lines.append(f"if {in_force(policy)} and {call(policy, 'eligible')}:")
        lines.append(f"    share = max(share, {call(policy, 'recognised_share')})")
        timed = call(policy, "paid_time", price="p_plans.long_price", hours="p_plans.long_hours",
                     recognised="1")  # fmt: skip
        lines.append(f"    paid = max(paid, float({timed}))")
    wants = ["p_plans", *needs(bringing, ("eligible", "recognised_share", "paid_time"))]
    return function("recognised_share", wants, [*lines, "return share, paid"])


def _paid_most(policies: Sequence[Policy]) -> str:
    """Source of an upper bound of the share of the plan's hours in paid time by any right."""
    timed = [p for p in policies if p.paid_time is not Policy.paid_time]
    meant = {"price": "plan_price", "hours": "float(plan_hours)", "recognised": "plan_recognised"}
    lines = [
        line
        for p in timed
        for line in (
            f"if {in_force(p)}:",
            f"    paid = max(paid, float({call(p, 'paid_time', **meant)}))",
        )
    ]
    wants = ["plan_price", "plan_hours", "plan_recognised", *needs(timed, ("paid_time",))]
    return function("paid_most", wants, ["paid = 0.0", *lines, "return paid"])


def instruments(policies: Sequence[Policy]) -> list[Derived]:
    """What all policies in force together mean for a worker, as derived quantities.

    `offer` is the best public money for the worker's plan, `alone` the plan without it,
    `affordability` is perceived affordability G; `norm_shift`, `recognised_share` and `paid_most`
    are what known rights add to the norm, to plans, and at most to paid time.
    """
    stack = Stack(policies)
    args = stack.funding()[1]
    sources = {
        **options(stack.policies),
        **_affordability(stack.policies, args[len(COURSE) :]),
        "norm_shift": _norm_shift(policies),
        "recognised_share": _recognised_share(policies),
        "paid_most": _paid_most(policies),
    }
    rules = {
        f"{rule}_{policy.name}": getattr(policy, rule) for policy in policies for rule in RULES
    }
    made = [stack.offer(), stack.alone()]  # the text of offer has that of funding, for all
    gives = {
        "recognised_share": ("recognised_share", "recognised_paid"),
        "affordability_short": ("short_payable", "affordability_short"),
    }
    for name, source in sources.items():
        space: dict[str, Any] = {}
        exec(source, space)
        helpers = {**rules, "exp": exp, "cents": cents}
        many = gives.get(name, (name,))
        made.append(Derived(space[name], many, None, source, helpers, wide=name == "short_cost"))
    return made


def awareness_laws(policies: Sequence[Policy]) -> list[Law]:
    """P(k: 0->1) = 1 - (1-i0)(1-i_peer s)(1-i_emp)(...): an instrument becomes known, for good.

    A law for each of them, which outside its months costs nothing. They share the worker's one draw
    of the month, each turned by its own name, so that another instrument changes nothing for the
    ones there are.
    """
    telling = [p for p in policies if p.tells is not Policy.tells]
    # No `and`, `or` or `if` that is not a choice between numbers: this is vector code.
    met = ["met = (t < guided_until) | (t < ambassador_until)"]
    for policy in telling:
        owner = f"p_{policy.name}"
        met += [
            f"v = 1.0 - u + {owner}.turn",  # the other end of the draw by which it is itself known
            "v -= 1.0 if v >= 1.0 else 0.0",
            f"met |= ({owner}.first <= t) & (t < {owner}.last) & (v < {call(policy, 'tells')})",
        ]
    wants = ["knows", "trained_share", "supervisor", "guided_until", "ambassador_until", "t"]
    wants += [a for p in telling for a in arguments(p.tells) if a != "p"]
    # Of the others, no worker can use them, so that there is nothing to know.
    usable = [p for p in policies if p.eligible is not Policy.eligible and p.to != "employer"]
    found: list[Law] = []
    for policy in usable:
        found += following([_awareness(policy, met, wants, telling)], found)
    return found


def _awareness(
    policy: Policy, met: Sequence[str], wants: Sequence[str], telling: Sequence[Policy]
) -> Law:
    owner, opened = f"p_{policy.name}", f"{policy.name}_open"
    windows = policy.windows is not None
    lines = [
        *met,
        f"stay = {owner}.unheard * (1.0 - {owner}.awareness_peer * trained_share)",
        f"stay *= 1.0 - {owner}.awareness_employer * (1.0 if supervisor == 1 else 0.0)",
        f"stay *= 1.0 - {call(policy, 'informs')}",
        *([f"stay *= 1.0 - {owner}.publicity * {opened}"] if windows else []),
        f"v = u + {owner}.turn",
        "v -= 1.0 if v >= 1.0 else 0.0",
        f"return knows | (int({owner}.bit) if met | (v >= stay) else 0)",
    ]
    extra = [a for a in arguments(policy.informs) if a != "p"] + ([opened] if windows else [])
    owners = dict.fromkeys([owner, *(f"p_{p.name}" for p in telling)])
    names = [*dict.fromkeys([*wants, *extra]), "u", *owners]
    rules = [("informs", policy)] + [("tells", p) for p in telling]
    space: dict[str, Any] = {
        f"{rule}_{p.name}": compiled(getattr(p, rule), from_python=True) for rule, p in rules
    }
    exec(function("awareness", names, lines), space)
    made = law("knows", p=policy.parameters, when=_in_months, u="awareness")(space["awareness"])
    return replace(made, label=f"awareness_{policy.name}")


def present(stage):  # type: ignore[no-untyped-def]
    """Whether somebody is in the row."""
    return stage > 0


def _in_months(t, p):  # type: ignore[no-untyped-def]
    return p.first <= t < p.last


def acting(policies: Sequence[Policy], hook: str, before: Sequence[Law] = ()) -> list[Law]:
    """What the policies themselves do every month, each in its months, one after another."""
    found: list[Law] = []
    for policy in policies:
        mine: Law | None = getattr(policy, hook)
        if mine is not None:
            tests = (_in_months, present) if hook == "monthly" else (_in_months,)
            named = replace(mine, label=f"{hook}_{policy.name}", when=(*tests, *mine.when))
            found += following([named], (*before, *found))
    return found


def following(laws: Sequence[Law], earlier: Sequence[Law]) -> list[Law]:
    """Laws declared to come after those earlier ones that write what they write."""
    return [
        replace(
            one, after=(*one.after, *(o.name for o in earlier if set(o.writes) & set(one.writes)))
        )
        for one in laws
    ]


# Parameters that the generated text itself reads of every policy.
_READ = frozenset({"awareness_peer", "awareness_employer", "publicity", "recovery", *SLOTS})


def fields(policy: Policy) -> tuple[str, ...]:
    """Parameters and slots of a policy that any of its rules or laws, or the text, reads.

    What only its office reads would make every compiled loop longer for nothing.
    """
    rules: list[Any] = [getattr(policy, rule) for rule in RULES]
    for hook in HOOKS:
        mine: Law | None = getattr(policy, hook)
        if mine is not None:
            rules += mine.rules
    read = _read_by(tuple(rules))
    return tuple(name for name in (*policy.parameters, *SLOTS) if name in read)


@cache
def _read_by(rules: tuple[Any, ...]) -> set[str]:
    """Names that any of the rules, what they call, or the text reads."""
    functions, seen, names = list(rules), set[Any](), set(_READ)
    while functions:
        function = functions.pop()
        plain = function.function if isinstance(function, Scalar) else function
        if plain in seen:
            continue
        seen.add(plain)
        names |= set(plain.__code__.co_names)
        functions += named(plain)
    return names


def slots(
    policies: Sequence[Policy], months: Sequence[tuple[int, int]], turns: Sequence[float]
) -> dict[str, dict[str, float]]:
    """Parameter values of every policy with its slots filled: number, bit and months in force."""
    if len(policies) > MOST:
        raise ValueError(
            f"{len(policies)} instruments at once: {MOST} are allowed, combine or drop some"
        )
    return {
        policy.name: {
            **policy.values,
            "bit": float(1 << k),
            "number": float(k + 1),
            "first": float(months[k][0]),
            "last": float(months[k][1]),
            "turn": turns[k],
            "unheard": (1.0 - policy.values["awareness"]) ** (1.0 / 12.0),
        }
        for k, policy in enumerate(policies)
    }
