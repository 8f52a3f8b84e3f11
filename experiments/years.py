"""Commands that live years by themselves: `llo run` and `llo backcast`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from calibration.files import write_text
from experiments.console import (
    File,
    Json,
    Persons,
    SeedCount,
    scenario_of,
    settled,
    with_progress,
    writable,
)  # fmt: skip


def run(
    scenario: File = None,
    variant: Annotated[str, typer.Option(help="Variant to run.")] = "null",
    persons: Persons = None,
    months: Annotated[int | None, typer.Option(help="Months after introduction.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First year or month, as 2012 or 2012-07.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last year or month.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for run.json; a run that was cut off there goes on."),
    ] = None,
    population: Annotated[
        bool,
        typer.Option("--population", help="Only make the people, and hold them to the margins."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run one variant once and print its years and surveys, or report the population's margins.

    Example: llo run --from 2012 --to 2022 --out results
    """
    chosen = scenario_of(scenario, persons=persons, months=months)
    from experiments import history, printing, single

    if population:
        rows = single.margins(chosen)
        print(json.dumps(rows, indent=1)) if as_json else printing.margins(rows)
        return
    if months is not None and last is not None:
        raise ValueError(
            f"--months {months} and --to {last}: both say where the run ends, give one"
        )
    history.known(chosen, variant)  # before the pilot, which takes a while
    if out is not None:
        writable(out)
    chosen = settled(chosen.between(first, last))
    recorder, design = with_progress(
        f"Running {variant}",
        history.months_of(chosen),
        lambda tell: history.live(chosen, variant, tell, out),
    )
    years, rows = history.by_year(recorder, design), single.surveys_of(recorder, variant)
    written = None if out is None else history.write(years, chosen, variant, out)
    if as_json:
        print(json.dumps({"years": years, "surveys": rows}, indent=1))
        return
    printing.years(years)
    printing.surveys(rows)
    if written is not None:
        print(f"\nWritten: {written}")


def backcast(
    persons: Persons = None,
    seeds: SeedCount = None,
    out: Annotated[Path, typer.Option(help="Folder for the page and its picture.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Live 2010 to 2022 again beside the published figures, with every driver switched off in turn.

    Example: llo backcast --seeds 2 --out results
    """
    from experiments import backcast as casting

    chosen = settled(casting.prepared(scenario_of(None, persons=persons, seeds=seeds)))
    writable(out)
    cast = with_progress(
        "Looking back", casting.months_of(chosen), lambda tell: casting.run(chosen, tell)
    )
    if as_json:
        print(json.dumps(casting.as_data(cast), indent=1))
        return
    from experiments import backcast_picture, printing

    backcast_picture.draw(cast, out / "backcast.png")
    page = casting.page(cast, chosen.persons, "backcast.png")
    write_text(out / "backcast.md", page)
    printing.backcast(cast)
    print(f"\nWritten: {out / 'backcast.md'} and {out / 'backcast.png'}")
