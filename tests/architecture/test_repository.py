"""The repository holds nothing of the machine it was made on, and no address of an index."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", "build", "dist", "out", "site", "__pycache__"}

# Put together here, so that this file does not hold what it forbids.
INDEX = re.compile(
    "|".join(
        [
            r"\bpy" + r"pi\.org",
            r"python" + r"hosted\.org",
            r"ana" + r"conda\.(?:org|com)",
            r"--(?:extra-)?" + r"index-url",
            r"--" + r"find-links",
        ]
    ),
    re.IGNORECASE,
)
MACHINE = re.compile(
    r"(?<![\w.$}/:-])/" + r"(?:home|root|Users|work|tmp|mnt)/\w" + r"|\b[A-Z]:\\" + r"Users\\"
)
# `--no-emit-...` in the Makefile switches addresses off.
ALLOWED = re.compile(r"--no-emit-[a-z-]+")


def listed() -> list[Path]:
    """Every file that is tracked, or that git would take up; all of them where there is no git."""
    if not (ROOT / ".git").exists():
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return [path for path in paths if not NOT_OURS & set(path.parts)]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in sorted(set(out.split("\0"))) if name and (ROOT / name).is_file()]


@cache
def texts() -> dict[str, str]:
    """Name and content of every text file."""
    found = {}
    for path in listed():
        data = (ROOT / path).read_bytes()
        if b"\0" not in data[:8192]:
            found[path.as_posix()] = data.decode("utf-8", errors="replace")
    return found


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(ALLOWED.sub("", line))
    ]


def test_the_files_are_seen() -> None:
    assert len(texts()) > 30
    assert {"pyproject.toml", "Makefile", "LICENSE", "requirements.txt"} <= texts().keys()


def test_no_file_names_a_package_index() -> None:
    assert not lines_with(INDEX)


def test_no_file_names_a_place_on_a_machine() -> None:
    assert not lines_with(MACHINE)


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_is_pinned_hashed_and_without_address(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z])", texts()[lock])
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert len(pinned) > 30
    for entry in pinned:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in texts()[lock]


def test_the_runtime_lock_is_part_of_the_other() -> None:
    runtime, everything = (
        set(re.findall(r"^[\w.-]+==\S+", texts()[name], re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert runtime <= everything


def test_the_simulator_prints_nothing() -> None:
    names = [n for n in texts() if n.startswith("simulator/") and n.endswith(".py")]
    assert len(names) > 20
    calls = [
        f"{name}:{node.lineno} {node.func.id}"
        for name in names
        for node in ast.walk(ast.parse(texts()[name]))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "breakpoint"}
    ]
    assert not calls


@pytest.mark.parametrize(
    ("pattern", "line", "seen"),
    [
        (INDEX, "see https://py" + "pi.org/simple", True),
        (INDEX, "--extra-" + "index-url x", True),
        (INDEX, "a happi.organ", False),
        (MACHINE, "open('/ho" + "me/ann/x.nc')", True),
        (MACHINE, "cd /wo" + "rk/main", True),
        (MACHINE, r"C:\Us" + r"ers\ann", True),
        (MACHINE, "$root/work/main and https://example.org/home/page and a/work/b", False),
    ],
)
def test_the_patterns_see_what_they_should(pattern: re.Pattern[str], line: str, seen: bool) -> None:
    assert bool(pattern.search(line)) is seen
