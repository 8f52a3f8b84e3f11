"""Everybody at one moment, asked all questions at once: answers by group in one compiled pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator import codes, groups

Answers = NDArray[np.bool_]
_LANE = 16  # bits of a count: four counts are added as one number
_PER_WORD = 64 // _LANE
_MOST = 1 << (_LANE - 1)  # persons that are counted before lanes are emptied
MOST = 32  # questions, and populations asked, at once
# Four bits as four lanes.
_SPREAD = np.array(
    [sum(((bits >> k) & 1) << (_LANE * k) for k in range(_PER_WORD)) for bits in range(16)],
    np.uint64,
)


@nb.njit(cache=True, nogil=True)
def _answered(bits, answer, question):  # type: ignore[no-untyped-def]
    """Add everybody's answer to a question to their bits."""
    place = np.uint32(question)
    for i in range(bits.size):
        bits[i] |= np.uint32(answer[i]) << place


@nb.njit(cache=True, nogil=True)
def _tabulate(  # type: ignore[no-untyped-def]
    bits, value, asked, of_value, spread, offsets, age_code, age, education, contract, firm_size,
    sector, counts, sums,
):  # fmt: skip
    """Add everybody's answers to the margins; `counts` has four counts of 16 bits in a word."""
    words = counts.shape[1]
    for i in range(bits.size):
        c = contract[i]
        if c == codes.ABSENT:
            continue
        a = age_code[age[i]]
        cells = (offsets[0] + a, offsets[1] + education[i], offsets[2] + c,
                 offsets[3] + firm_size[i], offsets[4] + sector[i])  # fmt: skip
        mine = bits[i] & asked[a, c]
        for w in range(words):
            lanes = spread[(mine >> np.uint32(4 * w)) & np.uint32(15)]
            for cell in cells:
                counts[cell, w] += lanes
        if of_value[a, c]:
            for cell in cells:
                sums[cell] += value[i]


@nb.njit(cache=True, nogil=True)
def _cells(  # type: ignore[no-untyped-def]
    rows, age_code, shape, age, education, contract, firm_size, sector, found
):
    for j in range(rows.size):
        i, (_, levels, contracts, sizes, sectors) = rows[j], shape
        cell = age_code[age[i]] * levels + education[i]
        found[j] = ((cell * contracts + contract[i]) * sizes + firm_size[i]) * sectors + sector[i]


def cells(worker: Mapping[str, NDArray[np.integer]], rows: NDArray[np.int64]) -> NDArray[np.int32]:
    """The cell of those rows: age x education x contract x firm size x sector as one number."""
    found, number = np.empty(rows.size, np.int32), cast(Any, _cells)
    number(rows, groups.AGE_CODE, groups.SHAPE, *(worker[name] for name in groups.AXES), found)
    return found


class Panel:
    """Everybody at one moment: a population is whom a survey questions, by code of age and
    contract, as `groups.population` gives it.
    """

    def __init__(self, worker: Mapping[str, NDArray[Any]]) -> None:
        self._columns = [worker[name] for name in groups.AXES]

    def ask(
        self,
        questions: Sequence[tuple[Answers, Answers]],
        value: NDArray[np.floating],
        of_value: Answers,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Shares of yes, the mean of a quantity in its population, and persons, by group.

        A question is everybody's answer to it, and whom it is put to. Shares have a row a question,
        in the order of groups.GROUPS; NaN where a group is empty. ValueError with too many of them.
        """
        yes, populations = [a for a, _ in questions], [p for _, p in questions]
        asked = list({p.tobytes(): p for p in (*populations, of_value, EVERYBODY)}.values())
        if len(yes) + len(asked) > MOST:
            raise ValueError(f"{len(yes)} questions at once: {MOST - len(asked)} are allowed")
        bits = np.full(self._columns[0].size, (1 << MOST) - (1 << len(yes)), np.uint32)
        answered = cast(Any, _answered)
        for k, answer in enumerate(yes):
            answered(bits, answer, k)
        table = np.zeros(EVERYBODY.shape, np.uint32)
        for k, population in enumerate((*populations, *asked)):
            table |= population.astype(np.uint32) << np.uint32(k)
        counts, sums = self._tabulate(bits, value, table, of_value, len(yes) + len(asked))
        found = groups.by_group(counts)
        whole = {p.tobytes(): found[:, len(yes) + k] for k, p in enumerate(asked)}
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.array([found[:, k] / whole[p.tobytes()] for k, p in enumerate(populations)])
            mean = groups.by_group(sums) / whole[of_value.tobytes()]
        return shares, mean, whole[EVERYBODY.tobytes()]

    def _tabulate(
        self,
        bits: NDArray[np.uint32],
        value: NDArray[np.floating],
        asked: NDArray[np.uint32],
        of_value: Answers,
        questions: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        words = -(-questions // _PER_WORD)
        cells, tabulate = int(groups.OFFSETS[-1]), cast(Any, _tabulate)
        counts, sums = np.zeros((cells, words * _PER_WORD), np.int64), np.zeros(cells)
        for first in range(0, bits.size, _MOST):
            part = slice(first, first + _MOST)
            lanes = np.zeros((cells, words), np.uint64)
            tabulate(
                bits[part], value[part], asked, of_value, _SPREAD, groups.OFFSETS, groups.AGE_CODE,
                *(column[part] for column in self._columns), lanes, sums,
            )  # fmt: skip
            for lane in range(_PER_WORD):
                counts[:, lane::_PER_WORD] += (
                    (lanes >> np.uint64(_LANE * lane)) & np.uint64((1 << _LANE) - 1)
                ).astype(np.int64)
        return counts, sums


EVERYBODY = np.ones((len(groups.AGE_STARTS), len(codes.CONTRACT)), bool)
