"""What a life comes to: money, courses, reach and lines by year, month and group, beside the same
life without policy.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator import benefits, codes, groups, ledger
from simulator.additionality import CLASSES, Courses, classes
from simulator.benefits import PARAMETERS as BENEFITS
from simulator.policy import Policy
from simulator.record import INDICATORS, Recorder

if TYPE_CHECKING:
    from simulator.model import LearningModel
    from simulator.variants import Design

Measured = tuple[dict[str, Any], dict[str, Any]]  # data and coordinates of a dataset
# Persons who move between stages, besides those who start or complete a course or do not turn up.
MOVES = ("considered", "faded", "planned", "repeated", "jumped", "dropped", "gave_up", "drop_outs",
         "relapsed")  # fmt: skip
# Minutes after an opening at which the line is looked at, from the first to the end of a week.
MINUTES = (0, 1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 2880, 4320, 10080)
_LINE = ("came", "paid", "away")
NAMED = ("education:practical", "contract:flexible", "contract:unemployed")  # source 001 l.83
_ACCOUNTS = (ledger.state, ledger.tax, ledger.overhead, ledger.rights)
_PUBLIC = {"award": 1, "returned": -1, "repaid": -1, "programme": 1, "administration": 1}
_RIGHTS = {"granted": 1, "used": -1, "lapsed": -1}
_WHOSE = {**_PUBLIC, **_RIGHTS}  # postings that belong to one policy


@dataclass(frozen=True)
class Lived:
    """What was recorded of a life, and the courses followed in it: all that another is held to."""

    recorder: Recorder
    courses: Courses


def measured(model: LearningModel, lived: Lived, null: Lived, design: Design) -> Measured:
    """Data and coordinates of a life that ended as `model`; amounts are national, EUR a year."""
    recorder, courses, weight = lived.recorder, lived.courses, model.population.weight
    years = (design.end - design.spin_up) // 12  # an unfinished last year is left out
    labels = [design.calendar.at(design.spin_up + 12 * k)[0] for k in range(years)]
    data: dict[str, Any] = {}
    for k, name in enumerate(INDICATORS):
        data[name] = (("time", "group"), np.array([i[k] for i in recorder.indicators], np.float32))
    data["stage_share"] = (
        ("time", "stage"), np.array([s / s.sum() for s in recorder.stages], np.float64)
    )  # fmt: skip
    for name, series in _money(model, design, years).items():
        data[name] = (("year",), series * weight / 100)
    for name, series in _counts(model, recorder, design, years).items():
        data[name] = (("year",), series * weight)
    public = _public(courses, design, years)
    data["anyway"] = (("year",), _anyway(public, null.recorder))
    parts = {name: _yearly(courses["t"], cents, design, years)
             for name, cents in classes(courses, null.courses).items()}  # fmt: skip
    for name in CLASSES:
        data[f"{name}_eur"] = (("year",), parts[name] * weight / 100)
    kept = data["awards_eur"][1] - sum(parts.values()) * weight / 100 - data["returned_eur"][1]
    data["unused_eur"] = (("year",), kept)
    data["wages_eur"] = (("year",), _wages(recorder, null.recorder, design, years) * weight)
    data["outside_eur"] = (("year",), _outside(courses, design, years) * weight / 100)
    for name, series in _months(model, design).items():
        data[name] = (("month",), series * weight)
    for name, series in _lines(model, design, years).items():
        data[name] = (("year", "minute"), series * weight)
    data["lead_time"] = ((), max((p.values["lead_time"] for p in _own(model)), default=0.0))
    reached = _reached(public)
    present = [_size(recorder, design.spin_up + 12 * k + 11) for k in range(years)]
    data["reach"] = (("year", "group"), reached / np.maximum(present, 1e-300))
    data["recipients"] = (("year", "group"), reached * weight)
    data["persons"] = (("time", "group"), np.array(recorder.sizes) * weight)
    time = [(t - design.introduction + 1) / 12 for t in recorder.survey_months]
    return data, {
        "time": time, "month": np.arange(design.after), "year": labels, "minute": np.array(MINUTES),
        "group": list(groups.GROUPS), "stage": list(codes.STAGES.values()),
    }  # fmt: skip


def _yearly(t: NDArray[Any], amounts: NDArray[Any], design: Design, years: int) -> NDArray[Any]:
    year = (np.asarray(t) - design.spin_up) // 12
    return np.bincount(year, weights=amounts.astype(float), minlength=years)[:years]


def _public(courses: Courses, design: Design, years: int) -> list[Courses]:
    """The publicly paid courses of each year."""
    paid = np.flatnonzero(courses["public"] > 0)
    year = (courses["t"][paid] - design.spin_up) // 12
    return [{name: courses[name][paid[year == k]] for name in ("row", "cell")}
            for k in range(years)]  # fmt: skip


def _anyway(public: Sequence[Courses], null: Recorder) -> NDArray[np.float64]:
    """Share of a year's publicly paid learners who followed some course of any kind in that or
    the next year of their life without policy: deadweight as the Dutch voucher experiment counts
    it. NaN where there is nobody, or the next year was not lived.
    """
    found = np.full(len(public), np.nan)
    for k, courses in enumerate(public[:-1]):
        rows = np.unique(courses["row"])
        if rows.size:
            found[k] = np.unpackbits(null.two_years[k + 1])[rows].mean()
    return found


def _money(model: LearningModel, design: Design, years: int) -> dict[str, NDArray[np.float64]]:
    """Cents a year by purpose, and the State's outstanding obligation at each year's end."""
    own = [p.name for p in _own(model)]
    accounts = {account(n) for n in own for account in _ACCOUNTS}
    kinds = ("award", "returned", "repaid", "programme", "contribution", "contribution returned",
             "administration", "granted", "used", "lapsed",
             "own money", "self-chosen courses", "own initiative")  # fmt: skip
    found = {kind: np.zeros(years) for kind in (*kinds, "standing")}
    for t, source, target, cents, what in model.ledger.entries:
        if what in kinds and design.spin_up <= t < design.spin_up + 12 * years:
            year = (t - design.spin_up) // 12
            if what not in _WHOSE or source in accounts or target in accounts:
                found[what][year] += cents
            elif what in _PUBLIC:  # of a policy that is in force anyway
                found["standing"][year] += cents * _PUBLIC[what]
    outstanding = np.cumsum(found["granted"] - found["used"] - found["lapsed"])
    held = sum(model.ledger.balances[ledger.rights(n)] for n in own)
    if years and design.after % 12 == 0 and round(outstanding[-1]) != held:
        raise ArithmeticError(
            f"rights at the end are {held} cents, flows say {outstanding[-1]:.0f}"
        )
    return {
        "awards_eur": found["award"],
        "standing_eur": found["standing"],
        "returned_eur": found["returned"],
        "repaid_eur": found["repaid"],
        "programme_eur": found["programme"],
        "contribution_eur": found["contribution"] - found["contribution returned"],
        "administration_eur": found["administration"],
        "granted_eur": found["granted"],
        "lapsed_eur": found["lapsed"],
        "outstanding_eur": outstanding,
        "own_eur": found["own money"],
        "employer_chosen_eur": found["self-chosen courses"],
        "employer_job_eur": found["own initiative"],
    }


def _own(model: LearningModel) -> list[Policy]:
    """The policies of the variant, besides those that are in force anyway."""
    return [p for p in model.policies if not p.standing]


def _wages(recorder: Recorder, null: Recorder, design: Design, years: int) -> NDArray[np.float64]:
    """EUR a year by which wages are higher than without the variant, if that is to be shown."""
    values = BENEFITS.values(design.parameters.get(BENEFITS.owner))
    if values["on"] == 0.0:
        return np.full(years, np.nan)
    completed = [
        np.array([f.get("completed", 0) + f.get("job_courses", 0) for f in r.flows], float)
        for r in (recorder, null)
    ]
    gained = benefits.gained(completed[0] - completed[1], values)
    return _yearly(np.array(recorder.months), gained, design, years)


def _months(model: LearningModel, design: Design) -> dict[str, NDArray[np.float64]]:
    """By month since the introduction, per simulated person's weight: outlay and liability in EUR,
    and awards, of the variant's own policies; `outlay` is what the State pays net of what returns.
    """
    accounts = {account(p.name) for p in _own(model) for account in _ACCOUNTS}
    outlay, rights, awards = (np.zeros(design.after) for _ in range(3))
    for t, source, target, cents, what in model.ledger.entries:
        month = t - design.introduction
        if month >= 0 and (source in accounts or target in accounts):
            if what in _PUBLIC:
                outlay[month] += cents * _PUBLIC[what] / 100
            elif what in _RIGHTS:
                rights[month] += cents * _RIGHTS[what] / 100
    names = {f"awards:{p.name}" for p in _own(model) if p.public}
    recorder = model.recorder
    if isinstance(recorder, Recorder):
        for t, flows in zip(recorder.months, recorder.flows, strict=True):
            if t >= design.introduction:
                awards[t - design.introduction] += sum(flows.get(n, 0) for n in names)
    return {"outlay_eur_month": outlay, "liability_eur_month": np.cumsum(rights),
            "awards_month": awards}  # fmt: skip


def _lines(model: LearningModel, design: Design, years: int) -> dict[str, NDArray[np.float64]]:
    """Of the variant's own schemes, persons who had joined the line, were paid and were turned away
    by so many minutes after the first opening of the year; NaN in a year without one.
    """
    found = {f"line_{name}": np.full((years, len(MINUTES)), np.nan) for name in _LINE}
    own = [office for office in model.offices if not office.policy.standing]
    for k in range(years):
        first, last = (model.calendar.begins(design.spin_up + 12 * year) for year in (k, k + 1))
        firsts = [next((o for o in office.openings if first <= o.clock < last), None)
                  for office in own]  # fmt: skip
        for opening in filter(None, firsts):
            for name in _LINE:
                moments = np.sort(getattr(opening, name) - opening.clock)
                by = np.searchsorted(moments, MINUTES, side="right")
                row = found[f"line_{name}"][k]
                row[:] = np.where(np.isnan(row), 0.0, row) + by
    return found


def _outside(courses: Courses, design: Design, years: int) -> NDArray[np.float64]:
    """Cents a year for learners who are in none of the groups that policy names."""
    inside = np.zeros(groups.CELLS, bool)
    for group in NAMED:
        inside |= groups.in_group(group)
    cents = np.where(inside[courses["cell"]], 0, courses["public"])
    return _yearly(courses["t"], cents, design, years)


def _counts(
    model: LearningModel, recorder: Recorder, design: Design, years: int
) -> dict[str, NDArray[np.float64]]:
    """Events a year: courses; and of the variant's own public policies awards and refusals."""
    t, own = np.array(recorder.months), [p.name for p in _own(model) if p.public]
    simple = ("started", "completed", "job_courses", "no_shows", *MOVES)
    found = {n: np.array([f.get(n, 0) for f in recorder.flows], float) for n in simple}
    for prefix in ("awards", "turned_away", "rejected", "returns"):
        per_month = [sum(f.get(f"{prefix}:{n}", 0) for n in own) for f in recorder.flows]
        found[prefix] = np.array(per_month, float)
    return {name: _yearly(t, series, design, years) for name, series in found.items()}


def _reached(public: Sequence[Courses]) -> NDArray[np.float64]:
    """Who starts a publicly paid course, by year and group."""
    found = np.zeros((len(public), len(groups.GROUPS)))
    for k, courses in enumerate(public):
        _, first = np.unique(courses["row"], return_index=True)
        found[k] = groups.listed(courses["cell"][first])
    return found


def _size(recorder: Recorder, t: int) -> NDArray[np.float64]:
    """Persons by group at the last survey up to month t."""
    if not recorder.sizes:
        raise ValueError("nothing was recorded: the run ended before its spin-up")
    return recorder.sizes[max(bisect_right(recorder.survey_months, t) - 1, 0)]
