"""The ensemble: parameter sets that the figures admit, with what says where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from calibration import fit
from calibration.evaluate import Problem
from calibration.files import read_netcdf, write_netcdf
from calibration.targets import TARGET
from simulator import MODEL_VERSION

KIND = "llo ensemble"
FILE = Path(__file__).parent / "ensemble.nc"


@dataclass(frozen=True)
class Ensemble:
    """Members by row: parameters, their weights, and the model's value of every figure.

    `data` has dims member, coordinate (of z), parameter, target, pilot, choice, life, goal and
    intercept.
    """

    data: xr.Dataset

    @property
    def size(self) -> int:
        return int(self.data.sizes["member"])

    def values(self, member: int) -> dict[str, float]:
        """Parameter values of a member, solved intercepts included."""
        row = self.data["value"].isel(member=member)
        return dict(zip(map(str, row["parameter"].values), map(float, row.values), strict=True))

    def chosen(self, count: int) -> list[int]:
        """Members that stand for the whole, each for an equal part of the weight."""
        return [int(k) for k in fit.resampled(self.data["weight"].values, count)]


def of(
    problem: Problem,
    plan: fit.Plan,
    noise: NDArray[np.float64],
    found: fit.Posterior,
    identity: Mapping[str, str],
) -> Ensemble:
    """The ensemble of a posterior."""
    rows = [dict(zip(plan.names, row, strict=True)) for row in found.z]
    values = [
        {**problem.priors.values(z), **kept.intercepts}
        for z, kept in zip(rows, found.kept, strict=True)
    ]
    names, t, lives = sorted(set().union(*values)), problem.targets, found.lives
    fitted, error = np.zeros(len(t), bool), np.full(len(t), np.nan)
    fitted[plan.chosen], error[plan.chosen] = True, plan.errors
    choices = _choices(problem, rows, found.weight)
    data = xr.Dataset(
        {
            "z": (("member", "coordinate"), found.z),
            "weight": (("member",), found.weight),
            "distance": (("member",), found.distance),
            "value": (("member", "parameter"), np.array([[v[n] for n in names] for v in values])),
            "statistic": (("member", "target"), np.array([k.statistics for k in found.kept])),
            "noise": (("pilot", "target"), noise),
            "published": (("target",), np.array([x.value for x in t])),
            "own_error": (("target",), np.array([x.error for x in t])),
            "error": (("target",), error),
            "fitted": (("target",), fitted),
            "lived_z": (("life", "coordinate"), np.array([x.z for x in lives], np.float32)),
            "lived": (("life", "target"),
                      np.array([x.kept.statistics for x in lives], np.float32)),
            "proposed": (("life",), np.array([x.generation for x in lives], np.int16)),
            "share": (("choice",), np.array(list(choices.values()))),
            "slope": (("goal", "intercept"), np.array(problem.slopes)),
        },
        coords={"coordinate": list(plan.names), "parameter": names,
                "target": [x.name for x in t], "choice": list(choices),
                "goal": [x.name for x in problem.solving()],
                "intercept": [x.name for x in problem.priors.solved]},
        attrs=_attributes(problem, found, identity),
    )  # fmt: skip
    return Ensemble(_described(data))


def _choices(
    problem: Problem, rows: Sequence[Mapping[str, float]], weight: NDArray[np.float64]
) -> dict[str, float]:
    """The posterior probability of every structural alternative."""
    chosen = [problem.priors.choices(z) for z in rows]
    return {
        f"{s.name}: {label}": float(
            sum(w for c, w in zip(chosen, weight, strict=True) if c[s.name] == label)
        )
        for s in problem.priors.structures
        for label in s.labels
    }


def _attributes(
    problem: Problem, found: fit.Posterior, identity: Mapping[str, str]
) -> dict[str, Any]:
    probed = [x.name for x in problem.targets if x.statistic == "aes" and x.use == TARGET]
    return {
        "kind": KIND,
        "model_version": MODEL_VERSION,
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "persons": problem.scenario.persons,
        "generations": found.generations,
        "evaluations": found.evaluations,
        "stopped": found.stopped,
        "solved": "; ".join([*(x.name for x in problem.solving()), *probed]),
        "identity": json.dumps(dict(identity)),
    }


def _described(data: xr.Dataset) -> xr.Dataset:
    told = {
        "z": ("coordinates of the parameter set: standard normal a priori", "SD"),
        "weight": ("share of the posterior that the member stands for", "share"),
        "distance": ("root mean square distance from the fitted figures", "standard errors"),
        "value": ("value of the parameter, solved intercepts included", "as declared"),
        "statistic": ("what the model gives for the figure", "as published"),
        "noise": (
            "the same in lives of the central values that differ in luck only",
            "as published",
        ),
        "published": ("the figure as published", "as published"),
        "own_error": ("standard error of the figure, with its discrepancy", "as published"),
        "error": ("the same with the Monte Carlo error of a life; NaN: not fitted", "as published"),
        "lived_z": ("z of every candidate that was lived", "SD"),
        "lived": ("what each of these gave for the figure", "as published"),
        "proposed": ("the generation of proposals it is of; 0: the prior", "number"),
        "slope": (
            "change of a solved figure by its intercepts, each on its own scale",
            "as solved",
        ),
        "share": ("posterior probability of a structural alternative", "share"),
        "fitted": ("whether the fit used the figure", "yes or no"),
    }
    for name, (long_name, units) in told.items():
        data[name].attrs = {"long_name": long_name, "units": units}
    return data


def write(found: Ensemble, path: Path) -> None:
    """Write an ensemble, whole or not at all."""
    write_netcdf(found.data, path)


def read(path: Path | None = None) -> Ensemble:
    """An ensemble, ours without a path; ValueError if it is none, or another model's."""
    path = path or FILE
    data = read_netcdf(path, "make an ensemble with `llo calibrate`")
    if data.attrs.get("kind") != KIND:
        raise ValueError(f"{path}: no ensemble of `llo calibrate`")
    version = int(data.attrs.get("model_version", -1))
    if version != MODEL_VERSION:
        raise ValueError(
            f"{path}: made by version {version} of the model, this is version {MODEL_VERSION}: its "
            "parameters fit that one; make another with `llo calibrate`"
        )
    return Ensemble(data)
