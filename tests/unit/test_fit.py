"""The fit may be repeated: on any number of processes, and after a kill at any moment."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration import fit
from calibration.store import LINES, Kept, Store, key_of

ALONE = ThreadPoolExecutor(1)
NAMES = ("a", "b")


class Counting:
    """A noisy model of two shares that counts its lives, and may be cut off after some."""

    def __init__(self, until: int = 10**9, fails: bool = False) -> None:
        self.lives, self.until, self.fails = 0, until, fails

    def __call__(self, z: fit.Z, seed: int) -> Kept:
        self.lives += 1
        if self.lives > self.until:
            raise KeyboardInterrupt
        if self.fails and z["a"] > 0.5:
            return Kept({}, (np.nan, np.nan), 0, "ArithmeticError: the books do not close")
        rng = np.random.default_rng(seed)
        p = 1 / (1 + np.exp(-np.array([z["a"], z["a"] + z["b"]])))
        return Kept({"level": float(seed % 97)}, tuple(rng.binomial(400, p) / 400), 1)


def plan(**changes: Any) -> fit.Plan:
    usual: dict[str, Any] = {"particles": 20, "generations": 3, "seed": 7}
    return fit.Plan(NAMES, np.array([0.6, 0.7]), np.array([0.03, 0.03]), np.array([0.01, 0.01]),
                    np.arange(2),
                    **(usual | changes))  # fmt: skip


def fitted(
    task: fit.Task, folder: Path, executor: Executor, width: int = 1, **changes: Any
) -> fit.Posterior:
    store = Store(folder, {"what": "test"})
    try:
        return fit.posterior(task, plan(**changes), executor, store, width)
    finally:
        store.close()


def same(one: fit.Posterior, other: fit.Posterior) -> bool:
    return (
        np.array_equal(one.z, other.z)
        and np.array_equal(one.weight, other.weight)
        and one.kept == other.kept
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[fit.Posterior, int]:
    task = Counting()
    return fitted(task, tmp_path_factory.mktemp("whole"), ALONE), task.lives


def test_it_finds_what_was_observed(whole: tuple[fit.Posterior, int]) -> None:
    found, _ = whole
    assert found.z.shape == (20, 2)
    assert found.weight.sum() == pytest.approx(1.0)
    assert found.stopped == "after 3 generations"
    mean = found.weight @ found.z
    assert abs(mean[0] - np.log(0.6 / 0.4)) < 0.4


def test_it_is_the_same_on_any_number_of_processes(
    whole: tuple[fit.Posterior, int], tmp_path: Path
) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert same(fitted(Counting(), tmp_path, pool, width=5), whole[0])


@pytest.mark.parametrize("until", [0, 1, 23, 60])
def test_what_was_cut_off_goes_on_to_the_same_end_and_lives_nothing_twice(
    until: int, whole: tuple[fit.Posterior, int], tmp_path: Path
) -> None:
    found, lives = whole
    assert until < lives
    with pytest.raises(KeyboardInterrupt):
        fitted(Counting(until), tmp_path, ALONE)
    again = Counting()
    assert same(fitted(again, tmp_path, ALONE), found)
    assert again.lives == lives - until


def test_a_line_that_was_cut_in_the_middle_is_lived_again(
    whole: tuple[fit.Posterior, int], tmp_path: Path
) -> None:
    fitted(Counting(), tmp_path, ALONE)
    path = tmp_path / LINES
    path.write_bytes(path.read_bytes()[:-10])
    again = Counting()
    assert same(fitted(again, tmp_path, ALONE), whole[0])
    assert again.lives == 1
    assert len(path.read_text().splitlines()) == whole[1]


def test_more_generations_go_on_from_fewer(tmp_path: Path) -> None:
    few, more = Counting(), Counting()
    fitted(few, tmp_path, ALONE, generations=2)
    fitted(more, tmp_path, ALONE, generations=3)
    alone = Counting()
    fitted(alone, tmp_path / "alone", ALONE, generations=3)
    assert few.lives + more.lives == alone.lives


def test_the_folder_of_another_fit_is_refused(tmp_path: Path) -> None:
    Store(tmp_path, {"targets": "1", "model": "1"}).close()
    with pytest.raises(ValueError, match=r"of another fit \(changed since: targets\)"):
        Store(tmp_path, {"targets": "2", "model": "1"})


def test_a_life_that_fails_is_kept_with_its_reason_and_stops_nothing(tmp_path: Path) -> None:
    found = fitted(Counting(fails=True), tmp_path, ALONE)
    assert found.generations == 3
    assert "the books do not close" in (tmp_path / LINES).read_text()
    assert not any(kept.error for kept in found.kept)


def test_a_budget_ends_a_fit_with_its_last_whole_generation(tmp_path: Path) -> None:
    found = fitted(Counting(), tmp_path / "some", ALONE, evaluations=70)
    assert 1 <= found.generations < 3
    assert found.stopped == "after 70 evaluations"
    with pytest.raises(ValueError, match="5 evaluations did not suffice for one generation of 20"):
        fitted(Counting(), tmp_path / "none", ALONE, evaluations=5)


def test_numpys_global_luck_is_left_as_it_was() -> None:
    np.random.seed(12)  # noqa: NPY002
    expected = np.random.random_sample()  # noqa: NPY002
    np.random.seed(12)  # noqa: NPY002
    drawn = [fit._seeded(np.random.random_sample, 7, 0, k) for k in (3, 3, 4)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert np.random.random_sample() == expected  # noqa: NPY002


def test_a_candidate_has_one_name_whatever_its_order() -> None:
    assert key_of({"a": 0.1, "b": 0.2}) == key_of({"b": 0.2, "a": 0.1})
    assert key_of({"a": 0.1, "b": 0.2}) != key_of({"a": np.nextafter(0.1, 1), "b": 0.2})


def test_resampled_members_stand_for_the_weighted_ones() -> None:
    assert fit.resampled([0.5, 0.25, 0.25], 4).tolist() == [0, 0, 1, 2]
    weight = np.random.default_rng(1).random(50)
    counts = np.bincount(fit.resampled(weight, 1000), minlength=50)
    assert np.all(np.abs(counts - 1000 * weight / weight.sum()) <= 1)


def test_spread_looks_at_what_there_is() -> None:
    lives = np.array([[1.0, np.nan, np.nan], [3.0, 2.0, np.nan], [5.0, 4.0, 1.0]])
    assert fit.spread(lives)[:2] == pytest.approx([2.0, 2**0.5])
    assert np.isnan(fit.spread(lives)[2])
