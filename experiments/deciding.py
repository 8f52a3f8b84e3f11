"""`llo decide`: what a study says about a choice that must be made under uncertainty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from experiments.console import Json

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console

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
    as_json: Json = False,
) -> None:
    """Say which variant is best, what is regretted, what satisfies, and when a variant fails.

    Every draw of the study is a world that may be; variants are compared within it. Make one with
    llo sweep run decide.

    Example: llo decide out/decide
    """
    from experiments.analysis import weights as weighing
    from experiments.sweeps import verdicts
    from experiments.sweeps.outcomes import OUTCOMES, chosen
    from experiments.sweeps.store import Store

    found = Store(store)
    if front:
        of = chosen([reach])[0]
        _front(found.folder, verdicts.settings(found, OUTCOMES["cost"], of), as_json)
        return
    said = verdicts.verdict(found, weighing.read(weights), verdicts.thresholds(thresholds))
    files = _draw(found.folder / "decide", said)
    if as_json:
        print(json.dumps(as_data(said), indent=1))
    else:
        _print(said, files)


def _draw(folder: Path, said: Verdict) -> list[Path]:
    from experiments.analysis import decision_picture

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "decision.png"
    boxes = [(f, f.found.boxes[0]) for f in said.failures if f.found.boxes]
    first = boxes[0] if boxes else None
    decision_picture.draw(
        path, weighed=said.ministries, order=said.order, box=first[1] if first else None,
        variant=first[0].variant if first else "", outcome=first[0].threshold.name if first else "",
    )  # fmt: skip
    return [path]


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

    console = Console() if Console().is_terminal else Console(width=150)
    variants = [str(v) for v in said.judged[0].values["variant"].values]

    def grid(title: str, *heads: str) -> Table:
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for k, head in enumerate(heads):
            table.add_column(head, justify="right" if k > (heads[1] == "unit") else "left")
        return table

    levels = grid(f"Outcomes: median and 90% band over {said.draws} draws", "outcome", "unit",
                  *variants)  # fmt: skip
    chances = grid("Probability of being best, %", "outcome", *variants)
    regrets = grid("Regret: mean (90th percentile; most)", "outcome", "unit", *variants)
    for j in said.judged:
        places = j.outcome.decimals
        cells = [_level(j.values.sel(variant=v), places) for v in variants]
        levels.add_row(j.outcome.long_name, j.outcome.unit, *cells)
        chances.add_row(j.outcome.long_name, *(_percent(j.best.sel(variant=v)) for v in variants))
        lost = [_lost(j.regret.sel(variant=v), places) for v in variants]
        regrets.add_row(j.outcome.long_name, j.outcome.unit, *lost)
    for table in (levels, chances, regrets):
        console.print(table)
    if said.satisfied is not None:
        table = grid("Share of the draws that satisfy, %", "threshold", *variants)
        for name in said.satisfied["threshold"].values:
            row = said.satisfied.sel(threshold=name).rename(share="probability")
            table.add_row(str(name), *(_percent(row.sel(variant=v)) for v in variants))
        console.print(table)
    _ministries(console, said, grid, variants)
    console.print("When a variant misses what would satisfy:", highlight=False)
    for failure in said.failures:
        for line in failure.sentences:
            console.print(f"  {line}", highlight=False)
        for line in failure.by_tree if failure.found.boxes else []:
            console.print(f"    tree: {line}", highlight=False)
    console.print("Written: " + ", ".join(map(str, files)), highlight=False)


def _ministries(console: Console, said: Verdict, grid: Any, variants: list[str]) -> None:
    """Best and regret by ministry, whatever the weights, and whether fewer draws would tell."""
    table = grid("For a ministry: probability of being best, % (mean regret, 0 to 1)", "ministry",
                 *variants)  # fmt: skip
    for name in said.ministries["ministry"].values:
        row = said.ministries.sel(ministry=name)
        cells = []
        for v in variants:
            one = row.sel(variant=v)
            chance, lost = float(one["probability"]), float(one["regret"])
            cells.append("-" if np.isnan(chance) else f"{100 * chance:.0f} ({lost:.2f})")
        table.add_row(str(name), *cells)
    table.add_row("whatever the weights", *(
        _percent(said.whatever.sel(variant=v)) if v in said.whatever["variant"].values else "-"
        for v in variants
    ))  # fmt: skip
    console.print(table)
    for line in said.ministries.attrs.get("said", []):
        console.print(f"  {line}", highlight=False)
    order = said.order
    half = order.isel(size=int(np.argmin(np.abs(order["size"].values - said.draws / 2))))
    console.print(
        f"Half of the draws ({int(half['size'])}) would have named the same best variant on "
        f"{order.attrs.get('outcome', 'the first outcome')} in {100 * float(half['best']):.0f}% of "
        f"samples, and the same ranking in {100 * float(half['ranking']):.0f}%. Weights are "
        "assumptions: experiments/ministries.toml.", highlight=False,
    )  # fmt: skip


def _level(values: xr.DataArray, places: int) -> str:
    from experiments.estimates import estimate, shown

    numbers = np.asarray(values.values, float)
    numbers = numbers[np.isfinite(numbers)]
    return shown(estimate(numbers, members=numbers.size), places) if numbers.size > 1 else "-"


def _percent(row: xr.Dataset) -> str:
    share, low, high = (float(row[n]) for n in ("probability", "low", "high"))
    return "-" if np.isnan(share) else f"{100 * share:.0f} [{100 * low:.0f}, {100 * high:.0f}]"


def _lost(row: xr.Dataset, places: int) -> str:
    mean, p90, most = (float(row[n]) for n in ("mean", "p90", "maximum"))
    if np.isnan(mean):
        return "-"
    return f"{mean:,.{places}f} ({p90:,.{places}f}; {most:,.{places}f})"


def _front(folder: Path, found: dict[str, xr.Dataset], as_json: bool) -> None:
    from experiments.analysis import decision_picture

    if as_json:
        print(json.dumps({v: _plain(d) for v, d in found.items()}, indent=1))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console() if Console().is_terminal else Console(width=150)
    (folder / "decide").mkdir(parents=True, exist_ok=True)
    for variant, data in found.items():
        table = Table(title=f"{variant}: settings on the front of less cost and more reach",
                      title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)  # fmt: skip
        for head in ("setting", data.attrs["cost_label"], data.attrs["reach_label"],
                     "on the front, % of draws"):  # fmt: skip
            table.add_column(head, justify="left" if head == "setting" else "right")
        for name in data["variant"].values[np.argsort(data["cost"].values)]:
            row = data.sel(variant=name)
            if row["front"] == 1:
                table.add_row(str(name), *(
                    f"{float(row[n]):,.1f} [{float(row[f'{n}_low']):,.1f}, "
                    f"{float(row[f'{n}_high']):,.1f}]" for n in ("cost", "reach")
                ), _percent(row))  # fmt: skip
        console.print(table)
        path = folder / "decide" / f"front-{variant.replace(' ', '-')}.png"
        decision_picture.draw(path, settings=data)
        console.print(f"Written: {path}", highlight=False)
