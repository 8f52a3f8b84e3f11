"""Decisions: regret, ties, thresholds, rankings and fronts whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import binomtest

from experiments.analysis.decisions import (
    Threshold,
    best,
    pareto,
    rankings,
    regret,
    satisficing,
    told_once,
)
from experiments.analysis.intervals import (
    complete,
    generator,
    mean_interval,
    percent,
    share,
    wilson,
)
from experiments.analysis.values import any_weights, weighted, worth
from experiments.analysis.weights import Ministry, Outcome, Weights


def runs(rows: list[list[float]] | np.ndarray, name: str = "gain") -> xr.DataArray:
    """Outcomes by draw and variant; variants a, b, c ..."""
    values = np.asarray(rows, float)
    names = list("abcdefgh")[: values.shape[1]]
    return xr.DataArray(values, {"variant": names}, ("draw", "variant"), name=name)


def judged(sense: str = "more", scale: str | tuple[float, float] = "range") -> Weights:
    outcomes = (
        Outcome("gain", "gain", "points", sense, scale),
        Outcome("cost", "cost", "mln EUR", "less", "range"),
    )
    return Weights(outcomes, (Ministry("M", "M", {"gain": 0.75, "cost": 0.25}, "A", "assumption"),
                              Ministry("F", "F", {"cost": 1.0}, "A", "assumption")))  # fmt: skip


def test_who_is_best_and_ties_are_shared() -> None:
    found = best(runs([[3, 1, 2], [3, 3, 0], [1, 1, 1], [0, 0, 5]]), "more")
    assert found["probability"].values == pytest.approx([11 / 24, 5 / 24, 8 / 24])
    assert float(found["probability"].sum()) == pytest.approx(1.0)
    assert found.attrs == {"draws": 4, "failed": 0, "outcome": "gain", "sense": "more"}
    less = best(runs([[3, 1, 2], [3, 3, 0]]), "less")
    assert less["probability"].values.tolist() == [0.0, 0.5, 0.5]
    assert bool((found["low"] <= found["probability"]).all())


def test_regret_is_the_distance_to_the_best_of_the_draw() -> None:
    found = regret(runs([[10, 8], [0, 5], [4, 4]]), "more")
    assert found["mean"].values == pytest.approx([5 / 3, 2 / 3])
    assert found["maximum"].values.tolist() == [5.0, 2.0]
    assert found["p90"].values.tolist() == [5.0, 2.0]
    assert regret(runs([[10, 8], [0, 5]]), "less")["mean"].values.tolist() == [1.0, 2.5]


def test_the_interval_of_mean_regret_covers_as_often_as_it_says() -> None:
    """A regret that is exponential with mean 1; 90% intervals of it, Monte Carlo error 2%."""
    rng, covered = generator(4), 0
    for k in range(200):
        lost = rng.exponential(size=150)
        found = regret(runs(np.stack([-lost, 0 * lost], axis=1)), "more", seed=k, resamples=300)
        covered += bool(found["low"][0] <= 1.0 <= found["high"][0])
    assert 0.83 <= covered / 200 <= 0.95


def test_a_failed_run_leaves_its_draw_out_for_all_and_is_counted() -> None:
    found = regret(runs([[10, 8], [np.nan, 100], [0, 5]]), "more")
    assert found["mean"].values.tolist() == [2.5, 1.0]
    assert (found.attrs["draws"], found.attrs["failed"]) == (2, 1)


def test_an_outcome_that_a_variant_does_not_have_fails_no_draw() -> None:
    found = best(runs([[np.nan, 1, 2], [np.nan, 3, 2]]), "more")
    assert np.isnan(found["probability"].values[0])
    assert found["probability"].values[1:].tolist() == [0.5, 0.5]
    assert found.attrs["failed"] == 0


def test_infinite_cost_is_worst_and_loses_nothing_where_all_are() -> None:
    found = regret(runs([[np.inf, np.inf], [np.inf, 3]]), "less")
    assert found["mean"].values.tolist() == [np.inf, 0.0]
    assert found["high"].values.tolist() == [np.inf, 0.0]
    assert best(runs([[np.inf, np.inf], [np.inf, 3]]), "less")["probability"].values.tolist() == [
        0.25, 0.75,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (runs([[np.nan, 1], [1, np.nan]]), "no draw of 2 in which no run failed"),
        (runs([[np.nan, np.nan]]), "no value in any draw: leave it out"),
        (runs([[1, 2]]).expand_dims(seed=3), "give draw and variant"),
    ],
)
def test_what_cannot_be_compared_is_refused(values: xr.DataArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        complete(values.to_dataset())
    with pytest.raises(ValueError, match="sense 'up': give more or less"):
        best(runs([[1, 2]]), "up")


def test_thresholds_one_by_one_and_together() -> None:
    data = xr.Dataset({"aes": runs([[63, 61], [62, 50], [40, 65]]),
                       "cost": runs([[5, 5], [20, 5], [5, 5]])})  # fmt: skip
    asked = [Threshold("62% in 2030", "aes", "at least", 62),
             Threshold("budget", "cost", "at most", 10)]  # fmt: skip
    found = satisficing(data, asked)
    assert found["threshold"].values.tolist() == ["62% in 2030", "budget", "all"]
    assert found["share"].values == pytest.approx(np.array([[2, 1], [2, 3], [1, 1]]) / 3)
    exact = binomtest(2, 3).proportion_ci(0.90, method="wilson")
    assert float(found["low"][0, 0]) == pytest.approx(exact.low)
    assert float(found["high"][0, 0]) == pytest.approx(exact.high)
    without = satisficing(data.assign(aes=data["aes"].where(data["variant"] != "b")), asked)
    assert without["share"].isnull().values.tolist() == [[False, True], [False, False],
                                                         [False, True]]  # fmt: skip
    with pytest.raises(ValueError, match="no outcome reach; there are aes, cost"):
        satisficing(data, [Threshold("reach", "reach", "at least", 1)])
    with pytest.raises(ValueError, match="bound 'over': at least or at most"):
        Threshold("reach", "reach", "over", 1)


def test_a_value_score_weighs_worth_on_one_scale() -> None:
    data = xr.Dataset({"gain": runs([[0, 10], [0, 5]]), "cost": runs([[0, 100], [0, 50]])})
    found = weighted(data, judged())
    # a: gain worth 0, cost 1; b: gain 1 and 0.5, cost 0 and 0.5.
    assert found["score"].sel(ministry="M").values == pytest.approx([0.25, (0.75 + 0.5) / 2])
    assert found["regret"].sel(ministry="M").values == pytest.approx([0.375, 0.0])
    assert found["regret"].sel(ministry="F").values == pytest.approx([0.0, 0.75])
    assert found["regret_maximum"].sel(ministry="F").values == pytest.approx([0.0, 1.0])
    assert found["probability"].sel(ministry="M").values.tolist() == [0.0, 1.0]
    assert found.attrs["said"] == []


def test_what_is_absent_is_said() -> None:
    data = xr.Dataset({"gain": runs([[np.nan, 10], [np.nan, 5]]), "cost": runs([[0, 9], [0, 8]])})
    found = weighted(data, judged())
    assert found["score"].isnull().values.tolist() == [[True, False], [False, False]]
    assert found.attrs["said"] == ["M: a left out, which has no gain"]
    alone = weighted(data[["cost"]], judged())
    assert len(alone.attrs["said"]) == 1
    assert alone["score"].sel(ministry="M").values == pytest.approx(
        alone["score"].sel(ministry="F").values
    )
    some = judged()
    gain = Outcome("gain", "gain", "points", "more", "range", absent=0.0)
    assumed = weighted(data, Weights((gain, some.outcomes[1]), some.ministries))
    assert assumed["score"].sel(ministry="M", variant="a").item() == pytest.approx(0.25)
    assert assumed.attrs["said"] == ["a: no gain; taken to be worth 0, an assumption"]
    with pytest.raises(ValueError, match="a: no outcome in any draw, so its runs failed"):
        weighted(data[["gain"]], judged())


@pytest.mark.parametrize(
    ("sense", "scale", "expected"),
    [
        ("more", "range", [0, 0.25, 1]),
        ("less", "range", [1, 0.75, 0]),
        ("more", (0.0, 2.0), [0, 0.5, 1]),
        ("less", (8.0, 0.0), [1, 0.875, 0.5]),
    ],
)
def test_worth_on_its_scale(
    sense: str, scale: str | tuple[float, float], expected: list[float]
) -> None:
    outcome = Outcome("gain", "gain", "points", sense, scale)
    assert worth(np.array([[0.0, 1.0, 4.0]]), outcome)[0] == pytest.approx(expected)
    if scale == "range":
        endless = worth(np.array([[0.0, 4.0, np.inf]]), outcome)[0]
        assert endless[2] == (1.0 if sense == "more" else 0.0)
        assert worth(np.ones((3, 2)), outcome).tolist() == [[1.0, 1.0]] * 3


def test_where_nothing_is_assumed_of_weights_two_opposites_are_alike() -> None:
    data = xr.Dataset({"gain": runs([[0, 10]] * 50), "cost": runs([[0, 10]] * 50)})
    found = any_weights(data, judged(), samples=4000)
    assert found["probability"].values == pytest.approx([0.5, 0.5], abs=0.03)
    data["gain"] = runs([[20, 10]] * 50)
    assert any_weights(data, judged())["probability"].values.tolist() == [1.0, 0.0]


def test_a_ranking_that_is_clear_is_told_by_few_draws_and_a_close_one_is_not() -> None:
    rng = generator(2)
    noise = rng.normal(size=(400, 3))
    clear = rankings(runs(noise + np.array([30, 20, 10])), "more", [1, 20, 400])
    assert clear["ranking"].values.tolist() == [1.0, 1.0, 1.0]
    assert clear.attrs["order"] == ["a", "b", "c"]
    near = runs(noise + np.array([0.1, 0.0, -9.0]))
    close = rankings(near, "more", [5, 50, 400], seed=1)
    assert close["best"].values[0] < 0.75
    assert bool((np.diff(close["best"].values) > 0).all())
    assert close["best"].values.tolist() == close["ranking"].values.tolist()
    again = rankings(near, "more", [5, 50, 400], seed=1)
    xr.testing.assert_identical(close, again)


def test_ranking_by_mean_is_ranking_by_mean_regret() -> None:
    data = runs(generator(8).normal(size=(60, 4)))
    by_regret = regret(data, "more").sortby("mean")["variant"].values.tolist()
    assert rankings(data, "more", [60]).attrs["order"] == by_regret


def test_rankings_refuse_what_has_no_meaning() -> None:
    with pytest.raises(ValueError, match="size 9: there are 2 draws, give 1 to 2"):
        rankings(runs([[1, 2], [3, 4]]), "more", [9])
    endless = runs([[1, np.inf], [1, 2], [1, 3]])
    with pytest.raises(ValueError, match="infinite in some draw"):
        rankings(endless, "less", [2])
    assert rankings(endless, "less", [3], by="median").attrs["order"] == ["a", "b"]


def test_the_front_holds_what_nothing_beats() -> None:
    cost = runs([[1, 2, 2, 3], [1, 2, 2, 3], [1, 2, 4, 0.5]], "cost")
    reach = runs([[1, 3, 2, 3], [1, 3, 2, 3], [1, 3, 9, 1]], "reach")
    found = pareto(cost, reach)
    # d is dominated by b (as much reach, dearer) but in the last draw, c by b but there.
    assert found["front"].values.tolist() == [1, 1, 0, 0]
    assert found["probability"].values == pytest.approx([2 / 3, 1, 1 / 3, 1 / 3])
    same = pareto(runs([[1, 1]]), runs([[2, 2]]))
    assert same["probability"].values.tolist() == [1.0, 1.0]


def test_settings_with_the_same_results_are_told_as_one() -> None:
    names = ["deposit=500 ceiling=1000", "deposit=100 ceiling=1000", "deposit=100 ceiling=3000",
             "deposit=900 ceiling=1000"]  # fmt: skip
    values = np.array([[5, 1, 1, np.nan], [6, 2, 2, np.nan]], float)
    data = xr.DataArray(values, {"variant": names}, ("draw", "variant"))
    found = told_once(pareto(data, data))
    assert found["variant"].values.tolist() == ["deposit=100 ceiling=1000/3000", names[0]]
    assert found["cost"].values.tolist() == [1, 5]
    whole = told_once(pareto(runs([[2, 1]], "cost"), runs([[2, 1]], "reach")))
    assert whole["variant"].values.tolist() == ["b", "a"]


def test_intervals_agree_with_the_library_and_read_well() -> None:
    for hits, n in ((0, 20), (7, 20), (20, 20)):
        exact = binomtest(hits, n).proportion_ci(0.90, method="wilson")
        assert [float(x) for x in wilson(hits / n, n)] == pytest.approx([exact.low, exact.high])
    assert percent(share(83, 100)) == "83% [76, 88]"
    low, high = mean_interval(np.full((9, 1), 2.0), seed=0)
    assert (low.item(), high.item()) == (2.0, 2.0)
