"""Outside ties: who they are, who sees whom, and that plain Python sees the same."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from simulator import codes, draws
from simulator.behaviour import intention, norm
from simulator.model import LearningModel
from simulator.population import Population
from simulator.surroundings import CIRCLE, ROUND, Sought, look_around

Make = Callable[..., LearningModel]
SEED, UNSEEN = 8, -0.5  # what stands in `outside` until somebody has looked
CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])
LEVELS = (codes.LOW, codes.MBO4, codes.BACHELOR)


def circle(rows: int, shares: tuple[float, float, float] = (0.2, 0.4, 0.4)) -> Population:
    """People of whom only what others see is known; nobody has learned."""
    generator = np.random.default_rng(rows)
    worker = {
        "stage": np.ones(rows, np.int8),
        "ties": generator.integers(2, 5, rows, np.int8),
        "education": generator.choice(np.array(LEVELS, np.int8), rows, p=shares),
        "contract": np.zeros(rows, np.int8),
        "last_job": np.full(rows, -10_000, np.int16),
        "last_self": np.full(rows, -10_000, np.int16),
        "outside": np.full(rows, UNSEEN, np.float32),
        "team": (np.arange(rows) // 7).astype(np.int32),
    }
    return Population(worker, {"culture": np.zeros(rows // 7 + 1, np.float32)}, {}, 1.0, {})


def look(people: Population, months: range, pool: ThreadPoolExecutor | None = None, **p: float):
    """What everybody saw, after these months."""
    values = norm.PARAMETERS.values(p)
    for t in months:
        look_around(people, t, SEED, values, pool)
    return people.worker["outside"]


def test_ties_are_two_to_four_each_as_likely_and_stay_so(chance, model: Make) -> None:
    made = model(persons=20_000)
    ties = made.population.worker["ties"].copy()
    assert chance.counts(np.bincount(ties, minlength=5)[2:], np.full(3, ties.size / 3))
    made.run(3)
    assert np.array_equal(made.population.worker["ties"], ties)
    assert [norm.circle(u) for u in (0.0, 0.34, 0.67, 1 - 1e-16)] == [2, 3, 4, 4]


def test_the_same_people_are_seen_year_after_year() -> None:
    people = circle(CIRCLE)
    people.worker["last_self"][::3] = 1_000  # they learn all the time
    first = look(people, range(12)).copy()
    assert 0.0 < first.mean() < 1.0
    for year in range(1, 4):
        people.worker["outside"][:] = UNSEEN
        assert np.array_equal(look(people, range(12 * year, 12 * year + 12)), first)


def test_who_is_isolated_sees_nobody_and_is_seen_by_nobody() -> None:
    people = circle(CIRCLE)
    alone = np.arange(CIRCLE) % 5 == 0
    people.worker["ties"][alone] = 0
    people.worker["last_self"][alone] = 0
    outside = look(people, range(12))
    assert np.all(outside[alone] == UNSEEN)
    assert np.all(outside[~alone] <= 0.0)  # nobody whom they see has learned
    people.worker["ties"][alone] = 2
    assert (look(people, range(12))[~alone] > 0.0).any()


def test_a_free_row_is_nobodys_tie_and_looks_at_nobody() -> None:
    people = circle(CIRCLE)
    free = np.arange(CIRCLE) % 5 == 0
    people.worker["contract"][free] = codes.ABSENT
    people.worker["last_self"][free] = 0
    outside = look(people, range(12))
    assert np.all(outside[free] == UNSEEN)
    assert np.all(outside[~free] <= 0.0)


def seen_by(people: Population, i: int, homophily: float, t: int) -> float:
    """What one person sees, in plain Python from the same draws: three tries for every tie."""
    worker, first = people.worker, i // CIRCLE * CIRCLE
    span = 1 << (min(CIRCLE, people.rows - first) - 1).bit_length()
    number, key = draws.address("ties")[0], draws.key(SEED)
    learned = []
    for tie in range(int(worker["ties"][i])):
        one, two = (int(draws.block(i, k, number, *key)[tie] * 2**32) for k in (0, 1))
        halves = (one >> 16, one & 65_535, two >> 16)
        rows, sought = [first + (word * span >> 16) for word in halves], (two & 65_535) / 65_536
        known = [
            j for j in rows
            if j < people.rows and j != i and worker["ties"][j] > 0
            and worker["contract"][j] != codes.ABSENT
        ]  # fmt: skip
        alike = [
            j for j in known
            if CLASS[worker["education"][j]] == CLASS[worker["education"][i]]
        ]  # fmt: skip
        if known:
            # Whom one seeks, or else the last whom one met.
            chosen = known[0] if sought >= homophily else (alike or known[-1:])[0]
            latest = max(worker["last_job"][chosen], worker["last_self"][chosen])
            learned.append(latest >= t - 12)
    return float(np.float32(sum(learned) / len(learned))) if learned else -1.0


@pytest.mark.parametrize("homophily", [0.0, 0.8, 1.0])
@pytest.mark.parametrize("rows", [3_000, CIRCLE + 2_500])
def test_everybody_sees_exactly_what_plain_python_finds(rows: int, homophily: float) -> None:
    people, t = circle(rows), 30
    generator = np.random.default_rng(4)
    worker = people.worker
    for name in ("last_job", "last_self"):
        worker[name][:] = generator.integers(0, 31, rows)
    worker["contract"][generator.random(rows) < 0.1] = codes.ABSENT
    worker["ties"][generator.random(rows) < 0.1] = 0
    outside = look(people, range(t, t + 1), homophily=homophily)
    looking = np.flatnonzero((worker["contract"] != codes.ABSENT) & (worker["ties"] > 0))
    looking = looking[looking % ROUND == t % ROUND]
    looking = looking[(looking < 3_000) | (looking >= CIRCLE)]
    assert looking.size > 200
    found = [seen_by(people, int(i), homophily, t) for i in looking]
    assert outside[looking].tolist() == found
    assert 0.0 < max(found) <= 1.0


@pytest.mark.parametrize("homophily", [0.0, 0.8, 1.0])
@pytest.mark.parametrize("level", LEVELS)
def test_ties_have_the_peoples_mix_or_are_alike_where_one_was_found_in_three_tries(
    chance, homophily: float, level: int
) -> None:
    people = circle(CIRCLE)
    worker = people.worker
    alike = worker["education"] == level
    worker["last_self"][alike] = 0  # who is of this level is known by having learned
    outside = look(people, range(12), homophily=homophily)
    assert outside.min() >= 0.0  # in a full circle everybody is found
    share = alike.mean()
    chances = {True: homophily * (1 - (1 - share) ** 3) + (1 - homophily) * share}
    for other in set(LEVELS) - {level}:
        # Somebody else's tie is of this level if three tries found none of his own.
        own = float((worker["education"] == other).mean())
        sought = share / (1 - own) * (1 - own) ** 3
        chances[other] = homophily * sought + (1 - homophily) * share
    for who, expected in chances.items():
        rows = alike if who is True else worker["education"] == who
        ties = worker["ties"][rows].astype(int)
        seen = int(np.rint(outside[rows] * ties).sum())
        assert chance.share(seen, int(ties.sum()), expected)


def test_everybody_looks_once_in_twelve_months() -> None:
    people = circle(CIRCLE + 4_000)
    people.worker["last_self"][::2] = 1_000
    outside, looked = people.worker["outside"], np.zeros(people.rows, int)
    for t in range(5, 5 + ROUND):
        outside[:] = UNSEEN
        look(people, range(t, t + 1))
        now = outside != UNSEEN
        looked += now
        assert np.all(np.flatnonzero(now) % ROUND == t % ROUND)
    assert np.all(looked == 1)


def test_learning_is_seen_for_a_year() -> None:
    people = circle(CIRCLE)
    people.worker["last_job"][:] = 10
    assert np.all(look(people, range(11, 23)) == 1.0)
    assert np.all(look(people, range(23, 35)) == 0.0)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("rows", [3_000, 2 * CIRCLE + 9_000])
def test_members_of_a_team_who_learned_in_a_year_are_counted(rows: int, threads: int) -> None:
    people, generator = circle(rows), np.random.default_rng(rows)
    worker, t = people.worker, 40
    worker["team"][:] = generator.permutation(worker["team"])
    worker["last_job"][:] = generator.integers(0, t + 3, rows)
    worker["last_self"][::2] = generator.integers(0, t + 3, worker["last_self"][::2].size)
    learned = np.maximum(worker["last_job"], worker["last_self"]) >= t - 12
    for weight in (0.0, 0.15):  # outside ties switched off, and on
        with ThreadPoolExecutor(threads) as pool:
            p = norm.PARAMETERS.values({"outside": weight})
            found = look_around(people, t, SEED, p, pool if threads > 1 else None)
        assert np.array_equal(
            found, np.bincount(worker["team"], learned, people.team["culture"].size)
        )


@pytest.mark.parametrize("rows", [3_000, CIRCLE + 9_000])
def test_whom_people_see_need_be_sought_once(rows: int) -> None:
    """Another life of the same people: others have learned, and the same ties are looked at."""
    sought: dict[int, dict[int, Sought]] = {t: {} for t in range(24)}
    for life, homophily in enumerate((0.8, 0.8, 0.3)):
        people, same = circle(rows), circle(rows)
        learned = np.random.default_rng(life).random(rows) < 0.4
        for one in (people, same):
            one.worker["last_self"][learned] = 1_000
        values = norm.PARAMETERS.values({"homophily": homophily})
        for t, found in sought.items():
            look_around(same, t, SEED, values, sought=found)
            assert {alike for alike, _ in found.values()} == {homophily}
        assert np.array_equal(same.worker["outside"], look(people, range(24), homophily=homophily))


def test_threads_change_nothing() -> None:
    people, same = circle(2 * CIRCLE + 9_000), circle(2 * CIRCLE + 9_000)
    for one in (people, same):
        one.worker["last_self"][::3] = 1_000
    alone = look(people, range(4))
    with ThreadPoolExecutor(3) as pool:
        assert np.array_equal(look(same, range(4), pool), alone)


def test_a_weight_of_0_leaves_the_norm_untouched(model: Make) -> None:
    p, other = norm.PARAMETERS.tuple(outside=0.0), intention.PARAMETERS.tuple()
    found = {norm.norm(0.3, 0.2, 1, seen, 0.0, 0.4, other, p) for seen in (-1.0, 0.0, 0.4, 1.0)}
    assert len(found) == 1
    off = model(parameters={"norm": {"outside": 0.0}}).run(12)
    assert np.all(off.population.worker["outside"] == -1.0)  # nobody has looked


def test_more_ties_trained_raise_the_norm_and_who_has_none_is_left_out() -> None:
    p, other = norm.PARAMETERS.tuple(), intention.PARAMETERS.tuple()

    def after(seen: float) -> float:
        return float(norm.norm(0.0, 0.0, -1, seen, 0.0, 0.4, other, p))

    assert after(0.0) < after(0.4) == 0.0 < after(1.0)
    assert after(-1.0) == 0.0
