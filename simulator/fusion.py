"""`fuse`: all laws in force, joined into one generated loop over the rows of a table.

The text of the loop is plain Python that can be printed. Executed with compiled rules it is the
sweep; executed with the rules as written it is the step of one Mesa agent. Every column is loaded
and stored at most once a row; what only a rare branch needs is loaded in that branch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator import draws
from simulator.columns import Column
from simulator.laws import Derived, Law, Rule, arguments

CHUNK = 1024  # rows whose draws are made ahead: 16 KiB, which stays in the first cache
STEP = 2.0**-32


@dataclass(frozen=True)
class Names:
    """Everything that an argument of a law can mean."""

    table: Mapping[str, Column]
    lookup: Mapping[str, Column]  # columns of the team table, read through the column `team`
    derived: Mapping[str, Derived]
    owners: Mapping[str, Sequence[str]]  # parameter owner -> field names of its tuple
    drivers: Sequence[str]

    def check(self, who: str, argument: str, owner: str, bound: Iterable[str]) -> None:
        """ValueError naming the law and the argument if nothing has that name."""
        if argument in bound or argument in ("t", "row") or argument in self.drivers:
            return
        if argument == "p":
            if not owner:
                raise ValueError(f"law {who} asks for p but has no parameters: declare them")
            return
        if argument.startswith("p_") and argument[2:] in self.owners:
            return
        if argument in self.table or argument in self.lookup:
            return
        if any(argument in d.gives for d in self.derived.values()):
            return
        raise ValueError(
            f"law {who} reads {argument!r}, which is no column, derived quantity, driver or draw; "
            f"columns are {', '.join(sorted([*self.table, *self.lookup]))}"
        )

    def giver(self, argument: str) -> Derived:
        return next(d for d in self.derived.values() if argument in d.gives)


@dataclass
class Scope:
    """Lines of generated code at one depth, and the local names known there."""

    depth: int
    lines: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def add(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def inner(self) -> Scope:
        return Scope(self.depth + 1, [], set(self.known))

    def forget(self) -> None:
        """What was derived from old values must be derived anew."""
        self.known -= {name for name in self.known if name.startswith("x_")}


class Body:
    """Generates the statements for one row `i` from an ordered list of laws."""

    def __init__(self, laws: Sequence[Law], names: Names) -> None:
        self.laws, self.names = list(laws), names
        self.rules: dict[str, Rule] = {}
        self.tallies: list[str] = list(dict.fromkeys(n for law in laws for n in law.tallies))
        self.used: dict[str, None] = {}  # columns in order of first use
        self.lazy: dict[str, None] = {}  # draw blocks made at most once a row, where first wanted
        self.ahead: dict[str, int] = {}  # blocks that every row needs, by the stem of their names
        self.top_depth = 0
        self._check()
        free = [law for law in self.laws if law.at is None and not law.when]
        self.last = {w for law in free for w in law.writes}  # stored at the end of the row

    def _check(self) -> None:
        written: dict[str, list[Law]] = {}
        drawn: dict[str, Law] = {}
        seen: set[str] = set()
        for law in self.laws:
            if law.name in seen:
                raise ValueError(f"two laws are named {law.name}: rename one")
            seen.add(law.name)
            for rule in (law.function, *law.when):
                for argument in arguments(rule):
                    self.names.check(law.name, argument, law.owner, law.draws)
            for column in law.writes:
                if column not in self.names.table:
                    raise ValueError(f"law {law.name} writes {column!r}, which is no column here")
                for earlier in written.get(column, ()):
                    apart = _alternatives(law, earlier)
                    if not apart and earlier.name not in law.after:
                        raise ValueError(
                            f"laws {earlier.name} and {law.name} both write {column!r}: "
                            f"declare after=({earlier.name!r},) on the later one"
                        )
                written.setdefault(column, []).append(law)
            for missing in set(law.after) - seen:
                raise ValueError(
                    f"law {law.name} must come after {missing}, which does not precede it"
                )
            for decision in law.draws.values():
                other = drawn.setdefault(decision, law)
                if other is not law and not (law.at and other.at and law.at[0] == other.at[0]):
                    raise ValueError(
                        f"laws {other.name} and {law.name} share decision {decision!r}"
                    )
        for derived in self.names.derived.values():
            for argument in arguments(derived.function):
                self.names.check(derived.name, argument, derived.owner, ())

    def emit(self, depth: int) -> list[str]:
        top, self.top_depth = Scope(depth), depth
        for law in self.laws:  # what is stored at the end must not be loaded in a branch only
            if law.at or law.when:
                for name in (n for n in (*law.reads, *law.writes) if n in self.last):
                    self._load(name, top)
        for column, laws in _runs(self.laws):
            if not column:
                self._law(laws[0], top)
                continue
            self._load(column, top)
            for k, code in enumerate(dict.fromkeys(law.at[1] for law in laws if law.at)):
                top.add(f"{'if' if k == 0 else 'elif'} v_{column} == {code}:")
                branch = top.inner()
                for law in laws:
                    if law.at == (column, code):
                        self._law(law, branch)
                top.lines += branch.lines
            top.forget()
        for name in self.used:
            if name in self.last:
                self._store(name, top)
        return self._lazy_blocks(depth) + top.lines

    def _lazy_blocks(self, depth: int) -> list[str]:
        """Blocks that several branches may want are drawn by whichever comes first."""
        zero = [f"{stem}_{k}" for stem in self.lazy for k in range(4)]
        lines = [f"made_{stem} = False" for stem in self.lazy]
        lines += [f"{' = '.join(zero)} = 0.0"] if zero else []
        return ["    " * depth + line for line in lines]

    def _law(self, law: Law, scope: Scope) -> None:
        scopes = [scope]
        for k, test in enumerate(law.when):
            call = self._call(test, f"when{k}_{law.name}", law.owner, scopes[-1], law.draws)
            scopes[-1].add(f"if {call}:")
            scopes.append(scopes[-1].inner())
        target = scopes[-1]
        call = self._call(law.function, f"law_{law.name}", law.owner, target, law.draws)
        for name in law.writes:
            self.used.setdefault(name)
        outputs = [f"v_{w}" for w in law.writes] + [f"n_{law.name}_{n}" for n in law.tallies]
        target.add(f"{', '.join(outputs)} = {call}")
        for name in law.tallies:
            value = f"n_{law.name}_{name}"
            amount = f"int({value} * 100.0 + 0.5)" if name.endswith("_eur") else f"int({value})"
            target.add(f"n_{name} += {amount}")
        for name in law.writes:
            if name not in self.last:
                self._store(name, target)
            target.known.add(f"v_{name}")
        for inner, outer in zip(scopes[:0:-1], scopes[-2::-1], strict=True):
            outer.lines += inner.lines
        for each in scopes:
            each.forget()

    def _call(
        self, rule: Rule, label: str, owner: str, scope: Scope, bound: Mapping[str, str]
    ) -> str:
        self.rules[label] = rule
        got = [self._value(a, owner, scope, bound) for a in arguments(rule)]
        return f"{label}({', '.join(got)})"

    def _value(self, argument: str, owner: str, scope: Scope, bound: Mapping[str, str]) -> str:
        names = self.names
        if argument in bound:
            return self._draw(bound[argument], scope)
        if argument == "p":
            return f"p_{owner}"
        if argument == "row":
            return "i"
        if argument == "t" or (argument.startswith("p_") and argument[2:] in names.owners):
            return argument
        if argument in names.drivers:
            return f"d_{argument}"
        if argument in names.table:
            return self._load(argument, scope)
        if argument in names.lookup:
            return self._look_up(argument, scope)
        giver = names.giver(argument)
        if f"x_{argument}" not in scope.known:
            call = self._call(giver.function, f"derived_{giver.name}", giver.owner, scope, {})
            scope.add(f"{', '.join(f'x_{g}' for g in giver.gives)} = {call}")
            scope.known |= {f"x_{g}" for g in giver.gives}
        return f"x_{argument}"

    def _load(self, name: str, scope: Scope) -> str:
        self.used.setdefault(name)
        if f"v_{name}" not in scope.known:
            scope.add(f"v_{name} = {_read(self.names.table[name], f'c_{name}[i]')}")
            scope.known.add(f"v_{name}")
        return f"v_{name}"

    def _look_up(self, name: str, scope: Scope) -> str:
        team = self._load("team", scope)
        if f"w_{name}" not in scope.known:
            scope.add(f"w_{name} = {_read(self.names.lookup[name], f'l_{name}[{team}]')}")
            scope.known.add(f"w_{name}")
        return f"w_{name}"

    def _draw(self, decision: str, scope: Scope) -> str:
        number, lane = draws.address(decision)
        stem = f"u_{number:08x}"
        if stem not in scope.known:
            drawn = _drawn(stem, number)
            if scope.depth > self.top_depth and self._wanted(number) > 1:
                self.lazy.setdefault(stem)
                scope.add(f"if not made_{stem}:")
                scope.add(f"    {drawn}")
                scope.add(f"    made_{stem} = True")
            else:
                scope.add(drawn)
                if scope.depth == self.top_depth:
                    self.ahead[stem] = number
            scope.known.add(stem)
        return f"{stem}_{lane}"

    def _wanted(self, number: int) -> int:
        """How many laws that may act in one month want the block: alternatives count as one."""
        wants = [
            w for w in self.laws if any(draws.address(d)[0] == number for d in w.draws.values())
        ]
        return sum(1 for w in wants if w.at is None) + (1 if any(w.at for w in wants) else 0)

    def _store(self, name: str, scope: Scope) -> None:
        column = self.names.table[name]
        value = f"int(v_{name} * 100.0 + 0.5)" if column.is_money else f"v_{name}"
        scope.add(f"c_{name}[i] = {value}")


def _drawn(stem: str, number: int) -> str:
    lanes = ", ".join(f"{stem}_{k}" for k in range(4))
    return f"{lanes} = block(i, t, {number}, k0, k1)"


def _sweep(body: Body, lines: Sequence[str]) -> list[str]:
    """The loop over consecutive rows, with the draws that every row needs made ahead by vector
    code for a chunk of rows, and an index without sign, which needs no test for counting back."""
    text = "\n".join(lines)
    made = [f"    {stem} = empty((4, {CHUNK}), uint32)" for stem in body.ahead]
    fills = []
    for stem, number in body.ahead.items():
        fills.append(f"        words(base, count, t, {number}, k0, k1, {stem})")
        lanes = ", ".join(f"{stem}_{k}" for k in range(4))
        ready = ", ".join(f"({stem}[{k}, j] + 0.5) * {STEP!r}" for k in range(4))
        text = text.replace(_drawn(stem, number), f"{lanes} = {ready}", 1)
    inner = [f"    {line}" for line in text.splitlines()]
    head = [f"    for base in range(start, stop, {CHUNK}):"]
    head += [f"        count = min({CHUNK}, stop - base)", *fills]
    return [
        *made,
        *head,
        "        for j in range(count):",
        "            i = uintp(base + j)",
        *inner,
    ]


def _alternatives(one: Law, other: Law) -> bool:
    """Whether two laws never act on the same row in one month."""
    return bool(one.at and other.at and one.at[0] == other.at[0] and one.at[1] != other.at[1])


def _runs(laws: Sequence[Law]) -> list[tuple[str, list[Law]]]:
    """Laws in order; neighbours that act at codes of one column stand together under its name."""
    runs: list[tuple[str, list[Law]]] = []
    for law in laws:
        if law.at and runs and runs[-1][0] == law.at[0]:
            runs[-1][1].append(law)
        else:
            runs.append((law.at[0] if law.at else "", [law]))
    return runs


def _read(column: Column, cell: str) -> str:
    """Source that widens a cell: numba's own float() and int() would keep the narrow type."""
    if column.is_money:
        return f"int64({cell}) / 100.0"
    return f"float64({cell})" if column.is_float else f"int64({cell})"


def fuse(laws: Sequence[Law], names: Names) -> tuple[str, Body]:
    """The generated module text with `row`, `sweep` and `batch`, and the body it came from."""
    body = Body(laws, names)
    inside = body.emit(2)
    looked = [n for n in names.lookup if any(f"l_{n}[" in line for line in inside)]
    cells = [f"c_{n}" for n in body.used] + [f"l_{n}" for n in looked]
    head = f"t, k0, k1, P, D, out, {', '.join(cells)}"
    setup = _setup(inside, names, body.tallies)
    finish = [f"    out[{k}] += n_{name}" for k, name in enumerate(body.tallies)]
    lines = ["from collections import namedtuple", ""]
    for owner, fields in names.owners.items():
        lines.append(f"P_{owner} = namedtuple('P_{owner}', {tuple(fields)!r})")
    for derived in names.derived.values():
        if derived.source:
            lines += ["", *derived.source.splitlines()]
    dedented = [line[4:] for line in inside]
    lines += ["", "", f"def row(i, {head}):", *setup, *dedented, *finish]
    lines += ["", "", f"def sweep(start, stop, {head}):", *setup]
    lines += [*_sweep(body, inside), *finish]
    lines += ["", "", f"def batch(rows, {head}):", *setup]
    lines += ["    for j in range(rows.size):", "        i = uintp(rows[j])", *inside, *finish, ""]
    return "\n".join(lines), body


def _setup(inside: Sequence[str], names: Names, tallies: Sequence[str]) -> list[str]:
    """Statements before the loop: parameter tuples, drivers and zeroed tallies that are used."""
    text = "\n".join(inside)
    lines, at = [], 0
    for owner, fields in names.owners.items():
        if f"p_{owner}" in text:
            values = ", ".join(f"float(P[{at + k}])" for k in range(len(fields)))
            lines.append(f"    p_{owner} = P_{owner}({values})")
        at += len(fields)
    lines += [f"    d_{d} = float(D[{k}])" for k, d in enumerate(names.drivers) if f"d_{d}" in text]
    return lines + [f"    n_{name} = 0" for name in tallies]
