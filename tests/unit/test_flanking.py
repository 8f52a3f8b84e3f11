"""The policies around the instruments: what each moves, whom, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scenarios.scenario import available
from simulator import codes, ledger
from simulator.model import LearningModel
from simulator.policies.belastingaftrek import Belastingaftrek
from simulator.policies.cao_budget import CaoBudget
from simulator.policies.leerambassadeurs import Leerambassadeurs
from simulator.policies.leercultuur import Kunnen, Weten, Willen
from simulator.policies.leeroverzicht import Leeroverzicht
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.leerverlof import Leerverlof
from simulator.policies.levenlanglerenkrediet import Levenlanglerenkrediet
from simulator.policies.loopbaan_apk import LoopbaanApk
from simulator.policies.oeno_fonds import OenoFonds
from simulator.policies.ontwikkeladvies import Ontwikkeladvies
from simulator.policies.slim import Slim
from simulator.policies.slim_scholing import SlimScholing
from simulator.policy import Policy

Make = Callable[..., LearningModel]
AROUND = sorted(set(available()) - {"voucher", "leerrekening", "leerrecht", "stap"})
EARLY = {"introduction": 0, "persons": 4_000}


def total(model: LearningModel, name: str) -> float:
    """The sum of a worker column."""
    return float(model.population.worker[name].astype(float).sum())


def started(model: LearningModel) -> int:
    return int(np.count_nonzero(model.population.worker["course_started"] >= 0))


@pytest.mark.parametrize("name", AROUND)
def test_alone_it_runs_and_its_money_closes(name: str, model: Make) -> None:
    made = model(available()[name](), **EARLY).run(14)
    assert sum(made.ledger.balances.values()) == 0
    assert len(AROUND) == 16


def test_spending_is_booked_every_month_for_the_part_that_is_simulated(model: Make) -> None:
    made = model(Slim(spending=48e6), **EARLY).run(12)
    months = made.ledger.by_month("programme", ledger.state("slim"))
    assert len(months) == 12
    assert sum(months.values()) / 100 * made.population.weight == pytest.approx(48e6, rel=1e-3)


def test_every_talk_is_paid(model: Make) -> None:
    made = model(Ontwikkeladvies(offered=1.0), **EARLY)
    talks = 0
    for _ in range(12):
        made.step()
        talks += made.tallies["contacts_ontwikkeladvies"]
    assert talks > 20
    assert made.ledger.balances[ledger.state("ontwikkeladvies")] == -70_000 * talks


def test_advice_is_for_the_lowest_levels_and_the_check_up_for_all(model: Make) -> None:
    def guided(policy: Policy) -> set[int]:
        worker = model(policy, **EARLY).run(12).population.worker
        return set(worker["education"][worker["guided_until"] > 0].tolist())

    assert guided(Ontwikkeladvies(offered=1.0)) == {codes.LOW, codes.MBO23}
    assert guided(LoopbaanApk(interval=1.0)) == set(codes.EDUCATION)


@pytest.mark.parametrize(
    "policy", [Ontwikkeladvies(offered=1.0), LoopbaanApk(interval=1.0)], ids=lambda p: p.name
)
def test_guidance_brings_learning_nearer(policy: Policy, model: Make) -> None:
    assert started(model(policy, **EARLY).run(18)) > started(model(**EARLY).run(18))


def test_a_campaign_raises_urgency_for_a_while(model: Make) -> None:
    short = Weten(reach=0.9, shift=0.3, until="2018-01")
    campaign, nothing = model(short, **EARLY), model(**EARLY)
    gains = []
    for months in (12, 36):
        campaign.run(months)
        nothing.run(months)
        gains.append(total(campaign, "urgency") - total(nothing, "urgency"))
    assert gains[0] > 100
    assert gains[1] == pytest.approx(gains[0] * 0.95**36, rel=0.1)  # kappa is 0.05 a month


def test_help_raises_self_efficacy_and_a_null_effect_changes_nobody(model: Make) -> None:
    nothing = total(model(**EARLY).run(6), "self_efficacy")
    assert total(model(Kunnen(reach=0.9), **EARLY).run(6), "self_efficacy") > nothing
    still = model(Kunnen(reach=0.9, shift=0.0), **EARLY).run(6)
    assert total(still, "self_efficacy") == nothing


@pytest.mark.parametrize("policy", [Slim(reach=0.9), Willen(reach=0.9)], ids=lambda p: p.name)
def test_support_lifts_smaller_employers_and_fades(policy: Policy, model: Make) -> None:
    policy.period = type(policy)(until="2018-01").period
    made = model(policy, **EARLY).run(30)
    team = made.population.team
    gain = team["culture"] - team["culture_set_point"]
    small = team["employer_size"] < codes.SIZE_250
    assert gain[1:][small[1:]].mean() > 0.05
    assert np.all(gain[~small] == 0.0)
    assert np.all(team["lift"][~small] == 1.0)
    assert team["lift"][1:][small[1:]].mean() > 1.01
    before = gain.mean()
    made.run(60)
    assert (team["culture"] - team["culture_set_point"]).mean() < 0.7 * before


def test_an_ambassador_reaches_colleagues_only(model: Make) -> None:
    made = model(Leerambassadeurs(presence=0.9), **EARLY).run(12)
    worker, team = made.population.worker, made.population.team
    met = worker["ambassador_until"] > 0
    assert met.sum() > 50
    assert np.all(worker["team"][met] > 0)
    assert 0 < team["ambassador"].mean() < 1


def test_the_overview_makes_instruments_known_to_who_has_a_plan(model: Make) -> None:
    account = {"awareness": 0.0, "awareness_peer": 0.0, "awareness_employer": 0.0, "statement": 1e6}

    def knowing(*around: Policy) -> int:
        made = model(Leerrekening(**account), *around, **EARLY).run(6)
        return int(np.count_nonzero(made.population.worker["knows"] & 1))

    assert knowing() == 0
    assert knowing(Leeroverzicht(found=0.0)) == 0
    assert knowing(Leeroverzicht(found=0.5)) > 100


def test_a_lighter_burden_brings_more_applications(model: Make) -> None:
    def awards(*around: Policy) -> int:
        made = model(Leerrekening(awareness=1.0, hassle=600), *around, **EARLY).run(12)
        return int(sum(made.ledger.by_month("award").values()))

    assert awards(Leeroverzicht(awareness=1.0, eased=1.0)) > awards()


def test_employers_get_a_part_back_in_their_sectors(model: Make) -> None:
    for policy in (OenoFonds(), SlimScholing(listed=1.0)):
        made = model(policy, **EARLY).run(12)
        nothing = model(**EARLY).run(12)
        name = ledger.purse(policy.payer, policy.name)
        assert made.ledger.balances[name] < 0
        spent = made.ledger.balances[ledger.EMPLOYERS] + made.ledger.balances[name]
        assert spent == nothing.ledger.balances[ledger.EMPLOYERS]  # of the same courses


def test_a_cao_budget_is_had_by_some_employees_and_lapses(model: Make) -> None:
    made = model(CaoBudget(share=0.24), **EARLY).run(13)
    worker = made.population.worker
    employee = worker["contract"] <= codes.TEMP_NO_HOURS
    assert set(worker["cao_member"].tolist()) <= {0, 1}
    assert worker["cao_member"][employee].mean() == pytest.approx(0.24, abs=0.05)
    assert np.all(worker["cao_balance"][~employee] == 0)
    assert worker["cao_balance"].max() <= 53_000
    assert sum(made.ledger.by_month("lapsed").values()) > 0


def test_the_deduction_is_for_who_pays_tax_on_what_is_above_the_threshold(model: Make) -> None:
    made = model(Belastingaftrek(awareness=1.0), **EARLY).run(24)
    assert made.ledger.balances["tax:belastingaftrek"] < 0
    p = Belastingaftrek.parameters.tuple()
    assert Belastingaftrek.covers(250.0, codes.LOW, p) == 0.0
    assert Belastingaftrek.covers(1250.0, codes.LOW, p) == pytest.approx(370.0)


def test_the_loan_is_for_recognised_programmes_and_no_public_money(model: Make) -> None:
    made = model(Levenlanglerenkrediet(awareness=1.0, felt=0.2, hassle=0), **EARLY).run(24)
    assert made.ledger.balances["loan:levenlanglerenkrediet"] < 0
    assert total(made, "public_money") == 0
    p = Levenlanglerenkrediet.parameters.tuple()
    assert Levenlanglerenkrediet.covers(500.0, 0, p) == 0.0


def test_leave_gives_time_to_employees(model: Make) -> None:
    leave = Leerverlof(awareness=1.0, share=1.0, consent=0.0)
    assert started(model(leave, **EARLY).run(24)) > started(model(**EARLY).run(24))
    assert not Leerverlof.eligible(codes.ZZP_LABOUR, -1, Leerverlof.parameters.tuple())
