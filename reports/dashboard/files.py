"""What is downloaded: data, tables, figures and scenarios, made when they are asked for."""

from __future__ import annotations

import csv
import io
import math
import tempfile
import textwrap
import zipfile
from collections.abc import Iterable
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from calibration.files import write_netcdf
from reports.language import Language
from reports.parts import Figure90, Number, Picture, Table

DPI = 200


def table_csv(given: Iterable[Table], lang: Language) -> io.StringIO:
    """Tables as one CSV: a line a figure, unrounded, with its band and the class that drives it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("table", "row", "label", "column", "value", "low", "high", "driven_by"))
    for table in given:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=False):
                label = lang.say(row.label)
                if isinstance(cell, Figure90):
                    e = cell.estimate
                    found = ("", "", "") if e is None else (e.middle, e.low, e.high)
                    told = [_finite(x) for x in found]
                    rows.writerow((table.key, row.key, label, column, *told, cell.light))
                else:
                    value = cell.value if isinstance(cell, Number) else lang.say(cell)
                    rows.writerow((table.key, row.key, label, column, value, "", "", ""))
    text.seek(0)
    return text


def _finite(value: float | str) -> float | str:
    return value if isinstance(value, str) or math.isfinite(value) else str(value)


def netcdf(data: xr.Dataset) -> io.BytesIO:
    """A Dataset as a netCDF file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.nc"
        write_netcdf(data, path)
        return io.BytesIO(path.read_bytes())


def drawings(pictures: Iterable[Picture], lang: Language, kind: str) -> io.BytesIO:
    """Every panel as an SVG or PNG with its title and its source, in one zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for picture in pictures:
            for k, panel in enumerate(picture.panels):
                drawn = io.BytesIO()
                figure = _entitled(panel.draw(lang), lang.say(panel.title),
                                   lang.say(picture.source))  # fmt: skip
                figure.savefig(drawn, format=kind, dpi=DPI, bbox_inches="tight", facecolor="white")
                archive.writestr(f"{picture.key}-{k + 1}.{kind}", drawn.getvalue())
    content.seek(0)
    return content


def _entitled(figure: Figure, title: str, source: str) -> Figure:
    """The figure with its title above and its source below all that is drawn."""
    figure.draw_without_rendering()  # lays it out
    figure.set_layout_engine("none")
    box, tall = figure.get_tightbbox(), figure.get_figheight()
    above, below = max(1.0, box.y1 / tall) + 0.02, min(0.0, box.y0 / tall) - 0.03
    figure.text(0.02, above, textwrap.fill(title, 58), fontsize=9.5, va="bottom")
    figure.text(0.02, below, textwrap.fill(source, 84), fontsize=6.5, va="top")
    return figure


def pictures_of(given: Iterable[object]) -> list[Picture]:
    """The pictures among blocks."""
    return [block for block in given if isinstance(block, Picture)]


def tables_of(given: Iterable[object]) -> list[Table]:
    """The tables among blocks, those behind pictures too."""
    found = []
    for block in given:
        one = block.table if isinstance(block, Picture) else block
        if isinstance(one, Table):
            found.append(one)
    return found
