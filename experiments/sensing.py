"""`llo sobol`: which factors of a study decide its outcomes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from experiments import sweeping
from experiments.console import (
    EngineName,
    Jobs,
    Json,
    Memory,
    Queue,
    Walltime,
    engine_options,
    with_progress,
)  # fmt: skip

if TYPE_CHECKING:
    from experiments.sweeps.outcomes import Outcome
    from experiments.sweeps.sensitivity import Sensed
    from experiments.sweeps.store import Store

SHOWN = 6  # factors of an outcome that are printed


def sobol(
    study: Annotated[
        str, typer.Argument(help="A study in TOML, the name of one of ours, or a store of one.")
    ] = "sobol",
    out: Annotated[
        Path | None, typer.Option(help="The folder of its results; out/NAME without it.")
    ] = None,
    width: Annotated[
        float, typer.Option(help="Widest interval of a leading total index to stop at.")
    ] = 0.2,
    most: Annotated[int, typer.Option(help="Base samples at most.")] = 1024,
    minutes: Annotated[
        float | None, typer.Option(help="Time to run at most; 0: say what is there.")
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="An outcome; six of ours without it.")
    ] = None,
    variant: Annotated[list[str] | None, typer.Option(help="A variant; all without it.")] = None,
    engine: EngineName = "local",
    queue: Queue = None,
    walltime: Walltime = None,
    jobs: Jobs = None,
    memory: Memory = None,
    as_json: Json = False,
) -> None:
    """Say which assumptions decide: Sobol's indices, more runs until they are sure enough.

    A study that was begun goes on. One of design morris is screened instead: its elementary
    effects say cheaply which factors can be left out.

    Example: llo sobol sobol --minutes 30
    """
    from experiments.sweeps import sensitivity
    from experiments.sweeps.outcomes import SIX, chosen

    if not 0 < width < 2:
        raise ValueError(f"--width {width:g}: give a share of the variance, above 0 and below 2")
    options = engine_options(engine, queue, walltime, jobs, memory)
    outcomes = chosen(outcome or SIX)
    store = _store(study, out)
    variants = sensitivity.variants_of(store, variant or ())
    deadline = None if minutes is None else time.monotonic() + 60 * minutes
    go = _going(store, engine, options, deadline)
    if store.meta["design"]["kind"] == "morris":
        go()
        _screened(store, outcomes, variants, as_json)
        return
    found, end = sensitivity.grown(
        store, outcomes, variants, width, most, go, lambda base: _double(store, base),
        lambda base, widest: _told(as_json, f"{base} base samples: widest leading interval "
                                            f"{widest:.2f}"),
    )  # fmt: skip
    files = sensitivity.save(store, found, end, store.folder / "sobol")
    if as_json:
        print(json.dumps({"end": end, **as_data(found)}, indent=1))
    else:
        _print(found, end, files)


def _told(as_json: bool, line: str) -> None:
    if not as_json:
        print(line)


def _store(study: str, out: Path | None) -> Store:
    """The store of a study, made if there is none."""
    from experiments.sweeps import running
    from experiments.sweeps.store import META, Store
    from experiments.sweeps.study import find, read

    if (Path(study) / META).is_file():
        return Store(Path(study))
    ready, file = read(study), find(study)
    folder = out or Path("out") / file.stem
    if (folder / META).is_file():
        store = Store(folder)
        running.check(store, file)
        return store
    kind = ready.study.design.kind
    if kind not in ("sobol", "morris"):
        raise ValueError(f'{file}: its design is {kind}: indices need kind = "sobol" or "morris"')
    return sweeping.made(ready, file, folder)


def _going(store: Store, engine: str, options: Any, deadline: float | None) -> Callable[[], bool]:
    """A function that runs what is missing, and says whether there is time for more."""
    from experiments.sweeps import running

    def go() -> bool:
        if deadline is not None and time.monotonic() >= deadline:
            return False
        done = store.runs_done()
        if done < store.runs:
            with_progress(
                f"Running {store.folder.name}", store.runs,
                lambda tell: running.run(store, engine, options, until=deadline,
                                         tell=lambda session: tell(done + session.runs)),
            )  # fmt: skip
        return deadline is None or time.monotonic() < deadline

    return go


def _double(store: Store, base: int) -> None:
    from experiments.sweeps import expanding

    expanding.expand(store, draws=base)


def as_data(found: Sensed) -> dict[str, Any]:
    """Indices as plain data; null where an outcome has no variance."""

    def number(x: float) -> float | None:
        return float(x) if np.isfinite(x) else None

    rows = []
    for at, (outcome, variant) in enumerate(found.columns):
        for k, label in enumerate(found.labels):
            row: dict[str, Any] = {"outcome": outcome.name, "variant": variant, "factor": label}
            for name, index in (("first", found.indices.first), ("total", found.indices.total)):
                row[name] = {e: number(getattr(index, e)[k, at]) for e in ("value", "low", "high")}
            row["rank"] = number(found.ranking.rank[k, at])
            rows.append(row)
    return {"base_samples": found.draws, "factors": len(found.labels), "indices": rows}


def _print(found: Sensed, end: str, files: list[Path]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console() if Console().is_terminal else Console(width=120)
    above = _above(found)
    for at, (outcome, variant) in enumerate(found.columns):
        grid = Table(title=f"{variant}: {outcome.long_name} ({outcome.unit})", title_justify="left",
                     box=box.SIMPLE_HEAD, pad_edge=False)  # fmt: skip
        for name in ("factor", "first order", "total", "rank", "PAWN"):
            grid.add_column(name, justify="left" if name == "factor" else "right")
        total = found.indices.total.value[:, at]
        for k in np.argsort(-np.nan_to_num(total), kind="stable")[:SHOWN]:
            grid.add_row(found.labels[k], _band(found.indices.first, k, at),
                         _band(found.indices.total, k, at), _rank(found, k, at),
                         above.get((found.labels[k], at), ""))  # fmt: skip
        console.print(grid)
    named = [f"{v}, {o.long_name}" for o, v in found.columns]
    for remark in found.indices.remarks(named):
        console.print(remark, highlight=False)
    console.print(
        f"{found.draws} base samples, {end}. Shares of the variance with 95% bootstrap intervals; "
        "rank: how often in the bootstrap; PAWN: whether it sees more than noise.", highlight=False,
    )  # fmt: skip
    console.print("Written: " + ", ".join(map(str, files)), highlight=False)


def _band(index: Any, k: int, at: int) -> str:
    value, low, high = (float(getattr(index, e)[k, at]) for e in ("value", "low", "high"))
    if not np.isfinite(value):
        return "-"
    places = 2 if high - low < 0.2 else 1
    return f"{value:.{places}f} [{low:.{places}f}, {high:.{places}f}]"


def _rank(found: Sensed, k: int, at: int) -> str:
    rank = found.ranking.rank[k, at]
    if not np.isfinite(rank):
        return "-"
    share = found.ranking.probability[k, int(rank) - 1, at]
    return f"{int(rank)} ({100 * share:.0f}%)"


def _above(found: Sensed) -> dict[tuple[str, int], str]:
    """What PAWN says of the factors that move alone."""
    if found.pawn is None:
        return {}
    told = {}
    for k, label in enumerate(found.pawn_labels):
        for at in range(len(found.columns)):
            if label and np.isfinite(found.pawn.threshold[at]):
                told[label, at] = "yes" if found.pawn.above[k, at] else "no"
    return told


def _screened(store: Store, outcomes: list[Outcome], variants: list[str], as_json: bool) -> None:
    from calibration.files import write_text
    from experiments import screening_page
    from experiments.sensitivity_page import ranks
    from experiments.sweeps import sensitivity

    labels, found = sensitivity.screened(store, outcomes, variants)
    if as_json:
        star, columns = found.mu_star, [(o, v) for o in outcomes for v in variants]
        rows = [
            {"outcome": o.name, "variant": v, "factor": label,
             "mu_star": float(star.value[k, at]), "low": float(star.low[k, at]),
             "high": float(star.high[k, at]), "sigma": _number(found.sigma.value[k, at])}
            for at, (o, v) in enumerate(columns) for k, label in enumerate(labels)
        ]  # fmt: skip
        print(json.dumps({"trajectories": found.many, "effects": rows}, indent=1))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console() if Console().is_terminal else Console(width=120)
    grid = Table(title="Elementary effects (mu*), % of the largest of each outcome and variant",
                 box=box.SIMPLE_HEAD, pad_edge=False)  # fmt: skip
    grid.add_column("factor")
    for o in outcomes:
        grid.add_column(o.name, justify="right")
    share, _, _ = screening_page.shares(found, outcomes, variants)
    for k in screening_page.order(share):
        grid.add_row(labels[k], *(f"{100 * x:.0f}" for x in share[k]))
    console.print(grid)
    console.print(
        f"{found.many} trajectories; of the variants ({', '.join(variants)}) the largest. Factors "
        "that are small everywhere may stay at their central values.", highlight=False,
    )  # fmt: skip
    path = store.folder / "sobol" / "screening.md"
    path.parent.mkdir(exist_ok=True)
    write_text(path, screening_page.page(store, labels, found, outcomes, variants, ranks()))
    console.print(f"Written: {path}", highlight=False)


def _number(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
