"""The ensemble: kept whole, refused when it is another model's, and what it says of the figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from calibration import ensemble, evaluate, fit, job, priors, summary, targets, validation
from calibration.store import Kept
from scenarios.scenario import load

MEMBERS = 40


@pytest.fixture(scope="module")
def made() -> ensemble.Ensemble:
    """An ensemble of made-up statistics: every figure as published, but one that is far off."""
    ours = priors.read()
    wanted = targets.used(targets.read(), targets.TARGET, targets.VALIDATION)
    problem = evaluate.Problem(evaluate.prepared(load()), ours, wanted, ((0.2, 0.0), (0.0, 0.2)))
    rng = np.random.default_rng(8)
    z = rng.standard_normal((MEMBERS, len(ours.names)))
    z[:, ours.names.index("action.pi")] *= 0.1  # the one that is told
    values = np.array([t.value for t in wanted])
    values[0] += 50 * wanted[0].error
    kept = tuple(
        Kept({"stages.a12": -3.0, "employer_training.m0": 0.02}, tuple(values), 2)
        for _ in range(MEMBERS)
    )
    noise = values + 0.1 * targets.errors(wanted) * rng.standard_normal((12, len(wanted)))
    plan = job.plan_of(problem, noise, job.FULL, 1)
    weight = np.full(MEMBERS, 1.0 / MEMBERS)
    lives = tuple(fit.Life(0, tuple(row), k) for row, k in zip(z, kept, strict=True))
    found = fit.Posterior(z, weight, kept, np.ones(MEMBERS), 3, 500, "after 3 generations", lives)
    return ensemble.of(problem, plan, noise, found, {"model": "x"})


def test_what_is_solved_or_only_to_be_predicted_is_not_fitted(made: ensemble.Ensemble) -> None:
    fitted = dict(zip(made.data["target"].values, made.data["fitted"].values, strict=True))
    assert not fitted["need 2021, employees"]
    assert not fitted["AES 2016, 25-64"]
    assert fitted["voucher RCT, gain"]
    by_use = {t.name: t.use for t in targets.read()}
    assert all(by_use[name] == targets.TARGET for name, f in fitted.items() if f)


def test_it_is_written_and_read_whole(made: ensemble.Ensemble, tmp_path: Path) -> None:
    path = tmp_path / "ensemble.nc"
    ensemble.write(made, path)
    again = ensemble.read(path)
    assert again.data.identical(made.data) or again.data.equals(made.data)
    assert [p.name for p in tmp_path.iterdir()] == ["ensemble.nc"]
    assert all("units" in v.attrs and "long_name" in v.attrs for v in again.data.values())


def test_another_models_and_other_files_are_refused(
    made: ensemble.Ensemble, tmp_path: Path
) -> None:
    path = tmp_path / "ensemble.nc"
    other = made.data.assign_attrs(model_version=made.data.attrs["model_version"] + 1)
    ensemble.write(replace(made, data=other), path)
    with pytest.raises(ValueError, match=r"made by version 2 of the model, this is version 1"):
        ensemble.read(path)
    xr.Dataset({"x": 1}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(ValueError, match="no ensemble of `llo calibrate`"):
        ensemble.read(path)
    path.write_bytes(b"no netCDF")
    with pytest.raises(ValueError, match="cannot be read as netCDF"):
        ensemble.read(path)
    with pytest.raises(ValueError, match="no such file; make an ensemble"):
        ensemble.read(tmp_path / "none.nc")


def test_a_member_is_a_scenario(made: ensemble.Ensemble) -> None:
    scenario = load()
    for member in made.chosen(3):
        lived = priors.apply(scenario, made.values(member))
        assert lived.design().parameters["stages"]["a12"] == -3.0
        assert lived.design().parameters["action"]["pi"] == made.values(member)["action.pi"]
    assert len(set(made.chosen(MEMBERS))) == MEMBERS


def test_figures_are_inside_or_not(made: ensemble.Ensemble) -> None:
    rows = {row[0]: row for row in summary.figures(made)}
    assert len(rows) == made.data.sizes["target"]
    first = str(made.data["target"].values[0])
    assert [name for name, row in rows.items() if row[4] == "no"] == [first]
    assert rows["voucher RCT, gain"][1:3] == ("0.190", "0.190")


def test_how_noisy_a_life_is_beside_the_figures_own_error(made: ensemble.Ensemble) -> None:
    found = summary.noise(made)
    assert len(found) == int(made.data["fitted"].sum())
    assert np.median(list(found.values())) == pytest.approx(0.1, rel=0.1)  # as it was made
    name, ratio = max(found.items(), key=lambda item: item[1])
    first, *_, persons = summary.noises(made)[0]
    assert first == name
    wanted = int(made.data.attrs["persons"]) * (ratio / 0.5) ** 2
    assert float(persons.replace(",", "")) == pytest.approx(wanted, rel=0.5)  # of one digit


def test_only_what_is_told_is_called_narrower(made: ensemble.Ensemble) -> None:
    rows = {row[0]: row for row in summary.parameters(made)}
    assert rows["action.pi"][3] == "99%"
    assert rows["stages.a12"][1] == "solved in each"
    told = [name for name, row in rows.items() if row[3].endswith("%")]
    assert told == ["action.pi"]  # of chance contractions none passes two standard errors


def test_quantiles_are_weighted_and_skip_what_is_missing() -> None:
    values = np.array([[1.0, np.nan], [2.0, 5.0], [3.0, 7.0]])
    found = summary.quantiles(values, np.array([0.25, 0.5, 0.25]), (0.5,))
    assert found[:, 0] == pytest.approx([2.0, 5.0 + 2.0 * (0.5 - 1 / 3) / 0.5])
    assert np.isnan(summary.quantiles(np.full((2, 1), np.nan), np.ones(2))).all()


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [(0.5213, 0.01, "0.521"), (784.3, 16.0, "784"), (43_210.0, 870.0, "43,210"),
     (np.nan, 1.0, "-"), (0.0, 0.01, "0.000")],
)  # fmt: skip
def test_no_more_digits_than_the_error_supports(value: float, error: float, shown: str) -> None:
    assert summary.rounded(value, error) == shown


def test_scores_are_those_of_a_normal_prediction() -> None:
    one, equal = np.array([0.5]), np.ones(1)
    log_score, crps = validation.scores(one, equal, 0.5, 0.1)
    assert log_score == pytest.approx(-0.5 * np.log(2 * np.pi))
    assert crps == pytest.approx((2**0.5 - 1) / np.pi**0.5)  # of a normal at its mean
    worse = validation.scores(one, equal, 0.8, 0.1)
    assert worse[0] == pytest.approx(log_score - 4.5)
    assert worse[1] > crps
    assert validation.scores(np.array([np.nan]), equal, 0.5, 0.1)[0] == -np.inf


def test_figures_are_checked_by_what_the_fit_was_shown(made: ensemble.Ensemble) -> None:
    checks = {one.name: one for one in validation.checks(made)}
    assert checks["need 2021, employees"].shown == "solved"
    assert checks["AES 2016, 25-64"].shown == "solved"
    assert checks["voucher RCT, gain"].shown == "fitted"
    assert checks["STAP 2022, awards"].shown == "predicted"
    first = str(made.data["target"].values[0])
    assert [name for name, one in checks.items() if not one.inside] == [first]


def test_every_series_that_is_fitted_is_left_out_in_turn(made: ensemble.Ensemble) -> None:
    left = validation.left_out(made, targets.read())
    names = [one.series for one in left]
    assert {"the Dutch voucher experiment", "the French account", "the information experiments",
            "STAP 2022"} <= set(names)  # fmt: skip
    counted = sorted(f.name for one in left for f in one.figures)
    fitted = made.data["target"].values[made.data["fitted"].values]
    assert counted == sorted(map(str, fitted))
    assert all(one.lives == validation.FEWEST for one in left)


def test_the_nearest_lives_are_judged_by_the_figures_that_are_used() -> None:
    off = np.array([[0.0, 9.0], [3.0, 0.0], [6.0, 0.0], [9.0, 0.0]] * 30)
    data = xr.Dataset(
        {"proposed": ("life", np.zeros(120, int)), "lived": (("life", "target"), off),
         "published": ("target", np.zeros(2)), "error": ("target", np.ones(2)),
         "own_error": ("target", np.ones(2)), "lived_z": (("life", "coordinate"), off)}
    )  # fmt: skip
    found = ensemble.Ensemble(data)
    near = [set(validation.nearest(found, np.array(u)) % 4) for u in ([True, False], [False, True])]
    assert near[0] == {0}
    assert 0 not in near[1]
