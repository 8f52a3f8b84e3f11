"""Draws: Philox's known answers, addresses by name, and uniformity."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from simulator import draws
from simulator.laws import below, decayed, logistic, normal

# Random123's published known-answer vectors for philox4x32-10: counter, key, words.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(text: str) -> list[np.uint64]:
    return [np.uint64(int(part, 16)) for part in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_gives_its_known_answers(counter: str, key: str, expected: str) -> None:
    assert list(draws.philox(*words(counter), *words(key))) == words(expected)


def test_words_made_ahead_are_the_words_of_single_blocks() -> None:
    key = draws.key(7)
    out = np.empty((4, 100), np.uint32)
    draws.words(1_000, 100, 31, 12345, *key, out)
    singly = np.array([draws.block(1_000 + j, 31, 12345, *key) for j in range(100)])
    assert np.array_equal((out.T + 0.5) * 2.0**-32, singly)
    listed = np.array([3, 99, 0, 40])
    draws.words_of(listed, 4, 1_000, 31, 12345, *key, out)
    assert np.array_equal((out.T[:4] + 0.5) * 2.0**-32, singly[listed])


def test_decisions_have_addresses_of_their_own() -> None:
    named = [n for names in draws.SHARED.values() for n in names] + ["voucher.order", "a", "b"]
    assert len({draws.address(n) for n in named}) == len(named)


def test_a_draw_does_not_depend_on_who_else_is_asked() -> None:
    everybody = draws.uniforms(3, np.arange(1_000), 5, "stage")
    some = draws.uniforms(3, np.array([7, 999, 0]), 5, "stage")
    assert np.array_equal(some, everybody[[7, 999, 0]])


def test_replicates_are_hashed_and_distinct() -> None:
    seeds = [draws.replicate(s, k) for s in range(50) for k in range(50)]
    assert len(set(seeds)) == len(seeds)


def test_normal_is_the_normal_quantile() -> None:
    u = np.append(np.random.default_rng(1).random(5_000), [1e-9, 0.02425, 0.5, 0.97575, 1 - 1e-9])
    assert np.allclose([normal(v) for v in u], ndtri(u), rtol=2e-9, atol=1e-9)


def test_below_is_the_comparison_that_it_saves() -> None:
    random = np.random.default_rng(2)
    for u, x in zip(random.random(20_000), random.normal(-2, 4, 20_000), strict=True):
        assert below(u, x) == (u < logistic(x)) or abs(u - logistic(x)) < 1e-15


def test_decayed_is_the_comparison_that_it_saves() -> None:
    generator = np.random.default_rng(2)
    for u, x in zip(generator.random(20_000), generator.exponential(2.0, 20_000), strict=True):
        assert decayed(u, x) == (u < math.exp(-x)) or abs(u - math.exp(-x)) < 1e-15
    assert decayed(0.999, 0.0)
    assert decayed(0.999, -1.0)
    assert not decayed(1e-9, 1e6)
