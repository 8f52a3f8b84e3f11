"""What offices ask of the model: who is in line, awards that become courses, yearly rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator import groups, ledger
from simulator.codes import CONTEMPLATION, EDUCATION_CLASS
from simulator.columns import INSTRUMENT
from simulator.office import Office, Rows
from simulator.policy import Policy

if TYPE_CHECKING:
    from simulator.model import LearningModel

_EDUCATION_CLASS = np.array([EDUCATION_CLASS[e] for e in sorted(EDUCATION_CLASS)])


class Desk:
    """Carries out what an office decides, in batches, and books every cent of it."""

    def __init__(self, model: LearningModel) -> None:
        self._model = model

    def applicants(self, number: int) -> Rows:
        """Rows that wait for or apply to an instrument, asking no more than they have left."""
        worker = self._model.population.worker
        rows = np.flatnonzero(worker["applies"] == number)
        rights = self._model.policies[number - 1].rights_column
        if rights:  # a right may have lapsed while its holder waited for a window
            asked = np.minimum(worker["public_money"][rows], worker[rights][rows])
            worker["public_money"][rows] = asked
            worker["applies"][rows[asked == 0]] = 0
            rows = rows[asked > 0]
        return rows

    def asked(self, rows: Rows) -> NDArray[np.int64]:
        """Cents asked by those rows."""
        return self._model.population.worker["public_money"][rows].astype(np.int64)

    def skill(self, rows: Rows) -> NDArray[np.float64]:
        """Advantage in a queue: education class less 1."""
        return _EDUCATION_CLASS[self._model.population.worker["education"][rows]] - 1.0

    def members(self, rows: Rows, group: str) -> NDArray[np.bool_]:
        """Which of those rows belong to a group."""
        return groups.members(self._model.population.worker, rows, group)

    def award(self, office: Office, rows: Rows) -> None:
        """Pay the providers, start the courses, and book both."""
        m, policy, name = self._model, office.policy, office.policy.name
        drivers = {**m.drivers(), "recovery": policy.values["recovery"]}
        on_award = m.wiring.on_award[office.number - 1]
        if on_award is not None:
            on_award.batch(rows, m.t, m.key, drivers)
        found = m.wiring.award.batch(rows, m.t, m.key, drivers)
        m.count(found)
        m.count({f"awards:{name}": int(rows.size), f"returns:{name}": found["no_shows"]})
        book, paid = m.ledger, found["public_eur"]
        book.post(m.t, ledger.state(name), ledger.PROVIDERS, paid, "award")
        book.post(m.t, ledger.PROVIDERS, ledger.state(name), found["returned_eur"], "returned")
        self._administer(policy, policy.values["admin_per_award"], rows.size)
        self._administer(policy, policy.values["admin_per_application"], rows.size)
        if policy.rights_column:
            book.post(m.t, ledger.rights(name), ledger.obligation(name), paid, "used")
        self._fail(office, rows[m.population.worker["stage"][rows] == CONTEMPLATION])

    def turn_away(self, office: Office, rows: Rows, refused: bool = False) -> None:
        """The application ends; some drop the plan too, the others may come back."""
        m, name = self._model, office.policy.name
        m.count(m.wiring.turned_away.batch(rows, m.t, m.key, m.drivers()))
        m.count({f"{'rejected' if refused else 'turned_away'}:{name}": int(rows.size)})
        if refused:
            self._administer(
                office.policy, office.policy.values["admin_per_application"], rows.size
            )

    def follow_up(self, office: Office) -> None:
        """Who stopped an awarded course this month repays a part, and may be excluded."""
        m, name = self._model, office.policy.name
        share = office.policy.values["repaid"]
        if share == 0.0 and office.policy.on_failure is None:
            return
        worker = m.population.worker
        over = (worker["course_end"] == m.t) & (worker["stage"] == CONTEMPLATION)
        rows = np.flatnonzero(over & (worker["funded_by"] == INSTRUMENT + office.number))
        back = int(np.floor(worker["public_money"][rows] * share + 0.5).sum())
        m.ledger.post(m.t, ledger.WORKERS, ledger.state(name), back, "repaid")
        self._fail(office, rows)

    def _fail(self, office: Office, rows: Rows) -> None:
        m = self._model
        bound = m.wiring.on_failure[office.number - 1]
        if bound is not None and rows.size:
            bound.batch(rows, m.t, m.key, m.drivers())

    def _administer(self, policy: Policy, eur: float, cases: int) -> None:
        self._model.ledger.post(
            self._model.t, ledger.overhead(policy.name), ledger.ADMINISTRATION,
            round(eur * 100) * int(cases), "administration",
        )  # fmt: skip

    def yearly(self, office: Office) -> None:
        """Grant and lapse rights at the start of a calendar year."""
        m, name = self._model, office.policy.name
        bound = m.wiring.yearly[office.number - 1]
        if bound is None:
            return
        found = bound.sweep(m.t, m.key, m.drivers(), m.pool, m.block_rows)
        granted, lapsed = found["granted_eur"], found["lapsed_eur"]
        m.ledger.post(m.t, ledger.obligation(name), ledger.rights(name), granted, "granted")
        m.ledger.post(m.t, ledger.rights(name), ledger.obligation(name), lapsed, "lapsed")
