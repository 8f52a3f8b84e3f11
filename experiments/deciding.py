"""`llo decide`: what a study says about a choice that must be made under uncertainty."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from experiments.console import Json

if TYPE_CHECKING:
    import xarray as xr

    from experiments.sweeps.store import Store
    from experiments.sweeps.verdicts import Verdict

Weighed = Annotated[
    Path | None, typer.Option("--weights", help="Weights of ministries in TOML; ours without it.")
]
Limits = Annotated[
    Path | None, typer.Option("--thresholds", help="What would satisfy, in TOML; ours without it.")
]


def decide(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The folder of a study.")],
    weights: Weighed = None,
    thresholds: Limits = None,
    front: Annotated[
        bool, typer.Option("--front", help="Compare settings of the instruments: cost and reach.")
    ] = False,
    reach: Annotated[
        str, typer.Option(help="The outcome on the other axis of that front.")
    ] = "reach_practical",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the answer to this file too, in Markdown, with its picture beside it.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which variant is best, what is regretted, what satisfies, and when a variant fails.

    Every draw of the study is a world that may be; variants are compared within it. Make one with
    llo sweep run decide.

    Example: llo decide out/decide
    """
    from calibration.files import write_text
    from experiments import decision_page
    from experiments.analysis import weights as weighing
    from experiments.console import writable
    from experiments.sweeps import verdicts
    from experiments.sweeps.outcomes import OUTCOMES, chosen
    from experiments.sweeps.store import Store

    if out is not None:
        writable(out.parent)
    found = Store(store)
    if front:
        of = chosen([reach])[0]
        settings = verdicts.settings(found, OUTCOMES["cost"], of)
        files = [] if as_json and out is None else _front(found, settings, out)
        if as_json:
            print(json.dumps({v: _plain(d) for v, d in settings.items()}, indent=1))
        else:
            _print_front(settings, files)
        return
    said = verdicts.verdict(found, weighing.read(weights), verdicts.thresholds(thresholds))
    files = [_draw(found.folder / "decide" / "decision.png", said)]
    if out is not None:
        files.append(_draw(out.with_suffix(".png"), said))
        write_text(out, decision_page.page(said, found.meta["title"], str(store), str(out),
                                           out.with_suffix(".png").name))  # fmt: skip
        files.append(out)
    if as_json:
        print(json.dumps(as_data(said), indent=1))
    else:
        _print(said, files)


def _draw(path: Path, said: Verdict) -> Path:
    from experiments.analysis import decision_picture

    path.parent.mkdir(parents=True, exist_ok=True)
    boxes = [(f, f.found.boxes[0]) for f in said.failures if f.found.boxes]
    first = boxes[0] if boxes else None
    decision_picture.draw(
        path, weighed=said.ministries, order=said.order, box=first[1] if first else None,
        variant=first[0].variant if first else "", outcome=first[0].threshold.name if first else "",
    )  # fmt: skip
    return path


def as_data(said: Verdict) -> dict[str, Any]:
    """The verdict as plain data."""
    return {
        "draws": said.draws,
        "outcomes": {j.outcome.name: {"unit": j.outcome.unit, "sense": j.outcome.sense,
                                      "best": _plain(j.best), "regret": _plain(j.regret)}
                     for j in said.judged},
        "satisficing": None if said.satisfied is None else _plain(said.satisfied),
        "ministries": _plain(said.ministries),
        "any_weights": _plain(said.whatever),
        "rankings": _plain(said.order),
        "failures": [{"variant": f.variant, "threshold": f.threshold.name, "share": f.share,
                      "says": f.sentences, "tree": f.by_tree} for f in said.failures],
    }  # fmt: skip


def _plain(data: xr.Dataset) -> dict[str, Any]:
    """A small dataset as nested plain data, null where there is nothing."""

    def numbers(values: Any) -> Any:
        if isinstance(values, list):
            return [numbers(v) for v in values]
        return float(values) if np.isfinite(values) else None

    found: dict[str, Any] = {str(d): data[d].values.tolist() for d in data.dims if d in data.coords}
    return found | {str(n): numbers(data[n].values.tolist()) for n in data.data_vars}


def _print(said: Verdict, files: list[Path]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from experiments import decision_page

    console = Console() if Console().is_terminal else Console(width=150)
    for title, heads, rows in decision_page.tables(said):
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for head in heads:
            table.add_column(head, justify="left" if head in decision_page.TEXT else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in decision_page.notes(said):
        console.print(f"  {line}", highlight=False)
    console.print("When a variant misses what would satisfy:", highlight=False)
    for failure in said.failures:
        for line in failure.sentences:
            console.print(f"  {line}", highlight=False)
        for line in decision_page.trees(failure):
            console.print(f"    tree: {line}", highlight=False)
    console.print("Written: " + ", ".join(map(str, files)), highlight=False)


def _front(store: Store, settings: Mapping[str, xr.Dataset], out: Path | None) -> list[Path]:
    """Draw every variant's front into the store; write the page, if wanted, with its pictures."""
    from calibration.files import write_text
    from experiments import front_page
    from experiments.analysis import decision_picture

    files, beside = [], []
    for variant, data in settings.items():
        end = f"{variant.replace(' ', '-')}.png"
        path = store.folder / "decide" / f"front-{end}"
        path.parent.mkdir(parents=True, exist_ok=True)
        decision_picture.draw(path, settings=data)
        files.append(path)
        if out is not None:
            only = len(settings) == 1
            copy = out.with_suffix(".png") if only else out.with_name(f"{out.stem}-{end}")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            beside.append(copy)
    if out is not None:
        write_text(out, front_page.page(settings, store.meta["title"], str(store.folder), str(out),
                                        [path.name for path in beside]))  # fmt: skip
        files += [*beside, out]
    return files


def _print_front(settings: Mapping[str, xr.Dataset], files: list[Path]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from experiments import front_page

    console = Console() if Console().is_terminal else Console(width=150)
    for variant, data in settings.items():
        shown = Table(title=f"{variant}: settings, by cost and reach (*: on the front of medians)",
                      title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)  # fmt: skip
        for k, head in enumerate(front_page.heads(data)):
            shown.add_column(head, justify="left" if k < front_page.TEXT else "right")
        for row in front_page.rows(data):
            shown.add_row(*row)
        console.print(shown)
    console.print("Written: " + ", ".join(map(str, files)), highlight=False)
