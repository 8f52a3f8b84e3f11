"""The section on personas: people followed under every variant with the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.parts import Block, Missing, _


@dataclass(frozen=True)
class Told:
    """A followed life, as `llo life --json` tells it."""

    name: str


def section(lives: Sequence[Told]) -> tuple[Block, ...]:
    """The lives that were given."""
    return (Missing(_("No followed lives were given with --personas."),
                    "llo life --persona fatima --json > fatima.json"),)  # fmt: skip
