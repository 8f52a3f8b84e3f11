"""Loopbaan-APK: a periodic career check-up, offered to everybody."""

from simulator import codes
from simulator.laws import law, turned
from simulator.parameters import param
from simulator.policies.ontwikkeladvies import by_stage
from simulator.policy import Policy


class LoopbaanApk(Policy):
    """A talk every few years; who accepts is guided for some months."""

    name = "loopbaan_apk"
    omits = (
        "what is advised, and waiting lists of advisers",
        "effects on mobility",
    )
    generosity = "offered"

    offered = param(1.0, "share", "of offers made: 1 = to everybody", "offered to all", "A",
                    bounds=(0, 1))  # fmt: skip
    interval = param(5.0, "years", "between two offers", "no source", "A", bounds=(0.5, 50),
                     prior=(3, 10))  # fmt: skip
    accept_1 = param(0.1, "share", "who accept in precontemplation", "behaviour E5", "A",
                     bounds=(0, 1), prior=(0.05, 0.2))  # fmt: skip
    accept_2 = param(0.3, "share", "idem, in contemplation", "behaviour E5", "A", bounds=(0, 1),
                     prior=(0.15, 0.5))  # fmt: skip
    accept_3 = param(0.5, "share", "idem, with a plan", "behaviour E5", "A", bounds=(0, 1),
                     prior=(0.3, 0.7))  # fmt: skip
    duration = param(6.0, "months", "that it works on", "behaviour E5: 3, 6 or 12", "A",
                     bounds=(1, 60), prior=(3, 12))  # fmt: skip
    price = param(200.0, "EUR", "of a check-up", "no source; 50 for a first advice, source 004",
                  "A", bounds=(0, 10_000), prior=(50, 500))  # fmt: skip


_P = LoopbaanApk.parameters


def _accepts(stage, guided_until, t, u, p):
    """Whether the offer comes this month and is accepted, by stage."""
    if stage > codes.PREPARATION or t < guided_until:
        return False
    chance = p.offered / (12.0 * p.interval)
    return turned(u, p.turn) < chance * by_stage(stage, p.accept_1, p.accept_2, p.accept_3)


def _may_accept(u, p):
    chance = p.offered / (12.0 * p.interval)
    return turned(u, p.turn) < chance * max(p.accept_1, p.accept_2, p.accept_3)


@law("guided_until", p=_P, when=_accepts, sieve=_may_accept, u="outreach",
     tallies=("contacts_loopbaan_apk", "spent_loopbaan_apk_eur"))  # fmt: skip
def check_up(t, p):
    """A check-up is held."""
    return t + int(p.duration), 1, p.price


LoopbaanApk.monthly = check_up
