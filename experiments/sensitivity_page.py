"""The page docs/sensitivity.md and the ranks of assumptions, from the indices that come with the
simulator: those of our own study, made by `llo sobol sobol`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr

from calibration.files import read_netcdf
from experiments.analysis.bootstrap import Interval
from experiments.markdown import table
from experiments.sweeps import factors
from experiments.sweeps.outcomes import OUTCOMES

_GROWTH = """
![Total indices by the number of base samples](sensitivity-growth.png)

*{drawn}: the same from ever more of the base samples: whether they have settled.*
"""
FILE = Path(__file__).parent / "sobol.nc"
SHOWN = 5  # factors of an outcome
DRAWN = "leerrekening"  # in the pictures of the page: the variant that does most
_HEAD = """\
# Which assumptions decide

Made by `make pages` from `experiments/sobol.nc`; do not edit it here. Those are the indices of the
study `sobol`: {factors} assumptions of behaviour E8, varied over their priors, in {runs:,} runs of
{persons:,} persons with the variants {variants}; participation and the need for courses
are met again in every run. `llo sobol sobol` makes them anew. The study ended thus: {end}.

An index is a share of an outcome's variance: what a factor makes alone (first order), or has a part
in (total); with 95% bootstrap intervals over {base} base samples. All runs have the same luck, so
that an index is of this one population: where an outcome is small, as that of a variant that adds
a few tenths of a point, the roughness of a small population is in it too, and total indices add up
to much more than one. Intervals that are wide say little more than which factors lead.

![Total and first-order indices](sensitivity.png)

*{drawn}: the leading factors of each outcome.*

![Total indices year by year](sensitivity-years.png)

*{drawn}: the same by calendar year.*
{growth}
By their mean total index over all outcomes and variants:

{order}
"""


@cache
def known() -> xr.Dataset | None:
    """The indices that come with the simulator; None where there are none."""
    return read_netcdf(FILE, "make it with llo sobol sobol") if FILE.is_file() else None


def ranks() -> dict[str, int]:
    """The place of each parameter by its mean total index over all outcomes and variants.

    Parameters that moved together have the place of their group.
    """
    data = known()
    if data is None:
        return {}
    mean = data["total_value"].mean(["outcome", "variant"], skipna=True)
    order = mean["factor"].values[np.argsort(-mean.values, kind="stable")]
    of: dict[str, list[str]] = json.loads(data.attrs["factors"])
    return {name: k + 1 for k, label in enumerate(order) for name in of[str(label)]}


def page() -> str:
    """The page in Markdown; ValueError where there are no indices."""
    data = known()
    if data is None:
        raise ValueError(f"{FILE}: no such file; make it with llo sobol sobol")
    of: dict[str, list[str]] = json.loads(data.attrs["factors"])
    mean = data["total_value"].mean(["outcome", "variant"], skipna=True)
    order = data["factor"].values[np.argsort(-mean.values, kind="stable")]
    named = [f"{k + 1}. {_named(str(label), of)}" for k, label in enumerate(order)]
    variants = [str(v) for v in data["variant"].values]
    text = _HEAD.format(
        factors=data.sizes["factor"], runs=data.attrs["runs"], persons=data.attrs["persons"],
        variants=", ".join(variants), base=data.attrs["base"], end=data.attrs["end"],
        drawn=DRAWN,
        growth=_GROWTH.format(drawn=DRAWN) if "base_samples" in data.coords else "",
        order="\n".join(named),
    )  # fmt: skip
    blocks = [_block(data, variant) for variant in variants]
    return text + "\n" + "\n".join(blocks)


def pictures(folder: Path) -> None:
    """Draw the pictures of the page into a folder; ValueError where there are no indices."""
    from experiments import picture
    from experiments.analysis import sensitivity_picture as drawn

    data = known()
    if data is None:
        raise ValueError(f"{FILE}: no such file; make it with llo sobol sobol")
    one = data.sel(variant=DRAWN)
    labels = [factors.meaning(str(label)) for label in data["factor"].values]
    named = [OUTCOMES[str(name)].long_name for name in data["outcome"].values]
    title, base = f"{DRAWN}: total indices", int(data.attrs["base"])
    made = {
        "sensitivity": drawn.bars(
            _interval(one, "first"), _interval(one, "total"), labels, named,
            title=f"{DRAWN}: {base} base samples, 95% intervals",
        ),
        "sensitivity-years": drawn.over_years(
            list(map(int, data["year"].values)), _interval(one, "yearly_total"), labels, named,
            title=f"{title} year by year",
        ),
    }  # fmt: skip
    if "base_samples" in data.coords:
        grown = _interval(one, "growth_total")
        sizes = list(map(int, data["base_samples"].values))
        each = [Interval(*(part[..., k] for part in (grown.value, grown.low, grown.high)))
                for k in range(len(sizes))]  # fmt: skip
        made["sensitivity-growth"] = drawn.convergence(
            sizes, each, labels, named, title=f"{title} by the number of base samples"
        )
    for name, figure in made.items():
        picture.save(figure, folder / f"{name}.png")


def _interval(data: xr.Dataset, name: str) -> Interval:
    return Interval(*(data[f"{name}_{part}"].values for part in ("value", "low", "high")))


def _named(label: str, of: dict[str, list[str]]) -> str:
    names = of[label]
    if names == [label]:
        return factors.meaning(label)
    return f"{label} ({', '.join(names)})"


def _block(data: xr.Dataset, variant: str) -> str:
    """A variant's table: an outcome a row, the leading factors with their total indices."""
    rows = []
    for name in (str(o) for o in data["outcome"].values):
        one = data.sel(variant=variant, outcome=name)
        total = one["total_value"].values
        outcome = OUTCOMES[name]
        if not np.isfinite(total).any():
            rows.append((outcome.long_name, outcome.unit, "no variance"))
            continue
        told = []
        for k in np.argsort(-np.nan_to_num(total), kind="stable")[:SHOWN]:
            low, high = (float(one[f"total_{end}"].values[k]) for end in ("low", "high"))
            places = 2 if high - low < 0.2 else 1
            told.append(f"{data['factor'].values[k]} {total[k]:.{places}f} "
                        f"[{low:.{places}f}, {high:.{places}f}]")  # fmt: skip
        rows.append((outcome.long_name, outcome.unit, "; ".join(told)))
    heads = ("outcome", "unit", "leading factors: total index [95%]")
    return "\n".join([f"## {variant}", "", *table(heads, rows)]) + "\n"
