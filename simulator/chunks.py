"""Chunks of rows, and the few of them that something happens to: marked first, then numbered, and
asked for in memory before they are needed.

Marking asks a little of every row and has no branches, so that it is vector code; what is left are
short lists.
"""

from typing import Any

import numba as nb
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

CHUNK = 2048  # rows whose columns, draws and marks stay in the nearer caches


def _cell(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Where a cell of an array lies."""
    cells = context.make_array(kind)(context, builder, array)
    return cgutils.get_item_pointer(  # type: ignore[no-untyped-call, unused-ignore]
        context, builder, kind, cells, [index]
    )


def _prefetch(_typing: Any, array: Any, _index: Any) -> Any:
    """Ask for the line of memory of a cell before it is needed; nothing is read or changed."""

    def written(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        place = _cell(context, builder, signature.args[0], *arguments)
        asked = ir.FunctionType(ir.VoidType(), [byte, bits, bits, bits])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [byte], asked)
        builder.call(ask, [builder.bitcast(place, byte), bits(0), bits(3), bits(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), written


prefetch: Any = intrinsic(_prefetch)


def _copy_four(_typing: Any, into: Any, _place: Any, cells: Any, _index: Any) -> Any:
    """Copy four numbers of 4 bytes at once, which lie side by side from a cell on, to a place."""

    def written(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = ir.VectorType(ir.FloatType(), 4).as_pointer()
        target, source = (
            builder.bitcast(
                _cell(context, builder, signature.args[k], *arguments[k : k + 2]), pointer
            )
            for k in (0, 2)
        )
        four = builder.load(source)
        four.align = 4
        builder.store(four, target).align = 4
        return context.get_dummy_value()

    return types.void(into, types.intp, cells, types.intp), written


copy_four: Any = intrinsic(_copy_four)


def _counting(name: str, *flags: bool) -> Any:
    """One of LLVM's counts of the bits of a whole number of 64 bits."""

    def counting(_typing: Any, _bits: Any) -> Any:
        def written(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind = [ir.IntType(64), *(ir.IntType(1) for _ in flags)]
            count = builder.module.declare_intrinsic(
                name, kind[:1], ir.FunctionType(ir.IntType(64), kind)
            )
            return builder.call(count, [arguments[0], *(ir.IntType(1)(flag) for flag in flags)])

        return types.int64(types.uint64), written

    return intrinsic(counting)


ones = _counting("llvm.ctpop")  # how many bits are 1
lowest = _counting("llvm.cttz", False)  # the place of the lowest that is; 64 when none is
_EACH = np.uint64(0x0102040810204080)  # brings the lowest bit of each of eight bytes into the first


@nb.njit(cache=True, nogil=True, forceinline=True)
def marked(marks, count, hits):  # type: ignore[no-untyped-def]
    """The number of marked rows among the first `count` of a chunk; `hits` is told which they are.

    marks: int8[CHUNK], 0 or 1; hits: int64[CHUNK + 8] or longer, of which the first so many are
    set. Marks of 64 rows become the bits of one number, whose ones are listed four at a time: so
    no branch has to be foreseen but how many fours there are.
    """
    found, eights = 0, marks.view(np.uint64)
    one = np.uint64(1)
    for part in range(count // 64):
        bits = np.uint64(0)
        for k in range(8):
            bits |= ((eights[8 * part + k] * _EACH) >> np.uint64(56)) << np.uint64(8 * k)
        at, found = found, found + ones(bits)
        while at < found:
            for k in range(4):
                hits[at + k] = 64 * part + lowest(bits)
                bits &= bits - one
            at += 4
    for j in range(count // 64 * 64, count):
        hits[found] = j
        found += marks[j]
    return found


@nb.njit(cache=True, nogil=True)
def take(given, index, told):  # type: ignore[no-untyped-def]
    """Tell every place what is given at its index; without a copy in between."""
    for j in range(told.size):
        told[j] = given[index[j]]
