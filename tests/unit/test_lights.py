"""What drives a band: shares of variance by class that are known, and lights that follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments import lights, table
from experiments.lights import CLASSES, light, shares
from scenarios.scenario import load

OF = ["K"] * 5 + ["X"] * 5 + ["P"] * 10


def drawn(n: int, weights: dict[str, float], noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """A figure that is driven by the classes in these proportions of its variance."""
    rng = np.random.default_rng(5)
    z = rng.standard_normal((n, len(OF)))
    each = {c: np.flatnonzero(np.array(OF) == c)[:3] for c in CLASSES}
    y = sum(np.sqrt(w / 3) * z[:, each[c]].sum(axis=1) for c, w in weights.items())
    return z, np.asarray(y + np.sqrt(noise) * rng.standard_normal(n))


@pytest.mark.parametrize(
    "weights", [{"K": 0.7, "X": 0.2}, {"X": 0.6, "P": 0.3}, {"K": 0.1, "P": 0.8}]
)
def test_shares_that_are_known_are_found_again(weights: dict[str, float]) -> None:
    found = shares(*drawn(400, weights), OF)
    for name in CLASSES:
        assert found[name] == pytest.approx(weights.get(name, 0.0), abs=0.1), name
    assert light(found) == max(weights, key=lambda c: weights[c])


def test_a_figure_that_no_parameter_drives_has_no_light() -> None:
    found = shares(*drawn(400, {}, noise=1.0), OF)
    assert max(found.values()) < lights.LEAST
    assert light(found) is None
    assert light(None) is None
    assert light(shares(drawn(200, {})[0], np.ones(200), OF)) is None


def test_of_classes_about_as_large_the_worst_known_is_told() -> None:
    assert light({"K": 0.3, "X": 0.32, "P": 0.29}) == "P"
    assert light({"K": 0.3, "X": 0.32, "P": 0.2}) == "X"
    assert light({"K": 0.4, "X": 0.32, "P": 0.2}) == "K"


def test_a_monotone_scale_and_infinite_lives_do_not_matter() -> None:
    z, y = drawn(300, {"P": 0.9})
    cost = np.where(y > 2.0, np.inf, np.exp(3 * y))
    assert shares(z, cost, OF)["P"] == pytest.approx(shares(z, y, OF)["P"], abs=0.03)


def test_too_few_parameter_sets_are_refused() -> None:
    with pytest.raises(ValueError, match="99 parameter sets: 100 or more"):
        shares(*drawn(99, {"K": 1.0}), OF)
    with pytest.raises(ValueError, match="--lights: 12 different parameter sets, 100 tell") as told:
        lights.check(load())
    enough = int(str(told.value).split("--members ")[1].split()[0])
    lights.check(load().changed(members=enough))
    with pytest.raises(ValueError, match=f"give --members {enough} or more"):
        lights.check(load().changed(members=enough - 1))


def test_what_was_told_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "lights.csv"
    found = {("voucher", "awards a year"): {"K": 0.1, "X": 0.25, "P": 0.5}}
    lights.write(found, file)
    lights.write({("voucher", "mean award"): found["voucher", "awards a year"]}, file)
    found["voucher", "mean award"] = found["voucher", "awards a year"]
    monkeypatch.setattr(lights, "FILE", file)
    lights.stored.cache_clear()
    try:
        assert lights.stored() == found
        file.write_text(file.read_text().replace("of version", "of version 99"))
        lights.stored.cache_clear()
        assert lights.stored() == {}  # another model's
    finally:
        lights.stored.cache_clear()


def test_ours_are_told_of_the_variants_of_the_baseline() -> None:
    scenario = load()
    known = {kind for kind, _ in lights.stored()}
    assert known == {lights.kinds(scenario, v) for v in scenario.names()}
    assert {light(s) for s in lights.stored().values()} <= {*CLASSES, None}


def test_no_two_rows_share_what_drives_them() -> None:
    keys = [key for key, _ in table.keyed()]
    assert len(set(keys)) == len(keys)
    same = [key for key, row in table.keyed() if row.label == "flexible contract"]
    assert same == [f"{section}: flexible contract"
                    for section in ("Change in 2-year participation", "Reach")]  # fmt: skip
