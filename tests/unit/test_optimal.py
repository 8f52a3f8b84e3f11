"""The best setting at a budget: on a stand-in for the model whose optimum is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from calibration.store import Kept, Store
from experiments import optimal, policy_levers, same
from experiments.estimates import Array
from experiments.optimal import Reported, Task
from experiments.policy_levers import Lever
from experiments.trials import OBJECTIVES, Question, Trials, divided, years_of
from scenarios.scenario import Scenario, load

BUDGET = 100e6
PEAK = 0.3  # the place in every range at which a euro gains most
YEARS = (2027, 2028)
SEEN, FRESH = (0, 2, 4, 6), (1, 3, 5, 7, 8, 9, 10, 11)
LEVERS = [Lever("a.x", "EUR", 0.0, 1000.0), Lever("a.y", "share", 0.0, 1.0)]
OWN = {"a.x": 900.0, "a.y": 0.9}


@dataclass
class Known:
    """A stand-in: cost is the factor times 50 mln EUR times 1 + x, up to `most`; what a euro gains
    falls with the square of the distance to the peak. Lives differ by a factor of their own, and
    by `noise` that they share with no setting.
    """

    most: float = math.inf
    noise: float = 0.0
    asked: list[tuple[Question, tuple[int, ...]]] = field(default_factory=list)

    def ask(
        self,
        lives: Sequence[int],
        questions: Sequence[Question],
        tell: Callable[[], None] = lambda: None,
    ) -> Array:
        self.asked += [(q, tuple(lives)) for q in questions]
        for _ in lives:
            tell()
        return np.array([[self._one(k, q) for k in lives] for q in questions])

    def _one(self, life: int, asked: Question) -> list[float]:
        at = np.array(
            [lever.place(asked.setting.get(lever.name, OWN[lever.name])) for lever in LEVERS]
        )
        cost = min(asked.factor * 50e6 * (1 + at[0]), self.most)
        luck = np.random.default_rng([life, int(1e6 * at.sum())]).standard_normal()
        gain = cost / 1e3 * math.exp(-float(((at - PEAK) ** 2).sum()))
        gain = gain * (1 + 0.1 * math.sin(life)) + self.noise * luck
        spent = cost * (1 + 0.01 * math.sin(life))
        return [gain, gain / 2, gain / 1e5, 0.8 * spent, 1.2 * spent]


def task(**changes: object) -> Task:
    given: dict[str, object] = {"budget": BUDGET, "objective": "extra_learners", "years": YEARS}
    return optimal.checked(Task(**{**given, "evaluations": 40, **changes}))  # type: ignore[arg-type]


def found(
    model: Known,
    own: Mapping[str, float] = OWN,
    levers: Sequence[Lever] = LEVERS,
    **changes: object,
) -> Reported:
    return optimal.optimise(model, task(**changes), {"a": (levers, own)}, SEEN, FRESH)[0]


def test_the_known_optimum_is_found() -> None:
    best = found(Known()).searched.best
    for lever in LEVERS:
        assert lever.place(best.question.setting[lever.name]) == pytest.approx(PEAK, abs=0.1)


def test_every_setting_is_brought_to_the_budget() -> None:
    searched = found(Known()).searched
    assert len(searched.trials) <= 40
    for trial in searched.trials:
        assert trial.met
        assert trial.costs.mean() == pytest.approx(BUDGET, rel=optimal.NEAR)


def test_the_budget_of_one_year_is_that_of_this_year() -> None:
    one, mean = found(Known(), year=2028), found(Known())
    assert one.searched.rule.costs.mean() == pytest.approx(BUDGET, rel=optimal.NEAR)
    ratio = one.searched.rule.question.factor / mean.searched.rule.question.factor
    assert ratio == pytest.approx(1 / 1.2, rel=0.02)


def test_the_same_seed_gives_the_same_search_and_another_one_does_not() -> None:
    one, again, other = (found(Known(noise=500.0), seed=seed) for seed in (3, 3, 4))
    asked = [[t.question for t in r.searched.trials] for r in (one, again, other)]
    assert asked[0] == asked[1] != asked[2]
    np.testing.assert_array_equal(one.best, again.best)


def test_the_first_trial_is_the_simple_rule() -> None:
    searched = found(Known()).searched
    assert searched.rule.question.setting == OWN
    assert searched.rule.question.factor == pytest.approx(2 / 1.9, rel=0.02)


def test_the_report_rests_on_lives_that_the_search_never_saw() -> None:
    model = Known()
    report = found(model)
    assert {lives for _, lives in model.asked[:-2]} == {SEEN}
    assert [lives for _, lives in model.asked[-2:]] == [FRESH, FRESH]
    assert report.best.size == len(FRESH)
    assert report.kept(report.best_cost)


def test_the_luck_of_the_choice_is_not_in_the_report() -> None:
    """Where luck is most of a gain, the best looks better on the lives of the choice."""
    report = found(Known(noise=20_000.0))
    chosen = float(report.searched.best.gains.mean() - report.searched.rule.gains.mean())
    fresh = float((report.best - report.rule).mean())
    assert chosen > fresh
    assert report.wins is not None
    share, low, high = report.wins
    assert low < share < high


def test_a_clear_optimum_beats_the_rule_and_few_settings_are_like_it() -> None:
    report = found(Known())
    assert report.wins is not None
    assert report.wins[0] == 1.0
    assert 0.7 < report.wins[1] < report.wins[2] <= 1.0
    rough = found(Known(noise=20_000.0))
    assert len(report.searched.alike) < len(rough.searched.alike)


def test_nothing_better_than_the_rule_is_said_to_be_the_rule() -> None:
    report = found(Known(), {}, [])  # nothing is free
    assert report.is_rule
    assert report.wins is None
    at_peak = found(Known(), {"a.x": 300.0, "a.y": 0.3}).searched
    gained = at_peak.best.gains.mean() / at_peak.rule.gains.mean()
    assert gained == pytest.approx(1.0, abs=2 * optimal.NEAR)  # what the budget leaves open


def test_what_cannot_spend_the_budget_ranks_behind_what_can() -> None:
    near, far, met = (
        optimal.Trial(Question("a", {}, 1.0), np.full(2, gain), np.full(2, BUDGET), miss)
        for gain, miss in ((9e8, -0.5), (9e8, -2.0), (-5e3, 0.0))
    )
    assert met.rank < near.rank < far.rank


def test_what_does_not_spend_the_same_is_not_compared() -> None:
    short, met = (optimal.Trial(Question("a", {}, 1.0), np.ones(2), np.ones(2), miss)
                  for miss in (-0.5, 0.0))  # fmt: skip
    for trials_ in ([short, met], [short]):
        searched = optimal.Searched("a", [], trials_)
        report = Reported(searched, np.full(2, 2.0), np.ones(2), np.ones(2), np.ones(2), BUDGET)
        assert not report.comparable
        assert report.wins is None


def test_a_budget_out_of_reach_is_said_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"--budget = 1e\+08: no setting .* nearest: a 50 mln"):
        found(Known(most=50e6))


def test_little_is_asked_where_more_generosity_buys_nothing() -> None:
    model = Known(most=50e6)
    with pytest.raises(ValueError, match="--budget"):
        found(model, evaluations=4)
    assert len(model.asked) < 4 * 7


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget": 0.0}, "--budget = 0: give EUR a year"),
        ({"budget": math.nan}, "--budget = nan"),
        ({"objective": "happiness"}, "--objective happiness: there are extra_learners"),
        ({"year": 2040}, "--year = 2040: whole years after introduction are 2027 to 2028"),
        ({"evaluations": 2}, "--evaluations 2: give 4 or more"),
    ],
)
def test_a_task_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        task(**changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("amount=2:3", "give it as voucher.amount=200:2000"),
        ("voucher.amount=a:b", "'a:b' are no numbers"),
        ("voucher.amount=5:2", "give the lowest and the highest"),
        ("voucher.amount=5", "give two values or more"),
        ("voucher.amount=-5:10", "allowed is 0 to 100000 EUR"),
        ("voucher.colour=1:2", "the instrument voucher has no 'colour'"),
        ("stap.amount=1:2", "no instrument of a variant; there are voucher, leerrekening"),
        ("voucher.budget=1:2", "voucher.budget is what the budget is met with"),
        ("voucher.age_from=20:70", "age_from: 70 is not below age_to"),
    ],
)
def test_a_lever_that_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"--lever {text}: .*{message}"):
        policy_levers.asked([text], load())


def names(scenario: Scenario, variant: str, *words: str) -> list[str]:
    asked = policy_levers.asked(words, scenario)
    return [lever.name for lever in policy_levers.of_variant(scenario, variant, asked)]


def test_our_levers_are_within_what_the_parameters_allow() -> None:
    scenario = load()
    assert names(scenario, "voucher") == [
        "voucher.amount", "voucher.own_share", "voucher.education_to",
    ]  # fmt: skip
    for variant in ("leerrekening", "leerrecht"):
        assert len(names(scenario, variant)) >= 3


def test_a_combination_has_the_mix_and_one_lever_of_each() -> None:
    assert names(load(), "together") == [
        "voucher.amount", "leerrekening.deposit_low", "leerrecht.time_share",
        "leerrekening.deposit", "leerrecht.university",
    ]  # fmt: skip


def test_the_command_line_replaces_a_lever_and_adds_one() -> None:
    scenario = load()
    asked = policy_levers.asked(["voucher.amount=200:400", "voucher.rejected=0,0.2"], scenario)
    levers = {one.name: one for one in policy_levers.of_variant(scenario, "voucher", asked)}
    assert (levers["voucher.amount"].low, levers["voucher.amount"].high) == (200, 400)
    assert levers["voucher.rejected"].values == (0, 0.2)
    assert names(scenario, "together", "voucher.rejected=0,0.2")[1] == "voucher.rejected"


def test_a_setting_is_applied_with_the_mix_and_the_factor() -> None:
    scenario = load()
    setting = {"voucher.amount": 700.0, "leerrecht.university": 0.5}
    assert policy_levers.told(scenario, "together", setting, 0.25) == {
        "voucher.budget": 40e6, "leerrekening.deposit": 125.0, "leerrecht.university": 5_000.0,
        "voucher.amount": 700.0,
    }  # fmt: skip
    assert scenario.policy("voucher").values["amount"] == 1000.0


@pytest.mark.parametrize("u", [0.0, 0.2, 0.6, 1.0])
def test_a_place_in_a_range_is_found_again(u: float) -> None:
    for lever in (LEVERS[0], Lever("m", "", 1 / 16, 16.0, log=True)):
        assert lever.place(lever.value(u)) == pytest.approx(u)
    choice = Lever("c", "", 2.0, 5.0, (2.0, 5.0))
    assert choice.value(u) == (2.0 if u < 0.5 else 5.0)
    assert choice.value(choice.place(choice.value(u))) == choice.value(u)


def test_lives_are_divided_over_the_ensemble() -> None:
    lived, seen, fresh = divided(load(), 3, 9)
    assert (lived.uncertainty.members, lived.seeds.count) == (12, 1)
    assert sorted(seen + fresh) == list(range(12))
    assert (len(seen), min(np.diff(seen))) == (3, 2)
    lived, seen, fresh = divided(load().changed(members=0), 2, 2)
    assert (lived.seeds.count, len(seen), len(fresh)) == (4, 2, 2)


def test_what_is_in_the_store_is_not_lived_again(tmp_path: Path) -> None:
    scenario, asked = load(), Question("voucher", {"voucher.amount": 700.0}, 1.5)
    figures = tuple(map(float, range(len(OBJECTIVES) + 2)))
    with Trials(scenario, Store(tmp_path, {"problem": "one"})) as model:
        for life in (0, 1):
            model.store.keep(f"voucher {life} {asked.key}", asked.setting, Kept({}, figures, 0))
        np.testing.assert_array_equal(model.ask((0, 1), [asked]), [[figures, figures]])
        assert not model._pools


def test_less_than_a_year_is_refused() -> None:
    with pytest.raises(ValueError, match="--months: 6: give 12 or more"):
        years_of(load().changed(months=6))
    assert years_of(load().changed(months=30)) == [2027, 2028]


def test_a_root_is_sought_from_where_one_was() -> None:
    tried: list[float] = []

    def miss(x: float) -> float:
        tried.append(x)
        return x - 2.0

    assert same.root(miss, begin=1.9) == pytest.approx(2.0, abs=0.01)
    assert len(set(tried)) <= 4
