"""All policies in force, turned into derived quantities, a law of knowing them, and slots.

The rules of the policies are written into generated functions: `funding` is the instrument that a
worker would use for a course, `offer` what it is for the worker's plan, `affordability` the
perceived affordability G, `norm_shift` and `recognised_share` what known rights add.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.laws import Derived, Law, arguments, cents, compiled, exp, law
from simulator.policy import COURSE, PAYS, RULES, Policy

# Given to every policy's tuple by the model: its bit in `knows`, its number, the months when it is
# in force, the chance of not hearing of it in a month by publicity, and its turn of that draw.
SLOTS = ("bit", "number", "first", "last", "unheard", "turn")
MOST = 30  # instruments in force at once: each has a bit in `knows`


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
    args = [*COURSE, *_needs(policies, PAYS)]
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


def _offer(funding: str, rest: Sequence[str]) -> str:
    """Source of `offer`: a plan that is ready asks what is there now."""
    plan = ["plan_price", "plan_hours", "plan_recognised", *rest]
    now = ", ".join("1.0" if a.endswith("_served") else a for a in plan)
    asks = [a for a in plan if not a.endswith("_served")]
    return f"{funding}\n\n\n{_function('offer', asks, [f'return funding({now})'])}"


def _affordability(policies: Sequence[Policy], rest: Sequence[str]) -> str:
    """Source of perceived affordability G = e_p + (1 - e_p) exp(-min(p0, p_eff(p0)) / pi).

    Who only thinks of a plan counts on what will open again, as far as those in line were served
    the last time (behaviour D: planning value). Only who knows a right to recognised programmes
    thinks of one as the cheaper way.
    """
    ever = ", ".join("1.0" if a.endswith("_open") else a for a in rest)
    special = [p for p in policies if "recognised" in arguments(p.covers)]
    programme = [
        f"if {' or '.join(f'({_in_force(p)})' for p in special)}:",
        f"    cost = min(cost, funding(p_plans.long_price, p_plans.long_hours, 1, {ever})[0])",
    ]
    return _function(
        "affordability",
        ["employer_pays", "willingness", "p_plans", *(a for a in rest if not a.endswith("_open"))],
        [
            f"cost = min(p_plans.price, funding(p_plans.price, p_plans.hours, 0, {ever})[0])",
            *(programme if special else []),
            "return employer_pays + (1.0 - employer_pays) * exp(-max(cost, 0.0) / willingness)",
        ],
    )


def _norm_shift(policies: Sequence[Policy]) -> str:
    """Source of what all known rights add to the norm."""
    adding = [p for p in policies if p.norm_shift is not Policy.norm_shift]
    lines = [f"shift += {_call(p, 'norm_shift')} if {_in_force(p)} else 0.0" for p in adding]
    wants = _needs(policies, ("norm_shift",))
    return _function("norm_shift", wants, ["shift = 0.0", *lines, "return shift"])


def _recognised_share(policies: Sequence[Policy]) -> str:
    """Source of the share of plans for a recognised programme: the highest that a right brings."""
    lines = ["share = p_plans.recognised"]
    for policy in policies:
        if policy.recognised_share is not Policy.recognised_share:
            lines.append(f"if {_in_force(policy)} and {_call(policy, 'eligible')}:")
            lines.append(f"    share = max(share, {_call(policy, 'recognised_share')})")
    wants = ["p_plans", *_needs(policies, ("eligible", "recognised_share"))]
    return _function("recognised_share", wants, [*lines, "return share"])


def _sources(policies: Sequence[Policy]) -> dict[str, tuple[tuple[str, ...], str]]:
    """Derived quantities by name: the names that each gives, and its source."""
    funding, args = _funding(policies)
    rest = args[len(COURSE) :]
    offered = ("offer_cost", "offer_by", "offer_amount", "offer_paid", "offer_open")
    return {
        "offer": (offered, _offer(funding, rest)),
        "affordability": (("affordability",), _affordability(policies, rest)),
        "norm_shift": (("norm_shift",), _norm_shift(policies)),
        "recognised_share": (("recognised_share",), _recognised_share(policies)),
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
    space: dict[str, Any] = {f"informs_{p.name}": compiled(p.informs) for p in policies}
    exec(text, space)
    return law("knows", u="awareness")(space["awareness"])


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
