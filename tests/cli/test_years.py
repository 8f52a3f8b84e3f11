"""`llo run` from year to year: what it prints, what it refuses, and that a kill loses nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import h5py
import pytest

from experiments import history
from experiments.history import CHECKPOINT, RESULT
from scenarios.scenario import BASELINE, FOLDER, load
from simulator import codes

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
FILE = "years.toml"
YEARS = ("--from", "2012", "--to", "2014")
SPIN_UP = 12


@pytest.fixture(autouse=True)
def scenario(tmp_path: Path) -> Path:
    """The baseline with a variant from 2013 on, a short spin-up and few persons."""
    text = BASELINE.read_text(encoding="utf-8")
    for old, new in (
        ("persons = 100_000", "persons = 1_000"),
        ('introduction = "2027-01"', 'introduction = "2013-01"'),
        ("spin_up_months = 0", f"spin_up_months = {SPIN_UP}"),
        ("years_before = 17", "years_before = 3"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / FILE
    path.write_text(text, encoding="utf-8")
    return path


def test_years_and_surveys_are_printed(llo: Llo) -> None:
    code, out, err = llo("run", "--from", 2012, "--to", 2014, "--persons", 1000)  # the baseline
    assert (code, err) == (0, "")
    for text in ("2012", "2013", "2014", "unemployed", "50+", "NEA", "EBB"):
        assert text in out
    assert "2011" not in out
    assert "Written" not in out


def test_as_data_there_is_a_row_for_every_year_and_survey(llo: Llo) -> None:
    code, out, err = llo("run", FILE, *YEARS, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [(row["year"], row["month"]) for row in found["years"]] == [
        (year, 12) for year in (2012, 2013, 2014)
    ]
    for row in found["years"]:
        assert set(row["stages"]) == set(codes.STAGES.values())
        assert sum(row.pop("stages").values()) == pytest.approx(1.0)
        assert all(0.0 <= v <= 1.0 for k, v in row.items() if k not in ("year", "month"))
    assert [row["survey"] for row in found["surveys"]] == ["NEA", "ROA", "AES", "EBB"]
    assert all(row["variant"] == "null" for row in found["surveys"])


def test_a_year_begun_is_told_with_its_month(llo: Llo) -> None:
    code, out, _ = llo("run", FILE, "--from", "2012-07", "--to", "2013-09", "--json")
    assert code == 0
    ends = [(row["year"], row["month"]) for row in json.loads(out)["years"]]
    assert ends == [(2012, 12), (2013, 9)]


@pytest.mark.parametrize(
    ("words", "told", "remedy"),
    [
        (("--from", "2009"), "the series starts in 2010, wanted 2009", "start the run later"),
        (("--from", "2012", "--to", "2011"), "--from 2012 --to 2011: a run of 0 months", "a year"),
        (("--from", "2012", "--to", "2009"), "--from 2012 --to 2009: a run of -24 months",
         "give a year at least"),
        (("--from", "2012", "--to", "2012-11"), "a run of 11 months", "give a year at least"),
        (("--from", "2014"), "--from 2014: the variants come into force in 2013-01",
         "begin then or before"),
        (("--months", "24", "--to", "2014"), "--months 24 and --to 2014", "give one"),
        (("--from", "soon"), "soon: give a year or a month", "as 2012 or 2012-07"),
        (("--to", "2012-13"), "2012-13: give a year or a month", "as 2012 or 2012-07"),
        (("--to", "20122"), "20122: give a year or a month", "as 2012 or 2012-07"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)  # fmt: skip
def test_years_that_cannot_be_lived_are_refused_in_one_line(
    words: tuple[str, ...], told: str, remedy: str, refused: Refused
) -> None:
    line = refused("run", FILE, *words)
    assert told in line
    assert line.index(remedy) > line.index(told)


def test_an_unknown_variant_is_refused_before_the_pilot_is_lived(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.years.settled", lambda scenario: 1 / 0)
    assert refused("run", "--variant", "nothing").startswith("variant 'nothing': there are null, ")


def reached(checkpoint: Path) -> int:
    """The month that a checkpoint has come to; -1 while there is none."""
    with suppress(OSError), h5py.File(checkpoint, "r") as file:
        return int(json.loads(file.attrs["state"])["t"])
    return -1


def killed_in_month(month: int, words: tuple[str, ...], folder: Path) -> int:
    """Start a run, kill it once a checkpoint of that month is there; the month it had come to."""
    command = [sys.executable, "-m", "experiments", "run", *words, "--out", str(folder)]
    run = subprocess.Popen(
        command, cwd=folder.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        while reached(folder / CHECKPOINT) < month:
            assert run.poll() is None, (run.returncode, run.stderr and run.stderr.read())
            time.sleep(0.01)
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
    assert run.returncode == -signal.SIGKILL, "it ended before it could be killed"
    return reached(folder / CHECKPOINT)


@pytest.mark.parametrize(
    "month", [1, SPIN_UP + 12 + 2], ids=["in the spin-up", "under the variant"]
)
def test_a_run_that_is_killed_and_started_again_ends_in_the_very_same_file(
    month: int, llo: Llo, tmp_path: Path
) -> None:
    words = (FILE, "--variant", "leerrekening", "--from", "2012", "--to", "2040")
    folder, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    assert llo("run", *words, "--out", undisturbed)[0] == 0
    lived = killed_in_month(month, words, folder)
    assert lived >= month
    assert not (folder / RESULT).exists()
    code, out, err = llo("run", *words, "--out", folder)
    assert (code, err) == (0, "")
    assert f"Written: {folder / RESULT}" in out
    for one in (folder, undisturbed):
        assert (one / RESULT).read_bytes() == (undisturbed / RESULT).read_bytes()
        assert [path.name for path in one.iterdir()] == [RESULT]
    told = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    assert (told["variant"], told["persons"]) == ("leerrekening", 1_000)
    assert [row["year"] for row in told["years"]] == list(range(2012, 2041))


class CutOffError(Exception):
    """A run that was cut off."""


def cut_off(month: int, folder: Path, variant: str = "leerrekening") -> None:
    """Live until so many months are done, with a checkpoint of every month before the last."""

    def stop(done: int) -> None:
        if done > month:
            raise CutOffError

    chosen = load(folder.parent / FILE).between("2012", "2014")
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "SHARE_OF_TIME", float("inf"))
        with pytest.raises(CutOffError):
            history.live(chosen, variant, stop, folder, threads=1)
    assert reached(folder / CHECKPOINT) == month


@pytest.mark.parametrize("month", [1, SPIN_UP, SPIN_UP + 11, SPIN_UP + 12, SPIN_UP + 13, 40, 47])
def test_a_run_goes_on_from_any_month_to_the_same_end_bit_for_bit(
    month: int, tmp_path: Path
) -> None:
    cut_off(month, tmp_path / "out")
    chosen, months = load(tmp_path / FILE).between("2012", "2014"), []
    resumed, _ = history.live(chosen, "leerrekening", months.append, tmp_path / "out", threads=2)
    straight, _ = history.live(chosen, "leerrekening", threads=1)
    assert months == list(range(month + 1, SPIN_UP + 37))
    assert history.digest(resumed) == history.digest(straight)
    null, _ = history.live(chosen, "null", threads=1)
    assert history.digest(null) != history.digest(straight)


def test_half_a_checkpoint_that_a_kill_left_is_cleared_away(llo: Llo, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{CHECKPOINT}.123.part").write_bytes(b"half")
    (tmp_path / "out" / "other.part").write_bytes(b"not ours")
    assert llo("run", FILE, *YEARS, "--out", "out")[0] == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {RESULT, "other.part"}


@pytest.mark.parametrize(
    "words", [("--variant", "voucher"), ("--persons", "1001"), ("--to", "2015")], ids=str
)
def test_a_folder_with_the_checkpoint_of_another_run_is_refused_with_the_remedy(
    words: tuple[str, ...], tmp_path: Path, refused: Refused
) -> None:
    cut_off(SPIN_UP, tmp_path / "out")
    line = refused("run", FILE, *YEARS, "--variant", "leerrekening", "--out", "out", *words)
    assert line == (
        f"out/{CHECKPOINT}: the checkpoint of another run: give the same scenario and options, "
        "another folder, or remove it"
    )


@pytest.mark.parametrize("key", ["levels", "margins", "years"])
def test_a_file_that_has_changed_makes_it_another_run(
    key: str, scenario: Path, tmp_path: Path, refused: Refused
) -> None:
    text = scenario.read_text(encoding="utf-8")
    name = re.search(rf'^{key} = "(.*)"', text, re.MULTILINE)[1]  # type: ignore[index]
    own = tmp_path / f"own-{key}.toml"
    own.write_bytes((FOLDER / name).read_bytes())
    scenario.write_text(text.replace(f'"{name}"', f'"{own}"'), encoding="utf-8")
    cut_off(SPIN_UP, tmp_path / "out")
    own.write_text(own.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    line = refused("run", FILE, *YEARS, "--variant", "leerrekening", "--out", "out")
    assert "the checkpoint of another run" in line


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_checkpoint_that_was_cut_short_is_refused(
    kept: float, tmp_path: Path, refused: Refused
) -> None:
    cut_off(SPIN_UP + 13, tmp_path / "out")
    file = tmp_path / "out" / CHECKPOINT
    whole = file.read_bytes()
    file.write_bytes(whole[: int(kept * len(whole))])
    line = refused("run", FILE, *YEARS, "--variant", "leerrekening", "--out", "out")
    assert line.startswith(f"out/{CHECKPOINT}: cannot be read as a checkpoint")


def test_a_file_that_is_no_checkpoint_of_ours_is_refused(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "out").mkdir()
    with h5py.File(tmp_path / "out" / CHECKPOINT, "w") as file:
        file.attrs["kind"] = "something else"
    line = refused("run", FILE, *YEARS, "--out", "out")
    assert line.startswith(f"out/{CHECKPOINT}: not a checkpoint of this simulator")
    (tmp_path / "out" / CHECKPOINT).write_text("no HDF5 at all")
    assert "cannot be read" in refused("run", FILE, *YEARS, "--out", "out")
