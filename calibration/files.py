"""Reading and writing files: whole or not at all, and one line where a file cannot be read."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A path to write to, renamed at the end: a killed run leaves no half file in its place."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all."""
    with beside(path) as part:
        part.write_text(text, encoding="utf-8")


def write_netcdf(data: xr.Dataset, path: Path) -> None:
    """Write a netCDF file, its tables compressed, whole or not at all."""
    tables = (str(name) for name in data.data_vars if data[name].ndim > 1)
    with beside(path) as part:
        data.to_netcdf(
            part, engine="h5netcdf", encoding={n: {"zlib": True, "complevel": 4} for n in tables}
        )


def read_netcdf(path: Path, remedy: str) -> xr.Dataset:
    """A netCDF file; ValueError with one line, and the remedy where there is none."""
    import xarray as xr

    try:
        with xr.open_dataset(path, engine="h5netcdf") as file:
            data: xr.Dataset = file.load()
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file; {remedy}") from None
    except Exception as error:  # noqa: BLE001  # any reader's error means the same to the user
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(
            f"{path}: cannot be read as netCDF, perhaps cut short ({reason})"
        ) from None
    return data


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """A TOML file; ValueError with one line that says as what it cannot be read."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: cannot be read as {what} ({error})") from None
