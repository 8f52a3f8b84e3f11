"""NEA, ROA, AES and EBB as instruments that question the simulated people.

Each survey has its own population, window and kinds of learning, and all are computed from the
same spells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import codes, groups
from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "surveys",
    aes_probe=param(
        0.34, "share", "says yes to the AES, which probes for more, though no course was followed",
        "solved on AES 57% (2016), source 001 l.191: scenarios/levels.toml", "K",
        bounds=(0, 1), prior=(0, 0.6),
    ),
)  # fmt: skip

EMPLOYED = (*codes.EMPLOYEE_CONTRACTS, *codes.SELF_EMPLOYED_CONTRACTS)
LABOUR_FORCE = (*EMPLOYED, codes.UNEMPLOYED)
EVERYBODY = (*LABOUR_FORCE, codes.INACTIVE)  # at ages 25-64; others inactive are not simulated


@dataclass(frozen=True)
class Survey:
    """A question put to a population: any learning in the last `months` months?

    `respondents` is the rough size of the survey (background knowledge, tag B): it decides the
    sampling error that is shown on request, and nothing else.
    """

    name: str
    long_name: str
    months: int
    contracts: tuple[int, ...]
    ages: tuple[int, int]
    respondents: int
    source: str

    @cache  # noqa: B019  # a handful of surveys, which live as long as the program
    def population(self) -> NDArray[np.bool_]:
        """Whom the survey questions, by code of age and contract of `groups`."""
        return groups.population(contracts=self.contracts, ages=self.ages)


SURVEYS: dict[str, Survey] = {
    s.name: s
    for s in (
        Survey("NEA", "course in the last 2 years, employees 15-74", 24, codes.EMPLOYEE_CONTRACTS,
               (15, 75), 62_000, "TNO/CBS, Nationale Enquete Arbeidsomstandigheden"),
        Survey("ROA", "course in the last 2 years, workers 15-74", 24, EMPLOYED, (15, 75), 2_800,
               "ROA, Leven lang ontwikkelen in Nederland"),
        Survey("AES", "learning in the last 12 months, persons 25-64", 12, EVERYBODY,
               (25, 65), 3_000, "CBS/Eurostat, Adult Education Survey"),
        Survey("EBB", "learning in the last 4 weeks, persons 25-64", 1, EVERYBODY, (25, 65),
               60_000, "CBS, Enquete Beroepsbevolking"),
    )
}  # fmt: skip

Worker = Mapping[str, NDArray[Any]]


def learned_since(worker: Worker, first: int, stream: str = "any") -> NDArray[np.bool_]:
    """Who learned in month `first` or later, by any stream, or `self` or `job` alone."""
    if stream == "self":
        return np.asarray(worker["last_self"] >= first)
    if stream == "job":
        return np.asarray(worker["last_job"] >= first)
    return np.asarray((worker["last_self"] >= first) | (worker["last_job"] >= first))


def says_yes(rows: int, seed: int, probe: float) -> NDArray[np.bool_]:
    """Who would say yes to the AES without having followed a course: lasting, by row."""
    from simulator import draws  # loads numba, which reading a scenario must not

    return np.asarray(draws.uniforms(seed, np.arange(rows), 0, "survey.AES") < probe)


def answers(worker: Worker, survey: Survey, t: int, probed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Everybody's answer at the end of month t; `probed` says who says yes to the AES anyway."""
    yes = learned_since(worker, t - survey.months + 1)
    return yes | probed if survey.name == "AES" else yes


def sampled(share: float, respondents: int, seed: int, name: str) -> tuple[float, float]:
    """The share as a survey of that size would print it, and its standard error.

    The design effect of weighting is not modelled; the sample is simple random.
    """
    from simulator import draws  # as above

    luck = np.random.Generator(np.random.Philox(key=draws.replicate(seed, draws.address(name)[0])))
    drawn = luck.binomial(respondents, share) / respondents
    return float(drawn), float(np.sqrt(share * (1 - share) / respondents))
