"""Levenlanglerenkrediet: a public loan for the fee of a recognised programme."""

from simulator.parameters import param
from simulator.policy import Policy


class Levenlanglerenkrediet(Policy):
    """The fee of a recognised programme is lent; it is felt almost as one's own money."""

    name = "levenlanglerenkrediet"
    omits = (
        "repayment, interest and means tests",
        "the part for living costs",
    )
    generosity = "most"
    payer = "loan"
    excludes = ()

    most = param(2500.0, "EUR", "highest loan for a part of a programme",
                 "the statutory fee of a year, rounded", "B", bounds=(0, 100_000),
                 prior=(1000, 10_000))  # fmt: skip
    felt = param(0.85, "share", "of the loan felt as a cost now", "no source", "A", bounds=(0, 1),
                 prior=(0.6, 1))  # fmt: skip
    age_to = param(56.0, "years", "age from which not", "DUO: under 56", "B", bounds=(15, 75))

    def eligible(age, p):
        """Under the age limit."""
        return age < p.age_to * 12

    def covers(price, recognised, p):
        """The price of a recognised programme, up to the maximum."""
        return min(price, p.most) if recognised == 1 else 0.0

    def prepaid(p):
        """It must be paid back."""
        return p.felt
