"""Which kernels a model needs for its policies, bound to its columns and parameter values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from simulator import draws
from simulator.behaviour import register
from simulator.codes import ABSENT
from simulator.columns import EMPLOYERS, OF_EMPLOYER, TEAM, Column, code, table
from simulator.instruments import (
    acting,
    awareness_laws,
    fields,
    following,
    instruments,
    present,
    slots,
)  # fmt: skip
from simulator.kernel import Bound, Kernel, flattened
from simulator.labour_market.script import ELSEWHERE, ENTERS, LEARNED, LEAVES, MOVES
from simulator.laws import Law, Names, law
from simulator.parameters import Parameters
from simulator.policy import HOOKS, RULES, Policy
from simulator.population import Arrays, Population, nobody
from simulator.settlement import awarded, book, scratch, settle
from simulator.stack import Stack, function

Values = Mapping[str, Mapping[str, float]]
SCALARS = ("year", "month", *register.CLIMATE)  # drivers given month by month
# Columns that live for one batch of persons to whom something happens.
HAPPENED = [replace(one, scratch=True) for one in (
    code("happened", "what happens to the person (labour_market.script)", 63),
    code("contract_before", "the position before", 13),
    code("education_before", "the level before", 5))]  # fmt: skip
STATE = (
    "affordability_mean",
    "share_mean",
    "share_sd",
    "price_drift",
    "price_pull",
    "public_share",
)  # drivers kept from month to month


def owners_of(groups: Sequence[Parameters]) -> dict[str, Parameters]:
    """Declared parameters by owner."""
    return {g.owner: g for g in groups}


def resolve(given: Values) -> dict[str, dict[str, float]]:
    """Every behavioural parameter's value: the default, or what is given; unknown is refused."""
    known = owners_of(register.OWNERS)
    for owner in given:
        if owner not in known:
            raise ValueError(f"parameters.{owner}: no such group; there are {', '.join(known)}")
    return {name: group.values(given.get(name)) for name, group in known.items()}


def names_for(columns: Mapping[str, Column], policies: Sequence[Policy]) -> Names:
    """What the arguments of laws on workers can mean when these policies are in force."""
    owners = {o.owner: tuple(o) for o in register.OWNERS}
    owners |= {p.name: fields(p) for p in policies}
    derived = {d.name: d for d in (*register.DERIVED, *instruments(policies))}
    offices = (f"{p.name}_{what}" for what in ("open", "served") for p in policies)
    drivers = (*SCALARS, *STATE, *offices)
    return Names(columns, table(TEAM), derived, owners, drivers)


class _Structure:
    """Policies as far as the text of loops depends on them: two are equal when it is the same.

    That is all of a policy but the values of its parameters and its dates: of its windows whether
    it has any.
    """

    def __init__(self, policies: Sequence[Policy], columns: Mapping[str, Column]) -> None:
        self.policies, self.columns = list(policies), dict(columns)
        self._key = tuple(map(_of_text, policies)), tuple(columns.values())

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Structure) and self._key == other._key


def _of_text(policy: Policy) -> tuple[Any, ...]:
    own = {k: repr(v) for k, v in vars(policy).items() if k not in _OF_VALUES}
    rules = (getattr(policy, name) for name in (*RULES, *HOOKS))
    return type(policy), policy.windows is None, policy.gated, tuple(sorted(own.items())), *rules


_OF_VALUES = frozenset({"windows", "values", "period", "_base"})


class _Loops:
    """The kernels of a model, for any values of its parameters and any population."""

    def __init__(self, structure: _Structure) -> None:
        policies, names = structure.policies, names_for(structure.columns, structure.policies)
        self.owners = names.owners  # the same for all of them
        doing = acting(policies, "monthly", register.MONTHLY)
        stages = following(register.STAGES, doing)
        self.sweep = Kernel((*register.MONTHLY, *doing, *awareness_laws(policies), *stages), names)
        stack = Stack(policies)
        batch = replace(names, table={**names.table, **table(scratch(policies))})
        laws = [settle(stack), *register.STARTED, *awarded(stack), book(stack)]
        self.start = Kernel(laws, batch)
        self.turned_away = Kernel(register.TURNED_AWAY, names)
        self.on_failure = [Kernel([p.on_failure], names) if p.on_failure else None
                           for p in policies]  # fmt: skip
        self.on_move = [Kernel([p.on_move], names) if p.on_move else None for p in policies]
        self.yearly = [Kernel([_of_persons(p.yearly)], names) if p.yearly else None
                       for p in policies]  # fmt: skip
        events = replace(names, table={**names.table, **table(HAPPENED)})
        entering = [replace(one, at=("happened", ENTERS)) for one in register.NEWCOMER]
        vacated = replace(_vacated(structure.columns), at=("happened", LEAVES))
        self.entry_exit = Kernel([*entering, vacated], events)
        self.careers = Kernel(
            [replace(one, when=(test, *one.when)) for laws, test in _CAREERS for one in laws]
            + [*register.CAREER], events,
        )  # fmt: skip
        team = Names(table(TEAM), {}, {}, names.owners, names.drivers)
        on_teams = acting(policies, "team_monthly")
        on_teams += following(register.TEAM, on_teams)
        self.team = Kernel(on_teams, team)
        on_employers = acting(policies, "employer_monthly")
        on_employers += following(register.EMPLOYERS, on_employers)
        self.employers = Kernel(on_employers, replace(team, table=table(EMPLOYERS)))
        changed = {name for law in on_employers for name in law.writes}
        self.told = tuple(name for name in OF_EMPLOYER if name in changed)


@lru_cache(maxsize=32)
def _loops(structure: _Structure) -> _Loops:
    """Made once a process: a study makes thousands of models of the same policies."""
    return _Loops(structure)


class Wiring:
    """All fused loops of a model: the monthly sweep, teams, awards and yearly rights."""

    def __init__(
        self,
        population: Population,
        policies: Sequence[Policy],
        values: Values,
        months: Sequence[tuple[int, int]],
    ) -> None:
        self._given, self._policies, self._months = values, policies, months
        self._all: list[Bound] = []
        self._population = population
        loops = _loops(_Structure(policies, population.columns))
        self._owners = loops.owners
        self._fill()
        self.sweep = self._bound(loops.sweep)
        self.start, self.turned_away = self._bound(loops.start), self._bound(loops.turned_away)
        self.on_failure = [self._bound(k) if k else None for k in loops.on_failure]
        self.on_move = [self._bound(k) if k else None for k in loops.on_move]
        self.yearly = [self._bound(k) if k else None for k in loops.yearly]
        self.entry_exit, self.careers = self._bound(loops.entry_exit), self._bound(loops.careers)
        self.team = self._bound(loops.team, population.team)
        self.employers = self._bound(loops.employers, population.employer)
        self.told = loops.told

    def _fill(self) -> None:
        turns = [draws.turn(p.name) for p in self._policies]
        self.values = {**self._given, **slots(self._policies, self._months, turns)}
        self._flat = flattened(self._owners, self.values)

    def revalue(self) -> None:
        """Take the policies' present values in every loop."""
        self._fill()
        for bound in self._all:
            bound.revalue(self._flat)

    def prepare(self, drivers: Mapping[str, float], *, lives: bool = True) -> None:
        """Have every loop compiled, so that a first month takes no longer than the others; with
        `lives` also those of working lives.
        """
        for bound in (self.sweep, self.team, self.employers, *filter(None, self.yearly)):
            bound.prepare(drivers, rows=False)
        for bound in (
            self.start,
            self.turned_away,
            *filter(None, [*self.on_failure, *self.on_move]),
            *((self.entry_exit, self.careers) if lives else ()),
        ):
            bound.prepare(drivers, rows=True)

    def _bound(self, kernel: Kernel, table: Arrays | None = None) -> Bound:
        """A loop on a table: of workers, who see their team, unless it is given."""
        people = self._population
        seen = people.team if table is None else {}
        bound = Bound(kernel, people.worker if table is None else table, seen, self._flat)
        self._all.append(bound)
        return bound


def _learned(happened: int) -> bool:
    return happened & LEARNED != 0


def _moves(happened: int) -> bool:
    return happened & MOVES != 0


def _elsewhere(happened: int) -> bool:
    return happened & ELSEWHERE != 0


_CAREERS = ((register.SCHOOLED, _learned), (register.POSITION, _moves),
            (register.EMPLOYER, _elsewhere))  # fmt: skip


def _of_persons(one: Law) -> Law:
    """The law for rows in which somebody is."""
    return replace(one, when=(present, *one.when))


def _vacated(columns: Mapping[str, Column]) -> Law:
    """The law for a row that somebody leaves: every column as it is where nobody is."""
    empty, told = nobody(columns), []
    for name, column in columns.items():
        value = float(empty[name]) * column.scale
        told.append(repr(value if column.is_float or column.is_money else int(value)))
    space: dict[str, Any] = {}
    exec(function("vacated", (), [f"return {', '.join(told)}"]), space)
    return law(*columns)(space["vacated"])


@lru_cache(maxsize=8)
def _births(columns: tuple[Column, ...]) -> tuple[Kernel, Kernel, Kernel]:
    """The kernels of month 0: employers and persons as they are born, and a first measure."""
    names = names_for({c.name: c for c in columns}, ())
    of_employers = Names(table(EMPLOYERS), {}, {}, names.owners, names.drivers)
    return (Kernel(register.EMPLOYERS_AT_BIRTH, of_employers), Kernel(register.AT_BIRTH, names),
            Kernel(register.MEASURE, names))  # fmt: skip


def first_month(population: Population, values: Values, key: Any) -> float:
    """Draw who people are; the mean of perceived affordability in a world without policy (Gbar)."""
    of_employers, of_persons, measure = _births(tuple(population.columns.values()))
    drivers = dict.fromkeys(measure.names.drivers, 0.0)
    of_employers.bind(population.employer, {}, values).sweep(0, key, drivers)
    population.tell_teams()
    for kernel in (of_persons, measure):
        bound = kernel.bind(population.worker, population.team, values)
        found = bound.sweep(0, key, drivers)
        population.vacate(np.flatnonzero(population.worker["contract"] == ABSENT))
    return found["affordability_ppm"] / 1e6 / population.persons
