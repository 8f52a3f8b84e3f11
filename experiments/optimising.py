"""`llo optimise`: the best setting of every variant at a budget, on a stated objective."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.console import File, Json, scenario_of, settled, with_progress, writable

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.optimal import Reported, Task
    from scenarios.scenario import Scenario

WORK = Path("out") / "optimise"
MONTHS = 60

Budget = Annotated[float, typer.Option(help="EUR a year that a variant costs, as 150e6.")]
Aim = Annotated[
    str,
    typer.Option(
        "--objective", help="What is to be most: extra_learners, practical_learners, participation."
    ),
]
Year = Annotated[
    int | None, typer.Option(help="Calendar year of the budget; default: the mean of all years.")
]
LeverWords = Annotated[
    list[str] | None,
    typer.Option(
        "--lever", metavar="NAME=LOW:HIGH",
        help="A lever and its range, or its values as =2,5; again for more. Instead of ours of "
        "that name, or besides.",
    ),
]  # fmt: skip
Variants = Annotated[
    list[str] | None, typer.Option("--variant", help="Only this one; again for more.")
]
Evaluations = Annotated[int, typer.Option(help="Settings that are tried of every variant.")]
Seen = Annotated[int, typer.Option("--lives", help="Lives on which a setting is chosen.")]
Fresh = Annotated[int, typer.Option("--fresh", help="Other lives, on which it is reported.")]
Central = Annotated[
    bool, typer.Option("--central", help="Live central values instead of parameter sets.")
]
Work = Annotated[
    Path, typer.Option(help="Where trials are kept, so that a search that was cut off goes on.")
]


def optimise(
    scenario: File = None,
    budget: Budget = 150e6,
    objective: Aim = "extra_learners",
    year: Year = None,
    lever: LeverWords = None,
    variant: Variants = None,
    evaluations: Evaluations = 20,
    lives: Seen = 6,
    fresh: Fresh = 12,
    persons: Annotated[int, typer.Option(help="Simulated persons in each life.")] = 5_000,
    months: Annotated[int, typer.Option(help="Months after introduction.")] = MONTHS,
    central: Central = False,
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 1,
    work: Work = WORK,
    as_json: Json = False,
) -> None:
    """Find the best setting of every variant at a budget, beside the scenario's own.

    It is chosen on some lives and reported on others, with how sure that is and how flat.

    Example: llo optimise --budget 150e6 --objective practical_learners
    """
    chosen = _chosen(scenario, variant, persons, months, central)
    from experiments import optimal, policy_levers, trials

    if lives < 2 or fresh < 2:
        raise ValueError(f"--lives {lives} --fresh {fresh}: give 2 or more of each")
    if seed < 0:
        raise ValueError(f"--seed {seed}: give 0 or more")
    years = trials.years_of(chosen)
    task = optimal.checked(optimal.Task(budget, objective, years, year, evaluations, seed))
    asked = policy_levers.asked(lever or (), chosen)
    free = {}
    for name in chosen.variants:
        levers = policy_levers.of_variant(chosen, name, asked)
        free[name] = (levers, policy_levers.own(chosen, levers))
    lived, seen, unseen = trials.divided(chosen, lives, fresh)
    from experiments import runner

    lived = settled(runner.prepared(lived))
    writable(work)

    def search(tell: Callable[[int], None]) -> list[Reported]:
        with trials.Trials(lived, trials.store_of(lived, work), frozenset(seen)) as model:
            return optimal.optimise(model, task, free, seen, unseen, tell)

    total = evaluations * len(free) + len(unseen)
    found: list[Reported] = with_progress("Searching", total, search)
    if as_json:
        print(json.dumps(as_data(lived, task, found, lives), indent=1))
        return
    from experiments import printing_optimal

    printing_optimal.optimum(lived, task, found, lives)


def _chosen(
    file: Path | None, only: list[str] | None, persons: int, months: int, central: bool
) -> Scenario:
    """The scenario with the variants that are asked for, those without instruments left out."""
    from scenarios.scenario import NULL

    found = scenario_of(file, persons=persons, months=months, members=0 if central else None)
    wanted = only or [v for v in found.names() if v != NULL and found.variants[v]]
    for name in wanted:
        if not found.variants.get(name):
            known = ", ".join(v for v in found.names() if v != NULL)
            raise ValueError(f"--variant {name}: no variant with instruments; there are {known}")
    if not wanted:
        raise ValueError("no variant with instruments: there is nothing to set for the best")
    return found.model_copy(update={"variants": {v: found.variants[v] for v in wanted}})


def as_data(
    scenario: Scenario, task: Task, found: list[Reported], lives: int
) -> dict[str, Any]:  # fmt: skip
    """The answer as plain data, unrounded; infinite bounds as null."""
    from experiments.optimal import FRESH, NEAR
    from experiments.trials import OBJECTIVES

    chosen = OBJECTIVES[task.objective]
    return {
        "title": scenario.title, "budget_eur": task.budget, "budget_year": task.year,
        "years": list(task.years), "objective": task.objective, "label": chosen.label,
        "unit": "pp" if chosen.unit == "pp" else "persons", "evaluations": task.evaluations,
        "seed": task.seed, "persons": scenario.persons, "lives": lives,
        "fresh_lives": found[0].best.size, "solved_within": NEAR, "tolerance": FRESH,
        "variants": {r.searched.variant: _one(scenario, r) for r in found},
    }  # fmt: skip


def _one(scenario: Scenario, r: Reported) -> dict[str, Any]:
    from experiments.estimates import as_data as plain
    from experiments.optimal import band, flat
    from experiments.policy_levers import told

    s = r.searched

    def side(which: str, gains: Any, costs: Any) -> dict[str, Any]:
        trial = getattr(s, which)
        asked = trial.question
        return {
            "levers": told(scenario, s.variant, asked.setting, asked.factor),
            "factor": asked.factor, "met": trial.met, "when_chosen": float(trial.gains.mean()),
            "gain": plain(band(gains)), "cost_eur": plain(band(costs)),
            "mean_cost_eur": float(costs.mean()), "met_on_fresh_lives": r.kept(costs),
        }  # fmt: skip

    wins = r.wins
    ranges = flat(scenario, s)
    return {
        "best": side("best", r.best, r.best_cost), "rule": side("rule", r.rule, r.rule_cost),
        "best_is_rule": r.is_rule,
        "difference": plain(band(r.best - r.rule)) if r.comparable else None,
        "beats_rule": wins and {"share": wins[0], "low": wins[1], "high": wins[2]},
        "settings_tried": len(s.trials), "settings_alike": len(s.alike),
        "alike": {name: list(ends) for name, ends in ranges.items()},
        "searched": {one.name: list(one.values or (one.low, one.high)) for one in s.levers},
    }  # fmt: skip
