"""What a study says stands in the report: indices, failures and regret, in Dutch as well."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from experiments.sweeps import running
from experiments.sweeps.store import Done, Store, write_shard
from experiments.sweeps.study import checked
from experiments.sweeps.writer import writing
from reports import study
from reports.language import language
from reports.parts import Block, Bullets, Missing, Picture, Table

WORLD = """
base = "baseline.toml"
[time]
spin_up_months = 12
[variants]
leerrekening = ["leerrekening"]
"""
STUDY = """
scenario = "world.toml"
persons = 1000
years_before = 1
years_after = 5
[seeds]
first = 1
[design]
kind = "sobol"
draws = 64
intercepts = "kept"
[[factor]]
name = "action.pi"
low = 100.0
high = 900.0
[[factor]]
name = "action.tau"
low = 100.0
high = 900.0
"""


def made(folder: Path) -> Store:
    """A study in which the leerrekening costs 200 u + 200 mln EUR, u from 0 to 1 of action.pi."""
    (folder / "world.toml").write_text(WORLD, encoding="utf-8")
    file = folder / "study.toml"
    file.write_text(STUDY, encoding="utf-8")
    return running.make(checked(STUDY, tomllib.loads(STUDY), file), folder / "store", file)


def fill(store: Store) -> None:
    """Do every run: the closed form instead of a life."""
    layout = store.layout
    mine = layout.variants.index("leerrekening")
    after = np.array([year >= store.meta["introduced"] for year in layout.years])
    with writing(store) as writer:
        for task in list(store.missing()):
            u, v = (store.values(task.first, task.rows).T - 100.0) / 800.0
            numbers = {p.name: np.zeros((task.rows, *p.shape)) for p in layout.parts}
            gain = np.where(after, 0.01 * (2 * u + v)[:, None], 0.0)
            numbers["aes"][:] = 0.6
            numbers["aes"][:, mine] += gain[:, :, None]
            numbers["learners"][:, mine] = 1e5 * gain[:, :, None]
            money = np.where(after, (200e6 * u + 200e6)[:, None], 0.0)
            numbers["cost"][:, mine] = numbers["public"][:, mine] = money
            numbers["deadweight"][:, mine] = money * v[:, None]
            numbers["recipients"][:, mine] = np.where(after, 1e4, 0.0)[None, :, None]
            rows = np.concatenate([n.reshape(task.rows, -1) for n in numbers.values()], axis=1)
            digest = write_shard(store, task.number, rows.astype(np.float32))
            writer.keep(Done(task.number, digest, 0.1, 0.1, ()))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Block, ...], ...]:
    folder = tmp_path_factory.mktemp("study")
    store = made(folder)
    fill(store)
    return study.sections([study.read(folder / "store")])


def test_indices_are_those_of_the_closed_form(said: tuple[tuple[Block, ...], ...]) -> None:
    picture = said[0][-1]
    assert isinstance(picture, Picture)
    rows = {r.key: r.cells for r in picture.table.rows if not r.heading}
    shown = language("nl").say(rows["cost: action.pi"][0])
    middle = float(shown.split(" [")[0].replace(",", "."))
    assert middle == pytest.approx(1.0, abs=0.1)
    gain = float(language("nl").say(rows["participation_60: action.tau"][0]).split(" [")[0]
                 .replace(",", "."))  # fmt: skip
    assert gain == pytest.approx(0.2, abs=0.06)  # variances of 2 u and v
    for panel in picture.panels:
        assert panel.draw(language("nl")).axes[0].lines


def test_a_failure_is_told_in_dutch(said: tuple[tuple[Block, ...], ...]) -> None:
    table, bullets = said[1][1:]
    assert isinstance(table, Table)
    assert isinstance(bullets, Bullets)
    budget = next(r for r in table.rows if "250" in language("nl").say(r.label))
    share = language("nl").say(budget.cells[table.columns.index("leerrekening")])
    assert float(share.split(" [")[0]) == pytest.approx(25, abs=2)
    told = [language("nl").say(p) for p in bullets.points]
    missed = next(t for t in told if "€ 250 miljoen" in t)
    assert missed.startswith("De variant leerrekening haalt ")
    assert "betalingsbereidheid, opleiding als benadering van het inkomen hoger is dan" in missed


def test_regret_is_by_ministry(said: tuple[tuple[Block, ...], ...]) -> None:
    picture = said[2][-1]
    assert isinstance(picture, Picture)
    keys = [r.key for r in picture.table.rows if not r.heading]
    ministries = ("SZW", "OCW", "EZ", "Financiën")
    assert keys == [*(f"regret-{m}" for m in ministries), *(f"best-{m}" for m in ministries),
                    "best-any"]  # fmt: skip
    assert picture.panels[0].draw(language("en")).axes[0].lines


def test_a_study_without_runs_says_so(tmp_path: Path) -> None:
    made(tmp_path)
    for blocks in study.sections([study.read(tmp_path / "store")]):
        assert isinstance(blocks[0], Missing)
        assert blocks[0].command == "llo sweep restart store"
        assert "te weinig berekeningen" in language("nl").say(blocks[0].what)
