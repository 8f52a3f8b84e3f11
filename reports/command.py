"""`llo report`: one page and one document of a comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PARTS = ("jinja2", "docx", "babel")


def report(
    file: Annotated[Path, typer.Argument(help="A results file of llo compare.")],
    lang: Annotated[str, typer.Option(help="Language: nl or en.")] = "nl",
    out: Annotated[Path, typer.Option(help="Folder for the page and the document.")] = Path("out"),
    sweep: Annotated[
        list[Path] | None,
        typer.Option(help="A study's folder, for Sobol indices, failures and regret; repeat it."),
    ] = None,
    persona: Annotated[
        list[str] | None,
        typer.Option(help="A persona to follow under every variant, or all; repeat it."),
    ] = None,
    personas: Annotated[
        list[Path] | None, typer.Option(help="A life of llo life --json; repeat it.")
    ] = None,
    criteria: Annotated[
        Path | None,
        typer.Option(help="The criteria.json of llo criteria --out: flexibility and burden."),
    ] = None,
) -> None:
    """Write a results file as one page and one Word document, in the order of the Beleidskompas.

    Example: llo report out/compare.nc --persona all --criteria out/criteria.json
    """
    _ready()
    from experiments.console import writable
    from reports import writing

    writable(out)
    made = writing.write(file, lang, out, sweep or (), personas or (), persona or (), criteria)
    for path in made:
        print(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB)")


def _ready() -> None:
    """ValueError with the remedy when a package that only reports need is not installed."""
    from importlib.util import find_spec

    missing = [name for name in PARTS if find_spec(name) is None]
    if missing:
        raise ValueError(
            f"llo report needs {missing[0]}, which is not installed: pip install "
            "'llo-simulator[report]'"
        )
