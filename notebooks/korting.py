"""Korting: a discount on the price of a course, for who has at most mbo-4."""

from simulator.codes import MBO4
from simulator.parameters import param
from simulator.policy import Policy


class Korting(Policy):
    """Half of the price is paid to the provider; open-ended, and nothing to advance or save."""

    name = "korting"

    share = param(0.5, "share", "of the price that the State pays", "example", "A",
                  bounds=(0, 1), prior=(0.3, 0.7))
    most = param(500.0, "EUR", "highest discount on a course", "example", "A",
                 bounds=(0, 10_000), prior=(250, 1000))
    hassle = param(50.0, "EUR", "burden of showing a diploma, felt as a price", "example", "A",
                   bounds=(0, 10_000), prior=(0, 100))

    def eligible(education, p):
        """At most mbo-4."""
        return education <= MBO4

    def covers(price, p):
        """The share of the price, up to the most."""
        return min(price * p.share, p.most)
