"""A comparison over parameter sets: its file, its bands, and what stays exact."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from calibration import ensemble
from experiments import criteria, runner, table, twins
from experiments.estimates import lives
from experiments.lights import LIGHTS, Drivers
from scenarios.scenario import Scenario, read

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
TEXT = """
base = "baseline.toml"
[time]
years_before = 6
years_after = 2
spin_up_months = 24
[uncertainty]
members = 2
persons = 2_000
[seeds]
count = 2
[variants]
voucher = ["voucher"]
nothing = []
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return runner.prepared(read(TEXT))


@pytest.fixture(scope="module")
def data(scenario: Scenario) -> xr.Dataset:
    return runner.run(scenario)


def test_its_lives_are_sets_and_seeds(data: xr.Dataset, scenario: Scenario) -> None:
    assert (dict(data.sizes) | {"member": 2, "seed": 2}) == dict(data.sizes)
    assert list(data["member"].values) == runner.chosen(scenario)
    assert np.unique(data["replicate"].values).size == 4
    assert all("units" in v.attrs and "long_name" in v.attrs for v in data.data_vars.values())
    made = json.loads(data.attrs["ensemble"])
    assert made["model_version"] == str(ensemble.read().data.attrs["model_version"])


def test_every_life_has_the_parameters_of_its_set(data: xr.Dataset) -> None:
    found = ensemble.read()
    for member in map(int, data["member"].values):
        known = found.values(member)
        for name in ("action.pi", "stages.a23", "intention.attitude"):
            used = data["value"].sel(member=member, parameter=name).values
            assert np.all(used == known[name]), name
    solved = data["value"].sel(parameter="employer_training.m0").values
    assert np.unique(solved).size == 4  # solved in each life


def test_a_variant_without_instruments_is_the_null_in_every_life(data: xr.Dataset) -> None:
    null, nothing = (data.sel(variant=v).drop_vars("variant") for v in ("null", "nothing"))
    assert nothing.identical(null)
    assert not data.sel(variant="voucher").drop_vars("variant").identical(null)


def test_a_band_is_that_of_its_lives(data: xr.Dataset) -> None:
    line = next(x for x in table.compute(data) if x.key == "cost a year, net of returns")
    found = line.values["voucher"]
    flat = lives(data).assign_attrs(introduced=2027)
    each = table.cost(flat.sel(variant="voucher"), flat.sel(variant="null"))
    assert found is not None
    assert found.of_lives
    assert found.middle == pytest.approx(np.median(each) / 1e6)
    assert each.min() / 1e6 <= found.low <= found.high <= each.max() / 1e6
    assert 0.0 <= found.chance <= 1.0
    null = next(x for x in table.compute(data) if x.key.startswith("AES scale"))
    assert null.values["null"] is not None


def test_lights_are_told_of_instruments_that_are_known(
    data: xr.Dataset, scenario: Scenario
) -> None:
    lines = table.compute(data, Drivers(data, scenario))
    told = table.as_data(data, lines)
    row = next(r for r in told["rows"] if r["label"] == "extra learners a year (any course)")
    assert row["variants"]["voucher"]["light"] in (*LIGHTS.values(), None)
    assert set(row["variants"]["voucher"]["drivers"]) == {"K", "X", "P"}
    assert "light" not in (row["variants"]["nothing"] or {})
    assert any("what drives the band" in note for note in told["notes"])


def test_criteria_have_bands_too(scenario: Scenario) -> None:
    few = scenario.changed(members=1, seeds=1)
    data, shock = twins.run(few)
    rows = criteria.compute(data, few, shock)
    told: list[dict[str, Any]] = criteria.as_data(rows)
    cost = next(r for r in told if r["measure"] == "cost a year above the null")
    assert {"median", "low", "high", "chance"} == set(cost["variants"]["voucher"])


def test_it_is_printed_and_read_again(llo: Llo, tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(TEXT, encoding="utf-8")
    words = ("--members", 2, "--seeds", 1, "--out", "here")
    code, out, err = llo("compare", "my.toml", *words)
    assert (code, err) == (0, "")
    assert "2 parameter sets, 1 seed;" in out
    assert "90% band" in out
    assert "±" not in out
    code, out, err = llo("survey", "here/compare.nc", "--sample")
    assert (code, err) == (0, "")
    assert "in order" in llo("verify", "here/compare.nc")[1]


def test_an_ensemble_that_cannot_be_used_is_refused_before_any_work(
    refused: Refused, tmp_path: Path
) -> None:
    text = TEXT.replace("members = 2", 'members = 2\nensemble = "none.nc"')
    (tmp_path / "my.toml").write_text(text, encoding="utf-8")
    assert "none.nc: no such file" in refused("compare", "my.toml")
    assert "none.nc: no such file" in refused("criteria", "my.toml")
    assert refused("compare", "--members", -1).startswith("--members: -1: ")
    assert "100 tell what drives a band: give --members" in refused("compare", "--lights", "x.csv")
