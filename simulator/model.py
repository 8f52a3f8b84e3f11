"""The model: a Mesa model whose step is one month on the SimPy clock.

The order of a month is the list MONTH, and nothing else decides it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

_START_METHOD = multiprocessing.get_start_method(allow_none=True)

import mesa  # noqa: E402

# Importing mesa forces "spawn" on the whole process; what was set before is put back.
multiprocessing.set_start_method(_START_METHOD, force=True)

import numpy as np  # noqa: E402
import simpy  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from simulator import draws, ledger  # noqa: E402
from simulator.behaviour import register  # noqa: E402
from simulator.calendar import Calendar  # noqa: E402
from simulator.desk import Desk  # noqa: E402
from simulator.kernel import BLOCK_ROWS, Bound  # noqa: E402
from simulator.labour_market.lives import WorkingLives  # noqa: E402
from simulator.labour_market.script import Happened, Script  # noqa: E402
from simulator.labour_market.workforce import Workforce  # noqa: E402
from simulator.ledger import Ledger  # noqa: E402
from simulator.office import MONTHLY_AT, Office  # noqa: E402
from simulator.periods import FOREVER  # noqa: E402
from simulator.policy import Null, Policy  # noqa: E402
from simulator.population import Population, Worker  # noqa: E402
from simulator.scans import total  # noqa: E402
from simulator.surroundings import look_around, set_shares  # noqa: E402
from simulator.training import Market  # noqa: E402
from simulator.wiring import Values, Wiring, first_month, resolve  # noqa: E402

MONTH = (
    "calendar_drivers",  # 1 rights granted and lapsed on 1 January, year, climate, open windows
    "working_lives",  # 2 ageing, entry and exit, school, other jobs; no policy has a part in it
    "employers",  # 3 what colleagues do, and the norm of every team
    "sweep",  # 4 behaviour, plans, applications
    "offices",  # 5 windows, queue, purse, awards, starts
    "books",  # 6 the ledger closes
    "record",  # 7 tallies and surveys
)


# Month -> cycle in SD, covid from 0 to 1, share of work time in tasks one learns from.
Climate = Callable[[int], tuple[float, float, float]]


def steady(t: int) -> tuple[float, float, float]:
    """A climate without cycle and covid, and with informal learning as in 2020."""
    return 0.0, 0.0, register.TASKS_2020


class Recorder(Protocol):
    """Whatever keeps results: called once a month."""

    def take(self, model: LearningModel) -> None: ...


class LearningModel(mesa.Model):  # type: ignore[misc, unused-ignore]
    """Dutch workers, their teams and the policies in force, month by month.

    `introduction` is the month from which the policies are in force, `spin_up` the month after
    which the reference of the descriptive norm is frozen. With a `workforce` people age, change
    jobs, leave and enter; without one the people stay as they are. `climate` gives the business
    cycle and covid of a month. With `agents` every row is a Mesa agent and step 4 is
    `agents.do("step")`, with the same result to the last bit. Without `copy` the population is used
    up: the model works on its arrays. Models that begin with the same people and seed may share a
    `script` of their working lives.
    """

    def __init__(
        self,
        population: Population,
        policies: Sequence[Policy] = (),
        *,
        seed: int,
        parameters: Values | None = None,
        calendar: Calendar | None = None,
        introduction: int = 0,
        spin_up: int = 60,
        agents: bool = False,
        threads: int = 1,
        block_rows: int = BLOCK_ROWS,
        recorder: Recorder | None = None,
        workforce: Workforce | None = None,
        climate: Climate = steady,
        state: Mapping[str, Any] | None = None,
        copy: bool = True,
        script: Script | None = None,
    ) -> None:
        super().__init__(rng=np.random.default_rng(seed))
        self.seed_number, self.key = seed, draws.key(seed)
        self.calendar = calendar or Calendar(2017)
        self.introduction, self.spin_up = introduction, spin_up
        self.policies = [p for p in policies if not isinstance(p, Null)]
        self.parameters = resolve(parameters or {})
        columns = (c for p in self.policies for c in p.columns)
        self.population = population.with_columns(columns, copy=copy)
        self.recorder, self.block_rows = recorder, block_rows
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self.t, self.turnover = int(state["t"]) if state else 0, 0
        for policy in self.policies:
            policy.turn_to(self.calendar.label(self.t))
        months = _in_force(self.policies, self.calendar, introduction)
        self.wiring = Wiring(self.population, self.policies, self.parameters, months)
        self.ledger, self.desk = Ledger(), Desk(self)
        self.workforce, self.climate = workforce, climate
        self.lives = WorkingLives(workforce, self.population, seed, script) if workforce else None
        share = 1.0 / population.weight
        self.market = Market(self.parameters["market"], share, seed)
        self.tallies: dict[str, int] = {}
        self._given = -1, dict[str, float]()  # month, and its drivers from outside
        self.state = {"affordability_mean": 0.0, "share_mean": 0.4, "share_sd": 0.2,
                      "price_drift": 0.0, "price_pull": 0.0, "public_share": 0.0}  # fmt: skip
        self.offices = [
            Office(p, k + 1, *months[k], self.calendar, share, seed)
            for k, p in enumerate(self.policies)
        ]
        if state is None:
            self.state["affordability_mean"] = first_month(
                self.population, self.parameters, self.key
            )
        else:
            self._restore(state)
        self._set_clock()
        teams = self.population.team["culture"].size
        self._team_size = np.bincount(self.population.worker["team"], minlength=teams)
        self._by_agents = agents
        for row in range(self.population.rows) if agents else ():
            Worker(self, row, register=True)

    def _set_clock(self) -> None:
        self._dated = range(0), dict[str, float]()  # months, and what offices tell in all of them
        self._turning: list[Office] = []  # in those months, who may open or close within one
        self._priced = [office for office in self.offices if "amount" in office.policy.values]
        self._changing = [office for office in self.offices if office.policy.period.changes]
        self.clock = simpy.Environment(initial_time=self.calendar.begins(self.t))
        self._turns = {t for o in self._changing for t in o.policy.period.turns(self.calendar)}
        settled = max(self._turns, default=-1) + 1
        for office in self.offices:
            self.clock.process(office.run(self.clock, self.desk, self.t, settled))

    def snapshot(self) -> dict[str, Any]:
        """Everything besides the columns that the next month depends on."""
        return {
            "t": self.t,
            "turnover": self.turnover,
            "state": dict(self.state),
            "balances": dict(self.ledger.balances),
            "closed": self.ledger.closed,
            "market": self.market.state(),
            "offices": {o.policy.name: o.state() for o in self.offices},
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        self.turnover = int(state["turnover"])
        self.state = {k: float(v) for k, v in state["state"].items()}
        self.market.restore(state["market"])
        self.ledger.balances.update(state["balances"])
        self.ledger.closed = int(state["closed"])
        for office in self.offices:
            if office.policy.name in state["offices"]:
                office.restore(state["offices"][office.policy.name])

    def branch(
        self,
        policies: Sequence[Policy],
        recorder: Recorder | None = None,
        *,
        copy: bool = True,
        introduction: int | None = None,
    ) -> LearningModel:
        """A second future of the same people from this month on, under these policies.

        Without `copy` it is their only one: this model is used up, and its memory with it. Policies
        that are not standing come into force at `introduction`, this model's own unless given.
        """
        return LearningModel(
            self.population, policies, seed=self.seed_number, parameters=self.parameters,
            calendar=self.calendar, spin_up=self.spin_up,
            introduction=self.introduction if introduction is None else introduction,
            threads=self.pool._max_workers if self.pool else 1, block_rows=self.block_rows,
            recorder=recorder, workforce=self.workforce, climate=self.climate,
            state=self.snapshot(), copy=copy, script=self.lives.script if self.lives else None,
        )  # fmt: skip

    def worker(self, row: int) -> Worker:
        """One worker as a Mesa agent; ValueError if there is no such row."""
        if not 0 <= row < self.population.rows:
            raise ValueError(f"worker {row}: rows are 0 to {self.population.rows - 1}")
        return Worker(self, row)

    def drivers(self) -> dict[str, float]:
        """What laws may read of this month besides columns, as it is now: one mapping a month."""
        if self._given[0] != self.t:
            year, month = map(float, self.calendar.at(self.t))
            climate = register.climate(*self.climate(self.t), self.parameters)
            self._given = self.t, {**self._of_dates(), "year": year, "month": month, **climate}
        found = self._given[1]
        found |= self.state
        for office in self._turning:
            found |= self._tells(office)
        return found

    def _of_dates(self) -> dict[str, float]:
        """What offices tell as long as none begins or ends, but for those that turn."""
        if self.t not in self._dated[0]:
            dates = {d for o in self.offices for d in (o.first, o.last)}
            until = min((d for d in dates if d > self.t), default=FOREVER)
            self._turning = [o for o in self.offices if o.turns and o.first <= self.t < o.last]
            told = {k: v for o in self.offices for k, v in self._tells(o).items()}
            self._dated = range(self.t, until), told
        return self._dated[1]

    def _tells(self, office: Office) -> dict[str, float]:
        opened, served = office.tells
        return {opened: office.is_open(self.t), served: office.served}

    def count(self, found: Mapping[str, int]) -> None:
        """Add to this month's tallies."""
        tallies = self.tallies
        for name, value in found.items():
            tallies[name] = tallies.get(name, 0) + value

    def step(self) -> None:
        """One month, in the order of MONTH."""
        for part in MONTH:
            getattr(self, f"_{part}")()
        self.t += 1

    def run(self, months: int) -> LearningModel:
        """Step a number of months."""
        for _ in range(months):
            self.step()
        return self

    def step_row(self, row: int) -> None:
        """The laws of this month for one worker, in plain Python (what Worker.step calls)."""
        self.count(self.wiring.sweep.row(row, self.t, self.key, self._now))

    def _calendar_drivers(self) -> None:
        self.tallies = {}
        if self.t in self._turns:
            for office in self._changing:
                if office.policy.turn_to(self.calendar.label(self.t)):
                    office.turn()
            self.wiring.revalue()
        self.clock.run(until=self.calendar.begins(self.t) + MONTHLY_AT)
        self._now = self.drivers()

    def _working_lives(self) -> None:
        if self.lives is None:
            return
        lived = self.lives.live(self.t, self._team_size, self.pool, self.block_rows)
        self.desk.gone(lived.leaving)
        self._apply(self.wiring.entry_exit, lived.entry_exit)
        self._apply(self.wiring.careers, lived.careers)
        self.desk.moved(lived.newly)
        self.count(lived.counts)

    def _apply(self, laws: Bound, to: Happened) -> None:
        """The laws for persons to whom something happened, who know how it was before."""
        laws.batch(to.rows, self.t, self.key, self._now, to.known, self.pool)

    def _employers(self) -> None:
        sweep = self.wiring.employers.sweep
        self.count(sweep(self.t, self.key, self._now, self.pool, self.block_rows))
        self.population.tell_teams(self.pool, self.wiring.told)
        norm, team, size = self.parameters["norm"], self.population.team, self._team_size
        sought = self.lives.sought if self.lives else None
        recent = look_around(self.population, self.t, self.seed_number, norm, self.pool, sought)
        if self.t <= self.spin_up:
            self.state |= _reference(size[1:], recent[1:], norm["shrinkage"])
        mean = self.state["share_mean"]
        set_shares(team["trained_share"], recent, size, norm["shrinkage"], mean)
        self._now |= self.state
        self.wiring.team.sweep(self.t, self.key, self._now, self.pool, self.block_rows)

    def _sweep(self) -> None:
        if self._by_agents:
            self.agents.do("step")
        else:
            sweep = self.wiring.sweep
            self.count(sweep.sweep(self.t, self.key, self._now, self.pool, self.block_rows))

    def _offices(self) -> None:
        self.desk.open_month()
        self.market.open_month(self.calendar.at(self.t)[1])
        self.desk.enrol()
        self.clock.run(until=self.calendar.begins(self.t + 1))
        self.desk.close_month()
        pull = max((o.policy.values["amount"] for o in self._priced if self._pulls(o)), default=0.0)
        public = self.tallies.get("public_starts", 0) / max(self.tallies.get("started", 0), 1)
        self.market.close_month(public, pull)
        share = self.state["public_share"]
        self.state |= {"price_drift": self.market.price_drift, "price_pull": pull,
                       "public_share": share + (public - share) / 12.0}  # fmt: skip

    def _pulls(self, office: Office) -> bool:
        """Whether prices drift towards what an office pays at most."""
        return office.leads and office.first <= self.t < office.last

    def _books(self) -> None:
        book, n = self.ledger, self.tallies
        book.post(self.t, ledger.WORKERS, ledger.PROVIDERS, n.get("worker_eur", 0), "own money")
        chosen, sent = n.get("employer_eur", 0), n.get("job_eur", 0)
        book.post(self.t, ledger.EMPLOYERS, ledger.PROVIDERS, chosen, "self-chosen courses")
        book.post(self.t, ledger.EMPLOYERS, ledger.PROVIDERS, sent, "own initiative")
        # Prices of all courses, counted apart from who paid them, must be what providers received.
        self.turnover += n.get("turnover_eur", 0) + sent
        expected = {ledger.PROVIDERS: self.turnover}
        for policy in self.policies:
            if policy.rights_column:
                held = self.population.worker[policy.rights_column]
                expected[ledger.rights(policy.name)] = total(held, self.pool)
        book.close(self.t, expected)

    def _record(self) -> None:
        if self.recorder is not None:
            self.recorder.take(self)


def _in_force(
    policies: Sequence[Policy], calendar: Calendar, introduction: int
) -> list[tuple[int, int]]:
    """The months (first, and the one after the last) in which each policy is in force."""
    return [p.period.months(calendar, 0 if p.standing else introduction) for p in policies]


def _reference(
    size: NDArray[np.int64], recent: NDArray[np.int32], shrink: float
) -> dict[str, float]:
    """Mean and SD over workers of the trained share of their team."""
    members = int(size.sum())
    if not members:
        return {}
    mean = float(recent.sum()) / members
    share = (recent + shrink * mean) / np.maximum(size + shrink, 1e-9)
    spread = float(np.sqrt(np.sum(size * (share - mean) ** 2) / members))
    return {"share_mean": mean, "share_sd": max(spread, 0.01)}
