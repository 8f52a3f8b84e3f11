"""Random numbers as addresses: a draw is a pure function of (seed, worker, month, decision).

Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC 2011): the seed is the key; worker, month and decision are the counter. Nothing is consumed,
so another policy, person or thread changes nobody else's luck.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

import numba as nb
import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator import codegen  # noqa: F401  # before anything is compiled

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_STEP = 2.0**-32  # a word w stands for the uniform draw (w + 0.5) * _STEP

# One Philox block yields four words. Decisions that are needed together share a block, by this
# fixed table; every other decision has a block of its own. A line here never changes: moving a
# decision would give everybody other luck.
SHARED: dict[str, tuple[str, ...]] = {
    "month": ("employer_training", "stage", "reorganisation", "awareness"),
    "plan": ("plan.price", "plan.hours", "plan.kind", "plan.payer"),
    "hurdles": ("hurdle.money", "hurdle.time", "hurdle.crowd_out", "course.no_show"),
    "course": ("course.drop_out", "course.quality", "job.price", "job.hours"),
    "job_course": ("job.drop_out", "job.quality", "hurdle_refresh", "relapse.way"),
    "person.1": ("person.attitude", "person.self_efficacy", "person.urgency", "person.slack"),
    "life": ("life.stay", "life.move", "life.school", "life.where"),
    "place": ("place.kept", "place.sector", "place.cell", "place.seat"),
    "entry": ("entry.age", "entry.level", "life.level"),
    "person.2": ("person.disposition", "person.chronic", "person.supervisor", "person.stage"),
}
# Decisions that several laws may share, because each turns the draw by a name of its own.
TURNED = frozenset({"outreach", "awareness"})
_LANES = {name: (block, k) for block, names in SHARED.items() for k, name in enumerate(names)}


def _word(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "little")


def address(decision: str) -> tuple[int, int]:
    """The (block number, word 0-3) at which a decision's draw stands, from its name alone."""
    block, lane = _LANES.get(decision, (decision, 0))
    return _word("block:" + block), lane


@cache
def key(seed: int) -> tuple[np.uint64, np.uint64]:
    """The two 32-bit Philox key words of a seed, hashed so that nearby seeds share nothing."""
    digest = blake2b(f"seed:{seed}".encode(), digest_size=8).digest()
    return (
        np.uint64(int.from_bytes(digest[:4], "little")),
        np.uint64(int.from_bytes(digest[4:], "little")),
    )


def turn(name: str) -> float:
    """A fixed turn in [0, 1) for a name: frac(u + turn) is as uniform as u.

    Several rare events may so share one draw: each keeps its own chance, and no two of them fall
    on the same draw by having the same name.
    """
    return _word("turn:" + name) * _STEP


def replicate(seed: int, index: int) -> int:
    """The seed of replicate `index`: a hash, never `seed + index`, which would overlap."""
    digest = blake2b(f"replicate:{seed}:{index}".encode(), digest_size=6).digest()
    return int.from_bytes(digest, "little")


@nb.njit(cache=True, nogil=True, forceinline=True)
def _round(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    first, second = c0 * _M0, c2 * _M1
    return (second >> _HALF) ^ c1 ^ k0, second & _LOW, (first >> _HALF) ^ c3 ^ k1, first & _LOW


@nb.njit(cache=True, nogil=True, forceinline=True)
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Four 32-bit words (held in uint64) of Philox4x32-10; all arguments are uint64 below 2^32.

    The rounds are written out, because only then is a loop over workers made into vector code.
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return _round(c0, c1, c2, c3, k0, k1)


@nb.njit(cache=True, nogil=True, forceinline=True)
def words(first, count, month, number, k0, k1, out):  # type: ignore[no-untyped-def]
    """Fill out[4, count] (uint32) with the block `number` of `count` workers from `first` on."""
    m, b, zero, start = np.uint64(month), np.uint64(number), np.uint64(0), np.uint64(first)
    for j in range(count):
        w0, w1, w2, w3 = philox(start + np.uint64(j), m, b, zero, k0, k1)
        out[0, j], out[1, j] = np.uint32(w0), np.uint32(w1)
        out[2, j], out[3, j] = np.uint32(w2), np.uint32(w3)


@nb.njit(cache=True, nogil=True, forceinline=True)
def words_of(listed, count, first, month, number, k0, k1, out):  # type: ignore[no-untyped-def]
    """As `words`, for the workers first + listed[0], first + listed[1] and so on."""
    m, b, zero, start = np.uint64(month), np.uint64(number), np.uint64(0), np.uint64(first)
    for j in range(count):
        w0, w1, w2, w3 = philox(start + np.uint64(listed[j]), m, b, zero, k0, k1)
        out[0, j], out[1, j] = np.uint32(w0), np.uint32(w1)
        out[2, j], out[3, j] = np.uint32(w2), np.uint32(w3)


@nb.njit(cache=True, nogil=True)
def block(worker, month, number, k0, k1):  # type: ignore[no-untyped-def]
    """Four uniform draws in (0, 1): the block `number` of a worker in a month."""
    a, b, c, d = philox(
        np.uint64(worker), np.uint64(month), np.uint64(number), np.uint64(0), k0, k1
    )
    return (a + 0.5) * _STEP, (b + 0.5) * _STEP, (c + 0.5) * _STEP, (d + 0.5) * _STEP


@nb.njit(cache=True, nogil=True)
def _fill(rows, month, number, lane, k0, k1, out):  # type: ignore[no-untyped-def]
    m, b, zero = np.uint64(month), np.uint64(number), np.uint64(0)
    for j in range(rows.size):
        w0, w1, w2, w3 = philox(np.uint64(rows[j]), m, b, zero, k0, k1)
        first, second = (w0, w1) if lane < 2 else (w2, w3)
        out[j] = ((first if lane % 2 == 0 else second) + 0.5) * _STEP


def highest(chance: ArrayLike) -> NDArray[np.uint32]:
    """A bound of the words of draws below a chance: none is higher; shaped as `chance` is."""
    whole = np.ceil(np.asarray(chance, np.float64) * 2.0**32)
    return np.clip(whole, 0.0, 2.0**32 - 1.0).astype(np.uint32)


def uniforms(
    seed: int, rows: NDArray[np.integer], month: int, decision: str
) -> NDArray[np.float64]:
    """The draw of every row in `rows` (worker numbers) for one decision in one month, in (0, 1)."""
    number, lane = address(decision)
    out = np.empty(rows.size)
    _fill(rows.astype(np.int64, copy=False), month, number, lane, *key(seed), out)
    return out
