"""What the model says where a figure was published, computed from the same lives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from calibration.observations import EVERY, Lived, Observer, observe
from simulator import surveys
from simulator.model import LearningModel

START = 2019


@pytest.fixture(scope="module")
def lived(living: Callable[..., LearningModel]) -> Lived:
    """From July 2019, recorded from January 2020 to December 2022."""
    record = Observer(6, EVERY)
    return Lived(living(recorder=record).run(42), record, {"cpf.exempt": 0.25})


def test_a_year_is_the_mean_of_its_surveys(lived: Lived) -> None:
    column = [i[0, 0] for i in lived.record.indicators]  # NEA, all
    assert len(column) == 6
    assert observe(lived, "nea", "all", "", 2021, 0) == pytest.approx(np.mean(column[2:4]))
    ratio = observe(lived, "nea", "education:high", "education:low", 2021, 0)
    parts = [observe(lived, "nea", f"education:{e}", "", 2021, 0) for e in ("high", "low")]
    assert ratio == pytest.approx(parts[0] / parts[1])


def test_courses_a_participant_are_counted_person_by_person(lived: Lived) -> None:
    assert set(lived.record.repeats) == {2021, 2022}
    shares = [observe(lived, f"courses_{k}", "all", "", 2022, 0) for k in (1, 2, 3)]
    assert sum(shares) == pytest.approx(1.0)
    worker = lived.model.population.worker
    begun = lived.record._begun[-24:]
    many = np.zeros(worker["contract"].size, int)
    for month, rows in enumerate(begun, len(lived.record._begun) - 24):
        np.add.at(many, rows[lived.record._since[rows] <= month], 1)
    works = np.isin(worker["contract"], surveys.EMPLOYED)
    took = many[works]
    assert shares[0] == pytest.approx((took == 1).sum() / (took > 0).sum())
    # Who began a course in the window learned in it, by the columns that surveys ask.
    assert np.all(surveys.learned_since(worker, lived.model.t - 24)[many > 0])


def test_shares_of_courses_come_from_the_same_flows(lived: Lived) -> None:
    sent = sum(f["job_courses"] for f in lived.record.flows[12:24])
    own = lived.own_courses(2021)["t"].size
    assert own == sum(f["started"] for f in lived.record.flows[12:24]) > 0
    assert observe(lived, "employer_initiated", "all", "", 2021, 0) == sent / (sent + own)
    paid = observe(lived, "employer_paid", "all", "", 2021, 0)
    assert sent / (sent + own) <= paid <= 1.0
    spent = observe(lived, "employer_spend", "all", "", 2021, 0)
    cents = sum(f["job_eur"] + f["employer_eur"] for f in lived.record.flows[12:24])
    assert spent == pytest.approx(cents / 100 * lived.model.population.weight / 1e9)
    assert 0.8 < observe(lived, "informal_hours", "all", "", 2021, 0) < 1.0


def test_an_experiment_is_what_came_of_it(lived: Lived) -> None:
    assert observe(lived, "cpf.exempt", "all", "", 2024, 0) == 0.25


@pytest.mark.parametrize("statistic", ["nea", "employer_spend", "courses_2"])
@pytest.mark.parametrize("year", [START, 2023])
def test_years_that_were_not_lived_are_refused(statistic: str, year: int, lived: Lived) -> None:
    with pytest.raises(ValueError, match=f"{year}"):
        observe(lived, statistic, "all", "", year, 0)
