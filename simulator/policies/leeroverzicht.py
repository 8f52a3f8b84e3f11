"""Leeroverzicht: the national site with all courses and all ways to pay for them."""

from simulator.codes import PREPARATION
from simulator.parameters import param
from simulator.policy import Policy


class Leeroverzicht(Policy):
    """Makes instruments known to who has a plan, and applying for them lighter."""

    name = "leeroverzicht"
    omits = ("how good its information is, and who cannot find their way online",)
    excludes = ()

    found = param(0.03, "1/month", "chance that who has a plan finds it", "no source", "A",
                  bounds=(0, 1), prior=(0.01, 0.08))  # fmt: skip
    eased = param(0.2, "share", "of the burden of applying that it takes away",
                  "behaviour E5: cuts search costs; size no source", "A", bounds=(0, 1),
                  prior=(0, 0.4))  # fmt: skip
    spending = param(5e6, "EUR/year", "cost of the site", "no source", "A", bounds=(0, 1e11),
                     prior=(2e6, 10e6))  # fmt: skip

    def eligible():
        """Everybody."""
        return True

    def relief(p):
        """Searching costs less."""
        return p.eased

    def tells(stage, p):
        """Only who has a plan looks: information moves nobody towards one (behaviour C1)."""
        return p.found if stage == PREPARATION else 0.0
