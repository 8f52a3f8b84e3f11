"""What cannot be told of is refused with one line that says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments import results
from reports import check

Change = Callable[[xr.Dataset], xr.Dataset]


def kept(data: xr.Dataset, folder: Path) -> Path:
    """A file of the changed Dataset, with a hash that fits."""
    data.attrs["hash"] = results.digest(data)
    results.write(data, folder / "a.nc")
    return folder / "a.nc"


def emptied(data: xr.Dataset) -> xr.Dataset:
    """With a variant that has no instrument."""
    scenario = data.attrs["scenario"].replace('"leerrecht":["leerrecht"]', '"leerrecht":[]')
    assert scenario != data.attrs["scenario"]
    return data.assign_attrs(scenario=scenario)


def spoilt(name: str, value: float) -> Change:
    def change(data: xr.Dataset) -> xr.Dataset:
        values = data[name].values.copy()
        values[(0,) * values.ndim] = value
        return data.assign({name: (data[name].dims, values)})

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.drop_vars("standing_eur"), "it has no standing_eur; make it anew with"),
        (lambda d: d.assign(awards=d["awards"].isel(year=0, drop=True)), "awards has dimensions"),
        (lambda d: d.assign_attrs(scenario='{"colour": 3}'), "this one cannot read its scenario"),
        (lambda d: d.isel(variant=[0, 1]), "its variants are null, voucher"),
        (emptied, "variant leerrecht is empty: without an instrument it is the null option"),
        (spoilt("aes", np.nan), "aes is nan at"),
        (spoilt("awards_eur", np.inf), "awards_eur is inf at"),
    ],
    ids="older shape scenario variants empty nan infinite".split(),
)
def test_a_results_file_that_cannot_be_told_of(
    change: Change, told: str, data: xr.Dataset, tmp_path: Path
) -> None:
    path = kept(change(data.copy(deep=True)), tmp_path)
    with pytest.raises(ValueError, match=r"a\.nc: ") as refused:
        check.opened(path)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_file_of_another_program(tmp_path: Path) -> None:
    xr.Dataset({"t2m": ("time", [1.0, 2.0])}).to_netcdf(tmp_path / "era5.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match="not a results file of this simulator"):
        check.opened(tmp_path / "era5.nc")
    (tmp_path / "text.nc").write_text("no netCDF", encoding="utf-8")
    with pytest.raises(ValueError, match="cannot be read as netCDF"):
        check.opened(tmp_path / "text.nc")


def test_what_has_no_value_for_a_small_group_is_no_error(data: xr.Dataset, tmp_path: Path) -> None:
    none = data["two_years"].where(data["group"] != "sector:B")
    found, _scenario = check.opened(kept(data.assign(two_years=none), tmp_path))
    assert bool(found["two_years"].sel(group="sector:B").isnull().all())
