"""Files and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("simulator", "scenarios", "calibration", "experiments", "reports")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN_FILE = 170


def sources() -> dict[str, str]:
    """Path and text of every module that holds code."""
    files = (path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}
    return {name: text for name, text in texts.items() if text.strip()}


def longest_first(sizes: dict[str, int]) -> str:
    ranked = sorted(sizes.items(), key=lambda item: -item[1])
    return "\n".join(f"{size:5d}  {name}" for name, size in ranked)


def function_sizes() -> dict[str, int]:
    """Lines from `def` to the last, docstring included, decorators not."""
    return {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, text in sources().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_no_file_is_too_long() -> None:
    sizes = {name: len(text.splitlines()) for name, text in sources().items()}
    assert len(sizes) > 20
    too_long = {name: size for name, size in sizes.items() if size > LONGEST_FILE}
    assert not too_long, longest_first(too_long)


def test_the_middle_file_is_short() -> None:
    # A package's one-line __init__ would flatter the median.
    sizes = {
        name: len(text.splitlines())
        for name, text in sources().items()
        if not name.endswith("__init__.py")
    }
    middle = median(sizes.values())
    assert middle <= MEDIAN_FILE, f"median {middle}\n{longest_first(sizes)}"


def test_no_function_is_too_long() -> None:
    sizes = function_sizes()
    assert len(sizes) > 100
    too_long = {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION}
    assert not too_long, longest_first(too_long)
