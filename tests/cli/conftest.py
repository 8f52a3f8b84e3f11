"""Fixtures: the command line run inside this process, refusals, and one small comparison."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from experiments import __main__ as entry
from scenarios.scenario import BASELINE

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
SMALL = ("--persons", "1000", "--months", "12", "--seeds", "1", "--members", "0")


def _exit_code(words: tuple[object, ...]) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["llo", *map(str, words)])
        try:
            entry.main()
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else 0
    return 0


@pytest.fixture
def llo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Llo:
    """Run `llo` in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = _exit_code(words)
        return code, *capsys.readouterr()

    return call


def _tree(folder: Path) -> dict[Path, bytes | None]:
    """Every path below a folder with its bytes; None for a folder."""
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


@pytest.fixture
def refused(llo: Llo, tmp_path: Path) -> Refused:
    """Run what must be refused: exit code 2, one line, every file left as it was; the line."""

    def call(*words: object) -> str:
        before = _tree(tmp_path)
        code, out, err = llo(*words)
        assert (code, out) == (2, ""), err
        assert err.startswith("llo: "), err
        assert err.endswith("\n"), err
        assert len(err.splitlines()) == 1, err
        assert _tree(tmp_path) == before
        return err.removeprefix("llo: ").removesuffix("\n")

    return call


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with scenario.toml (the baseline and a variant `nothing` without instruments), and
    what two comparisons of it wrote and printed: once/, once.txt (as JSON), again/, again.txt.
    """
    folder = tmp_path_factory.mktemp("compared")
    scenario = folder / "scenario.toml"
    scenario.write_text(BASELINE.read_text(encoding="utf-8") + "nothing = []\n", encoding="utf-8")
    for name, words in {"once": ("--json",), "again": ()}.items():
        with redirect_stdout(StringIO()) as printed:
            code = _exit_code(("compare", scenario, *SMALL, *words, "--out", folder / name))
        assert code == 0
        (folder / f"{name}.txt").write_text(printed.getvalue(), encoding="utf-8")
    return folder
