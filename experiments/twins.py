"""Variants lived again with one thing changed: the experiments behind two of the five criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from experiments.levers import Table, scaled_from
from experiments.runner import months_of as months_of_comparison
from experiments.runner import run as compared
from experiments.table import NULL
from scenarios.scenario import Scenario
from simulator.policy import Policy

HALVED, FREE, NARROWED = " (halved)", " (no burden)", " (narrowed)"
YEAR = 12
_BURDENS = ("hassle", "activation")
_GROUP, _MBO4 = "education_to", 2.0  # new money for at most mbo-4 only


def twins(
    scenario: Scenario, kinds: Sequence[str] = (HALVED, NARROWED, FREE)
) -> tuple[Scenario, int]:
    """The scenario with twins of every variant, and the month at which two kinds of them change.

    One has its generosity halved half-way, one gives its new money to the practically educated only
    from then on, and one never has any burden of applying. Raises ValueError when the run is too
    short for it.
    """
    design, table = scenario.design(), scenario.model_dump()
    shock = design.after // YEAR // 2 * YEAR
    if shock < YEAR:
        raise ValueError("the criteria need two years after introduction or more: raise --months")
    when = design.calendar.label(design.introduction + shock)
    for variant, members in scenario.variants.items():
        if variant == NULL or not members:
            continue
        for name in members:
            given, policy = table["instruments"][name], scenario.policy(name)
            for twin in kinds:
                table["instruments"][name + twin] = _TWINS[twin](given, policy, when)
        for twin in kinds:
            table["variants"][variant + twin] = [name + twin for name in members]
    return Scenario.model_validate(table), shock


def _narrowed(given: Table, policy: Policy, when: str) -> Table:
    """An instrument's table with its new money for the practically educated from a month on."""
    if _GROUP not in policy.values:
        return dict(given)
    dated = {c["from"]: c for c in given.get("changes", [])}
    dated[when] = {**dated.get(when, {"from": when}), _GROUP: _MBO4}
    return given | {"changes": [dated[month] for month in sorted(dated)]}


def _eased(given: Table, policy: Policy, when: str) -> Table:
    """An instrument's table without any burden, now or later."""
    none = {name: 0.0 for name in _BURDENS if name in policy.values}
    dated = [{k: v for k, v in c.items() if k not in none} for c in given.get("changes", [])]
    return given | none | {"changes": [c for c in dated if len(c) > 1]}


_TWINS: Mapping[str, Callable[[Table, Policy, str], Table]] = {
    HALVED: lambda given, policy, when: scaled_from(given, policy, 0.5, when),
    NARROWED: _narrowed,
    FREE: _eased,
}


def followed(data: xr.Dataset, shock: int) -> xr.Dataset:
    """A life of variants and their halved twins as one of the variants alone, with their outlay in
    the year from the halving, as it is (`outlay_full_eur`) and with the halving
    (`outlay_halved_eur`): in the calendar year of it, 0 in all others. Years are whole.
    """
    names = [str(v) for v in data["variant"].values]
    own = [name for name in names if not name.endswith(HALVED)]
    paid = data["outlay_eur_month"].transpose("variant", "month").values
    year = paid[:, shock : shock + YEAR].sum(axis=1)
    at = data.sizes["year"] - data.sizes["month"] // YEAR + shock // YEAR
    found = np.zeros((2, len(own), data.sizes["year"]))
    for k, name in enumerate(own):
        if name + HALVED in names:
            found[:, k, at] = year[names.index(name)], year[names.index(name + HALVED)]
    full, halved = found
    return data.sel(variant=own).assign(
        outlay_full_eur=(("variant", "year"), full), outlay_halved_eur=(("variant", "year"), halved)
    )


def months_of(scenario: Scenario) -> int:
    """Model months that `run` will live."""
    return months_of_comparison(twins(scenario)[0])


def run(
    scenario: Scenario, progress: Callable[[int], None] = lambda done: None
) -> tuple[xr.Dataset, int]:
    """The comparison with twins of every variant, and the month of the halving."""
    together, shock = twins(scenario)
    return compared(together, progress), shock
