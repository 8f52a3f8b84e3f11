"""SLIM-scholing: the State pays most of listed courses that an employer applies for."""

from simulator.codes import SECTOR_LETTERS
from simulator.parameters import param
from simulator.policy import Policy

_EDUCATION, _CARE = SECTOR_LETTERS.index("P"), SECTOR_LETTERS.index("Q")
_BUILDING, _INDUSTRY = SECTOR_LETTERS.index("F"), SECTOR_LETTERS.index("C")


class SlimScholing(Policy):
    """A part of what an employer in a vital sector pays for a course is given back."""

    name = "slim_scholing"
    omits = (
        "its ceiling of EUR 73.7 mln: what is spent is a result",
        "which courses are listed: a share of every course counts",
    )
    generosity = "most"
    to = "employer"
    excludes = ()

    cofinancing = param(0.2, "share", "of the price that is left to the employer",
                        "source 000 l.233-235: on average 20%", "S", bounds=(0, 1),
                        prior=(0.1, 0.5))  # fmt: skip
    most = param(1500.0, "EUR", "highest subsidy on a course", "no source", "A",
                 bounds=(0, 100_000), prior=(500, 3000))  # fmt: skip
    listed = param(0.25, "share", "counted of the price, for only listed courses qualify",
                   "no source", "A", bounds=(0, 1), prior=(0.05, 0.5))  # fmt: skip

    def eligible(sector):
        """Industry, building, education and care stand for the vital sectors."""
        return sector in (_EDUCATION, _CARE, _BUILDING, _INDUSTRY)

    def covers(price, p):
        """What is not co-financed, of the share of courses that is listed."""
        return min(price * (1.0 - p.cofinancing) * p.listed, p.most)
