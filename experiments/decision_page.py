"""What `llo decide` prints and writes: tables, notes, and when a variant fails, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.estimates import estimate, shown
from experiments.markdown import table

if TYPE_CHECKING:
    import xarray as xr

    from experiments.sweeps.verdicts import Failure, Verdict

Row = tuple[str, ...]
Table = tuple[str, Row, list[Row]]  # title, heads, rows
TEXT = ("outcome", "unit", "threshold", "ministry")  # heads of columns of words
_HEAD = """\
# A decision under uncertainty

Made by `llo decide {store} --out {name}`; do not edit it here. The study: {title}. {draws} draws,
each a world that may be, in which all variants are lived by the same people with the same luck. The
variants do not cost the same: read the rows on cost with every other.

- **Probability of being best**: in which share of the draws a variant is, with its 95% interval.
- **Regret**: how far a variant is from the best of its draw.
- **Ministries**: outcomes put together with weights. The weights are assumptions
  (`experiments/ministries.toml`); below them stands what holds whatever the weights.
- **Misses**: in which part of the assumptions a variant does not meet a threshold of
  `experiments/thresholds.toml`: sought in some draws, tried in those left out.

![Regret by ministry, rankings by number of draws, and a box of misses]({picture})

"""


def tables(said: Verdict) -> list[Table]:
    """Titles, heads and rows of the tables, in the order in which they are read."""
    variants = [str(v) for v in said.judged[0].values["variant"].values]
    levels, chances, regrets = [], [], []
    for j in said.judged:
        name, unit, places = j.outcome.long_name, j.outcome.unit, j.outcome.decimals
        each = [(j.values.sel(variant=v), j.best.sel(variant=v), j.regret.sel(variant=v))
                for v in variants]  # fmt: skip
        levels.append((name, unit, *(_level(values, places) for values, _, _ in each)))
        chances.append((name, *(percent(best) for _, best, _ in each)))
        regrets.append((name, unit, *(_lost(regret, places) for _, _, regret in each)))
    measured = ("outcome", "unit", *variants)
    found: list[Table] = [
        (f"Outcomes: median and 90% band over {said.draws} draws", measured, levels),
        ("Probability of being best, %", ("outcome", *variants), chances),
        ("Regret: mean (90th percentile; most)", measured, regrets),
    ]
    if said.satisfied is not None:
        share = said.satisfied.rename(share="probability")
        rows = [
            (str(name), *(percent(share.sel(threshold=name, variant=v)) for v in variants))
            for name in share["threshold"].values
        ]
        found.append(("Share of the draws that satisfy, %", ("threshold", *variants), rows))
    found.append(("For a ministry: probability of being best, % (mean regret, 0 to 1)",
                  ("ministry", *variants), _ministries(said, variants)))  # fmt: skip
    return found


def _ministries(said: Verdict, variants: list[str]) -> list[Row]:
    """Best and regret by ministry, and whatever the weights."""
    rows: list[Row] = []
    for name in said.ministries["ministry"].values:
        row, cells = said.ministries.sel(ministry=name), []
        for v in variants:
            one = row.sel(variant=v)
            chance, lost = float(one["probability"]), float(one["regret"])
            cells.append("-" if np.isnan(chance) else f"{100 * chance:.0f} ({lost:.2f})")
        rows.append((str(name), *cells))
    whatever = said.whatever
    known = [str(v) for v in whatever["variant"].values]
    rows.append(("whatever the weights", *(
        percent(whatever.sel(variant=v)) if v in known else "-" for v in variants
    )))  # fmt: skip
    return rows


def notes(said: Verdict) -> list[str]:
    """What must be read with the table of ministries, and whether fewer draws would tell."""
    order = said.order
    half = order.isel(size=int(np.argmin(np.abs(order["size"].values - said.draws / 2))))
    told = (
        f"So few as {int(half['size'])} draws would have named the same best variant on "
        f"{order.attrs.get('outcome', 'the first outcome')} in {100 * float(half['best']):.0f}% of "
        f"samples, and the same ranking in {100 * float(half['ranking']):.0f}%. Weights are "
        "assumptions: experiments/ministries.toml."
    )
    return [*map(str, said.ministries.attrs.get("said", [])), told]


def trees(failure: Failure) -> list[str]:
    """What a tree says of a failure, where boxes were found at all."""
    return failure.by_tree if failure.found.boxes else []


def page(said: Verdict, title: str, store: str, name: str, picture: str) -> str:
    """The page in Markdown."""
    head = _HEAD.format(title=title, draws=said.draws, store=store, name=name, picture=picture)
    lines = []
    for what, heads, rows in tables(said):
        lines += [f"## {what}", "", *table(heads, rows, TEXT), ""]
    lines += [*(f"- {note}" for note in notes(said)), "",
              "## When a variant misses what would satisfy", ""]  # fmt: skip
    for failure in said.failures:
        lines += [f"- {line}" for line in failure.sentences]
        lines += [f"    - by a tree: {line}" for line in trees(failure)]
    return head + "\n".join(lines) + "\n"


def _level(values: xr.DataArray, places: int) -> str:
    numbers = np.asarray(values.values, float)
    numbers = numbers[np.isfinite(numbers)]
    return shown(estimate(numbers, members=numbers.size), places) if numbers.size > 1 else "-"


def percent(row: xr.Dataset) -> str:
    """A probability with its interval, in per cents."""
    share, low, high = (float(row[n]) for n in ("probability", "low", "high"))
    return "-" if np.isnan(share) else f"{100 * share:.0f} [{100 * low:.0f}, {100 * high:.0f}]"


def _lost(row: xr.Dataset, places: int) -> str:
    mean, p90, most = (float(row[n]) for n in ("mean", "p90", "maximum"))
    if np.isnan(mean):
        return "-"
    return f"{mean:,.{places}f} ({p90:,.{places}f}; {most:,.{places}f})"
