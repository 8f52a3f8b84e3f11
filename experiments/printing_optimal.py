"""What `llo optimise` prints."""

from __future__ import annotations

import math

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from experiments.estimates import Estimate, shown
from experiments.optimal import FRESH, NEAR, Reported, Task, band, flat
from experiments.policy_levers import Lever, told
from experiments.trials import OBJECTIVES
from scenarios.scenario import Scenario

NOTES = (
    "Chosen on {lives} lives, reported on {fresh} others that the search never saw: median and",
    "[90% band] of lives. Beats: in which share of these lives the best setting gains more than",
    "the simple rule, with a 90% interval. Simple rule: the scenario's own setting, its generosity",
    "times one factor. On the lives of the search every setting comes to within {near:.0%} of the",
    "budget, or is short of it where nobody asks for more. Cost: mean of the fresh lives; ! where",
    "it is more than {kept:.0%} off the budget.",
    "The best of at most {tried} settings: a lower bound of the best there is, more so the more",
    "levers are free; a combination has more of them, and fewer of each instrument.",
    "Alike: the lowest and highest value among the settings that the lives of the search cannot",
    "tell from the best. Ranges, in experiments/policy_levers.toml or by --lever, are assumptions.",
)
BORNE = "Borne outside the State's budget, so that no budget limits it: {names}."


def _console() -> Console:
    console = Console()
    return console if console.is_terminal and console.width >= 120 else Console(width=120)


def optimum(scenario: Scenario, task: Task, found: list[Reported], lives: int) -> None:
    """The gains of the best setting and of the simple rule, and then the settings themselves."""
    objective = OBJECTIVES[task.objective]
    when = str(task.year) if task.year else f"mean of {task.years[0]}-{task.years[-1]}"
    console = _console()
    title = f"At EUR {task.budget / 1e6:,.4g} mln a year ({when}): {objective.label}"
    console.print(_gains(title, task, found))
    console.print(_settings(scenario, found))
    fresh = found[0].best.size
    sets = "parameter sets of the ensemble" if scenario.uncertainty.members else "central values"
    console.print(f"{scenario.persons:,} people in each life; {sets}.", highlight=False)
    for note in NOTES:
        text = note.format(lives=lives, fresh=fresh, near=NEAR, kept=FRESH, tried=task.evaluations)
        console.print(text, highlight=False, markup=False)
    borne = [f"{one.name} ({one.borne})" for r in found for one in r.searched.levers if one.borne]
    if borne:
        names = ", ".join(dict.fromkeys(borne))
        console.print(BORNE.format(names=names), highlight=False, markup=False)


def _gains(title: str, task: Task, found: list[Reported]) -> Table:
    objective = OBJECTIVES[task.objective]
    grid = Table("variant", title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    for head in ("best", "simple rule", "difference", "beats", "cost best", "cost rule"):
        grid.add_column(head, justify="right")
    grid.add_row("", *[objective.unit] * 3, "%", *["mln EUR"] * 2, style="dim")
    grid.add_row("doing nothing", "0", "0", "", "", "0", "0")

    def gain(per_life: Estimate) -> str:
        return escape(shown(per_life.times(objective.scale), objective.decimals))

    for r in found:
        cells = [gain(band(r.best)), gain(band(r.rule))]
        apart = gain(band(r.best - r.rule)) if r.comparable else "-"
        cells += ["the rule itself" if r.is_rule else apart]
        costs = [_cost(r, "best"), _cost(r, "rule")]
        grid.add_row(r.searched.variant, *cells, _wins(r), *costs)
    return grid


def _wins(r: Reported) -> str:
    if r.wins is None:
        return "-"
    share, low, high = (f"{100 * x:.0f}" for x in r.wins)
    return escape(f"{share} [{low}, {high}]")


def _cost(r: Reported, which: str) -> str:
    """The mean cost, whether the budget is kept, and whether it was in reach at all."""
    costs = r.best_cost if which == "best" else r.rule_cost
    text = f"{costs.mean() / 1e6:,.0f}"
    if not getattr(r.searched, which).met:
        return f"{text} short"
    return text if r.kept(costs) else f"{text} !"


def _settings(scenario: Scenario, found: list[Reported]) -> Table:
    grid = Table(title="Settings at that budget", box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("lever", no_wrap=True)
    for head in ("best", "alike", "simple rule", "searched"):
        grid.add_column(head, justify="right", no_wrap=True)
    grid.add_column("unit", no_wrap=True)
    for r in found:
        s = r.searched
        best, rule = (
            told(scenario, s.variant, q.setting, q.factor)
            for q in (s.best.question, s.rule.question)
        )
        alike, levers = flat(scenario, s), {one.name: one for one in s.levers}
        met = sum(trial.met for trial in s.trials)
        heading = f"{len(s.alike)} of {met} settings alike" if met else "budget out of reach"
        grid.add_row(f"[bold]{s.variant}[/bold]: {heading}")
        for name in best:
            value = best[name]
            lever, unit = levers.get(name), _unit(scenario, name)
            low, high = alike[name]
            if min(value, rule[name]) >= 1e6:
                value, low, high, rule[name] = (x / 1e6 for x in (value, low, high, rule[name]))
                unit = f"mln {unit}"
            chosen, between = _value(value, (low, high), lever)
            grid.add_row("  " + name, chosen, between if met else "-",
                         _figure(rule[name], lever), _range(lever), unit)  # fmt: skip
    return grid


def _unit(scenario: Scenario, name: str) -> str:
    instrument, _, key = name.rpartition(".")
    return scenario.policy(instrument).parameters.declared[key].unit


def _value(value: float, alike: tuple[float, float], lever: Lever | None) -> tuple[str, str]:
    """A setting with no more digits than the settings that are alike support, and their range."""
    low, high = alike
    half = (high - low) / 2
    if half <= 0:
        return _figure(value, lever), "only this"
    if lever is not None and lever.values:
        return _figure(value, lever), f"{low:g} or {high:g}" if low < high else f"{low:g}"
    places = -math.floor(math.log10(half))
    chosen = f"{round(value, places) + 0.0:,.{max(places, 0)}f}"
    return chosen, f"{_figure(low, lever)} to {_figure(high, lever)}"


def _figure(value: float, lever: Lever | None) -> str:
    """Two significant digits, at most three decimals; a choice as it is."""
    if (lever is not None and lever.values) or value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = min(1 - math.floor(math.log10(abs(value))), 3)
    return f"{round(value, places) + 0.0:,.{max(places, 0)}f}"


def _range(lever: Lever | None) -> str:
    if lever is None:
        return "by the budget"
    if lever.values:
        return " or ".join(f"{v:g}" for v in lever.values)
    return "mix × 1/16 to 16" if lever.mix else f"{lever.low:g} to {lever.high:g}"
