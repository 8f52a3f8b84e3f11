"""Chunks of rows, and the few of them that something happens to: marked first, then numbered, and
asked for in memory before they are needed.

Marking asks a little of every row and has no branches, so that it is vector code; what is left are
short lists. Where few rows are marked, eight at a time are passed over.
"""

from typing import Any

import numba as nb
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

CHUNK = 2048  # rows whose columns, draws and marks stay in the nearer caches


def _prefetch(_typing: Any, array: Any, _index: Any) -> Any:
    """Ask for the line of memory of a cell before it is needed; nothing is read or changed."""

    def written(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, bits = signature.args[0], ir.IntType(32)
        cells = context.make_array(kind)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(  # type: ignore[no-untyped-call, unused-ignore]
            context, builder, kind, cells, [arguments[1]]
        )
        byte = ir.IntType(8).as_pointer()
        asked = ir.FunctionType(ir.VoidType(), [byte, bits, bits, bits])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [byte], asked)
        builder.call(ask, [builder.bitcast(place, byte), bits(0), bits(3), bits(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), written


prefetch: Any = intrinsic(_prefetch)


@nb.njit(cache=True, nogil=True, forceinline=True)
def marked(marks, count, hits):  # type: ignore[no-untyped-def]
    """The number of marked rows among the first `count` of a chunk; `hits` is told which they are.

    marks: int8[CHUNK], 0 or 1; hits: int64[CHUNK + 8] or longer, of which the first so many are
    set.
    """
    found, eights = 0, marks.view(np.uint64)
    for eight in range(count // 8):
        if eights[eight] != 0:
            for j in range(8 * eight, 8 * eight + 8):
                hits[found] = j
                found += marks[j]
    for j in range(count // 8 * 8, count):
        hits[found] = j
        found += marks[j]
    return found
