"""A results file comes back as it was written, and says so when it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments import results

Change = Callable[[xr.Dataset], xr.Dataset]


@pytest.fixture
def data() -> xr.Dataset:
    """A small dataset with a valid hash."""
    values = {
        "share": (("variant", "seed"), np.arange(6.0, dtype="f4").reshape(2, 3)),
        "whole": (("seed",), np.arange(3, dtype="i4")),
        "single": ((), 4.0),
        "gap": (("seed",), np.array([1.0, np.nan, -0.0])),
    }
    made = xr.Dataset(values, {"variant": ["null", "rëcht"], "seed": [3, 1, 2]})
    for name in made.variables:
        made[name].attrs = {"units": "share", "long_name": f"what {name} is"}
    made.attrs = {"kind": results.KIND, "title": "a small one", "commit": "unknown"}
    made.attrs["hash"] = results.digest(made)
    return made


def test_what_is_written_comes_back(data: xr.Dataset, tmp_path: Path) -> None:
    results.write(data, tmp_path / "a.nc")
    found = results.read(tmp_path / "a.nc")
    assert found.identical(data)
    assert {n: v.dtype for n, v in found.data_vars.items()} == {
        n: v.dtype for n, v in data.data_vars.items()
    }
    assert [path.name for path in tmp_path.iterdir()] == ["a.nc"]


def test_the_hash_does_not_depend_on_the_order_of_names(data: xr.Dataset) -> None:
    turned = data[list(reversed(list(data.data_vars)))]
    turned.attrs = dict(reversed(data.attrs.items()))
    assert results.digest(turned) == results.digest(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.assign(share=d["share"] + np.float32(1e-6)),
        lambda d: d.assign(gap=d["gap"].copy(data=[1.0, np.nan, 0.0])),
        lambda d: d.assign(whole=d["whole"].copy(data=np.arange(3, dtype="u4"))),
        lambda d: d.rename(share="part"),
        lambda d: d.rename(seed="replicate"),
        lambda d: d.assign_coords(variant=["null", "recht"]),
        lambda d: d.isel(seed=slice(2)),
        lambda d: d.drop_vars("single"),
        lambda d: d.assign_attrs(title="another"),
        lambda d: d.assign_attrs(extra=""),
        lambda d: d.assign(whole=d["whole"].assign_attrs(units="persons")),
    ],
    ids="value sign type name dimension coordinate shape missing title attribute unit".split(),
)
def test_any_change_is_told_from_the_hash(change: Change, data: xr.Dataset, tmp_path: Path) -> None:
    altered = change(data.copy(deep=True).assign(whole=data["whole"].assign_attrs()))
    altered.attrs["hash"] = data.attrs["hash"]
    results.write(altered, tmp_path / "a.nc")
    with pytest.raises(ValueError, match=r"a\.nc: its contents do not match its hash"):
        results.read(tmp_path / "a.nc")


def test_another_kind_of_file_is_refused(data: xr.Dataset, tmp_path: Path) -> None:
    data.attrs["kind"] = "something else"
    results.write(data, tmp_path / "a.nc")
    with pytest.raises(ValueError, match=r"a\.nc: not a results file of this simulator"):
        results.read(tmp_path / "a.nc")


def test_a_failed_write_leaves_the_earlier_file_and_no_part(
    data: xr.Dataset, tmp_path: Path
) -> None:
    results.write(data, tmp_path / "a.nc")
    before = (tmp_path / "a.nc").read_bytes()
    unwritable = data.assign(bad=("seed", np.array([1, "x", None], dtype=object)))
    with pytest.raises((TypeError, ValueError)):
        results.write(unwritable, tmp_path / "a.nc")
    assert [path.name for path in tmp_path.iterdir()] == ["a.nc"]
    assert (tmp_path / "a.nc").read_bytes() == before


def test_a_write_onto_a_folder_leaves_no_part(data: xr.Dataset, tmp_path: Path) -> None:
    (tmp_path / "a.nc").mkdir()
    with pytest.raises(OSError, match=r"a\.nc"):
        results.write(data, tmp_path / "a.nc")
    assert [path.name for path in tmp_path.rglob("*")] == ["a.nc"]


def test_versions_name_what_decides_a_result() -> None:
    found = results.versions()
    assert set(results.PACKAGES) < set(found)
    assert found["numpy"] == np.__version__
