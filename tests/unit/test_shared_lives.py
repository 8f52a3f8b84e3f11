"""Lives that runs of a study share: what a run comes to is the same, and less is lived for it."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sweeps import factors, lives
from experiments.sweeps.lives import Lives
from scenarios.scenario import NULL, Scenario, load
from simulator.measures import Measured
from simulator.model import LearningModel

SEED = 5
BEFORE, AFTER = 24, 24  # months


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Two variants, each with one instrument of its own."""
    world = load()
    own = {v: world.variants[v] for v in ("voucher", "leerrekening")}
    time = world.time.model_copy(update={"spin_up_months": 12, "years_before": 1, "years_after": 2})
    return world.changed(persons=2_000, seeds=1, members=0).model_copy(
        update={"variants": own, "time": time, "months_before": None, "months_after": None}
    )


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The months that models live, one by one."""
    months: list[int] = []
    step = LearningModel.step

    def counted(model: LearningModel) -> None:
        months.append(model.t)
        step(model)

    monkeypatch.setattr(LearningModel, "step", counted)
    return months


def told(lived: list[int]) -> int:
    """Months lived since this was last asked."""
    many = len(lived)
    lived.clear()
    return many


def same(one: Measured, other: Measured) -> None:
    (data, coords), (expected, where) = one, other
    assert data.keys() == expected.keys()
    assert coords.keys() == where.keys()
    for name, (dims, values) in data.items():
        assert dims == expected[name][0]
        np.testing.assert_array_equal(values, expected[name][1], err_msg=name)
    for name, values in coords.items():
        np.testing.assert_array_equal(values, where[name], err_msg=name)


def alone(scenario: Scenario) -> Measured:
    return Lives(keeps=False).of(scenario, SEED)


def with_values(scenario: Scenario, **values: float) -> Scenario:
    return factors.applied(scenario, {k.replace("__", "."): v for k, v in values.items()})


def test_a_lever_costs_the_months_of_its_variant_alone(
    scenario: Scenario, lived: list[int]
) -> None:
    kept = Lives(keeps=True)
    same(kept.of(scenario, SEED), alone(scenario))
    assert told(lived) == 2 * (BEFORE + 3 * AFTER)
    changed = with_values(scenario, leerrekening__deposit=900.0)
    found = kept.of(changed, SEED)
    assert told(lived) == AFTER  # of the leerrekening: the null and the voucher are as they were
    same(found, alone(changed))
    usual = kept.of(scenario, SEED)
    told(lived)
    assert kept.of(scenario, SEED)[0].keys() == usual[0].keys()
    assert told(lived) == 0
    cost = found[0]["awards_eur"][1] - usual[0]["awards_eur"][1]
    assert cost[2].sum() > 0.0  # the lever does something
    assert not cost[:2].any()


def test_what_people_are_like_or_have_anyway_is_lived_from_the_start(
    scenario: Scenario, lived: list[int]
) -> None:
    kept, whole = Lives(keeps=True), BEFORE + 3 * AFTER
    kept.of(scenario, SEED)
    told(lived)
    standing = scenario.standing[0]
    lever = f"{standing}__{scenario.policy(standing).lever}"
    half = scenario.policy(standing).values[scenario.policy(standing).lever] / 2
    for changed in (
        with_values(scenario, action__pi=700.0),
        with_values(scenario, **{lever: half}),
        scenario.changed(persons=2_001),
    ):
        found = kept.of(changed, SEED)
        assert told(lived) == whole
        same(found, alone(changed))
        told(lived)
    kept.of(scenario, SEED + 1)
    assert told(lived) == whole


def test_no_more_persons_are_kept_than_are_allowed(scenario: Scenario, lived: list[int]) -> None:
    kept, rich = Lives(keeps=True, kept=4_500), with_values(scenario, leerrekening__deposit=900.0)
    for seed in (1, 2, 3):  # two lives of 2,000 persons fit in
        kept.of(scenario, seed)
    told(lived)
    kept.of(rich, 3)
    kept.of(rich, 2)
    assert told(lived) == 2 * AFTER
    kept.of(rich, 1)
    assert told(lived) == BEFORE + 3 * AFTER
    small = Lives(keeps=True, kept=1_000)
    small.of(scenario, 1)
    told(lived)
    small.of(rich, 1)
    assert told(lived) == BEFORE + 3 * AFTER  # too many to be kept at all


def test_a_future_that_fails_spoils_nothing_for_the_next(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Lives(keeps=True)
    kept.of(scenario, SEED)
    rich, step = with_values(scenario, leerrekening__deposit=900.0), LearningModel.step

    def fails(model: LearningModel) -> None:
        step(model)
        if model.t == BEFORE + 7:
            raise ArithmeticError("a cent is lost")

    with monkeypatch.context() as broken:
        broken.setattr(LearningModel, "step", fails)
        with pytest.raises(ArithmeticError, match="a cent"):
            kept.of(rich, SEED)
    same(kept.of(rich, SEED), alone(rich))


def test_intercepts_of_the_same_values_are_sought_once() -> None:
    kept, asked = Lives(keeps=True), []

    def solve() -> dict[str, float]:
        asked.append(1)
        return {"stages.a12": float(len(asked))}

    first = kept.met(1, {"action.pi": 1.0}, {"stages.a12": 0.0}, solve)
    assert kept.met(1, {"action.pi": 1.0}, {"stages.a12": 0.0}, solve) == first
    for changed in ((2, 1.0, 0.0), (1, 2.0, 0.0), (1, 1.0, 0.5)):
        seed, pi, begin = changed
        assert kept.met(seed, {"action.pi": pi}, {"stages.a12": begin}, solve) != first
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leerrekening.deposit", True),
        ("action.pi", False),
        ("ensemble", False),
        ("instruments.hassle", False),  # of those too that are in force anyway
        ("instruments.saving", True),
    ],
)
def test_factors_of_variants_are_told_from_others(
    scenario: Scenario, name: str, expected: bool
) -> None:
    assert factors.of_variants(name, scenario) is expected
    in_force = [f"{n}.{scenario.policy(n).lever}" for n in scenario.standing]
    assert not any(factors.of_variants(n, scenario) for n in in_force)


def test_what_decides_a_life_is_told_apart(scenario: Scenario) -> None:
    rich = with_values(scenario, leerrekening__deposit=900.0)
    assert lives.shared(rich) == lives.shared(scenario)
    assert lives.shared(with_values(scenario, instruments__saving=0.5)) == lives.shared(scenario)
    assert lives.shared(with_values(scenario, instruments__hassle=0.5)) != lives.shared(scenario)
    assert lives.given(scenario, NULL) == "[]"
    assert lives.given(rich, "voucher") == lives.given(scenario, "voucher")
    assert lives.given(rich, "leerrekening") != lives.given(scenario, "leerrekening")
