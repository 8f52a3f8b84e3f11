"""A box of scenario discovery, and the sentence that tells it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.analysis.intervals import percent
from experiments.estimates import Estimate

GRAIN = 20  # a limit is known to about this part of its factor's range: what one peel takes


@dataclass(frozen=True)
class Restriction:
    """What a box asks of one factor: within limits (None: open), or one of some choices."""

    factor: str
    label: str
    unit: str
    low: float | None
    high: float | None
    span: tuple[float, float]  # of the factor over all draws
    quasi_p: float = math.nan  # the larger of its sides
    choices: tuple[str, ...] = ()
    among: tuple[str, ...] = ()  # all choices that the factor has
    again: float = math.nan  # share of resamples whose box restricts the factor on the same side

    def words(self) -> str:
        """In plain English: willingness to pay is below EUR 410."""
        if self.choices:
            return f"{self.label} is {' or '.join(self.choices)}"
        if self.low is not None and self.high is not None:
            ends = (self.amount(self.low), self.amount(self.high))
            return f"{self.label} lies between {ends[0]} and {ends[1]}"
        if self.high is not None:
            return f"{self.label} is below {self.amount(self.high)}"
        return f"{self.label} is above {self.amount(self.low or 0.0)}"

    def amount(self, value: float) -> str:
        """The limit with its unit, rounded to what it is known to."""
        grain = (self.span[1] - self.span[0]) / GRAIN
        decimals = -math.floor(math.log10(grain)) if grain > 0 else 0
        number = f"{round(value, decimals) + 0.0:,.{max(decimals, 0)}f}"
        if not self.unit:
            return number
        if self.unit == "EUR":
            return f"EUR {number}"
        return f"{number}%" if self.unit == "%" else f"{number} {self.unit}"


@dataclass(frozen=True)
class Box:
    """A part of the space of factors in which a variant fails much more often than elsewhere.

    `density`: of the draws inside, the share that fails; `coverage`: of all draws that fail, the
    share inside; `mass`: of all draws, the share inside. Their intervals take the box as given, and
    so flatter it: it was sought in the same draws. `held_density` and `held_coverage` are those of
    boxes sought in resamples, in the draws that each resample left out.
    """

    restrictions: tuple[Restriction, ...]
    density: Estimate
    coverage: Estimate
    mass: float
    held_density: Estimate
    held_coverage: Estimate
    target: float  # the density that was sought
    after: int = 0  # boxes found before it, whose draws are left out

    @property
    def dense(self) -> bool:
        """Whether it has the density that was sought."""
        return self.density.middle >= self.target


@dataclass(frozen=True)
class Discovery:
    """When a variant fails: boxes, or why there are none.

    `why`: "" where there are boxes; else "never", "always", "few" (too few fail, or too few do not,
    to tell when) or "chance" (the best box does no better than all draws in those left out).
    """

    boxes: tuple[Box, ...]
    draws: int
    failing: int
    failed: int  # runs that failed, their draws left out
    resamples: int = 0
    why: str = ""


def sentence(
    box: Box, variant: str, outcome: str, *, verb: str = "misses", resamples: int = 0
) -> str:
    """What a box says, in plain English.

    "The leerrekening misses 62% in 2030 in 83% [76, 89] of the draws in which willingness to pay is
    below EUR 410; that is 71% [60, 80] of all draws in which it does.", and how well it holds.
    """
    asked = listed([r.words() for r in box.restrictions])
    rest = "other draws" if box.after else "draws"
    told = (
        f"The {variant} {verb} {outcome} in {percent(box.density)} of the {rest} in which {asked}; "
        f"that is {percent(box.coverage)} of all draws in which it does."
    )
    if not box.dense:
        told += f" No box has the {100 * box.target:.0f}% that was sought."
    if math.isfinite(box.held_density.middle):
        told += f" In draws left out of the search it does so in {percent(box.held_density)}."
    if resamples:
        counts = [f"{r.label} in {r.again * resamples:.0f}" for r in box.restrictions]
        told += f" Of {resamples} resamples, these came back: {listed(counts)}."
    return told


def sentences(found: Discovery, variant: str, outcome: str, *, verb: str = "misses") -> list[str]:
    """All that was found of when a variant fails; one line with the reason where nothing was."""
    if reason := why(found, variant, outcome, verb=verb):
        return [reason]
    return [
        sentence(box, variant, outcome, verb=verb, resamples=found.resamples) for box in found.boxes
    ]


def why(found: Discovery, variant: str, outcome: str, *, verb: str = "misses") -> str:
    """Why nothing can be told of when it fails; empty where something can."""
    failing, draws = found.failing, found.draws
    head = f"The {variant} {verb} {outcome} in"
    if found.why == "never":
        return f"{head} none of {draws} draws."
    if found.why == "always":
        return f"{head} all {draws} draws: no factor tells when."
    if found.why == "few":
        few = f"{failing}" if 2 * failing <= draws else f"all but {draws - failing}"
        return f"{head} {few} of {draws} draws: too few to tell when."
    if found.why == "chance":
        return (
            f"{head} {failing} of {draws} draws, and no box of factors tells when: the best one "
            "does no better than all in draws left out of the search."
        )
    return ""


def listed(parts: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
