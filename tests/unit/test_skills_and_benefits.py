"""Skills that go out of date, informal learning, and what courses would add to wages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from experiments import printing, runner, table
from scenarios.scenario import read
from simulator import benefits, codes
from simulator.behaviour import constructs, skills
from simulator.behaviour import informal as at_work
from simulator.model import LearningModel
from simulator.record import INDICATORS, Recorder

Make = Callable[..., LearningModel]
S, C, Q = skills.PARAMETERS.tuple(), constructs.PARAMETERS.tuple(), at_work.PARAMETERS.tuple()
ROW = "wages gained, by assumption ***"


def old(since: float, informal: float = S.usual, keeps: float = S.informal) -> bool:
    return bool(skills.out_of_date(since, informal, S.after, S.usual, keeps))


def test_skills_are_out_of_date_after_more_months_than_the_threshold() -> None:
    assert [old(since) for since in (0, S.after - 1, S.after, S.after + 1)] == [0, 0, 0, 1]


def test_more_informal_learning_keeps_skills_longer_and_none_not_at_all() -> None:
    assert not old(S.after + 1, informal=1.01 * S.usual + 0.01)
    assert not old(2 * S.after, informal=2 * S.usual)
    assert old(2 * S.after + 1, informal=2 * S.usual)
    assert old(1, informal=0.0)
    for since in (S.after, S.after + 1):  # nothing but courses counts
        assert old(since, informal=0.9, keeps=0.0) == old(since)


def urgency(since: int, p=S, informal: float = C.informal_mean, u: float = 0.5) -> float:
    """Urgency after a month, from 0, of who learned by both streams `since` months ago or more."""
    found = constructs.revert(
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, informal, 100 - since - 7, 100 - since, 1.0, 100, u, p, C
    )
    return float(found[2])


@pytest.mark.parametrize("size", [0.02, -0.5, 0.0])
def test_urgency_rises_by_exactly_what_is_declared(size: float) -> None:
    p = skills.PARAMETERS.tuple(urgency=size)
    assert urgency(60, p) == 0.0
    assert urgency(61, p) == size
    threatened = [urgency(since, p, u=0.0) for since in (60, 61)]
    assert threatened == pytest.approx(
        [C.reorganisation_shock, C.reorganisation_shock + size], abs=1e-12
    )


def test_the_indicator_counts_the_same_people_as_the_law(model: Make) -> None:
    values = {"skills": {"after": 20.0}}
    made = model(parameters=values, recorder=Recorder(0, 12)).run(48)
    worker, p = made.population.worker, skills.PARAMETERS.tuple(**values["skills"])
    latest = np.maximum(worker["last_job"], worker["last_self"])
    counted = [
        skills.out_of_date(int(47 - m), float(q), p.after, p.usual, p.informal)
        for m, q, c in zip(latest, worker["informal"], worker["contract"], strict=True)
        if c in codes.EMPLOYEE_CONTRACTS
    ]
    found = made.recorder.indicators[-1][list(INDICATORS).index("obsolete")][0]
    assert 0.0 < found < 1.0
    assert found == pytest.approx(np.mean(counted))


def wanted(**given: float) -> float:
    """What informal learning moves to, for a person of whom nothing is known but this."""
    who = {"culture": 0.0, "education": codes.MBO4, "contract": codes.PERMANENT, "supervisor": 0,
           "stage": codes.CONTEMPLATION, "trained_share": 0.0, "task_learning": 0.0}  # fmt: skip
    moved = at_work.informal(informal=0.0, p=Q, **{**who, **given})
    return float(moved) / (1.0 - Q.inertia)


@pytest.mark.parametrize(
    ("who", "term"),
    [
        ({"culture": 2.0}, 2 * Q.culture), ({"trained_share": 0.5}, Q.colleagues / 2),
        ({"task_learning": -0.01}, -0.01), ({"supervisor": 1}, Q.support), ({"supervisor": -1}, 0),
        ({"education": codes.HAVO_VWO}, Q.autonomy), ({"education": codes.LOW}, 0),
        ({"stage": codes.ACTION}, Q.learner), ({"stage": codes.MAINTENANCE}, Q.learner),
        ({"stage": codes.PREPARATION}, 0), ({"contract": codes.ON_CALL}, Q.variety),
        ({"contract": codes.AGENCY}, Q.variety), ({"contract": codes.TEMP_NO_HOURS}, Q.variety),
        ({"contract": codes.TEMP_SHORT}, 0), ({"contract": codes.ZZP_LABOUR}, 0),
    ],
    ids=str,
)  # fmt: skip
def test_informal_learning_has_its_terms(who: dict[str, float], term: float) -> None:
    assert wanted(**who) - wanted() == pytest.approx(term, abs=1e-12)
    assert wanted() == pytest.approx(Q.base)


def test_support_is_more_and_less_variety_less() -> None:
    assert wanted(supervisor=1) > wanted() > wanted(contract=codes.AGENCY)


@given(years=st.integers(1, 10), start=st.floats(0, 1))
def test_informal_learning_comes_to_what_is_wanted(years: int, start: float) -> None:
    value = start
    for _ in range(12 * years):
        value = at_work.informal(value, 0.0, codes.LOW, codes.PERMANENT, 0, 1, 0.0, 0.01, Q)
    left = Q.inertia ** (12 * years) * (start - Q.base - 0.01)
    assert value == pytest.approx(Q.base + 0.01 + left, abs=1e-12)


def test_the_level_of_the_year_is_laid_beside_2020_and_the_second_source_is_2_points_lower() -> (
    None
):
    one = at_work.PARAMETERS.values()
    other = at_work.PARAMETERS.values({"second_source": 1.0})
    assert at_work.of_the_year(0.22, one) == 0.0
    assert at_work.of_the_year(0.19, one) == pytest.approx(-0.03)
    for level in (0.19, 0.22, 0.25):
        less = at_work.of_the_year(level, one) - at_work.of_the_year(level, other)
        assert less == pytest.approx(0.02)


def test_people_learn_less_at_work_by_the_second_source(model: Make) -> None:
    one, other = (
        model(parameters={"informal": {"second_source": switch}}).run(24) for switch in (0.0, 1.0)
    )
    less = one.population.worker["informal"] - other.population.worker["informal"]
    assert less.mean() == pytest.approx(0.02 * (1 - Q.inertia**24), rel=0.1)  # stages move too


def gained(flow: list[float] | np.ndarray, **values: float) -> np.ndarray:
    return benefits.gained(np.array(flow, float), benefits.PARAMETERS.values(values))


@given(
    flow=st.floats(-1e4, 1e4),
    months=st.integers(1, 200),
    half_life=st.floats(1, 600),
    wage_return=st.floats(-0.1, 0.2),
)
def test_wages_of_a_constant_flow_are_a_geometric_sum(
    flow: float, months: int, half_life: float, wage_return: float
) -> None:
    found = gained([flow] * months, half_life=half_life, wage_return=wage_return, wage=36_000.0)
    kept = 2.0 ** (-1.0 / half_life)
    sums = (1.0 - kept ** np.arange(1, months + 1)) / (1.0 - kept)
    assert found == pytest.approx(flow * wage_return * 3_000.0 * sums, rel=1e-9, abs=1e-9)


def test_of_one_course_half_is_gone_after_the_half_life() -> None:
    found = gained([1.0, *[0.0] * 96], half_life=48.0, wage_return=0.01, wage=40_000.0)
    assert found[0] == pytest.approx(0.01 * 40_000 / 12)
    assert found[48] / found[0] == pytest.approx(0.5)
    assert found[96] / found[0] == pytest.approx(0.25)


def test_a_return_of_zero_gives_zero_and_fewer_courses_cost_wages() -> None:
    assert not gained([5.0] * 40, wage_return=0.0).any()
    assert np.all(gained([-5.0] * 40) < 0.0)
    assert gained([]).size == 0


TEXT = """
persons = 1000
[time]
introduction = "2022-01"
years_before = 1
years_after = 2
spin_up_months = 12
[world]
lives = false
[seeds]
count = 1
[uncertainty]
members = 0
[instruments.voucher]
use = "voucher"
awareness = 1.0
budget = 1e9
[parameters.benefits]
on = SWITCH
wage_return = RETURN
[variants]
voucher = ["voucher"]
nothing = []
"""


def compared(switch: str, wage_return: str = "0.01") -> xr.Dataset:
    return runner.run(read(TEXT.replace("SWITCH", switch).replace("RETURN", wage_return)))


def rows(data: xr.Dataset) -> dict[str, dict[str, table.Estimate | None]]:
    return {line.row.label.strip(): line.values for line in table.compute(data)}


def printed(data: xr.Dataset, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    printing.comparison(data, table.compute(data))
    return capsys.readouterr().out


def test_switched_off_there_is_no_figure_and_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    data = compared("0")
    assert np.isnan(data["wages_eur"].values).all()
    assert ROW not in rows(data)
    text = printed(data, capsys)
    assert "wages gained" not in text
    assert "***" not in text
    assert not any(
        note.startswith("***") for note in table.as_data(data, table.compute(data))["notes"]
    )


def test_switched_on_there_is_a_row_with_its_note(capsys: pytest.CaptureFixture[str]) -> None:
    data = compared("1")
    found = rows(data)[ROW]
    assert found["null"] is None
    assert found["nothing"].middle == 0.0
    assert found["voucher"].middle > 0.0
    text = printed(data, capsys)
    assert ROW in text
    assert "*** What courses add to wages" in text
    assert any(note.startswith("***") for note in table.as_data(data, table.compute(data))["notes"])


def test_wages_are_those_of_the_courses_completed_and_act_on_nothing() -> None:
    on, nil = compared("1"), compared("1", "0.0")
    assert not nil["wages_eur"].any()
    for name in on.data_vars:
        if name != "wages_eur":
            assert on[name].equals(nil[name]), name
    voucher, null = (on.sel(variant=v)["wages_eur"].values[0] for v in ("voucher", "null"))
    assert voucher[0] == 0.0  # the year before there was one
    assert 0.0 < voucher[1] < voucher[2]
    assert not null.any()
