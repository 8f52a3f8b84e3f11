"""Leerrecht: a right to the public education that one has not had, for recognised programmes."""

from simulator import codes
from simulator.columns import money
from simulator.laws import cents, clip, law
from simulator.parameters import param
from simulator.policy import Policy

RIGHT = money("right_left", "what is left of the leerrecht")
FIRST = money("right_given", "the leerrecht as it was granted; 0 = not yet")


class Leerrecht(Policy):
    """The value of a university programme less the initial education had; paid time by law."""

    name = "leerrecht"
    columns = (RIGHT, FIRST)
    rights_column = "right_left"

    university = param(40_000.0, "EUR", "public cost of a university programme",
                       "rule: SEO 2018; amount not seen", "A", bounds=(0, 1e6),
                       prior=(25_000, 60_000))  # fmt: skip
    had_low = param(0.0, "share", "of that already received: at most vmbo or mbo-1", "no source",
                    "A", bounds=(0, 1), prior=(0, 0.1))  # fmt: skip
    had_mbo23 = param(0.35, "share", "idem, mbo-2 or 3", "no source", "A", bounds=(0, 1),
                      prior=(0.2, 0.5))  # fmt: skip
    had_mbo4 = param(0.55, "share", "idem, mbo-4", "no source", "A", bounds=(0, 1),
                     prior=(0.4, 0.7))  # fmt: skip
    had_general = param(0.25, "share", "idem, havo or vwo", "no source", "A", bounds=(0, 1),
                        prior=(0.1, 0.4))  # fmt: skip
    had_bachelor = param(0.85, "share", "idem, bachelor", "no source", "A", bounds=(0, 1),
                         prior=(0.7, 1))  # fmt: skip
    fee = param(0.0, "EUR", "statutory fee that the worker pays for a programme",
                "price about 0 or statutory fee, behaviour E5", "A", bounds=(0, 100_000),
                prior=(0, 1200))  # fmt: skip
    time_share = param(0.5, "share", "of the hours in paid time, if the supervisor agrees",
                       "workshop: half own time, half employer's, source 004 l.606", "S",
                       bounds=(0, 1), prior=(0.2, 0.8))  # fmt: skip
    statutory_norm = param(0.3, "z", "what a right by law adds to the norm", "behaviour E5", "A",
                           bounds=(0, 3), prior=(0, 0.5))  # fmt: skip
    pull = param(0.25, "share", "plans that become a recognised programme under the right",
                 "no source", "A", bounds=(0, 1), prior=(0.1, 0.5))  # fmt: skip
    age_from = param(27.0, "years", "age from which initial education is over", "SEO 2018: > 27",
                     "R", bounds=(15, 75))  # fmt: skip
    age_to = param(67.0, "years", "AOW age, from which not", "as STAP", "A", bounds=(15, 75))
    awareness = param(0.15, "1/year", "chance of hearing of it: low at the start", "behaviour E5",
                      "A", bounds=(0, 1), prior=(0.05, 0.30))  # fmt: skip
    hassle = param(200.0, "EUR", "burden of intake and level test (100-300)", "behaviour E5", "A",
                   bounds=(0, 10_000), prior=(100, 300))  # fmt: skip

    def eligible(age, p):
        """Past initial education, before AOW age."""
        return p.age_from * 12 <= age < p.age_to * 12

    def covers(price, recognised, right_left, p):
        """The price of a recognised programme less the fee, as far as the right goes."""
        return clip(price - p.fee, 0.0, right_left) if recognised == 1 else 0.0

    def paid_time(contract, supervisor, p):
        """The statutory share, where a supervisor agrees to it."""
        return p.time_share if contract <= codes.TEMP_NO_HOURS and supervisor == 1 else 0.0

    def norm_shift(p):
        """A right by law says that learning is expected."""
        return p.statutory_norm

    def recognised_share(right_left, p):
        """Part of the plans become longer, recognised programmes."""
        return p.pull if right_left >= 1000.0 else 0.0


@law("right_left", "right_given", p=Leerrecht.parameters, tallies=("granted_eur", "lapsed_eur"))
def grant(right_left, right_given, age, education, p):
    """Grant the right once, on the first 1 January of the scheme at which the worker qualifies."""
    if not p.age_from * 12 <= age < p.age_to * 12:
        return 0.0, right_given, 0.0, right_left
    if right_given > 0.0:
        return right_left, right_given, 0.0, 0.0
    had = (p.had_low, p.had_mbo23, p.had_mbo4, p.had_general, p.had_bachelor, 1.0)
    right = cents(p.university * (1.0 - had[education]))
    return right, right, right, 0.0


@law("right_left")
def draw_down(right_left, leerrecht_paid):
    """Take the award from the right."""
    return right_left - leerrecht_paid


Leerrecht.yearly = grant
Leerrecht.on_award = draw_down
