"""Draws are uniform and unrelated, and what is decided with them happens as often as stated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simulator import codes, draws
from simulator.behaviour import action, intention, norm
from simulator.model import LearningModel

Make = Callable[..., LearningModel]


@pytest.mark.parametrize("decision", ["stage", "plan.price", "voucher.order"])
def test_draws_are_uniform(chance, decision: str) -> None:
    u = draws.uniforms(11, np.arange(200_000), 3, decision)
    assert u.min() > 0
    assert u.max() < 1
    assert chance.uniform(u)


def test_months_workers_seeds_and_lanes_are_unrelated(chance) -> None:
    rows = np.arange(100_000)
    base = draws.uniforms(1, rows, 3, "stage")
    assert chance.unrelated(base, draws.uniforms(1, rows, 4, "stage"))
    assert chance.unrelated(base, draws.uniforms(2, rows, 3, "stage"))
    assert chance.unrelated(base, draws.uniforms(1, rows + 1, 3, "stage"))
    assert chance.unrelated(base, draws.uniforms(1, rows, 3, "awareness"))


def test_a_turned_draw_is_as_uniform(chance) -> None:
    u = (draws.uniforms(4, np.arange(200_000), 9, "awareness") + draws.turn("voucher")) % 1.0
    assert chance.uniform(u)


def test_supervisors_support_as_many_as_was_measured(chance, model: Make) -> None:
    worker = model(persons=40_000).population.worker
    share = norm.PARAMETERS.values()
    practical = worker["education"] <= codes.MBO4
    for group, expected in (
        (practical, share["support_practical"]),
        (~practical, share["support_theoretical"]),
    ):
        asked = group & (worker["supervisor"] >= 0)
        hits = np.count_nonzero(worker["supervisor"][asked] == 1)
        assert chance.share(hits, np.count_nonzero(asked), expected)


def test_the_chronic_class_is_as_large_as_stated(chance, model: Make) -> None:
    worker = model(persons=40_000).population.worker
    p = intention.PARAMETERS.values()
    classes = (
        (worker["education"] == codes.LOW, p["chronic_low"]),
        ((worker["education"] > codes.LOW) & (worker["education"] < codes.BACHELOR),
         p["chronic_middle"]),
        (worker["education"] >= codes.BACHELOR, p["chronic_high"]),
    )  # fmt: skip
    for group, expected in classes:
        hits = np.count_nonzero(worker["chronic"][group])
        assert chance.share(hits, np.count_nonzero(group), expected)


def test_a_hurdle_is_passed_as_often_as_its_curve_says(chance) -> None:
    u = draws.uniforms(8, np.arange(100_000), 0, "hurdle.money")
    passed = sum(bool(action.through_gates(v, 300.0, 500.0, 0.0, 0.0, 70.0)) for v in u)
    assert chance.share(passed, u.size, float(np.exp(-300 / 500)))
