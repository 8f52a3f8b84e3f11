"""What a report is made of, as plain data: words that can be said in any language, and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments.estimates import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.language import Language


@dataclass(frozen=True)
class Said:
    """A message of the catalogue, with what stands at its {places}."""

    message: str
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Plain:
    """Words of no language: a name, a hash, a command."""

    text: str


@dataclass(frozen=True)
class Number:
    """A number that is known exactly, or to these decimals; `grouped` False for a year."""

    value: float
    decimals: int = 0
    grouped: bool = True


@dataclass(frozen=True)
class Figure90:
    """An estimate with its 90% band, at most so many decimals, and the class that drives it."""

    estimate: Estimate | None
    decimals: int = 1
    light: str = ""  # K, X, P or nothing


@dataclass(frozen=True)
class Listed:
    """Values one after another: a, b and c."""

    values: tuple[Value, ...]


Value = Said | Plain | Number | Figure90 | Listed


def _(message: str, **fields: Value) -> Said:
    """Mark a message for the catalogue; it is said in a language when the report is written."""
    return Said(message, fields)


@dataclass(frozen=True)
class Row:
    """A line of a table; `heading` opens a block and has no cells."""

    key: str
    label: Value
    cells: tuple[Value | None, ...] = ()
    heading: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a caption; the first of `head` stands above the labels."""

    key: str
    caption: Said
    head: tuple[Value, ...]
    rows: tuple[Row, ...]
    notes: tuple[Said, ...] = ()
    columns: tuple[str, ...] = ()  # keys of the columns, without that of the labels


@dataclass(frozen=True)
class Panel:
    """One drawing: what it shows in a few words, at length for who cannot see it, and how."""

    title: Said
    told: Said
    draw: Callable[[Language], Figure]


@dataclass(frozen=True)
class Picture:
    """Drawings that belong together, the numbers behind them unless these stand beside it, and
    where these come from.
    """

    key: str
    caption: Said
    panels: tuple[Panel, ...]
    table: Table | None
    source: Said


@dataclass(frozen=True)
class Bullets:
    """Points, in order where that matters."""

    points: tuple[Said, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Missing:
    """What is not there, and the command that makes it."""

    what: Said
    command: str


Block = Said | Bullets | Table | Picture | Missing


@dataclass(frozen=True)
class Section:
    """A heading, the step of the Beleidskompas it belongs to, and what stands under it."""

    key: str
    title: Said
    step: Said
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """All of it."""

    title: Said
    subtitle: Said
    sections: tuple[Section, ...]
