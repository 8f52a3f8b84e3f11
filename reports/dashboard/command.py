"""`llo dashboard`: the page for who asks what if, on this machine or as one file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reports.dashboard.shared import Asked

PARTS = ("panel", "jinja2", "babel")
FEWEST = 2  # lives, without which there is no band

Results = Annotated[Path | None, typer.Argument(help="A results file of llo compare.")]


def dashboard(
    file: Results = None,
    sweep: Annotated[Path | None, typer.Option(help="A study's folder.")] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="A scenario in TOML; without it the baseline.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language: nl or en.")] = "nl",
    port: Annotated[int, typer.Option(help="Where the page is served.")] = 5006,
    address: Annotated[
        str, typer.Option(help="Who can reach it: localhost is this machine alone.")
    ] = "localhost",
    persons: Annotated[int, typer.Option(help="Simulated persons in each live life.")] = 20_000,
    lives: Annotated[int, typer.Option(help="Lives of a live answer.")] = 8,
    out: Annotated[Path, typer.Option(help="Folder for the files of full runs.")] = Path("out"),
    save: Annotated[
        Path | None, typer.Option(help="Write the page as one static file instead, and stop.")
    ] = None,
    show: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Set the levers of the variants in the browser and see the comparison follow.

    Example: llo dashboard out/compare.nc --sweep out/decide
    """
    _ready()
    from experiments.console import writable

    asked = _asked(file, sweep, scenario, lang, persons, lives, out)
    if save is not None:
        if file is None:
            raise ValueError("--save: give a results file too; a static file cannot calculate")
        from reports.dashboard import saved

        writable(save.parent)
        saved.write(asked, save)
        print(f"Written: {save} ({save.stat().st_size / 1e6:.1f} MB)")
        return
    from reports.dashboard import server
    from reports.dashboard.shared import Shared

    server.free(address, port)
    writable(out)
    if told := server.warning(address, port):
        print(told)
    server.serve(Shared.of(asked), address, port, show=show, say=partial(print, flush=True))


def _asked(
    file: Path | None,
    sweep: Path | None,
    scenario: Path | None,
    lang: str,
    persons: int,
    lives: int,
    out: Path,
) -> Asked:
    """What is asked, checked before any work; ValueError or OSError with one line."""
    from experiments.sweeps.store import Store
    from reports import check
    from reports.dashboard import levers
    from reports.dashboard.shared import Asked, live_scenario
    from reports.language import language
    from scenarios.scenario import load

    spoken = language(lang)
    if lives < FEWEST:
        raise ValueError(f"--lives {lives}: give {FEWEST} or more, or there is no band")
    if file is not None:
        check.opened(file)
    if sweep is not None:
        try:
            Store(sweep).values(0, 1)
        except OSError as error:
            raise ValueError(
                f"--sweep {sweep}: it cannot be read ({error.strerror or error}); make it anew "
                "with llo sweep run"
            ) from None
    chosen = load(scenario)
    if not levers.variants(chosen):
        raise ValueError(f"{scenario}: it has no variant with instruments: there is nothing to set")
    live = live_scenario(chosen, persons, lives)
    levers.years(live)
    return Asked(chosen, live, lives, spoken, file, sweep, out)


def _ready() -> None:
    """ValueError with the remedy when a package that only the dashboard needs is not installed."""
    from importlib.util import find_spec

    missing = [name for name in PARTS if find_spec(name) is None]
    if missing:
        raise ValueError(
            f"llo dashboard needs {missing[0]}, which is not installed: pip install "
            "'llo-simulator[dashboard]'"
        )
