"""Leerrecht: a right to public education that one has not had, or to some weeks of it a year."""

from typing import Any

from simulator import codes
from simulator.columns import money
from simulator.laws import cents, clip, law, scalar
from simulator.parameters import param
from simulator.policy import Policy
from simulator.windows import Windows

RIGHT = money("right_left", "what is left of the leerrecht")
FIRST = money("right_given", "the leerrecht as it was granted; 0 = not yet")
DIFFERENCE, WEEKS, BUDGET = 1.0, 2.0, 3.0  # forms


class Leerrecht(Policy):
    """The value of a university programme less the initial education had; paid time by law.

    Three forms: 1 that difference, open-ended; 2 a number of weeks a year, that lapse; 3 the
    difference within a yearly State budget, first come first served.
    """

    name = "leerrecht"
    omits = (
        "living costs during a long programme",
        "credits: two parts of a programme do not add up to a diploma",
        "entry requirements and selection by institutions",
        "the higher level that a diploma gives: education stands still",
    )
    columns = (RIGHT, FIRST)
    rights_column = "right_left"

    form = param(
        DIFFERENCE,
        "switch",
        "1 = difference, 2 = weeks a year, 3 = State budget",
        "SEO 2018; MBO Raad/VH/VSNU 2020; coalition 2021",
        "R",
        bounds=(1, 3),
    )
    university = param(40_000.0, "EUR", "public cost of a university programme",
                       "rule: SEO 2018; amount not seen", "A", bounds=(0, 1e6),
                       prior=(25_000, 60_000))  # fmt: skip
    weeks = param(1.0, "weeks/year", "of education, in form 2", "MBO Raad/VH/VSNU 2020", "R",
                  bounds=(0, 52), prior=(0.5, 4))  # fmt: skip
    week = param(600.0, "EUR", "value of a week of education", "no source", "A",
                 bounds=(0, 100_000), prior=(300, 1200))  # fmt: skip
    budget = param(125e6, "EUR/year", "the State's budget, in form 3",
                   "coalition agreement 2021: 125 mln from 2023", "R", bounds=(0, 1e11),
                   prior=(100e6, 500e6))  # fmt: skip
    pilot = param(1.0, "share", "of those who qualify that get it in the first year",
                  "1 = everyone at once", "A", bounds=(0, 1))  # fmt: skip
    phase_years = param(1.0, "years", "from the pilot to everyone", "no source", "A",
                        bounds=(1, 40), prior=(1, 10))  # fmt: skip
    had_low = param(0.0, "share", "of a programme already received: at most vmbo or mbo-1",
                    "no source", "A", bounds=(0, 1), prior=(0, 0.1))  # fmt: skip
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
    consent = param(1.0, "switch", "1 = only where the supervisor stimulates development",
                    "behaviour E5", "A", bounds=(0, 1))  # fmt: skip
    statutory_norm = param(0.3, "z", "what a right by law adds to the norm", "behaviour E5", "A",
                           bounds=(0, 3), prior=(0, 0.5))  # fmt: skip
    pull = param(0.25, "share", "plans that become a recognised programme under the right",
                 "no source", "A", bounds=(0, 1), prior=(0.1, 0.5))  # fmt: skip
    education_to = param(5.0, "level", "highest education that is granted it (2 = mbo-4)",
                         "none unless said", "A", bounds=(0, 5))  # fmt: skip
    age_from = param(27.0, "years", "age from which initial education is over", "SEO 2018: > 27",
                     "R", bounds=(15, 75))  # fmt: skip
    age_to = param(67.0, "years", "AOW age, from which not", "as STAP", "A", bounds=(15, 75))
    awareness = param(0.15, "1/year", "chance of hearing of it: low at the start", "behaviour E5",
                      "A", bounds=(0, 1), prior=(0.05, 0.30))  # fmt: skip
    hassle = param(200.0, "EUR", "burden of intake and level test (100-300)", "behaviour E5", "A",
                   bounds=(0, 10_000), prior=(100, 300))  # fmt: skip

    def __init__(self, **given: Any) -> None:
        if given.get("form") == BUDGET and "opens" not in given:
            given |= {"opens": ["01-02 10:00"], "closes": ["12-31 23:59"]}
        super().__init__(**given)

    @property
    def lever(self) -> str:
        """Money, weeks or the budget, as the form is."""
        form = self.values["form"]
        return {DIFFERENCE: "university", WEEKS: "weeks"}.get(form, "budget")

    def check(self) -> None:
        """The form is one of three."""
        if self.values["form"] not in (DIFFERENCE, WEEKS, BUDGET):
            raise ValueError(
                f"leerrecht.form = {self.values['form']:g}: give 1 (difference), 2 (weeks a year) "
                "or 3 (State budget)"
            )
        if self.values["form"] == BUDGET and not isinstance(self.windows, Windows):
            raise ValueError("leerrecht.opens: [] and form = 3 contradict: a budget needs a window")

    def eligible(age, p):
        """Past initial education, before AOW age."""
        return p.age_from * 12 <= age < p.age_to * 12

    def covers(price, recognised, right_left, p):
        """The price of a recognised programme less the fee, as far as the right goes."""
        return clip(price - p.fee, 0.0, right_left) if recognised == 1 else 0.0

    def paid_time(contract, supervisor, p):
        """The statutory share, where a supervisor agrees to it if that is asked."""
        agreed = supervisor == 1 or p.consent == 0.0
        return p.time_share if contract <= codes.TEMP_NO_HOURS and agreed else 0.0

    def norm_shift(p):
        """A right by law says that learning is expected."""
        return p.statutory_norm

    def recognised_share(right_left, p):
        """Part of the plans become longer, recognised programmes."""
        enough = 1000.0 if p.form != WEEKS else 0.01
        return p.pull if right_left >= enough else 0.0


@scalar
def phased_in(years, pilot, phase_years):
    """Share of those who qualify that have the right, so many years after its introduction."""
    if years < 0.0:
        return 0.0
    return min(pilot + (1.0 - pilot) * years / phase_years, 1.0)


@law("right_left", "right_given", p=Leerrecht.parameters, u="leerrecht.phase",
     tallies=("granted_eur", "lapsed_eur"))  # fmt: skip
def grant(right_left, right_given, age, education, t, u, p):
    """Grant the right, once or every year, from the first 1 January at which it is one's turn."""
    if not p.age_from * 12 <= age < p.age_to * 12:
        return 0.0, right_given, 0.0, right_left
    if education > p.education_to and (right_given <= 0.0 or p.form == WEEKS):
        left = 0.0 if p.form == WEEKS else right_left  # what was granted stays, but for a year's
        return left, right_given, 0.0, cents(right_left - left)
    if right_given <= 0.0:
        years = (t - p.first) // 12
        before = phased_in(years - 1.0, p.pilot, p.phase_years)
        after = phased_in(years, p.pilot, p.phase_years)
        if before < 1.0 and u >= (after - before) / (1.0 - before):
            return right_left, 0.0, 0.0, 0.0
    if p.form == WEEKS:
        right = cents(p.weeks * p.week)
        return right, right, right, right_left
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
