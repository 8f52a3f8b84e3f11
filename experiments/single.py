"""One run and its surveys beside the published figures, and the population beside its margins."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr

from calibration.levels import TARGETS
from scenarios.scenario import Scenario, resolve
from simulator import draws
from simulator.margins import Margins
from simulator.record import INDICATORS, Recorder
from simulator.surveys import SURVEYS, sampled
from simulator.synthesis import margin_report, synthesise

Row = dict[str, Any]


def margins(scenario: Scenario) -> list[Row]:
    """The synthetic population's margins beside the published ones, and their difference."""
    published = Margins.load(resolve(scenario.margins))
    people = synthesise(published, scenario.persons, draws.replicate(scenario.seeds.first, 0))
    return [asdict(row) for row in margin_report(people, published)]


def surveys_of(recorder: Recorder, variant: str) -> list[Row]:
    """The surveys of a run in its last recorded quarter."""
    latest = recorder.indicators[-1]
    return [
        {"survey": name, "question": s.long_name, "variant": variant,
         "simulated": float(latest[list(INDICATORS).index(name.lower())][0]),
         "published": _published(name)}
        for name, s in SURVEYS.items()
    ]  # fmt: skip


def surveys_in(data: xr.Dataset, sample: bool = False) -> list[Row]:
    """Surveys of every variant at the end of a comparison, if wanted as one sample says it."""
    rows: list[Row] = []
    for variant in map(str, data["variant"].values):
        for name, s in SURVEYS.items():
            series = data[name.lower()].sel(variant=variant, group="all").isel(time=-1)
            row: Row = {"survey": name, "question": s.long_name, "variant": variant,
                        "simulated": float(np.mean(series.values)),
                        "published": _published(name)}  # fmt: skip
            if sample:
                seed = int(data["replicate" if "replicate" in data else "seed"].values.ravel()[0])
                drawn, se = sampled(row["simulated"], s.respondents, seed, name)
                row |= {"sampled": drawn, "standard_error": se}
            rows.append(row)
    return rows


def _published(name: str) -> str:
    """The figures that a survey's result is laid beside, for the reader."""
    with TARGETS.open("rb") as file:
        beside = tomllib.load(file).get("beside", {})
    return str(beside.get(name, ""))
