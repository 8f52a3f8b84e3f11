"""O&O-fondsen: funds of social partners that give employers back a part of training costs."""

from simulator.parameters import param
from simulator.policy import Policy


class OenoFonds(Policy):
    """Employers with a fund get back a part of what they pay."""

    name = "oeno_fonds"
    omits = (
        "levies, and funds one by one: about 125, of which an employer has one or none",
        "individual budgets that funds give",
    )
    generosity = "share"
    payer = "fund"
    to = "employer"
    excludes = ()

    share = param(0.4, "share", "of the employer's part that the fund pays back", "no source", "A",
                  bounds=(0, 1), prior=(0.2, 0.8))  # fmt: skip
    most = param(750.0, "EUR", "highest amount on a course", "no source", "A", bounds=(0, 100_000),
                 prior=(300, 1500))  # fmt: skip
    admin_per_award = param(0.0, "EUR", "no public administration", "private funds", "D",
                            bounds=(0, 10_000))  # fmt: skip

    def eligible(fund):
        """The employer has a fund: 2.5 million workers are covered (source 000 l.283)."""
        return fund == 1

    def covers(price, p):
        """A share of what the employer pays, up to a maximum."""
        return min(price * p.share, p.most)
