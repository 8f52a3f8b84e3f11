"""Leerverlof: paid learning leave."""

from simulator import codes
from simulator.parameters import param
from simulator.policy import Policy


class Leerverlof(Policy):
    """A part of the hours of a course is paid working time, by right."""

    name = "leerverlof"
    omits = (
        "what the employer does about work that waits",
        "wages paid during leave",
    )
    generosity = "share"
    payer = "employer"
    excludes = ()

    share = param(0.5, "share", "of the hours of a course",
                  "workshop: half own time, half employer's, source 004 l.606", "S", bounds=(0, 1),
                  prior=(0.2, 0.8))  # fmt: skip
    consent = param(1.0, "switch", "1 = only where the supervisor stimulates development",
                    "no source", "A", bounds=(0, 1))  # fmt: skip

    def eligible(contract, supervisor, p):
        """Employees, with the supervisor's consent if that is asked."""
        agreed = supervisor == 1 or p.consent == 0.0
        return contract <= codes.TEMP_NO_HOURS and agreed

    def paid_time(p):
        """The share of the hours."""
        return p.share
