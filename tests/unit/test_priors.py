"""Priors as data: what a candidate makes of parameters and scenarios, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration import priors
from scenarios.scenario import OWNERS, load

TEXT = """
[[solved]]
parameter = "stages.a12"
target = "need"
scale = "linear"
[[prior]]
parameter = "action.pi"
class = "X"
[[prior]]
parameter = "instruments.hassle"
class = "X"
low = 0.5
central = 1.0
high = 2.0
unit = "ratio"
ver = "A"
source = "test"
[[correlation]]
parameters = ["action.pi", "instruments.hassle"]
value = 0.5
[[structure]]
name = "norm"
parameter = "norm.threshold"
choices = [
  { share = 0.6, value = 0.0, label = "linear" },
  { share = 0.4, value = 1.0, label = "threshold" },
]
"""


def given(tmp_path: Path, old: str = "", new: str = "") -> Path:
    assert old in TEXT
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace(old, new, 1) if old else TEXT, encoding="utf-8")
    return path


def test_every_candidate_of_ours_is_within_what_is_declared() -> None:
    ours, rng = priors.read(), np.random.default_rng(3)
    assert len(ours.names) == len(ours.priors) + len(ours.structures) == len(set(ours.names))
    for z in [ours.sample(rng) for _ in range(200)] + [
        dict.fromkeys(ours.names, v) for v in (-8, 8)
    ]:
        for name, value in ours.values(z).items():
            owner, _, key = name.partition(".")
            if owner != priors.INSTRUMENTS:
                OWNERS[owner].declared[key].check(name, value)
    assert all(p.source and p.ver for p in ours.priors)


def test_a_prior_runs_from_low_to_high_around_its_central_value() -> None:
    pi = next(p for p in priors.read().priors if p.name == "action.pi")
    assert (pi.quantile(0.0), pi.quantile(1.0)) == (pi.low, pi.high) == (250, 900)
    u = np.linspace(0.0005, 0.9995, 1000)
    density = np.diff(u) / np.diff(pi.quantile(u))
    assert abs(pi.quantile(u)[np.argmax(density)] - pi.central) < 10


def test_correlations_and_shares_are_as_given(tmp_path: Path) -> None:
    mine, rng = priors.read(given(tmp_path)), np.random.default_rng(4)
    drawn = [mine.values(mine.sample(rng)) for _ in range(4_000)]
    pi, hassle = (np.array([d[n] for d in drawn]) for n in ("action.pi", "instruments.hassle"))
    ranks = [np.argsort(np.argsort(x)) for x in (pi, hassle)]
    # A normal copula's rank correlation is (6 / pi) arcsin(r / 2).
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.05)
    assert np.mean([d["norm.threshold"] for d in drawn]) == pytest.approx(0.4, abs=0.035)
    z = {"action.pi": 0.0, "instruments.hassle": 0.0, "norm": 3.0}
    assert mine.choices(z) == {"norm": "threshold"}
    assert mine.values({})["norm.threshold"] == 0.0


def test_a_factor_is_one_on_that_parameter_of_every_instrument() -> None:
    scenario = load()
    changed = priors.apply(scenario, {"instruments.hassle": 2.0, "instruments.budget": 0.5,
                                      "action.pi": 321.0})  # fmt: skip
    for name in scenario.instruments:
        before, after = scenario.policy(name).values, changed.policy(name).values
        assert after["hassle"] == 2.0 * before["hassle"]
    assert changed.policy("stap").values["budget"] == 0.5 * scenario.policy("stap").values["budget"]
    assert changed.instruments["stap"]["changes"][0]["budget"] == 85e6
    assert changed.design().parameters["action"]["pi"] == 321.0
    assert scenario == load()  # untouched


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("low = 0.5", "low = -0.5", "prior instruments.hassle: -0.5 to 2 lies outside"),
        ("low = 0.5", "low = 1.5", "low 1.5, central 1, high 2: give them in this order"),
        ('source = "test"', "", "prior instruments.hassle: source is missing"),
        ('class = "X"', 'class = "Z"', "class = 'Z': give K, X or P"),
        ('"action.pi"\nclass', '"action.po"\nclass', "prior action.po: no such parameter"),
        ('"action.pi"\nclass', '"action.pi"\nhigh = 2e5\nclass', "lies outside what the parameter"),
        ('"instruments.hassle"\nclass', '"instruments.magic"\nclass', "no instrument has"),
        ("value = 0.5", "value = 1.5", "a value between -1 and 1"),
        ('["action.pi", ', '["action.tau", ', "name two of the priors"),
        ("share = 0.6", "share = 0.7", "must add up to 1"),
        ("value = 1.0, label", "value = 2.0, label", "allowed is 0 to 1"),
        ('scale = "linear"', 'scale = "cubic"', "scale = 'cubic': give log or linear"),
        ('"stages.a12"', '"action.pi"', "action.pi: both solved and drawn"),
        (
            "[[correlation]]",
            '[[prior]]\nparameter = "action.pi"\nclass = "X"\n[[correlation]]',
            "prior action.pi: given twice",
        ),
    ],
)
def test_what_cannot_be_a_prior_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^mine\.toml: ") as caught:
        priors.read(given(tmp_path, old, new))
    assert told in str(caught.value)
