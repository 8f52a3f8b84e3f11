"""Lives that wait at the introduction in a worker process, each lived on as often as is asked.

What such a life gives under a variant is what `simulator.variants.compare` gives, to the last
digit: the same people, the same luck, the same months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from experiments import runner
from scenarios.scenario import NULL, Scenario
from simulator.measures import Lived
from simulator.model import LearningModel
from simulator.variants import Begun, Design, begin, summary

HORIZONS = 3  # of which a life keeps its future without policy
Tables = Mapping[str, dict[str, Any]]


@dataclass
class Held:
    """A life at the introduction: its scenario, design and people, and its null futures."""

    scenario: Scenario
    design: Design
    values: dict[str, float]
    begun: Begun
    nulls: dict[int, tuple[LearningModel, Lived]] = field(default_factory=dict)  # by months


_HELD: dict[int, Held] = {}  # of this process, by life


def hold(scenario: Scenario, index: int) -> None:
    """Live a life up to the introduction, and keep it in this process."""
    lived, seed, values = runner.settings(scenario, index)
    design = lived.design()
    _HELD[index] = Held(lived, design, values, begin(design, seed))


def live(
    index: int, variant: str, members: Sequence[str], tables: Tables, months: int
) -> xr.Dataset:
    """A held life under a variant for so many months, with `tables` over its instruments.

    `members` are the instruments of the variant.
    """
    held = _HELD[index]
    design = replace(held.design, after=months)
    if months not in held.nulls:
        if len(held.nulls) >= HORIZONS:
            held.nulls.pop(next(iter(held.nulls)))
        policies = held.scenario.policies(NULL)
        held.nulls[months] = held.begun.live(policies, design)
    model, lived = held.nulls[months]
    null = lived
    if variant != NULL:
        instruments = {n: t | tables.get(n, {}) for n, t in held.scenario.instruments.items()}
        changed = held.scenario.model_copy(
            update={"instruments": instruments, "variants": {variant: list(members)}}
        )
        model, lived = held.begun.live(changed.policies(variant), design)
    found = summary(model, lived, null, design)
    if held.values:
        names = sorted(held.values)
        found = found.assign_coords(parameter=names)
        found["value"] = ("parameter", np.array([held.values[n] for n in names]))
    return found


def joined(
    found: Mapping[tuple[int, str], xr.Dataset], names: Sequence[str], scenario: Scenario
) -> xr.Dataset:
    """Lives of a scenario under the variants `names` as one Dataset, as `runner.run` gives it.

    `found` has them by life and variant; lives that lack a variant are left out. The scenario has
    one seed of each of its parameter sets, or seeds alone.
    """
    whole = sorted({k for k, _ in found if all((k, v) in found for v in names)})
    chosen = runner.chosen(scenario)
    lead = ("member", "seed") if chosen else ("seed",)
    first = found[whole[0], names[0]]
    data: dict[str, Any] = {}
    for name, variable in first.data_vars.items():
        own = name == "value"  # of the life, whatever the variant
        each = np.array(
            [found[k, names[0]].variables[name].values if own
             else [found[k, v].variables[name].values for v in names] for k in whole]
        )  # fmt: skip
        dims = (*lead, *(() if own else ("variant",)), *variable.dims)
        data[str(name)] = (dims, each[:, np.newaxis] if chosen else each)
    coords = {str(k): v for k, v in first.coords.items() if k != "seed"} | {"variant": list(names)}
    seeds = [runner.seed_of(scenario, k) for k in whole]
    if chosen:
        data["replicate"] = (lead, np.array(seeds)[:, np.newaxis])
        coords |= {"member": [chosen[k] for k in whole], "seed": [0]}
    else:
        coords |= {"seed": seeds}
    return xr.Dataset(data, coords)
