"""Which kernels a model needs for its policies, bound to its columns and parameter values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from simulator import draws
from simulator.behaviour import register
from simulator.codes import ABSENT
from simulator.columns import EMPLOYERS, TEAM, code, table
from simulator.fusion import Names
from simulator.instruments import (
    acting,
    awareness_law,
    fields,
    following,
    instruments,
    present,
    slots,
)  # fmt: skip
from simulator.kernel import Bound, Kernel
from simulator.laws import Law
from simulator.parameters import Parameters
from simulator.policy import Policy
from simulator.population import Population
from simulator.settlement import awarded, book, scratch, settle
from simulator.stack import Stack

Values = Mapping[str, Mapping[str, float]]
SCALARS = ("year", "month", *register.CLIMATE)  # drivers given month by month
# Columns that live for one batch of persons to whom something happens.
BEFORE = [replace(code("contract_before", "the position before", 13), scratch=True),
          replace(code("education_before", "the level before", 5), scratch=True)]  # fmt: skip
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


def names_for(population: Population, policies: Sequence[Policy]) -> Names:
    """What the arguments of laws on workers can mean when these policies are in force."""
    owners = {o.owner: tuple(o) for o in register.OWNERS}
    owners |= {p.name: fields(p) for p in policies}
    derived = {d.name: d for d in (*register.DERIVED, *instruments(policies))}
    offices = (f"{p.name}_{what}" for what in ("open", "served") for p in policies)
    drivers = (*SCALARS, *STATE, *offices)
    return Names(population.columns, table(TEAM), derived, owners, drivers)


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
        self.values = self._filled()
        self._all: list[Bound] = []
        self._population = population
        self._names = names_for(population, policies)
        known = [awareness_law(policies)] if policies else []
        doing = acting(policies, "monthly", register.MONTHLY)
        stages = following(register.STAGES, doing)
        self.sweep = self._bound((*register.MONTHLY, *doing, *known, *stages))
        stack = Stack(policies)
        batch = replace(self._names, table={**self._names.table, **table(scratch(policies))})
        laws = [settle(stack), *register.STARTED, *awarded(stack)]
        self.start = self._bound([*laws, book(stack)] if stack.payers else laws, batch)
        self.turned_away = self._bound(register.TURNED_AWAY)
        self.on_failure = [self._bound([p.on_failure]) if p.on_failure else None for p in policies]
        self.on_move = [self._bound([p.on_move]) if p.on_move else None for p in policies]
        self.yearly = [self._bound([_of_persons(p.yearly)]) if p.yearly else None for p in policies]
        events = replace(self._names, table={**self._names.table, **table(BEFORE)})
        self.events = {
            name: self._bound(laws, events)
            for name, laws in (
                ("newcomer", register.NEWCOMER),
                ("position", register.POSITION),
                ("employer", register.EMPLOYER),
                ("schooled", register.SCHOOLED),
                ("aged", register.AGED),
            )
        }
        team = Names(table(TEAM), {}, {}, self._names.owners, self._names.drivers)
        on_teams = acting(policies, "team_monthly")
        on_teams += following(register.TEAM, on_teams)
        self.team = Kernel(on_teams, team).bind(population.team, {}, self.values)
        on_employers = acting(policies, "employer_monthly")
        on_employers += following(register.EMPLOYERS, on_employers)
        employers = replace(team, table=table(EMPLOYERS))
        self.employers = Kernel(on_employers, employers).bind(population.employer, {}, self.values)
        self._all += [self.team, self.employers]

    def _filled(self) -> dict[str, Mapping[str, float]]:
        turns = [draws.turn(p.name) for p in self._policies]
        return {**self._given, **slots(self._policies, self._months, turns)}

    def revalue(self) -> None:
        """Take the policies' present values in every loop."""
        self.values = self._filled()
        for bound in self._all:
            bound.revalue(self.values)

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
            *(self.events.values() if lives else ()),
        ):
            bound.prepare(drivers, rows=True)

    def _bound(self, laws: Sequence[Law], names: Names | None = None) -> Bound:
        worker, team = self._population.worker, self._population.team
        bound = Kernel(laws, names or self._names).bind(worker, team, self.values)
        self._all.append(bound)
        return bound


def _of_persons(one: Law) -> Law:
    """The law for rows in which somebody is."""
    return replace(one, when=(present, *one.when))


def first_month(population: Population, values: Values, key: Any) -> float:
    """Draw who people are; the mean of perceived affordability in a world without policy (Gbar)."""
    names = names_for(population, ())
    drivers = dict.fromkeys(names.drivers, 0.0)
    of_employers = Names(table(EMPLOYERS), {}, {}, names.owners, names.drivers)
    born = Kernel(register.EMPLOYERS_AT_BIRTH, of_employers)
    born.bind(population.employer, {}, values).sweep(0, key, drivers)
    population.tell_teams()
    for laws in (register.AT_BIRTH, register.MEASURE):
        bound = Kernel(laws, names).bind(population.worker, population.team, values)
        found = bound.sweep(0, key, drivers)
        population.vacate(np.flatnonzero(population.worker["contract"] == ABSENT))
    return found["affordability_ppm"] / 1e6 / population.persons
