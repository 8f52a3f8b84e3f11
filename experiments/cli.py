"""The command line `llo`. Heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

from experiments import comparing, deciding, fitting, optimising, sensing, sweeping, years
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

ADDED = "llo.commands"  # entry points: commands of packages that stand above this one

app = typer.Typer(
    name="llo",
    help="Compare ways of paying for adult learning: voucher, leerrekening, leerrecht, nothing.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


for first in (comparing.compare, comparing.criteria, optimising.optimise):
    app.command()(first)


def main() -> None:
    """Run `llo`; what the user got wrong is one line and exit code 2.

    Raises KeyboardInterrupt at Ctrl-C, for `experiments.__main__` to tell.
    """
    try:
        if app(standalone_mode=False) == 130:  # typer makes an exit code of Ctrl-C
            raise KeyboardInterrupt
    except (ValueError, OSError) as error:
        _stop(str(error).replace("\n", " "))
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        if hasattr(error, "format_message"):  # a wrong option or argument, told by typer
            _stop(error.format_message().replace("\n", " ") or "give a command, see above")
        raise


def _stop(message: str) -> None:
    print(f"llo: {message}", file=sys.stderr)
    sys.exit(2)


@app.command()
def replay(
    scenario: Annotated[Path, typer.Argument(help="A scenario with [[observed]] figures.")],
    persons: Persons = None,
    seeds: SeedCount = None,
    as_json: Json = False,
) -> None:
    """Live a scheme of the past again and print it beside what was published.

    Example: llo replay scenarios/stap-2022.toml
    """
    chosen = scenario_of(scenario, persons=persons, seeds=seeds)
    from experiments import printing
    from experiments import replay as replaying

    replaying.check(chosen)
    chosen = settled(chosen)
    rows = with_progress(
        "Replaying", replaying.months_of(chosen), lambda tell: replaying.run(chosen, tell)
    )
    print(json.dumps(replaying.as_data(rows), indent=1)) if as_json else printing.replay(
        chosen.title, rows
    )


@app.command()
def life(
    scenario: File = None,
    persona: Annotated[str, typer.Option(help="Who: a name in the file of personas.")] = "fatima",
    people: Annotated[
        Path | None, typer.Option(help="A file of personas; without it our handful.")
    ] = None,
    number: Annotated[int, typer.Option(help="Which of the persons who fit, counted from 1.")] = 1,
    persons: Persons = None,
    months: Annotated[int | None, typer.Option(help="Months after introduction.")] = None,
    draw: Annotated[Path | None, typer.Option(help="Draw it to this PNG or SVG as well.")] = None,
    as_json: Json = False,
) -> None:
    """Follow one person under every variant with the same luck: stages, plans, courses, money.

    Example: llo life --persona samira --draw samira.png
    """
    from experiments import life as lives

    chosen = settled(lives.prepared(scenario_of(scenario, persons=persons, months=months)))

    who = lives.chosen(persona, people)
    if draw is not None:
        if draw.suffix not in (".png", ".svg"):
            raise ValueError(f"--draw {draw}: give a name that ends in .png or .svg")
        writable(draw.parent)
    found = with_progress(
        f"Following {persona}",
        lives.months_of(chosen),
        lambda tell: lives.follow(chosen, who, number, tell),
    )
    if draw is not None:
        from experiments import life_picture

        life_picture.draw(found, chosen.design().spin_up, draw)
    from experiments import printing

    print(json.dumps(lives.as_data(found), indent=1)) if as_json else printing.life(found)


@app.command()
def check(scenario: Annotated[Path, typer.Argument(help="A scenario in TOML.")]) -> None:
    """Say whether a scenario can run, and if not, what is wrong, on which line, and the remedy.

    Example: llo check my.toml
    """
    from scenarios.scenario import load

    found = load(scenario)
    print(f"{scenario}: in order; variants {', '.join(found.names())}, {found.persons:,} persons")


@app.command()
def policies(
    page: Annotated[
        bool, typer.Option("--page", help="Print the page docs/instruments.md, in Markdown.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--pages", help="Make the pages of this folder anew that come from data."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the instruments with their parameters, units, bounds and sources.

    Example: llo policies --json
    """
    from experiments import pages, printing
    from scenarios.scenario import available

    kinds = available()
    if page:
        print(pages.instruments(kinds), end="")
        return
    if folder is not None:
        pages.make(folder, kinds)
        return
    print(json.dumps(printing.declarations(kinds), indent=1)) if as_json else printing.policies(
        kinds
    )


@app.command()
def survey(
    file: Annotated[Path, typer.Argument(help="A results file of llo compare.")],
    sample: Annotated[
        bool, typer.Option("--sample", help="With the sampling error of the real survey.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print NEA, ROA, AES and EBB as the surveys would, from a results file.

    Example: llo survey out/compare.nc --sample
    """
    from experiments import printing, results, single

    rows = single.surveys_in(results.read(file), sample)
    print(json.dumps(rows, indent=1)) if as_json else printing.surveys(rows)


@app.command()
def verify(file: Annotated[Path, typer.Argument(help="A results file of llo compare.")]) -> None:
    """Recompute the hash of a results file and say what made it.

    Example: llo verify out/compare.nc
    """
    from experiments import results

    data = results.read(file)
    commit = data.attrs["commit"]
    changed = " with changes" if commit.endswith("+") else ""
    print(f"{file}: in order, hash {data.attrs['hash'][:16]}…, commit {commit[:12]}{changed}")


@app.command()
def bench(
    persons: Annotated[int, typer.Option(help="Persons of the full model.")] = 2_000_000,
    agents: Annotated[int, typer.Option(help="Plain Mesa agents.")] = 1_000,
    as_json: Json = False,
) -> None:
    """Measure speed and memory of the sweep beside plain Mesa agents with the same laws.

    Example: llo bench --persons 1000000
    """
    from experiments import benchmark, printing

    rows = benchmark.measure(persons, agents)
    print(json.dumps(rows, indent=1)) if as_json else printing.bench(rows)


app.add_typer(sweeping.app)
for command in (
    years.run, years.backcast, fitting.calibrate, fitting.validate, sensing.sobol, deciding.decide,
):  # fmt: skip
    app.command()(command)
for point in entry_points(group=ADDED):
    app.command(point.name)(point.load())
