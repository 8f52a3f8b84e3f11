"""Employers: their own stages of change, training money, and what their workers notice of it."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import codes, draws, ledger
from simulator.behaviour import action, employer_stages, employer_training, plans, register
from simulator.columns import EMPLOYERS, OF_EMPLOYER, table
from simulator.kernel import Kernel
from simulator.laws import Names
from simulator.model import LearningModel
from simulator.policies.oeno_fonds import OenoFonds
from simulator.policies.slim import Slim
from simulator.policies.voucher import Voucher
from simulator.record import load_checkpoint, save_checkpoint
from simulator.wiring import SCALARS, STATE, resolve

Make = Callable[..., LearningModel]
P = employer_stages.PARAMETERS.tuple()
PLANS, ACTION = plans.PARAMETERS.tuple(), action.PARAMETERS.tuple()
TRAINING = employer_training.PARAMETERS.tuple()
STAGES = tuple(codes.STAGES)
NEVER = -10_000


def logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


def logit(p: float) -> float:
    return log(p / (1.0 - p))


def turn(
    stage: int,
    u: float,
    *,
    row: int = 1,
    culture: float = 0.0,
    hr: int = 0,
    until: int = NEVER,
    cycle: float = 0.0,
) -> int:
    """The stage of an employer a month later, in month 5."""
    return int(employer_stages.change_mind(row, stage, culture, hr, until, cycle, 5, u, P)[0])


# Stage -> (the next one and its chance, the one before and its chance), all covariates 0.
FORWARD = {1: logistic(P.a12), 2: logistic(P.a23), 3: logistic(P.a34), 4: P.settle, 5: 0.0}
BACK = {1: 0.0, 2: logistic(P.a21), 3: logistic(P.a21), 4: 0.0, 5: P.relapse}
BACK_TO = {2: 1, 3: 2, 5: 2}


@pytest.mark.parametrize("stage", STAGES)
def test_the_low_end_of_the_draw_is_forward_and_the_high_end_back(stage: int) -> None:
    ahead, behind = FORWARD[stage], BACK[stage]
    if ahead:
        assert turn(stage, ahead * (1 - 1e-9)) == stage + 1
        assert turn(stage, ahead * (1 + 1e-9)) == stage
    if behind:
        assert turn(stage, 1 - behind * (1 - 1e-9)) == BACK_TO[stage]
        assert turn(stage, 1 - behind * (1 + 1e-9)) == stage


@given(
    stage=st.sampled_from(STAGES),
    u=st.floats(0, 1, exclude_min=True, exclude_max=True),
    culture=st.floats(-3, 3),
    hr=st.integers(0, 1),
    cycle=st.floats(-3, 3),
)
def test_an_employer_moves_one_step_or_loses_the_habit_and_support_never_sends_it_back(
    stage: int, u: float, culture: float, hr: int, cycle: float
) -> None:
    alone = turn(stage, u, culture=culture, hr=hr, cycle=cycle)
    helped = turn(stage, u, culture=culture, hr=hr, cycle=cycle, until=6)
    for found in (alone, helped):
        assert abs(found - stage) <= 1 or (stage, found) == (5, 2)
    assert helped >= alone
    assert turn(stage, u, culture=culture, hr=hr, cycle=cycle, until=5) == alone  # it has ended


@pytest.mark.parametrize(
    ("more", "push"),
    [({"culture": 1.0}, P.culture), ({"hr": 1}, P.hr), ({"until": 6}, P.treated),
     ({"culture": 1.0, "hr": 1, "until": 6}, P.culture + P.hr + P.treated)],
    ids=["culture", "hr", "support", "all"],
)  # fmt: skip
def test_culture_hr_and_support_push_forward_and_hold_back_less(
    more: dict[str, float], push: float
) -> None:
    for stage, level in ((1, P.a12), (2, P.a23), (3, P.a34)):
        chance = logistic(level + push)
        assert turn(stage, chance * (1 - 1e-9), **more) == stage + 1  # type: ignore[arg-type]
        assert turn(stage, chance * (1 + 1e-9), **more) == stage  # type: ignore[arg-type]
        assert chance > logistic(level)
    back = logistic(P.a21 - push)
    for stage in (2, 3):
        assert turn(stage, 1 - back * (1 - 1e-9), **more) == stage - 1  # type: ignore[arg-type]
        assert turn(stage, 1 - back * (1 + 1e-9), **more) == stage  # type: ignore[arg-type]
    assert back < logistic(P.a21)


def test_a_boom_brings_plans_to_be_carried_out_and_moves_no_other_stage() -> None:
    between = logistic(P.a34) * 1.01
    assert turn(codes.PREPARATION, between) == codes.PREPARATION
    assert turn(codes.PREPARATION, between, cycle=1.0) == codes.ACTION
    for stage in set(STAGES) - {codes.PREPARATION}:
        for u in np.linspace(0.0005, 0.9995, 1000):
            assert turn(stage, u, cycle=3.0) == turn(stage, u, cycle=-3.0) == turn(stage, u)


def chain() -> np.ndarray:
    """The monthly chances from stage to stage that the laws state, all covariates 0."""
    found = np.zeros((5, 5))
    for stage in STAGES:
        if FORWARD[stage]:
            found[stage - 1, stage] = FORWARD[stage]
        if BACK[stage]:
            found[stage - 1, BACK_TO[stage] - 1] = BACK[stage]
    found[np.arange(5), np.arange(5)] = 1.0 - found.sum(axis=1)
    return found


def test_stages_settle_at_the_stationary_shares_of_the_exact_chain(chance) -> None:
    rows, months = 20_001, 1_200
    columns = table(EMPLOYERS)
    firms = {n: np.full(rows, c.start, c.dtype) for n, c in columns.items()}
    names = Names(columns, {}, {}, {o.owner: tuple(o) for o in register.OWNERS}, (*SCALARS, *STATE))
    loop = Kernel((employer_stages.change_mind,), names).bind(firms, {}, resolve({}))
    drivers, key = dict.fromkeys(names.drivers, 0.0), draws.key(12)
    active = [loop.sweep(t, key, drivers)["employers_active"] for t in range(months)]
    lived = np.linalg.matrix_power(chain(), months)
    shares = lived[0]
    assert np.abs(lived - shares).max() < 1e-6  # where an employer began is forgotten
    stage = firms["employer_stage"][1:]
    assert chance.counts(np.bincount(stage, minlength=6)[1:], shares * stage.size)
    assert active[-1] == np.count_nonzero(stage >= codes.ACTION)


def test_training_money_follows_the_cycle_and_is_the_usual_amount_without_it(model: Make) -> None:
    made = model(climate=lambda t: ((0.0, 1.0, -1.0)[t], 0.0, 0.22))
    firm, totals = made.population.employer, []
    for cycle in (0.0, 1.0, -1.0):
        made.step()
        wanted = np.floor(firm["usual_budget"] * exp(P.budget_cycle * cycle) + 0.5)
        assert np.abs(firm["training_budget"] - wanted).max() <= 1  # a cent, where halves are near
        totals.append(firm["training_budget"].astype(float).sum())
        if cycle == 0.0:
            assert np.array_equal(firm["training_budget"], firm["usual_budget"])
    assert totals[2] < totals[0] < totals[1]


def test_who_has_no_employer_notices_nothing(model: Make) -> None:
    made = model(Slim(reach=1.0), introduction=0, climate=lambda t: (2.0, 1.0, 0.22)).run(14)
    for place in (made.population.employer, made.population.team):
        found = {name: place[name][0].item() for name in OF_EMPLOYER}
        assert found["lift"] == 1.0
        assert found["fund"] == found["employer_active"] == found["culture"] == 0
        assert found["training_budget"] == 0
    none = {name: column[0].item() for name, column in made.population.employer.items()}
    assert (none["hr"], none["employer_stage"]) == (0, codes.PRECONTEMPLATION)
    assert none["treated_until"] == NEVER
    first = employer_stages.set_up
    assert first(0, codes.SIZE_250, 0, 0.0, 0.0, 0.99, P) == (0, 0, codes.PRECONTEMPLATION)
    assert employer_stages.initiative(0, codes.ACTION, 1.0, 0.0, TRAINING, P) == (1.0, 0)
    for u in (1e-9, 0.5, 1 - 1e-9):
        assert turn(codes.MAINTENANCE, u, row=0) == codes.PRECONTEMPLATION


@given(
    usual=st.floats(0.05, 0.95),
    hours=st.floats(0, 0.4),
    pays=st.floats(0, 0.6),
    courses=st.floats(0, 0.5),
)
def test_an_active_employer_gives_more_and_at_the_usual_share_nothing_on_the_whole(
    usual: float, hours: float, pays: float, courses: float
) -> None:
    p = employer_stages.PARAMETERS.tuple(usual=usual, hours=hours, pays=pays, courses=courses)
    nil = employer_stages.PARAMETERS.tuple(hours=0.0, pays=0.0, courses=0.0)

    def effects(active: int, q) -> tuple[float, float, float]:
        stage = codes.ACTION if active else codes.CONTEMPLATION
        return (
            plans.granted(active, q, PLANS),
            logit(plans.employer_pays(1, codes.PERMANENT, codes.MBO4, 0.3, active, 0.0, q, PLANS)),
            log(employer_stages.initiative(1, stage, 0.3, 0.3, TRAINING, q)[0]),
        )

    for yes, no, without in zip(effects(1, p), effects(0, p), effects(0, nil), strict=True):
        assert yes >= no
        assert usual * yes + (1 - usual) * no == pytest.approx(without, abs=1e-9)


def test_active_is_in_action_or_maintenance_and_nothing_else() -> None:
    found = [employer_stages.initiative(1, s, 0.0, 0.0, TRAINING, P) for s in STAGES]
    assert [active for _, active in found] == [0, 0, 0, 1, 1]
    assert found[0][0] < 1.0 < found[-1][0]
    assert plans.granted(1, P, PLANS) > plans.granted(0, P, PLANS)


def pays(share: float, **values: float) -> float:
    p = plans.PARAMETERS.tuple(**values)
    return float(plans.employer_pays(1, codes.PERMANENT, codes.MBO4, 0.0, 0, share, P, p))


def test_employers_respond_to_public_money_only_when_that_is_switched_on() -> None:
    assert pays(0.0) == pays(0.5) == pays(1.0) == pays(0.0, payer_response=2.0)
    on = [pays(share, payer_response=2.0) for share in (0.0, 0.25, 0.5, 1.0)]
    assert on == sorted(on, reverse=True)
    assert len(set(on)) == len(on)
    assert logit(on[0]) - logit(on[-1]) == pytest.approx(2.0)
    assert plans.employer_pays(0, codes.ZZP_LABOUR, 4, 0.0, 0, 0.0, P, PLANS) == 0.0


def test_without_public_money_the_response_changes_nobody(model: Make) -> None:
    off, on = (
        model(introduction=0, parameters={"plans": {"payer_response": size}}).run(18)
        for size in (0.0, 10.0)
    )
    for name, column in off.population.worker.items():
        assert np.array_equal(column, on.population.worker[name]), name
    assert on.state["public_share"] == 0.0


def test_with_public_money_the_response_leaves_fewer_plans_to_employers(model: Make) -> None:
    def paid(size: float) -> int:
        voucher = Voucher(awareness=1.0, budget=1e10)
        values = {"plans": {"payer_response": size}}
        made = model(voucher, introduction=0, parameters=values, persons=4_000).run(18)
        assert made.state["public_share"] > 0.0
        return int(made.population.worker["plan_payer"].sum())

    assert paid(10.0) < paid(0.0)


def test_a_fund_pays_only_where_the_employer_has_one(model: Make) -> None:
    def fund(has: Callable[[np.ndarray], np.ndarray]) -> tuple[int, int]:
        made = model(OenoFonds(), introduction=0, persons=4_000)
        own = made.population.employer
        own["fund"][:] = has(own["fund"])
        made.population.tell_teams()
        made.run(12)
        learned = made.population.worker["last_self"].sum(dtype=int)
        return made.ledger.balances[ledger.purse("fund", "oeno_fonds")], int(learned)

    nowhere, courses = fund(np.zeros_like)
    drawn, same = fund(np.copy)
    everywhere, also = fund(np.ones_like)
    assert nowhere == 0
    assert everywhere < drawn < 0
    assert courses == same == also  # who pays the employer back changes no course


def test_funds_are_drawn_by_sector_and_hr_by_size(chance, model: Make) -> None:
    firm = model(persons=20_000).population.employer
    sector = np.array([*codes.SECTOR_LETTERS, "-"])[firm["employer_sector"]][1:]
    size, fund, hr = (firm[name][1:] for name in ("employer_size", "fund", "hr"))
    within = np.isin(sector, list("ACFHI"))
    for rows, share in ((within, P.fund_sector), (~within, P.fund_other)):
        assert chance.share(int(fund[rows].sum()), int(rows.sum()), share)
    for one, share in ((0, P.hr_small), (1, P.hr_medium), (2, P.hr_large), (3, P.hr_large)):
        rows = size == one
        assert chance.share(int(hr[rows].sum()), int(rows.sum()), share)


def test_a_checkpoint_keeps_the_employers(model: Make, tmp_path: Path) -> None:
    def fresh() -> LearningModel:
        return model(Slim(reach=0.5), introduction=0, climate=lambda t: (0.5, 0.0, 0.22))

    path, straight = tmp_path / "at-9.h5", fresh().run(9)
    save_checkpoint(straight, path)
    resumed = load_checkpoint(path, fresh())
    for _ in range(2):
        for name, column in straight.population.employer.items():
            found = resumed.population.employer[name]
            assert found.dtype == column.dtype, name
            assert np.array_equal(found, column), name
        straight.run(9)
        resumed.run(9)
    assert set(straight.population.employer) == {c.name for c in EMPLOYERS}
    assert (straight.population.employer["treated_until"] > 0).any()
