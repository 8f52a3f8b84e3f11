"""The commands that fit the model to published figures."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calibration.files import write_text
from experiments.console import (
    EngineName,
    Jobs,
    Json,
    Memory,
    Persons,
    Queue,
    Walltime,
    engine_options,
    scenario_of,
    with_progress,
    writable,
)

if TYPE_CHECKING:
    from calibration.ensemble import Ensemble
    from calibration.fit import Progress

WORK = Path("out") / "calibration"
A_LINE = 60.0  # seconds between lines where there is no terminal
STAGES = {"slopes": "finding slopes", "noise": "how noisy a life is"}


def calibrate(
    quick: Annotated[
        bool, typer.Option("--quick", help="A reduced problem, of some minutes: to try it out.")
    ] = False,
    minutes: Annotated[
        float | None, typer.Option(help="Time that the fit may take; it stops within it.")
    ] = None,
    persons: Persons = None,
    targets: Annotated[
        Path | None, typer.Option(help="Your own figures, a TOML file or a folder of them.")
    ] = None,
    engine: EngineName = "local",
    queue: Queue = None,
    walltime: Walltime = None,
    jobs: Jobs = None,
    memory: Memory = None,
    seed: Annotated[int, typer.Option(help="Seed of the fit.")] = 11,
    work: Annotated[
        Path, typer.Option(help="Where lives are kept, so that a fit that was cut off goes on.")
    ] = WORK,
    out: Annotated[
        Path | None, typer.Option(help="File for the ensemble; default: in that folder.")
    ] = None,
    levels: Annotated[
        bool, typer.Option("--levels", help="Solve the level parameters of the baseline instead.")
    ] = False,
) -> None:
    """Fit the model to published figures: an ensemble of parameter sets that they admit.

    Example: llo calibrate --quick
    """
    if levels:
        _levels(persons, seed, out)
        return
    from calibration import ensemble, job

    chosen = scenario_of(None, persons=persons)
    size = job.at_most(job.QUICK if quick else job.FULL, minutes, persons)
    options = engine_options(engine, queue, walltime, jobs, memory)
    target = out or work / ("quick.nc" if quick else "ensemble.nc")
    writable(target.parent)
    with _told() as tell:
        found = job.run(
            chosen, size, work, seed, engine=engine, options=options, figures=targets, tell=tell
        )
    ensemble.write(found, target)
    _table(found)
    print(f"\nWritten: {target}")


def validate(
    ensemble: Annotated[
        Path | None, typer.Argument(help="An ensemble of llo calibrate; without it ours.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the page to this file as well, in Markdown.")
    ] = None,
    lives: Annotated[
        int,
        typer.Option(min=1, help="Parameter sets lived again, to predict 2022 and for patterns."),
    ] = 24,
    as_json: Json = False,
) -> None:
    """Hold the model against figures that it was not shown: predicted, inside or not, scores.

    Example: llo validate --out docs/validation.md
    """
    from calibration import ensemble as ensembles
    from calibration import targets, validation
    from experiments import relive, ridge_picture, validation_page

    if out is not None:
        writable(out.parent)
    found, known = ensembles.read(ensemble), targets.read()
    checks, left = validation.checks(found), validation.left_out(found, known)
    ahead, patterns = with_progress(
        "Living again", 2 * lives, lambda tell: relive.run(ensemble, lives, tell)
    )
    everything = validation_page.Validation(checks, left, ahead, tuple(patterns))
    if out is not None:
        drawn = out.with_name("ridges.png")
        ridge_picture.draw(found, drawn)
        write_text(out, validation_page.page(found, everything, drawn.name))
    if as_json:
        print(json.dumps(validation_page.as_data(everything), indent=1))
        return
    for title, heads, rows in validation_page.tables(everything):
        _print(title, heads, rows)
    if out is not None:
        print(f"Written: {out}, and {drawn} (trade-offs that the figures leave open)")


def _levels(persons: int | None, seed: int, out: Path | None) -> None:
    """Solve the level parameters anew, and store them with residuals."""
    from calibration import levels
    from experiments import printing

    chosen = scenario_of(None, persons=persons)
    target = out or levels.SOLVED
    writable(target.parent)
    fit = with_progress(
        "Solving",
        levels.BUDGET,
        lambda tell: levels.solve(chosen, seed, progress=lambda n, _: tell(n)),
    )
    levels.write(fit, target, seed, chosen.persons)
    printing.levels(fit)
    print(f"\nWritten: {target}")


@contextmanager
def _told() -> Iterator[Callable[[str, Progress], None]]:
    """A line that is renewed on a terminal; elsewhere one a minute."""
    from rich.console import Console

    console = Console(stderr=True)
    last = time.monotonic()

    def line(stage: str, progress: Progress) -> str:
        if stage != "fit":
            many = f": {progress.accepted} of {progress.wanted}" if progress.wanted else ""
            return f"Calibrating: {STAGES.get(stage, stage)}{many}"
        took = time.monotonic() - progress.begun
        first = progress.generation < 0
        what = "a first sample" if first else f"generation {progress.generation + 1}"
        return (
            f"Calibrating: {what}, {progress.accepted} of {progress.wanted} accepted; "
            f"{progress.evaluations} lives in {took / 60:.0f} min"
        )

    if console.is_terminal:
        with console.status("Calibrating") as status:
            yield lambda stage, progress: status.update(line(stage, progress))
        return

    def now_and_then(stage: str, progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= A_LINE:
            last = time.monotonic()
            print(line(stage, progress), file=sys.stderr)

    yield now_and_then


def _table(found: Ensemble) -> None:
    """Every figure beside the ensemble, and what the fit knows of every parameter."""
    from calibration import summary

    _print("Published figures beside the ensemble",
           ("figure", "published", "median", "90% band", "inside", "noise/error"),
           summary.figures(found))  # fmt: skip
    _print("What the figures say of the parameters",
           ("parameter", "prior 5-95%", "posterior 5-95%", "narrower by"),
           summary.parameters(found))  # fmt: skip
    _print("What they say of the structure", ("alternative", "prior", "posterior"),
           summary.structures(found))  # fmt: skip
    print(
        f"{found.size} members, worth {summary.effective(found):.0f} of equal weight, after "
        f"{found.data.attrs['evaluations']} lives; the fit stopped {found.data.attrs['stopped']}"
    )


def _print(title: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE, title=title)
    for k, head in enumerate(heads):
        table.add_column(head, justify="right" if k else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else 120
    Console(width=width).print(table)
