"""What `llo compare` prints and writes, and that it is the same the next time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments import results, table
from experiments.estimates import lives
from scenarios.scenario import load

Llo = Callable[..., tuple[int, str, str]]
VARIANTS = ["null", "voucher", "leerrekening", "leerrecht", "together", "nothing"]


@pytest.fixture(scope="module")
def data(compared: Path) -> xr.Dataset:
    return results.read(compared / "once" / "compare.nc")


@pytest.fixture(scope="module")
def printed(compared: Path) -> dict[str, Any]:
    """What --json printed, read without NaN and infinity, which JSON does not have."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    text = (compared / "once.txt").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


def test_it_writes_the_results_and_the_picture_and_nothing_else(compared: Path) -> None:
    for folder in (compared / "once", compared / "again"):
        assert {path.name for path in folder.iterdir()} == {"compare.nc", "compare.png"}
        assert (folder / "compare.png").read_bytes().startswith(b"\x89PNG")


def test_its_file_verifies_and_can_be_surveyed(compared: Path, llo: Llo) -> None:
    file = compared / "once" / "compare.nc"
    code, out, err = llo("verify", file)
    assert (code, err) == (0, "")
    assert "in order" in out
    assert results.read(file).attrs["hash"][:16] in out
    code, out, err = llo("survey", file, "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert len(rows) == 4 * len(VARIANTS)
    assert all(0 <= row["simulated"] <= 1 for row in rows)


def test_every_variable_has_units_and_a_long_name(data: xr.Dataset) -> None:
    assert len(data.data_vars) > 20
    for name, variable in data.data_vars.items():
        assert variable.attrs["units"], name
        assert len(variable.attrs["long_name"]) > len(str(name)), name
        assert variable.dims[:2] == ("seed", "variant"), name
    assert list(data["variant"].values) == VARIANTS
    assert data.sizes["seed"] == 1


def test_the_file_says_what_made_it(data: xr.Dataset) -> None:
    assert json.loads(data.attrs["scenario"])["persons"] == 1000
    used = json.loads(data.attrs["parameters"])
    assert used["instrument:voucher"]["amount"] == 1000
    assert used["stages"] == pytest.approx(load().design().parameters["stages"] | used["stages"])
    assert {"python", "numba", "numpy"} <= json.loads(data.attrs["versions"]).keys()


def test_two_runs_differ_in_nothing_but_the_commit(compared: Path) -> None:
    once, again = (results.read(compared / name / "compare.nc") for name in ("once", "again"))
    for found in (once, again):
        found.attrs["commit"] = "the same"
    assert results.digest(again) == results.digest(once)
    assert again.drop_attrs(deep=False).identical(once.drop_attrs(deep=False))


def test_json_holds_the_rows_of_the_table(printed: dict[str, Any], data: xr.Dataset) -> None:
    rows = table.compute(data)
    told = [(r["section"], r["label"], r["unit"]) for r in printed["rows"]]
    assert told == [(x.row.section, x.row.label.strip(), x.row.unit) for x in rows]
    for r, line in zip(printed["rows"], rows, strict=True):
        assert list(r["variants"]) == VARIANTS
        for variant, estimate in line.values.items():
            mean = None if estimate is None else estimate.middle
            assert (r["variants"][variant] or {"mean": None})["mean"] == mean
    assert list(printed["cost_by_year_eur"]) == VARIANTS


def test_the_table_shows_the_figures_of_json(compared: Path, printed: dict[str, Any]) -> None:
    shown = (compared / "again.txt").read_text(encoding="utf-8")
    lines = iter(shown.splitlines())
    for row in printed["rows"]:
        label = " ".join(row["label"].split()[:2])  # a long label is wrapped
        line = next((line for line in lines if line.strip().startswith(label)), None)
        assert line is not None, f"{label} is not in the table, or not in this order"
        defined = [v for v in row["variants"].values() if v is not None]
        assert line.count("±") == len(defined), line


def test_the_null_beside_itself_is_exactly_zero(data: xr.Dataset) -> None:
    null = lives(data).sel(variant="null")
    null = null.assign_attrs(introduced=int(data["year"].values[-1]))
    differences = [
        r for r in table.ROWS if r.unit == "pp" or r.label.startswith(("extra", "awards", "cost a"))
    ]
    assert len(differences) > 12
    for row in differences:
        found = row.measure(null, null)
        assert np.all((found == 0) | np.isnan(found)), row.label
        assert row.unit != "pp" or np.all(found == 0), row.label


def test_a_variant_without_instruments_is_the_null(data: xr.Dataset) -> None:
    null, nothing = (data.sel(variant=v).drop_vars("variant") for v in ("null", "nothing"))
    assert nothing.identical(null)
    voucher = data.sel(variant="voucher").drop_vars("variant")
    assert not voucher.identical(null)


def test_a_refused_comparison_leaves_an_earlier_one(compared: Path, llo: Llo) -> None:
    file = compared / "once" / "compare.nc"
    before = file.read_bytes()
    code, _, err = llo("compare", "--persons", 10, "--out", file.parent)
    assert (code, len(err.splitlines())) == (2, 1)
    assert file.read_bytes() == before
