"""Informal learning: the share of work time in tasks one learns from."""

from simulator import codes
from simulator.laws import clip, law
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "informal",
    inertia=param(0.9, "1/month", "part of informal learning that stays from month to month",
                  "behaviour E3", "A", bounds=(0, 1), prior=(0.8, 0.97)),
    base=param(0.20, "share", "informal learning without culture, autonomy or courses (c0)",
               "level: ROA 22% in 2020, source 001 l.63", "A", bounds=(0, 1), prior=(0.18, 0.22)),
    culture=param(0.02, "share per z", "effect of learning culture (c1)", "no source", "A",
                  bounds=(-1, 1), prior=(0, 0.04)),
    autonomy=param(0.02, "share", "more for the theoretically educated: proxy of autonomy (c2)",
                   "no source", "A", bounds=(-1, 1), prior=(0, 0.04)),
    learner=param(0.03, "share", "more in action and maintenance: complementary to courses (c3)",
                  "sign: source 001 par. 2.1; size no source", "A", bounds=(-1, 1),
                  prior=(0, 0.06)),
    colleagues=param(0.02, "share per share", "effect of trained colleagues (c4)",
                     "De Grip and Sauermann 2012, sign", "A", bounds=(-1, 1), prior=(0, 0.05)),
)  # fmt: skip


@law("informal", p=PARAMETERS)
def informal(informal, culture, education, stage, trained_share, p):
    """Q' = .9 Q + .1 (c0 + c1 K + c2 autonomy + c3 [in action or maintenance] + c4 s)."""
    wanted = p.base + p.culture * culture + p.colleagues * trained_share
    if education > codes.MBO4:
        wanted += p.autonomy
    if stage >= codes.ACTION:
        wanted += p.learner
    return clip(p.inertia * informal + (1.0 - p.inertia) * wanted, 0.0, 1.0)
