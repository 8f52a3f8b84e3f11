"""What a law may not do is refused by name when it is declared or fused."""

from __future__ import annotations

import random

import numpy as np
import pytest

from simulator.behaviour import action, constructs, intention, norm, skills, stages
from simulator.columns import TEAM, WORKER, table
from simulator.laws import Names, law
from simulator.loops import fuse

NAMES = Names(table(WORKER), table(TEAM), {}, {}, ())
_elsewhere = 0


def test_chance_outside_the_draws_is_refused() -> None:
    with pytest.raises(ValueError, match="random"):

        @law("urgency")
        def impure(urgency):  # type: ignore[no-untyped-def]
            return urgency + random.random()


def test_a_closure_is_refused() -> None:
    hidden = 3.0
    with pytest.raises(ValueError, match="hidden"):

        @law("urgency")
        def closing(urgency):  # type: ignore[no-untyped-def]
            return urgency + hidden


def test_changing_a_global_is_refused() -> None:
    with pytest.raises(ValueError, match="global"):

        @law("urgency")
        def changing(urgency):  # type: ignore[no-untyped-def]
            global _elsewhere  # noqa: PLW0603
            _elsewhere = 1
            return urgency


def test_an_unknown_argument_is_named() -> None:
    @law("urgency")
    def reader(urgencyy):  # type: ignore[no-untyped-def]
        return urgencyy

    with pytest.raises(ValueError, match=r"reader reads 'urgencyy'.*columns are"):
        fuse([reader], NAMES)


def test_an_unknown_column_written_is_named() -> None:
    @law("nothing")
    def writer(urgency):  # type: ignore[no-untyped-def]
        return urgency

    with pytest.raises(ValueError, match="writer writes 'nothing'"):
        fuse([writer], NAMES)


def _two(after: tuple[str, ...], draw: str):  # type: ignore[no-untyped-def]
    @law("urgency", u="one")
    def first(urgency, u):  # type: ignore[no-untyped-def]
        return urgency + u

    @law("urgency", after=after, u=draw)
    def second(urgency, u):  # type: ignore[no-untyped-def]
        return urgency * u

    return [first, second]


def test_two_writers_without_an_order_are_refused() -> None:
    with pytest.raises(ValueError, match=r"first and second both write 'urgency'.*after"):
        fuse(_two((), "two"), NAMES)


def test_two_laws_with_one_decision_are_refused() -> None:
    with pytest.raises(ValueError, match="first and second share decision 'one'"):
        fuse(_two(("first",), "one"), NAMES)


def test_two_laws_of_one_name_are_refused() -> None:
    laws = _two(("first",), "two")
    with pytest.raises(ValueError, match="two laws are named first"):
        fuse([laws[0], laws[0]], NAMES)


def test_the_generated_text_shows_the_laws() -> None:
    text, body = fuse(_two(("first",), "two"), NAMES)
    assert "def sweep(" in text
    assert "law_second(" in text
    assert list(body.used) == ["urgency"]


def test_a_law_is_called_alone() -> None:
    p = norm.PARAMETERS.tuple()
    i = intention.PARAMETERS.tuple(rho_causal=0.5)
    assert norm.norm(0.0, 1.0, -1, -1.0, 0.0, 0.4, i, p) == pytest.approx(p.adjustment)
    assert norm.norm(0.0, 1.0, -1, -1.0, 0.4, 0.4, i, p) == pytest.approx(1.2 * p.adjustment)
    seen = norm.norm(0.0, 1.0, -1, 0.68, 0.0, 0.4, i, p)  # one SD more of outside ties learn
    scale = norm.norm_scale(p.descriptive, p.culture, p.outside, p.supervisor, p.support_mean)
    assert seen == pytest.approx(p.adjustment * (1.0 + scale * p.outside))
    q, s = constructs.PARAMETERS.tuple(informal_weight=0.0), skills.PARAMETERS.tuple(urgency=0.0)
    moved = constructs.revert(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.22, 0, 0, 1.0, 1, 0.5, s, q)
    assert moved == pytest.approx((1.0 - q.kappa, 0.0, 0.0))


def test_a_plan_that_costs_nothing_passes_the_gates() -> None:
    assert action.through_gates(0.999, 0.0, 500.0, 0.999, 0.0, 70.0)
    assert not action.through_gates(0.5, 1e6, 500.0, 0.5, 0.0, 70.0)


def test_urgency_brings_consideration_nearer() -> None:
    p = stages.PARAMETERS.tuple()
    test = stages.consider.when[0]
    calm, urgent = (
        sum(test(stages.considering(urgency, 0.0, 0, -1, -1, 0, p), u)
            for u in np.linspace(0.001, 0.999, 999))
        for urgency in (-1.0, 1.0)
    )  # fmt: skip
    assert urgent > calm > 0


def test_a_sieve_without_a_test_is_refused() -> None:
    with pytest.raises(ValueError, match="seeps: a sieve goes before a test"):

        @law("urgency", sieve=lambda urgency: urgency > 0)
        def seeps(urgency):  # type: ignore[no-untyped-def]
            return urgency
