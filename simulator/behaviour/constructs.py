"""Attitude, self-efficacy and urgency: set-points of the person, shocks, and slow return."""

import math
from collections.abc import Mapping

from simulator import codes
from simulator.behaviour.skills import out_of_date
from simulator.laws import clip, law, normal, scalar
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "constructs",
    kappa=param(
        0.05, "1/month", "return of attitude, self-efficacy and urgency to the set-point",
        "behaviour E6 no. 22, from stability of constructs over 6-12 months", "D",
        bounds=(0, 1), prior=(0.02, 0.09),
    ),
    reorganisation=param(
        0.0068, "1/month", "chance that the own job is threatened or reorganised (8% a year)",
        "no source; range 4-15% a year", "A", bounds=(0, 1), prior=(0.0034, 0.0134),
    ),
    reorganisation_shock=param(
        1.0, "z", "rise of urgency when the job is threatened", "no source", "A",
        bounds=(0, 6), prior=(0.5, 1.5),
    ),
    slump=param(0.3, "log ratio per SD", "that chance when unemployment is one SD higher",
                "no source", "A", bounds=(-2, 2), prior=(0, 0.6)),
    job_loss=param(1.5, "z", "rise of urgency when work is lost", "sign: source 000 l.246-251 (the "
                   "unemployed among STAP's applicants); size no source", "A", bounds=(0, 6),
                   prior=(0.5, 2.5)),
    informal_weight=param(
        0.02, "z/month per share", "informal learning feeding urgency (w_inf)", "no source", "A",
        bounds=(-1, 1), prior=(0, 0.05),
    ),
    informal_mean=param(
        0.22, "share", "informal learning at which urgency is unmoved", "ROA 2020, source 001 l.63",
        "S", bounds=(0, 1), prior=(0.20, 0.22),
    ),
    attitude_low=param(-0.40, "z", "attitude of the low-educated", "behaviour E1", "A",
                       bounds=(-3, 3), prior=(-0.6, -0.2)),
    attitude_high=param(0.25, "z", "attitude of the high-educated", "behaviour E1", "A",
                        bounds=(-3, 3), prior=(0.1, 0.4)),
    efficacy_low=param(-0.25, "z", "self-efficacy of the low-educated", "behaviour E1", "A",
                       bounds=(-3, 3), prior=(-0.4, -0.1)),
    efficacy_high=param(0.15, "z", "self-efficacy of the high-educated", "behaviour E1", "A",
                        bounds=(-3, 3), prior=(0.05, 0.3)),
    correlation=param(0.4, "correlation", "attitude with self-efficacy", "behaviour E1", "A",
                      bounds=(-0.99, 0.99), prior=(0.2, 0.6)),
    false_safety=param(
        0.2, "z", "urgency lost to the felt security of a permanent contract (f)",
        "sign: Kantar 2019 in source 001; size no source", "A", bounds=(0, 3), prior=(0, 0.4),
    ),
)  # fmt: skip


def threat(cycle: float, p: Mapping[str, float]) -> float:
    """What the cycle makes of the chance that a job is threatened."""
    return math.exp(-p["slump"] * cycle)


@scalar
def by_level(education, low, high):
    """What a level adds: `low` for the low-educated, `high` for the high-educated."""
    if education == codes.LOW:
        return low
    return high if education >= codes.BACHELOR else 0.0


@law(
    "attitude_set_point", "attitude", "self_efficacy_set_point", "self_efficacy",
    p=PARAMETERS, a="person.attitude", e="person.self_efficacy",
)  # fmt: skip
def temperament(education, a, e, p):
    """Draw the person's own levels of attitude and self-efficacy."""
    attitude = normal(a)
    efficacy = p.correlation * attitude + (1.0 - p.correlation**2) ** 0.5 * normal(e)
    attitude = clip(attitude + by_level(education, p.attitude_low, p.attitude_high), -3.0, 3.0)
    efficacy = clip(efficacy + by_level(education, p.efficacy_low, p.efficacy_high), -3.0, 3.0)
    return attitude, attitude, efficacy, efficacy


@law("urgency_set_point", "urgency", p=PARAMETERS, w="person.urgency")
def alertness(contract, w, p):
    """Draw the person's own level of urgency, less false safety where the contract is permanent."""
    urgency = normal(w)
    if contract == codes.PERMANENT:
        urgency -= p.false_safety
    urgency = clip(urgency, -3.0, 3.0)
    return urgency, urgency


@law("urgency", "urgency_set_point", p=PARAMETERS)
def new_position(urgency, urgency_set_point, contract, contract_before, p):
    """Losing work raises urgency; the false safety of a permanent contract comes and goes."""
    if contract == codes.UNEMPLOYED and contract_before < codes.UNEMPLOYED:
        urgency += p.job_loss
    if contract_before == codes.PERMANENT:
        urgency_set_point += p.false_safety
    if contract == codes.PERMANENT:
        urgency_set_point -= p.false_safety
    return clip(urgency, -3.0, 3.0), clip(urgency_set_point, -3.0, 3.0)


@law("attitude_set_point", "self_efficacy_set_point", p=PARAMETERS)
def schooled(attitude_set_point, self_efficacy_set_point, education, education_before, p):
    """Another level at the end of initial education moves the person's own levels with it."""
    attitude_set_point += by_level(education, p.attitude_low, p.attitude_high)
    attitude_set_point -= by_level(education_before, p.attitude_low, p.attitude_high)
    self_efficacy_set_point += by_level(education, p.efficacy_low, p.efficacy_high)
    self_efficacy_set_point -= by_level(education_before, p.efficacy_low, p.efficacy_high)
    return clip(attitude_set_point, -3.0, 3.0), clip(self_efficacy_set_point, -3.0, 3.0)


@law("attitude", "self_efficacy", "urgency", p=PARAMETERS, u="reorganisation")
def revert(
    attitude, attitude_set_point, self_efficacy, self_efficacy_set_point,
    urgency, urgency_set_point, informal, last_job, last_self, job_threat, t, u, p_skills, p,
):  # fmt: skip
    """X moves by kappa (X* - X); urgency is also moved by what happens.

    That is a threatened job, informal learning, and skills that are out of date.
    """
    attitude += p.kappa * (attitude_set_point - attitude)
    self_efficacy += p.kappa * (self_efficacy_set_point - self_efficacy)
    urgency += p.kappa * (urgency_set_point - urgency)
    urgency += p.informal_weight * (informal - p.informal_mean)
    s = p_skills
    if out_of_date(t - max(last_job, last_self), informal, s.after, s.usual, s.informal):
        urgency += s.urgency
    if u < p.reorganisation * job_threat:
        urgency += p.reorganisation_shock
    return attitude, self_efficacy, clip(urgency, -3.0, 3.0)
