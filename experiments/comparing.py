"""The commands that set variants side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.console import (
    File,
    Json,
    Members,
    Persons,
    SeedCount,
    scenario_of,
    settled,
    with_progress,
    writable,
)

if TYPE_CHECKING:
    from experiments.same import Goal, Solved
    from scenarios.scenario import Scenario

Months = Annotated[int | None, typer.Option(help="Months after introduction.")]

SameBudget = Annotated[
    float | None,
    typer.Option(help="Scale every variant to this cost, EUR in --same-year, as 200e6."),
]
SameReach = Annotated[
    float | None, typer.Option(help="Scale every variant to reach this share of persons a year.")
]
Lights = Annotated[
    Path | None,
    typer.Option(help="Write what drives every band to this CSV; 100 members or more."),
]
SameYear = Annotated[int | None, typer.Option(help="Calendar year of that; default: the fifth.")]


def _chosen(file: Path | None, **changes: Any) -> Scenario:
    """The scenario, checked with its ensemble before any work, and settled."""
    from experiments import runner

    return settled(runner.prepared(scenario_of(file, **changes)))


def compare(
    scenario: File = None,
    persons: Persons = None,
    months: Months = None,
    seeds: SeedCount = None,
    members: Members = None,
    out: Annotated[Path, typer.Option(help="Folder for compare.nc and compare.png.")] = Path("out"),
    same_budget: SameBudget = None,
    same_reach: SameReach = None,
    same_year: SameYear = None,
    svg: Annotated[bool, typer.Option("--svg", help="Draw an SVG instead of a PNG.")] = False,
    lights: Lights = None,
    as_json: Json = False,
) -> None:
    """Compare the variants of a scenario and print the table.

    Every figure gets a band over parameter sets that published figures admit.

    Example: llo compare my.toml --members 24 --out results
    """
    chosen = _chosen(scenario, persons=persons, months=months, seeds=seeds, members=members)
    from experiments import lights as driving
    from experiments import picture, results, runner, same, table

    equal = same_year is not None or same_budget is not None or same_reach is not None
    wanted = same.goal(chosen, same_budget, same_reach, same_year) if equal else None
    driving.ready(lights, chosen)
    writable(out)
    chosen, solved = _scaled(chosen, wanted)
    total = runner.months_of(chosen)
    data = with_progress("Comparing", total, lambda tell: runner.run(chosen, tell))
    drawn = out / ("compare.svg" if svg else "compare.png")
    with runner.unheard():  # both files or neither
        results.write(data, out / "compare.nc")
        picture.draw(data, drawn)
    drivers = driving.Drivers(data, chosen)
    lines = table.compute(data, drivers)
    if lights is not None:
        driving.write(drivers.found, lights)
    if as_json:
        same_money = [vars(s) for s in solved]
        print(json.dumps({**table.as_data(data, lines), "solved": same_money}, indent=1))
        return
    from experiments import printing

    if wanted is not None:
        printing.same(wanted, solved)
    printing.comparison(data, lines)
    print(f"\nWritten: {out / 'compare.nc'} (everything) and {drawn} (participation and money)")


def _scaled(scenario: Scenario, wanted: Goal | None) -> tuple[Scenario, list[Solved]]:
    """The scenario with every variant brought to a goal, if there is one."""
    if wanted is None:
        return scenario, []
    from experiments import same

    found: tuple[Scenario, list[Solved]] = with_progress(
        "Solving", len(scenario.variants), lambda tell: same.solve(scenario, wanted, tell)
    )
    return found


def criteria(
    scenario: File = None,
    persons: Persons = None,
    months: Months = None,
    seeds: SeedCount = None,
    members: Members = None,
    lights: Lights = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for criteria.json, for llo report --criteria."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the five criteria for every variant: targeting, cost, efficiency, flexibility, time.

    Example: llo criteria my.toml --members 24
    """
    chosen = _chosen(scenario, persons=persons, months=months, seeds=seeds, members=members)
    if out is not None:
        writable(out)
    from experiments import criteria as five
    from experiments import lights as driving
    from experiments import printing, twins

    driving.ready(lights, chosen)
    data, shock = with_progress(
        "Comparing", twins.months_of(chosen), lambda tell: twins.run(chosen, tell)
    )
    drivers = driving.Drivers(data, chosen)
    rows = five.compute(data, chosen, shock, drivers)
    if lights is not None:
        driving.write(drivers.found, lights)
    print(json.dumps(five.as_data(rows), indent=1)) if as_json else printing.criteria(
        chosen.title, rows
    )
    if out is not None:
        five.write(rows, chosen, out / five.FILE)
