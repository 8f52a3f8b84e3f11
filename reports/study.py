"""Sections on what a study says: which assumptions decide, when a variant fails, regret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reports.parts import Block, Missing, _

if TYPE_CHECKING:
    from experiments.sweeps.sensitivity import Sensed
    from experiments.sweeps.verdicts import Verdict


@dataclass(frozen=True)
class Study:
    """What a store says: indices if its design gives them, a verdict if enough draws are done."""

    folder: Path
    sensed: Sensed | None
    verdict: Verdict | None


def sections(
    studies: Sequence[Study],
) -> tuple[tuple[Block, ...], tuple[Block, ...], tuple[Block, ...]]:
    """The blocks of the three sections; a study that is not there is named with its command."""
    return (
        (Missing(_("No sensitivity study was given with --sweep."),
                 "llo sobol experiments/studies/sobol.toml"),),
        (Missing(_("No study of a decision was given with --sweep."), "llo sweep run decide"),),
        (Missing(_("No study of a decision was given with --sweep."), "llo sweep run decide"),),
    )  # fmt: skip
