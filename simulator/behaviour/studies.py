"""Who is still in initial education beside work: such people have study finance and no voucher."""

from simulator.laws import law, scalar
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "studies",
    under_18=param(0.95, "share", "labour force under 18 in initial education",
                   "compulsory until 18; share no source", "B", bounds=(0, 1), prior=(0.9, 1)),
    under_25=param(0.55, "share", "idem, 18-24: of those with a job a little over half",
                   "CBS on working students; not read", "B", bounds=(0, 1), prior=(0.45, 0.65)),
    under_30=param(0.06, "share", "idem, 25-29, the last ages with a right to study finance",
                   "no source", "A", bounds=(0, 1), prior=(0.03, 0.10)),
    fall=param(0.6, "share", "by which the share at the first year of 18-24 and of 25-29 is above "
               "the mean of those years, and at the last year below it", "no source", "A",
               bounds=(0, 1), prior=(0.4, 0.8)),
)  # fmt: skip


@scalar
def in_school(age, under_18, under_25, under_30, fall):
    """Share of an age (years) in initial education; it falls evenly from 18 to 24 and to 29."""
    if age < 18:
        return under_18
    if age < 25:
        return min(under_25 * (1.0 + fall * (21.0 - age) / 3.0), under_18)
    if age < 30:
        return min(under_30 * (1.0 + fall * (27.0 - age) / 2.0), under_25 * (1.0 - fall))
    return 0.0


@law("student", p=PARAMETERS, u="person.student")
def studies(age, u, p):
    """Draw whether the person is still in initial education, by age."""
    share = in_school(age // 12, p.under_18, p.under_25, p.under_30, p.fall)
    return 1 if u < share else 0
