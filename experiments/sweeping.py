"""`llo sweep`: studies of many runs, that survive what happens to them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.console import (
    EngineName,
    Jobs,
    Json,
    Memory,
    Queue,
    Walltime,
    counted,
    engine_options,
    with_progress,
)  # fmt: skip

if TYPE_CHECKING:
    from calibration.engines import Options
    from experiments.sweeps.running import Session
    from experiments.sweeps.store import Store
    from experiments.sweeps.study import Ready

app = typer.Typer(
    name="sweep", no_args_is_help=True,
    help="Run a study of many runs, on this machine or a cluster; kill it, and go on.\n\n"
    "Example: llo sweep run quick",
)  # fmt: skip

Folder = Annotated[Path, typer.Argument(metavar="STORE", help="The folder of a study's results.")]
AtMost = Annotated[
    int | None, typer.Option("--runs", help="Stop after about so many runs; restart does more.")
]


@app.command()
def run(
    study: Annotated[str, typer.Argument(help="A study in TOML, or the name of one of ours.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder of its results; out/NAME without it.")
    ] = None,
    runs: AtMost = None,
    each: Annotated[
        int | None, typer.Option("--per-task", help="Runs done together; 4 without it.")
    ] = None,
    engine: EngineName = "local",
    queue: Queue = None,
    walltime: Walltime = None,
    jobs: Jobs = None,
    memory: Memory = None,
    as_json: Json = False,
) -> None:
    """Run a study: many runs of a scenario, with the values of some factors changed in each.

    Example: llo sweep run quick --out out/quick
    """
    from experiments.sweeps.study import find, read

    options = engine_options(engine, queue, walltime, jobs, memory)
    if each is not None and each < 1:
        raise ValueError(f"--per-task {each}: give 1 or more")
    _check_runs(runs)
    ready, file = read(study), find(study)
    store = made(ready, file, out or Path("out") / file.stem, each)
    _go(store, engine, options, runs, as_json)


def made(ready: Ready, file: Path, folder: Path, each: int | None = None) -> Store:
    """The store of a study in a folder, made with a bar; nothing is run yet."""
    from experiments.sweeps import running

    return with_progress(
        f"Where intercepts lie: {file.stem}", len(ready.names),
        lambda tell: running.make(
            ready, folder, file, each or running.PER_TASK, say=counted(tell)
        ),
    )  # fmt: skip


@app.command()
def restart(
    store: Folder,
    failed: Annotated[
        bool, typer.Option("--failed", help="Run again what failed before, too.")
    ] = False,
    runs: AtMost = None,
    engine: EngineName = "local",
    queue: Queue = None,
    walltime: Walltime = None,
    jobs: Jobs = None,
    memory: Memory = None,
    as_json: Json = False,
) -> None:
    """Go on with a study: run what is missing, and nothing else.

    Example: llo sweep restart out/quick
    """
    from experiments.sweeps.store import Store

    options = engine_options(engine, queue, walltime, jobs, memory)
    _check_runs(runs)
    _go(Store(store), engine, options, runs, as_json, failed=failed)


@app.command()
def status(store: Folder, as_json: Json = False) -> None:
    """Say how far a study is, how fast it goes, and where the time of its cores goes.

    Example: llo sweep status out/quick
    """
    from experiments.sweeps.store import Store

    _tell(Store(store), as_json)


@app.command()
def expand(
    store: Folder,
    seeds: Annotated[int | None, typer.Option(help="So many seeds in all.")] = None,
    draws: Annotated[int | None, typer.Option(help="So many draws in all.")] = None,
    levels: Annotated[int | None, typer.Option(help="So many levels of a grid in all.")] = None,
    as_json: Json = False,
) -> None:
    """Ask for more seeds, draws or levels; what is done stays, `restart` runs what is added.

    Example: llo sweep expand out/quick --draws 256
    """
    from experiments.sweeps import expanding
    from experiments.sweeps.store import Store

    if seeds is None and draws is None and levels is None:
        raise ValueError("nothing to expand by: give --seeds, --draws or --levels")
    if draws is not None and levels is not None:
        raise ValueError("--draws and --levels: a design has one of them")
    found = Store(store)
    expanding.expand(found, seeds=seeds, draws=draws, levels=levels)
    _tell(found, as_json)


@app.command()
def compact(store: Folder, as_json: Json = False) -> None:
    """Put the many small files of a study into few large ones; nothing of it changes.

    Example: llo sweep compact out/quick
    """
    from experiments.sweeps.store import PACK, Store
    from experiments.sweeps.writer import writing

    found = Store(store)
    with writing(found) as writer:
        made = writer.compact()
    if as_json:
        print(json.dumps({"packs": len(found.packed), "made": made}))
    else:
        print(f"{store}: {made} packs of {PACK} tasks made, {len(found.packed)} in all")


def _check_runs(runs: int | None) -> None:
    if runs is not None and runs < 1:
        raise ValueError(f"--runs {runs}: give 1 or more")


def _go(
    store: Store,
    engine: str,
    options: Any,
    runs: int | None,
    as_json: bool,
    *,
    failed: bool = False,
) -> None:
    session = going(store, engine, options, runs, failed=failed)
    if session.lost and not as_json:
        print(f"{session.lost} tasks killed their processes: llo sweep restart tries them again")
    _tell(store, as_json)


def going(
    store: Store,
    engine: str = "local",
    options: Options | None = None,
    runs: int | None = None,
    *,
    failed: bool = False,
) -> Session:
    """Run what is missing in a store, or about so many `runs` of it, with a bar."""
    from experiments.sweeps import running

    done, total = store.runs_done(), store.runs
    total = min(total, done + runs) if runs is not None else total

    def work(tell: Callable[[int], None]) -> Session:
        return running.run(
            store, engine, options, at_most=runs, failed=failed,
            tell=lambda session: tell(done + session.runs),
        )  # fmt: skip

    found: Session = with_progress(f"Running {store.folder.name}", total, work)
    return found


def _tell(store: Store, as_json: bool) -> None:
    from experiments.sweeps import progress

    found = progress.of(store, time.time())
    print(json.dumps(found, indent=1) if as_json else progress.told(store, found))
