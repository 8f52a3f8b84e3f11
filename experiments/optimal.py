"""The best setting of every variant at a budget, sought on some lives and reported on others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from scipy.optimize import minimize
from scipy.stats import beta, qmc
from scipy.stats import t as student

from experiments import same
from experiments.estimates import Array, Estimate, quantiles
from experiments.policy_levers import Lever, told
from experiments.trials import OBJECTIVES, Question
from scenarios.scenario import Scenario

NEAR = 0.01  # share of the budget at which solving its factor stops
FRESH = 0.05  # share of the budget within which it counts as met on fresh lives
FIRST = 0.5  # share of the evaluations that is spread over all ranges before the descent
STEP = 0.25  # of a range: the first simplex of the descent
LEAST = 4  # evaluations
_NO_COST = 1e-12  # share of the budget that stands for nothing spent
_OUT_OF_REACH = 1e9  # more than any gain: ranks what misses the budget behind all that meets it


class Model(Protocol):
    """What answers: [question, life, figure], the gain by objective and then the cost by year."""

    def ask(
        self,
        lives: Sequence[int],
        questions: Sequence[Question],
        tell: Callable[[], None] = lambda: None,
    ) -> Array:
        """The figures of every question in every life."""
        ...


@dataclass(frozen=True)
class Task:
    """What is sought: EUR a year above the null, in a year or in the mean of all `years`."""

    budget: float
    objective: str
    years: Sequence[int]
    year: int | None = None
    evaluations: int = 20  # settings tried of every variant, each brought to the budget
    seed: int = 1

    def gains(self, answers: Array) -> Array:
        """The objective's figure of answers."""
        return np.asarray(answers[..., list(OBJECTIVES).index(self.objective)])

    def costs(self, answers: Array) -> Array:
        """EUR a year."""
        spent = answers[..., len(OBJECTIVES) :]
        if self.year is None:
            return np.asarray(spent.mean(axis=-1))
        return np.asarray(spent[..., list(self.years).index(self.year)])


def checked(task: Task) -> Task:
    """The task; ValueError with one line when it cannot be one."""
    if not 0 < task.budget < 1e12:
        raise ValueError(f"--budget = {task.budget:g}: give EUR a year, above 0, as 200e6")
    if task.objective not in OBJECTIVES:
        raise ValueError(f"--objective {task.objective}: there are {', '.join(OBJECTIVES)}")
    if task.year is not None and task.year not in task.years:
        raise ValueError(
            f"--year = {task.year}: whole years after introduction are {task.years[0]} to "
            f"{task.years[-1]}"
        )
    if task.evaluations < LEAST:
        raise ValueError(f"--evaluations {task.evaluations}: give {LEAST} or more")
    return task


@dataclass(frozen=True)
class Trial:
    """A setting brought to the budget, in the lives of the search."""

    question: Question
    gains: Array  # by life
    costs: Array
    miss: float  # log of mean cost over budget

    @property
    def met(self) -> bool:
        """Whether it comes to the budget."""
        return abs(math.expm1(self.miss)) <= same.CLOSE

    @property
    def rank(self) -> float:
        """What is to be as low as it can: minus the gain; of a setting that misses the budget, by
        how much it does, behind all that meet it.
        """
        return -float(self.gains.mean()) if self.met else _OUT_OF_REACH + abs(self.miss)


@dataclass(frozen=True)
class Searched:
    """The trials of a variant, the simple rule first."""

    variant: str
    levers: Sequence[Lever]
    trials: Sequence[Trial]

    @property
    def rule(self) -> Trial:
        """The scenario's own setting, its generosity times one factor."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """The trial that gains most at the budget; where none meets it, the nearest to it."""
        return min(self.trials, key=lambda trial: trial.rank)

    @property
    def alike(self) -> list[Trial]:
        """The trials that the lives of the search cannot tell from the best: the mean of their
        paired difference is within the upper end of its 90% interval (Student t).
        """
        best, n = self.best, self.best.gains.size
        found = []
        for trial in self.trials:
            if not trial.met and trial is not best:
                continue
            less = best.gains - trial.gains
            error = float(less.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf
            noise = float(student.ppf(0.95, n - 1)) * error if n > 1 else math.inf
            if trial is best or float(less.mean()) <= noise:
                found.append(trial)
        return found


@dataclass
class Search:
    """The search for one variant.

    The budget is a constraint that every trial is made to meet, by solving the factor on the
    variant's generosity as `llo compare --same-budget` does, rather than a penalty: under common
    random numbers the cost of given lives rises with the factor, so that a few lives find it to 1%;
    a penalty would need a weight, and would mix the noise of the cost into the objective. A setting
    at which the budget cannot be spent ranks behind all that spend it, by how much it misses (the
    rule of Deb 2000). The optimiser sees ranks and nothing else: a Latin hypercube over all ranges,
    then a Nelder-Mead descent from the best of it, which compares values only. So neither steps of
    single persons in a gain, nor that ranking, mislead it as they would a method of gradients or of
    fitted surfaces.
    """

    model: Model
    task: Task
    lives: Sequence[int]
    variant: str
    levers: Sequence[Lever]
    tell: Callable[[], None] = lambda: None
    trials: dict[tuple[float, ...], Trial] = field(default_factory=dict)
    _begin: float = 0.0

    def run(self, own: Mapping[str, float]) -> Searched:
        """The trials; `own` is the setting of the scenario itself."""
        self._try(own)
        dims, left = len(self.levers), self.task.evaluations - 1
        first = max(round(FIRST * left), 1)
        if dims:
            cube = qmc.LatinHypercube(dims, seed=self.task.seed).random(first)
            ranks = [self._rank(row) for row in cube]
            begin = cube[int(np.argmin(ranks))]
            at_own = np.array([lever.place(own[lever.name]) for lever in self.levers])
            if self._try(own).rank < min(ranks):
                begin = at_own
            self._descend(begin, left - first)
        return Searched(self.variant, self.levers, list(self.trials.values()))

    def _descend(self, begin: Array, left: int) -> None:
        if left < 1:
            return
        simplex = np.tile(begin, (begin.size + 1, 1))
        for k in range(begin.size):  # inwards, where there is room
            simplex[k + 1, k] += STEP if begin[k] < 0.5 else -STEP
        most = len(self.trials) + left

        def rank(place: Array) -> float:
            if len(self.trials) >= most:
                raise StopIteration
            return self._rank(place)

        options: Any = {"initial_simplex": simplex, "xatol": 0.02, "fatol": math.inf,
                        "maxfev": 20 * left}  # fmt: skip
        try:
            minimize(rank, begin, method="Nelder-Mead", bounds=[(0, 1)] * begin.size,
                     options=options)  # fmt: skip
        except StopIteration:
            return

    def _rank(self, place: Array) -> float:
        setting = {
            lever.name: lever.value(float(u)) for lever, u in zip(self.levers, place, strict=True)
        }
        return self._try(setting).rank

    def _try(self, setting: Mapping[str, float]) -> Trial:
        """The trial of a setting: lived once, and asked for as often as one likes."""
        key = tuple(setting.values())
        if key not in self.trials:
            self.trials[key] = self._brought(setting)
            self.tell()
        return self.trials[key]

    def _brought(self, setting: Mapping[str, float]) -> Trial:
        tried: dict[float, Array] = {}

        def missed(x: float) -> float:
            """The log of cost over budget."""
            if x not in tried:
                asked = Question(self.variant, setting, math.exp(x))
                tried[x] = self.model.ask(self.lives, [asked])[0]
            ratio = float(self.task.costs(tried[x]).mean()) / self.task.budget
            return math.log(max(ratio, _NO_COST))

        def near(x: float) -> float:
            found = missed(x)
            return 0.0 if abs(math.expm1(found)) <= NEAR else found

        x = same.root(near, self._begin)
        miss = missed(x)
        found = Trial(Question(self.variant, setting, math.exp(x)), self.task.gains(tried[x]),
                      self.task.costs(tried[x]), miss)  # fmt: skip
        if found.met:
            self._begin = x
        return found


@dataclass(frozen=True)
class Reported:
    """A variant on lives that its search has not seen."""

    searched: Searched
    best: Array  # the objective by fresh life
    rule: Array
    best_cost: Array
    rule_cost: Array
    budget: float

    @property
    def reached(self) -> bool:
        """Whether some setting spends the budget."""
        return self.searched.best.met

    @property
    def is_rule(self) -> bool:
        """Whether nothing that was tried gained more than the simple rule."""
        return self.searched.best is self.searched.rule

    def kept(self, costs: Array) -> bool:
        """Whether the mean cost of fresh lives is the budget, but for the stated tolerance."""
        return abs(float(costs.mean()) / self.budget - 1) <= FRESH

    @property
    def comparable(self) -> bool:
        """Whether the best setting and the simple rule both spend the budget."""
        return self.searched.best.met and self.searched.rule.met

    @property
    def wins(self) -> tuple[float, float, float] | None:
        """The share of fresh lives in which it gains more than the simple rule (a tie counts half),
        and Jeffreys' 90% interval of it; None when it is the rule, or one misses the budget.
        """
        if self.is_rule or not self.comparable:
            return None
        n = self.best.size
        won = float((self.best > self.rule).sum() + 0.5 * (self.best == self.rule).sum())
        low, high = (float(beta.ppf(p, won + 0.5, n - won + 0.5)) for p in (0.05, 0.95))
        return won / n, low, high


def band(per_life: Array) -> Estimate:
    """The median of lives and the band of nine in ten of them."""
    low, middle, high = quantiles(per_life)
    return Estimate(middle, low, high, of_lives=True)


def flat(scenario: Scenario, searched: Searched) -> dict[str, tuple[float, float]]:
    """How flat the optimum is: the lowest and the highest value of every lever among the settings
    that the lives of the search cannot tell from the best.
    """
    asked = [trial.question for trial in searched.alike]
    values = [told(scenario, q.variant, q.setting, q.factor) for q in asked]
    return {name: (min(v[name] for v in values), max(v[name] for v in values))
            for name in values[0]}  # fmt: skip


def optimise(
    model: Model,
    task: Task,
    free: Mapping[str, tuple[Sequence[Lever], Mapping[str, float]]],
    seen: Sequence[int],
    fresh: Sequence[int],
    tell: Callable[[int], None] = lambda done: None,
) -> list[Reported]:
    """The best setting of every variant in `free` (its levers, and the scenario's own setting).

    It is chosen on the lives `seen` and reported on `fresh` ones, so that the luck by which a
    setting was chosen is not in its report. `tell` is told how many settings and fresh lives are
    done. Raises ValueError when no variant can spend the budget.
    """
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        tell(done)

    found = []
    for k, (variant, (levers, own)) in enumerate(free.items(), 1):
        found.append(Search(model, task, seen, variant, levers, one_more).run(own))
        done = k * task.evaluations
        tell(done)
    if not any(s.best.met for s in found):
        most = ", ".join(f"{s.variant} {s.best.costs.mean() / 1e6:,.0f} mln" for s in found)
        raise ValueError(
            f"--budget = {task.budget:g}: no setting that was tried comes to it; nearest: {most}"
        )
    questions = [trial.question for s in found for trial in (s.best, s.rule)]
    answers = model.ask(fresh, questions, one_more)
    gains, costs = task.gains(answers), task.costs(answers)
    return [
        Reported(s, gains[2 * k], gains[2 * k + 1], costs[2 * k], costs[2 * k + 1], task.budget)
        for k, s in enumerate(found)
    ]
