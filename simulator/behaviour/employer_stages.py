"""Employers change their minds too: their own stages of change, culture and training money."""

import math
from collections.abc import Mapping

from simulator import codes
from simulator.laws import below, cents, exp, law
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "employer_stages",
    a12=param(-4.6, "logit/month", "level of 1->2: the employer sees a need of learning",
              "none; most employers are said to be between 1 and 2 (source 001 par. 2.2)", "A",
              bounds=(-12, 4), prior=(-5.2, -4.0)),
    a23=param(-4.6, "logit/month", "level of 2->3: a plan for learning at work", "as above", "A",
              bounds=(-12, 4), prior=(-4.8, -3.6)),
    a34=param(-2.5, "logit/month", "level of 3->4: it is carried out", "no source", "A",
              bounds=(-12, 4), prior=(-3, -2)),
    a21=param(-3.9, "logit/month", "level of 2->1, and of 3->2: it is put off", "no source", "A",
              bounds=(-12, 4), prior=(-4.5, -3.3)),
    settle=param(1 / 12, "1/month", "4->5: it has become a habit", "no source", "A",
                 bounds=(0, 1), prior=(1 / 24, 1 / 6)),
    relapse=param(0.025, "1/month", "5->2: the habit is lost", "no source", "A", bounds=(0, 1),
                  prior=(0.01, 0.04)),
    culture=param(0.5, "logit/z", "effect of learning culture on going forward", "no source", "A",
                  bounds=(-3, 3), prior=(0.2, 0.8)),
    hr=param(0.5, "logit", "effect of an HR function on going forward", "no source", "A",
             bounds=(-3, 3), prior=(0, 1)),
    treated=param(1.0, "logit", "effect of support to the employer (SLIM, Programma Leercultuur)",
                  "no source", "A", bounds=(-3, 5), prior=(0, 2)),
    slump=param(0.3, "logit/SD", "effect of the cycle on carrying it out (3->4)",
                "sign: source 004", "A", bounds=(-3, 3), prior=(0, 0.6)),
    courses=param(0.25, "log ratio", "more courses on the initiative of an employer in action or "
                  "maintenance", "no source", "A", bounds=(-2, 2), prior=(0, 0.5)),
    pays=param(0.3, "logit", "more willing to pay for self-chosen courses, idem", "no source", "A",
               bounds=(-3, 3), prior=(0, 0.6)),
    hours=param(0.2, "ratio", "more hours in paid time, idem", "no source", "A", bounds=(-1, 2),
                prior=(0, 0.4)),
    usual=param(0.3, "share", "of workers whose employer is in action or maintenance, at which "
                "these effects are nil on the whole", "a level: what the stages come to", "A",
                bounds=(0, 1)),
    first_contemplation=param(0.3, "share", "employers in contemplation before the spin-up, which "
                              "forgets it", "a starting point", "A", bounds=(0, 1)),
    first_maintenance=param(0.25, "share", "idem, in maintenance", "a starting point", "A",
                            bounds=(0, 1)),
    budget_cycle=param(0.1, "log ratio per SD", "training money when unemployment is one SD lower: "
                       "it goes with the cycle", "sign: source 004 l.306; size no source", "A",
                       bounds=(-2, 2), prior=(0, 0.2)),
    hr_small=param(0.05, "share", "employers of 1-9 with an HR function", "no source", "A",
                   bounds=(0, 1), prior=(0.02, 0.1)),
    hr_medium=param(0.35, "share", "idem, 10-49", "no source", "A", bounds=(0, 1),
                    prior=(0.2, 0.5)),
    hr_large=param(0.95, "share", "idem, 50 and more", "no source", "A", bounds=(0, 1),
                   prior=(0.8, 1)),
    fund_sector=param(0.95, "share", "employers with an O&O-fonds in sections A, C, F, H and I",
                      "with the next: 2.5 million workers, source 000 l.283", "D", bounds=(0, 1),
                      prior=(0.8, 1)),
    fund_other=param(0.12, "share", "idem, in other sections", "as above", "D", bounds=(0, 1),
                     prior=(0.05, 0.2)),
)  # fmt: skip

_WITH_FUND = tuple(1 if letter in "ACFHI" else 0 for letter in (*codes.SECTOR_LETTERS, "-"))


@law("hr", "fund", "employer_stage", p=PARAMETERS, h="employer.hr", f="employer.fund",
     s="employer.first_stage")  # fmt: skip
def set_up(row, employer_size, employer_sector, h, f, s, p):
    """Draw whether an employer has an HR function and a fund, and where it stands at first."""
    if row == 0:
        return 0, 0, codes.PRECONTEMPLATION
    share = p.hr_large
    if employer_size == codes.SIZE_1_9:
        share = p.hr_small
    elif employer_size == codes.SIZE_10_49:
        share = p.hr_medium
    funds = p.fund_sector if _WITH_FUND[employer_sector] == 1 else p.fund_other
    stage = codes.PRECONTEMPLATION
    if s > 1.0 - p.first_maintenance:
        stage = codes.MAINTENANCE
    elif s > 1.0 - p.first_maintenance - p.first_contemplation:
        stage = codes.CONTEMPLATION
    return 1 if h < share else 0, 1 if f < funds else 0, stage


@law("employer_stage", p=PARAMETERS, u="employer.stage", tallies=("employers_active",))
def change_mind(row, employer_stage, culture, hr, treated_until, cycle, t, u, p):
    """The employer goes forward or back: the low end of u is forward, the high end back."""
    push = p.culture * culture + p.hr * hr
    if t < treated_until:
        push += p.treated
    back = below(1.0 - u, p.a21 - push)
    if row == 0:
        stage = codes.PRECONTEMPLATION
    elif employer_stage == codes.PRECONTEMPLATION:
        stage = codes.CONTEMPLATION if below(u, p.a12 + push) else employer_stage
    elif employer_stage == codes.CONTEMPLATION:
        stage = codes.PRECONTEMPLATION if back else employer_stage
        stage = codes.PREPARATION if below(u, p.a23 + push) else stage
    elif employer_stage == codes.PREPARATION:
        stage = codes.CONTEMPLATION if back else employer_stage
        stage = codes.ACTION if below(u, p.a34 + push + p.slump * cycle) else stage
    elif employer_stage == codes.ACTION:
        stage = codes.MAINTENANCE if u < p.settle else employer_stage
    else:
        stage = codes.CONTEMPLATION if u > 1.0 - p.relapse else employer_stage
    return stage, 1 if stage >= codes.ACTION else 0


@law("lift", "employer_active", p=PARAMETERS)
def initiative(row, employer_stage, culture, culture_set_point, p_employer_training, p):
    """Courses on the employer's initiative relative to its usual: culture gained, and its stage."""
    if row == 0:
        return 1.0, 0
    active = 1 if employer_stage >= codes.ACTION else 0
    gained = p_employer_training.culture * (culture - culture_set_point)
    return exp(gained + p.courses * (active - p.usual)), active


@law("training_budget", p=PARAMETERS)
def set_budget(usual_budget, budget_climate):
    """This year's training money a worker goes with the business cycle."""
    return cents(usual_budget * budget_climate)


def budget_climate(cycle: float, p: Mapping[str, float]) -> float:
    """What the cycle makes of training money."""
    return math.exp(p["budget_cycle"] * cycle)
