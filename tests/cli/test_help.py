"""Help: every command shows an example, and help and checking load no engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from scenarios.scenario import BASELINE, available

Llo = Callable[..., tuple[int, str, str]]
COMMANDS = (
    "compare", "criteria", "optimise", "replay", "life", "check", "policies", "survey", "verify",
    "bench", "run", "backcast", "calibrate", "validate", "sobol", "decide", "dashboard", "report",
    "sweep",
)  # fmt: skip
ENGINE = ("numba", "mesa", "xarray", "scipy", "matplotlib", "simpy", "simulator.model")
LOADED = """
import sys
from experiments.__main__ import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print("loaded:", *sys.modules)
"""


def loaded_by(*words: str) -> set[str]:
    """The modules that a fresh process has loaded after a command that goes well."""
    command = [sys.executable, "-c", LOADED, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].removeprefix("loaded: ").split())


def test_help_lists_every_command(llo: Llo) -> None:
    code, out, err = llo("--help")
    assert (code, err) == (0, "")
    listed = re.findall(r"^│ (\w+) ", out.split("Commands")[1], re.MULTILINE)
    assert tuple(listed) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_shows_an_example_of_it(command: str, llo: Llo) -> None:
    code, out, err = llo(command, "--help")
    assert (code, err) == (0, "")
    assert re.search(rf"^\s*Example: llo {command}\b", out, re.MULTILINE)


def test_no_command_shows_the_help_and_says_no_more(llo: Llo) -> None:
    _, out, err = llo()
    assert "Usage: llo" in out + err
    assert "llo: \n" not in err


@pytest.mark.parametrize("words", [("--help",), ("compare", "--help"), ("check", str(BASELINE))])
def test_help_and_check_load_no_engine(words: tuple[str, ...]) -> None:
    loaded = loaded_by(*words)
    assert "experiments.cli" in loaded
    assert loaded.isdisjoint(ENGINE)


def test_a_run_loads_the_engine_so_the_test_above_can_see_it() -> None:
    assert {"numba", "mesa"} <= loaded_by("run", "--persons", "1000", "--population", "--json")


def test_policies_as_data_hold_every_declared_parameter(llo: Llo) -> None:
    code, out, err = llo("policies", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told.keys() == available().keys()
    for name, kind in available().items():
        assert told[name]["parameters"].keys() == kind.parameters.declared.keys()
        for parameter in told[name]["parameters"].values():
            low, high = parameter["bounds"]
            assert low <= parameter["default"] <= high
            assert parameter["unit"]
            assert parameter["source"]
