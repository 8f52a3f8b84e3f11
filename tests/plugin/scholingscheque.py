"""Scholingscheque: a sum for who works in a small firm, once in a life."""

from simulator.codes import SIZE_1_9
from simulator.columns import code
from simulator.laws import law
from simulator.parameters import param
from simulator.policy import Policy

USED = code("cheque_used", "1 = the cheque has been used", 1)


@law("cheque_used")
def use():
    """It can be had once."""
    return 1


class Scholingscheque(Policy):
    """A fixed sum towards one course for who works in a firm of fewer than ten."""

    name = "scholingscheque"
    columns = (USED,)
    on_award = use
    omits = ("firms that grow",)
    generosity = "sum"

    sum = param(400.0, "EUR", "the cheque", "example", "A", bounds=(0, 10_000), prior=(200, 800))

    def eligible(firm_size, cheque_used):
        """In a firm of fewer than ten, and not had before."""
        return firm_size == SIZE_1_9 and cheque_used == 0

    def covers(price, p):
        """The price, up to the sum."""
        return min(price, p.sum)
