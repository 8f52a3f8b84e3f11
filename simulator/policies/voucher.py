"""Voucher: a yearly amount for a course, asked for in windows until the budget is committed."""

from collections.abc import Sequence
from typing import ClassVar

from simulator.columns import NEVER, Column
from simulator.laws import law
from simulator.parameters import param
from simulator.policy import Policy
from simulator.windows import Windows

YEAR = Column(
    "voucher_year", "int16", "calendar year", "last year in which no voucher may be had any more",
    NEVER, 3_000, NEVER,
)  # fmt: skip


@law("voucher_year")
def used_this_year(year):
    """Remember the calendar year of the award."""
    return int(year)


class Voucher(Policy):
    """A voucher as STAP was in 2022: EUR 1,000 a year, free, first come or lottery, no memory."""

    name = "voucher"
    omits: ClassVar[Sequence[str]] = (
        "fraud, and providers who steer applicants or split courses",
        "what a course is about: hobby and general development, a fifth of STAP",
        "inactive people under 25, of whom some had a link with the labour market and could apply",
        "sight of others' luck: who is turned away does not tell colleagues",
    )
    columns = (YEAR,)
    on_award = used_this_year
    windows = Windows(
        opens=("03-01 10:00", "05-02 10:00", "07-01 10:00", "09-01 10:00", "11-01 10:00"),
        closes=("04-30 23:59", "06-30 23:59", "08-31 23:59", "10-31 23:59", "12-31 23:59"),
    )

    amount = param(1000.0, "EUR", "maximum per person and calendar year",
                   "STAP regulation, Stcrt 2021-35685", "R", bounds=(0, 100_000),
                   prior=(500, 2000))  # fmt: skip
    own_share = param(0.0, "share", "of the price that the worker pays", "STAP: none", "R",
                      bounds=(0, 1), prior=(0, 0.5))  # fmt: skip
    budget = param(160e6, "EUR/year", "national budget for awards, shared over the windows",
                   "STAP plan 2022, 5 windows; accountancyvanmorgen 1-7-2022", "R",
                   bounds=(0, 1e11), prior=(100e6, 325e6))  # fmt: skip
    recognised_only = param(0.0, "switch", "1 = recognised (OCW) courses only, as from Sept 2023",
                            "source 000 l.245-246", "S", bounds=(0, 1))  # fmt: skip
    rejected = param(0.08, "share", "applications refused when they are assessed",
                     "STAP Sept 2022: 3,300 of 44,000; nu.nl 6223303", "D", bounds=(0, 1),
                     prior=(0.02, 0.15))  # fmt: skip
    repaid = param(0.5, "share", "of an award repaid by who stops early: own fault, and collected",
                   "STAP: repayment below 80% attendance; share no source", "A", bounds=(0, 1),
                   prior=(0.2, 0.9))  # fmt: skip
    start_within = param(3.0, "months", "after an award in which the course must start",
                         "STAP: 3 months after the window; frieslandcollege.nl", "R",
                         bounds=(0, 60))  # fmt: skip
    own_fault = param(0.5, "share", "no-shows and early stops by own fault, which exclude",
                      "no source", "A", bounds=(0, 1), prior=(0.2, 0.8))  # fmt: skip
    exclusion = param(2.0, "years", "without a voucher after that", "STAP: at most 2; edin.nl",
                      "R", bounds=(0, 10), prior=(0, 2))  # fmt: skip
    cap_per_course = param(0.0, "awards", "highest number on one course in a window; 0 = none",
                           "STAP from 2023: 300; nhnieuws 2-2023", "R",
                           bounds=(0, 1e6))  # fmt: skip
    courses = param(80_000.0, "courses", "on the list", "STAP window 3; figures 2.3", "R",
                    bounds=(1, 1e7), prior=(20_000, 100_000))  # fmt: skip
    popularity = param(3.0, "power", "by which courses differ in popularity; 1 = all alike",
                       "STAP: half of the money to 20 of 1,326 providers", "A", bounds=(1, 20),
                       prior=(2, 8))  # fmt: skip
    publicity = param(0.05, "1/month", "chance of hearing of it by news and by providers who "
                      "advertise, in months in which one may apply",
                      "behaviour E5: salience peaks at a window; size no source", "A",
                      bounds=(0, 1), prior=(0, 0.15))  # fmt: skip
    queue_contact = param(0.5, "z", "advantage in a queue of who learned in the past two years: "
                          "known to a provider", "behaviour D (b); no source", "A", bounds=(0, 10),
                          prior=(0, 1))  # fmt: skip
    queue_skill = param(0.5, "z/class", "advantage of the higher educated in a queue",
                        "behaviour E6 no. 30", "A", bounds=(0, 10), prior=(0, 1))  # fmt: skip
    students = param(0.0, "switch", "1 = open to who studies with a right to study finance",
                     "STAP regulation: not", "R", bounds=(0, 1))  # fmt: skip
    education_to = param(5.0, "level", "highest education that may have it (2 = mbo-4)",
                         "2: the part for at most mbo-4 planned in 2022", "R",
                         bounds=(0, 5))  # fmt: skip
    age_from = param(18.0, "years", "lowest age", "STAP regulation", "R", bounds=(15, 75))
    age_to = param(67.0, "years", "AOW age, from which not", "STAP regulation; AOW age 2024-2027",
                   "B", bounds=(15, 75))  # fmt: skip

    def eligible(age, education, student, voucher_year, year, p):
        """18 to AOW age, no right to study finance, once a calendar year.

        The link with the labour market that is asked besides, everybody in the model has.
        """
        free = (student == 0 or p.students == 1.0) and education <= p.education_to
        return free and p.age_from * 12 <= age < p.age_to * 12 and voucher_year < year

    def covers(price, recognised, p):
        """The price less the own share, up to the amount."""
        if p.recognised_only == 1.0 and recognised == 0:
            return 0.0
        return min(price * (1.0 - p.own_share), p.amount)


@law("voucher_year", p=Voucher.parameters, u="voucher.own_fault")
def exclude(voucher_year, year, u, p):
    """Who does not turn up or stops early by own fault gets none for some years."""
    return int(year + p.exclusion) if u < p.own_fault else voucher_year


Voucher.on_failure = exclude
