"""The population: tables of columns, and Worker, the Mesa agent that is a window on a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from simulator.columns import TEAM, WORKER, Column, table
from simulator.synthesis import People

Arrays = dict[str, NDArray[Any]]


@dataclass
class Population:
    """Workers and teams as columns, with the national number that each row stands for."""

    worker: Arrays
    team: Arrays
    weight: float
    columns: dict[str, Column]

    @property
    def persons(self) -> int:
        return int(self.worker["stage"].size)

    @property
    def bytes_per_worker(self) -> float:
        return sum(a.nbytes for a in self.worker.values()) / self.persons

    def with_columns(self, extra: Iterable[Column]) -> Population:
        """A copy with further columns at their start values; those there already stay.

        Several policies may share one column. Raises ValueError when a further column has the name
        of another one.
        """
        new = dict.fromkeys(c for c in extra if self.columns.get(c.name) != c)
        columns = table([*self.columns.values(), *new])
        worker = {name: array.copy() for name, array in self.worker.items()}
        for name in columns.keys() - worker.keys():
            worker[name] = _new(columns[name], self.persons)
        return Population(worker, {k: v.copy() for k, v in self.team.items()}, self.weight, columns)

    def append(self, **values: object) -> None:
        """Add one person without an employer; columns not named get their start value."""
        for name, array in self.worker.items():
            column = self.columns[name]
            one = np.array([values.get(name, column.start)], dtype=column.dtype)
            self.worker[name] = np.concatenate([array, one])


def _new(column: Column, rows: int) -> NDArray[Any]:
    return np.full(rows, column.start, dtype=column.dtype)


def populate(
    people: People, culture: NDArray[np.floating], budget: NDArray[np.floating]
) -> Population:
    """Tables for a synthetic population; culture (z) and budget (EUR) have a value an employer."""
    columns = table(WORKER)
    rows = people.age.size
    given = {
        name: getattr(people, name)
        for name in ("age", "education", "contract", "sector", "firm_size", "team")
    }
    worker = {
        name: given[name].astype(c.dtype, copy=False) if name in given else _new(c, rows)
        for name, c in columns.items()
    }
    teams = people.team_employer.size
    team = {c.name: _new(c, teams) for c in TEAM}
    team["employer"] = people.team_employer.astype(np.int32, copy=False)
    team["culture"] = culture[people.team_employer].astype(np.float32)
    team["culture_set_point"] = team["culture"].copy()
    team["employer_size"][people.team[people.team > 0]] = people.firm_size[people.team > 0]
    team["training_budget"] = np.round(budget[people.team_employer] * 100).astype(np.int32)
    return Population(worker, team, people.weight, columns)


class Worker(mesa.Agent):  # type: ignore[misc, unused-ignore]
    """One worker as a Mesa agent: its attributes are the columns' values in its row."""

    def __init__(self, model: Any, row: int, *, register: bool = False) -> None:
        if register:
            super().__init__(model)
        else:  # a look at a row need not enter Mesa's register
            self.model, self.unique_id, self.pos = model, row + 1, None
        self.row = row

    def __getattr__(self, name: str) -> float | int:
        """The value of a column, in the column's own unit (EUR for money)."""
        if name.startswith("_") or "row" not in self.__dict__:
            raise AttributeError(name)
        population: Population = self.model.population
        for columns, cells, row in (
            (population.columns, population.worker, self.row),
            (_TEAM, population.team, int(population.worker["team"][self.row])),
        ):
            if name in columns:
                stored: float | int = cells[name][row].item()
                return stored * columns[name].scale if columns[name].is_money else stored
        raise AttributeError(
            f"a worker has no column {name!r}; there are {', '.join(population.columns)}"
        )

    def step(self) -> None:
        """One month of this worker: the same laws as the sweep, in plain Python."""
        self.model.step_row(self.row)

    def __repr__(self) -> str:
        return f"<Worker {self.row}: stage {self.stage}, last course {self.last_self}>"


_TEAM = table(TEAM)
