"""Is the machinery of the fit right? Simulation-based calibration on a small model.

Truths drawn from the prior, figures made from them, the posterior fitted, the rank of the truth in
it: ranks must be uniform, whatever the model (Talts et al. 2018). A parameter that the figures say
nothing of must stay as wide as its prior.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration import fit
from calibration.store import Kept, Store

ALONE = ThreadPoolExecutor(1)
NAMES = ("level", "idle")
TRUTHS, DRAWS = 48, 99
ASKED = 60  # persons of the survey: few, so that the posterior is wide beside the fit's last step


def survey(z: fit.Z, seed: int) -> Kept:
    """The share of yes in a survey whose level is uncertain; `idle` has no part in it."""
    share = 1.0 / (1.0 + np.exp(-z["level"]))
    return Kept({}, (np.random.default_rng(seed).binomial(ASKED, share) / ASKED,), 1)


@pytest.fixture(scope="module")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float64]:
    """Where each truth lies in its posterior, from 0 to 1: [truth, parameter]; and the same of a
    posterior that is three times too narrow.
    """
    found = []
    for k in range(TRUTHS):
        rng = np.random.default_rng([5, k])
        truth = dict(zip(NAMES, rng.standard_normal(2), strict=True))
        figure = np.array(survey(truth, 1000 + k).statistics)
        plan = fit.Plan(NAMES, figure, np.array([0.01]), np.array([0.001]),
                        np.arange(1), particles=50,
                        generations=5, seed=k)  # fmt: skip
        store = Store(tmp_path_factory.mktemp("fit"), {})
        posterior = fit.posterior(survey, plan, ALONE, store, 1)
        store.close()
        z = posterior.z[fit.resampled(posterior.weight, DRAWS)]
        narrow = z.mean(axis=0) + (z - z.mean(axis=0)) / 3.0
        true = np.array([truth[n] for n in NAMES])
        found.append([((d < true).sum(axis=0) + rng.random(2)) / (DRAWS + 1) for d in (z, narrow)])
    return np.array(found).transpose(1, 0, 2)


def covered(ranks: NDArray[np.float64], share: float) -> int:
    """How many truths lie within the central interval of that probability."""
    return int((np.abs(ranks - 0.5) < share / 2).sum())


@pytest.mark.parametrize("parameter", [0, 1], ids=NAMES)
def test_ranks_of_the_truth_are_uniform(parameter: int, ranks: Any, chance: Any) -> None:
    assert chance.uniform(ranks[0][:, parameter])


@pytest.mark.parametrize("parameter", [0, 1], ids=NAMES)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_intervals_cover_the_truth_as_often_as_they_say(
    parameter: int, share: float, ranks: Any, chance: Any
) -> None:
    assert chance.share(covered(ranks[0][:, parameter], share), TRUTHS, share)


def test_a_posterior_that_is_too_narrow_would_be_seen(ranks: Any, chance: Any) -> None:
    both = ranks[1].ravel()
    assert not chance.share(covered(both, 0.5), both.size, 0.5)


def test_what_the_figures_do_not_tell_stays_as_wide_as_its_prior(tmp_path: Path) -> None:
    plan = fit.Plan(NAMES, np.array([0.7]), np.array([0.01]), np.array([0.001]),
                        np.arange(1), particles=100,
                    generations=4, seed=3)  # fmt: skip
    store = Store(tmp_path, {})
    found = fit.posterior(survey, plan, ALONE, store, 1)
    store.close()
    mean = found.weight @ found.z
    spread = np.sqrt(found.weight @ (found.z - mean) ** 2)
    assert spread[0] < 0.6
    assert 0.7 < spread[1] < 1.3
