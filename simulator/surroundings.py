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
from simulator.chunks import CHUNK, marked, prefetch
from simulator.population import Population

ROUND = 12  # months between two looks, and for which learning is seen
CIRCLE = 65_536  # rows among which ties are sought
_NUMBER = draws.address("ties")[0]
_AHEAD = 32  # rows whose team is asked for before it is counted in
_MOST = 4  # ties of one person; each has two words of luck
# What others see of a person is one byte: the lowest bit whether they were trained, then their
# education, and the highest bit whether nobody is there to be seen.
_NOBODY = np.uint8(128)
_CLASS = np.array([codes.EDUCATION_CLASS[e] for e in codes.EDUCATION])
_LEVEL = _CLASS[np.minimum((np.arange(256) & 127) >> 1, _CLASS.size - 1)].astype(np.uint64)


# The share of ties sought alike, and for those whose month it is their places in a block, how many
# ties each sees, and which.
Sought = tuple[float, tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint16]]]


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
    marks, hits = np.empty(CHUNK, np.int8), np.empty(CHUNK + 8, np.int64)
    for base in range(0, ties.size, CHUNK):
        count = min(CHUNK, ties.size - base)
        for j in range(count):
            marks[j] = np.int8(seen_as[np.uintp(base + j)] & one)
        many = marked(marks, count, hits)
        for m in range(many):
            prefetch(recent, team[np.uintp(base + hits[min(m + _AHEAD, many - 1)])])
            recent[team[np.uintp(base + hits[m])]] += np.int32(1)


@nb.njit(cache=True, nogil=True)
def _sought(first, t, number, k0, k1, homophily, ties, levels, seen_as):  # type: ignore[no-untyped-def]
    """Those whose month it is: their places, and how many ties each sees, and which.

    Every tie is sought three times: it is the first who is there and, where alike are sought, of
    the same education, or else the last who is there. All three are looked at and none is left out
    by a branch, because nobody can foresee which it will be; tests are 0 or 1.
    """
    size, span, one, zero = ties.size, np.uint64(1), np.uint64(1), np.uint64(0)
    half, shift, gone = np.uint64(65_535), np.uint64(16), np.uint64(7)
    while span < size:  # of a short block, most draws would else be of rows that are not there
        span *= np.uint64(2)
    looking, count = np.empty(size // ROUND + 1, np.int64), 0
    for j in range((t - first) % ROUND, size, ROUND):
        looking[count] = j
        count += seen_as[j] < _NOBODY
    words, more = np.empty((4, count), np.uint32), np.empty((4, count), np.uint32)
    draws.words_of(looking, count, first, 0, number, k0, k1, words)
    draws.words_of(looking, count, first, 1, number, k0, k1, more)
    seen, others = np.empty(count, np.uint8), np.zeros((count, _MOST), np.uint16)
    last, alike = np.uint64(size - 1), np.uint64(np.ceil(homophily * 65_536.0))
    for m in range(count):
        me = np.uint64(looking[m])
        many, own = zero, levels[seen_as[me]]
        for k in range(_MOST):
            word, other = np.uint64(words[k, m]), np.uint64(more[k, m])
            anybody = np.uint64((other & half) >= alike)
            a = ((word >> shift) * span) >> shift  # 16 bits of luck for one of up to 65,536 rows
            b = ((word & half) * span) >> shift
            c = ((other >> shift) * span) >> shift
            is_a, is_b, is_c = np.uint64(a <= last), np.uint64(b <= last), np.uint64(c <= last)
            as_a, as_b = np.uint64(seen_as[a * is_a]), np.uint64(seen_as[b * is_b])
            as_c = np.uint64(seen_as[c * is_c])
            is_a &= np.uint64(a != me) & ((as_a >> gone) ^ one)
            is_b &= np.uint64(b != me) & ((as_b >> gone) ^ one)
            is_c &= np.uint64(c != me) & ((as_c >> gone) ^ one)
            take_a = is_a & (anybody | np.uint64(levels[as_a] == own))
            take_b = is_b & (anybody | np.uint64(levels[as_b] == own)) & (take_a ^ one)
            neither = (take_a | take_b) ^ one
            take_c = is_c & neither
            take_b |= is_b & neither & (is_c ^ one)
            take_a |= is_a & neither & (is_c ^ one) & (is_b ^ one)
            others[m, many] = np.uint16(take_a * a | take_b * b | take_c * c)
            many += np.uint64(k < ties[me]) & (take_a | take_b | take_c)
        seen[m] = np.uint8(many)
    return looking[:count], seen, others


@nb.njit(cache=True, nogil=True)
def _look(looking, seen, others, seen_as, outside):  # type: ignore[no-untyped-def]
    """The share of the ties that are seen who were trained; -1 for who sees nobody."""
    for m in range(looking.size):
        trained = 0
        for k in range(_MOST):
            trained += (seen_as[others[m, k]] & 1) & (k < seen[m])
        outside[looking[m]] = trained / seen[m] if seen[m] > 0 else -1.0


@nb.njit(cache=True, nogil=True)
def _shares(share, recent, size, shrink, mean):  # type: ignore[no-untyped-def]
    share[0] = mean
    for j in range(1, share.size):
        share[j] = (recent[j] + shrink * mean) / max(size[j] + shrink, 1e-9)


def set_shares(
    share: NDArray[np.float32], recent: NDArray[np.int32], size: NDArray[np.int64],
    shrink: float, mean: float,
) -> None:  # fmt: skip
    """Set every team's share of members trained, shrunk to the mean as if there were `shrink` more
    members; who has no team is told the mean.
    """
    shares: Any = _shares
    shares(share, recent, size, shrink, mean)


def look_around(
    population: Population, t: int, seed: int, norm: Mapping[str, float],
    pool: ThreadPoolExecutor | None = None, sought: dict[int, Sought] | None = None,
) -> NDArray[np.int32]:  # fmt: skip
    """Set `outside` for those whose month it is: the share of their ties trained in 12 months.

    Returns how many members of every team were. `sought` keeps whom they see, by block: for the
    same people in the same month, who need then not be sought again.
    """
    worker = population.worker
    see: Any = _seen
    seek: Any = _sought
    look: Any = _look
    names = ("ties", "education", "contract", "last_job", "last_self", "team")
    blocks = range(0, population.rows, CIRCLE)
    threads = pool._max_workers if pool else 1
    alike = norm["homophily"]

    def part(k: int) -> NDArray[np.int32]:
        recent = np.zeros(population.team["culture"].size, np.int32)
        seen_as = np.empty(CIRCLE, np.uint8)
        for first in blocks[len(blocks) * k // threads : len(blocks) * (k + 1) // threads]:
            rows = slice(first, first + CIRCLE)
            columns = [worker[name][rows] for name in names]
            see(t - ROUND, *columns, seen_as, recent)
            if norm["outside"] == 0.0:
                continue
            found = sought.get(first) if sought else None
            if found is None or found[0] != alike:
                of_block = first, t, _NUMBER, *draws.key(seed), alike, columns[0], _LEVEL, seen_as
                found = alike, seek(*of_block)
                if sought is not None:
                    sought[first] = found
            look(*found[1], seen_as, worker["outside"][rows])
        return recent

    first, *others = list((pool.map if pool else map)(part, range(threads)))
    for other in others:
        first += other
    return first
