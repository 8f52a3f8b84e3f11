"""How laws become statements for one row: the text that `simulator.loops` puts into loops.

The text is plain Python that can be printed. Executed with compiled rules it is the sweep;
executed with the rules as written it is the step of one Mesa agent. The sweep takes a chunk of
rows at a time and runs one loop a law, or a code where laws act at codes of a column: a loop
without branches becomes vector code, and a loop over the rows of one stage is never mispredicted
into another. What a law returns is rounded to its column at once, so that it does not matter where
one loop ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from simulator import draws
from simulator.columns import Column
from simulator.laws import Derived, Law, Names, Rule, arguments

STEP = 2.0**-32


@dataclass
class Ready:
    """What a chunk has made before its loops: draw blocks, cells of the team table, and what is
    derived ahead.
    """

    blocks: dict[str, int] = field(default_factory=dict)  # for every row, by stem of their names
    # By stem, the tests of a month under which a block is asked for; "" of one asked for always.
    months: dict[str, dict[str, None]] = field(default_factory=dict)
    lookups: dict[str, None] = field(default_factory=dict)
    derived: dict[str, None] = field(default_factory=dict)


@dataclass
class Scope:
    """Lines of generated code at one depth, and the local names known there.

    In a loop over a chunk, `ready` is what the chunk has and `listed` what is made for the rows
    of this loop alone; the outermost scope of a loop may add to them. `wide` says in which row of
    the array of that name a derived value was made for the rows of this loop.
    """

    depth: int
    lines: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)  # columns that are no longer as they were ahead
    ready: Ready | None = None
    listed: dict[str, int] | None = None
    wide: Mapping[str, int] = field(default_factory=dict)
    month: str = ""
    outermost: bool = False

    def add(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def inner(self) -> Scope:
        known, written = set(self.known), set(self.written)
        return Scope(
            self.depth + 1, [], known, written, self.ready, self.listed, self.wide, self.month
        )

    def forget(self) -> None:
        """What was derived from old values must be derived anew."""
        self.known -= {name for name in self.known if name.startswith("x_")}

    def ahead(self, stem: str, number: int) -> str:
        """The index of this row in a block made ahead, or nothing if it is drawn on the spot."""
        if self.ready is None:
            return ""
        if self.outermost and stem not in self.ready.blocks:
            (self.ready.blocks if self.listed is None else self.listed)[stem] = number
        if stem in self.ready.blocks:
            self.ready.months.setdefault(stem, {}).setdefault(self.month)
            return "j"
        return "m" if self.listed and stem in self.listed else ""


class Body:
    """Generates statements for a row from laws in order, those that every row needs first."""

    def __init__(self, laws: Sequence[Law], names: Names) -> None:
        self.laws, self.names = list(laws), names
        self.rules: dict[str, Rule] = {}
        self.tallies: list[str] = list(dict.fromkeys(n for law in laws for n in law.tallies))
        self.used: dict[str, None] = {}  # columns in order of first use
        self.looked: list[str] = []  # columns of the team that are read, in order
        self.four: Sequence[str] = ()  # of these, what is read in one go
        self.driving: list[str] = []  # drivers that are asked for, in order
        self._check()
        self.runs = _runs(self._arranged())

    def _check(self) -> None:
        written: dict[str, list[Law]] = {}
        drawn: dict[str, Law] = {}
        seen: set[str] = set()
        for law in self.laws:
            if law.name in seen:
                raise ValueError(f"two laws are named {law.name}: rename one")
            seen.add(law.name)
            for rule in law.rules:
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
            for decision in set(law.draws.values()) - draws.TURNED:
                other = drawn.setdefault(decision, law)
                if other is not law and not (law.at and other.at and law.at[0] == other.at[0]):
                    raise ValueError(
                        f"laws {other.name} and {law.name} share decision {decision!r}"
                    )
        for derived in self.names.derived.values():
            for argument in arguments(derived.function):
                self.names.check(derived.name, argument, derived.owner, ())

    def _arranged(self) -> list[Law]:
        """Laws without a test come first where that changes nothing: theirs are vector loops."""
        first: list[Law] = []
        rest: list[Law] = []
        for law in self.laws:
            free = law.at is None and not law.when
            (first if free and not any(self._meet(law, o) for o in rest) else rest).append(law)
        return first + rest

    def _reads(self, law: Law) -> set[str]:
        found = {law.at[0]} if law.at else set()
        return found.union(*(self.names.columns_of(rule) for rule in law.rules))

    def _meet(self, one: Law, other: Law) -> bool:
        """Whether either law writes what the other reads or writes."""
        mine, theirs = set(one.writes), set(other.writes)
        return bool(mine & (theirs | self._reads(other)) or theirs & self._reads(one))

    def row(self, depth: int) -> list[str]:
        """Statements for one row `i`, all laws in order."""
        scope = Scope(depth)
        for column, laws in self.runs:
            if not column:
                self.law(laws[0], scope)
                continue
            self._load(column, scope)
            for k, (code, some) in enumerate(by_code(laws).items()):
                scope.add(f"{'if' if k == 0 else 'elif'} v_{column} == {code}:")
                branch = scope.inner()
                for law in some:
                    self.law(law, branch)
                scope.lines += branch.lines
            scope.forget()
        return scope.lines

    def of_the_month(self, law: Law) -> int:
        """How many of a law's tests, from the first on, ask nothing of a row."""
        month = {"t", "p", *self.names.drivers, *(f"p_{owner}" for owner in self.names.owners)}
        tests = () if law.sure else law.when
        return len(list(takewhile(lambda rule: month.issuperset(arguments(rule)), tests)))

    def law(self, law: Law, scope: Scope, settled: int = 0) -> None:
        """One law: its tests but those settled before, its call, its tallies, what it stores."""
        scopes = [scope]
        if law.sure and settled < len(law.when):
            scope.add(f"if {self.settle(law, scope, range(settled, len(law.when)))[0]}:")
            scopes.append(scope.inner())
        else:
            for k in range(settled, len(law.when)):
                scopes[-1].add(f"if {self.test(law, k, scopes[-1])}:")
                scopes.append(scopes[-1].inner())
        target = scopes[-1]
        call = self._call(law.function, f"law_{law.name}", law.owner, target, law.draws)
        outputs = [f"v_{w}" for w in law.writes] + [f"n_{law.name}_{n}" for n in law.tallies]
        target.add(f"{', '.join(outputs)} = {call}")
        for name in law.tallies:
            value = f"n_{law.name}_{name}"
            amount = f"int({value} * 100.0 + 0.5)" if name.endswith("_eur") else f"int({value})"
            target.add(f"n_{name} += {amount}")
        for name in law.writes:
            if not self.names.table[name].local:
                self.used.setdefault(name)
            target.lines += ["    " * target.depth + s for s in _stored(self.names.table[name])]
            target.known.add(f"v_{name}")
        for each in scopes:
            each.written |= set(law.writes)
        for inner, outer in zip(scopes[:0:-1], scopes[-2::-1], strict=True):
            outer.lines += inner.lines
        for each in scopes:
            each.forget()

    def sieve(self, law: Law, scope: Scope) -> str:
        """Source of a law's sieve, computed in a scope."""
        assert law.sieve is not None
        return self._call(law.sieve, f"sieve_{law.name}", law.owner, scope, law.draws)

    def test(self, law: Law, k: int, scope: Scope) -> str:
        """Source of a law's test, computed in a scope."""
        return self._call(law.when[k], f"when{k}_{law.name}", law.owner, scope, law.draws)

    def settle(
        self, law: Law, scope: Scope, tests: range, keep: Callable[[Scope], None] | None = None
    ) -> tuple[str, str]:
        """The local names of whether a law acts, and of whether that is still open, by some of its
        tests. Where it is open, lines may be added that keep what is known there.
        """
        acts, left = f"acts_{law.name}", f"left_{law.name}"
        if keep:
            scope.add(f"{acts}, {left} = False, False")
        self._settle(law, tests, scope, keep)
        return acts, left

    def _settle(
        self, law: Law, tests: range, scope: Scope, keep: Callable[[Scope], None] | None
    ) -> None:
        """Whether a law acts, asking no test more than it takes."""
        acts = f"acts_{law.name}"
        if not tests:
            scope.add(f"left_{law.name} = True")
            if keep:
                keep(scope)
            return
        k = tests[0]
        call = self.test(law, k, scope)
        if k == len(law.when) - 1:
            scope.add(f"{acts} = {call}")
            return
        sure = law.when[k] in law.sure
        scope.add(f"{acts} = {call if sure else False}")
        scope.add(f"if not {acts}:" if sure else f"if {call}:")
        branch = scope.inner()
        self._settle(law, tests[1:], branch, keep)
        scope.lines += branch.lines

    def made(self, derived: Derived, given: Mapping[str, str], scope: Scope) -> str:
        """A derived quantity computed from its arguments as they are given."""
        label = f"derived_{derived.name}"
        self.rules[label] = derived.function
        got = [
            given.get(a) or self._value(a, derived.owner, scope, {})
            for a in arguments(derived.function)
        ]
        return f"{', '.join(f'x_{g}' for g in derived.gives)} = {label}({', '.join(got)})"

    def _call(
        self, rule: Rule, label: str, owner: str, scope: Scope, bound: Mapping[str, str]
    ) -> str:
        self.rules[label] = rule
        got = [self._value(a, owner, scope, bound) for a in arguments(rule)]
        return f"{label}({', '.join(got)})"

    def value(self, argument: str, scope: Scope) -> str:
        """The local name of what no law owns, computed in a scope."""
        return self._value(argument, "", scope, {})

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
        if argument in scope.wide:
            if f"x_{argument}" not in scope.known:
                scope.add(f"x_{argument} = wide[{scope.wide[argument]}, m]")
                scope.known.add(f"x_{argument}")
            return f"x_{argument}"
        giver = names.giver(argument)
        if f"x_{argument}" not in scope.known and self._made_ahead(giver, scope):
            for given in giver.gives:
                scope.add(f"x_{given} = h_{given}[j]")
        elif f"x_{argument}" not in scope.known:
            scope.add(self.made(giver, {}, scope))
        scope.known |= {f"x_{g}" for g in giver.gives}
        return f"x_{argument}"

    def _made_ahead(self, giver: Derived, scope: Scope) -> bool:
        ready = scope.ready is not None and giver.name in scope.ready.derived
        return ready and not self.names.columns_of(giver.function) & scope.written

    def _load(self, name: str, scope: Scope) -> str:
        if f"v_{name}" not in scope.known:
            column = self.names.table[name]
            if column.local:
                raise ValueError(f"{name} is read before a law has written it for every row")
            self.used.setdefault(name)
            scope.add(f"v_{name} = {read(column, cell(column))}")
            scope.known.add(f"v_{name}")
        return f"v_{name}"

    def _look_up(self, name: str, scope: Scope) -> str:
        if f"w_{name}" not in scope.known:
            if scope.ready and scope.outermost and scope.listed is None:
                scope.ready.lookups.setdefault(name)
                self.used.setdefault("team")
            if scope.ready and name in scope.ready.lookups:
                scope.add(f"w_{name} = g_{name}[j]")
            else:
                cell = f"l_{name}[{self._load('team', scope)}]"
                scope.add(f"w_{name} = {read(self.names.lookup[name], cell)}")
            scope.known.add(f"w_{name}")
        return f"w_{name}"

    def _draw(self, decision: str, scope: Scope) -> str:
        number, lane = draws.address(decision)
        stem = f"u_{number:08x}"
        if f"{stem}_{lane}" not in scope.known:
            index = scope.ahead(stem, number)
            if index:  # of a block made for many rows a word alone
                made = f"of_{stem}" if index == "m" else stem
                scope.add(f"{stem}_{lane} = ({made}[{lane}, {index}] + 0.5) * {STEP!r}")
                scope.known.add(f"{stem}_{lane}")
            else:
                four = [f"{stem}_{k}" for k in range(4)]
                scope.add(f"{', '.join(four)} = block(i, t, {number}, k0, k1)")
                scope.known |= set(four)
        return f"{stem}_{lane}"


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


def by_code(laws: Sequence[Law]) -> dict[int, list[Law]]:
    """Laws of one run by the code at which they act."""
    found: dict[int, list[Law]] = {}
    for law in laws:
        if law.at:
            found.setdefault(law.at[1], []).append(law)
    return found


def cell(column: Column) -> str:
    """Source of this row's cell; what lives for a batch only is numbered within it."""
    return f"c_{column.name}[{'j' if column.scratch else 'i'}]"


def read(column: Column, cell: str) -> str:
    """Source that widens a cell: numba's own float() and int() would keep the narrow type."""
    if column.is_money:
        return f"int64({cell}) / 100.0"
    return f"float64({cell})" if column.is_float else f"int64({cell})"


def _stored(column: Column) -> list[str]:
    """Source that stores a law's result, and goes on with what was stored."""
    value, whole, lines = f"v_{column.name}", f"m_{column.name}", list[str]()
    if column.is_money:
        lines.append(f"{whole} = int({value} * 100.0 + 0.5)")
    elif column.is_float:
        lines.append(f"{value} = float64(float32({value}))")
    if not column.local:
        lines.append(f"{cell(column)} = {whole if column.is_money else value}")
    return [*lines, f"{value} = {whole} / 100.0"] if column.is_money else lines
