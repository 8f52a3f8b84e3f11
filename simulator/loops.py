"""`fuse`: the generated text of all laws in force, as `row`, `sweep` and `batch`.

`row` is one worker, all laws in order; `batch` is that for some rows. `sweep` takes a chunk of
rows at a time: what every row needs is made ahead (draws, cells of the team table), then follows
one loop a law, or one a code over the list of the rows that hold it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from simulator.fusion import Body, Names, Ready, Scope, by_code, read
from simulator.laws import Law

AHEAD = 8  # rows of a batch whose memory is asked for before they are needed: they lie far apart
CHUNK = 1024  # rows whose columns, draws and lists stay in the nearer caches


class Sweep:
    """The lines of the sweep for a body."""

    def __init__(self, body: Body) -> None:
        self.body, self.ready = body, Ready()
        self.lists: dict[str, int] = {}  # column -> how many lists it needs
        self.made: dict[str, None] = {}  # blocks made for listed rows
        self.kept: dict[str, None] = {}  # what is derived ahead
        self.loops: list[str] = []
        for column, laws in body.runs:
            if column:
                self._by_code(column, by_code(laws))
            else:
                self._loop("for j in range(count):", [], laws, None)

    def _loop(
        self, head: str, index: Sequence[str], laws: Sequence[Law], listed: dict[str, int] | None
    ) -> None:
        scope = Scope(3, ready=self.ready, listed=listed, outermost=True)
        for line in (*index, "i = uintp(base + j)"):
            scope.add(line)
        for law in laws:
            self.body.law(law, scope)
        self.loops += [f"        {head}", *scope.lines]

    def _by_code(self, column: str, laws: dict[int, list[Law]]) -> None:
        """Rows listed by code first, all at once: what a law moves is not met again."""
        held, many, last = f"held_{column}", f"many_{column}", max(laws) + 1
        if min(laws) < 0:
            raise ValueError(f"laws act at code {min(laws)} of {column!r}: codes start at 0")
        self.lists[column] = max(last, self.lists.get(column, 0))
        self._ahead([law for some in laws.values() for law in some])
        self.loops += [
            f"        {many}[:] = 0",
            "        for j in range(count):",
            f"            code = uintp(min(int64(c_{column}[base + j]) & 255, {last}))",
            f"            {held}[code, {many}[code]] = j",
            f"            {many}[code] += 1",
        ]
        for code, some in laws.items():
            listed: dict[str, int] = {}
            before = len(self.loops)
            index = [f"j = uintp({held}[{code}, m])", *self._next_team()]
            self._loop(f"for m in range({many}[{code}]):", index, some, listed)
            rows = f"{held}[{code}], {many}[{code}]"
            fills = [
                f"        words_of({rows}, base, t, {number}, k0, k1, {stem})"
                for stem, number in listed.items()
            ]
            self.loops[before:before] = fills
            self.made |= dict.fromkeys(listed)
        self.ready.derived.clear()

    def _next_team(self) -> list[str]:
        """A line that asks for the team of who stands here in the next chunk.

        Members of a team no longer lie together once people have changed jobs, so that each is a
        walk to memory; a loop over listed rows takes long enough to hide it.
        """
        return [
            f"prefetch(l_{name}, intp(c_team[min(uintp(base + {CHUNK}) + j, last)]))"
            for name in list(self.ready.lookups)[:1]  # the others lie in the same line
        ]

    def _ahead(self, laws: Sequence[Law]) -> None:
        """What laws by code read of what is derived ahead, made for all rows in one loop each."""
        names = self.body.names
        asked = {d.name for law in laws for rule in law.rules for d in names.derived_of(rule)}
        for derived in names.derived.values():
            if not derived.ahead or derived.name not in asked:
                continue
            scope = Scope(3, ready=self.ready)
            scope.add("i = uintp(base + j)")
            for given in derived.gives:
                scope.add(f"h_{given}[j] = {self.body.value(given, scope)}")
                self.kept.setdefault(given)
            self.loops += ["        for j in range(count):", *scope.lines]
            self.ready.derived.setdefault(derived.name)

    def lines(self) -> list[str]:
        """The sweep over the rows from `start` to `stop`."""
        names, ready = self.body.names, self.ready
        stems = list(dict.fromkeys([*ready.blocks, *self.made]))
        space = [f"    {stem} = empty((4, {CHUNK}), uint32)" for stem in stems]
        space += [f"    h_{name} = empty({CHUNK}, float64)" for name in self.kept]
        for name in ready.lookups:
            column = names.lookup[name]
            kind = "float64" if column.is_float or column.is_money else "int64"
            space.append(f"    g_{name} = empty({CHUNK}, {kind})")
        for listed, codes in self.lists.items():
            space.append(f"    held_{listed} = empty(({codes + 1}, {CHUNK}), int64)")
            space.append(f"    many_{listed} = empty({codes + 1}, int64)")
        made = [
            f"        words(base, count, t, {number}, k0, k1, {stem})"
            for stem, number in ready.blocks.items()
        ]
        if ready.lookups:
            made += ["        for j in range(count):", "            k = uintp(c_team[base + j])"]
            for name in ready.lookups:
                made.append(f"            g_{name}[j] = {read(names.lookup[name], f'l_{name}[k]')}")
        return [
            *space,
            "    last = uintp(stop - 1)",
            f"    for base in range(start, stop, {CHUNK}):",
            f"        count = min({CHUNK}, stop - base)",
            *made,
            *self.loops,
        ]


def fuse(laws: Sequence[Law], names: Names) -> tuple[str, Body]:
    """The generated module text with `row`, `sweep` and `batch`, and the body it came from."""
    body = Body(laws, names)
    one, some, many = body.row(1), body.row(2), Sweep(body).lines()
    looked = [n for n in names.lookup if any(f"l_{n}[" in line for line in one)]
    cells = [f"c_{n}" for n in body.used] + [f"l_{n}" for n in looked]
    head = f"t, k0, k1, P, D, out, {', '.join(cells)}"
    setup = _setup(one, names, body.tallies)
    finish = [f"    out[{k}] += n_{name}" for k, name in enumerate(body.tallies)]
    # The types stand in `parameters.tuple_type`, one for all texts: what is compiled for one text
    # then serves the others.
    lines = [f"# P_{owner}: {', '.join(fields)}" for owner, fields in names.owners.items()]
    for derived in names.derived.values():
        if derived.source:
            lines += ["", *derived.source.splitlines()]
    lines += ["", "", f"def row(i, {head}):", *setup, *one, *finish]
    lines += ["", "", f"def sweep(start, stop, {head}):", *setup, *many, *finish]
    lines += ["", "", f"def batch(rows, {head}):", *setup]
    kept = [n for n in body.used if not names.table[n].scratch]
    lines += ["    for j in range(rows.size):", "        i = uintp(rows[j])"]
    lines += [f"        n = intp(rows[min(j + {AHEAD}, rows.size - 1)])"]
    lines += [f"        prefetch(c_{name}, n)" for name in kept]
    lines += [*some, *finish, ""]
    return "\n".join(lines), body


def _setup(inside: Sequence[str], names: Names, tallies: Sequence[str]) -> list[str]:
    """Statements before the loop: parameter tuples, drivers and zeroed tallies that are used."""
    used = set(re.findall(r"\b[pd]_\w+", "\n".join(inside)))
    lines, at = [], 0
    for owner, fields in names.owners.items():
        if f"p_{owner}" in used:
            values = ", ".join(f"P[{at + k}]" for k in range(len(fields)))
            lines.append(f"    p_{owner} = P_{owner}({values})")
        at += len(fields)
    lines += [f"    d_{d} = D[{k}]" for k, d in enumerate(names.drivers) if f"d_{d}" in used]
    return lines + [f"    n_{name} = 0" for name in tallies]
