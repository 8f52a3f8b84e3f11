"""A plan: a course with a price, hours, a payer and two hurdles drawn once."""

from simulator import codes
from simulator.laws import cents, clip, decayed, derived, exp, law, logistic, normal, scalar
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "plans",
    price=param(700.0, "EUR", "median price of a course", "behaviour E1; STAP mean award 784-800",
                "A", bounds=(1, 50_000), prior=(550, 850)),
    price_spread=param(0.8, "log SD", "spread of prices",
                       "behaviour E1; about 70% of STAP courses below EUR 1,000", "A",
                       bounds=(0, 3), prior=(0.6, 1.0)),
    hours=param(28.0, "hours", "median hours of a course", "behaviour E1", "A",
                bounds=(1, 2_000), prior=(16, 40)),
    hours_spread=param(0.8, "log SD", "spread of hours", "behaviour E1", "A",
                       bounds=(0, 3), prior=(0.6, 1.0)),
    hours_a_month=param(24.0, "hours/month", "pace of learning", "behaviour E4", "A",
                        bounds=(1, 170), prior=(16, 40)),
    recognised=param(0.08, "share", "plans for a recognised programme, without a right to it",
                     "no source for starts", "A", bounds=(0, 1), prior=(0.04, 0.15)),
    long_price=param(3500.0, "EUR", "median price of a recognised programme (2-6 thousand)",
                     "behaviour E5", "A", bounds=(1, 100_000), prior=(2000, 6000)),
    long_price_spread=param(0.35, "log SD", "its spread", "behaviour E5", "A", bounds=(0, 3),
                            prior=(0.2, 0.6)),
    long_hours=param(450.0, "hours", "median hours of a recognised programme (200-1,000)",
                     "behaviour E5", "A", bounds=(1, 4_000), prior=(200, 1000)),
    long_hours_spread=param(0.5, "log SD", "its spread", "behaviour E5", "A", bounds=(0, 3),
                            prior=(0.3, 0.7)),
    part=param(0.5, "share", "recognised plans that take a part of the programme only",
               "no source", "A", bounds=(0, 1), prior=(0.2, 0.8)),
    part_size=param(0.25, "share", "of price and hours that such a part takes", "no source", "A",
                    bounds=(0.01, 1), prior=(0.1, 0.5)),
    e0=param(0.2, "logit", "chance that the employer pays a self-chosen course, reference",
             "solved: scenarios/levels.toml; prior behaviour E6 no. 15", "K",
             bounds=(-8, 8), prior=(-0.8, 0.8)),
    payer_culture=param(0.35, "logit/z", "effect of learning culture on that (eK)", "no source",
                        "A", bounds=(-3, 3), prior=(0, 0.7)),
    payer_flexible=param(-0.8, "logit", "effect of a flexible contract", "behaviour E3", "A",
                         bounds=(-5, 5), prior=(-1.2, -0.4)),
    payer_education=param(0.25, "logit/class", "effect of education, a class up", "behaviour E3",
                          "A", bounds=(-3, 3), prior=(0, 0.5)),
    payer_response=param(0.0, "logit/share", "how much less willing employers are to pay when all "
                         "self-chosen courses were paid by the public: crowding out as a response "
                         "of employers; 0 switches it off", "behaviour E7d; size no source", "A",
                         bounds=(0, 10), prior=(0, 2)),
    paid_time=param(0.6, "share", "hours in paid time when the employer pays", "behaviour E4", "A",
                    bounds=(0, 1), prior=(0.4, 0.8)),
)  # fmt: skip


@scalar
def education_class(education):
    """0 low, 1 middle, 2 high, from the six attained levels."""
    if education == codes.LOW:
        return 0
    return 2 if education >= codes.BACHELOR else 1


@derived(p=PARAMETERS)
def employer_pays(
    team, contract, education, culture, employer_active, public_share, p_employer_stages, p,
):  # fmt: skip
    """The chance that the employer would pay a self-chosen plan (e_p); 0 without employer."""
    if team == 0 or contract > codes.TEMP_NO_HOURS:
        return 0.0
    x = p.e0 + p.payer_culture * culture + p.payer_education * (education_class(education) - 1)
    if contract != codes.PERMANENT:
        x += p.payer_flexible
    x += p_employer_stages.pays * (employer_active - p_employer_stages.usual)
    return logistic(x - p.payer_response * public_share)


@derived(p=PARAMETERS)
def granted(employer_active, p_employer_stages, p):
    """The share of a course's hours in paid time, where the employer pays the course."""
    more = 1.0 + p_employer_stages.hours * (employer_active - p_employer_stages.usual)
    return clip(p.paid_time * more, 0.0, 1.0)


@derived("unaided_payable", "affordability_unaided", p=PARAMETERS)
def affordability_unaided(employer_pays, willingness, p):
    """Perceived affordability without any public money: e_p + (1 - e_p) exp(-p0 / pi).

    Its last factor, the chance that a short course can be paid so, is given first.
    """
    payable = exp(-p.price / willingness)
    return payable, employer_pays + (1.0 - employer_pays) * payable


@scalar
def draw_plan(
    kind, usual, share, own_time, tau, hurdle_time, a, b, price, price_spread, hours, hours_spread,
    long_price, long_price_spread, long_hours, long_hours_spread, part, part_size,
):  # fmt: skip
    """(price in EUR, hours, recognised): a short course, or a recognised programme or part of one.

    A share `usual` of plans is for a programme; up to `share`, a right makes one thinkable. That is
    chosen if the time hurdle leaves room for it: nobody gives up a short course for a programme
    that cannot be followed.
    """
    if kind < share:
        low, high = (0.0, usual) if kind < usual else (usual, share)
        size = part_size if kind < low + part * (high - low) else 1.0
        drawn = int(size * min(long_hours * exp(long_hours_spread * normal(b)), 4_000.0)) + 1
        if kind < usual or decayed(hurdle_time, drawn * own_time / tau):
            full = min(long_price * exp(long_price_spread * normal(a)), 100_000.0)
            return cents(size * full), drawn, 1
    price = cents(min(price * exp(price_spread * normal(a)), 100_000.0))
    return price, int(min(hours * exp(hours_spread * normal(b)), 4_000.0)) + 1, 0


@law(tallies=("affordability_ppm",))
def affordability_now(affordability, stage):
    """Count perceived affordability in millionths, to find its mean in the base year (Gbar)."""
    return int(affordability * 1e6) if stage > 0 else 0


@law("plan_payer")
def no_promise(plan_payer, stage):
    """Another employer has promised nothing: a plan that the last one would pay is one's own."""
    return plan_payer if stage == codes.ACTION else 0
