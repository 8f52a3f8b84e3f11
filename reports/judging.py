"""The file that `llo criteria --out` writes: measures that ask for variants lived a second time."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.criteria import FILE, KIND, Judged
from experiments.estimates import Estimate
from experiments.lights import Shares
from scenarios.scenario import Scenario

COMMAND = "llo criteria --out out"
_OWN = ("persons", "seeds", "uncertainty")  # of the lives, which may be others

Told = tuple[Estimate | None, Shares | None]


@dataclass(frozen=True)
class Twins:
    """What such a file holds by criterion and measure, for every variant."""

    rows: Mapping[tuple[str, str], Mapping[str, Told]] = field(default_factory=dict)

    def filled(self, judged: Sequence[Judged]) -> list[Judged]:
        """The criteria, where the comparison itself has no figure with that of the file."""
        return [self._filled(one) for one in judged]

    def _filled(self, one: Judged) -> Judged:
        told = self.rows.get((one.criterion.criterion, one.criterion.label))
        if told is None or any(value is not None for value in one.values.values()):
            return one
        return replace(
            one, values={**one.values, **{v: e for v, (e, _) in told.items()}},
            drivers={**one.drivers, **{v: s for v, (_, s) in told.items()}},
        )  # fmt: skip


def read(path: Path, scenario: Scenario) -> Twins:
    """The file; ValueError with one line when it is none, or of another question."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        if found["kind"] != KIND:
            raise ValueError
        rows = {(str(r["criterion"]), str(r["measure"])): _row(r["variants"])
                for r in found["criteria"]}  # fmt: skip
        asked = dict(found["scenario"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"--criteria {path}: not a {FILE} ({type(error).__name__}); make one with: {COMMAND}"
        ) from None
    mine = json.loads(scenario.model_dump_json())
    for key in sorted({*mine, *asked} - {*_OWN}):
        if mine.get(key) != asked.get(key):
            raise ValueError(
                f"--criteria {path}: it is of another scenario: {key} differs from that of the "
                f"results file; make one of the same with: {COMMAND}"
            )
    return Twins(rows)


def _row(variants: Mapping[str, Any]) -> dict[str, Told]:
    return {name: (_estimate(told), told and told.get("drivers"))
            for name, told in variants.items()}  # fmt: skip


def _estimate(told: Mapping[str, Any] | None) -> Estimate | None:
    """The inverse of `experiments.estimates.as_data`."""
    if told is None:
        return None
    of_lives = "median" in told
    low, high, chance = (
        default if told.get(name) is None else float(told[name])
        for name, default in (("low", -math.inf), ("high", math.inf), ("chance", math.nan))
    )
    return Estimate(float(told["median" if of_lives else "mean"]), low, high, chance, of_lives)
