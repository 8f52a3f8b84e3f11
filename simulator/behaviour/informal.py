"""Informal learning: the share of work time in tasks one learns from."""

from collections.abc import Mapping

from simulator import codes
from simulator.laws import clip, law
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "informal",
    inertia=param(0.9, "1/month", "part of informal learning that stays from month to month",
                  "behaviour E3", "A", bounds=(0, 1), prior=(0.8, 0.97)),
    base=param(0.18, "share", "informal learning without culture, autonomy or courses (c0)",
               "level: ROA 22% in 2020, source 001 l.63", "A", bounds=(0, 1), prior=(0.16, 0.20)),
    culture=param(0.02, "share per z", "effect of learning culture (c1)", "no source", "A",
                  bounds=(-1, 1), prior=(0, 0.04)),
    variety=param(-0.02, "share", "less where work has no fixed hours or is by agency: proxy of "
                  "variety", "no source", "A", bounds=(-1, 1), prior=(-0.04, 0)),
    support=param(0.02, "share", "more where the supervisor stimulates", "no source", "A",
                  bounds=(-1, 1), prior=(0, 0.04)),
    level=param(0.22, "share", "informal learning in 2020, from which a year is measured",
                "ROA 2020, source 001 l.63", "S", bounds=(0, 1), prior=(0.20, 0.22)),
    second_source=param(0.0, "switch", "1 = the level of 2020 of the other source, 20% not 22%",
                        "source 000 l.66", "S", bounds=(0, 1), prior=(0, 1)),
    second_less=param(0.02, "share", "how much lower that is", "source 000 l.66", "S",
                      bounds=(0, 1), prior=(0.01, 0.03)),
    autonomy=param(0.02, "share", "more for the theoretically educated: proxy of autonomy (c2)",
                   "no source", "A", bounds=(-1, 1), prior=(0, 0.04)),
    learner=param(0.03, "share", "more in action and maintenance: complementary to courses (c3)",
                  "sign: source 001 par. 2.1; size no source", "A", bounds=(-1, 1),
                  prior=(0, 0.06)),
    colleagues=param(0.02, "share per share", "effect of trained colleagues (c4)",
                     "De Grip and Sauermann 2012, sign", "A", bounds=(-1, 1), prior=(0, 0.05)),
)  # fmt: skip


@law("informal", p=PARAMETERS)
def informal(
    informal, culture, education, contract, supervisor, stage, trained_share, task_learning, p,
):  # fmt: skip
    """Q' = .9 Q + .1 (what is usual for this work, this person and this year).

    That is c0 + c1 K + c2 autonomy + variety + support + c3 [in action or maintenance] + c4 s, and
    what the year adds.
    """
    wanted = p.base + p.culture * culture + p.colleagues * trained_share + task_learning
    if codes.ON_CALL <= contract <= codes.TEMP_NO_HOURS:
        wanted += p.variety
    if supervisor == 1:
        wanted += p.support
    if education > codes.MBO4:
        wanted += p.autonomy
    if stage >= codes.ACTION:
        wanted += p.learner
    return clip(p.inertia * informal + (1.0 - p.inertia) * wanted, 0.0, 1.0)


def of_the_year(level: float, p: Mapping[str, float]) -> float:
    """What a year adds to informal learning, given its published level: 0 at that of 2020."""
    return level - p["level"] - p["second_less"] * p["second_source"]
