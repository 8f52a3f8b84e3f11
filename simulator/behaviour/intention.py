"""Intention: attitude, subjective norm and perceived control, in meta-analytic proportions."""

from simulator import codes
from simulator.laws import derived, law, normal
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "intention",
    attitude=param(0.35, "z/z", "weight of attitude (bA)",
                   "Armitage and Conner 2001, solved from correlations", "D",
                   bounds=(-2, 2), prior=(0.25, 0.45)),
    norm=param(0.18, "z/z", "weight of subjective norm (bN)",
               "Armitage and Conner 2001; Sanders et al. 2011", "D",
               bounds=(-2, 2), prior=(0.05, 0.33)),
    control=param(0.32, "z/z", "weight of perceived behavioural control (bC)",
                  "Armitage and Conner 2001, solved from correlations", "D",
                  bounds=(-2, 2), prior=(0.20, 0.42)),
    efficacy_share=param(0.6, "z/z", "self-efficacy within perceived control", "behaviour E3", "A",
                         bounds=(0, 1), prior=(0.4, 0.8)),
    slack_share=param(0.4, "z/z", "time slack within perceived control", "behaviour E3", "A",
                      bounds=(0, 1), prior=(0.2, 0.6)),
    disposition=param(0.57, "z/z", "weight of the persistent unobserved part", "behaviour E3", "A",
                      bounds=(0, 2), prior=(0.4, 0.7)),
    rho_causal=param(0.55, "share", "of a change in norm or self-efficacy by an intervention that "
                     "counts: survey weights are not causal",
                     "Webb and Sheeran 2006: d 0.66 to 0.36; behaviour E6 no. 4", "D",
                     bounds=(0, 1), prior=(0.3, 0.8)),
    chronic_low=param(0.32, "share", "chronic non-participants among the low-educated",
                      "behaviour E1, Backes-Gellner et al. 2007 for the class", "A",
                      bounds=(0, 1), prior=(0.15, 0.50)),
    chronic_middle=param(0.20, "share", "idem, middle-educated", "behaviour E1", "A",
                         bounds=(0, 1), prior=(0.1, 0.3)),
    chronic_high=param(0.11, "share", "idem, high-educated", "behaviour E1", "A",
                       bounds=(0, 1), prior=(0.05, 0.2)),
)  # fmt: skip


@derived(p=PARAMETERS, ahead=True)
def intention(attitude, norm, self_efficacy, slack, disposition, p):
    """I = bA A + bN N + bC (.6 E + .4 T) + .57 eps."""
    control = p.efficacy_share * self_efficacy + p.slack_share * slack
    return p.attitude * attitude + p.norm * norm + p.control * control + p.disposition * disposition


@law(
    "slack", "disposition", "chronic", p=PARAMETERS,
    s="person.slack", d="person.disposition", c="person.chronic",
)  # fmt: skip
def character(education, s, d, c, p):
    """Draw time slack, the persistent part of intention and the chronic non-participant class."""
    share = p.chronic_middle
    if education == codes.LOW:
        share = p.chronic_low
    elif education >= codes.BACHELOR:
        share = p.chronic_high
    slack, disposition = min(max(normal(s), -3.0), 3.0), min(max(normal(d), -3.0), 3.0)
    return slack, disposition, 1 if c < share else 0
