"""What the commands print on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from calibration.levels import Fit
from experiments.backcast import CHANGES, HEADS, Backcast, beside, explained
from experiments.criteria import NOTES as FIVE_NOTES
from experiments.criteria import Judged
from experiments.estimates import Estimate, of_chance, shown
from experiments.life import BEFORE, Life, months
from experiments.lights import LIT, letter
from experiments.replay import AGREES, Beside
from experiments.same import BUDGET, Goal, Solved
from experiments.table import Line, lived, notes
from simulator.policy import Policy

Row = dict[str, Any]
WIDE, NARROW = 180, 144  # columns that bands take beside their figures, and under them
LABEL = 36


def _console(least: int = 120) -> Console:
    """The terminal, or so many columns where there is none or it is too narrow for the table."""
    console = Console()
    wide = console.is_terminal and console.width >= least
    return console if wide else Console(width=least)


def comparison(data: xr.Dataset, lines: Sequence[Line]) -> None:
    """The comparison's table, a section a block."""
    rows = [
        (line.row.section, line.row.label, line.row.unit, line.row.decimals, line.values,
         {name: letter(shares) for name, shares in line.drivers.items()})
        for line in lines
    ]  # fmt: skip
    _blocks(data.attrs["title"], rows)
    console = _console()
    console.print(lived(data), highlight=False)
    for note in notes(data, lines):
        console.print(note, highlight=False)


Block = tuple[str, str, str, int, Mapping[str, Estimate | None], Mapping[str, str]]


def _blocks(title: str, rows: Sequence[Block]) -> None:
    """Figures in blocks: their bands with letters, and how much of these is chance.

    A band goes under its figure where the terminal is too narrow for both beside each other.
    """
    names = list(rows[0][4])
    bands = any(e and e.of_lives for row in rows for e in row[4].values())
    console = _console(NARROW if bands else 120)
    grid = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("", min_width=LABEL)
    grid.add_column("unit")
    for name in [*names, *(["chance"] if bands else [])]:
        grid.add_column(name, justify="right", no_wrap=True)
    block = ""
    for heading, label, unit, decimals, values, letters in rows:
        if heading != block:
            block = heading
            grid.add_row(f"[bold]{block}[/bold]")
        cells = [
            _cell(values[n], decimals, letters.get(n, ""), console.width < WIDE) for n in names
        ]
        share = [of_chance(values.values())] if bands else []
        grid.add_row("  " + label, unit, *cells, *share)
    console.print(grid)


def _cell(value: Estimate | None, decimals: int, letter: str, narrow: bool) -> str:
    figure, _, band = shown(value, decimals).partition(" [")
    if not band:
        return figure
    tail = f" {letter}" if letter else ""
    return escape(f"{figure}{tail}\n[{band}" if narrow else f"{figure} [{band}{tail or '  '}")


def margins(rows: list[Row]) -> None:
    """The population's margins beside the published ones."""
    grid = Table("margin", "category", box=box.SIMPLE_HEAD, title="Population beside its margins")
    for name in ("published %", "synthetic %", "difference pp"):
        grid.add_column(name, justify="right")
    for r in rows:
        figures = (100 * r["published"], 100 * r["synthetic"], r["difference"])
        grid.add_row(r["margin"], r["category"], *(f"{x:.2f}" for x in figures))
    console = _console()
    console.print(grid)
    worst = max(rows, key=lambda r: abs(r["difference"]))
    console.print(
        f"{len(rows)} categories; the largest difference is {worst['difference']:+.3f} "
        f"percentage point ({worst['margin']}, {worst['category']})."
    )


def surveys(rows: list[Row]) -> None:
    """Surveys of one or more variants."""
    sampled = "sampled" in rows[0]
    grid = Table("survey", "question", "variant", box=box.SIMPLE_HEAD)
    grid.add_column("simulated %", justify="right")
    if sampled:
        grid.add_column("one sample %", justify="right")
    grid.add_column("published", max_width=44)
    for r in rows:
        cells = [f"{100 * r['simulated']:.1f}"]
        if sampled:
            cells.append(f"{100 * r['sampled']:.1f} ±{164.5 * r['standard_error']:.1f}")
        grid.add_row(r["survey"], r["question"], r["variant"], *cells, r["published"])
    _console().print(grid)


def years(rows: list[Row]) -> None:
    """A run by year: surveys, stages and the labour market, in per cent."""
    heads = {"nea": "NEA", "roa": "ROA", "aes": "AES", "ebb": "EBB", "need": "need",
             "informal": "informal", "obsolete": "out of date", "unemployed": "unemployed",
             "flexible": "flexible", "high": "high-educ.", "aged_50": "50+"}  # fmt: skip
    grid = Table("at the end of", box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads.values():
        grid.add_column(head, justify="right")
    for row in rows:
        label = str(row["year"]) if row["month"] == 12 else f"{row['year']}-{row['month']:02d}"
        grid.add_row(label, *(f"{100 * row[name]:.1f}" for name in heads))
    console = _console()
    console.print(grid)
    console.print(
        "Per cent; NEA and ROA: a course in 2 years, AES: learning in 12 months, EBB: in 4 weeks;\n"
        "need: wants a course; informal: work time in tasks one learns from; out of date: skills.\n"
        "One life of the simulated people: chance alone moves these by some tenths of a point."
    )


def backcast(cast: Backcast) -> None:
    """Published beside simulated figures, and what explains the changes."""
    console = _console()
    for heads, rows in ((HEADS, beside(cast)), (CHANGES, explained(cast))):
        grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for k, head in enumerate(heads):
            grid.add_column(head, justify="left" if k < 2 else "right")
        for row in rows:
            grid.add_row(*row)
        console.print(grid)


def declarations(kinds: dict[str, type[Policy]]) -> dict[str, Any]:
    """Every instrument's parameters as data."""
    return {
        name: {
            "what": (kind.__doc__ or "").strip().splitlines()[0],
            "parameters": {
                key: {"default": p.default, "unit": p.unit, "doc": p.doc, "bounds": list(p.bounds),
                      "prior": p.prior, "source": p.source, "tag": p.tag}
                for key, p in kind.parameters.declared.items()
            },
        }
        for name, kind in kinds.items()
    }  # fmt: skip


def policies(kinds: dict[str, type[Policy]]) -> None:
    """Every instrument's parameters as tables."""
    console = _console()
    for name, kind in kinds.items():
        title = f"{name}: {(kind.__doc__ or '').strip().splitlines()[0]}"
        grid = Table("parameter", title=title, box=box.SIMPLE_HEAD, title_justify="left")
        for heading in ("default", "allowed"):
            grid.add_column(heading, justify="right")
        for heading in ("unit", "meaning", "source (tag)"):
            grid.add_column(heading)
        for key, p in kind.parameters.declared.items():
            allowed = f"{p.bounds[0]:g} to {p.bounds[1]:g}"
            grid.add_row(key, f"{p.default:g}", allowed, p.unit, p.doc, f"{p.source} ({p.tag})")
        console.print(grid)


def criteria(title: str, rows: Sequence[Judged]) -> None:
    """The five criteria, a block each."""
    told = [row for row in rows if any(row.values.values())]
    _blocks(title, [
        (row.criterion.criterion, row.criterion.label, row.criterion.unit, row.criterion.decimals,
         row.values, {name: letter(shares) for name, shares in row.drivers.items()})
        for row in told
    ])  # fmt: skip
    lit = any(shares for row in told for shares in row.drivers.values())
    for note in (*FIVE_NOTES, *(LIT if lit else ())):
        _console().print(note, highlight=False)


def same(wanted: Goal, solved: list[Solved]) -> None:
    """At what values of their levers the variants meet a goal."""
    budget = wanted.kind == BUDGET
    what = f"EUR {wanted.value / 1e6:,.0f} mln" if budget else f"{100 * wanted.value:.1f}% reached"
    grid = Table("variant", title=f"Scaled to {what} in {wanted.year}", box=box.SIMPLE_HEAD)
    grid.add_column("comes to", justify="right")
    grid.add_column("factor", justify="right")
    grid.add_column("levers")
    for s in solved:
        levers = ", ".join(
            f"{n} = {v:,.0f}" if v >= 100 else f"{n} = {v:.3g}" for n, v in s.levers.items()
        )
        got = f"{s.reached / 1e6:,.0f} mln" if budget else f"{100 * s.reached:.1f}%"
        unmet = "" if s.met else "  [bold]the nearest that it comes[/bold]"
        grid.add_row(s.variant, got, f"{s.factor:.3g}", levers + unmet)
    _console().print(grid)


def replay(title: str, rows: list[Beside]) -> None:
    """A scheme of the past as simulated, beside what was published; what differs is said."""
    grid = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("measure", no_wrap=True)
    grid.add_column("of")
    grid.add_column("published", justify="right")
    grid.add_column("simulated", justify="right")
    grid.add_column("", no_wrap=True)
    grid.add_column("source", max_width=58)
    for row in rows:
        figure, scale, decimals = row.observed, 1.0, 0
        if "share" in figure.measure or "change" in figure.measure:
            scale, decimals = 100.0, 1
        elif "hours" in figure.measure:
            decimals = 1
        unit = "%" if scale > 1 else ""
        found = row.simulated and row.simulated.times(scale)
        grid.add_row(
            figure.measure, _of(row),
            f"{scale * figure.value:,.{decimals}f}{unit}",
            (shown(found, decimals) + unit if found else "never") + _seldom(row),
            row.verdict if row.verdict == AGREES else f"[bold]{row.verdict}[/bold]", figure.source,
        )  # fmt: skip
    console = _console()
    console.print(grid)
    met = sum(row.verdict == AGREES for row in rows)
    console.print(
        f"{met} of {len(rows)} figures come out within their margin and the 90% interval over "
        "seeds. Nothing was fitted to them.\nBehaviour stands at central priors: a difference is "
        "a finding about the model, not about the scheme.",
        highlight=False,
    )


def _seldom(row: Beside) -> str:
    """In how many lives there was a value at all, if not in every one."""
    return f" ({row.seen} of {row.lives} lives)" if 0 < row.seen < row.lives else ""


def _of(row: Beside) -> str:
    """Which window, or which months of which variant and group, a figure is about."""
    figure = row.observed
    if not figure.since:
        return f"window {figure.window}" if figure.window else "all windows"
    who = "" if figure.group == "all" else f", {figure.group}"
    return f"{figure.variant}, {figure.months} months{who}"


def life(found: Life) -> None:
    """One person: who, what happened before, and then a column a variant."""
    console = _console()
    facts = ", ".join(f"{name} {value}" for name, value in found.facts.items())
    console.print(f"[bold]{found.persona.name}[/bold]: {found.persona.about}", highlight=False)
    console.print(facts, highlight=False)
    variants = [v for v in found.stages if v != BEFORE]
    grid = Table("month", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in variants:
        grid.add_column(name, ratio=1)
    before = [e for e in found.events if e.variant == BEFORE]
    console.print("In the years before introduction, whatever the variant:", highlight=False)
    for event in before or [None]:
        console.print(f"  {event.label}  {event.what}" if event else "  nothing", highlight=False)
    for row in months(found):
        grid.add_row(*row)
    console.print(grid)
    console.print(
        "The same person with the same luck in every column; one life illustrates, and is no "
        "result.",
        highlight=False,
    )


def levels(fit: Fit) -> None:
    """The solved levels with what they give beside what is published."""
    grid = Table("target", "year", box=box.SIMPLE_HEAD, title="Levels solved on published figures")
    for heading in ("published", "simulated", "residual", "other seeds"):
        grid.add_column(heading, justify="right")
    grid.add_column("solves")
    grid.add_column("value", justify="right")
    spread = fit.elsewhere.std(axis=0, ddof=1)
    others = [f"{m:.3f} ±{s:.3f}" for m, s in zip(fit.elsewhere.mean(axis=0), spread, strict=True)]
    for target, value, other in zip(fit.targets, fit.simulated, others, strict=True):
        level = f"{fit.levels[target.solves]:.4f}" if target.solves else ""
        grid.add_row(
            target.name, str(target.year), f"{target.value:.3f}", f"{value:.3f}",
            f"{value - target.value:+.3f}", other, target.solves, level,
        )  # fmt: skip
    _console().print(grid)


def bench(rows: list[Row]) -> None:
    """What `llo bench` measured."""
    grid = Table("what", box=box.SIMPLE_HEAD, title="Benchmark")
    grid.add_column("figure", justify="right")
    grid.add_column("unit")
    for r in rows:
        grid.add_row(r["what"], f"{r['value']:,.{r.get('decimals', 1)}f}", r["unit"])
    _console().print(grid)
