"""Who learned in the past year, as colleagues and as ties elsewhere see it.

Everybody has a few ties elsewhere, most of them with people of the same education, for good. Once a
year, each in a month of their own, people see how many of them were trained in the past year.
Colleagues see each other every month.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator import codes, draws
from simulator.population import Population

ROUND = 12  # months between two looks, and for which learning is seen
CIRCLE = 65_536  # rows among which ties are sought
_NUMBER = draws.address("ties")[0]
_CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])
# What others see of a person is one byte: twice the education, and these two marks.
_TRAINED, _NOBODY = np.uint8(1), np.uint8(128)


@nb.njit(cache=True, nogil=True)
def _seen(  # type: ignore[no-untyped-def]
    since, ties, education, contract, last_job, last_self, team, seen_as, recent
):
    """What others see of everybody, and members of every team who were trained."""
    month, one, top = np.int16(since), np.uint8(1), np.uint8(7)  # bytes alone: vector code
    for j in range(ties.size):
        trained = np.uint8(last_job[j] >= month) | np.uint8(last_self[j] >= month)
        hidden = np.uint8(ties[j] <= 0) | np.uint8(contract[j] == codes.ABSENT)
        seen_as[j] = (np.uint8(education[j]) << one) | trained | (hidden << top)
    for j in range(ties.size):
        if seen_as[j] & one:
            recent[team[j]] += 1


@nb.njit(cache=True, nogil=True)
def _look(  # type: ignore[no-untyped-def]
    first, t, number, k0, k1, homophily, ties, level, seen_as, outside
):
    """The share of ties trained, for those whose month it is."""
    size, span = ties.size, np.uint64(1)
    half, shift = np.uint64(65_535), np.uint64(16)
    while span < size:  # of a short block, most draws would else be of rows that are not there
        span *= np.uint64(2)
    looking, count = np.empty(size // ROUND + 1, np.int64), 0
    for j in range((t - first) % ROUND, size, ROUND):
        looking[count] = j
        count += seen_as[j] < _NOBODY
    one, two = np.empty((4, count), np.uint32), np.empty((4, count), np.uint32)
    draws.words_of(looking, count, first, 0, number, k0, k1, one)
    draws.words_of(looking, count, first, 1, number, k0, k1, two)
    for m in range(count):
        j = looking[m]
        seen, trained, own = 0, np.uint8(0), level[seen_as[j] >> 1]
        for k in range(ties[j]):
            found = _NOBODY
            first_word, second_word = np.uint64(one[k, m]), np.uint64(two[k, m])
            alike = (second_word & half) < homophily * 65_536.0
            for word in (first_word >> shift, first_word & half, second_word >> shift):
                other = (word * span) >> shift  # 16 bits of luck for one of up to 65,536 rows
                if other >= size or other == j or seen_as[other] >= _NOBODY:
                    continue
                found = seen_as[other]
                if not alike or level[found >> 1] == own:
                    break
            if found != _NOBODY:
                seen += 1
                trained += found & _TRAINED
        outside[j] = trained / seen if seen > 0 else -1.0


def look_around(
    population: Population, t: int, seed: int, norm: Mapping[str, float],
    pool: ThreadPoolExecutor | None = None,
) -> NDArray[np.int32]:  # fmt: skip
    """Set `outside` for those whose month it is: the share of their ties trained in 12 months.

    Returns how many members of every team were.
    """
    worker = population.worker
    see: Any = _seen
    look: Any = _look
    names = ("ties", "education", "contract", "last_job", "last_self", "team")
    blocks = range(0, population.rows, CIRCLE)
    threads = pool._max_workers if pool else 1

    def part(k: int) -> NDArray[np.int32]:
        recent = np.zeros(population.team["culture"].size, np.int32)
        seen_as = np.empty(CIRCLE, np.uint8)
        for first in blocks[len(blocks) * k // threads : len(blocks) * (k + 1) // threads]:
            rows = slice(first, first + CIRCLE)
            columns = [worker[name][rows] for name in names]
            see(t - ROUND, *columns, seen_as, recent)
            if norm["outside"] != 0.0:
                look(first, t, _NUMBER, *draws.key(seed), norm["homophily"], columns[0], _CLASS,
                     seen_as, worker["outside"][rows])  # fmt: skip
        return recent

    first, *others = list((pool.map if pool else map)(part, range(threads)))
    for other in others:
        first += other
    return first
