"""Execute the notebooks anew and write them without anything that differs from time to time.

`make notebooks` does all of them; `python notebooks/execute.py 1-first-comparison.ipynb` does one.
Each is executed in a copy of this folder that is thrown away, by the Python that runs this script.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat import NotebookNode

HERE = Path(__file__).parent
VARIES = "varies"  # tag of a cell whose output depends on the moment or the machine
SECONDS = 600  # that one cell may take
SURROUNDINGS = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONWARNINGS": "ignore:IProgress not found",  # where ipywidgets is not installed
}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class ThisPython(AsyncKernelManager):
    """The kernel of the Python that runs this; those that somebody has installed are not sought."""

    def __init__(self, **options: Any) -> None:
        found = KernelSpecManager(kernel_dirs=[])
        super().__init__(**options | {"kernel_spec_manager": found})


def all_of(folder: Path = HERE) -> list[Path]:
    """The notebooks, in order."""
    return sorted(folder.glob("*.ipynb"))


def executed(path: Path) -> NotebookNode:
    """A notebook with the outputs that it has now, normalised; raises where a cell fails."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "notebooks"
        ignored = shutil.ignore_patterns("out", "__pycache__", ".*")
        shutil.copytree(path.parent, copy, ignore=ignored)
        notebook = nbformat.read(copy / path.name, as_version=4)
        client = NotebookClient(
            notebook, kernel_manager_class=ThisPython, timeout=SECONDS, record_timing=False,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            resources={"metadata": {"path": str(copy)}},
        )  # fmt: skip
        client.execute(env=os.environ | SURROUNDINGS)
    return normalised(notebook)


def normalised(notebook: NotebookNode) -> NotebookNode:
    """The notebook without times, versions and what a cell showed only while it was at work."""
    cells = []
    for number, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = {"tags": tags} if tags else {}
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs = list(_outputs(cell.outputs))
        cells.append(cell)
    return nbformat.from_dict({
        "cells": cells, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
    })  # fmt: skip


def _outputs(found: list[NotebookNode]) -> Iterator[dict[str, Any]]:
    """Outputs with those of one stream in a row joined; a line that was emptied is left out."""
    stream: dict[str, Any] | None = None
    for output in found:
        if output.output_type == "stream":
            if stream is None or stream["name"] != output.name:
                stream = {"output_type": "stream", "name": output.name, "text": ""}
                yield stream
            stream["text"] += output.text
            continue
        if output.get("data") == {"text/plain": ""}:
            continue
        stream = None
        yield {k: v for k, v in output.items() if k != "transient"} | (
            {"metadata": {}} if "metadata" in output else {}
        )


def told(cell: NotebookNode) -> list[str]:
    """What a cell says, line by line: texts as they are, of a picture its kind and size."""
    lines: list[str] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            lines += [f"[{output.name}]", *output.text.splitlines()]
            continue
        for kind, value in sorted(output.get("data", {}).items()):
            if kind == "image/png":
                wide, high = struct.unpack(">II", b64decode(value)[16:24])
                lines.append(f"[{kind}: {wide} x {high}]")
            elif "image/png" not in output.data:  # the text of a picture is its address
                text = value if isinstance(value, str) else json.dumps(value)
                lines += [f"[{kind}]", *text.splitlines()]
    return lines


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, beside its place and then there."""
    beside = path.with_suffix(".part")
    beside.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    for path in [Path(name) for name in sys.argv[1:]] or all_of():
        print(f"{path.name} ...", flush=True)
        write(executed(path), path)
