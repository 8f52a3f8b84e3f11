"""Voucher: a yearly amount for a course, asked for in windows until the budget is committed."""

from simulator.columns import NEVER, Column
from simulator.laws import law
from simulator.parameters import param
from simulator.policy import Policy, Windows

YEAR = Column(
    "voucher_year", "int16", "calendar year", "last year with a voucher", NEVER, 3_000, NEVER
)


@law("voucher_year")
def used_this_year(year):
    """Remember the calendar year of the award."""
    return int(year)


class Voucher(Policy):
    """A voucher as STAP was in 2022: EUR 1,000 a year, free, first come or lottery, no memory."""

    name = "voucher"
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
    queue_skill = param(0.5, "z/class", "advantage of the higher educated in a queue",
                        "behaviour E6 no. 30", "A", bounds=(0, 10), prior=(0, 1))  # fmt: skip
    age_from = param(18.0, "years", "lowest age", "STAP regulation", "R", bounds=(15, 75))
    age_to = param(67.0, "years", "AOW age, from which not", "STAP regulation; AOW age 2024-2027",
                   "B", bounds=(15, 75))  # fmt: skip

    def eligible(age, voucher_year, year, p):
        """18 to AOW age, once a calendar year."""
        return p.age_from * 12 <= age < p.age_to * 12 and voucher_year != year

    def covers(price, p):
        """The price less the own share, up to the amount."""
        return min(price * (1.0 - p.own_share), p.amount)
