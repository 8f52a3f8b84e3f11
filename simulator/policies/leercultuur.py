"""Programma Leercultuur: its four lines, each a policy of its own (source 001, l.180-183)."""

from simulator.codes import NO_FIRM, SIZE_250
from simulator.laws import clip, law, turned
from simulator.parameters import param
from simulator.policy import Policy


class Weten(Policy):
    """Line 1, knowing: a campaign that raises felt urgency, which then fades."""

    name = "weten"
    omits = (
        "media and messages for separate groups",
        "lasting change of habit: urgency returns to the person's own level",
    )
    generosity = "reach"

    reach = param(0.3, "1/year", "chance of noticing the campaign", "behaviour E6 no. 25", "A",
                  bounds=(0, 1), prior=(0.1, 0.6))  # fmt: skip
    shift = param(0.1, "z", "urgency gained by noticing it (d_c)", "behaviour E6 no. 25", "A",
                  bounds=(0, 3), prior=(0, 0.3))  # fmt: skip
    spending = param(4e6, "EUR/year", "cost of the line", "no source", "A", bounds=(0, 1e11),
                     prior=(1e6, 10e6))  # fmt: skip


class Willen(Policy):
    """Line 2, wanting: support to small and middle-sized employers' learning culture."""

    name = "willen"
    omits = (
        "large employers",
        "what a programme does in the firm besides its learning culture",
    )
    generosity = "reach"

    reach = param(0.005, "1/year", "smaller employers that take part",
                  "583 entrepreneurs in 3 years, source 001 l.245; of all SMEs: no source", "A",
                  bounds=(0, 1), prior=(0.0005, 0.01))  # fmt: skip
    duration = param(24.0, "months", "of support", "behaviour E5", "A", bounds=(1, 120),
                     prior=(12, 36))  # fmt: skip
    spending = param(4e6, "EUR/year", "cost of the line", "no source", "A", bounds=(0, 1e11),
                     prior=(1e6, 10e6))  # fmt: skip


class Kunnen(Policy):
    """Line 3, being able: help to find and use support, felt as self-efficacy."""

    name = "kunnen"
    omits = ("what kind of help it is",)
    generosity = "reach"
    excludes = ()

    reach = param(0.05, "1/year", "chance of being helped", "no source", "A", bounds=(0, 1),
                  prior=(0.01, 0.15))  # fmt: skip
    shift = param(0.1, "z", "self-efficacy gained by help", "no source; as a campaign", "A",
                  bounds=(0, 3), prior=(0, 0.3))  # fmt: skip
    eased = param(0.1, "share", "of the burden of applying that it takes away", "no source", "A",
                  bounds=(0, 1), prior=(0, 0.3))  # fmt: skip
    spending = param(6e6, "EUR/year", "cost of the line", "no source", "A", bounds=(0, 1e11),
                     prior=(1e6, 15e6))  # fmt: skip

    def eligible():
        """Everybody."""
        return True

    def relief(p):
        """Knowing where help is makes applying lighter."""
        return p.eased


class Kennis(Policy):
    """Line 4, knowledge: monitoring and research; no effect on behaviour is modelled."""

    name = "kennis"
    omits = ("any effect: monitoring pays in better policy, which is not modelled",)

    spending = param(2e6, "EUR/year", "cost of the line", "no source", "A", bounds=(0, 1e11),
                     prior=(0.5e6, 5e6))  # fmt: skip


def _notices(u, p):
    return turned(u, p.turn) < p.reach / 12.0


@law("urgency", p=Weten.parameters, when=_notices, sieve=_notices, u="outreach",
     tallies=("contacts_weten", "spent_weten_eur"))  # fmt: skip
def campaign(urgency, p):
    """The campaign is noticed."""
    return clip(urgency + p.shift, -3.0, 3.0), 1, 0.0


@law("self_efficacy", p=Kunnen.parameters, when=_notices, sieve=_notices, u="outreach",
     tallies=("contacts_kunnen", "spent_kunnen_eur"))  # fmt: skip
def helped(self_efficacy, p_intention, p):
    """Help was found."""
    return clip(self_efficacy + p_intention.rho_causal * p.shift, -3.0, 3.0), 1, 0.0


@law("treated_until", p=Willen.parameters, u="employer.outreach.willen")
def support(row, employer_size, treated_until, t, u, p):
    """A smaller employer takes part in the programme."""
    if row == 0 or employer_size >= SIZE_250 or employer_size == NO_FIRM or t < treated_until:
        return treated_until
    return t + int(p.duration) if u < p.reach / 12.0 else treated_until


Weten.monthly, Kunnen.monthly, Willen.employer_monthly = campaign, helped, support
