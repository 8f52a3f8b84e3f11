"""Belastingaftrek: the deduction of study costs from taxed income, until 2022."""

from simulator import codes
from simulator.parameters import param
from simulator.policy import Policy


class Belastingaftrek(Policy):
    """A part of one's own costs above a threshold comes back a year later."""

    name = "belastingaftrek"
    omits = (
        "income and its tax brackets: education stands in for them",
        "deduction a year later: money comes with the course, felt as an advance",
    )
    generosity = "rate_low"
    payer = "tax"
    excludes = ()

    threshold = param(250.0, "EUR", "of own costs that is not deductible", "tax law until 2022",
                      "B", bounds=(0, 10_000))  # fmt: skip
    rate_low = param(0.37, "share", "of the rest that comes back, low and middle-educated",
                     "first tax bracket 2021", "B", bounds=(0, 1), prior=(0.35, 0.40))  # fmt: skip
    rate_high = param(0.43, "share", "idem, high-educated", "between the brackets of 2021", "A",
                      bounds=(0, 1), prior=(0.37, 0.50))  # fmt: skip
    liquidity_low = param(0.5, "share", "of the advance felt as a cost, low-educated (l)",
                          "behaviour E5", "A", bounds=(0, 1), prior=(0.3, 0.7))  # fmt: skip
    liquidity_middle = param(0.25, "share", "idem, middle-educated", "behaviour E5", "A",
                             bounds=(0, 1), prior=(0.1, 0.4))  # fmt: skip
    liquidity_high = param(0.05, "share", "idem, high-educated", "behaviour E5", "A",
                           bounds=(0, 1), prior=(0, 0.1))  # fmt: skip
    hassle = param(60.0, "EUR", "burden of declaring it", "no source", "A", bounds=(0, 10_000),
                   prior=(20, 150))  # fmt: skip
    admin_per_award = param(10.0, "EUR", "administration per deduction", "no source", "A",
                            bounds=(0, 10_000), prior=(2, 40))  # fmt: skip

    def eligible(contract):
        """Who has taxed income."""
        return contract < codes.UNEMPLOYED

    def covers(price, education, p):
        """The rate on what is above the threshold."""
        rate = p.rate_high if education >= codes.BACHELOR else p.rate_low
        return max(price - p.threshold, 0.0) * rate

    def prepaid(education, p):
        """The advance is a cost to who has little."""
        if education == codes.LOW:
            return p.liquidity_low
        return p.liquidity_high if education >= codes.BACHELOR else p.liquidity_middle
