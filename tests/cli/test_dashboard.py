"""`llo dashboard`: what it refuses before any work, and its static file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments import results

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]


def test_wrong_words_are_refused(refused: Refused, tmp_path: Path) -> None:
    start = ("dashboard", "--no-show", "--out", ".")
    assert refused(*start, "--lang", "fr") == "--lang fr: there are nl and en"
    assert "no such file" in refused(*start, "none.nc")
    assert "no store of a study" in refused(*start, "--sweep", "nowhere")
    assert "--lives 1: give 2 or more" in refused(*start, "--lives", 1)
    assert "--persons" in refused(*start, "--persons", 10)
    assert "--port 99999: give 1 to 65535" in refused(*start, "--port", 99999)
    assert "a static file cannot calculate" in refused(*start, "--save", "page.html")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = refused(*start, "--address", "127.0.0.1", "--port", port)
    assert told.startswith(f"--address 127.0.0.1 --port {port}: nothing can be served there")
    (tmp_path / "short.toml").write_text(
        'base = "baseline.toml"\nmonths_after = 12\n[variants]\nv = ["voucher"]\n', encoding="utf-8"
    )
    assert "the page needs 2" in refused(*start, "--scenario", "short.toml")
    (tmp_path / "empty.toml").write_text('base = "baseline.toml"\n', encoding="utf-8")
    assert "no variant with instruments" in refused(*start, "--scenario", "empty.toml")


def test_wrong_files_are_refused(
    refused: Refused, invented: Callable[..., xr.Dataset], tmp_path: Path
) -> None:
    start = ("dashboard", "--no-show", "--out", ".")
    xr.Dataset({"a": 1}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    assert "not a results file of this simulator" in refused(*start, "other.nc")

    def spoilt(**changes: object) -> xr.Dataset:
        data = invented().assign(**changes)
        data.attrs["hash"] = results.digest(data)
        return data

    old = invented().drop_vars("awards_month")
    old.attrs["hash"] = results.digest(old)
    results.write(old, tmp_path / "old.nc")
    assert "an older version" in refused(*start, "old.nc")
    data = invented()
    results.write(spoilt(awards_eur=data["awards_eur"].where(data["year"] != 2028, np.inf)),
                  tmp_path / "endless.nc")  # fmt: skip
    assert "awards_eur is inf" in refused(*start, "endless.nc")


def test_the_page_is_saved_as_one_file(
    llo: Llo, invented: Callable[..., xr.Dataset], tmp_path: Path
) -> None:
    results.write(invented(), tmp_path / "mine.nc")
    code, out, err = llo("dashboard", "mine.nc", "--save", "told/page.html", "--lang", "en")
    assert (code, err) == (0, "")
    assert out.startswith("Written: told/page.html (")
    text = (tmp_path / "told" / "page.html").read_text(encoding="utf-8")
    assert "<h1>Lifelong learning: what if?</h1>" in text
    assert [p.name for p in (tmp_path / "told").iterdir()] == ["page.html"]


def left(group: int, seconds: float = 10.0) -> list[int]:
    """The processes of a group that are there after so long; sooner when there are none.

    Processes that were killed, and the one that clears up shared memory, end of themselves, but
    not in the moment in which the server does.
    """
    until = time.monotonic() + seconds
    while (found := alive(group)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def alive(group: int) -> list[int]:
    """The processes of a group that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_server_and_all_its_processes(tmp_path: Path, number: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "experiments", "dashboard", "--persons", "1000", "--lives", "2",
             "--no-show", "--address", "127.0.0.1", "--port", str(port)]  # fmt: skip
    process = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)  # fmt: skip
    assert process.stdout is not None
    try:
        assert f":{port}/ ; Ctrl-C ends it" in process.stdout.readline()
        assert len(alive(process.pid)) > 1  # while it prepares its lives
        process.send_signal(number)
        _out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert err == "llo: stopped; nothing was left half-written\n"
        assert left(process.pid) == []
    finally:
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
