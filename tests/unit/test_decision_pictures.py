"""Pictures of a decision: written whole, with what they should tell in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments.analysis.boxes import Box, Restriction
from experiments.analysis.decision_picture import draw, front, limits, regrets
from experiments.analysis.decisions import pareto, rankings
from experiments.analysis.intervals import generator, share
from experiments.analysis.values import weighted
from experiments.analysis.weights import Ministry, Outcome, Weights
from experiments.picture import COLOURS, plt

VARIANTS = ["null", "voucher", "leerrecht"]


def runs(centre: list[float], names: list[str] = VARIANTS) -> xr.DataArray:
    values = np.array(centre) + generator(6).normal(size=(40, len(names)))
    return xr.DataArray(values, {"variant": names}, ("draw", "variant"))


def weighed() -> xr.Dataset:
    outcomes = (Outcome("gain", "gain", "points", "more", "range"),
                Outcome("cost", "cost", "mln EUR", "less", "range"))  # fmt: skip
    ministries = (Ministry("SZW", "SZW", {"gain": 0.8, "cost": 0.2}, "A", "assumption"),
                  Ministry("Financiën", "F", {"cost": 1.0}, "A", "assumption"))  # fmt: skip
    data = xr.Dataset({"gain": runs([0, 3, 5]), "cost": runs([0, 10, 20])})
    return weighted(data, Weights(outcomes, ministries))


def settings() -> xr.Dataset:
    names = ["voucher 250", "voucher 500", "leerrecht 250"]
    return pareto(runs([10, 20, 30], names), runs([1, 5, 3], names)).assign_attrs(
        cost_label="cost, mln EUR"
    )


def box() -> Box:
    pay = Restriction("pay", "willingness to pay", "EUR", None, 410.0, (0.0, 1000.0), 0.001)
    rule = Restriction("rule", "who is served first", "", None, None, (0.0, 1.0), 0.001,
                       ("by need",), ("by need", "by lot"))  # fmt: skip
    return Box((pay, rule), share(83, 100), share(83, 117), 0.5, share(37, 50), share(30, 50), 0.75)


def texts(ax: plt.Axes) -> str:
    found = [t.get_text() for t in ax.texts] + [t.get_text() for t in ax.get_yticklabels()]
    return " | ".join([*found, ax.get_title(), ax.get_xlabel()])


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_all_panels_are_written_whole(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"decision.{suffix}"
    order = rankings(runs([0, 3, 5]), "more", [5, 40])
    draw(path, weighed=weighed(), settings=settings(), order=order,
         box=box(), variant="leerrecht", outcome="62% in 2030")  # fmt: skip
    assert path.stat().st_size > 10_000
    assert list(tmp_path.iterdir()) == [path]
    assert not plt.get_fignums()


def test_one_panel_may_be_all(tmp_path: Path) -> None:
    draw(tmp_path / "one.png", order=rankings(runs([0, 3, 5]), "more", [5, 40]))
    with pytest.raises(ValueError, match="nothing to draw"):
        draw(tmp_path / "none.png")


def test_a_variant_has_its_own_colour_and_its_regret_its_own_height() -> None:
    figure, ax = plt.subplots()
    table = weighed()
    regrets(ax, table)
    marks = {c.get_label(): c.lines[0] for c in ax.containers}
    for name in VARIANTS:
        assert marks[name].get_color() == COLOURS[name]
        assert marks[name].get_ydata() == pytest.approx(table["regret"].sel(variant=name).values)
    plt.close(figure)


def test_the_front_is_named_with_its_certainty() -> None:
    figure, ax = plt.subplots()
    front(ax, settings())
    told = texts(ax)
    keys = [text.get_text() for text in ax.get_legend().get_texts()]
    assert keys[:2] == ["1  voucher 250  100%", "2  voucher 500  100%"]
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3"]
    assert "cost, mln EUR" in told
    plt.close(figure)


def test_names_of_settings_stand_beside_the_front_and_not_over_it() -> None:
    names = [f"leerrekening.deposit={d} leerrekening.ceiling={c}" for d in (250, 500, 1000)
             for c in (1000, 3000)]  # fmt: skip
    cost, reach = runs(list(range(100, 700, 100)), names), runs([1, 2, 3, 4, 5, 6], names)
    figure, ax = plt.subplots(figsize=(10, 4.6), constrained_layout=True)
    front(ax, pareto(cost, reach))
    figure.draw_without_rendering()
    room, legend = ax.get_window_extent(), ax.get_legend().get_window_extent()
    assert legend.x0 >= room.x1
    assert legend.x1 <= figure.bbox.x1
    for text in ax.texts:
        assert len(text.get_text()) == 1
    plt.close(figure)


def test_a_box_shows_its_limits_and_choices() -> None:
    figure, ax = plt.subplots()
    limits(ax, box(), "leerrecht", "62% in 2030")
    told = texts(ax)
    for part in ("EUR 410", "EUR 1,000", "by need", "by lot", "83% [76, 88]", "62% in 2030"):
        assert part in told, part
    plt.close(figure)
