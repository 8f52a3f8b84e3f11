"""`fuse`: the generated text of all laws in force, as `row`, `sweep` and `batch`.

`row` is one worker, all laws in order; `batch` is that for some rows. `sweep` takes a chunk of
rows at a time: what every row needs is made ahead (draws, cells of the team table), then follows
law after law. A law for everybody is one loop, vector code where it has no branches. A law that
few rows meet is two: the first marks, for all rows at once and without branches, who may meet it
(its code, and its sieve or first test); the second is over the rows that were marked, whose memory
is asked for some rows ahead. What asks nothing of a row, such as the months in which a policy is in
force, is asked once a chunk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.chunks import CHUNK
from simulator.columns import TOGETHER
from simulator.fusion import Body, Ready, Scope, by_code, read
from simulator.laws import Derived, Law, Names, Rule, arguments

AHEAD = 8  # rows of a batch whose memory is asked for before they are needed: they lie far apart
TEAMS_AHEAD = 48  # rows whose team is asked for before it is read
_FOUR = TOGETHER[0]
_CELL, _LOOKED = re.compile(r"c_(\w+)\[i\]"), re.compile(r"l_(\w+)\[")


@dataclass
class Left:
    """A law on its way over the rows that are marked."""

    law: Law
    depth: int
    written: set[str]  # by laws before it at the same code
    wide: dict[str, int] = field(default_factory=dict)  # what is known, by its row of that array
    done: bool = False  # whether on some rows it is known to act while for others that is open
    asked: set[str] = field(default_factory=set)  # cells that a loop over these rows asked for


class Sweep:
    """The lines of the sweep for a body."""

    def __init__(self, body: Body) -> None:
        self.body, self.ready = body, Ready()
        self.listed: dict[str, None] = {}  # blocks made for marked rows
        self.kept: dict[str, None] = {}  # what is derived ahead
        self.codes: dict[str, None] = {}  # columns whose codes at the beginning are kept
        self.streamed: set[str] = set()  # columns of which a chunk reads every row
        self.loops: list[str] = []
        self.asking: list[tuple[int, str, set[str]]] = []  # where loops ask ahead
        self.month = ""  # the test of the month under which the loops of a law are run
        self.width, self.done = 0, False  # rows of `wide`; whether a second list of rows is kept
        for column, laws in body.runs:
            if column:
                self._by_code(column, by_code(laws))
            else:
                self._few(laws[0], (), set())

    def _add(self, *lines: str, depth: int = 2) -> None:
        self.loops += ["    " * depth + line for line in lines]

    def _dense(self, scope: Scope, depth: int = 2) -> None:
        """A loop over every row of the chunk."""
        self._add("for j in range(count):", depth=depth)
        self.loops += scope.lines
        self.streamed |= set(_CELL.findall("\n".join(scope.lines)))

    def _all(self, law: Law, depth: int, settled: int) -> None:
        """A law that every row meets."""
        scope = self._scope(depth + 1)
        self.body.law(law, scope, settled)
        self._dense(scope, depth)

    def _scope(self, depth: int, **more: object) -> Scope:
        month = self.month
        scope = Scope(depth, ready=self.ready, outermost=True, month=month, **more)  # type: ignore[arg-type]
        scope.add("i = uintp(base + j)")
        return scope

    def _few(self, law: Law, at: Sequence[str], written: set[str]) -> None:
        """A law that few rows meet, at a code of a column or by its tests."""
        asked, depth = self.body.of_the_month(law), 2
        self.month = " and ".join(self.body.test(law, k, Scope(2)) for k in range(asked))
        if asked:
            self._add(f"if {self.month}:")
            depth = 3
        if not at and (law.dense or asked == len(law.when)):
            self._all(law, depth, asked)
            return
        marking = self._scope(depth + 1)
        marks, settled = list(at), asked
        if law.sieve:
            marks.append(self.body.sieve(law, marking))
            settled += law.sieve in law.when[asked : asked + 1]
        elif not at:
            marks.append(self.body.test(law, asked, marking))
            settled += 1
        marking.add(f"marks[j] = {' & '.join(f'({mark})' for mark in marks)}")
        self._dense(marking, depth)
        self._add("many = marked(marks, count, hits)", depth=depth)
        self._of_marked(law, settled, depth, written)

    def _of_marked(self, law: Law, settled: int, depth: int, written: set[str]) -> None:
        """A law for the rows that are marked: its tests up to one that asks for something wide,
        which is made for who is left, and so on; then who acts.
        """
        left, rules, every = Left(law, depth, written), (*law.when, law.function), len(law.when)
        while True:
            open_at = (k for k in range(settled, every + 1) if self._wide(rules[k], left.wide))
            upto = next(open_at, -1)
            if upto < 0:
                break
            if upto > settled:
                self._sort_out(left, range(settled, upto))
            self._make_wide(left, self._wide(rules[upto], left.wide))
            settled = upto
        if settled < every and (left.done or self._draws(law)):
            self._sort_out(left, range(settled, every))
            settled = every
        acting = self._marked(left)
        self.body.law(law, acting, settled)
        self._over_marked(acting, left)

    def _wide(self, rule: Rule, made: Mapping[str, int]) -> list[Derived]:
        """What is wide, not made yet, and asked for by a rule: what others ask for first."""
        found = dict.fromkeys(reversed(self.body.names.derived_of(rule)))
        return [d for d in found if d.wide and not set(d.gives) <= set(made)]

    def _sort_out(self, left: Left, tests: range) -> None:
        """Ask the marked rows some of a law's tests. After the last test `hits` holds those on whom
        it acts. Before it those for whom that is open; `done` holds the ones it is known to act on.
        """
        law, depth, scope = left.law, left.depth, self._marked(left)
        last = tests.stop == len(law.when)
        kept: dict[str, int] = {}
        asked = (*law.when, law.function)[tests.stop :]
        derived = {d for rule in asked for d in self.body.names.derived_of(rule)}
        later = {g for d in derived if d.name not in self.ready.derived for g in d.gives}

        def keep(known: Scope) -> None:
            for name in sorted(later):
                if f"x_{name}" in known.known:
                    kept[name] = len(kept)
                    known.add(f"wide[{kept[name]}, found] = x_{name}")

        acts, is_left = self.body.settle(law, scope, tests, None if last else keep)
        early = not last and any(law.when[k] in law.sure for k in tests)
        begins = ["found = 0", *(["ended = 0"] if early and not left.done else [])]
        left.done |= early
        if early or (last and left.done):
            scope.add("done[ended] = j")
            scope.add(f"ended += {acts}")
        if not last or not left.done:
            scope.add("hits[found] = j")
            scope.add(f"found += {acts if last else is_left}")
        self._add(*begins, depth=depth)
        self._over_marked(scope, left)
        if last and left.done:
            self._add("for m in range(ended):", depth=depth)
            self._add("hits[m] = done[m]", depth=depth + 1)
        self._add(f"many = {'ended' if last and left.done else 'found'}", depth=depth)
        left.wide = kept
        self.width, self.done = max(self.width, len(kept)), self.done or left.done

    def _make_wide(self, left: Left, wanted: Sequence[Derived]) -> None:
        """What is wide, for the rows that are left: what it asks for is gathered into rows of
        `wide`, then a loop each computes it.
        """
        names, body, gathering = self.body.names, self.body, self._marked(left)
        place, made = dict(left.wide), {g for derived in wanted for g in derived.gives}
        asked = dict.fromkeys(a for derived in wanted for a in arguments(derived.function))
        for argument in asked:
            if names.is_of_row(argument) and argument not in made | set(place):
                value = body.value(argument, gathering)
                place[argument] = len(place)
                gathering.add(f"wide[{place[argument]}, m] = {value}")
        self._over_marked(gathering, left)
        for derived in wanted:
            making = Scope(left.depth + 1)
            cells = {a: f"wide[{k}, m]" for a, k in place.items()}
            cells |= {a: f"int64({cells[a]})" for a in cells if names.is_whole(a)}
            making.add(body.made(derived, cells, making))
            for given in derived.gives:
                place[given] = left.wide[given] = len(place)
                making.add(f"wide[{place[given]}, m] = x_{given}")
            self._add("for m in range(many):", depth=left.depth)
            self.loops += making.lines
        self.width = max(self.width, len(place))

    def _draws(self, law: Law) -> bool:
        """Whether a law that acts asks for draws that nobody had to make before."""
        trial = self._marked(Left(law, 2, set()))
        self.body.law(replace(law, when=(), sure=(), sieve=None), trial)
        return bool(trial.listed)

    def _marked(self, left: Left) -> Scope:
        scope = self._scope(left.depth + 1, listed={}, wide=left.wide)
        scope.written |= left.written
        return scope

    def _over_marked(self, scope: Scope, left: Left) -> None:
        """A loop over the marked rows of the chunk."""
        listed, depth, text = scope.listed or {}, scope.depth - 1, "\n".join(scope.lines)
        self.listed |= dict.fromkeys(listed)
        self._add(*(f"words_of(hits, many, base, t, {number}, k0, k1, of_{stem})"
                    for stem, number in listed.items()), depth=depth)  # fmt: skip
        self._add("for m in range(many):", depth=depth)
        self._add("j = uintp(hits[m])", depth=depth + 1)
        cells = {f"c_{name}" for name in _CELL.findall(text)}
        cells |= {f"l_{name}" for name in _LOOKED.findall(text)}
        self.asking.append((len(self.loops), "    " * scope.depth, cells - left.asked))
        left.asked |= cells
        self.loops += scope.lines

    def _by_code(self, column: str, laws: dict[int, list[Law]]) -> None:
        """Codes are kept first, all at once: what one law moves is not met again."""
        if min(laws) < 0:
            raise ValueError(f"laws act at code {min(laws)} of {column!r}: codes start at 0")
        self.month = ""
        self._ahead([law for some in laws.values() for law in some])
        self.codes.setdefault(column)
        keeping = self._scope(3)
        keeping.add(f"began_{column}[j] = c_{column}[i]")
        self._dense(keeping)
        for code, some in laws.items():
            written: set[str] = set()
            for law in some:
                self._few(law, [f"began_{column}[j] == {code}"], written)
                written |= set(law.writes)
        self.ready.derived.clear()

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
            self._dense(scope)
            self.ready.derived.setdefault(derived.name)

    def _asking_ahead(self) -> list[str]:
        """The loops, with lines that ask for the cells of marked rows that no loop streams."""
        lines = list(self.loops)
        for place, indent, cells in reversed(self.asking):
            asked = [
                f"prefetch({cell}, {'soon' if cell.startswith('c_') else 'intp(c_team[soon])'})"
                for cell in sorted(cells)
                if cell[2:] not in self.streamed or cell.startswith("l_")
            ]
            if asked:
                asked.insert(0, f"soon = intp(base + hits[min(m + {AHEAD}, many - 1)])")
            lines[place:place] = [indent + line for line in asked]
        return lines

    def lines(self) -> list[str]:
        """The sweep over the rows from `start` to `stop`."""
        names, ready = self.body.names, self.ready
        space = [f"    {stem} = empty((4, {CHUNK}), uint32)" for stem in ready.blocks]
        space += [f"    of_{stem} = empty((4, {CHUNK}), uint32)" for stem in self.listed]
        space += [f"    h_{name} = empty({CHUNK}, float64)" for name in self.kept]
        space += [f"    began_{name} = empty({CHUNK}, c_{name}.dtype)" for name in self.codes]
        for name in ready.lookups:
            column = names.lookup[name]
            kind = "float64" if column.is_float or column.is_money else "int64"
            space.append(f"    g_{name} = empty({CHUNK}, {kind})")
        if self.asking:
            space += [
                f"    marks = empty({CHUNK}, int8)",
                f"    hits = empty({CHUNK + 8}, int64)",
            ]
        if self.done:
            space.append(f"    done = empty({CHUNK + 8}, int64)")
        if self.width:
            # Not a power of two, or the rows would want the same places of the nearest cache.
            space.append(f"    wide = empty(({self.width}, {CHUNK + 24}), float64)")
        made = []
        for stem, number in ready.blocks.items():
            months, depth = ready.months[stem], 2
            if "" not in months:
                made.append(f"        if {' or '.join(months)}:")
                depth = 3
            made.append("    " * depth + f"words(base, count, t, {number}, k0, k1, {stem})")
        if ready.lookups:
            first = next(iter(ready.lookups))  # the others lie beside it
            each = "        for j in range(count):"
            made += [
                each,
                f"            soon = min(uintp(base + j + {TEAMS_AHEAD}), last)",
                f"            prefetch(l_{first}, intp(c_team[soon]))",
                "            k = intp(c_team[uintp(base + j)])",
            ]
            cells = {name: f"l_{name}[uintp(k)]" for name in ready.lookups}
            if set(_FOUR) <= set(ready.lookups):  # in one go, and then apart by vector code
                space.append(f"    four = empty({4 * CHUNK}, float32)")
                made += [f"            copy_four(four, intp(4 * j), l_{_FOUR[0]}, k)", each]
                cells |= {name: f"four[uintp(4 * j + {place})]" for place, name in enumerate(_FOUR)}
                self.body.four = _FOUR
            for name, cell in cells.items():
                made.append(f"            g_{name}[j] = {read(names.lookup[name], cell)}")
        return [
            *space,
            "    last = uintp(stop - 1)",
            f"    for base in range(start, stop, {CHUNK}):",
            f"        count = min({CHUNK}, stop - base)",
            *made,
            *self._asking_ahead(),
        ]


def fuse(laws: Sequence[Law], names: Names) -> tuple[str, Body]:
    """The generated module text with `row`, `sweep` and `batch`, and the body it came from.

    Laws on a table with columns that live for a batch have no sweep.
    """
    body = Body(laws, names)
    one, some = body.row(1), body.row(2)
    of_batch = any(column.scratch or column.local for column in names.table.values())
    many = [] if of_batch else Sweep(body).lines()
    body.looked = [n for n in names.lookup if any(f"l_{n}[" in line for line in one)]
    cells = [f"c_{n}" for n in body.used] + [f"l_{n}" for n in body.looked]
    head = f"t, k0, k1, P, D, out, {', '.join(cells)}"
    used = set(re.findall(r"\b[pd]_\w+", "\n".join([*one, *many])))
    body.driving = [d for d in names.drivers if f"d_{d}" in used]
    setup = _setup(used, names, body.driving, body.tallies)
    finish = [f"    out[{k}] += n_{name}" for k, name in enumerate(body.tallies)]
    # Only what is used stands in the text, so that laws that ask nothing of policies have one text
    # whatever policies there are, and are compiled once. Types are those of `tuple_type`.
    lines = [
        f"# P_{owner}: {', '.join(fields)}"
        for owner, fields in names.owners.items()
        if f"p_{owner}" in used
    ]
    for source in _sources([*one, *many], names):
        lines += ["", *source.splitlines()]
    lines += ["", "", f"def row(i, {head}):", *setup, *one, *finish]
    if many:
        lines += ["", "", f"def sweep(start, stop, {head}):", *setup, *many, *finish]
    lines += ["", "", f"def batch(rows, {head}):", *setup]
    kept = [n for n in body.used if not names.table[n].scratch]
    lines += ["    for j in range(rows.size):", "        i = uintp(rows[j])"]
    lines += [f"        n = intp(rows[min(j + {AHEAD}, rows.size - 1)])"]
    lines += [f"        prefetch(c_{name}, n)" for name in kept]
    lines += [*some, *finish, ""]
    return "\n".join(lines), body


def _sources(inside: Sequence[str], names: Names) -> list[str]:
    """The texts of derived values that the lines ask for, or that those ask for in turn."""
    given = {name: one.source for name, one in names.derived.items() if one.source}
    makes = {
        name: {f"derived_{name}", *re.findall(r"^def (\w+)", source, re.M)}
        for name, source in given.items()
    }
    found: set[str] = set()
    asked = set(re.findall(r"\w+", "\n".join(inside)))
    while new := [name for name in given if name not in found and asked & makes[name]]:
        found.update(new)
        asked.update(*(re.findall(r"\w+", given[name]) for name in new))
    return [source for name, source in given.items() if name in found]


def _setup(
    used: set[str], names: Names, driving: Sequence[str], tallies: Sequence[str]
) -> list[str]:
    """Statements before the loop: parameter tuples, drivers and zeroed tallies that are used."""
    lines, at = [], 0
    for owner, fields in names.owners.items():
        if f"p_{owner}" in used:
            values = ", ".join(f"P[{at + k}]" for k in range(len(fields)))
            lines.append(f"    p_{owner} = P_{owner}({values})")
        at += len(fields)
    lines += [f"    d_{d} = D[{k}]" for k, d in enumerate(driving)]
    return lines + [f"    n_{name} = 0" for name in tallies]
