"""`llo optimise` from the command line: killed and gone on with, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from calibration.store import LINES
from experiments import runner, table, trials
from experiments.optimal import NEAR
from scenarios.scenario import load

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
TINY = (
    "--persons", "1000", "--months", "12", "--evaluations", "4", "--lives", "2", "--fresh", "2",
    "--central", "--variant", "voucher", "--budget", "60e6", "--objective", "participation",
)  # fmt: skip
SHORT = """
title = "A voucher alone, after a short past"
[time]
introduction = "2027-01"
years_before = 2
spin_up_months = 24
[instruments.voucher]
use = "voucher"
[variants]
voucher = ["voucher"]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A small scenario in a file."""
    path = tmp_path / "short.toml"
    path.write_text(SHORT, encoding="utf-8")
    return path


def kept(work: Path) -> list[str]:
    """The whole lines of the store below a folder."""
    found = list(work.glob(f"*/{LINES}"))
    return found[0].read_text(encoding="utf-8").splitlines(keepends=True) if found else []


def gone(group: int, seconds: float) -> bool:
    """Whether all processes of a group end within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stats = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # ended meanwhile
                stats.append(path.read_text().rpartition(")")[2].split())
        if not any(int(of) == group and state not in "ZX" for state, _, of, *_ in stats):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes under /proc")
def test_a_search_that_is_killed_goes_on_where_it_was(llo: Llo, scenario: Path) -> None:
    work = scenario.parent / "work"
    words = ("optimise", str(scenario), *TINY, "--work", str(work))
    command = [sys.executable, "-m", "experiments", *words, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    while process.poll() is None and len(kept(work)) < 4:
        time.sleep(0.05)
    assert process.poll() is None, "it ended before it could be killed"
    process.kill()
    process.wait()
    try:
        assert gone(process.pid, 20)  # its workers end with it
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    before = kept(work)

    code, out, err = llo(*words, "--json")
    assert (code, err) == (0, "")
    after = kept(work)
    whole = [line for line in before if line.endswith("\n")]
    assert after[: len(whole)] == whole
    assert len({json.loads(line)["key"] for line in after}) == len(after) > len(whole)

    found = json.loads(out)
    voucher = found["variants"]["voucher"]
    assert voucher["best"]["met"]
    assert voucher["settings_tried"] <= 4
    assert (found["fresh_lives"], found["solved_within"]) == (2, NEAR)
    assert 250 <= voucher["best"]["levers"]["voucher.amount"] <= 2500
    assert voucher["rule"]["levers"]["voucher.amount"] == 1000
    low, high = voucher["alike"]["voucher.amount"]
    assert low <= voucher["best"]["levers"]["voucher.amount"] <= high

    code, told, err = llo(*words)  # all of it is in the store now
    assert (code, err) == (0, "")
    assert kept(work) == after
    assert "simple rule" in told
    assert "doing nothing" in told
    assert "voucher.own_share (learners)" in told
    assert llo(*words, "--json")[1] == out


def test_a_trial_gives_what_a_comparison_gives(scenario: Path) -> None:
    chosen = load(scenario).changed(persons=1_000, months=24, seeds=1, members=0)
    data = runner.one_life(chosen, 0)
    null, own = (data.sel(variant=name) for name in ("null", "voucher"))
    asked = trials.Question("voucher", {}, 1.0)
    *gains, first, second = trials.answer(chosen, 0, [asked], stays=False)[0]
    expected = [float(o.measure(own, null)) for o in trials.OBJECTIVES.values()]
    assert gains == pytest.approx(expected, rel=0.01)  # people are counted a quarter later
    costs = table.yearly_cost(own, null).sel(year=[2027, 2028]).values
    assert [first, second] == pytest.approx(costs)
    assert first > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--objective", "happiness"), "--objective happiness: there are extra_learners"),
        (("--budget", "-1"), "--budget = -1: give EUR a year"),
        (("--lever", "voucher.amount=1:1e9"), "allowed is 0 to 100000 EUR"),
        (("--lever", "voucher.budget=1:2"), "is what the budget is met with"),
        (("--variant", "gift"), "--variant gift: no variant with instruments"),
        (("--fresh", "1"), "give 2 or more of each"),
        (("--months", "6"), "a whole year after introduction"),
        (("--year", "2050"), "whole years after introduction are 2027"),
        (("--seed", "-1"), "--seed -1: give 0 or more"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    words: tuple[str, ...], message: str, refused: Refused
) -> None:
    assert message in refused("optimise", *words)
