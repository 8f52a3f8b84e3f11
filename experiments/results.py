"""The results file: one netCDF with units, provenance and a hash that can be verified."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from calibration.files import read_netcdf, write_netcdf
from scenarios.scenario import OWNERS, Scenario
from simulator.record import INDICATORS

KIND = "llo comparison"
PACKAGES = ("llo-simulator", "mesa", "simpy", "numba", "numpy", "scipy", "xarray", "h5netcdf")
LONG_NAMES = {
    "stage_share": "share of persons in each stage of change",
    "awards_eur": "public money awarded",
    "returned_eur": "public money returned after no-shows",
    "programme_eur": "public money for guidance and other programmes",
    "contribution_eur": "money of funds, cao budgets and loans for self-chosen courses",
    "repaid_eur": "public money repaid by who stopped early",
    "administration_eur": "administration of the instruments",
    "granted_eur": "rights granted",
    "lapsed_eur": "rights that lapsed unused",
    "outstanding_eur": "unused rights at the end of the year: the State's outstanding liability",
    "own_eur": "workers' own money for self-chosen courses",
    "employer_chosen_eur": "employers' money for self-chosen courses",
    "employer_job_eur": "employers' money for courses of their own initiative",
    "additional_eur": "public money for courses that would not have been followed within a year",
    "deadweight_eur": "public money for courses the worker would have followed and paid anyway",
    "forward_eur": "public money for courses that would have been followed one to two years later",
    "upgraded_eur": "public money above the price of the course that would have been followed",
    "unused_eur": "public money advanced for courses at which nobody turned up, not recovered",
    "wages_eur": "wages gained by courses completed, by assumption; NaN unless asked for",
    "outside_eur": "public money for learners in none of the groups that policy names",
    "standing_eur": "public money of policies that are in force anyway, net of what returns",
    "outlay_eur_month": "public money of the variant's own policies by month, net of what returns",
    "liability_eur_month": "unused rights at the end of the month",
    "awards_month": "awards of public money by month",
    "line_came": "persons in line so many minutes after the year's first opening, or before then",
    "line_paid": "persons whose application was paid by then",
    "line_away": "persons turned away by then",
    "lead_time": "months from the decision to the first learner: stated, the longest of its parts",
    "displaced_eur": "public money for courses the employer would have paid",
    "started": "self-chosen courses started",
    "completed": "self-chosen courses completed",
    "job_courses": "courses on the employer's initiative",
    "no_shows": "courses at which nobody turned up",
    "considered": "moves from precontemplation to contemplation",
    "faded": "moves from contemplation back to precontemplation",
    "planned": "moves from contemplation to preparation: a plan",
    "repeated": "moves from maintenance to preparation: a next plan",
    "jumped": "moves from precontemplation to preparation, brought by a leerambassadeur",
    "dropped": "moves from preparation back to contemplation: the plan is dropped",
    "gave_up": "moves from preparation back to contemplation: turned away or refused",
    "drop_outs": "moves from action back to contemplation: the course is stopped early",
    "relapsed": "moves out of maintenance to contemplation or precontemplation",
    "awards": "awards of public money",
    "turned_away": "applications turned away",
    "rejected": "applications refused when they were assessed",
    "returns": "awards that ended in a no-show",
    "anyway": "public learners who would have followed some course within two years anyway",
    "reach": "share of the group that starts a publicly paid course in the year",
    "recipients": "persons of the group who start a publicly paid course in the year",
    "persons": "persons in the group at the survey",
    "replicate": "seed of the life",
    "value": "value of the parameter in the life, as declared",
}


def describe(data: xr.Dataset, scenario: Scenario) -> xr.Dataset:
    """Add units, long names and provenance to a comparison."""
    for name in data.data_vars:
        key = str(name)
        data[name].attrs["long_name"] = INDICATORS.get(key) or LONG_NAMES[key]
        data[name].attrs["units"] = _unit(key)
    data["month"].attrs = {"long_name": "months since introduction", "units": "month"}
    data["minute"].attrs = {"long_name": "minutes since the window opened", "units": "minute"}
    data["time"].attrs = {"long_name": "years since introduction", "units": "year"}
    data.attrs = {
        "kind": KIND,
        "title": scenario.title,
        "scenario": scenario.model_dump_json(),
        "parameters": json.dumps(parameters(scenario), sort_keys=True),
        "versions": json.dumps(versions(), sort_keys=True),
        "commit": commit(),
        **_uncertainty(data, scenario),
    }
    data.attrs["hash"] = digest(data)
    return data


def _uncertainty(data: xr.Dataset, scenario: Scenario) -> dict[str, str]:
    """What a band of these lives holds, and which ensemble they are of."""
    if "member" not in data.dims:
        return {"note": "Central values: levels are solved, every other parameter is at its "
                "central prior. Intervals are Monte Carlo error over seeds only."}  # fmt: skip
    from calibration import members

    made = members.known(scenario.uncertainty.ensemble).data.attrs
    kept = ("made", "model_version", "persons", "evaluations", "identity")
    return {
        "note": "Lives of parameter sets that published figures admit: bands hold what they leave "
        "open, and Monte Carlo error.",
        "ensemble": json.dumps({k: str(made[k]) for k in kept}, sort_keys=True),
    }


def _unit(name: str) -> str:
    if name in ("replicate", "value"):
        return {"replicate": "number", "value": "as declared"}[name]
    if name.endswith("_month") or name == "lead_time":
        return {"awards_month": "1/month", "liability_eur_month": "EUR"}.get(
            name, "month" if name == "lead_time" else "EUR/month"
        )
    if name.endswith("_eur"):
        return "EUR" if name == "outstanding_eur" else "EUR/year"
    if name in INDICATORS or name in ("stage_share", "reach", "anyway"):
        return "share"
    people = name in ("persons", "recipients") or name.startswith("line_")
    return "persons" if people else "1/year"


def parameters(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Every value that was used, by owner, instruments included."""
    design = scenario.design()
    given: dict[str, Mapping[str, Any]] = dict(design.parameters)
    given["surveys"] = {"aes_probe": design.probe}
    found = {owner: group.values(given.get(owner)) for owner, group in OWNERS.items()}
    for name in scenario.instruments:
        found[f"instrument:{name}"] = scenario.policy(name).values
    return found


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide a result."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def commit() -> str:
    """The commit of the source tree, with + when it was changed; "unknown" outside one."""
    try:
        head, changed = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return head + ("+" if changed else "")


def _git(*words: str) -> str:
    command = ["git", *words]
    here = Path(__file__).parent
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def digest(data: xr.Dataset) -> str:
    """SHA-256 over every name, dimension, value and attribute but the hash itself."""
    total = hashlib.sha256()
    for name in sorted(map(str, data.variables)):
        variable = data[name]
        values = np.ascontiguousarray(variable.values)
        if values.dtype.kind in "UO":
            content = json.dumps([str(v) for v in values.ravel()]).encode()
        else:
            content = values.astype(values.dtype.newbyteorder("<")).tobytes()
        attrs = {k: str(v) for k, v in sorted(variable.attrs.items())}
        kind = (
            values.dtype.kind + str(values.dtype.itemsize) if values.dtype.kind not in "UO" else ""
        )
        head = json.dumps([name, kind, list(map(str, variable.dims)), list(values.shape), attrs])
        total.update(head.encode() + content)
    attrs = {k: str(v) for k, v in sorted(data.attrs.items()) if k != "hash"}
    total.update(json.dumps(attrs).encode())
    return total.hexdigest()


def write(data: xr.Dataset, path: Path) -> None:
    """Write a comparison, whole or not at all."""
    write_netcdf(data, path)


def read(path: Path) -> xr.Dataset:
    """A results file; ValueError with one line if it is not ours, cut short or altered."""
    data = read_netcdf(path, "make one with `llo compare`")
    if data.attrs.get("kind") != KIND:
        raise ValueError(f"{path}: not a results file of this simulator (kind is missing)")
    if data.attrs.get("hash") != digest(data):
        raise ValueError(f"{path}: its contents do not match its hash; it was altered or damaged")
    return data
