"""Cases that an official can read: worker in, month, policy, worker out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from scenarios.scenario import available
from simulator import codes, draws
from simulator.calendar import Calendar
from simulator.columns import EMPLOYER, INSTRUMENT, OWN
from simulator.model import LearningModel

Case = dict[str, Any]
CASES: list[Case] = yaml.safe_load(Path(__file__).with_name("workers.yaml").read_text("utf-8"))
KEYS = {"case", "worker", "month", "policies", "luck", "choose", "after"}
WORDS = {
    "stage": codes.STAGES,
    "education": codes.EDUCATION,
    "contract": codes.CONTRACT,
    "firm_size": codes.FIRM_SIZE,
}
SEED, FEWEST = 5, 3


def stored(model: LearningModel, column: str, given: object) -> float:
    """A value in a case's words as the column stores it."""
    numbers = {o.policy.name: o.number for o in model.offices}
    if column == "knows":
        assert isinstance(given, list)
        return sum(1 << (numbers[name] - 1) for name in given)
    if column == "applies":
        return 0 if given == "nothing" else numbers[str(given)]
    if column == "funded_by":
        fixed = {"nothing": 0, "own money": OWN, "employer": EMPLOYER}
        return fixed[str(given)] if given in fixed else INSTRUMENT + numbers[str(given)]
    if column in WORDS and isinstance(given, str):
        return {word: code for code, word in WORDS[column].items()}[given]
    value = float(given)  # type: ignore[arg-type]
    if column == "age":
        return value * 12
    return round(value * 100) if model.population.columns[column].is_money else value


def lucky(luck: Mapping[str, list[float]], rows: int) -> NDArray[np.bool_]:
    """Which rows have draws in these ranges in month 0."""
    found = np.ones(rows, bool)
    for decision, (low, high) in luck.items():
        u = draws.uniforms(SEED, np.arange(rows), 0, decision)
        found &= (u >= low) & (u < high)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_worker_in_a_month(case: Case, model: Callable[..., LearningModel]) -> None:
    assert case.keys() <= KEYS
    year, month = map(int, case["month"].split("-"))
    kinds = available()
    policies = [kinds[name](**given) for name, given in case.get("policies", {}).items()]
    run = model(
        *policies, persons=case.get("choose", 2_000), seed=SEED, introduction=0,
        calendar=Calendar(year, month),
    )  # fmt: skip
    worker = run.population.worker
    for column, given in case["worker"].items():
        worker[column][:] = stored(run, column, given)
    who = lucky(case.get("luck", {}), run.population.persons)
    assert np.count_nonzero(who) >= FEWEST, "too few have this luck: choose from more people"
    if policies and policies[0].rights_column in case["worker"]:  # the books know of it
        column = policies[0].rights_column
        held, name = int(worker[column].sum(dtype=np.int64)), policies[0].name
        run.ledger.post(0, f"obligation:{name}", f"rights:{name}", held, "given by the case")
    run.step()
    for column, wanted in case["after"].items():
        found = worker[column][who]
        assert (found == stored(run, column, wanted)).all(), (column, np.unique(found))
