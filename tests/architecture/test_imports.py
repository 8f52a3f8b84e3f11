"""Imports go one way, in one order, without a cycle; the libraries stay where they belong.

Every import statement counts, those inside functions too. Only what stands under
`if TYPE_CHECKING:` does not: it is never executed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Above imports below, never the other way round.
PACKAGES = ("simulator", "scenarios", "calibration", "experiments", "reports")

# The same within simulator: a module imports only from rows above its own. A new module gets its
# row here. The laws' row is the last that behaviour and policies may see, with policy.
ROWS = (
    "codegen",
    "calendar cases chunks codes columns draws ledger parameters quantile queueing windows",
    "laws dated employers groups periods additionality benefits scans",
    "policy fusion margins panel",
    "loops behaviour policies synthesis surveys",
    "population",
    "kernel labour_market surroundings",
    "stack",
    "instruments settlement",
    "wiring office training",
    "desk",
    "model",
    "record",
    "measures",
    "variants",
)
RANK = {name: rank for rank, row in enumerate(ROWS) for name in row.split()}

# What a law or an instrument may know of the rest.
SEEN_BY_LAWS = {"laws", "policy", "columns", "codes", "draws", "parameters", "windows"}

# Fused laws, the sweep over blocks, the scans of working lives and of ties, the line before an
# office and the answers to surveys are compiled code too.
NUMBA_FILES = {
    "laws", "draws", "kernel", "chunks", "queueing", "labour_market.lives", "labour_market.script",
    "surroundings", "panel", "training", "additionality", "scans",
}  # fmt: skip
LIBRARY_FILES = {
    "mesa": {"model", "population"},
    "simpy": {"model", "office"},
    "numba": NUMBA_FILES,
    "xarray": {"record", "variants", "surveys"},
}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def statements(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """All import statements that can be executed, however deep."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif is_type_checking(node):
            for other in node.orelse:  # type: ignore[attr-defined]
                yield from statements(ast.Module([other], []))
        else:
            yield from statements(node)


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> dict[str, Path]:
    """Module name to file, for every package that stands here."""
    files = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
    return {dotted(path): path for path in files}


def targets(node: ast.Import | ast.ImportFrom, importer: Path) -> Iterator[str]:
    """Full names of what a statement imports: a.b for `from a import b` where b is a module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        package = importer.relative_to(ROOT).parent.parts
        base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield inner if inner in sources() else base


def imports_in(text: str, importer: Path) -> set[str]:
    return {name for node in statements(ast.parse(text)) for name in targets(node, importer)}


@cache
def graph() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(imports_in(path.read_text(encoding="utf-8"), path) - {name})
        for name, path in sources().items()
    }


def inner(name: str) -> str:
    """The first part below `simulator`: the module or subpackage that has a row."""
    return name.split(".")[1]


def inside_simulator() -> Iterator[tuple[str, str]]:
    """Importer and imported, both within simulator, from one row's name to another's."""
    for name, imported in graph().items():
        for other in sorted(imported):
            both = name.startswith("simulator.") and other.startswith("simulator.")
            if both and inner(name) != inner(other):
                yield name, other


def test_every_package_is_looked_at() -> None:
    here = {name for name in PACKAGES if (ROOT / name).is_dir()}
    assert {"simulator", "scenarios", "calibration", "experiments"} <= here
    assert {name.split(".")[0] for name in sources()} == here
    assert sum(1 for _ in inside_simulator()) > 20


def test_no_package_imports_upwards() -> None:
    level = {name: rank for rank, name in enumerate(PACKAGES)}
    upward = [
        f"{name} imports {other}"
        for name, imported in graph().items()
        for other in sorted(imported)
        if level.get(other.split(".")[0], -1) > level[name.split(".")[0]]
    ]
    assert not upward
    loose = [
        f"{name} imports {other}"
        for name, imported in graph().items()
        for other in sorted(imported)
        if other.split(".")[0] in {"tests", "notebooks", "benchmarks"}
    ]
    assert not loose


def test_every_module_of_the_simulator_has_a_row() -> None:
    found = {inner(name) for name in sources() if name.startswith("simulator.")}
    assert not found - RANK.keys(), "give it a row in ROWS"


def test_the_simulator_keeps_its_order() -> None:
    wrong = [
        f"{name} (row {RANK[inner(name)]}) imports {other} (row {RANK[inner(other)]})"
        for name, other in inside_simulator()
        if RANK.get(inner(other), -1) >= RANK.get(inner(name), 99)
    ]
    assert not wrong


def test_nothing_inside_imports_the_facade() -> None:
    assert not [
        name
        for name, imported in graph().items()
        if name.startswith("simulator.") and "simulator" in imported
    ]


@pytest.mark.parametrize("package", ["behaviour", "policies"])
def test_laws_and_instruments_know_only_their_contract(package: str) -> None:
    owners = {name for name in sources() if name.startswith(f"simulator.{package}.")}
    assert owners
    strangers = [
        f"{name} imports {other}"
        for name, other in inside_simulator()
        if name in owners and inner(other) not in SEEN_BY_LAWS
    ]
    assert not strangers


def test_there_is_no_cycle() -> None:
    try:
        order = tuple(TopologicalSorter(graph()).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
    assert set(order) >= set(sources())


def test_a_chain_of_imports_in_the_simulator_is_short() -> None:
    """At most 8 files, each importing the next."""
    ours = {name for name in sources() if name.startswith("simulator.")}

    @cache
    def chain(name: str) -> tuple[str, ...]:
        below = (chain(other) for other in sorted(graph()[name] & ours))
        return (name, *max(below, key=len, default=()))

    longest = max(map(chain, ours), key=len)
    assert 3 < len(longest) <= 8, " -> ".join(longest)


@pytest.mark.parametrize("library", LIBRARY_FILES)
def test_a_library_stays_in_its_files(library: str) -> None:
    users = {
        name
        for name, imported in graph().items()
        if name.split(".")[0] == "simulator" and library in {i.split(".")[0] for i in imported}
    }
    assert users, f"nothing imports {library}: has this test gone blind?"
    allowed = {f"simulator.{name}" for name in LIBRARY_FILES[library]}
    assert not users - allowed


@pytest.mark.parametrize("library", ["mesa", "simpy", "numba"])
def test_the_packages_above_leave_the_engine_alone(library: str) -> None:
    """What stands above asks the simulator, not the libraries under it."""
    users = {
        name
        for name, imported in graph().items()
        if name.split(".")[0] != "simulator" and library in {i.split(".")[0] for i in imported}
    }
    assert not users


def test_the_reader_sees_every_kind_of_import() -> None:
    text = """
from typing import TYPE_CHECKING
import mesa.agent
from simulator import laws, nothing_of_this_name
from . import draws
from .behaviour import stages
if TYPE_CHECKING:
    import xarray
else:
    import h5py
def later():
    try:
        import numba
    except ImportError:
        from simulator.policy import Policy
"""
    assert imports_in(text, ROOT / "simulator" / "model.py") == {
        "typing",
        "mesa.agent",
        "simulator.laws",
        "simulator",
        "simulator.draws",
        "simulator.behaviour.stages",
        "h5py",
        "numba",
        "simulator.policy",
    }
