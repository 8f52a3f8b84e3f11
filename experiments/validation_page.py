"""What `llo validate` prints and writes: figures, predictions, scores, misses included."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from calibration.ensemble import Ensemble
from calibration.summary import effective, rounded
from calibration.validation import COVERS, LeftOut, Scored, coverage

Row = tuple[str, ...]
Table = tuple[str, Row, list[Row]]
HEADS = ("figure", "observed", "predicted", "90% band", "inside", "log score", "CRPS")


def _row(one: Scored, *first: str) -> Row:
    def told(x: float) -> str:
        return rounded(x, one.error)

    log_score = f"{one.log_score:.1f}" if math.isfinite(one.log_score) else "-inf"
    crps = f"{one.crps:.1f}" if math.isfinite(one.crps) else "-"
    return (*first, one.name, told(one.published), told(one.median),
            f"{told(one.low)} to {told(one.high)}", "yes" if one.inside else "no",
            log_score, crps)  # fmt: skip


def tables(checks: Sequence[Scored], left: Sequence[LeftOut]) -> list[Table]:
    """Titles, heads and rows of the tables, in the order in which they are read."""
    found: list[Table] = []
    for shown, title in (
        ("predicted", "Predicted: figures that the fit was not shown"),
        ("fitted", "Fitted: figures that it was shown"),
        ("solved", "Solved: figures that each is made to meet"),
    ):
        rows = [_row(one) for one in checks if one.shown == shown]
        if rows:
            found.append((title, HEADS, rows))
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
persons each, fitted {made} (version {version} of the model, {lives:,} lives).

- **Predicted** is the median of what would be published, the band holds 90% of it: parameters,
  luck, and the figure's own error with its stated discrepancy (breaks, other definitions).
- **Inside** says whether the published figure lies in that band. Of sound bands nine in ten do.
- **Log score** is the log of the predicted density, **CRPS** the continuous ranked probability
  score, both in units of the figure's error: a prediction as sure as the figure itself and right
  has -0.9 and 0.2. Lower log scores and higher CRPS are worse.
- **Left out**: the fit is done again without a series, from the lives that were drawn from the
  prior (the nearest tenth is kept), and predicts it. That is coarser than the fit itself, so that
  its bands are wider. Each parameter set is solved to meet the NEA of 2022 and the need of 2021,
  in all of these: of 2022 it is the other figures that are predicted.

Inside: {predicted} of the figures that were only predicted, {fitted} of those that were fitted,
{without} of those left out with their series.

"""


def page(found: Ensemble, checks: Sequence[Scored], left: Sequence[LeftOut]) -> str:
    """The page in Markdown."""
    by = {shown: [one for one in checks if one.shown == shown] for shown in ("predicted", "fitted")}
    without = [figure for one in left[:-1] for figure in one.figures]
    attrs = found.data.attrs

    def inside(figures: Sequence[Scored]) -> str:
        hits, many = coverage(figures)
        return f"{hits} of {many}"

    head = _HEAD.format(
        size=found.size, worth=effective(found), persons=attrs["persons"], made=attrs["made"],
        version=attrs["model_version"], lives=attrs["evaluations"],
        predicted=inside(by["predicted"]), fitted=inside(by["fitted"]), without=inside(without),
    )  # fmt: skip
    lines = []
    for title, heads, rows in tables(checks, left):
        text = sum(head in ("figure", "series", "left out") for head in heads)
        rule = "|".join("---" if k < text else "--:" for k in range(len(heads)))
        lines += [f"## {title}", "", _line(heads), f"|{rule}|", *map(_line, rows), ""]
    return head + "\n".join(lines)


def _line(cells: Row) -> str:
    return "| " + " | ".join(cells) + " |"


def as_data(checks: Sequence[Scored], left: Sequence[LeftOut]) -> dict[str, Any]:
    """The same as plain data, for --json."""

    def plain(one: Scored) -> dict[str, Any]:
        values = {k: None if isinstance(v, float) and not math.isfinite(v) else v
                  for k, v in vars(one).items()}  # fmt: skip
        return {**values, "inside": one.inside}

    return {
        "band": COVERS,
        "figures": [plain(one) for one in checks],
        "left_out": [{"series": one.series, "lives": one.lives,
                      "figures": [plain(f) for f in one.figures]} for one in left],
    }  # fmt: skip
