"""What the page says is what `llo compare` says; what is pinned is compared life by life."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments import results, table
from experiments.lights import Drivers, light
from reports import check
from reports.dashboard import answer, files, levers
from reports.dashboard.answer import Answer
from reports.language import language
from reports.measures import Comparison, between
from reports.parts import Figure90, Table

NL = language("nl")


def test_the_table_is_that_of_llo_compare(answered: Answer) -> None:
    shown = answer.comparison(answered)
    lines = {x.key: x for x in table.compute(answered.data, Drivers(answered.data, answered.base))}
    assert [row.key for row in shown.rows] == list(answer.SHOWN)
    for row in shown.rows:
        for variant, cell in zip(shown.columns, row.cells, strict=True):
            assert isinstance(cell, Figure90)
            assert cell.estimate == lines[row.key].values[variant]
            assert cell.light == (light(lines[row.key].drivers[variant]) or "") or not cell.estimate


def test_some_rows_alone_are_as_in_the_whole_table(answered: Answer) -> None:
    whole = {line.key: line.values for line in table.compute(answered.data)}
    some = table.compute(answered.data, keys=["everybody", "additional"])
    assert [line.key for line in some] == ["additional", "everybody"]  # the table's own order
    assert all(line.values == whole[line.key] for line in some)


def test_years_that_are_shown_are_those_asked_for(answered: Answer) -> None:
    some = between(answered.data, 2029, 2030)
    found = Comparison.of(some)
    assert found.full_years == (2029, 2030)
    assert found.introduced == 2027
    assert found.calendar.tolist() == [2029.25 + k / 4 for k in range(8)]
    assert found.months.tolist() == list(range(24, 48))
    assert between(answered.data, 2027, 2031).identical(answered.data)
    before = between(answered.data, 2027, 2028)["time"].values
    assert before[0] < 0  # what came before the introduction stays
    for first, last in ((2026, 2030), (2030, 2029), (2028, 2032)):
        with pytest.raises(ValueError, match="the comparison goes from 2027 to 2031"):
            between(answered.data, first, last)


def test_what_is_pinned_is_compared_in_the_same_lives(answered: Answer, other: Answer) -> None:
    found = answer.beside(other, answered)
    assert isinstance(found, Table)
    assert found.columns == ("voucher-pinned", "voucher-difference")  # the others are the same
    key = "extra learners a year (any course)"
    row = dict(table.keyed())[key]
    each = []
    for one in (answered, other):
        data = Comparison.of(one.data).data.assign_attrs(introduced=2027)
        each.append(row.measure(data.sel(variant="voucher"), data.sel(variant="null")))
    cells = next(r for r in found.rows if r.key == key).cells
    assert isinstance(cells[1], Figure90)
    assert cells[1].estimate is not None
    difference = each[1] - each[0]
    assert cells[1].estimate.middle == pytest.approx(np.median(difference))
    assert cells[1].estimate.low > 0


def test_the_same_pinned_says_so_and_other_years_are_refused(answered: Answer) -> None:
    told = NL.say(answer.beside(answered, answered))  # type: ignore[arg-type]
    assert told == "De huidige instelling geeft hetzelfde als wat is vastgezet."
    early, late = (
        replace(answered, setting={**answered.setting, levers.FIRST: a, levers.LAST: b})
        for a, b in ((2027, 2028), (2030, 2031))
    )
    told = NL.say(answer.beside(early, late))  # type: ignore[arg-type]
    assert told.endswith("geen jaar gemeen.")


def test_a_setting_is_told_in_words(answered: Answer, other: Answer) -> None:
    assert NL.say(answer.settings(answered)) == "Instelling: zoals in het scenario."
    told = NL.say(answer.settings(other))
    assert told == "Instelling: voucher: landelijk budget per jaar 300 mln euro."


def test_tables_are_downloaded_unrounded(answered: Answer) -> None:
    shown = answer.comparison(answered)
    rows = list(csv.DictReader(io.StringIO(files.table_csv([shown], NL).read())))
    assert len(rows) == len(answer.SHOWN) * 5
    one = next(r for r in rows if r["row"] == "everybody" and r["column"] == "voucher")
    cell = next(r for r in shown.rows if r.key == "everybody").cells[1]
    assert isinstance(cell, Figure90)
    assert cell.estimate is not None
    assert [float(one[k]) for k in ("value", "low", "high")] == [
        cell.estimate.middle, cell.estimate.low, cell.estimate.high,
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_figures_are_downloaded_with_their_source(
    answered: Answer, other: Answer, kind: str, begins: bytes
) -> None:
    pictures = answer.pictures(other, answered)
    with zipfile.ZipFile(files.drawings(pictures, NL, kind)) as archive:
        names = archive.namelist()
        assert names == [f"{p.key}-1.{kind}" for p in pictures]
        for name in names:
            assert archive.read(name).startswith(begins)
    figure = files._entitled(pictures[0].panels[0].draw(NL), "titel", "Bron: x")
    texts = {t.get_text(): t.get_window_extent() for t in figure.texts}
    legend = figure.legends[0].get_window_extent()
    assert texts["Bron: x"].y1 < legend.y0  # below all that is drawn
    assert any("vastgezet" in t.get_text() for t in figure.legends[0].get_texts())


def test_data_are_downloaded_as_a_results_file(answered: Answer, tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    data = results.describe(answered.data.copy(), answered.scenario)
    path.write_bytes(files.netcdf(data).read())
    again, scenario = check.opened(path)
    assert again["aes"].equals(answered.data["aes"])
    assert scenario.names() == answered.scenario.names()
