"""Decisions under uncertainty from a study: who is best, what is regretted, what satisfies, when a
variant fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from calibration.files import read_toml
from experiments.analysis import decisions, discovery, tree
from experiments.analysis.boxes import Discovery, sentences
from experiments.analysis.decisions import Threshold
from experiments.analysis.values import any_weights, weighted
from experiments.analysis.weights import Weights
from experiments.sweeps import factors, reading
from experiments.sweeps.factors import ENSEMBLE
from experiments.sweeps.outcomes import OUTCOMES, Outcome, needs
from experiments.sweeps.store import Store
from experiments.sweeps.study import EXAMPLE
from experiments.table import NULL
from scenarios.scenario import Scenario

FILE = Path(__file__).parents[1] / "thresholds.toml"
SIZES = (10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000)


@dataclass(frozen=True)
class Judged:
    """What is decided on one outcome: its levels, who is best, what is regretted."""

    outcome: Outcome
    values: xr.DataArray  # draw, variant
    best: xr.Dataset
    regret: xr.Dataset


@dataclass(frozen=True)
class Failure:
    """When a variant misses a threshold, by boxes and by a tree."""

    variant: str
    threshold: Threshold
    share: float
    found: Discovery
    sentences: list[str]
    by_tree: list[str]


@dataclass(frozen=True)
class Verdict:
    """All that a study says about a decision."""

    judged: list[Judged]
    satisfied: xr.Dataset | None
    ministries: xr.Dataset
    whatever: xr.Dataset
    order: xr.Dataset
    failures: list[Failure]
    draws: int


def thresholds(path: Path | None = None) -> list[Threshold]:
    """The thresholds of a file, ours without one; ValueError with entry and remedy."""
    path = path or FILE
    entries = read_toml(path, "thresholds").get("threshold", [])
    found = []
    for entry in entries:
        name = str(entry.get("name", "?"))
        where = f"{path.name}: threshold {name!r}"
        if entry.get("outcome") not in OUTCOMES:
            known = ", ".join(OUTCOMES)
            raise ValueError(f"{where}: outcome {entry.get('outcome')!r}: there are {known}")
        if not entry.get("source"):
            raise ValueError(f"{where}: source is missing: say on what it rests, or that it is an "
                             "assumption")  # fmt: skip
        try:
            value = float(entry["value"])
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"{where}: value {entry.get('value')!r}: give a number") from None
        found.append(Threshold(name, entry["outcome"], str(entry.get("bound")), value))
    if not found:
        raise ValueError(f"{path}: no [[threshold]] in it")
    return found


def outcomes_of(store: Store, names: Sequence[str]) -> xr.Dataset:
    """Outcomes by draw and variant, but for those whose series or years the study does not have."""
    wanted = [OUTCOMES[n] for n in names if n in OUTCOMES]
    kept = [o for o in wanted if set(o.needs) <= set(store.layout.outputs)]
    data = reading.by_draw(store, needs(kept))
    done = np.flatnonzero(np.isfinite(data["cost"].values).all(axis=(1, 2)))
    found = {o.name: o.value(data.isel(draw=done)) for o in kept}
    return xr.Dataset({n: v for n, v in found.items() if bool(v.notnull().any())})


def inputs(store: Store, draws: np.ndarray) -> tuple[xr.DataArray, dict[str, str]]:
    """Values of the factors in these draws, a member of the ensemble as its parameters, and units.

    A parameter that is the same in all draws says nothing and is left out.
    """
    x = store.values(0, store.rows)[draws]
    scenario = Scenario.model_validate_json(store.meta["scenario"])
    columns, units = {}, {}
    for k, name in enumerate(store.names):
        if name != ENSEMBLE:
            columns[name], units[name] = x[:, k], store.meta["units"][k]
            continue
        told = factors.members_of(scenario).data["value"]
        for parameter in map(str, told["parameter"].values):
            columns[parameter] = told.sel(parameter=parameter).values[x[:, k].astype(int)]
            units[parameter] = _unit(parameter, scenario)
    varied = {n: v for n, v in columns.items() if np.ptp(v) > 0}
    table = xr.DataArray(
        np.column_stack(list(varied.values())) if varied else np.zeros((draws.size, 0)),
        {"draw": draws, "factor": list(varied)}, ("draw", "factor"),
    )  # fmt: skip
    return table, {n: u for n, u in units.items() if n in varied}


def _unit(parameter: str, scenario: Scenario) -> str:
    try:
        declared = factors.declared(parameter, scenario)
    except ValueError:
        return ""
    return declared.unit if declared is not None and declared.unit in ("EUR", "hours") else ""


def verdict(
    store: Store, weights: Weights, limits: Sequence[Threshold], *, seed: int = 0
) -> Verdict:
    """What the draws of a study say; ValueError when fewer than two are done."""
    names = [o.name for o in weights.outcomes] + [t.outcome for t in limits]
    found = outcomes_of(store, list(dict.fromkeys(names)))
    draws = int(found.sizes.get("draw", 0))
    if draws < 2 or not found:
        raise ValueError(
            f"{store.folder}: {draws} draws are done: two are needed; go on with llo sweep restart "
            f"{store.folder} (a study: {EXAMPLE})"
        )
    judged = []
    for name in (n for n in (o.name for o in weights.outcomes) if n in found):
        outcome, values = OUTCOMES[name], found[name]
        judged.append(Judged(outcome, values, decisions.best(values, outcome.sense),
                             decisions.regret(values, outcome.sense, seed=seed)))  # fmt: skip
    kept = [t for t in limits if t.outcome in found]
    sizes = [n for n in SIZES if n < draws] + [draws]
    lead = judged[0]
    return Verdict(
        judged, decisions.satisficing(found, kept) if kept else None,
        weighted(found, weights, seed=seed), any_weights(found, weights, seed=seed),
        decisions.rankings(lead.values, lead.outcome.sense, sizes, seed=seed, by="median"),
        failures(store, found, kept, seed), draws,
    )  # fmt: skip


def failures(
    store: Store, found: xr.Dataset, limits: Sequence[Threshold], seed: int
) -> list[Failure]:
    """For every variant and threshold, when it is missed; those of the null are left out."""
    x, units = inputs(store, np.asarray(found["draw"].values, int))
    labels = {str(n): factors.meaning(str(n)) for n in x["factor"].values}
    told = []
    for t in limits:
        values = found[t.outcome]
        met = values >= t.value if t.bound == "at least" else values <= t.value
        missed = (~met).astype(float).where(values.notnull())
        for variant in (str(v) for v in values["variant"].values if str(v) != NULL):
            failing = missed.sel(variant=variant)
            if not bool(failing.notnull().any()):
                continue
            seen = discovery.fails(x, failing, labels, units, seed=seed)
            told.append(Failure(
                variant, t, float(failing.mean()), seen,
                sentences(seen, variant, f"“{t.name}”"),
                tree.tree_sentences(x, failing, variant, f"“{t.name}”", labels, units, seed=seed),
            ))  # fmt: skip
    return told


def settings(store: Store, cost: Outcome, reach: Outcome) -> dict[str, xr.Dataset]:
    """The front of less cost and more reach over settings of the instruments, by variant.

    The study must cross settings with all else, as a grid or a table does: every setting is then
    seen under the same draws of the other factors. ValueError where it does not.
    """
    scenario = Scenario.model_validate_json(store.meta["scenario"])
    levers = [k for k, n in enumerate(store.names) if factors.of_instrument(n, scenario)]
    if not levers:
        raise ValueError(f"{store.folder}: no factor is a parameter of an instrument: there are no "
                         "settings to compare")  # fmt: skip
    data = reading.by_draw(store, needs([cost, reach]))
    x = np.asarray(data["x"].values, float)
    setting, where = np.unique(x[:, levers], axis=0, return_inverse=True)
    rest = [k for k in range(x.shape[1]) if k not in levers]
    world = np.unique(x[:, rest], axis=0, return_inverse=True)[1] if rest else np.zeros(len(x), int)
    if len(setting) * (int(world.max()) + 1) != len(x):
        raise ValueError(f"{store.folder}: its design does not cross settings with other factors: "
                         "give kind = \"grid\" or a table")  # fmt: skip
    names = [" ".join(f"{store.names[k]}={v:g}" for k, v in zip(levers, row, strict=True))
             for row in setting]  # fmt: skip
    found = {}
    for variant in (v for v in store.layout.variants if v != NULL):
        table = {}
        for kind, outcome in (("cost", cost), ("reach", reach)):
            grid = np.full((int(world.max()) + 1, len(setting)), np.nan)
            grid[world, where] = outcome.value(data).sel(variant=variant).values
            table[kind] = xr.DataArray(grid, {"variant": names}, ("draw", "variant"))
        found[variant] = decisions.pareto(table["cost"], table["reach"])
        for kind, outcome in (("cost", cost), ("reach", reach)):
            found[variant].attrs[f"{kind}_label"] = f"{outcome.long_name} ({outcome.unit})"
    return found
