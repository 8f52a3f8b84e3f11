"""Working lives that were lived once are the same when they are lived again, also after a cut."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.scenario import load
from simulator import variants
from simulator.labour_market.lives import WorkingLives
from simulator.model import LearningModel

MONTHS, CUT = 18, 4


def lived(months: int = MONTHS) -> LearningModel:
    """A life of the baseline from its first month on."""
    return variants.start(load().changed(persons=2_000).design(), 5).run(months)


def alike(one: LearningModel, other: LearningModel) -> bool:
    pairs = ((one.population.worker[n], c) for n, c in other.population.worker.items())
    return all(np.array_equal(a, b) for a, b in pairs) and one.ledger.balances == (
        other.ledger.balances
    )


@pytest.fixture
def first() -> LearningModel:
    """A life for which nothing was lived before."""
    variants._born.cache_clear()
    return lived()


def test_a_life_that_is_told_is_the_life_that_was_lived(first: LearningModel) -> None:
    assert first.lives is not None
    assert first.lives.script is not None
    assert len(first.lives.script.months) == MONTHS
    again = lived()
    assert again.lives is not None
    assert again.lives.script is first.lives.script
    assert alike(first, again)


@pytest.mark.parametrize("where", ["enter", "finish_school", "move"])
def test_a_month_that_was_cut_off_is_made_whole(
    first: LearningModel, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    variants._born.cache_clear()
    begun = lived(CUT)
    with monkeypatch.context() as changed:
        changed.setattr(WorkingLives, where, cut)
        with pytest.raises(KeyboardInterrupt):
            begun.step()
    assert alike(first, lived())
