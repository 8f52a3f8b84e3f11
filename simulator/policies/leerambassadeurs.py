"""Leerambassadeurs: colleagues who encourage others to learn."""

from simulator.laws import clip, law, turned
from simulator.parameters import param
from simulator.policy import Policy


class Leerambassadeurs(Policy):
    """Some teams have an ambassador; contact moves urgency, norm and self-efficacy."""

    name = "leerambassadeurs"
    omits = (
        "who becomes one, and the time that it takes at work",
        "an ambassador who organises a course, unless stages.jump is on",
    )
    generosity = "presence"

    presence = param(0.02, "share", "of teams that get one in a year", "no source", "A",
                     bounds=(0, 1), prior=(0.005, 0.1))  # fmt: skip
    stays = param(0.25, "share", "of ambassadors who stop in a year", "no source", "A",
                  bounds=(0, 1), prior=(0.1, 0.5))  # fmt: skip
    contact = param(0.08, "1/month", "chance of contact with a colleague", "behaviour E5", "A",
                    bounds=(0, 1), prior=(0.04, 0.16))  # fmt: skip
    shift = param(0.2, "z", "urgency gained by a contact (d_a)", "behaviour E6 no. 26", "A",
                  bounds=(0, 3), prior=(0, 0.5))  # fmt: skip
    duration = param(3.0, "months", "that a contact works on", "behaviour E5", "A", bounds=(1, 60),
                     prior=(1, 6))  # fmt: skip
    price = param(10.0, "EUR", "public money per contact: training and support of ambassadors",
                  "no source", "A", bounds=(0, 10_000), prior=(2, 40))  # fmt: skip


_P = Leerambassadeurs.parameters
_NORM, _EFFICACY = 0.75, 0.5  # of the shift of urgency, behaviour E5


def _meets(u, p):
    return turned(u, p.turn) < p.contact


def _one_there(ambassador):
    return ambassador == 1


@law("urgency", "norm", "self_efficacy", "ambassador_until", p=_P, when=(_meets, _one_there),
     sieve=_meets, u="outreach",
     tallies=("contacts_leerambassadeurs", "spent_leerambassadeurs_eur"))  # fmt: skip
def encourage(urgency, norm, self_efficacy, t, p_intention, p):
    """A colleague who learns tells of it."""
    causal = p_intention.rho_causal * p.shift
    return (
        clip(urgency + p.shift, -3.0, 3.0), clip(norm + _NORM * causal, -3.0, 3.0),
        clip(self_efficacy + _EFFICACY * causal, -3.0, 3.0), t + int(p.duration), 1, p.price,
    )  # fmt: skip


@law("ambassador", p=_P, u="team.outreach.leerambassadeurs")
def appoint(row, ambassador, u, p):
    """A team gets its ambassador, or loses it."""
    if row == 0:
        return 0
    if ambassador == 1:
        return 0 if u < p.stays / 12.0 else 1
    return 1 if u < p.presence / 12.0 else 0


Leerambassadeurs.monthly, Leerambassadeurs.team_monthly = encourage, appoint
