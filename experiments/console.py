"""What every command shares: options, the scenario it is about, a bar while it works."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from calibration.engines import Options
    from scenarios.scenario import Scenario

File = Annotated[Path | None, typer.Argument(help="A scenario in TOML; without it the baseline.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as data.")]
Persons = Annotated[int | None, typer.Option(help="Simulated persons, 1,000 to 10,000,000.")]
Members = Annotated[
    int | None, typer.Option(help="Parameter sets of the ensemble; 0: central values alone.")
]
SeedCount = Annotated[
    int | None, typer.Option("--seeds", help="Number of seeds, of each parameter set if any.")
]

EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        help="Where it runs: local (the cores of this machine), slurm (jobs in the queue of a "
        "cluster), or tcp:// and the address of a Dask scheduler that runs.",
    ),
]
Queue = Annotated[
    str | None,
    typer.Option(help="SLURM: the partition; without it the default one of the cluster."),
]
Walltime = Annotated[
    str | None,
    typer.Option(
        metavar="HH:MM:SS",
        help="SLURM: how long a job may last, 01:00:00 without it. A job that ends is replaced; "
        "what it had not finished runs again.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(help="SLURM: how many jobs of one core there are at a time, 10 without it."),
]
Memory = Annotated[
    str | None, typer.Option(help="SLURM: memory of a job, such as 4GB; 2GB without it.")
]


def engine_options(
    engine: str,
    queue: str | None = None,
    walltime: str | None = None,
    jobs: int | None = None,
    memory: str | None = None,
) -> Options:
    """What the command line says of an engine; what it does not say stays as it is by default.

    ValueError with one line when there is no such engine, or not with these options.
    """
    from calibration.engines import Options, check_engine

    said: dict[str, Any] = {"queue": queue, "walltime": walltime, "jobs": jobs, "memory": memory}
    options = Options(**{name: value for name, value in said.items() if value is not None})
    check_engine(engine, options)
    return options


def scenario_of(file: Path | None, **changes: Any) -> Scenario:
    """The scenario with what the command line changes of it, checked again."""
    from scenarios.scenario import load

    return load(file).changed(**{k: v for k, v in changes.items() if v is not None})


def settled(scenario: Scenario) -> Scenario:
    """The scenario with its spin-up found out, if it leaves that open."""
    from experiments import spin_up

    return spin_up.settled(scenario)


def writable(folder: Path) -> None:
    """OSError with one line before any work, if results could not be written there."""
    import os
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        raise OSError(
            f"{folder}: cannot be written ({reason}); choose another with --out"
        ) from None


def with_progress(text: str, total: int, work: Callable[[Callable[[int], None]], Any]) -> Any:
    """Do the work, with a bar when standard error is a terminal, a line in a notebook."""
    if _in_notebook():
        return _in_a_line(text, total, work)
    if not sys.stderr.isatty():
        return work(lambda done: None)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(text),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        return work(lambda done: bar.update(task, completed=done))


def _in_notebook() -> bool:
    """Whether a notebook's kernel runs this, rather than a terminal or a script."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def _in_a_line(text: str, total: int, work: Callable[[Callable[[int], None]], Any]) -> Any:
    """Do the work, with a line under the cell that is renewed, and empty at the end."""
    from IPython.display import display

    def line(words: str) -> dict[str, str]:
        return {"text/plain": words}

    shown = 0
    handle = display(line(f"{text}: 0%"), raw=True, display_id=True)

    def tell(done: int) -> None:
        nonlocal shown
        share = 100 * done // max(total, 1)
        if share > shown:
            shown = share
            handle.update(line(f"{text}: {share}%"), raw=True)

    try:
        return work(tell)
    finally:
        handle.update(line(""), raw=True)


def counted(tell: Callable[[int], None]) -> Callable[[str], None]:
    """A listener to steps in words that tells how many there were."""
    done = 0

    def say(step: str) -> None:
        nonlocal done
        done += 1
        tell(done)

    return say
