"""The policies around the instruments: what each moves, whom, and what it costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scenarios.scenario import available
from simulator import codes, ledger
from simulator.columns import OF_EMPLOYER
from simulator.model import LearningModel
from simulator.policies.belastingaftrek import Belastingaftrek
from simulator.policies.leerverlof import Leerverlof
from simulator.policies.levenlanglerenkrediet import Levenlanglerenkrediet

Make = Callable[..., LearningModel]
AROUND = sorted(set(available()) - {"voucher", "leerrecht", "stap"})
PAST = {"until": "2001-01"}  # never in force


@pytest.fixture
def around(model: Make) -> Callable[..., LearningModel]:
    """A model in which the named policies are in force with these values, and no others.

    All others are there too, in the past, so that one compiled sweep serves every test.
    """

    def make(**given: dict[str, object]) -> LearningModel:
        policies = [kind(**given.get(name, PAST)) for name, kind in KINDS]
        return model(*policies, introduction=0, persons=4_000)

    return make


KINDS = [(name, available()[name]) for name in AROUND]


def total(model: LearningModel, name: str) -> float:
    """The sum of a worker column."""
    return float(model.population.worker[name].astype(float).sum())


def started(model: LearningModel) -> int:
    return int(np.count_nonzero(model.population.worker["course_started"] >= 0))


def test_all_together_run_and_their_money_closes(around: Make) -> None:
    made = around(**{name: {} for name in AROUND}).run(14)
    assert len(AROUND) == 17
    assert sum(made.ledger.balances.values()) == 0
    spent = {e.source for e in made.ledger.entries if e.what == "programme"}
    assert len(spent) >= 7


def test_what_is_in_the_past_changes_nothing(around: Make, model: Make) -> None:
    made, nothing = around().run(12), model(introduction=0, persons=4_000).run(12)
    for name, column in nothing.population.worker.items():
        assert np.array_equal(column, made.population.worker[name]), name
    assert made.ledger.balances == nothing.ledger.balances


def test_spending_is_booked_every_month_for_the_part_that_is_simulated(around: Make) -> None:
    made = around(slim={"spending": 48e6}).run(12)
    months = made.ledger.by_month("programme", ledger.state("slim"))
    assert len(months) == 12
    assert sum(months.values()) / 100 * made.population.weight == pytest.approx(48e6, rel=1e-3)


def test_every_talk_is_paid(around: Make) -> None:
    made, talks = around(ontwikkeladvies={"offered": 1.0}), 0
    for _ in range(12):
        made.step()
        talks += made.tallies["contacts_ontwikkeladvies"]
    assert talks > 20
    assert made.ledger.balances[ledger.state("ontwikkeladvies")] == -70_000 * talks


def test_advice_is_for_the_lowest_levels_and_the_check_up_for_all(around: Make) -> None:
    def guided(**policy: dict[str, object]) -> set[int]:
        worker = around(**policy).run(12).population.worker
        return set(worker["education"][worker["guided_until"] > 0].tolist())

    assert guided(ontwikkeladvies={"offered": 1.0}) == {codes.LOW, codes.MBO23}
    assert guided(loopbaan_apk={"interval": 1.0}) == set(codes.EDUCATION)


@pytest.mark.parametrize(
    "policy", [{"ontwikkeladvies": {"offered": 1.0}}, {"loopbaan_apk": {"interval": 1.0}}],
    ids=lambda p: next(iter(p)),
)  # fmt: skip
def test_guidance_brings_learning_nearer(
    policy: dict[str, dict[str, object]], around: Make
) -> None:
    assert started(around(**policy).run(18)) > started(around().run(18))


def test_a_campaign_raises_urgency_for_a_while(around: Make) -> None:
    campaign = around(weten={"reach": 0.9, "shift": 0.3, "until": "2018-01"})
    nothing, gains = around(), []
    for months in (12, 36):
        campaign.run(months)
        nothing.run(months)
        gains.append(total(campaign, "urgency") - total(nothing, "urgency"))
    assert gains[0] > 100
    assert gains[1] == pytest.approx(gains[0] * 0.95**36, rel=0.1)  # kappa is 0.05 a month


def test_help_raises_self_efficacy_and_a_null_effect_changes_nobody(around: Make) -> None:
    nothing = total(around().run(6), "self_efficacy")
    assert total(around(kunnen={"reach": 0.9}).run(6), "self_efficacy") > nothing
    still = around(kunnen={"reach": 0.9, "shift": 0.0}).run(6)
    assert total(still, "self_efficacy") == nothing


@pytest.mark.parametrize("name", ["slim", "willen"])
def test_support_lifts_smaller_employers_and_fades(name: str, around: Make) -> None:
    made = around(**{name: {"reach": 0.9, "until": "2018-01"}}).run(30)
    nothing = around().run(30)
    firm, plain = made.population.employer, nothing.population.employer
    gain = firm["culture"] - firm["culture_set_point"]
    small = firm["employer_size"] < codes.SIZE_250
    assert gain[1:][small[1:]].mean() > 0.05
    assert np.all(gain[~small] == 0.0)
    assert np.array_equal(firm["lift"][~small], plain["lift"][~small])
    assert (firm["lift"] / plain["lift"])[1:][small[1:]].mean() > 1.01
    assert firm["employer_active"].sum() > plain["employer_active"].sum()
    before = gain.mean()
    made.run(60)
    assert (firm["culture"] - firm["culture_set_point"]).mean() < 0.7 * before


def test_a_team_knows_what_is_true_of_its_employer(around: Make) -> None:
    made = around(slim={"reach": 0.9}).run(12)
    team, firm = made.population.team, made.population.employer
    for name in OF_EMPLOYER:
        assert np.array_equal(team[name], firm[name][team["employer"]]), name


def test_an_ambassador_reaches_colleagues_only(around: Make) -> None:
    made = around(leerambassadeurs={"presence": 0.9}).run(12)
    worker, team = made.population.worker, made.population.team
    met = worker["ambassador_until"] > 0
    assert met.sum() > 50
    assert np.all(worker["team"][met] > 0)
    assert 0 < team["ambassador"].mean() < 1


def test_the_overview_makes_instruments_known_to_who_has_a_plan(around: Make) -> None:
    unknown = {"awareness": 0.0, "awareness_peer": 0.0, "awareness_employer": 0.0, "statement": 1e6}
    bit = 1 << AROUND.index("leerrekening")

    def knowing(**more: dict[str, object]) -> int:
        made = around(leerrekening=unknown, **more).run(6)
        return int(np.count_nonzero(made.population.worker["knows"] & bit))

    assert knowing() == 0
    assert knowing(leeroverzicht={"found": 0.0}) == 0
    assert knowing(leeroverzicht={"found": 0.5}) > 100


def test_a_lighter_burden_brings_more_applications(around: Make) -> None:
    account = {"awareness": 1.0, "hassle": 600}

    def awards(**more: dict[str, object]) -> int:
        made = around(leerrekening=account, **more).run(12)
        return int(sum(made.ledger.by_month("award").values()))

    assert awards(leeroverzicht={"awareness": 1.0, "eased": 1.0}) > awards()


def test_employers_get_a_part_back_in_their_sectors(around: Make) -> None:
    nothing = around().run(12)
    for name, payer, values in (("oeno_fonds", "fund", {}), ("slim_scholing", "state", {})):
        made = around(**{name: values}).run(12)
        account = ledger.purse(payer, name)
        assert made.ledger.balances[account] < 0
        spent = made.ledger.balances[ledger.EMPLOYERS] + made.ledger.balances[account]
        assert spent == nothing.ledger.balances[ledger.EMPLOYERS]  # of the same courses


def test_a_cao_budget_is_had_by_some_employees_and_lapses(around: Make) -> None:
    made = around(cao_budget={"share": 0.24}).run(13)
    worker = made.population.worker
    employee = worker["contract"] <= codes.TEMP_NO_HOURS
    assert set(worker["cao_member"].tolist()) <= {0, 1}
    assert worker["cao_member"][employee].mean() == pytest.approx(0.24, abs=0.05)
    assert np.all(worker["cao_balance"][~employee] == 0)
    assert worker["cao_balance"].max() <= 53_000
    assert sum(made.ledger.by_month("lapsed").values()) > 0


def test_the_deduction_is_for_who_pays_tax_on_what_is_above_the_threshold(around: Make) -> None:
    made = around(belastingaftrek={"awareness": 1.0}).run(24)
    assert made.ledger.balances["tax:belastingaftrek"] < 0
    p = Belastingaftrek.parameters.tuple()
    assert Belastingaftrek.covers(250.0, codes.LOW, p) == 0.0
    assert Belastingaftrek.covers(1250.0, codes.LOW, p) == pytest.approx(370.0)


def test_the_loan_is_for_recognised_programmes_and_no_public_money(around: Make) -> None:
    loan = {"awareness": 1.0, "felt": 0.2, "hassle": 0}
    made = around(levenlanglerenkrediet=loan).run(24)
    assert made.ledger.balances["loan:levenlanglerenkrediet"] < 0
    assert total(made, "public_money") == 0
    p = Levenlanglerenkrediet.parameters.tuple()
    assert Levenlanglerenkrediet.covers(500.0, 0, p) == 0.0


def test_leave_gives_time_to_employees(around: Make) -> None:
    leave = {"awareness": 1.0, "share": 1.0, "consent": 0.0}
    assert started(around(leerverlof=leave).run(24)) > started(around().run(24))
    assert not Leerverlof.eligible(codes.ZZP_LABOUR, -1, Leerverlof.parameters.tuple())
