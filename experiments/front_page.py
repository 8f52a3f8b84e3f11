"""What `llo decide --front` prints and writes: settings of an instrument, by cost and reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from experiments.analysis.decisions import told_once
from experiments.decision_page import percent
from experiments.estimates import Estimate, shown
from experiments.markdown import table

if TYPE_CHECKING:
    import xarray as xr

Row = tuple[str, ...]
AXES = ("cost", "reach")
TEXT = 2  # columns of words
_HEAD = """\
# What money buys: settings of an instrument

Made by `llo decide {store} --front --out {name}`; do not edit it here. The study: {title}.
{draws} draws, each a world that may be; in each all settings are lived by the same people with the
same luck. A setting is on the front of a draw when no other costs less and reaches more there.
"""


def heads(settings: xr.Dataset) -> Row:
    """The heads of the table of a variant."""
    labels = (str(settings.attrs[f"{axis}_label"]) for axis in AXES)
    return ("", "setting", *labels, "on the front, % of draws")


def rows(settings: xr.Dataset) -> list[Row]:
    """Settings in order of cost, with the numbers that they have in the picture: medians with the
    90% band; those with the same results stand together, an asterisk marks the front of medians.
    """
    told, found = told_once(settings), []
    for k, name in enumerate(map(str, told["variant"].values)):
        row = told.isel(variant=k)
        bands = (
            Estimate(*(float(row[f"{axis}{end}"]) for end in ("", "_low", "_high")), of_lives=True)
            for axis in AXES
        )
        mark = " *" if float(row["front"]) == 1 else ""
        found.append((str(k + 1), name + mark, *(shown(band, 1) for band in bands), percent(row)))
    return found


def page(
    found: Mapping[str, xr.Dataset], title: str, store: str, name: str, pictures: Sequence[str]
) -> str:
    """The page in Markdown; a variant has a table and a picture."""
    draws = next(iter(found.values())).attrs["draws"]
    lines = [_HEAD.format(title=title, draws=draws, store=store, name=name)]
    for (variant, settings), picture in zip(found.items(), pictures, strict=True):
        lines += [f"## {variant}", "", f"![Cost and reach of settings of the {variant}]({picture})",
                  "", *table(heads(settings), rows(settings), TEXT), "",
                  "\\* on the front of the medians.", ""]  # fmt: skip
    return "\n".join(lines)
