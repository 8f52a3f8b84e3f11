"""The population: tables of columns, and Worker, the Mesa agent that is a window on a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from simulator.chunks import take
from simulator.codes import ABSENT, NO_FIRM, NO_SECTOR
from simulator.columns import EMPLOYERS, OF_EMPLOYER, TEAM, TOGETHER, WORKER, Column, table
from simulator.synthesis import People

Arrays = dict[str, NDArray[Any]]


@dataclass
class Population:
    """Workers, teams and employers as columns, with the national number that a row stands for."""

    worker: Arrays
    team: Arrays
    employer: Arrays
    weight: float
    columns: dict[str, Column]

    @property
    def rows(self) -> int:
        """Rows of the table of workers, free ones included."""
        return int(self.worker["stage"].size)

    @property
    def persons(self) -> int:
        """Persons who are there now."""
        return self.rows - int(np.count_nonzero(self.worker["contract"] == ABSENT))

    @property
    def bytes_per_worker(self) -> float:
        return sum(a.nbytes for a in self.worker.values()) / self.rows

    def with_columns(self, extra: Iterable[Column], *, copy: bool = True) -> Population:
        """A copy with further columns at their start values; those there already stay.

        Without `copy` the columns there are shared with this population, which is used up. Several
        policies may share one column. Raises ValueError when a further column has the name of
        another one.
        """
        new = dict.fromkeys(c for c in extra if self.columns.get(c.name) != c)
        columns = table([*self.columns.values(), *new])
        worker = {n: array.copy() if copy else array for n, array in self.worker.items()}
        for name in columns.keys() - worker.keys():
            worker[name] = _new(columns[name], self.rows)
        if not copy:
            return Population(worker, self.team, self.employer, self.weight, columns)
        employer = {name: array.copy() for name, array in self.employer.items()}
        return Population(worker, side_by_side(self.team), employer, self.weight, columns)

    def tell_teams(
        self, pool: ThreadPoolExecutor | None = None, names: Sequence[str] = OF_EMPLOYER
    ) -> None:
        """What is true of an employer is true of its teams; `names` is what may have changed."""

        def tell(name: str) -> None:
            take(self.employer[name], self.team["employer"], self.team[name])

        list((pool.map if pool else map)(tell, names))

    def vacate(self, rows: NDArray[np.integer]) -> None:
        """Leave rows free: every column at its start value, and nobody there."""
        for name, value in nobody(self.columns).items():
            self.worker[name][rows] = value

    def append(self, **values: object) -> None:
        """Add one person without an employer; columns not named get their start value."""
        for name, array in self.worker.items():
            column = self.columns[name]
            one = np.array([values.get(name, column.start)], dtype=column.dtype)
            self.worker[name] = np.concatenate([array, one])


def side_by_side(team: Arrays) -> Arrays:
    """A copy of the team table in which what workers read together lies side by side in memory:
    members of a team no longer lie together once people have changed jobs.
    """
    beside: dict[str, NDArray[Any]] = {}
    for together in TOGETHER:
        kinds = np.dtype([(name, team[name].dtype) for name in together], align=True)
        block = np.empty(team[together[0]].size, kinds)
        for name in together:
            block[name] = team[name]
            beside[name] = block[name]
    return {n: beside[n] if n in beside else array.copy() for n, array in team.items()}


# What the columns of a row hold in which nobody is.
_NOBODY = {
    "contract": ABSENT, "stage": 0, "exposure": 0.0, "sector": NO_SECTOR, "firm_size": NO_FIRM,
}  # fmt: skip


def nobody(columns: Mapping[str, Column]) -> dict[str, Any]:
    """What every column holds in a row in which nobody is."""
    return {n: np.array(_NOBODY.get(n, c.start), c.dtype)[()] for n, c in columns.items()}


def _new(column: Column, rows: int) -> NDArray[Any]:
    return np.full(rows, column.start, dtype=column.dtype)


def populate(
    people: People,
    culture: NDArray[np.floating],
    budget: NDArray[np.floating],
    rows: int = 0,
    tenure: NDArray[np.integer] | None = None,
) -> Population:
    """Tables for a synthetic population; culture (z) and budget (EUR) have a value an employer.

    `rows` beyond the number of people are free, for who enters later; `tenure` is how many months
    everybody has held the present position.
    """
    columns = table(WORKER)
    persons = people.age.size
    given = {
        name: getattr(people, name)
        for name in ("age", "education", "contract", "sector", "firm_size", "team")
    }
    worker = {
        name: given[name].astype(c.dtype, copy=False) if name in given else _new(c, persons)
        for name, c in columns.items()
    }
    if tenure is not None:
        worker["job_since"] = (-tenure).astype(np.int16)
    if rows > persons:
        free = {n: np.full(rows - persons, _NOBODY.get(n, columns[n].start), a.dtype)
                for n, a in worker.items()}  # fmt: skip
        worker = {n: np.concatenate([a, free[n]]) for n, a in worker.items()}
    teams = people.team_employer.size
    team = {c.name: _new(c, teams) for c in TEAM}
    team["employer"] = people.team_employer.astype(np.int32, copy=False)
    employer = {c.name: _new(c, people.employer_size.size) for c in EMPLOYERS}
    employer["size"] = people.employer_size.astype(np.int32)
    employer["culture"] = culture.astype(np.float32)
    employer["culture_set_point"] = employer["culture"].copy()
    employer["usual_budget"] = np.round(budget * 100).astype(np.int32)
    employer["training_budget"] = employer["usual_budget"].copy()
    works = people.team > 0
    of = people.team_employer[people.team[works]]
    employer["employer_size"][of] = people.firm_size[works]
    employer["employer_sector"][of] = people.sector[works]
    team["seats"] = np.bincount(people.team, minlength=teams).astype(np.int16)
    team["seats"][0] = 0
    made = Population(worker, side_by_side(team), employer, people.weight, columns)
    made.tell_teams()
    return made


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
        team = int(population.worker["team"][self.row])
        for columns, cells, row in (
            (population.columns, population.worker, self.row),
            (_TEAM, population.team, team),
            (_EMPLOYERS, population.employer, int(population.team["employer"][team])),
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
_EMPLOYERS = table(EMPLOYERS)
