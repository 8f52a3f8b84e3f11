"""Criteria that a comparison does not hold are taken from a file of `llo criteria`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xarray as xr

from experiments import criteria
from experiments.estimates import Estimate
from reports import check, content, judging
from reports.parts import Figure90, Table
from scenarios.scenario import Scenario

HALVED = ("Flexibility", "outlay lower a year after its generosity is halved")
SHARES = {"K": 0.1, "X": 0.7, "P": 0.1}


@pytest.fixture
def asked(data: xr.Dataset, tmp_path: Path) -> tuple[xr.Dataset, Scenario, Path]:
    """A comparison, its scenario, and a file of criteria of it in which a halving has a figure."""
    scenario = Scenario.model_validate_json(data.attrs["scenario"])
    rows = criteria.compute(data, scenario, 0)
    told = Estimate(31.0, 20.0, 45.0, 0.5, of_lives=True)
    for row in rows:
        if (row.criterion.criterion, row.criterion.label) == HALVED:
            assert set(row.values.values()) == {None}
            row.values["voucher"], row.drivers["voucher"] = told, SHARES  # type: ignore[index]
    criteria.write(rows, scenario, tmp_path / "criteria.json")
    return data, scenario, tmp_path / "criteria.json"


def test_a_figure_goes_to_the_file_and_back(asked: tuple[xr.Dataset, Scenario, Path]) -> None:
    data, scenario, path = asked
    read = judging.read(path, scenario)
    for row in criteria.compute(data, scenario, 0):
        key = (row.criterion.criterion, row.criterion.label)
        for variant, value in row.values.items():
            if key != HALVED:
                assert str(read.rows[key][variant][0]) == str(value)
    assert read.rows[HALVED]["voucher"] == (Estimate(31.0, 20.0, 45.0, 0.5, True), SHARES)


def test_the_report_has_the_figure_and_asks_for_nothing_more(
    asked: tuple[xr.Dataset, Scenario, Path],
) -> None:
    data, scenario, path = asked
    made = content.report(data, scenario, twins=judging.read(path, scenario))
    table, note = next(s for s in made.sections if s.key == "criteria").blocks
    assert isinstance(table, Table)
    row = next(r for r in table.rows if r.key == ": ".join(HALVED))
    cell = row.cells[table.columns.index("voucher")]
    assert isinstance(cell, Figure90)
    assert (cell.estimate.middle, cell.light) == (31.0, "X")  # type: ignore[union-attr]
    assert row.cells[table.columns.index("leerrecht")] == Figure90(None, 0)
    assert "lives of their own" in note.message  # type: ignore[union-attr]


def test_what_is_no_such_file_or_of_another_scenario_is_refused(
    asked: tuple[xr.Dataset, Scenario, Path], tmp_path: Path
) -> None:
    _, scenario, path = asked
    other = scenario.model_copy(update={"title": "another"})
    with pytest.raises(ValueError, match=r"of another scenario: title differs .*llo criteria"):
        judging.read(path, other)
    lives = scenario.changed(persons=3_000, seeds=4)
    assert judging.read(path, lives).rows
    for text in ("{", "[]", json.dumps({"kind": "llo comparison"})):
        (tmp_path / "b.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"b\.json: not a criteria\.json .*llo criteria --out"):
            judging.read(tmp_path / "b.json", scenario)


def test_a_file_of_another_version_is_as_old_as_it_says(
    asked: tuple[xr.Dataset, Scenario, Path], tmp_path: Path
) -> None:
    data, _, _ = asked
    older = data.drop_vars(["line_came", "line_paid", "line_away"])
    scenario = Scenario.model_validate_json(data.attrs["scenario"])
    made = content.report(older, scenario)
    assert check.NEEDED.keys() <= set(older.data_vars)
    queue = next(s for s in made.sections if s.key == "queue").blocks
    assert queue[-1].command == "llo compare"  # type: ignore[union-attr]
