"""Outside ties: who else one sees learning, besides colleagues.

Everybody has a few ties elsewhere, most of them with people of the same education, for good. Once a
year, each in a month of their own, people see how many of them were trained in the past year.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba as nb
import numpy as np

from simulator import codes, draws
from simulator.population import Population

ROUND = 12  # months between two looks
CIRCLE = 65_536  # rows among which ties are sought
_NUMBER = draws.address("ties")[0]
_CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])


@nb.njit(cache=True, nogil=True)
def _look(  # type: ignore[no-untyped-def]
    first, stop, t, number, k0, k1, homophily, ties, education, contract, last_job, last_self,
    level, outside,
):  # fmt: skip
    # What others see of a person, in one byte: nobody, or twice the class and whether trained.
    size, nobody, span = stop - first, np.uint8(255), np.uint64(1)
    block, zero, half, shift = np.uint64(number), np.uint64(0), np.uint64(65_535), np.uint64(16)
    while span < size:  # of a short block, most draws would else be of rows that are not there
        span *= np.uint64(2)
    seen_as = np.empty(size, np.uint8)
    for j in range(size):
        i = first + j
        there = ties[i] > 0 and contract[i] != codes.ABSENT
        trained = max(last_job[i], last_self[i]) >= t - 12
        seen_as[j] = np.uint8(2 * level[education[i]] + trained) if there else nobody
    for j in range((t - first) % ROUND, size, ROUND):
        if seen_as[j] == nobody:
            continue
        seen, trained, i = 0, 0, np.uint64(first + j)
        one = draws.philox(i, zero, block, zero, k0, k1)
        two = draws.philox(i, np.uint64(1), block, zero, k0, k1)
        for k in range(ties[first + j]):
            found = nobody
            alike = (two[k] & half) < homophily * 65_536.0
            for word in (one[k] >> shift, one[k] & half, two[k] >> shift):
                other = (word * span) >> shift  # 16 bits of luck for one of up to 65,536 rows
                if other >= size or other == j or seen_as[other] == nobody:
                    continue
                found = seen_as[other]
                if not alike or found // 2 == seen_as[j] // 2:
                    break
            if found != nobody:
                seen += 1
                trained += found % 2
        outside[first + j] = trained / seen if seen > 0 else -1.0


def look_around(
    population: Population, t: int, seed: int, norm: Mapping[str, float],
    pool: ThreadPoolExecutor | None = None,
) -> None:  # fmt: skip
    """Set `outside` for those whose month it is: the share of their ties trained in 12 months."""
    if norm["outside"] == 0.0:
        return
    worker, scan = population.worker, _look
    names = ("ties", "education", "contract", "last_job", "last_self")
    columns: list[Any] = [worker[name] for name in names]

    def part(start: int) -> None:
        stop = min(start + CIRCLE, population.rows)
        scan(start, stop, t, _NUMBER, *draws.key(seed), norm["homophily"], *columns, _CLASS,
             worker["outside"])  # type: ignore[call-arg]  # fmt: skip

    starts = range(0, population.rows, CIRCLE)
    list(pool.map(part, starts) if pool else map(part, starts))
