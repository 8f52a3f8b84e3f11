"""The section on when a variant fails: which thresholds it meets, and where it does not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from experiments.analysis.boxes import GRAIN, Box, Restriction
from experiments.estimates import Estimate
from experiments.sweeps import factors
from experiments.sweeps.verdicts import Failure, Verdict
from reports import names
from reports.parts import (
    Block,
    Bullets,
    Figure90,
    Listed,
    Missing,
    Number,
    Plain,
    Row,
    Said,
    Table,
    Value,
    _,
)


def blocks(found: Verdict, source: Said) -> tuple[Block, ...]:
    """Thresholds by variant, then when each is missed."""
    if found.satisfied is None:
        return (Missing(_("The study keeps nothing that a threshold is set on."),
                        "llo sweep run decide"),)  # fmt: skip
    table = found.satisfied
    variants = [str(v) for v in table["variant"].values]
    rows = tuple(
        Row(f"threshold-{k}", threshold(str(name)), tuple(
            _share(table.sel(threshold=name, variant=v)) for v in variants))
        for k, name in enumerate(table["threshold"].values)
    )  # fmt: skip
    shown = Table("satisfied", _("Share of the draws that satisfy, %, with 90% intervals"),
                  (_("threshold"), *(names.variant(v) for v in variants)), rows, (source,),
                  tuple(variants))  # fmt: skip
    told = _("Every draw of the study is a world that may be, {draws} in all. A variant fails in a "
             "draw where it misses a threshold. Conditions were sought in the draws, and tried in "
             "draws left out.", draws=Number(found.draws))  # fmt: skip
    return (told, shown, Bullets(tuple(s for f in found.failures for s in sentences(f))))


def threshold(name: str) -> Value:
    """What a threshold is called."""
    return _("all of them together") if name == "all" else names.known(name)


def _share(row: object) -> Figure90:
    values = [100 * float(row[n]) for n in ("share", "low", "high")]  # type: ignore[index]
    good = np.isfinite(values).all()
    return Figure90(Estimate(*values, of_lives=True) if good else None, 0)


def sentences(failure: Failure) -> list[Said]:
    """When a variant misses a threshold, or why nothing can be told of that."""
    found = failure.found
    head = {"variant": names.variant(failure.variant), "name": names.known(failure.threshold.name),
            "draws": Number(found.draws)}  # fmt: skip
    match found.why:
        case "never":
            return [_("The {variant} misses “{name}” in none of {draws} draws.", **head)]
        case "always":
            return [_("The {variant} misses “{name}” in all {draws} draws: no assumption tells "
                      "when.", **head)]  # fmt: skip
        case "few":
            return [_("The {variant} misses “{name}” in {failing} of {draws} draws: too few or too "
                      "many to tell when.", failing=Number(found.failing), **head)]  # fmt: skip
        case "chance":
            return [_("The {variant} misses “{name}” in {failing} of {draws} draws, and no "
                      "assumption tells when.", failing=Number(found.failing), **head)]  # fmt: skip
    return [_boxed(box, head) for box in found.boxes]


def _boxed(box: Box, head: dict[str, Value]) -> Said:
    asked = Listed(tuple(_asked(r) for r in box.restrictions))
    held: Value = Said("")
    if math.isfinite(box.held_density.middle):
        held = _(" In draws left out of the search it does so in {held}%.",
                 held=_percent(box.held_density))  # fmt: skip
    return _(
        "The {variant} misses “{name}” in {density}% of the draws in which {asked}; that is "
        "{coverage}% of all draws in which it does.{held}",
        density=_percent(box.density), coverage=_percent(box.coverage),
        asked=asked, held=held, variant=head["variant"], name=head["name"],
    )  # fmt: skip


def _percent(share: Estimate) -> Figure90:
    """A share with its interval, %."""
    return Figure90(replace(share.times(100), of_lives=True), 0)


def _asked(r: Restriction) -> Said:
    """What a box asks of an assumption."""
    known = factors.known_priors().get(r.factor)
    label: Value = names.known(known.doc) if known else Plain(r.factor)
    if r.choices:
        return _("{label} is {choices}", label=label, choices=Plain(" / ".join(r.choices)))
    if r.low is not None and r.high is not None:
        return _("{label} lies between {low} and {high}", label=label, low=_amount(r, r.low),
                 high=_amount(r, r.high))  # fmt: skip
    if r.high is not None:
        return _("{label} is below {high}", label=label, high=_amount(r, r.high))
    return _("{label} is above {low}", label=label, low=_amount(r, r.low or 0.0))


def _amount(r: Restriction, value: float) -> Value:
    """A limit rounded to what it is known to, with its unit."""
    grain = (r.span[1] - r.span[0]) / GRAIN
    number = Number(value, -math.floor(math.log10(grain)) if grain > 0 else 0)
    if not r.unit or r.unit in ("ratio", "share", "1"):
        return number
    return _("{number} {unit}", number=number, unit=names.known(r.unit))
