"""The notebooks say what they said when they were kept, define nothing, and stay small."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import re
import sys
from base64 import b64encode
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import NotebookNode

from experiments.drawing import Drawing

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NAMES = ("1-first-comparison", "2-own-policy", "3-calibration-and-validation",
         "4-sweep-and-sobol", "5-exploring-results", "6-lives")  # fmt: skip
OURS = ("reports", "experiments", "calibration", "scenarios", "simulator")
OTHERS = {"numpy", "pandas", "xarray", "korting"}
MOST_BYTES = 400_000
REMEDY = "if the new output is as it should be, keep it with: make notebooks"


def _loaded() -> ModuleType:
    """The script that executes the notebooks, which is in no package."""
    spec = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


execute = _loaded()


def kept(name: str) -> NotebookNode:
    """A notebook as it is in the repository."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Its cells with code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def varies(cell: NotebookNode) -> bool:
    """Whether what a cell says depends on the moment or the machine."""
    return execute.VARIES in cell.metadata.get("tags", [])


def test_all_of_them_are_looked_at() -> None:
    assert [path.stem for path in execute.all_of()] == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_is_kept(name: str) -> None:
    old, new = kept(name), execute.executed(FOLDER / f"{name}.ipynb")
    assert len(cells(old)) == len(cells(new)) > 2
    found = []
    for number, (before, now) in enumerate(zip(cells(old), cells(new), strict=True), 1):
        if varies(before):
            assert execute.told(now), f"{name}, cell {number}: says nothing"
            continue
        told = difflib.unified_diff(
            execute.told(before), execute.told(now), "kept", "now", lineterm="", n=1
        )
        found += [f"{name}, cell {number}: {line}" for line in told]
    assert not found, "\n".join([*found, REMEDY])


@pytest.mark.parametrize("name", NAMES)
def test_it_is_small_and_holds_nothing_that_varies(name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    assert path.stat().st_size < MOST_BYTES
    notebook = kept(name)
    text = nbformat.writes(execute.normalised(kept(name)))
    assert text.rstrip("\n") + "\n" == path.read_text(encoding="utf-8"), REMEDY
    assert all(cell.outputs or cell.execution_count for cell in cells(notebook)), REMEDY
    assert any("image/png" in line for cell in cells(notebook) for line in execute.told(cell))
    outputs = [output for cell in cells(notebook) for output in cell.outputs]
    assert not [o for o in outputs if o.get("name") == "stderr" or o.output_type == "error"]


@pytest.mark.parametrize("name", NAMES)
def test_it_defines_no_law_and_imports_what_stands_below(name: str) -> None:
    allowed = OTHERS | set(OURS) | set(sys.stdlib_module_names)
    for number, cell in enumerate(cells(kept(name)), 1):
        for node in ast.walk(ast.parse(cell.source)):
            where = f"{name}, cell {number}"
            assert not isinstance(node, ast.ClassDef), f"{where}: a class; write it in a module"
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [a.name for a in node.names]
                modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else modules
                assert {m.partition(".")[0] for m in modules} <= allowed, where
                taken = {a.name for a in node.names}
                assert not taken & {"law", "scalar", "param", "Policy"}, where


@pytest.mark.parametrize("name", NAMES)
def test_it_is_told_how_to_read_it_and_what_is_next(name: str) -> None:
    told = [cell.source for cell in kept(name).cells if cell.cell_type == "markdown"]
    assert told[0].startswith(f"# {name[0]}. ")
    assert "You learn" in told[0]
    assert "second" in " ".join(told[0].split()) or "minute" in told[0]
    assert told[-1].rpartition("## ")[2].startswith("What next")
    links = re.findall(r"\]\(([^)#:]+)\)", "\n".join(told))
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []


def test_the_first_comparison_is_ten_lines() -> None:
    lines = [line for cell in cells(kept(NAMES[0])) for line in cell.source.splitlines()]
    assert 4 < len([line for line in lines if line.strip()]) <= 10


def test_the_policy_is_that_of_the_page() -> None:
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    text = (FOLDER / "korting.py").read_text(encoding="utf-8")
    assert f"```python\n{text}```" in page


def test_a_difference_is_seen_and_a_picture_is_its_size() -> None:
    def cell(**output: object) -> NotebookNode:
        made = {"output_type": "display_data", "metadata": {}, **output}
        return nbformat.v4.new_code_cell(outputs=[nbformat.from_dict(made)])

    picture = b64encode(Drawing(figsize=(2, 1))._repr_png_()).decode()
    drawn = execute.told(cell(data={"image/png": picture, "text/plain": "<Figure at 0x7f>"}))
    assert drawn == ["[image/png: 220 x 110]"]
    one, other = (execute.told(cell(data={"text/plain": t})) for t in ("0.61", "0.62"))
    assert (one, other) == (["[text/plain]", "0.61"], ["[text/plain]", "0.62"])
    emptied = cell(data={"text/plain": ""})
    made = nbformat.v4.new_notebook(cells=[emptied], metadata={"widgets": {}})
    assert execute.normalised(made).cells[0].outputs == []
    assert set(execute.normalised(made).metadata) == {"kernelspec", "language_info"}
