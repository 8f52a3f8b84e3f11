"""What `llo validate` prints and writes: figures, predictions, scores, misses included."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calibration.ensemble import Ensemble
from calibration.summary import effective, noise, noises, ridges, rounded
from calibration.validation import COVERS, LeftOut, Scored, coverage
from experiments.markdown import table
from experiments.relive import Seen

Row = tuple[str, ...]
Table = tuple[str, Row, list[Row]]
TEXT = ("figure", "series", "left out", "pattern", "ratio")
HEADS = ("figure", "observed", "predicted", "90% band", "inside", "log score", "CRPS")


def _row(one: Scored, *first: str) -> Row:
    def told(x: float) -> str:
        return rounded(x, one.error)

    log_score = f"{one.log_score:.1f}" if math.isfinite(one.log_score) else "-inf"
    crps = f"{one.crps:.1f}" if math.isfinite(one.crps) else "-"
    return (*first, one.name, told(one.published), told(one.median),
            f"{told(one.low)} to {told(one.high)}", "yes" if one.inside else "no",
            log_score, crps)  # fmt: skip


@dataclass(frozen=True)
class Validation:
    """All that the model is held against."""

    checks: Sequence[Scored]  # every figure beside the ensemble
    left: Sequence[LeftOut]  # every series left out in turn
    ahead: LeftOut  # the years from the break on, predicted from those before
    patterns: Sequence[Seen]


def tables(everything: Validation) -> list[Table]:
    """Titles, heads and rows of the tables, in the order in which they are read."""
    found: list[Table] = []
    checks, left, ahead = everything.checks, everything.left, everything.ahead
    for shown, title in (
        ("predicted", "Predicted: figures that the fit was not shown"),
        ("fitted", "Fitted: figures that it was shown"),
        ("solved", "Solved: figures that each is made to meet"),
    ):
        rows = [_row(one) for one in checks if one.shown == shown]
        if rows:
            found.append((title, HEADS, rows))
    found.append(
        (f"{ahead.series}: {ahead.lives} lives", HEADS, [_row(one) for one in ahead.figures])
    )
    found.append(("Patterns", ("pattern", "ratio", "median", "90% band", "above 1"), [
        (p.name, p.ratio, f"{p.median:.2f}", f"{p.low:.2f} to {p.high:.2f}",
         f"{p.held} of {p.lives}") for p in everything.patterns
    ]))  # fmt: skip
    summary = [
        (one.series, f"{coverage(one.figures)[0]} of {coverage(one.figures)[1]}", str(one.lives))
        for one in left if one.figures
    ]  # fmt: skip
    found.append(
        ("Left out in turn: how many of its figures are inside", ("series", "inside", "lives"),
         summary)
    )  # fmt: skip
    rows = [_row(figure, one.series) for one in left for figure in one.figures]
    found.append(("The same, figure by figure", ("left out", *HEADS), rows))
    return found


_HEAD = """\
# Validation

Made by `llo validate --out docs/validation.md`; do not edit it here. The model beside published
figures, misses included. {size} parameter sets worth {worth:.0f} of equal weight, {persons:,}
persons each, fitted {made} (version {version} of the model, {tried:,} lives).

- **Predicted** is the median of what would be published, the band holds 90% of it: parameters,
  luck, and the figure's own error with its stated discrepancy (breaks, other definitions).
- **Inside** says whether the published figure lies in that band. Of sound bands nine in ten do.
- **Log score** is the log of the predicted density, **CRPS** the continuous ranked probability
  score, both in units of the figure's error: a prediction as sure as the figure itself and right
  has -0.9 and 0.2. Lower log scores and higher CRPS are worse.
- **Left out**: the fit is done again without a series, from the lives that were drawn from the
  prior (the nearest tenth is kept), and predicts it. That is coarser than the fit itself, so that
  its bands are wider. Each parameter set is solved to meet the NEA of 2022 and the need of 2021.
- **2022 from the years before**: {lives} parameter sets from the prior that the figures up to 2021
  admit are lived again, solved on the NEA and the need of 2021. The break in the NEA is in the
  error of its figure.
- **Patterns** are what any sound model of adult learning shows, as a ratio above 1, in lives of the
  ensemble with luck of their own.

Inside: {predicted} of the figures that were only predicted, {fitted} of those that were fitted,
{without} of those left out with their series, {ahead} of those of 2022 and 2023 from the years
before. In every life: {held} of {many} patterns.

"""


_NOISE = """\
## Monte Carlo error of a life

How far a figure differs between lives of the same parameters by luck alone, in units of the
figure's own error (its discrepancy included), from {pilot} lives of {persons:,} persons: each is
known to about {known:.0f}%. At most half for {half} of the {many} fitted figures, at most as large
for {whole}. The fit adds this error to the figure's own, so that a noisy figure weighs less and no
parameter follows luck. The last column is how many persons a life would need for a half.

"""
TOLD = 10  # trade-offs in the table
_RIDGES = """\
## Ridges: wanting against being able

Levers of wanting (stages 1 to 2) and of being able (2 to 4) can give the same participation. The
pairs that trade off most in the ensemble, with 90% intervals; of forty pairs, four would leave out
zero by chance alone. Policies that work on wanting and policies that work on being able are
therefore ranked over the whole ensemble, never by one best fit.

![Trade-offs between parameters]({picture})
"""


def page(found: Ensemble, everything: Validation, picture: str) -> str:
    """The page in Markdown."""
    checks, ahead = everything.checks, everything.ahead
    by = {shown: [one for one in checks if one.shown == shown] for shown in ("predicted", "fitted")}
    without = [figure for one in everything.left for figure in one.figures]
    attrs = found.data.attrs

    def inside(figures: Sequence[Scored]) -> str:
        hits, many = coverage(figures)
        return f"{hits} of {many}"

    head = _HEAD.format(
        size=found.size, worth=effective(found), persons=attrs["persons"], made=attrs["made"],
        version=attrs["model_version"], tried=attrs["evaluations"],
        predicted=inside(by["predicted"]), fitted=inside(by["fitted"]), without=inside(without),
        ahead=inside(ahead.figures), lives=ahead.lives,
        held=sum(p.held == p.lives for p in everything.patterns), many=len(everything.patterns),
    )  # fmt: skip
    lines = []
    for title, heads, rows in tables(everything):
        lines += [f"## {title}", "", *table(heads, rows, TEXT), ""]
    told = [
        (ridge.wanting, ridge.able, f"{ridge.correlation:+.2f} ±{1.64 * ridge.error:.2f}")
        for ridge in ridges(found)[:TOLD]
    ]
    lines += [_noise(found), _RIDGES.format(picture=picture),
              *table(("wanting", "being able", "correlation"), told, 2)]  # fmt: skip
    return head + "\n".join(lines) + "\n"


def _noise(found: Ensemble) -> str:
    """How noisy a life is, figure by figure."""
    each, pilot = noise(found), found.data.sizes["pilot"]
    head = _NOISE.format(
        pilot=pilot, persons=found.data.attrs["persons"], many=len(each),
        known=100.0 / math.sqrt(2.0 * max(pilot - 1, 1)),
        half=sum(x <= 0.5 for x in each.values()), whole=sum(x <= 1.0 for x in each.values()),
    )  # fmt: skip
    heads = ("figure", "its error", "of a life, relative", "persons for a half")
    return head + "\n".join([*table(heads, noises(found), 1), ""])


def as_data(everything: Validation) -> dict[str, Any]:
    """The same as plain data, for --json."""

    def plain(one: Scored) -> dict[str, Any]:
        values = {k: None if isinstance(v, float) and not math.isfinite(v) else v
                  for k, v in vars(one).items()}  # fmt: skip
        return {**values, "inside": one.inside}

    return {
        "band": COVERS,
        "figures": [plain(one) for one in everything.checks],
        "left_out": [{"series": one.series, "lives": one.lives,
                      "figures": [plain(f) for f in one.figures]}
                     for one in (*everything.left, everything.ahead)],
        "patterns": [vars(p) for p in everything.patterns],
    }  # fmt: skip
