"""What a worker, a team and an employer is: every column's name, type, unit, range and meaning.

Money is stored in whole cents and read by laws in EUR (`scale`), so that sums are exact. Months
are numbered from the start of the run; NEVER stands for "not yet".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

NEVER = -10_000


@dataclass(frozen=True)
class Column:
    """One attribute of every row: stored as `dtype`, read by laws as stored value x `scale`."""

    name: str
    dtype: DTypeLike
    unit: str
    meaning: str
    low: float
    high: float
    start: float = 0
    scale: float = 1.0
    scratch: bool = False  # lives for one batch of rows only
    local: bool = False  # lives while laws deal with one row of a batch: no array holds it

    @property
    def is_money(self) -> bool:
        return self.scale != 1.0

    @property
    def is_float(self) -> bool:
        return np.issubdtype(np.dtype(self.dtype), np.floating)


def code(name: str, meaning: str, high: int, start: int = 0, low: int = 0) -> Column:
    """A column that holds a code or a small count in one byte."""
    return Column(name, np.int8, "code", meaning, low, high, start)


def real(name: str, unit: str, meaning: str, low: float, high: float, start: float = 0) -> Column:
    """A column that holds a real number in single precision."""
    return Column(name, np.float32, unit, meaning, low, high, start)


def month(name: str, meaning: str) -> Column:
    """A column that holds the number of a month, NEVER at the start."""
    return Column(name, np.int16, "month", meaning, NEVER, 20_000, NEVER)


def money(name: str, meaning: str, high: float = 20_000_000) -> Column:
    """A column that holds an amount of EUR in whole cents."""
    return Column(name, np.int32, "EUR", meaning, 0, high, 0, 0.01)


WORKER: tuple[Column, ...] = (
    Column("age", np.int16, "months", "age", 15 * 12, 75 * 12, 40 * 12),
    code("education", "attained level (codes.EDUCATION)", 5),
    code("contract", "contract or other position (codes.CONTRACT); codes.ABSENT: nobody", 13),
    code("sector", "section of the employer or own business (codes.SECTOR)", 18),
    code("firm_size", "size class of the employer (codes.FIRM_SIZE)", 4),
    Column("team", np.int32, "row", "team in the team table; 0 = none", 0, 2**31 - 1),
    month("job_since", "month in which the present position was taken"),
    code("student", "1 = in initial education with a right to study finance", 1),
    code("chronic", "1 = chronic non-participant (latent class chi)", 1),
    code("supervisor", "1 = supervisor stimulates, 0 = does not, -1 = has none", 1, -1, -1),
    code("stage", "stage of change (codes.STAGES); 0 = nobody is in this row", 5, 1),
    real("attitude", "z", "attitude to learning, A", -3, 3),
    real("attitude_set_point", "z", "the person's own level of attitude, A*", -3, 3),
    real("self_efficacy", "z", "self-efficacy for learning, E", -3, 3),
    real("self_efficacy_set_point", "z", "the person's own level of self-efficacy, E*", -3, 3),
    real("urgency", "z", "felt urgency (weten) net of false safety, W", -3, 3),
    real("urgency_set_point", "z", "the person's own level of urgency, W*", -3, 3),
    real("norm", "z", "subjective norm from team and supervisor, N", -3, 3),
    code("ties", "outside ties: people elsewhere whose learning is seen", 4),
    real("outside", "share", "of them trained in 12 months, when last seen; -1 = none", -1, 1, -1),
    real("slack", "z", "time slack, T", -3, 3),
    real("disposition", "z", "persistent unobserved part of intention, eps", -3, 3),
    real("informal", "share", "share of work time in tasks one learns from, Q", 0, 1, 0.22),
    real("exposure", "ratio", "employer-initiated hazard relative to the reference", 0, 100, 1),
    Column(
        "plan_price", np.int32, "EUR", "price of the planned or running course", 0, 1e8, 0, 0.01
    ),
    Column("plan_hours", np.int16, "hours", "hours of the planned or running course", 0, 5_000),
    code("plan_recognised", "1 = a recognised (formal) programme or part of one", 1),
    code("plan_payer", "1 = the employer would pay this plan", 1),
    real("hurdle_money", "share", "money hurdle u of this plan", 0, 1),
    real("hurdle_time", "share", "time hurdle v of this plan", 0, 1),
    real(
        "hurdle_crowd",
        "share",
        "below xi: public money is used though the employer would pay",
        0,
        1,
    ),
    code("applies", "instrument applied to or waited for, by number; 0 = none", 101),
    money("public_money", "amount asked of it, then public money of the course"),
    code("funded_by", "funding of the latest self-chosen course (codes below)", 110),
    month("course_started", "month in which the latest self-chosen course started"),
    month("course_end", "month in which the running self-chosen course is over"),
    month("last_self", "last month with self-chosen learning (may lie ahead while it runs)"),
    month("last_job", "last month with employer-initiated learning (idem)"),
    month("guided_until", "first month after a guidance trajectory"),
    month("ambassador_until", "first month after contact with a leerambassadeur"),
    Column("knows", np.int32, "bits", "which instruments are known, a bit each", 0, 2**30),
)

_OF_EMPLOYER: tuple[Column, ...] = (
    real("culture", "z", "learning culture of the employer, K", -3, 3),
    money("training_budget", "employer's budget a worker in this year", 1e7),
    real("lift", "ratio", "hazard of courses on the employer's initiative, by culture gained and "
         "stage", 0, 20, 1),
    code("employer_active", "1 = the employer is in action or maintenance", 1),
    code("employer_size", "size class of the employer (codes.FIRM_SIZE)", 4),
    code("employer_sector", "section of the employer (codes.SECTOR)", 18, 18),
    code("fund", "1 = the employer has an O&O-fonds", 1),
)  # fmt: skip

EMPLOYERS: tuple[Column, ...] = (
    *_OF_EMPLOYER,
    Column("size", np.int32, "persons", "persons working there when the run began", 0, 2**31 - 1),
    real("culture_set_point", "z", "learning culture that the employer returns to", -3, 3),
    month("treated_until", "first month after support to the employer's learning culture"),
    money("usual_budget", "employer's yearly budget a worker, without the cycle", 1e7),
    code("employer_stage", "the employer's own stage of change (codes.STAGES)", 5, 1, 1),
    code("hr", "1 = the employer has an HR function", 1),
)

# What a team knows of its employer is the employer's own, copied every month.
OF_EMPLOYER = tuple(c.name for c in _OF_EMPLOYER)

TEAM: tuple[Column, ...] = (
    Column("employer", np.int32, "row", "employer of the team; 0 = none", 0, 2**31 - 1),
    *_OF_EMPLOYER,
    code("ambassador", "1 = the team has a leerambassadeur", 1),
    Column("seats", np.int16, "persons", "members of the team when the run began", 0, 32_000),
    real("trained_share", "share", "colleagues trained in 12 months, shrunk to the mean", 0, 1),
    real("team_norm", "z", "descriptive norm and culture, before supervisor", -6, 6),
)

# What workers read of the team, as it lies side by side in memory: what each of them reads every
# month, four numbers of 4 bytes, and what few do.
TOGETHER = (
    ("team_norm", "lift", "culture", "trained_share"),
    ("training_budget", "employer_active"),
)

# What working lives decide, and whom people know: no policy and no behaviour has a part in it, so
# that lives are lived alike under all of them.
LIVES = ("age", "education", "student", "contract", "sector", "firm_size", "team", "job_since",
         "ties")  # fmt: skip

# Codes of `funded_by`: 0 nothing yet; OWN, EMPLOYER, PRIVATE (a fund, a loan), or INSTRUMENT + the
# number of the public instrument that pays most.
OWN, EMPLOYER, PRIVATE, INSTRUMENT = 1, 2, 3, 10
# Codes of `applies` besides the numbers of instruments: who enrols without an application, without
# or with public money.
ALONE, HELPED = 100, 101


def table(columns: Iterable[Column]) -> dict[str, Column]:
    """Columns by name; ValueError when two have one name."""
    found: dict[str, Column] = {}
    for column in columns:
        if column.name in found:
            raise ValueError(f"column {column.name!r} is declared twice: give one another name")
        found[column.name] = column
    return found
