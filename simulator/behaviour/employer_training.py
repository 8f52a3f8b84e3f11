"""The employer-initiated and compulsory stream: courses that do not pass through intention."""

import math
from collections.abc import Mapping

from simulator import codes
from simulator.behaviour.experience import PARAMETERS as EXPERIENCE
from simulator.laws import cents, clip, exp, law, normal
from simulator.parameters import param, parameters


def contrast(doc: str, default: float = 0.0):
    """A log contrast that is solved on published participation (calibration.levels)."""
    return param(default, "log ratio", doc, "solved: scenarios/levels.toml", "K",
                 bounds=(-6, 3), prior=(-3, 1))  # fmt: skip


PARAMETERS = parameters(
    "employer_training",
    m0=param(0.018, "1/month", "hazard of the reference: middle education, 25-44, permanent",
             "solved: scenarios/levels.toml; prior behaviour E6 no. 21", "K",
             bounds=(0, 0.5), prior=(0.010, 0.028)),
    culture=param(0.35, "log ratio per z", "effect of the employer's learning culture",
                  "behaviour E2", "A", bounds=(-2, 2), prior=(0.2, 0.5)),
    low=contrast("low-educated", -0.35),
    high=contrast("high-educated", 0.25),
    age_45=contrast("aged 45-54"),
    age_55=contrast("aged 55 and over"),
    prospect=contrast("temporary contract with prospect of a permanent one", -0.1),
    temp_long=contrast("temporary contract of a year or more", -0.2),
    temp_short=contrast("temporary contract under a year", -0.7),
    on_call=contrast("on-call", -0.9),
    agency=contrast("agency work", -0.8),
    permanent_no_hours=contrast("permanent without fixed hours", -0.8),
    temp_no_hours=contrast("temporary without fixed hours", -1.2),
    zzp_labour=contrast("self-employed without staff, own labour", -0.2),
    zzp_products=contrast("self-employed without staff, products", -1.0),
    self_employed_staff=contrast("self-employed with staff", -0.2),
    unemployed=contrast("without work", -1.5),
    cycle=param(0.10, "log ratio per SD", "employers' courses when unemployment is one SD lower: "
                "no money in a slump (b_cycle)", "sign: source 004, behaviour E2; size no source",
                "A", bounds=(-2, 2), prior=(0, 0.25)),
    closed=param(0.39, "share", "courses that cannot be had in a month of full lockdown",
                 "ROA 2020: options worsened for 39% of workers, source 001 l.77", "D",
                 bounds=(0, 1), prior=(0.2, 0.6)),
)  # fmt: skip


@law("exposure", p=PARAMETERS)
def exposure(education, age, contract, culture, p):
    """exp(.35 K + b_edu + b_age + b_contract): the hazard relative to the reference worker."""
    x = p.culture * culture
    if education == codes.LOW:
        x += p.low
    elif education >= codes.BACHELOR:
        x += p.high
    if age >= 55 * 12:
        x += p.age_55
    elif age >= 45 * 12:
        x += p.age_45
    contrasts = (
        0.0, p.prospect, p.temp_long, p.temp_short, p.on_call, p.agency,
        p.permanent_no_hours, p.temp_no_hours, p.zzp_labour, p.zzp_products,
        p.self_employed_staff, p.unemployed, p.unemployed, 0.0,
    )  # fmt: skip
    return exp(x + contrasts[contract])


def activity(cycle: float, covid: float, p: Mapping[str, float]) -> float:
    """What the climate makes of the hazard in a month: exp(b_cycle x) (1 - closed covid)."""
    return math.exp(p["cycle"] * cycle) * (1.0 - p["closed"] * covid)


def _sent(exposure, lift, last_job, employer_activity, t, u, p):
    return (u < p.m0 * exposure * lift * employer_activity) & (last_job < t)


@law(
    "last_job", p=PARAMETERS, when=_sent, u="employer_training", a="job.price", b="job.hours",
    tallies=("job_courses", "job_eur"),
)  # fmt: skip
def employer_training(t, a, b, p_plans):
    """The employer sends the worker on a course and pays it; it lasts ceil(hours/24) months."""
    price = cents(p_plans.price * exp(p_plans.price_spread * normal(a)))
    hours = p_plans.hours * exp(p_plans.hours_spread * normal(b))
    months = int(hours / p_plans.hours_a_month) + 1
    return t + months - 1, 1, price


def _over(last_job, t):
    return last_job == t


@law(
    "attitude", "self_efficacy", p=EXPERIENCE, when=_over, after=("revert",),
    d="job.drop_out", q="job.quality", tallies=("job_drop_outs",),
)  # fmt: skip
def job_experience(attitude, self_efficacy, d, q, p):
    """What an employer's course leaves behind: half the weight of a self-chosen one."""
    if d < p.drop_out:
        return attitude, self_efficacy, 1
    quality = p.quality_mean + normal(q)
    if quality > 0.0:
        attitude += p.employer_weight * p.attitude * quality
        self_efficacy += p.employer_weight * p.efficacy * quality
    else:
        self_efficacy += p.employer_weight * p.bad_efficacy * p.efficacy * quality
    return clip(attitude, -3.0, 3.0), clip(self_efficacy, -3.0, 3.0), 0
