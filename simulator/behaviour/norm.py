"""Subjective norm: what colleagues do (descriptive) and what the supervisor wants (injunctive)."""

from simulator import codes
from simulator.laws import clip, law, scalar
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "norm",
    adjustment=param(0.15, "1/month", "leaky adjustment of the norm (kN)", "behaviour E6 no. 22",
                     "A", bounds=(0, 1), prior=(0.05, 0.3)),
    descriptive=param(0.4, "z per SD", "weight of the share of colleagues trained (wd)",
                      "behaviour E6 no. 24; upper bound Dahl, Loken and Mogstad 2014", "A",
                      bounds=(0, 3), prior=(0, 0.8)),
    culture=param(0.3, "z per z", "weight of the employer's learning culture (wc)", "no source",
                  "A", bounds=(0, 3), prior=(0.1, 0.5)),
    supervisor=param(0.5, "z", "weight of a stimulating supervisor (ws)",
                     "sign: Kyndt and Baert 2013; size no source", "A",
                     bounds=(0, 3), prior=(0.2, 0.8)),
    outside=param(0.15, "z per SD", "weight of the share of outside ties trained", "no source",
                  "A", bounds=(0, 3), prior=(0, 0.4)),
    outside_spread=param(0.28, "share", "SD of that share: 3 ties, of whom a third was trained",
                         "binomial", "D", bounds=(0.01, 1)),
    homophily=param(0.8, "share", "of outside ties that are sought among the same education class",
                    "behaviour E1: sign; size no source", "A", bounds=(0, 1), prior=(0.5, 0.95)),
    support_mean=param(0.78, "share", "employees whose supervisor stimulates development",
                       "source 001 l.138, 2021", "S", bounds=(0, 1), prior=(0.74, 0.78)),
    support_practical=param(0.70, "share", "idem, practically educated", "source 001 l.138, 2021",
                            "S", bounds=(0, 1), prior=(0.66, 0.74)),
    support_theoretical=param(0.84, "share", "idem, theoretically educated",
                              "source 001 l.138, 2021", "S", bounds=(0, 1), prior=(0.80, 0.88)),
    culture_gain=param(0.15, "z", "gain of learning culture by support to an employer, in all",
                       "behaviour E6 no. 29; no source", "A", bounds=(0, 3), prior=(0, 0.4)),
    culture_months=param(24.0, "months", "over which that gain is made", "behaviour E5", "A",
                         bounds=(1, 120), prior=(12, 36)),
    culture_decay=param(0.01, "1/month", "return of culture to the employer's own level",
                        "behaviour E5", "A", bounds=(0, 1), prior=(0, 0.03)),
    shrinkage=param(5.0, "persons", "colleagues' weight at which a team counts for half",
                    "behaviour E3", "A", bounds=(0, 100), prior=(3, 10)),
    threshold=param(0.0, "switch", "1 = norm moves only when the share passes the mean by 1 SD "
                    "(structural alternative E7b); 0 = linear", "behaviour E7", "A",
                    bounds=(0, 1), prior=(0, 1)),
)  # fmt: skip


@law("supervisor", p=PARAMETERS, u="person.supervisor")
def support(team, contract, education, u, p):
    """Draw whether the employee's supervisor stimulates development; -1 for who has none."""
    if team == 0 or contract > codes.TEMP_NO_HOURS:
        return -1
    practical = education <= codes.MBO4
    share = p.support_practical if practical else p.support_theoretical
    return 1 if u < share else 0


@law("culture", p=PARAMETERS)
def culture_drift(culture, culture_set_point, treated_until, t, p):
    """Support raises an employer's learning culture bit by bit; it fades when support ends."""
    if t < treated_until:
        culture = min(culture + p.culture_gain / p.culture_months, 3.0)
    else:
        culture -= p.culture_decay * (culture - culture_set_point)
    return culture


@law("ties", u="person.ties")
def circle(u):
    """Draw the number of outside ties, 2 to 4."""
    return 2 + int(3.0 * u)


@scalar
def norm_scale(descriptive, culture, outside, supervisor, support_mean):
    """What makes the SD of the whole norm about 1, its parts being independent."""
    spread = supervisor**2 * support_mean * (1.0 - support_mean)
    return max(descriptive**2 + culture**2 + outside**2 + spread, 1e-9) ** -0.5


@law("team_norm", p=PARAMETERS)
def team_norm(row, trained_share, culture, share_mean, share_sd, p):
    """The part of the norm that a team shares, scaled so that the whole norm has SD about 1."""
    if row == 0:
        return 0.0
    deviation = (trained_share - share_mean) / share_sd
    if p.threshold == 1.0:
        deviation = 1.0 if deviation > 1.0 else 0.0
    scale = norm_scale(p.descriptive, p.culture, p.outside, p.supervisor, p.support_mean)
    return clip(scale * (p.descriptive * deviation + p.culture * culture), -6.0, 6.0)


@law("norm", p=PARAMETERS)
def norm(norm, team_norm, supervisor, outside, norm_shift, share_mean, p_intention, p):
    """N moves by kN towards the norm of team, ties and supervisor, and what a right adds to it."""
    scale = norm_scale(p.descriptive, p.culture, p.outside, p.supervisor, p.support_mean)
    wanted = team_norm + p_intention.rho_causal * norm_shift
    if outside >= 0.0:
        wanted += scale * p.outside * (outside - share_mean) / p.outside_spread
    if supervisor >= 0:
        wanted += scale * p.supervisor * (supervisor - p.support_mean)
    return clip(norm + p.adjustment * (wanted - norm), -3.0, 3.0)
