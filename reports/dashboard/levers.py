"""The levers of a scenario: what the page lets one set, within which range, and what that makes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.levers import scaled
from experiments.policy_levers import declared
from reports import names
from reports.parts import Number, Plain, Said, Value, _
from scenarios.scenario import NULL, Scenario
from simulator.policy import Policy

Setting = Mapping[str, Any]
VARIANTS, AUDIENCE, FIRST, LAST = "variants", "audience", "first", "last"
MONEY = ("budget", "own_share", "copay", "fee")  # of who pays: levers of every instrument
STEPS = 25  # of a slider, about
SHORTEST = 2  # years after the introduction
USUAL = 6  # years after the introduction that are lived unless asked otherwise
# Who may have an instrument, as a difference from the scenario, where its parameters are declared.
AUDIENCES: dict[str, tuple[Said, dict[str, float]]] = {
    "own": (_("as in the scenario"), {}),
    "all": (_("all levels of education"), {"education_to": 5.0}),
    "practical": (_("at most mbo-4"), {"education_to": 2.0}),
    "older": (_("aged 45 and over"), {"age_from": 45.0}),
    "both": (_("at most mbo-4, aged 45 and over"), {"education_to": 2.0, "age_from": 45.0}),
}
LABELS: dict[str, Said] = {
    "amount": _("highest amount a year"),
    "budget": _("national budget a year"),
    "own_share": _("own contribution, share of the price"),
    "copay": _("own contribution, fixed, per course"),
    "fee": _("own contribution: fee for a programme"),
    "deposit": _("public deposit a year"),
    "deposit_low": _("deposit to the low-educated, times the ordinary one"),
    "ceiling": _("highest balance"),
    "university": _("public cost of a university programme"),
    "weeks": _("weeks of education a year"),
    "time_share": _("share of the hours in paid time"),
}


@dataclass(frozen=True)
class Lever:
    """A parameter of an instrument that the page sets; `scale` is what a unit of it shows as one.

    The range is that of `llo optimise`, else that of its prior, else what is allowed; the
    scenario's own value is always in it.
    """

    instrument: str
    key: str
    low: float
    high: float
    own: float
    scale: float
    unit: Value
    decimals: int

    @property
    def name(self) -> str:
        """Its full name."""
        return f"{self.instrument}.{self.key}"

    @property
    def label(self) -> Value:
        """What it is called."""
        return LABELS.get(self.key, Plain(self.key.replace("_", " ")))

    @property
    def step(self) -> float:
        """A round step of about a twenty-fifth of the range, in its own unit."""
        rough = (self.high - self.low) / STEPS
        power = 10.0 ** math.floor(math.log10(rough))
        return float(min(m for m in (1, 2, 5, 10) if m * power >= rough * 0.999) * power)


def variants(scenario: Scenario) -> list[str]:
    """The variants that can be chosen: those with instruments."""
    return [v for v in scenario.names() if v != NULL and scenario.variants[v]]


def levers(scenario: Scenario) -> list[Lever]:
    """The levers of all instruments of the scenario's variants, in the order of these."""
    used = dict.fromkeys(n for v in variants(scenario) for n in scenario.variants[v])
    return [lever for name in used for lever in _of(scenario, name)]


def _of(scenario: Scenario, name: str) -> Iterator[Lever]:
    policy, table = scenario.policy(name), scenario.instruments[name]
    ranges = {d.name: d for d in declared() if d.use == table["use"]}
    dated = {key for change in table.get("changes", ()) for key in change}
    keys = dict.fromkeys([policy.lever, *ranges, *MONEY])
    for key in keys:
        known = policy.parameters.declared.get(key)
        choice = key in ranges and bool(ranges[key].values)
        if known is None or choice or key in dated or not _in_force(policy, key):
            continue
        low, high = known.prior or known.bounds
        if key in ranges:
            low, high = ranges[key].low, ranges[key].high
        own = policy.values[key]
        scale, unit, decimals = _shown(key, known.unit)
        yield Lever(name, key, min(low, own), max(high, own), own, scale, unit, decimals)


def _in_force(policy: Policy, key: str) -> bool:
    """A budget is a lever where the instrument is rationed by it."""
    return key != "budget" or bool(policy.windows)


def _shown(key: str, unit: str) -> tuple[float, Value, int]:
    if key == "budget":
        return 1e6, _("mln EUR"), 0
    if unit == "share":
        return 0.01, Plain("%"), 0
    if unit.startswith("EUR"):
        return 1.0, Plain("EUR"), 0
    return 1.0, names.known(unit), 1


def usual(scenario: Scenario) -> dict[str, Any]:
    """The setting that the scenario itself is: all variants, its own values."""
    first = int(scenario.time.introduction[:4])
    return {
        VARIANTS: variants(scenario), AUDIENCE: "own", FIRST: first,
        LAST: min(first + USUAL, first + years(scenario)) - 1,
        **{lever.name: lever.own for lever in levers(scenario)},
    }  # fmt: skip


def years(scenario: Scenario) -> int:
    """Whole years after the introduction that can be lived; ValueError for fewer than SHORTEST."""
    found = scenario.design().after // 12
    if found < SHORTEST:
        raise ValueError(
            f"--scenario: it goes on for {found} whole years after the introduction, and the page "
            f"needs {SHORTEST}: give time.years_after = {SHORTEST} or more"
        )
    return found


def checked(scenario: Scenario, given: Setting) -> dict[str, Any]:
    """What the page says, over the usual setting; ValueError with one line where it cannot be.

    Nothing but known names with values of their kind is taken from a page.
    """
    found = usual(scenario)
    for name, value in given.items():
        if name not in found:
            raise ValueError(f"{str(name)[:40]!r}: there is no such lever")
        found[name] = value
    chosen = found[VARIANTS]
    if not isinstance(chosen, list) or not set(map(str, chosen)) <= set(variants(scenario)):
        raise ValueError(f"variants: there are {', '.join(variants(scenario))}")
    found[VARIANTS] = [v for v in variants(scenario) if v in chosen]
    if found[AUDIENCE] not in AUDIENCES:
        raise ValueError(f"audience: there are {', '.join(AUDIENCES)}")
    start = int(scenario.time.introduction[:4])
    for key in (FIRST, LAST):
        found[key] = _year(key, found[key], start, start + years(scenario) - 1)
    if found[LAST] < max(found[FIRST], start + SHORTEST - 1):
        raise ValueError(
            f"{FIRST} = {found[FIRST]}, {LAST} = {found[LAST]}: the last year shown comes before "
            f"the first, or before {start + SHORTEST - 1}"
        )
    for lever in levers(scenario):
        declared = scenario.policy(lever.instrument).parameters.declared[lever.key]
        found[lever.name] = declared.check(lever.name, found[lever.name])
    applied(scenario, found)
    return found


def _year(key: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{key} = {str(value)[:20]}: give a year from {low} to {high}")
    return int(value)


def tables(scenario: Scenario, setting: Setting) -> dict[str, dict[str, Any]]:
    """What a setting changes in the tables of instruments, by instrument; the rest is as it was."""
    found: dict[str, dict[str, Any]] = {}
    for lever in levers(scenario):
        value, own = float(setting[lever.name]), scenario.instruments[lever.instrument]
        if value == lever.own:
            continue
        change: dict[str, Any] = {lever.key: value}
        policy = scenario.policy(lever.instrument)
        if lever.key == policy.lever and lever.own > 0.0:  # with what goes along with it
            whole = scaled(own, policy, value / lever.own)
            change = {k: v for k, v in whole.items() if v != own.get(k)} | change
        found.setdefault(lever.instrument, {}).update(change)
    for name in dict.fromkeys(n for v in variants(scenario) for n in scenario.variants[v]):
        known = scenario.policy(name).parameters.declared
        for key, value in AUDIENCES[setting[AUDIENCE]][1].items():
            if key in known:
                found.setdefault(name, {})[key] = value
    return found


def applied(scenario: Scenario, setting: Setting) -> Scenario:
    """The scenario at a setting, with the variants chosen; ValueError with its own line if it
    refuses a value.
    """
    changed = tables(scenario, setting)
    instruments = {n: t | changed.get(n, {}) for n, t in scenario.instruments.items()}
    kept = {v: scenario.variants[v] for v in setting[VARIANTS]}
    found = scenario.model_copy(update={"instruments": instruments, "variants": kept})
    for variant in kept:
        found.policies(variant)
    return found


def months(scenario: Scenario, setting: Setting) -> int:
    """Months after the introduction that a setting is lived for."""
    return 12 * (int(setting[LAST]) - int(scenario.time.introduction[:4]) + 1)


def told(scenario: Scenario, setting: Setting) -> list[tuple[Value, Value, Value]]:
    """What is set otherwise than in the scenario: instrument, lever and value."""
    found: list[tuple[Value, Value, Value]] = [
        (names.variant(lever.instrument), lever.label,
         _("{value} {unit}", value=Number(setting[lever.name] / lever.scale, lever.decimals),
           unit=lever.unit))
        for lever in levers(scenario) if setting[lever.name] != lever.own
    ]  # fmt: skip
    if setting[AUDIENCE] != "own":
        found.append((_("all instruments"), _("for whom"), AUDIENCES[setting[AUDIENCE]][0]))
    return found
