"""The stages of change: considering a gap, making a plan, repeating, and relapse.

One draw u a month settles which way a worker moves: the low end of (0, 1) is forward, the high
end backward, so that a hazard that rises can only add to those who move.
"""

from simulator import codes
from simulator.behaviour.plans import draw_plan
from simulator.laws import law, logistic
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
    relapse_share=param(0.4, "logit", "relapse to contemplation rather than precontemplation, level",
                        "behaviour E4", "A", bounds=(-6, 6), prior=(0, 0.8)),
    relapse_urgency=param(0.6, "logit/z", "idem, effect of urgency", "behaviour E4", "A",
                          bounds=(0, 4), prior=(0.3, 0.9)),
    memory=param(24.0, "months", "after this long without a course maintenance is over",
                 "behaviour E1", "A", bounds=(1, 120), prior=(18, 36)),
    jump=param(0.0, "share", "ambassador contacts that lead straight to a plan paid by the "
               "employer (structural alternative E7e)", "behaviour E7", "A", bounds=(0, 1),
               prior=(0, 1)),
)  # fmt: skip


@law("stage", u="person.stage")
def first_stage(u):
    """Where a person stands before the spin-up, which forgets it."""
    if u < 0.5:
        return codes.PRECONTEMPLATION
    return codes.CONTEMPLATION if u < 0.9 else codes.MAINTENANCE


_PLAN = (
    "plan_price", "plan_hours", "plan_recognised", "plan_payer", "hurdle_money", "hurdle_time",
    "hurdle_crowd", "applies", "public_money",
)  # fmt: skip
_PLAN_DRAWS = {
    "a": "plan.price", "b": "plan.hours", "c": "plan.kind", "d": "plan.payer",
    "u_money": "hurdle.money", "u_time": "hurdle.time", "u_crowd": "hurdle.crowd_out",
}  # fmt: skip


def _may_consider(u, p):
    highest = p.a12 + 3.0 * (p.urgency + p.norm) + p.guidance_consider + p.ambassador
    return u < logistic(highest)


@law(
    "stage", *_PLAN, p=PARAMETERS, at=("stage", codes.PRECONTEMPLATION), when=_may_consider,
    u="stage", **_PLAN_DRAWS, tallies=("considered",),
)  # fmt: skip
def consider(
    stage, plan_price, plan_hours, plan_recognised, plan_payer, hurdle_money, hurdle_time,
    hurdle_crowd, applies, public_money, urgency, norm, chronic, guided_until, ambassador_until,
    employer_pays, recognised_share, t, u, a, b, c, d, u_money, u_time, u_crowd, p_plans, p,
):  # fmt: skip
    """1->2: Lambda(a12 + g_W W + g_N N - c_chi chi + g_guid Guid + g_amb Amb).

    With the structural alternative `jump`, an ambassador who finds a paying employer brings the
    worker straight to a plan without hurdles (behaviour E7e).
    """
    x = p.a12 + p.urgency * urgency + p.norm * norm - p.chronic * chronic
    if t < guided_until:
        x += p.guidance_consider
    met = t < ambassador_until
    if met:
        x += p.ambassador
    considered = 1 if u < logistic(x) else 0
    if considered == 1:
        stage = codes.CONTEMPLATION
        if met and d < p.jump * employer_pays:
            q = p_plans
            plan_price, plan_hours, plan_recognised = draw_plan(
                c, recognised_share, a, b, q.price, q.price_spread, q.hours, q.hours_spread,
                q.long_price, q.long_price_spread, q.long_hours, q.long_hours_spread,
            )  # fmt: skip
            stage, plan_payer, applies, public_money = codes.PREPARATION, 1, 0, 0.0
            hurdle_money, hurdle_time, hurdle_crowd = 0.0, 0.0, u_crowd
    return (
        stage, plan_price, plan_hours, plan_recognised, plan_payer, hurdle_money, hurdle_time,
        hurdle_crowd, applies, public_money, considered,
    )  # fmt: skip


def _may_plan(intention, u, affordability_mean, p):
    x = p.a23 + p.intention * intention + p.guidance_plan
    x += p.affordability * (1.0 - affordability_mean)
    return u < logistic(x) or u > 1.0 - logistic(p.a21 + 3.0 * p.urgency_back)


@law(
    "stage", *_PLAN, p=PARAMETERS, at=("stage", codes.CONTEMPLATION), when=_may_plan,
    u="stage", **_PLAN_DRAWS, tallies=("planned", "faded"),
)  # fmt: skip
def form_plan(
    stage, plan_price, plan_hours, plan_recognised, plan_payer, hurdle_money, hurdle_time,
    hurdle_crowd, applies, public_money, urgency, intention, affordability, affordability_mean,
    employer_pays, recognised_share, guided_until, t, u, a, b, c, d, u_money, u_time, u_crowd,
    p_plans, p,
):  # fmt: skip
    """2->3: Lambda(a23 + g_I I + kG (G - Gbar) + g_guid' Guid); 2->1: Lambda(a21 - .4 W)."""
    x = p.a23 + p.intention * intention + p.affordability * (affordability - affordability_mean)
    if t < guided_until:
        x += p.guidance_plan
    if u < logistic(x):
        q = p_plans
        price, hours, recognised = draw_plan(
            c, recognised_share, a, b, q.price, q.price_spread, q.hours, q.hours_spread,
            q.long_price, q.long_price_spread, q.long_hours, q.long_hours_spread,
        )  # fmt: skip
        payer = 1 if d < employer_pays else 0
        return (
            codes.PREPARATION, price, hours, recognised, payer, u_money, u_time, u_crowd,
            0, 0.0, 1, 0,
        )  # fmt: skip
    fades = u > 1.0 - logistic(p.a21 - p.urgency_back * urgency)
    return (
        codes.PRECONTEMPLATION if fades else stage, plan_price, plan_hours, plan_recognised,
        plan_payer, hurdle_money, hurdle_time, hurdle_crowd, applies, public_money,
        0, 1 if fades else 0,
    )  # fmt: skip


def _may_move_on(intention, last_self, u, t, affordability_mean, p):
    x = p.a53 + p.repeat * intention + p.affordability * (1.0 - affordability_mean)
    return u < logistic(x) or u > 1.0 - p.h5x or t - last_self >= p.memory


@law(
    "stage", *_PLAN, p=PARAMETERS, at=("stage", codes.MAINTENANCE), when=_may_move_on,
    u="stage", **_PLAN_DRAWS, tallies=("repeated", "relapsed"),
)  # fmt: skip
def maintain(
    stage, plan_price, plan_hours, plan_recognised, plan_payer, hurdle_money, hurdle_time,
    hurdle_crowd, applies, public_money, urgency, intention, affordability, affordability_mean,
    employer_pays, recognised_share, last_self, t, u, a, b, c, d, u_money, u_time, u_crowd,
    p_plans, p,
):  # fmt: skip
    """5->3: Lambda(a53 + .6 I + kG (G - Gbar)); relapse h5x, to 2 with chance Lambda(.4 + .6 W)."""
    x = p.a53 + p.repeat * intention + p.affordability * (affordability - affordability_mean)
    if u < logistic(x):
        q = p_plans
        price, hours, recognised = draw_plan(
            c, recognised_share, a, b, q.price, q.price_spread, q.hours, q.hours_spread,
            q.long_price, q.long_price_spread, q.long_hours, q.long_hours_spread,
        )  # fmt: skip
        payer = 1 if d < employer_pays else 0
        return (
            codes.PREPARATION, price, hours, recognised, payer, u_money, u_time, u_crowd,
            0, 0.0, 1, 0,
        )  # fmt: skip
    relapses = u > 1.0 - p.h5x or t - last_self >= p.memory
    if relapses:  # the hurdle draws are free here: no plan was made with them
        back = codes.CONTEMPLATION
        if u_money >= logistic(p.relapse_share + p.relapse_urgency * urgency):
            back = codes.PRECONTEMPLATION
        stage = back
    return (
        stage, plan_price, plan_hours, plan_recognised, plan_payer, hurdle_money, hurdle_time,
        hurdle_crowd, applies, public_money, 0, 1 if relapses else 0,
    )  # fmt: skip

