"""What a law is: a pure scalar rule with declared columns, for one worker (or team) and one month.

The names of a law's arguments say what it reads: a column, a derived quantity, a monthly driver,
`t` (the month's number), `p` (its owner's parameters), or one of the draws it declares. It
returns the new values of the columns it writes, then its tallies. Called directly it is plain
Python, testable alone; `simulator.fusion` joins all laws in force into one compiled sweep.
"""

from __future__ import annotations

import dis
import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from simulator import quantile
from simulator.columns import Column
from simulator.parameters import Parameters

Rule = Callable[..., Any]
_IMPURE = frozenset({"random", "time", "open", "print", "input", "datetime", "os", "globals"})


class Scalar:
    """A helper that laws may call, compiled when it is first needed.

    A law called in plain Python uses the same machine code as the sweep, so that both agree to
    the last bit where exp and log are involved. numba itself is imported only then. It keeps the
    machine code as long as the helper's own file stays as it is: so only where that is all of it.
    """

    def __init__(self, function: Rule) -> None:
        self.function = function
        self._dispatcher: Any = None
        self.__name__, self.__doc__ = function.__name__, function.__doc__
        self.__module__, self.__qualname__ = function.__module__, function.__qualname__

    def dispatcher(self) -> Any:
        """The compiled helper."""
        if self._dispatcher is None:
            import numba as nb

            here = self._calls_only(self.__module__, {self})
            jit = nb.njit(cache=here, nogil=True, error_model="numpy")
            self._dispatcher = jit(self.function)  # before settling: a helper may name itself
            self._dispatcher.helper = self
            _settle(self.function)
        return self._dispatcher

    def _calls_only(self, module: str, seen: set[Scalar]) -> bool:
        """Whether no helper that it calls, or that those call, is of another module."""
        helpers = set(named(self.function)) - seen
        seen |= helpers
        return all(h.__module__ == module and h._calls_only(module, seen) for h in helpers)

    def __call__(self, *args: Any) -> Any:
        return self.dispatcher()(*args)


def scalar(function: Rule) -> Any:
    """Declare a helper that laws may call."""
    return Scalar(function)


def named(rule: Rule) -> list[Scalar]:
    """The helpers that a rule names, settled or not."""
    found = (rule.__globals__.get(name) for name in rule.__code__.co_names)
    helpers = (getattr(one, "helper", one) for one in found)
    return [helper for helper in helpers if isinstance(helper, Scalar)]


def _settle(rule: Rule) -> None:
    """Put the compiled helper wherever a rule names one: compiled code cannot look behind it."""
    for name in rule.__code__.co_names:
        helper = rule.__globals__.get(name)
        if isinstance(helper, Scalar):
            rule.__globals__[name] = helper.dispatcher()


@functools.cache
def compiled(rule: Rule, *, from_python: bool = False) -> Rule:
    """A rule as machine code: one dispatcher for all loops of this process that call it.

    Loops take it in whole: a call would hand over every parameter of every owner, one by one. Only
    `from_python` may plain Python call it: the wrapper which that needs takes long to make.
    """
    import numba as nb
    import numba.extending

    if isinstance(rule, Scalar):
        return rule.dispatcher()  # type: ignore[no-any-return]
    if numba.extending.is_jitted(rule):
        return rule
    _settle(rule)
    jit: Any = nb.njit  # numba's types leave the options for wrappers out
    made: Rule = jit(
        nogil=True, error_model="numpy", forceinline=True,
        no_cpython_wrapper=not from_python, no_cfunc_wrapper=True,
    )(rule)  # fmt: skip
    return made


@scalar
def exp(x):  # type: ignore[no-untyped-def]
    """e to the power x."""
    return math.exp(x)


@scalar
def logistic(x):  # type: ignore[no-untyped-def]
    """1 / (1 + e^-x): a probability from a logit."""
    return 1.0 / (1.0 + math.exp(-x))


@scalar
def may_be_below(u, x):  # type: ignore[no-untyped-def]
    """Whether u could be below logistic(x): the first look of `below`, without branches."""
    return (u < 1.0) & (u * (2.0 - x * (1.0 - x * (0.5 - x / 6.0))) < 1.0)


@scalar
def below(u, x):  # type: ignore[no-untyped-def]
    """Whether u < logistic(x), mostly without computing it.

    e^-x is at least its Taylor sum to the third power, and for x > 0 at most that to the second.
    One comparison tells whether that settles it: what the answer is nobody can foresee, and a
    branch on it would be taken wrongly as often as not.
    """
    above = max(u * (2.0 - x * (1.0 - x * (0.5 - x / 6.0))), u) - 1.0
    under = 1.0 - u * (2.0 - x * (1.0 - x * 0.5)) if x > 0.0 else -1.0
    if max(above, under) > 0.0:
        return above < 0.0
    return u * (1.0 + math.exp(-x)) < 1.0


@scalar
def decayed(u, x):  # type: ignore[no-untyped-def]
    """Whether u < e^-x, mostly without computing it.

    For x >= 0, e^-x lies between the eighth powers of two Taylor sums of e^-y, y = x / 8. One
    comparison tells whether that settles it, as in `below`.
    """
    y = x * 0.125
    high = 1.0 - y * (1.0 - y * 0.5)
    low = max(high - y * y * y / 6.0, 0.0)
    high *= high
    low *= low
    high *= high
    low *= low
    under = low * low - u
    if x >= 0.0 and max(under, u - high * high) > 0.0:
        return under > 0.0
    return u < math.exp(-x)


@scalar
def cents(x):  # type: ignore[no-untyped-def]
    """An amount in EUR, at least 0, rounded to whole cents."""
    return math.floor(x * 100.0 + 0.5) / 100.0


@scalar
def clip(x, low, high):  # type: ignore[no-untyped-def]
    """x, but not below low and not above high."""
    return min(max(x, low), high)


@scalar
def turned(u, turn):  # type: ignore[no-untyped-def]
    """A draw that several rare events share, turned for the one that asks (draws.turn)."""
    return u + turn - 1.0 if u + turn >= 1.0 else u + turn


normal = scalar(quantile.normal)


@dataclass(frozen=True, eq=False)
class Law:
    """One rule: what it reads (its arguments), writes, draws and counts, and when it acts.

    `at` = (column, code) makes it act only on rows that hold the code when the month begins, so
    that what one law moves the next does not move again; `when` are tests, cheapest first, that
    settle most rows before the rule and what it reads are computed. A `sieve` is true of every
    row that passes the tests, and of few others; without branches, it is asked of all rows at
    once. A `dense` law is asked of all rows in one loop, its tests within it: where nearly all
    pass them and the rule has no draws and few choices, that is vector code.
    """

    function: Rule
    writes: tuple[str, ...]
    parameters: Parameters | None = None
    draws: Mapping[str, str] = field(default_factory=dict)
    tallies: tuple[str, ...] = ()
    at: tuple[str, int] | None = None
    when: tuple[Rule, ...] = ()
    after: tuple[str, ...] = ()
    label: str = ""
    sure: tuple[Rule, ...] = ()
    sieve: Rule | None = None
    dense: bool = False

    def __post_init__(self) -> None:
        for rule in self.rules:
            refuse_impure(rule)
        if any(rule not in self.when[:-1] for rule in self.sure):
            raise ValueError(
                f"law {self.name}: every test in `sure` must be one of `when`, and not the last"
            )

        if self.sieve and not self.when:
            raise ValueError(f"law {self.name}: a sieve goes before a test: give `when` too")

    @property
    def name(self) -> str:
        return self.label or self.function.__name__

    @property
    def owner(self) -> str:
        return self.parameters.owner if self.parameters else ""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule, its tests and its sieve."""
        return self.function, *self.when, *((self.sieve,) if self.sieve else ())

    @property
    def reads(self) -> tuple[str, ...]:
        return arguments(self.function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


@dataclass(frozen=True, eq=False)
class Derived:
    """A quantity computed from columns whenever a law asks for it, and stored nowhere.

    One that is wanted `ahead` is computed for a whole chunk of rows before laws act by code: good
    for what is cheap, has no branches, and is asked for most rows. A `wide` one is computed for all
    rows that a law is left with, in a loop of its own: good for what is dear and has many choices
    but no loop and no exponential, so that it becomes vector code.
    """

    function: Rule
    gives: tuple[str, ...]
    parameters: Parameters | None = None
    source: str = ""
    namespace: Mapping[str, Rule] = field(default_factory=dict)
    ahead: bool = False
    wide: bool = False

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def owner(self) -> str:
        return self.parameters.owner if self.parameters else ""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def law(
    *writes: str,
    p: Parameters | None = None,
    tallies: Iterable[str] = (),
    at: tuple[str, int] | None = None,
    when: Rule | tuple[Rule, ...] = (),
    after: Iterable[str] = (),
    sure: Iterable[Rule] = (),
    sieve: Rule | None = None,
    dense: bool = False,
    **draws: str,
) -> Callable[[Rule], Law]:
    """Declare a law by decorating its rule; keyword `u="stage"` binds argument u to a decision."""

    def declare(function: Rule) -> Law:
        tests = when if isinstance(when, tuple) else (when,)
        return Law(
            function, writes, p, draws, tuple(tallies), at, tests, tuple(after),
            sure=tuple(sure), sieve=sieve, dense=dense,
        )  # fmt: skip

    return declare


def derived(
    *gives: str, p: Parameters | None = None, ahead: bool = False, wide: bool = False
) -> Callable[[Rule], Derived]:
    """Declare a derived quantity; without names it is called as its function is."""

    def declare(function: Rule) -> Derived:
        refuse_impure(function)
        return Derived(function, gives or (function.__name__,), p, ahead=ahead, wide=wide)

    return declare


def arguments(rule: Rule) -> tuple[str, ...]:
    """The names of a rule's arguments, in order."""
    code = rule.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


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

    def derived_of(self, rule: Rule) -> list[Derived]:
        """Quantities that a rule reads which are derived, also through others."""
        found: list[Derived] = []
        for argument in arguments(rule):
            if any(argument in d.gives for d in self.derived.values()):
                giver = self.giver(argument)
                found += [giver, *self.derived_of(giver.function)]
        return found

    def is_of_row(self, argument: str) -> bool:
        """Whether an argument of a derived quantity differs from row to row."""
        month = argument in ("t", "p") or argument in self.drivers or argument.startswith("p_")
        return not month

    def is_whole(self, argument: str) -> bool:
        """Whether an argument is a column of whole numbers."""
        column = self.table.get(argument) or self.lookup.get(argument)
        return column is not None and not (column.is_float or column.is_money)

    def columns_of(self, rule: Rule) -> set[str]:
        """Columns of the table that a rule reads, also through what is derived or looked up."""
        found: set[str] = set()
        for argument in arguments(rule):
            if argument in self.table:
                found.add(argument)
            elif argument in self.lookup:
                found.add("team")
            elif any(argument in d.gives for d in self.derived.values()):
                found |= self.columns_of(self.giver(argument).function)
        return found


def refuse_impure(rule: Rule) -> None:
    """ValueError if a rule could depend on anything but its arguments, seen from its byte code."""
    wrong = _impurity(rule.__code__)
    if wrong:
        raise ValueError(f"law {rule.__module__}.{rule.__qualname__} {wrong}")


@functools.lru_cache(maxsize=4096)  # models are built again and again, of the same rules
def _impurity(code: CodeType) -> str:
    """What makes a rule impure; nothing if it is pure."""
    if code.co_freevars:
        return f"closes over {code.co_freevars}: pass it as a parameter"
    instructions = list(dis.get_instructions(code))
    impure = _IMPURE & {i.argval for i in instructions if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    if impure:
        return f"uses {sorted(impure)}: a law is a pure function of its arguments"
    if any(i.opname in ("STORE_GLOBAL", "DELETE_GLOBAL") for i in instructions):
        return "changes a global: a law returns what it changes"
    return ""
