"""Skills that go out of date: how long ago somebody learned, and how much is learned at work."""

from simulator.laws import scalar
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "skills",
    after=param(60.0, "months", "without a course after which skills are out of date, at the usual "
                "informal learning", "half-lives of 3 to 5 years, behaviour C: assumption", "A",
                bounds=(1, 600), prior=(36, 84)),
    usual=param(0.22, "share", "the usual informal learning", "ROA 2020, source 001 l.63", "S",
                bounds=(0.01, 1), prior=(0.20, 0.24)),
    informal=param(1.0, "ratio", "how much longer they keep with informal learning, relative to "
                   "the usual", "no source", "A", bounds=(0, 5), prior=(0.3, 1.5)),
    urgency=param(0.02, "z/month", "urgency by skills out of date", "no source", "A",
                  bounds=(-1, 1), prior=(0, 0.04)),
)  # fmt: skip


@scalar
def out_of_date(since, informal, after, usual, keeps):
    """Whether skills are out of date, `since` months after the last course."""
    return since > after * (1.0 + keeps * (informal / usual - 1.0))
