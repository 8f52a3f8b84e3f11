"""What offices ask of the model: who is in line, awards that become courses, yearly rights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator import groups, ledger
from simulator.codes import CONTEMPLATION, EDUCATION_CLASS
from simulator.columns import ALONE, HELPED, INSTRUMENT
from simulator.ledger import EMPLOYERS, WORKERS
from simulator.office import Cents, Office, Rows
from simulator.policy import PAID_IN, Policy
from simulator.queueing import limited
from simulator.scans import equal, held, total

if TYPE_CHECKING:
    from simulator.model import LearningModel

STARTED = ("started", "turnover_eur", "worker_eur", "employer_eur", "no_shows", "public_starts")
_EDUCATION_CLASS = np.array([EDUCATION_CLASS[e] for e in sorted(EDUCATION_CLASS)])


class Desk:
    """Carries out what an office decides, in batches, and books every cent of it."""

    def __init__(self, model: LearningModel) -> None:
        self._model = model
        # This month: rows and the variant's own money by batch, what was counted, who has no seat.
        self.started: list[tuple[Rows, Cents]] = []
        self._counts, self._no_seat = model.wiring.start.nothing(), 0
        self._stopped = -1, np.zeros(0, np.int64)  # month, and who stopped a course early in it
        self._asking = np.zeros(0, np.int64)  # who asked when the offices opened this month

    @cached_property
    def _payers(self) -> list[Office]:
        return [office for office in self._model.offices if office.policy.pays]

    @cached_property
    def _strict(self) -> list[Office]:
        """Payers that look at who does not turn up."""
        return [office for office in self._payers if office.policy.on_failure is not None]

    @cached_property
    def _counted(self) -> dict[str, str]:
        """What is counted when courses start: the flow, and the tally of laws that it is."""
        names = [office.policy.name for office in self._payers]
        of_sources = {
            f"{what}:{name}": f"{what}_{name}" for name in names for what in ("returns", "awards")
        }
        return of_sources | {name: name for name in STARTED}

    def open_month(self) -> None:
        """Look once for who applies or enrols: offices only make them fewer."""
        m = self._model
        self._asking = held(m.population.worker["applies"], m.pool)
        self.started, self._no_seat = [], 0
        self._counts[:] = 0

    def _applying(self, least: int, most: int) -> Rows:
        """Rows whose `applies` lies from `least` to `most`."""
        applies = self._model.population.worker["applies"]
        now = applies[self._asking]
        return np.asarray(self._asking[(now >= least) & (now <= most)], np.int64)

    def applicants(self, number: int) -> Rows:
        """Rows that wait for or apply to an instrument, asking no more than they have left."""
        return self._within_rights(self._model.policies[number - 1], self._applying(number, number))

    def _within_rights(self, policy: Policy, rows: Rows) -> Rows:
        """Those who still have a right, asking no more than is left of it: a part may have lapsed
        while its holder waited for a window, a decision or a seat.
        """
        worker, rights = self._model.population.worker, policy.rights_column
        if not rights or not rows.size:
            return rows
        return limited(rows, worker["public_money"], worker[rights], worker["applies"])

    def waits(self, number: int, rows: Rows) -> NDArray[np.bool_]:
        """Which of those rows still apply to an instrument."""
        return np.asarray(self._model.population.worker["applies"][rows] == number)

    def asked(self, rows: Rows) -> NDArray[np.int64]:
        """Cents asked by those rows."""
        return self._model.population.worker["public_money"][rows].astype(np.int64)

    def skill(self, rows: Rows) -> NDArray[np.float64]:
        """Advantage in a queue: education class less 1."""
        return _EDUCATION_CLASS[self._model.population.worker["education"][rows]] - 1.0

    def contact(self, rows: Rows) -> NDArray[np.bool_]:
        """Who learned in the past two years, and so is known to a provider."""
        worker = self._model.population.worker
        last = np.maximum(worker["last_self"][rows], worker["last_job"][rows])
        return np.asarray(last >= self._model.t - 24)

    def members(self, rows: Rows, group: str) -> NDArray[np.bool_]:
        """Which of those rows belong to a group."""
        return groups.members(self._model.population.worker, rows, group)

    def award(self, office: Office, rows: Rows, again: bool = False) -> Rows:
        """Pay who was found entitled and start their courses; who finds no seat yet is returned."""
        if not again:
            self._administer(office.policy, "admin_per_application", rows.size)
        return self.start(self._within_rights(office.policy, rows))

    def enrol(self) -> None:
        """Start the courses that need no application; who finds no seat stays enrolled."""
        self.start(self._applying(ALONE, HELPED))

    def start(self, rows: Rows) -> Rows:
        """Seats first; then every source pays its part and the courses start, to the cent.

        Returns the rows for which there is no seat this month.
        """
        m, worker = self._model, self._model.population.worker
        rows, waiting = m.market.admit(worker, rows, m.t, m.calendar.at(m.t)[1])
        self._no_seat += waiting.size
        if rows.size:
            laws = m.wiring.start
            scratch = laws.scratch(rows.size)
            laws.batch(rows, m.t, m.key, m.drivers(), scratch, m.pool, self._counts)
            there = worker["stage"][rows] != CONTEMPLATION
            self.started.append((rows[there], scratch["course_own"][there]))
            for office in self._strict:
                if office.first <= m.t < office.last:
                    paid = scratch[f"{office.policy.name}_paid"] > 0
                    self._fail(office, rows[~there & paid])
        return waiting

    def close_month(self) -> None:
        """Count the courses that started in the month, and book what every source pays of them."""
        m = self._model
        found = m.wiring.start.told(self._counts)
        for office in self._payers:
            if found[f"paid_{office.policy.name}_eur"]:
                self._pay(office, found)
        m.count({flow: found[tally] for flow, tally in self._counted.items()})
        m.count({"no_seat": self._no_seat})

    def _pay(self, office: Office, found: dict[str, int]) -> None:
        """Book what a source pays of a month's courses, and what comes back of it."""
        m, policy, name = self._model, office.policy, office.policy.name
        paid, back = found[f"paid_{name}_eur"], found[f"back_{name}_eur"]
        found["turnover_eur"] -= back
        account = ledger.purse(policy.payer, name)
        award = "award" if policy.public else "contribution"
        m.ledger.post(m.t, account, ledger.PROVIDERS, paid, award)
        returned = "returned" if policy.public else "contribution returned"
        m.ledger.post(m.t, ledger.PROVIDERS, account, back, returned)
        if policy.rights_column:
            m.ledger.post(m.t, ledger.rights(name), ledger.obligation(name), paid, "used")
        self._administer(policy, "admin_per_award", found[f"awards_{name}"])

    def turn_away(self, office: Office, rows: Rows, refused: bool = False) -> None:
        """The application ends; some drop the plan too, the others may come back."""
        m, name = self._model, office.policy.name
        laws = m.wiring.turned_away
        m.count(laws.told(laws.batch(rows, m.t, m.key, m.drivers())))
        m.count({f"{'rejected' if refused else 'turned_away'}:{name}": int(rows.size)})
        if refused:
            self._administer(office.policy, "admin_per_application", rows.size)

    def follow_up(self, office: Office) -> None:
        """The month's spending; who stopped an awarded course repays, and may be excluded."""
        m, name = self._model, office.policy.name
        spending = int(office.policy.values["spending"] / 12 * 100 * office.share)
        met = m.tallies.get(f"spent_{name}_eur", 0)
        m.ledger.post(m.t, ledger.state(name), ledger.GUIDES, spending + met, "programme")
        share = office.policy.values["repaid"]
        if share == 0.0 and office.policy.on_failure is None:
            return
        worker = m.population.worker
        if self._stopped[0] != m.t:
            over = equal(worker["course_end"], m.t, m.pool)
            self._stopped = m.t, over[worker["stage"][over] == CONTEMPLATION]
        rows = self._stopped[1]
        rows = rows[worker["funded_by"][rows] == INSTRUMENT + office.number]
        back = int(np.floor(worker["public_money"][rows] * share + 0.5).sum())
        m.ledger.post(m.t, ledger.WORKERS, ledger.state(name), back, "repaid")
        self._fail(office, rows)

    def _fail(self, office: Office, rows: Rows) -> None:
        m = self._model
        bound = m.wiring.on_failure[office.number - 1]
        if bound is not None and rows.size:
            bound.batch(rows, m.t, m.key, m.drivers())

    def _administer(self, policy: Policy, each: str, cases: int) -> None:
        self._model.ledger.post(
            self._model.t, ledger.overhead(policy.name), ledger.ADMINISTRATION,
            round(policy.values[each] * 100) * int(cases), "administration",
        )  # fmt: skip

    def yearly(self, office: Office) -> None:
        """Grant and lapse rights at the start of a calendar year, and pay what is put in."""
        m, bound = self._model, self._model.wiring.yearly[office.number - 1]
        if bound is not None:
            self._rights(office.policy, bound.sweep(m.t, m.key, m.drivers(), m.pool, m.block_rows))

    def moved(self, rows: Rows) -> None:
        """What leaving an employer does to the rights of those rows."""
        m = self._model
        for office, bound in zip(m.offices, m.wiring.on_move, strict=True):
            if bound is not None:
                found = bound.batch(rows, m.t, m.key, m.drivers(), pool=m.pool)
                self._rights(office.policy, bound.told(found))

    def gone(self, rows: Rows) -> None:
        """What those rows, who leave for good, still have a right to lapses."""
        m = self._model
        for policy in m.policies:
            if policy.rights_column:
                lapsed = total(m.population.worker[policy.rights_column][rows], None)
                self._rights(policy, {"granted_eur": 0, "lapsed_eur": lapsed})

    def _rights(self, policy: Policy, found: Mapping[str, int]) -> None:
        m, name = self._model, policy.name
        granted, lapsed = found["granted_eur"], found["lapsed_eur"]
        m.ledger.post(m.t, ledger.obligation(name), ledger.rights(name), granted, "granted")
        m.ledger.post(m.t, ledger.rights(name), ledger.obligation(name), lapsed, "lapsed")
        account = ledger.purse(policy.payer, name)
        for tally, source in zip(PAID_IN, (EMPLOYERS, f"fund:{name}", WORKERS), strict=True):
            if tally in found:
                m.ledger.post(m.t, source, account, found[tally], "paid in")
