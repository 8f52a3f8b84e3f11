"""Experiments lived again inside the model: with their own eligibility, recruitment and follow-up.

Each begins from the life that is lived anyway, which is the control group; the treated are the same
people with the same luck. Circumstances are Dutch and of the years in which the run then is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simulator import codes, draws, groups, surveys
from simulator.laws import law
from simulator.model import LearningModel
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher
from simulator.policy import Policy
from simulator.record import Recorder
from simulator.windows import Windows

FOLLOW_UP = 24  # months after the vouchers of the Dutch experiment, Hidalgo et al. 2014
INFORMED = 12  # months after the brochures, Goerlitz and Tamm 2017: after more than a year
READ = 0.25  # of those written to, who read it: an assumption, near 'more than doubled' (E10.2)
SAVED = (
    36  # months of deposits before the French changes: an assumption, shorter than the real four
)
COPAYMENT, IDENTITY = 8, 12  # months followed, Dares
TRIALS = (
    "voucher_rct.base", "voucher_rct.gain", "voucher_rct.deadweight", "information_rct.knows",
    "information_rct.gain", "cpf.copayment", "cpf.exempt", "cpf.identity",
)  # fmt: skip
_SPENT = 3_000  # a year that never comes

Standing = Callable[[], Sequence[Policy]]
Changes = Mapping[str, float]


@law("voucher_year")
def had_it():  # type: ignore[no-untyped-def]
    """One voucher a person, as in the experiment."""
    return _SPENT


class TrialVoucher(Voucher):
    """A voucher for one course, at any moment, up to secondary vocational education."""

    name = "trial_voucher"
    windows: ClassVar[Windows | None] = None  # type: ignore[assignment]
    on_award = had_it
    on_failure = None


class Bonus(Voucher):
    """The German Bildungspraemie: half of a course, at most EUR 500, at any moment."""

    name = "trial_bonus"
    windows: ClassVar[Windows | None] = None  # type: ignore[assignment]
    on_award = had_it
    on_failure = None


def _branch(
    model: LearningModel, standing: Standing, own: Policy, recorder: Recorder | None = None
) -> LearningModel:
    return model.branch([*standing(), own], recorder, introduction=model.t)


def recruited(model: LearningModel) -> NDArray[np.int64]:
    """Employees with at most secondary vocational education who feel some need or plan.

    Employers and workers volunteered through O&O-fondsen, so that who feels no need is not among
    them (behaviour E9: the gain cannot be had in a sample of everybody).
    """
    worker = model.population.worker
    rows = np.arange(model.population.rows)
    employee = np.isin(worker["contract"], codes.EMPLOYEE_CONTRACTS)
    practical = groups.members(worker, rows, "education:practical")
    return np.asarray(rows[employee & practical & (worker["stage"] > codes.PRECONTEMPLATION)])


def voucher(
    model: LearningModel, standing: Standing, burden: float, anyway: NDArray[np.bool_]
) -> dict[str, float]:
    """Participation (any course) of the recruited without and with a voucher of EUR 1,000, and the
    share of who used one that would have followed a course anyway.

    `anyway` says of everybody whether they learned in the FOLLOW_UP months of life without it.
    """
    rows, since = recruited(model), model.t
    own = TrialVoucher(education_to=codes.MBO4, awareness=1.0, rejected=0.0, hassle=burden)
    treated = _branch(model, standing, own).run(FOLLOW_UP).population.worker
    used = treated["voucher_year"][rows] == _SPENT
    with_it, without = surveys.learned_since(treated, since)[rows], anyway[rows]
    return {
        "voucher_rct.base": float(without.mean()),
        "voucher_rct.gain": float(with_it.mean() - without.mean()),
        "voucher_rct.deadweight": float(without[used].mean()) if used.any() else np.nan,
    }


def information(
    model: LearningModel, standing: Standing, burden: float, awareness: float
) -> dict[str, float]:
    """Some of the workers are written to about a scheme that exists: who knows it, who learns."""
    since, found = model.t, []
    for written in (False, True):
        own = Bonus(amount=500.0, own_share=0.5, rejected=0.0, hassle=burden, awareness=awareness)
        lived = _branch(model, standing, own)
        worker = lived.population.worker
        bit = np.int64(1) << (len(lived.policies) - 1)
        if written:
            everybody = np.arange(lived.population.rows)
            read = draws.uniforms(lived.seed_number, everybody, since, "trial.read") < READ
            worker["knows"][read] |= worker["knows"].dtype.type(bit)
        lived.run(INFORMED)
        works = np.isin(worker["contract"], surveys.EMPLOYED)
        knows = (worker["knows"].astype(np.int64) & bit) != 0
        learned = surveys.learned_since(worker, since)
        found.append((knows[works].mean(), learned[works].mean()))
    (knew, base), (told, share) = found
    return {
        "information_rct.knows": float(told / max(knew, 1e-9)),
        "information_rct.gain": float(share - base),
    }


def account(
    model: LearningModel, standing: Standing, burden: float, given: Changes
) -> dict[str, float]:
    """The French account, and what an own contribution and a heavier identity step did to it."""

    def rules(**changes: float) -> Policy:
        usual = {"deposit": 500.0, "deposit_low": 1.6, "ceiling": 5_000.0, "expiry": 50.0,
                 "hassle": burden, "activation": burden / 2.0, **given}  # fmt: skip
        return Leerrekening(**{**usual, **changes})

    saved = _branch(model, standing, rules()).run(SAVED)
    since = saved.t
    entries = {}
    for name, changes in {
        "usual": {}, "copayment": {"copay": 100.0}, "identity": {"hassle": 2.0 * burden}
    }.items():  # fmt: skip
        record = Recorder(since, 12)
        _branch(saved, standing, rules(**changes), record).run(IDENTITY)
        entries[name] = record.courses()

    def change(name: str, months: int, *of: str) -> float:
        many = []
        for courses in (entries["usual"], entries[name]):
            within = (courses["public"] > 0) & (courses["t"] < since + months)
            members = np.any([groups.in_group(g)[courses["cell"]] for g in of], axis=0)
            many.append(int((within & members).sum()))
        return many[1] / many[0] - 1.0 if many[0] else np.nan

    low = change("identity", IDENTITY, "education:low")
    others = change("identity", IDENTITY, "education:middle", "education:high")
    return {
        "cpf.copayment": change("copayment", COPAYMENT, "contract:employed"),
        "cpf.exempt": change("copayment", COPAYMENT, "contract:unemployed"),
        "cpf.identity": low / others if others else np.nan,
    }
