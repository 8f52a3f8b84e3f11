"""Ontwikkeladvies: five talks with a career adviser, for at most mbo-2."""

from simulator import codes
from simulator.laws import law, scalar, turned
from simulator.parameters import param
from simulator.policy import Policy


class Ontwikkeladvies(Policy):
    """A trajectory that brings learning nearer and makes every instrument known."""

    name = "ontwikkeladvies"
    omits = (
        "mbo-2 and mbo-3 apart: everybody with at most mbo-3 may be offered it",
        "what is advised, and waiting lists of advisers",
        "effects on mobility",
    )
    generosity = "offered"

    offered = param(0.15, "1/year", "chance that an eligible person is offered it", "no source",
                    "A", bounds=(0, 1), prior=(0.05, 0.3))  # fmt: skip
    accept_1 = param(0.1, "share", "who accept in precontemplation", "behaviour E5", "A",
                     bounds=(0, 1), prior=(0.05, 0.2))  # fmt: skip
    accept_2 = param(0.3, "share", "idem, in contemplation", "behaviour E5", "A", bounds=(0, 1),
                     prior=(0.15, 0.5))  # fmt: skip
    accept_3 = param(0.5, "share", "idem, with a plan", "behaviour E5", "A", bounds=(0, 1),
                     prior=(0.3, 0.7))  # fmt: skip
    duration = param(6.0, "months", "that it works on", "behaviour E5: 3, 6 or 12", "A",
                     bounds=(1, 60), prior=(3, 12))  # fmt: skip
    price = param(700.0, "EUR", "of a trajectory of five talks", "source 001 l.310", "S",
                  bounds=(0, 10_000), prior=(500, 900))  # fmt: skip
    highest = param(1.0, "level", "highest education: 1 = mbo-2 or 3 (not told apart here)",
                    "source 001 l.310: at most mbo-2", "S", bounds=(0, 5))  # fmt: skip


_P = Ontwikkeladvies.parameters


@scalar
def by_stage(stage, first, second, third):
    """The share that accepts guidance in the first, second and third stage of change."""
    if stage == codes.PRECONTEMPLATION:
        return first
    return second if stage == codes.CONTEMPLATION else third


def _offered(education, stage, guided_until, t, u, p):
    """Whether a talk is offered and accepted, by stage; nobody is guided twice at a time."""
    if education > p.highest or stage > codes.PREPARATION or t < guided_until:
        return False
    return turned(u, p.turn) < p.offered / 12.0 * by_stage(
        stage, p.accept_1, p.accept_2, p.accept_3
    )


def _may_be_offered(u, p):
    return turned(u, p.turn) < p.offered / 12.0 * max(p.accept_1, p.accept_2, p.accept_3)


@law("guided_until", p=_P, when=_offered, sieve=_may_be_offered, u="outreach",
     tallies=("contacts_ontwikkeladvies", "spent_ontwikkeladvies_eur"))  # fmt: skip
def advise(t, p):
    """A trajectory begins."""
    return t + int(p.duration), 1, p.price


Ontwikkeladvies.monthly = advise
