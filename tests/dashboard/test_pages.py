"""The static copy, the study's and the persona's pictures, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from lxml import html

from experiments import life, results
from experiments.life import BEFORE, Event, Life
from reports import life_figures, study_figures
from reports.dashboard import resultsview, saved, server, studying
from reports.dashboard.shared import Asked, Shared, live_scenario
from reports.dashboard.studying import Studied
from reports.language import language
from reports.messages import messages
from reports.parts import Picture, Plain
from reports.study_figures import Axis
from scenarios.scenario import load

NL = language("nl")


@pytest.fixture(scope="module")
def asked(invented: Callable[..., xr.Dataset], tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = tmp_path_factory.mktemp("saved")
    results.write(invented(), folder / "mine.nc")
    scenario = load()
    live = live_scenario(scenario, 1_000, 4)
    return Asked(scenario, live, 4, NL, folder / "mine.nc", None, folder)


@pytest.fixture(scope="module")
def page(asked: Asked) -> str:
    saved.write(asked, asked.out / "page.html")
    return (asked.out / "page.html").read_text(encoding="utf-8")


def test_the_static_page_holds_all_it_needs(page: str) -> None:
    assert len(page.encode()) < 6_000_000
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert not re.search(r"https?://|url\((?!#)", page)
    document = html.document_fromstring(page)
    ids = [e.get("id") for e in document.iter() if e.get("id")]
    assert len(ids) == len(set(ids)) > 100
    for element in document.iter():
        for name in ("aria-labelledby", "aria-describedby"):
            for target in (element.get(name) or "").split():
                assert target in ids, target
    sections = document.xpath("//main/section/@id")
    assert sections == ["view-whatif", "view-results", "view-study", "view-persona"]


def test_the_static_page_is_dutch(page: str) -> None:
    document = html.document_fromstring(page)
    for element in list(document.iter("code", "style", "script")):
        element.drop_tree()
    text = " ".join(document.itertext())
    for message in messages():
        told = NL.catalogue.gettext(message)
        if told != message and len(message) > 12 and "{" not in message and message not in told:
            assert not re.search(rf"(?<!\w){re.escape(message)}(?!\w)", text), message


def test_results_are_shown_by_variant_and_year(asked: Asked) -> None:
    shared = Shared.of(asked)
    data, scenario = shared.opened("mine.nc")
    found = resultsview.chosen(data, scenario, ["leerrecht"], 2029)
    assert found.variants == ("null", "leerrecht")
    assert found.compared.full_years == (2027, 2028, 2029)
    for title, make in resultsview.PARTS.values():
        assert make(found), title
    with pytest.raises(ValueError, match="choose at least one"):
        resultsview.chosen(data, scenario, [], 2029)
    with pytest.raises(ValueError, match=r"there is no such file; there are mine\.nc"):
        shared.opened("../mine.nc")
    shared.drawing.shutdown()


def test_the_shipped_indices_are_drawn_with_their_intervals() -> None:
    study = Studied(None)
    for outcome in study.outcomes:
        blocks = studying.blocks(study, outcome.name, study.variants[0], "high")
        picture = next(b for b in blocks if isinstance(b, Picture))
        figure = picture.panels[0].draw(NL)
        axes = figure.axes[0]
        assert len(axes.collections) == study_figures.LEADING  # a band each
        assert "aandeel van de variantie" in axes.get_ylabel()
    with pytest.raises(ValueError, match="the study does not have these"):
        studying.blocks(study, "../x", study.variants[0], "high")


def test_parallel_coordinates_mark_the_runs_asked_for() -> None:
    y = np.arange(100.0)
    y[3] = np.nan
    marked = studying.marked(y, 0.9, 1.0)
    assert marked.nonzero()[0].tolist() == list(range(90, 100))
    axes = [Axis(Plain("a"), Plain("x"), np.linspace(1, 2, 100)), Axis(Plain("b"), Plain("y"), y)]
    figure = study_figures.parallel(axes, marked, NL)
    others, chosen = figure.axes[0].collections
    assert [len(c.get_segments()) for c in (others, chosen)] == [89, 10]  # one draw is not done
    ends = np.array([s[-1][0] for s in chosen.get_segments()])
    assert ends == pytest.approx((np.arange(90, 100)) / 99)


def test_a_strip_ends_when_the_person_leaves() -> None:
    persona = life.personas()["fatima"]
    months = list(range(4, 12))
    found = Life(persona, {"age": 50}, [Event("null", 6, "2027-03", "starts a course")],
                 {BEFORE: [0, 2, 3], "null": [3, 4, 5, 0, 0, 1, 1, 1]},
                 {BEFORE: [1, 2, 3], "null": months}, 4)  # fmt: skip
    assert life_figures._own(found, "null") == ([2, 3, 4, 5, 6], [2, 3, 3, 4, 5])
    figure = life_figures.strips(found, 2027, NL)
    assert len(figure.axes[0].patches) == 4  # stretches of the same stage


def test_only_this_machine_may_open_the_page_unless_told_otherwise() -> None:
    assert server.warning("localhost", 5006) == ""
    assert server.origins("localhost", 5006) == ["localhost:5006", "127.0.0.1:5006"]
    assert server.origins("10.1.2.3", 80) == ["10.1.2.3:80"]
    wide = server.origins("0.0.0.0", 80)
    assert "*" not in "".join(wide)
    assert "Everybody who can reach 0.0.0.0:80" in server.warning("0.0.0.0", 80)
