"""Who is still in initial education beside work: such people have study finance and no voucher."""

from simulator.laws import law
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "studies",
    under_18=param(0.95, "share", "labour force under 18 in initial education",
                   "compulsory until 18; share no source", "B", bounds=(0, 1), prior=(0.9, 1)),
    under_25=param(0.55, "share", "idem, 18-24: of those with a job a little over half",
                   "CBS on working students; not read", "B", bounds=(0, 1), prior=(0.45, 0.65)),
    under_30=param(0.06, "share", "idem, 25-29, the last ages with a right to study finance",
                   "no source", "A", bounds=(0, 1), prior=(0.03, 0.10)),
)  # fmt: skip


@law("student", p=PARAMETERS, u="person.student")
def studies(age, u, p):
    """Draw whether the person is still in initial education, by age."""
    share = 0.0
    if age < 18 * 12:
        share = p.under_18
    elif age < 25 * 12:
        share = p.under_25
    elif age < 30 * 12:
        share = p.under_30
    return 1 if u < share else 0
