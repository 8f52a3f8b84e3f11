"""Wrong options, folders that cannot be written and files that are not ours: one line, code 2."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
import xarray as xr

Refused = Callable[..., str]
COMMANDS = ("compare", "run", "check", "policies", "survey", "calibrate", "verify", "bench")


@pytest.mark.parametrize("command", ["compare", "run", "calibrate", "bench"])
def test_too_few_persons_are_told_by_option(command: str, refused: Refused) -> None:
    told = refused(command, "--persons", 10)
    assert told.startswith("--persons: 10: ")
    assert "1000" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [(("compare", "--months", 0), "--months: 0"), (("compare", "--seeds", 0), "--seeds: 0"),
     (("compare", "--seeds", -1), "--seeds: -1"), (("run", "--months", 601), "--months: 601")],
)  # fmt: skip
def test_a_value_out_of_range_is_told_by_its_option(
    words: tuple[object, ...], told: str, refused: Refused
) -> None:
    assert refused(*words).startswith(told)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_told(command: str, refused: Refused) -> None:
    assert "--bogus" in refused(command, "--bogus")


def test_an_unknown_command_is_told(refused: Refused) -> None:
    assert "'compair'" in refused("compair")


def test_a_missing_argument_is_told(refused: Refused) -> None:
    assert "scenario" in refused("check")


def test_text_for_a_number_is_told(refused: Refused) -> None:
    assert "--persons" in refused("compare", "--persons", "many")


def test_an_unknown_variant_is_told_with_those_there_are(refused: Refused) -> None:
    told = refused("run", "--variant", "cheque", "--persons", 1000)
    assert told == "variant 'cheque': there are null, voucher, leerrekening, leerrecht, together"


@pytest.mark.parametrize("words", [("compare", "--out", "FILE/x"), ("compare", "--out", "FILE"),
                                   ("calibrate", "--out", "FILE/x/levels.toml")])  # fmt: skip
def test_a_folder_that_cannot_be_written_is_told_before_any_work(
    words: tuple[str, ...], tmp_path: Path, refused: Refused
) -> None:
    (tmp_path / "FILE").write_text("a file, so no folder can be made in it")
    told = refused(*words)
    assert told.startswith("FILE")
    assert "cannot be written" in told
    assert "--out" in told


def not_ours(folder: Path, whole: bytes) -> dict[str, bytes]:
    """Contents of files that are no whole results file of ours."""
    xr.Dataset({"a": ("x", [1.0, 2.0])}).to_netcdf(folder / "theirs.nc", engine="h5netcdf")
    theirs = (folder / "theirs.nc").read_bytes()
    cut = {f"cut at {n}": whole[:n] for n in (0, 1, 100, len(whole) // 2, len(whole) - 1)}
    return {"text": b"not a results file\n", "zeros": bytes(9_999), "theirs": theirs, **cut}


@pytest.mark.parametrize("command", ["verify", "survey"])
def test_a_file_that_is_not_ours_or_cut_short_is_told(
    command: str, tmp_path: Path, compared: Path, refused: Refused
) -> None:
    contents = not_ours(tmp_path, (compared / "once" / "compare.nc").read_bytes())
    for content in contents.values():
        (tmp_path / "some.nc").write_bytes(content)
        assert refused(command, "some.nc").startswith("some.nc: ")
    (tmp_path / "folder.nc").mkdir()
    for name in ("folder.nc", "nosuch.nc"):
        assert refused(command, name).startswith(f"{name}: ")


def place_of(what: str, file: Path) -> int:
    """The position in a results file of a byte that carries a value, a title or the hash."""
    if what == "value":
        with h5py.File(file) as data:
            chunk = data["nea"].id.get_chunk_info(0)
            return int(chunk.byte_offset) + int(chunk.size) // 2
    with xr.open_dataset(file, engine="h5netcdf") as data:
        text = str(data.attrs[what]).encode()
    return file.read_bytes().index(text)


@pytest.mark.parametrize("command", ["verify", "survey"])
@pytest.mark.parametrize("what", ["value", "title", "hash", "scenario"])
def test_one_altered_byte_is_told(
    what: str, command: str, tmp_path: Path, compared: Path, refused: Refused
) -> None:
    file = compared / "once" / "compare.nc"
    content = bytearray(file.read_bytes())
    content[place_of(what, file)] ^= 1
    (tmp_path / "some.nc").write_bytes(content)
    assert refused(command, "some.nc").startswith("some.nc: ")


@pytest.mark.parametrize(
    "words", [("check", "my.toml"), ("compare", "my.toml"), ("verify", "my.toml"), ("--bogus",)]
)
def test_a_real_process_says_one_line_and_ends_with_2(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "my.toml").write_text("[time]\nintroduction = 5\n")
    command = [sys.executable, "-m", "experiments", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("llo: ")
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["my.toml"]
