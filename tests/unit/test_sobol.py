"""Sobol indices against their closed forms, SALib and SciPy; designs that grow; rankings."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import sobol as salib
from SALib.sample import sobol as salib_sample
from scipy.stats import binom, sobol_indices

from experiments.analysis import bootstrap, ranks, sobol

Array = NDArray[np.float64]
PI = np.pi

# Sobol's g: a factor matters less as its coefficient is larger.
COEFFICIENTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
SEEDS = 150
WRONG = 1e-6  # how often a sound method may fail such a test


def ishigami(x: Array) -> Array:
    """Ishigami and Homma's function with a = 7 and b = 0.1."""
    a, b, c = (PI * (2 * x - 1)).T
    return np.asarray(np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))


def ishigami_truth() -> tuple[Array, Array, float]:
    """First and total indices, and that of the first factor with the third."""
    first = np.array([(1 + 0.1 * PI**4 / 5) ** 2 / 2, 49 / 8, 0.0])
    pair = 0.01 * PI**8 * 8 / 225
    variance = first.sum() + pair
    total = first + pair * np.array([1, 0, 1])
    return first / variance, total / variance, pair / variance


def g(x: Array) -> Array:
    return np.asarray(np.prod((np.abs(4 * x - 2) + COEFFICIENTS) / (1 + COEFFICIENTS), axis=1))


def g_truth() -> tuple[Array, Array]:
    part = 1 / 3 / (1 + COEFFICIENTS) ** 2
    variance = np.prod(1 + part) - 1
    return part / variance, part * np.prod(1 + part) / (1 + part) / variance


def values(f: Callable[[Array], Array], k: int, base: int, second: bool, seed: int = 1) -> Array:
    """One output of a design, [base, block, 1]."""
    rows = sobol.saltelli(k, base, second_order=second, seed=seed)
    return f(rows).reshape(base, -1, 1)


def problem(k: int, groups: list[str] | None = None) -> dict[str, object]:
    names = [f"x{i}" for i in range(k)]
    return {"num_vars": k, "names": names, "bounds": [[0, 1]] * k, "groups": groups}


@pytest.mark.parametrize("second", [True, False])
@pytest.mark.parametrize("groups", [None, [0, 1, 0, 2, 1]])
def test_a_design_is_salibs(second: bool, groups: list[int] | None) -> None:
    named = [f"g{i}" for i in groups] if groups else None
    theirs = salib_sample.sample(problem(5, named), 32, calc_second_order=second, seed=4)
    ours = sobol.saltelli(5, 32, second_order=second, groups=groups, seed=4)
    assert np.array_equal(ours, theirs)
    assert len(ours) == 32 * sobol.block_size(3 if groups else 5, second)


def test_more_base_samples_leave_the_rows_there_were() -> None:
    whole = sobol.saltelli(4, 64, second_order=False, seed=2)
    pieces = [
        sobol.saltelli(4, size, second_order=False, first=first, seed=2)
        for first, size in ((0, 1), (1, 6), (7, 25), (32, 32))
    ]
    assert np.array_equal(np.vstack(pieces), whole)
    assert not np.array_equal(sobol.saltelli(4, 64, second_order=False, seed=3), whole)


def test_rows_a_and_b_are_told_from_the_others() -> None:
    rows = sobol.saltelli(3, 8, second_order=True, seed=1)
    assert np.array_equal(
        sobol.independent(rows, 8), rows.reshape(8, 8, 3)[:, [0, 7]].reshape(-1, 3)
    )
    assert np.array_equal(sobol.independent(rows[:, 0], 8), sobol.independent(rows, 8)[:, 0])


@pytest.mark.parametrize("second", [True, False])
def test_indices_and_every_resample_are_salibs(second: bool) -> None:
    y = values(g, 5, 128, second)
    drawn = np.random.default_rng(7).integers(128, size=(128, 40))  # as SALib draws
    times = np.array([np.bincount(column, minlength=128) for column in drawn.T])
    weight = np.vstack([np.ones(128), times])
    ours = sobol._shares(y[:, :, 0], weight, np.ones(128, bool), 5, second)
    theirs = salib.analyze(problem(5), y.ravel(), second, 40, seed=7)
    spread = 1.959963984540054 * ours[1:].std(axis=0, ddof=1)
    assert ours[0, :5] == pytest.approx(theirs["S1"], abs=1e-12)
    assert ours[0, 5:10] == pytest.approx(theirs["ST"], abs=1e-12)
    assert spread[:10] == pytest.approx([*theirs["S1_conf"], *theirs["ST_conf"]], abs=1e-12)
    if second:
        pairs = np.triu_indices(5, 1)
        assert ours[0, 10:] == pytest.approx(theirs["S2"][pairs], abs=1e-12)
        assert spread[10:] == pytest.approx(theirs["S2_conf"][pairs], abs=1e-12)


def test_indices_are_scipys() -> None:
    y = values(g, 5, 128, False)
    found = sobol.indices(y, 5, second_order=False, resamples=2, seed=1)
    a, b, ab = y[:, 0].T, y[:, -1].T, y[:, 1:-1, 0].T[:, None]
    theirs = sobol_indices(func={"f_A": a, "f_B": b, "f_AB": ab}, n=128)
    assert found.total.value[:, 0] == pytest.approx(theirs.total_order, abs=1e-12)
    # SciPy centres on A and B alone, SALib on all runs: the estimates differ by this and no more.
    ends = np.concatenate([a[0], b[0]])
    centre = (y.mean() - ends.mean()) * (ab[:, 0] - a).mean(axis=1) / ends.var()
    assert found.first.value[:, 0] + centre == pytest.approx(theirs.first_order, abs=1e-12)


def test_ishigamis_indices_with_the_second_order() -> None:
    first, total, pair = ishigami_truth()
    found = sobol.indices(
        values(ishigami, 3, 2**13, True), 3, second_order=True, resamples=2, seed=1
    )
    assert found.second is not None
    # Some ten times the error of a Sobol' sequence of this length.
    assert found.first.value[:, 0] == pytest.approx(first, abs=0.01)
    assert found.total.value[:, 0] == pytest.approx(total, abs=0.01)
    upper = found.second.value[np.triu_indices(3, 1)][:, 0]
    assert upper == pytest.approx([0.0, pair, 0.0], abs=0.02)
    assert np.isnan(found.second.value[np.tril_indices(3)]).all()


def test_groups_have_the_index_of_what_they_hold() -> None:
    first, total, pair = ishigami_truth()
    groups = [0, 1, 0]
    rows = sobol.saltelli(3, 2**12, second_order=False, groups=groups, seed=1)
    y = ishigami(rows).reshape(2**12, -1, 1)
    found = sobol.indices(y, 2, second_order=False, resamples=2, seed=1)
    assert found.first.value[:, 0] == pytest.approx([first[0] + pair, first[1]], abs=0.01)
    assert found.total.value[:, 0] == pytest.approx([first[0] + pair, total[1]], abs=0.01)


def misses(f: Callable[[Array], Array], truth: Array, base: int, by_chance: bool) -> Array:
    """In how many of the seeds an interval of 95% misses the true first or total index, [2, k].

    By chance: A and B are independent draws, of which the bootstrap is true.
    """
    k, count = truth.shape[1], np.zeros(truth.shape)
    for seed in range(SEEDS):
        rows = sobol.saltelli(k, base, second_order=False, seed=seed)
        if by_chance:
            a, b = np.random.Generator(np.random.Philox(key=seed)).random((2, base, 1, k))
            crossed = np.where(np.eye(k, dtype=bool), b, a)
            rows = np.concatenate([a, crossed, b], axis=1).reshape(-1, k)
        y = f(rows).reshape(base, -1, 1)
        found = sobol.indices(y, k, second_order=False, resamples=200, seed=seed)
        for row, part in enumerate((found.first, found.total)):
            low, high = part.low[:, 0] - 1e-12, part.high[:, 0] + 1e-12
            count[row] += (truth[row] < low) | (truth[row] > high)
    return count


@pytest.mark.parametrize(
    ("f", "truth"), [(ishigami, np.array(ishigami_truth()[:2])), (g, np.array(g_truth()))]
)
def test_intervals_cover_the_truth_at_their_rate(f: Callable[[Array], Array], truth: Array) -> None:
    most = binom.isf(WRONG / truth.size, SEEDS, 0.05)
    drawn = misses(f, truth, 256, by_chance=True)
    assert np.all(drawn <= most)
    assert drawn.sum() > 0
    assert np.all(misses(f, truth, 1024, by_chance=False) <= most)


@pytest.fixture(scope="module")
def many() -> tuple[Array, sobol.Indices]:
    """Three outputs of one design: g, the sum of the factors, and a constant; gaps in the first."""
    rows = sobol.saltelli(5, 256, second_order=False, seed=1)
    y = np.stack([g(rows), rows.sum(axis=1), np.full(len(rows), 0.1)], axis=-1)
    y = y.reshape(256, -1, 3)
    y[3, 2, 0], y[9, 0, 0] = np.nan, np.inf
    return y, sobol.indices(y, 5, second_order=False, resamples=100, seed=5)


def test_a_base_sample_with_a_gap_is_left_out_as_a_whole(
    many: tuple[Array, sobol.Indices],
) -> None:
    y, found = many
    assert found.left_out.tolist() == [2, 0, 0]
    without = np.delete(y[:, :, :1], [3, 9], axis=0)
    alone = sobol.indices(without, 5, second_order=False, resamples=100, seed=5)
    assert found.first.value[:, 0] == pytest.approx(alone.first.value[:, 0], abs=1e-12)
    assert np.isfinite(found.total.width[:, :2]).all()


def test_an_output_without_variance_says_so(many: tuple[Array, sobol.Indices]) -> None:
    _, found = many
    assert found.flat.tolist() == [False, False, True]
    assert np.isnan(found.total.low[:, 2]).all()
    assert found.remarks(["g", "sum", "constant"]) == [
        "g: 2 of 256 base samples left out, not finite",
        "constant: no variance among the base samples, so no indices",
    ]


def test_an_output_of_gaps_alone_is_flat(many: tuple[Array, sobol.Indices]) -> None:
    y = np.full((8, 7, 1), np.nan)
    found = sobol.indices(y, 5, second_order=False, resamples=2, seed=1)
    assert found.flat.all()
    assert not sobol.converged(found, 1.0)
    assert np.isnan(found.total.value).all()


def test_a_resample_without_variance_does_not_count() -> None:
    y = np.zeros((4, 4, 1))
    y[0] = [[1.0], [0.5], [0.2], [2.0]]  # three resamples in ten draw the others alone
    found = sobol.indices(y, 2, second_order=False, resamples=200, seed=1)
    assert 30 < np.isnan(found.draws[:, 0, 0]).sum() < 90
    assert np.isfinite(found.total.low).all()


def test_convergence_looks_at_the_largest_total_indices(
    many: tuple[Array, sobol.Indices],
) -> None:
    _, found = many
    width = found.total.width
    leading = np.argsort(-found.total.value[:, 0])[:2]
    worst = sobol.worst_width(found, 2)
    assert worst[0] == width[leading, 0].max()
    assert np.isnan(worst[2])
    assert sobol.converged(found, 1.01 * np.nanmax(worst), 2)
    assert not sobol.converged(found, 0.99 * np.nanmax(worst), 2)


def test_growth_ends_with_all_and_needs_no_second_order() -> None:
    y = values(g, 5, 150, True)
    found = sobol.growth(y, 5, second_order=True, resamples=50, seed=1)
    assert [f.base for f in found] == [8, 16, 32, 64, 128, 150]
    whole = sobol.indices(y, 5, second_order=True, resamples=50, seed=1)
    assert found[-1].total.value == pytest.approx(whole.total.value, abs=0.02)


def test_an_interval_takes_its_ends_from_the_resamples() -> None:
    draws = np.concatenate([[0.5], np.linspace(0, 1, 101)])[:, None]
    found = bootstrap.interval(draws, 0.9)
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx((0.5, 0.05, 0.95))
    assert found.shaped(1, 1).width == pytest.approx(np.array([[0.9]]))


def test_a_ranking_says_how_sure_it_is(many: tuple[Array, sobol.Indices]) -> None:
    _, found = many
    ranked = ranks.ranking(found)
    assert ranked.rank[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert ranked.probability[0, 0, 0] == np.mean(found.draws[:, :, 0].argmax(axis=1) == 0)
    assert ranked.probability[:, :, :2].sum(axis=1) == pytest.approx(np.ones((5, 2)))
    assert np.isnan(ranked.rank[:, 2]).all()
    assert np.isnan(ranked.probability[:, :, 2]).all()
    share = 100 * ranked.probability[0, 0, 0]
    assert ranked.said("abcde", 0, most=1) == [f"a is first in {share:.0f}% of resamples"]
    assert ranked.said("abcde", 2) == []


def test_methods_agree_by_the_order_they_give() -> None:
    one = np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 1.0]])
    found = ranks.agreement({"sobol": one, "morris": one**3, "pawn": -one})
    assert found["sobol", "morris"] == pytest.approx([1.0, np.nan], nan_ok=True)
    assert found["morris", "pawn"][0] == pytest.approx(-1.0)
    with pytest.raises(ValueError, match="must all be"):
        ranks.agreement({"sobol": one, "pawn": one[:2]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"base": 0}, "has no rows"),
        ({"first": -1}, "has no rows"),
        ({"groups": [0, 1]}, "one for each of 3 factors"),
        ({"groups": [0, 2, 2]}, "without a gap"),
    ],
)
def test_a_design_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    usual: dict[str, object] = {"factors": 3, "base": 4, "second_order": False, "seed": 1}
    with pytest.raises(ValueError, match=message):
        sobol.saltelli(**(usual | changes))  # type: ignore[arg-type]


def test_outputs_of_another_design_are_refused() -> None:
    with pytest.raises(ValueError, match=r"it must be \[base, 8, outputs\]"):
        sobol.indices(np.zeros((4, 5, 1)), 3, second_order=True, resamples=10, seed=1)
    with pytest.raises(ValueError, match="resamples is 1"):
        sobol.indices(np.zeros((4, 5, 1)), 3, second_order=False, resamples=1, seed=1)
    with pytest.raises(ValueError, match="confidence is 95"):
        sobol.indices(
            np.zeros((4, 5, 1)), 3, second_order=False, resamples=9, confidence=95, seed=1
        )
