"""Pictures of indices: what stands in them, and that they can be written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.analysis import sensitivity_picture as picture
from experiments.analysis import sobol
from experiments.picture import save

FACTORS = [f"A long label for factor {i}, in $, about what people do with rights" for i in range(5)]
OUTPUTS = ["Participation", "Outlay", "Constant"]
YEARS = 4


@pytest.fixture(scope="module")
def y() -> np.ndarray:
    """Three outputs by four years of one design, [base, block, outputs, years]; one constant."""
    rows = sobol.saltelli(5, 128, second_order=False, seed=1)
    slopes = np.array([[1.0, 2, 3, 4, 5], [9, 4, 2, 1, 0.5], [0, 0, 0, 0, 0]]).T
    values = (rows @ slopes)[:, :, None] * np.ones(YEARS)
    values[:, 1, 0] = 7.0  # nothing is paid in the first year
    return values.reshape(128, 7, 3, YEARS)


@pytest.fixture(scope="module")
def last(y: np.ndarray) -> list[sobol.Indices]:
    return sobol.growth(y[..., -1], 5, second_order=False, resamples=50, seed=1)


def written(figure: Figure, path: Path) -> bool:
    save(figure, path)
    return path.stat().st_size > 5_000


def test_bars_are_sorted_and_name_every_factor(last: list[sobol.Indices], tmp_path: Path) -> None:
    found = last[-1]
    figure = picture.bars(found.first, found.total, FACTORS, OUTPUTS, shown=4, title="All")
    panels = figure.axes
    assert [ax.get_title() for ax in panels] == OUTPUTS
    lengths = [bar.get_width() for bar in panels[0].patches[:4]]  # type: ignore[attr-defined]
    assert lengths == pytest.approx(np.sort(found.total.value[:, 0])[::-1][:4])
    label = panels[0].get_yticklabels()[0].get_text()
    assert label.replace("\n", " ").replace("\\", "") == FACTORS[4]
    assert panels[0].get_xlim() == panels[1].get_xlim()
    assert panels[0].get_ylim()[0] > panels[0].get_ylim()[1]
    assert [text.get_text() for text in panels[2].texts] == ["no variance, so no indices"]
    assert written(figure, tmp_path / "bars.png")


def test_convergence_follows_the_factors_that_lead_at_the_end(
    last: list[sobol.Indices], tmp_path: Path
) -> None:
    sizes = [found.base for found in last]
    totals = [found.total for found in last]
    figure = picture.convergence(sizes, totals, FACTORS, OUTPUTS, leading=2)
    lines = figure.axes[0].lines
    assert len(lines) == 2
    assert lines[0].get_xdata() == pytest.approx(sizes)
    assert lines[0].get_ydata() == pytest.approx([t.value[4, 0] for t in totals])
    assert written(figure, tmp_path / "convergence.svg")


def test_years_leave_a_gap_where_nothing_varies(y: np.ndarray, tmp_path: Path) -> None:
    flat = y.reshape(128, 7, -1)
    found = sobol.indices(flat, 5, second_order=False, resamples=50, seed=1)
    totals = found.total.shaped(3, YEARS)
    figure = picture.over_years(range(1, YEARS + 1), totals, FACTORS, OUTPUTS, leading=3)
    line = figure.axes[1].lines[0]
    assert np.isnan(line.get_ydata()).tolist() == [True, False, False, False]
    assert line.get_label() == picture._label(FACTORS[0])
    alike = {ln.get_label(): ln.get_color() for ln in figure.axes[0].lines}
    assert all(alike.get(ln.get_label(), ln.get_color()) == ln.get_color()
               for ln in figure.axes[1].lines)  # fmt: skip
    assert written(figure, tmp_path / "years.png")


def test_more_factors_than_colours_have_other_lines() -> None:
    total = sobol.Interval(*(np.arange(9.0)[:, None, None] * np.ones((1, 1, 2)) for _ in "vlh"))
    figure = picture.over_years([1, 2], total, [f"f{i}" for i in range(9)], ["one"], leading=9)
    looks = {(ln.get_color(), ln.get_linestyle()) for ln in figure.axes[0].lines}
    assert len(looks) == 9


def test_outputs_without_variance_alone_still_have_a_picture(tmp_path: Path) -> None:
    none = sobol.Interval(*(np.full((5, 1), np.nan) for _ in "vlh"))
    assert written(picture.bars(none, none, FACTORS, ["Constant"]), tmp_path / "a.png")
    assert written(picture.convergence([64], [none], FACTORS, ["Constant"]), tmp_path / "b.png")
