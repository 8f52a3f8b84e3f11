"""Whether a results file can be told of: ours, of this version, with instruments and numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from pydantic import ValidationError

from experiments import results
from experiments.table import NULL, SHARES
from scenarios.scenario import Scenario

LEVELS = ("nea", "aes", "chosen", "learners", "two_years")
YEARLY = (
    "awards_eur", "administration_eur", "programme_eur", "returned_eur", "repaid_eur",
    "standing_eur", "lapsed_eur", "outstanding_eur", "started", "completed", "awards",
    "turned_away", "rejected", *(f"{name}_eur" for name in SHARES),
)  # fmt: skip
MONTHLY = ("outlay_eur_month", "liability_eur_month", "awards_month")
NEEDED = {
    **{name: {"variant", "time", "group"} for name in LEVELS},
    **{name: {"variant", "year"} for name in YEARLY},
    **{name: {"variant", "month"} for name in MONTHLY},
    "stage_share": {"variant", "time", "stage"},
    "reach": {"variant", "year", "group"},
    "recipients": {"variant", "year", "group"},
    "persons": {"time", "group"},
    "lead_time": {"variant"},
}
AGAIN = "make it anew with `llo compare`"


def opened(path: Path) -> tuple[xr.Dataset, Scenario]:
    """A results file and its scenario; ValueError with one line if it cannot be told of."""
    data = results.read(path)
    missing = [name for name in NEEDED if name not in data]
    made = str(data.attrs.get("commit", "unknown"))[:12]
    if missing:
        raise ValueError(
            f"{path}: an older version (commit {made}) made it: it has no {missing[0]}; {AGAIN}"
        )
    for name, dims in NEEDED.items():
        if not dims <= set(map(str, data[name].dims)):
            raise ValueError(
                f"{path}: {name} has dimensions {', '.join(map(str, data[name].dims))}, and "
                f"{', '.join(sorted(dims))} are needed; {AGAIN}"
            )
    try:
        scenario = Scenario.model_validate_json(data.attrs["scenario"])
    except (KeyError, ValidationError):
        raise ValueError(
            f"{path}: another version (commit {made}) made it: this one cannot read its scenario; "
            f"{AGAIN}"
        ) from None
    _variants(path, data, scenario)
    _finite(path, data)
    return data, scenario


def _variants(path: Path, data: xr.Dataset, scenario: Scenario) -> None:
    """ValueError when the null is missing, alone, or told twice."""
    names = [str(v) for v in data["variant"].values]
    if names != scenario.names():
        raise ValueError(f"{path}: its variants are {', '.join(names)}, and those of its scenario "
                         f"{', '.join(scenario.names())}; {AGAIN}")  # fmt: skip
    if names == [NULL]:
        raise ValueError(f"{path}: it holds the null option alone: give the scenario a variant")
    for name in names:
        if name != NULL and not scenario.variants[name]:
            raise ValueError(
                f"{path}: variant {name} is empty: without an instrument it is the null option; "
                f"take it out of [variants] and {AGAIN}"
            )
    if not (data["time"].size and data["year"].size and data["month"].size):
        raise ValueError(f"{path}: nothing was recorded in it: give --months 12 or more")


def _finite(path: Path, data: xr.Dataset) -> None:
    """ValueError naming the first value that is not a number, where one is needed."""
    for name in (*LEVELS, *YEARLY, *MONTHLY, "stage_share", "persons"):
        values = data[name].sel(group="all") if "group" in data[name].dims else data[name]
        bad = ~np.isfinite(values.values)
        if bad.any():
            at = np.argwhere(bad)[0]
            where = ", ".join(
                f"{d} {values[d].values[k] if d in values.coords else k}"
                for d, k in zip(values.dims, at, strict=True)
            )
            raise ValueError(f"{path}: {name} is {values.values[tuple(at)]} at {where}: a run went "
                             f"wrong; {AGAIN}")  # fmt: skip
