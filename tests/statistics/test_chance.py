"""The judge itself: it refuses what is wrong, and errs as often as it says."""

from __future__ import annotations

import numpy as np


def test_it_refuses_what_is_wrong(chance) -> None:
    u = np.random.default_rng(1).random(20_000)
    assert not chance.share(5_400, 10_000, 0.5)
    assert not chance.counts([90, 110, 300], [100, 200, 200])
    assert not chance.uniform(u**1.1)
    assert not chance.unrelated(u, u + np.random.default_rng(2).random(20_000))
    assert not chance.value(5.0, 0.0, 1.0)


def test_it_errs_as_often_as_it_says(chance) -> None:
    lax = type(chance)(error_rate=0.05)
    random = np.random.default_rng(3)
    worlds = 2_000
    wrong = {
        "counts": sum(
            not lax.counts(random.multinomial(900, [0.2, 0.3, 0.5]), [180, 270, 450])
            for _ in range(worlds)
        ),
        "value": sum(not lax.value(random.normal(), 0.0, 1.0) for _ in range(worlds)),
        "uniform": sum(not lax.uniform(random.random(400)) for _ in range(worlds)),
        "unrelated": sum(
            not lax.unrelated(random.random(400), random.random(400)) for _ in range(worlds)
        ),
    }
    assert all(chance.share(found, worlds, 0.05) for found in wrong.values()), wrong
