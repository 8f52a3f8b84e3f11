"""A whole comparison in one call: what `llo compare` and a notebook have in common.

In a script the call stands under `if __name__ == "__main__":`, because it starts processes; in a
notebook it needs no such thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import xarray as xr

from experiments import runner, spin_up, table
from experiments.console import with_progress
from experiments.estimates import of_chance, shown
from experiments.lights import Drivers, letter
from scenarios.scenario import Scenario, load

_RIGHT = ' style="text-align: right; white-space: nowrap"'
_LEFT = ' style="text-align: left"'


@dataclass(frozen=True)
class Compared:
    """Variants that were lived: `data` holds everything, and a notebook shows the table of it."""

    scenario: Scenario
    data: xr.Dataset

    @cached_property
    def drivers(self) -> Drivers:
        """What drives the bands, as far as it can be told."""
        return Drivers(self.data, self.scenario)

    @cached_property
    def lines(self) -> list[table.Line]:
        """The table, a measure a line."""
        return table.compute(self.data, self.drivers)

    def section(self, title: str) -> Section:
        """One section of the table; ValueError with those that there are."""
        titles = list(dict.fromkeys(line.row.section for line in self.lines))
        if title not in titles:
            raise ValueError(f"section {title!r}: there are {', '.join(map(repr, titles))}")
        return Section(title, [line for line in self.lines if line.row.section == title])

    def __repr__(self) -> str:
        lives = runner.lives_of(self.scenario)
        return f"{self.scenario.title}: {', '.join(self.scenario.names())}; {lives} lives"

    def _repr_html_(self) -> str:
        told = " ".join([table.lived(self.data), *table.notes(self.data, self.lines)])
        return (
            f"<p><strong>{escape(self.scenario.title)}</strong></p>\n{_html(self.lines)}\n"
            f"<p>{escape(told)}</p>"
        )


@dataclass(frozen=True)
class Section:
    """A part of the table, for a notebook."""

    title: str
    lines: list[table.Line]

    def __repr__(self) -> str:
        return f"{self.title}: {len(self.lines)} measures"

    def _repr_html_(self) -> str:
        return _html(self.lines)


def _html(lines: list[table.Line]) -> str:
    """Lines as a table in HTML, a heading a section: figure and light, its band under it."""
    variants = list(lines[0].values)
    bands = any(e and e.of_lives for line in lines for e in line.values.values())
    named = [escape(v) for v in variants] + ["chance"] * bands
    heads = "".join(f"<th{_RIGHT}>{name}</th>" for name in named)
    rows, section = [], ""
    for line in lines:
        if line.row.section != section:
            section = line.row.section
            rows.append(f'<tr><th colspan="{2 + len(named)}"{_LEFT}>{escape(section)}</th></tr>')
        cells = [_cell(line, v) for v in variants] + [of_chance(line.values.values())] * bands
        rows.append(
            f"<tr><td{_LEFT}>{_label(line.row.label)}</td><td{_LEFT}>{escape(line.row.unit)}</td>"
            + "".join(f"<td{_RIGHT}>{cell}</td>" for cell in cells) + "</tr>"
        )  # fmt: skip
    return "\n".join([
        "<table>", f"<thead><tr><th></th><th{_LEFT}>unit</th>{heads}</tr></thead>", "<tbody>",
        *rows, "</tbody>", "</table>",
    ])  # fmt: skip


def _label(label: str) -> str:
    part = "&emsp;" if label.startswith(" ") else ""
    return part + escape(label.strip())


def _cell(line: table.Line, variant: str) -> str:
    figure, _, band = shown(line.values[variant], line.row.decimals).partition(" [")
    lit = letter(line.drivers[variant])
    return f"{figure} {lit}".rstrip() + (f"<br>[{band}" if band else "")


def ready(
    scenario: Scenario | Path | str | None = None,
    *,
    persons: int | None = None,
    months: int | None = None,
    seeds: int | None = None,
    members: int | None = None,
) -> Scenario:
    """A scenario as it can be lived: changed, checked with its ensemble, its spin-up found out.

    `scenario` is one that was read, a file, or nothing for the baseline; `months` are lived after
    the introduction, `members` are parameter sets of the ensemble (0: central values alone), and
    `seeds` are lives of each. ValueError or OSError with one line when it cannot be.
    """
    found = scenario if isinstance(scenario, Scenario) else load(scenario)
    found = found.changed(persons=persons, months=months, seeds=seeds, members=members)
    return spin_up.settled(runner.prepared(found))


def lived(scenario: Scenario) -> Compared:
    """The comparison of a scenario that is ready, on all cores, with a bar."""
    data = with_progress(
        "Comparing", runner.months_of(scenario), lambda tell: runner.run(scenario, tell)
    )
    return Compared(scenario, data)


def compare(
    scenario: Scenario | Path | str | None = None,
    *,
    persons: int | None = None,
    months: int | None = None,
    seeds: int | None = None,
    members: int | None = None,
) -> Compared:
    """The same people, with the same luck, under every variant of a scenario; as `ready` has it."""
    return lived(ready(scenario, persons=persons, months=months, seeds=seeds, members=members))
