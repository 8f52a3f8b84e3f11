"""A fused loop made runnable: cached on disk, bound to a table, run in blocks on threads."""

from __future__ import annotations

import functools
import hashlib
import inspect
import itertools
import operator
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba as nb
import numpy as np
from numpy.typing import NDArray

from simulator import chunks, draws, laws
from simulator.laws import Law, Names
from simulator.loops import fuse
from simulator.parameters import tuple_type
from simulator.scans import parts

BLOCK_ROWS = 65_536  # fixed, so that no result depends on the number of threads


_GIVEN = {
    "marked": chunks.marked,
    "int8": np.int8,
    "block": draws.block,
    "words": draws.words,
    "words_of": draws.words_of,
    "prefetch": chunks.prefetch,
    "copy_four": chunks.copy_four,
    "intp": np.intp,
    "empty": np.empty,
    "uint32": np.uint32,
    "float32": np.float32,
    "uintp": np.uintp,
    "float64": np.float64,
    "int64": np.int64,
}
_GIVEN_PLAIN = _GIVEN | {"float64": float, "int64": int}
SMALL_BATCH = 2_000  # rows below which threads cost more than they save
_NOTHING = np.zeros(0)
_MADE: dict[str, ModuleType] = {}
_LOOPS = ("row", "sweep", "batch")
Arrays = Mapping[str, NDArray[Any]]
Tallied = NDArray[np.int64]  # in the order of a kernel's tallies


def cache_folder() -> Path:
    """Where generated loops and their machine code are kept (LLO_CACHE, else the user's cache)."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    wanted = Path(os.environ.get("LLO_CACHE") or Path(home) / "llo-simulator")
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="llo-simulator-"))


def _origin(rule: Callable[..., Any]) -> bytes:
    """The text that decides what a rule does: its whole module, so that helpers count too."""
    module = sys.modules.get(rule.__module__)
    path = getattr(module, "__file__", None)
    if path and Path(path).is_file():
        return Path(path).read_bytes()
    try:
        return inspect.getsource(rule).encode()
    except (OSError, TypeError):
        return rule.__code__.co_code + repr(rule.__code__.co_consts).encode()


@functools.cache
def _own_sources() -> bytes:
    """The text of the whole simulator: a helper or constant anywhere in it may decide a result."""
    folder = Path(__file__).parent
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py")))


def _meant(source: str, rules: Mapping[str, Callable[..., Any]]) -> bytes:
    """Which rules the names in a text stand for: instruments may give other rules one name."""
    said = set(re.findall(r"\w+", source))
    told = (f"{n} {r.__module__} {r.__qualname__}" for n, r in rules.items() if n in said)
    return "\n".join(sorted(told)).encode()


def _write_once(path: Path, text: str) -> None:
    if not path.exists():
        beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        beside.write_text(text)
        beside.replace(path)


class Kernel:
    """Laws in force on one table, as `sweep` (all rows), `batch` (some rows) and `row` (one)."""

    def __init__(self, laws_in_force: Sequence[Law], names: Names) -> None:
        self.source, self.body = fuse(laws_in_force, names)
        self.names = names
        self.tallies: tuple[str, ...] = tuple(self.body.tallies)
        rules = dict(self.body.rules)
        for derived in names.derived.values():
            rules |= derived.namespace
        self._rules = rules
        others = (r for r in rules.values() if not (r.__module__ or "").startswith("simulator."))
        origins = sorted({_own_sources(), *map(_origin, others)})
        versions = (
            f"{nb.__version__} {llvmlite.__version__} {np.__version__} {platform.python_version()}"
        )
        digest = hashlib.blake2b(digest_size=12)
        for part in (self.source.encode(), _meant(self.source, rules), versions.encode(), *origins):
            digest.update(part)
        self.path = cache_folder() / f"llo_{digest.hexdigest()}.py"
        _write_once(self.path, self.source)

    def _module(self, name: str, compiled: bool) -> ModuleType:
        """The generated text executed with its rules, compiled or as written."""
        module = ModuleType(name)
        sys.modules[module.__name__] = module
        module.__dict__.update(_GIVEN if compiled else _GIVEN_PLAIN)
        for owner, fields in self.names.owners.items():
            module.__dict__[f"P_{owner}"] = tuple_type(owner, tuple(fields))
        for label, rule in self._rules.items():
            wanted = compiled and not label.startswith("derived_")
            module.__dict__[label] = laws.compiled(rule) if wanted else rule
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)
        space = module.__dict__
        generated = [
            k for k, v in space.items() if inspect.isfunction(v) and v.__module__ == module.__name__
        ]
        if compiled:
            space |= {k: laws.compiled(space[k]) for k in generated if k not in _LOOPS}
        for derived in self.names.derived.values():
            if derived.source and derived.name not in space:
                continue  # nobody asks for it
            rule = space[derived.name] if derived.source else derived.function
            space[f"derived_{derived.name}"] = laws.compiled(rule) if compiled else rule
        if compiled:
            jit = nb.njit(cache=True, nogil=True, error_model="numpy")
            space |= {name: jit(space[name]) for name in ("sweep", "batch") if name in space}
        return module

    def bind(
        self, table: Arrays, lookup: Arrays, values: Mapping[str, Mapping[str, float]]
    ) -> Bound:
        """This kernel on one table with one set of parameter values."""
        return Bound(self, table, lookup, flattened(self.names.owners, values))

    @functools.cached_property
    def plain(self) -> ModuleType:
        """The loop with every rule as written, for one row at a time."""
        return self._made("plain", compiled=False)

    @functools.cached_property
    def fast(self) -> ModuleType:
        """The loop with every rule compiled."""
        return self._made("fast", compiled=True)

    def _made(self, kind: str, compiled: bool) -> ModuleType:
        """Executed once a process, however many models use the same laws."""
        name = f"{self.path.stem}_{kind}"
        if name not in _MADE:
            _MADE[name] = self._module(name, compiled)
        return _MADE[name]


class Bound:
    """A kernel bound to columns and parameter values: call it for a month."""

    def __init__(
        self,
        kernel: Kernel,
        table: Arrays,
        lookup: Arrays,
        values: NDArray[np.float64],
    ) -> None:
        self.kernel, self._lookup = kernel, lookup
        self.revalue(values)
        self._used = list(kernel.body.used)
        columns = kernel.names.table
        self._scratch = {n: columns[n].dtype for n in self._used if columns[n].scratch}
        self._places = [(k, n) for k, n in enumerate(self._used) if n in self._scratch]
        self._driving = _picked(tuple(kernel.body.driving))
        self.rebind(table)

    def revalue(self, values: NDArray[np.float64]) -> None:
        """Use other parameter values from now on: those of all owners, `flattened`."""
        self._p = values

    def rebind(self, table: Arrays) -> None:
        """Use other arrays (a copied or reloaded table) from now on.

        ValueError when what is read of a team in one go does not lie side by side in memory.
        """
        if not _side_by_side([self._lookup[n] for n in self.kernel.body.four]):
            raise ValueError(f"{', '.join(self.kernel.body.four)}: use population.side_by_side")
        self._cells = [table.get(n, _NOTHING) for n in self._used]
        self._cells += [self._lookup[n] for n in self.kernel.body.looked]
        self._rows = len(next(iter(table.values())))

    def _arguments(
        self, t: int, key: tuple[np.uint64, np.uint64], drivers: Mapping[str, float]
    ) -> tuple[Any, ...]:
        return (t, *key, self._p, self._driving(drivers))

    def nothing(self) -> Tallied:
        """Tallies of nobody, to which batches can be added."""
        return np.zeros(len(self.kernel.tallies), np.int64)

    def told(self, out: Tallied) -> dict[str, int]:
        """Tallies by name."""
        return dict(zip(self.kernel.tallies, out.tolist(), strict=True))

    def sweep(
        self,
        t: int,
        key: tuple[np.uint64, np.uint64],
        drivers: Mapping[str, float],
        pool: ThreadPoolExecutor | None = None,
        block_rows: int = BLOCK_ROWS,
    ) -> dict[str, int]:
        """One month for all rows; the tallies (counts, or cents where the name ends in _eur)."""
        arguments = self._arguments(t, key, drivers)
        starts = range(0, self._rows, block_rows)
        out = np.zeros((len(starts), len(self.kernel.tallies)), np.int64)
        loop, cells = self.kernel.fast.sweep, self._cells

        def one(b: int) -> None:
            start = starts[b]
            loop(start, min(start + block_rows, self._rows), *arguments, out[b], *cells)

        if pool is None or len(starts) == 1:
            for b in range(len(starts)):
                one(b)
        else:
            list(pool.map(one, range(len(starts))))
        return self.told(out.sum(axis=0) if len(starts) > 1 else out[0])

    def prepare(self, drivers: Mapping[str, float], *, rows: bool) -> None:
        """Compile (or load from the cache) the sweep, or with `rows` the batch; change nothing."""
        out = self.nothing()
        arguments = (*self._arguments(0, draws.key(0), drivers), out)
        if rows:
            cells = self._with(self.scratch(0))
            self.kernel.fast.batch(np.zeros(0, np.int64), *arguments, *cells)
        else:
            self.kernel.fast.sweep(0, 0, *arguments, *self._cells)

    def _with(self, scratch: Arrays, part: slice = slice(None)) -> list[NDArray[Any]]:
        """All cells, with the columns of a batch, or of a part of it, in their places."""
        if not self._places:
            return self._cells
        cells = self._cells.copy()
        for place, name in self._places:
            cells[place] = scratch[name][part]
        return cells

    def scratch(self, rows: int) -> dict[str, NDArray[Any]]:
        """Columns that live for one batch of so many rows."""
        return {name: np.zeros(rows, dtype) for name, dtype in self._scratch.items()}

    def batch(
        self,
        rows: NDArray[np.integer],
        t: int,
        key: tuple[np.uint64, np.uint64],
        drivers: Mapping[str, float],
        scratch: Arrays | None = None,
        pool: ThreadPoolExecutor | None = None,
        out: Tallied | None = None,
    ) -> Tallied:
        """The laws for the given rows only, each at most once; `scratch` has the columns that live
        for this batch, and is filled. Returns the tallies, added to `out` if that is given.
        """
        out = self.nothing() if out is None else out
        if not rows.size:
            return out
        made = self.scratch(rows.size) if scratch is None else scratch
        arguments = self._arguments(t, key, drivers)
        loop, all_rows = self.kernel.fast.batch, rows.astype(np.int64, copy=False)
        if pool is None or rows.size <= SMALL_BATCH:
            loop(all_rows, *arguments, out, *self._with(made))
            return out
        some = parts(rows.size, pool)
        outs = np.zeros((len(some), out.size), np.int64)

        def one(k: int) -> None:
            loop(all_rows[some[k]], *arguments, outs[k], *self._with(made, some[k]))

        list(pool.map(one, range(len(some))))
        out += outs.sum(axis=0)
        return out

    def row(
        self, i: int, t: int, key: tuple[np.uint64, np.uint64], drivers: Mapping[str, float]
    ) -> dict[str, int]:
        """The laws for one row in plain Python: the step of one agent."""
        out = self.nothing()
        self.kernel.plain.row(int(i), *self._arguments(t, key, drivers), out, *self._cells)
        return self.told(out)


def flattened(
    owners: Mapping[str, Sequence[str]], values: Mapping[str, Mapping[str, float]]
) -> NDArray[np.float64]:
    """Parameter values as one array, as loops take them: owner by owner, in their order."""
    flat = [float(values[owner][name]) for owner, fields in owners.items() for name in fields]
    return np.array(flat if flat else [0.0])


def _side_by_side(arrays: Sequence[NDArray[Any]]) -> bool:
    """Whether each cell of 4 bytes is followed by that of the next array."""
    at = [array.__array_interface__["data"][0] for array in arrays]
    steps = {b - a for a, b in itertools.pairwise(at)}
    return steps <= {4} and all(array.dtype == np.float32 for array in arrays)


@functools.cache
def _picked(names: tuple[str, ...]) -> Callable[[Mapping[str, float]], NDArray[np.float64]]:
    """What takes the values of some names, in order, out of a mapping."""
    if not names:
        return lambda values: _NOTHING
    if len(names) == 1:
        return lambda values: np.array([values[names[0]]], np.float64)
    take = operator.itemgetter(*names)
    return lambda values: np.array(take(values), np.float64)
