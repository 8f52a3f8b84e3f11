"""The stages of change: considering a gap, making a plan, repeating, and relapse.

One draw u a month settles which way a worker moves: the low end of (0, 1) is forward, the high
end backward, so that a hazard that rises can only add to those who move.
"""

from simulator import codes
from simulator.behaviour.plans import draw_plan
from simulator.laws import Law, below, cents, derived, law, logistic, may_be_below, scalar
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "stages",
    a12=param(-3.5, "logit/month", "level of 1->2, considering a gap",
              "solved: scenarios/levels.toml; prior behaviour E6 no. 6", "K",
              bounds=(-12, 4), prior=(-4.3, -2.9)),
    urgency=param(0.5, "logit/z", "effect of urgency on 1->2 (g_W)", "behaviour E6 no. 7", "A",
                  bounds=(0, 3), prior=(0.2, 0.9)),
    norm=param(0.4, "logit/z", "effect of the norm on 1->2 (g_N)", "behaviour E6 no. 7", "A",
               bounds=(0, 3), prior=(0.1, 0.7)),
    chronic=param(1.8, "logit", "what the chronic class lacks on 1->2 (c_chi)",
                  "behaviour E6 no. 8; 0 is structural alternative E7c", "A",
                  bounds=(0, 6), prior=(1, 3)),
    guidance_consider=param(0.8, "logit", "guidance on 1->2 (g_guid)", "behaviour E6 no. 27", "A",
                            bounds=(0, 4), prior=(0, 1.6)),
    guidance_plan=param(0.8, "logit", "guidance on 2->3 (g_guid')", "behaviour E6 no. 27", "A",
                        bounds=(0, 4), prior=(0, 1.6)),
    ambassador=param(0.5, "logit", "contact with a leerambassadeur on 1->2 (g_amb)",
                     "behaviour E5; size no source", "A", bounds=(0, 4), prior=(0, 1)),
    a23=param(-2.8, "logit/month", "level of 2->3, making a plan",
              "solved: scenarios/levels.toml; prior behaviour E6 no. 9", "K",
              bounds=(-12, 4), prior=(-3.6, -2.0)),
    intention=param(1.0, "logit/SD", "effect of intention on 2->3 (g_I)",
                    "Sheeran 2002, Armitage and Conner 2001", "D",
                    bounds=(0, 4), prior=(0.6, 1.5)),
    affordability=param(3.0, "logit/unit", "effect of perceived affordability on planning (kG)",
                        "behaviour E6 no. 11; 0 is structural alternative E7a", "A",
                        bounds=(0, 10), prior=(0, 5)),
    a21=param(-3.3, "logit/month", "level of 2->1, the thought fades", "behaviour E6 no. 10", "A",
              bounds=(-12, 4), prior=(-4, -2.6)),
    urgency_back=param(0.4, "logit/z", "effect of urgency against 2->1", "behaviour E4", "A",
                       bounds=(0, 3), prior=(0.2, 0.6)),
    a53=param(-3.3, "logit/month", "level of 5->3, a next course",
              "behaviour E6 no. 20; 28% of CPF users repeated", "A",
              bounds=(-12, 4), prior=(-4, -2.6)),
    repeat=param(0.6, "logit/SD", "effect of intention on 5->3", "behaviour E4", "A",
                 bounds=(0, 4), prior=(0.3, 0.9)),
    h5x=param(0.04, "1/month", "relapse from maintenance", "behaviour E6 no. 20", "A",
              bounds=(0, 1), prior=(0.02, 0.08)),
    relapse_share=param(0.4, "logit", "relapse to contemplation, not precontemplation: level",
                        "behaviour E4", "A", bounds=(-6, 6), prior=(0, 0.8)),
    relapse_urgency=param(0.6, "logit/z", "idem, effect of urgency", "behaviour E4", "A",
                          bounds=(0, 4), prior=(0.3, 0.9)),
    memory=param(24.0, "months", "after this long without a course maintenance is over",
                 "behaviour E1", "A", bounds=(1, 120), prior=(18, 36)),
    first_contemplation=param(0.4, "share", "in contemplation before the spin-up, which forgets "
                              "it", "a starting point", "A", bounds=(0, 1)),
    first_maintenance=param(0.1, "share", "idem, in maintenance", "a starting point", "A",
                            bounds=(0, 1)),
    jump=param(0.0, "share", "ambassador contacts that lead straight to a plan paid by the "
               "employer (structural alternative E7e)", "behaviour E7", "A", bounds=(0, 1),
               prior=(0, 1)),
)  # fmt: skip


@law("stage", p=PARAMETERS, u="person.stage")
def first_stage(u, p):
    """Where a person stands before the spin-up, which forgets it."""
    if u < 1.0 - p.first_contemplation - p.first_maintenance:
        return codes.PRECONTEMPLATION
    return codes.CONTEMPLATION if u < 1.0 - p.first_maintenance else codes.MAINTENANCE


@law("stage")
def newcomer_stage():
    """Who comes from initial education feels no need of a course yet."""
    return codes.PRECONTEMPLATION


_PLAN = (
    "stage", "plan_price", "plan_hours", "plan_recognised", "plan_payer", "hurdle_money",
    "hurdle_time", "hurdle_crowd", "applies", "public_money",
)  # fmt: skip
_PLAN_DRAWS = {
    "u": "stage", "a": "plan.price", "b": "plan.hours", "c": "plan.kind", "d": "plan.payer",
    "u_money": "hurdle.money", "u_time": "hurdle.time", "u_crowd": "hurdle.crowd_out",
}  # fmt: skip


@derived(p=PARAMETERS, ahead=True)
def considering(urgency, norm, chronic, guided_until, ambassador_until, t, p):
    """The logit of 1->2: a12 + g_W W + g_N N - c_chi chi + g_guid Guid + g_amb Amb."""
    x = p.a12 + p.urgency * urgency + p.norm * norm - p.chronic * chronic
    if t < guided_until:
        x += p.guidance_consider
    if t < ambassador_until:
        x += p.ambassador
    return x


def _may_consider(considering, u):
    return may_be_below(u, considering)


def _considers(considering, u):
    """1->2: u < Lambda(considering)."""
    return below(u, considering)


@derived(p=PARAMETERS, ahead=True)
def planning(stage, intention, guided_until, affordability_mean, t, p):
    """The logit of making a plan if nothing were affordable: 2->3, or 5->3 in maintenance.

    a23 + g_I I + g_guid' Guid - kG Gbar, or a53 + .6 I - kG Gbar.
    """
    if stage == codes.MAINTENANCE:
        return p.a53 + p.repeat * intention - p.affordability * affordability_mean
    x = p.a23 + p.intention * intention - p.affordability * affordability_mean
    return x + p.guidance_plan if t < guided_until else x


def _may_plan(planning, u, p):
    """Whether a worker would make a plan if everything were free."""
    return below(u, planning + p.affordability)


def _may_plan_at_all(planning, u, p):
    return may_be_below(u, planning + p.affordability)


def _plans_unaided(planning, affordability_unaided, u, p):
    """Whether even without help, so that help need not be looked for."""
    return below(u, planning + p.affordability * affordability_unaided)


def _plans_short(planning, affordability_short, u, p):
    """Whether with the help there is for a short course."""
    return below(u, planning + p.affordability * affordability_short)


def _may_plan_long(planning, affordability_most, u, p):
    """Whether it would if a recognised programme were free."""
    return below(u, planning + p.affordability * affordability_most)


def _plans(planning, affordability, u, p):
    """2->3 and 5->3: u < Lambda(planning + kG G)."""
    return below(u, planning + p.affordability * affordability)


# Perceived affordability is dear to compute: bounds of it settle most rows, in the same way.
_PLANNING = (_may_plan, _plans_unaided, _plans_short, _may_plan_long, _plans)
_SETTLED = (_plans_unaided, _plans_short)


def _may_fade(urgency, u, p):
    return may_be_below(1.0 - u, p.a21 - p.urgency_back * urgency)


def _fades(stage, urgency, u, p):
    """2->1: 1 - u < Lambda(a21 - .4 W), unless a plan was made."""
    return stage == codes.CONTEMPLATION and below(1.0 - u, p.a21 - p.urgency_back * urgency)


def _relapses(stage, last_self, t, u, p):
    """Out of maintenance without a plan: chance h5x, or the last course is too long ago."""
    over = (u > 1.0 - p.h5x) | (t - last_self >= p.memory)
    return (stage == codes.MAINTENANCE) & over


def _jumps(p):
    """Whether a contact with an ambassador can lead straight to a plan."""
    return p.jump > 0.0


def _met(stage, ambassador_until, t):
    """Whether who considers a gap this month is in contact with an ambassador."""
    return (stage == codes.CONTEMPLATION) & (t < ambassador_until)


def _brought(employer_pays, d, p):
    """Whether the ambassador finds an employer who pays (structural alternative E7e)."""
    return d < p.jump * employer_pays


@scalar
def drifted(price, recognised, drift, pull):
    """A short course's price on its way to the highest amount that is paid for one."""
    if recognised == 1 or price >= pull or price < 0.5 * pull:
        return price
    return cents(price + drift * (pull - price))


def make_plan(
    employer_pays, recognised_share, recognised_paid, own_time, price_drift, price_pull, a, b, c,
    d, u_money, u_time, u_crowd, p_plans,
):  # fmt: skip
    """Draw a plan: price, hours, kind, payer and two hurdles, once."""
    q = p_plans
    price, hours, recognised = draw_plan(
        c, q.recognised, recognised_share, 1.0 - recognised_paid,
        own_time, u_time, a, b, q.price, q.price_spread, q.hours,
        q.hours_spread, q.long_price, q.long_price_spread, q.long_hours, q.long_hours_spread,
        q.part, q.part_size,
    )  # fmt: skip
    price = drifted(price, recognised, price_drift, price_pull)
    payer = 1 if d < employer_pays else 0
    return codes.PREPARATION, price, hours, recognised, payer, u_money, u_time, u_crowd, 0, 0.0, 1


def jump_to_plan(recognised_share, a, b, c, u_crowd, p_plans):
    """Make a plan that the employer pays and that meets no hurdle."""
    q = p_plans
    price, hours, recognised = draw_plan(
        c, q.recognised, recognised_share, 0.0, 1.0, 0.0, a, b, q.price, q.price_spread, q.hours,
        q.hours_spread, q.long_price, q.long_price_spread, q.long_hours, q.long_hours_spread,
        q.part, q.part_size,
    )  # fmt: skip
    return codes.PREPARATION, price, hours, recognised, 1, 0.0, 0.0, u_crowd, 0, 0.0, 1


@law("stage", p=PARAMETERS, at=("stage", codes.PRECONTEMPLATION), when=_considers,
     sieve=_may_consider, u="stage", tallies=("considered",))  # fmt: skip
def consider():
    """1->2: the worker considers that there is a gap."""
    return codes.CONTEMPLATION, 1


jump = Law(
    jump_to_plan, _PLAN, PARAMETERS, {k: v for k, v in _PLAN_DRAWS.items() if k != "u"},
    ("jumped",), ("stage", codes.PRECONTEMPLATION), (_jumps, _met, _brought), ("consider",), "jump",
    sieve=_met,
)  # fmt: skip
form_plan = Law(
    make_plan, _PLAN, PARAMETERS, _PLAN_DRAWS, ("planned",), ("stage", codes.CONTEMPLATION),
    _PLANNING, (), "form_plan", _SETTLED, _may_plan_at_all,
)  # fmt: skip
repeat = Law(
    make_plan, _PLAN, PARAMETERS, _PLAN_DRAWS, ("repeated",), ("stage", codes.MAINTENANCE),
    _PLANNING, (), "repeat", _SETTLED, _may_plan_at_all,
)  # fmt: skip


@law("stage", p=PARAMETERS, at=("stage", codes.CONTEMPLATION), when=_fades, after=("form_plan",),
     sieve=_may_fade, u="stage", tallies=("faded",))  # fmt: skip
def fade():
    """2->1: the thought fades."""
    return codes.PRECONTEMPLATION, 1


@law("stage", p=PARAMETERS, at=("stage", codes.MAINTENANCE), when=_relapses, after=("repeat",),
     sieve=_relapses, u="stage", w="relapse.way", tallies=("relapsed",))  # fmt: skip
def relapse(urgency, w, p):
    """5->2 with chance Lambda(.4 + .6 W), else 5->1."""
    if w < logistic(p.relapse_share + p.relapse_urgency * urgency):
        return codes.CONTEMPLATION, 1
    return codes.PRECONTEMPLATION, 1
