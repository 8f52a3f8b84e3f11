"""One instrument made more or less generous: its lever, with all that goes along with it."""

from __future__ import annotations

from typing import Any

from scenarios.scenario import Scenario
from simulator.policy import Policy

Table = dict[str, Any]
_IN_BUDGET = ("budgets", "pots")  # EUR within the budget, given apart


def levers(scenario: Scenario, variant: str) -> dict[str, tuple[str, float]]:
    """For every instrument of a variant that has one: its lever and the value given.

    Raises ValueError when there is none.
    """
    found = {}
    for name in scenario.variants[variant]:
        policy = scenario.policy(name)
        if policy.lever:
            found[name] = policy.lever, policy.values[policy.lever]
    if not found:
        raise ValueError(f"{variant}: none of its instruments has a parameter of generosity")
    return found


def scaled(given: Table, policy: Policy, factor: float) -> Table:
    """An instrument's table with its lever times a factor, in every one of its dated values."""
    lever = policy.lever
    if not lever:
        return dict(given)
    most = policy.parameters.declared[lever].bounds[1]
    value = policy.values[lever]
    new = dict(given) | {lever: min(value * factor, most)}
    if "changes" in given:
        new["changes"] = [_times(c, lever, factor, most) for c in given["changes"]]
    if lever == "budget" and value > 0.0:
        for key in _IN_BUDGET:
            if isinstance(amounts := given.get(key), list):
                new[key] = [a * new[lever] / value for a in amounts]
            elif isinstance(amounts, dict):
                new[key] = {k: a * new[lever] / value for k, a in amounts.items()}
    return new


def scaled_from(given: Table, policy: Policy, factor: float, when: str) -> Table:
    """An instrument's table with its lever times a factor from month `when` on."""
    lever = policy.lever
    if not lever:
        return dict(given)
    most = policy.parameters.declared[lever].bounds[1]
    now = policy.period.values(when, policy.values)[lever]
    dated = {c["from"]: c for c in given.get("changes", [])}
    later = {m: _times(c, lever, factor, most) if m > when else c for m, c in dated.items()}
    later[when] = {**later.get(when, {"from": when}), lever: min(now * factor, most)}
    return dict(given) | {"changes": [later[m] for m in sorted(later)]}


def _times(change: Table, lever: str, factor: float, most: float) -> Table:
    return change | ({lever: min(change[lever] * factor, most)} if lever in change else {})
