"""From plan to course to its end: the money gate, the time gate, the action gap, the experience."""

from simulator import codes
from simulator.behaviour.experience import PARAMETERS as EXPERIENCE
from simulator.columns import ALONE
from simulator.laws import below, clip, decayed, derived, exp, law, may_be_below, normal, scalar
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "action",
    pi=param(500.0, "EUR", "willingness to pay, middle education as proxy of income",
             "CPF co-payment and tax deduction, behaviour D; E6 no. 12", "D",
             bounds=(1, 100_000), prior=(250, 900)),
    pi_low=param(0.65, "ratio", "idem, low-educated", "behaviour E6 no. 12", "A",
                 bounds=(0.01, 10), prior=(0.5, 0.8)),
    pi_high=param(1.45, "ratio", "idem, high-educated", "behaviour E6 no. 12", "A",
                  bounds=(0.01, 10), prior=(1.2, 1.7)),
    tau=param(70.0, "hours", "willingness to give own time", "behaviour E6 no. 13", "A",
              bounds=(1, 5_000), prior=(25, 150)),
    slack=param(0.4, "log ratio/z", "effect of time slack on it", "behaviour E4", "A",
                bounds=(0, 3), prior=(0.2, 0.6)),
    boom=param(0.1, "z per SD", "time slack lost when unemployment is one SD lower: no time in a "
               "boom", "sign: source 004; size no source", "A", bounds=(-3, 3), prior=(0, 0.3)),
    lam34=param(0.25, "1/month", "chance that a feasible plan is acted on (action gap)",
                "Scottish ITA funnel; behaviour E6 no. 14", "A", bounds=(0, 0.5),
                prior=(0.10, 0.45)),
    intention=param(0.8, "logit/SD", "effect of intention on acting (g34)", "behaviour E6 no. 5",
                    "D", bounds=(0, 4), prior=(0.3, 1.2)),
    a32=param(-2.7, "logit/month", "level of 3->2, the plan is dropped", "behaviour E6 no. 10",
              "A", bounds=(-12, 4), prior=(-3.5, -2)),
    drop=param(0.6, "logit/SD", "effect of intention against it", "behaviour E4", "A",
               bounds=(0, 4), prior=(0.3, 0.9)),
    refresh=param(1 / 12, "1/month", "chance that both hurdles are drawn anew", "behaviour E4",
                  "A", bounds=(0, 1), prior=(0, 0.2)),
    no_show=param(0.12, "share", "no-show when the course is free",
                  "behaviour E6 no. 19", "A", bounds=(0, 1), prior=(0.05, 0.25)),
    no_show_paid=param(0.8, "ratio", "idem when EUR 100 or more is own money",
                       "Ketel et al. 2016: no sunk-cost effect; behaviour E6 no. 19", "A",
                       bounds=(0, 1), prior=(0.5, 1)),
    give_up=param(0.2, "share", "turned away who drop the plan; the others come back",
                  "STAP: sizes not published", "A", bounds=(0, 1), prior=(0.05, 0.5)),
    lose_heart=param(0.05, "z", "self-efficacy lost by being turned away", "no source", "A",
                     bounds=(0, 3), prior=(0, 0.2)),
    crowd_by_budget=param(0.0, "switch", "1 = tight employers turn to public money sooner "
                          "(structural alternative E7d): xi x 2 price / (price + budget)",
                          "behaviour E7", "A", bounds=(0, 1), prior=(0, 1)),
    crowd_out=param(0.30, "share", "employer-paid plans that turn to public money (xi)",
                    "Swiss RCT: sign; behaviour E6 no. 16", "A", bounds=(0, 1), prior=(0.1, 0.6)),
)  # fmt: skip


@derived(p=PARAMETERS)
def willingness(education, p):
    """What a plan may cost out of pocket (pi_g) in EUR, by education as a proxy of income."""
    if education == codes.LOW:
        return p.pi * p.pi_low
    return p.pi * p.pi_high if education >= codes.BACHELOR else p.pi


@derived(p=PARAMETERS)
def own_time(slack, time_pressure, p):
    """What a plan may take of own time: tau e^(.4 T) in hours, less in a boom."""
    return p.tau * exp(p.slack * (slack - time_pressure))


@scalar
def through_gates(money, cost, pi, time, hours, tau):
    """Whether a plan passes the money gate and the time gate with the hurdles drawn for it."""
    return decayed(money, cost / pi) & decayed(time, hours / tau)


@scalar
def turns_up(u, own_cost, no_show, no_show_paid):
    """Whether the worker turns up; EUR 100 of own money changes the chance."""
    return u >= (no_show * no_show_paid if own_cost >= 100.0 else no_show)


@scalar
def crowded_out(draw, crowd_out, by_budget, price, budget):
    """Whether public money replaces that of an employer who would pay."""
    if by_budget == 1.0:
        crowd_out *= 2.0 * price / (price + budget)
    return draw < crowd_out


@scalar
def months_of(hours, hours_a_month):
    """How many months a course takes: ceil(hours / pace)."""
    return int(-(-hours // hours_a_month))


def _refreshes(u_refresh, p):
    return u_refresh < p.refresh


@law("hurdle_money", "hurdle_time", "hurdle_crowd", p=PARAMETERS,
     at=("stage", codes.PREPARATION), when=_refreshes, u_refresh="hurdle_refresh",
     u_money="hurdle.money", u_time="hurdle.time", u_crowd="hurdle.crowd_out")  # fmt: skip
def refresh(u_money, u_time, u_crowd):
    """Circumstances change: the hurdles of the plan are drawn anew."""
    return u_money, u_time, u_crowd


def _may_drop(intention, u, p):
    return may_be_below(1.0 - u, p.a32 - p.drop * intention)


def _drops(intention, u, p):
    """3->2: 1 - u < Lambda(a32 - .6 I)."""
    return below(1.0 - u, p.a32 - p.drop * intention)


@law("stage", "applies", "public_money", p=PARAMETERS, at=("stage", codes.PREPARATION),
     when=_drops, sieve=_may_drop, u="stage", tallies=("dropped",))  # fmt: skip
def drop():
    """3->2: the plan is dropped, and an application with it."""
    return codes.CONTEMPLATION, 0, 0.0, 1


def _may_act(applies, intention, courses_open, u, p):
    rate = 2.0 * p.lam34 * courses_open
    # A hair less than u / rate, and no division of every row.
    at_least = u * ((1.0 - 1e-9) / max(rate, 1e-300))
    return (applies == 0) & (rate > 0.0) & may_be_below(at_least, p.intention * intention)


def _acts(stage, applies, intention, courses_open, u, p):
    """The action gap: u < lam34 2 Lambda(g34 I), for who waits for no window."""
    rate = 2.0 * p.lam34 * courses_open
    ready = below(u / rate, p.intention * intention) if rate > 0.0 else False
    return stage == codes.PREPARATION and applies == 0 and ready


def _may_have_time(hurdle_time, plan_hours, plan_payer, own_time, granted, paid_most):
    """Whether the plan would pass the time gate with as much paid time as there could be."""
    paid = max(granted if plan_payer == 1 else 0.0, paid_most)
    return decayed(hurdle_time, plan_hours * (1.0 - paid) / own_time)


@law("applies", "public_money", p=PARAMETERS, at=("stage", codes.PREPARATION),
     when=(_acts, _may_have_time), sieve=_may_act,
     after=("drop",), u="stage")  # fmt: skip
def act(
    hurdle_money, hurdle_time, hurdle_crowd, plan_price, plan_hours, plan_payer, training_budget,
    own_time, granted, willingness, alone_cost, alone_paid, offer_cost, offer_by, offer_amount,
    offer_paid, offer_open, offer_left, p,
):  # fmt: skip
    """3->4 through the money gate and the time gate: enrol, or apply for public money.

    Money: u < exp(-p_eff / pi_g); time: v < exp(-h_own / (tau e^(.4 T))).
    """
    paid = granted if plan_payer == 1 else 0.0
    hours = plan_hours * (1.0 - max(paid, alone_paid))
    alone = through_gates(hurdle_money, alone_cost, willingness, hurdle_time, hours, own_time)
    if offer_by > 0 and (
        plan_payer == 0
        or crowded_out(hurdle_crowd, p.crowd_out, p.crowd_by_budget, plan_price, training_budget)
    ):
        topped = min(offer_left, training_budget) if plan_payer == 1 else 0.0
        felt = max(offer_cost - topped, 0.0)
        hours = plan_hours * (1.0 - max(paid, offer_paid))
        helped = through_gates(hurdle_money, felt, willingness, hurdle_time, hours, own_time)
        if helped and (offer_open > 0.0 or not alone):
            return int(offer_by), offer_amount
    return ALONE if alone else 0, 0.0


@law(
    "stage", "applies", "public_money", "funded_by", "course_started", "course_end", "last_self",
    "course_missed", p=PARAMETERS, u_show="course.no_show", after=("settle",),
    tallies=("started", "turnover_eur", "worker_eur", "employer_eur", "no_shows"),
)  # fmt: skip
def take_up(
    plan_price, plan_hours, course_by, course_state, course_advance, course_employer,
    course_worker, course_started, course_end, last_self, t, u_show, p_plans, p,
):  # fmt: skip
    """An enrolment becomes a course, or a no-show of which only what was advanced is paid."""
    if not turns_up(u_show, course_worker, p.no_show, p.no_show_paid):
        return (
            codes.CONTEMPLATION, 0, 0.0, 0, course_started, course_end, last_self, 1.0,
            0, course_advance, 0.0, 0.0, 1,
        )  # fmt: skip
    months = months_of(plan_hours, p_plans.hours_a_month)
    return (
        codes.ACTION, 0, course_state, int(course_by), t, t + months, t + months - 1, 0.0,
        1, plan_price, course_worker, course_employer, 0,
    )  # fmt: skip


@law("stage", "applies", "public_money", "self_efficacy", p=PARAMETERS, u="office.reaction",
     tallies=("gave_up",))  # fmt: skip
def disappointed(self_efficacy, u, p):
    """Turned away or refused: some give up, the others keep the plan and come back."""
    less = clip(self_efficacy - p.lose_heart, -3.0, 3.0)
    if u < p.give_up:
        return codes.CONTEMPLATION, 0, 0.0, less, 1
    return codes.PREPARATION, 0, 0.0, less, 0


def _over(course_end, t):
    return t >= course_end


@law(
    "stage", "attitude", "self_efficacy",
    p=EXPERIENCE, at=("stage", codes.ACTION), when=_over, sieve=_over,
    after=("revert", "job_experience"), d="course.drop_out", q="course.quality",
    tallies=("completed", "drop_outs"),
)  # fmt: skip
def finish(attitude, self_efficacy, plan_recognised, d, q, p_market, p):
    """4->5 with what the course was like; who drops out falls back to contemplation."""
    if d < (p.drop_out_recognised if plan_recognised == 1 else p.drop_out):
        return codes.CONTEMPLATION, attitude, self_efficacy, 0, 1
    quality = p.quality_mean + p_market.gate_quality * p_market.gate + normal(q)
    if quality > 0.0:
        attitude += p.attitude * quality
        self_efficacy += p.efficacy * quality
    else:
        self_efficacy += p.bad_efficacy * p.efficacy * quality
    return codes.MAINTENANCE, clip(attitude, -3.0, 3.0), clip(self_efficacy, -3.0, 3.0), 1, 0
