"""Dated series: lines between mid-years, projections after what was published, and refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import world
from scenarios.scenario import FOLDER
from simulator import dated
from simulator.calendar import Calendar
from simulator.dated import PROJECTIONS, Dated, Series, read
from simulator.labour_market import outlook
from simulator.labour_market.workforce import AGE_SERIES, CONTRACT_SERIES, EDUCATION_SERIES

MARGINS, YEARS = FOLDER / "margins" / "nl-2022.toml", FOLDER / "margins" / "nl-years.toml"
JOBS = {
    "name": '"jobs"',
    "unit": '"persons"',
    "source": '"a table"',
    "verification": '"R"',
    "note": '"none"',
    "published": "{ 2010 = 100, 2012 = 120, 2013 = 90 }",
    "projected.low": "{ 2020 = 20 }",
    "projected.high": "{ 2015 = 110, 2020 = 200 }",
}
COVID = {"source": '"a timeline"', "verification": '"D"', "note": '"none"'}


def table(head: str, entries: dict[str, str]) -> str:
    return "\n".join([head, *(f"{key} = {value}" for key, value in entries.items() if value), ""])


def jobs(**changes: str) -> str:
    """One series as TOML; `_` in a name stands for a dot, an empty value leaves the key out."""
    return table("[[series]]", JOBS | {k.replace("_", "."): v for k, v in changes.items()})


def covid(months: str = '{ "2020-03" = 0.5 }', **changes: str) -> str:
    return table("[covid]", COVID | {"months": months} | changes)


EVEN = ", ".join(["[0.5, 0.5, 0, 0, 0, 0]"] * 6)
LEVELS = {
    "source": '"a guess"',
    "verification": '"A"',
    "note": '"none"',
    "ages": "[15, 30]",
    "entering": "[[1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]]",
    "leaving": f"[{EVEN}]",
}


def levels(**changes: str) -> str:
    return table("[levels]", LEVELS | changes)


def written(folder: Path, text: str) -> Path:
    """A file with that text, and with levels if it has none."""
    path = folder / "years.toml"
    rest = "" if "levels" in text else levels()
    path.write_text(f"{text}\n{rest}", encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(ValueError, match=r"years\.toml") as error:
        read(written(folder, text))
    line = str(error.value)
    assert "\n" not in line
    return line


@pytest.fixture
def series(tmp_path: Path) -> Series:
    return read(written(tmp_path, jobs())).series["jobs"]


@pytest.mark.parametrize(
    ("when", "value"),
    [
        (2010.0, 100.0),  # before the middle of the first year there is nothing to draw a line to
        (2010.5, 100.0),
        (2011.5, 110.0),
        (2012.0, 115.0),
        (2012.5, 120.0),
        (2013.0, 105.0),
        (2013.5, 90.0),
        (2014.0, 90.0),
        (2100.0, 90.0),
    ],
)
def test_a_line_is_drawn_between_mid_years_and_the_last_value_stays(
    series: Series, when: float, value: float
) -> None:
    # Values of a straight line: exact but for the last digit of floating point.
    assert series.at(when) == pytest.approx(value, rel=1e-12)


def test_a_projection_goes_on_from_the_last_published_year(series: Series) -> None:
    assert series.at(2017.0, "low") == pytest.approx(55.0, rel=1e-12)  # half-way from 90 to 20
    assert series.at(2014.5, "high") == pytest.approx(100.0, rel=1e-12)
    assert series.at(2018.0, "high") == pytest.approx(155.0, rel=1e-12)
    assert (series.at(2030.0, "low"), series.at(2030.0, "high")) == (20.0, 200.0)
    assert series.at(2030.0, "central") == 90.0  # none was given: what was published last stays


@given(when=st.floats(2010.0, 2013.5))
def test_projections_apply_only_after_the_published_years(when: float) -> None:
    published = {2010: 100.0, 2012: 120.0, 2013: 90.0}
    projected = {"low": {2014: 0.0}, "high": {2020: 200.0}}
    made = Series("jobs", "persons", "a table", "R", "none", published, projected)
    assert len({made.at(when, name) for name in PROJECTIONS}) == 1


def test_a_moment_before_the_first_year_is_refused_with_the_remedy(series: Series) -> None:
    assert (series.first, series.last) == (2010, 2013)
    remedy = "starts in 2010, wanted 2009: start the run later, or add years to the series"
    with pytest.raises(ValueError, match=remedy):
        series.at(2009.99)


def test_covid_is_read_by_month(tmp_path: Path) -> None:
    found = read(written(tmp_path, jobs() + covid('{ "2020-03" = 0.5, "2021-12" = 1 }')))
    assert found.covid == {(2020, 3): 0.5, (2021, 12): 1.0}
    assert read(written(tmp_path, jobs())).covid == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": ""}, "source = None: give a text"),
        ({"source": '""'}, "source = '': give a text"),
        ({"note": "3"}, "note = 3: give a text"),
        ({"name": ""}, "name = None: give a text"),
        ({"verification": '"X"'}, "verification = 'X': one of S, R, D, B, A"),
        ({"published": "{ 2010 = -1 }"}, "published.2010 = -1: give a number of 0 or more"),
        ({"published": '{ 2010 = "many" }'}, "published.2010 = 'many': give a number"),
        ({"published": "{ 2010 = true }"}, "published.2010 = True: give a number"),
        ({"published": "{ 2010 = nan }"}, "published.2010 = nan: give a number"),
        ({"published": "{ 2010 = inf }"}, "published.2010 = inf: give a number"),
        ({"published": f"{{ 2010 = 1{'0' * 400} }}"}, "published.2010 = 1"),
        ({"published": "{ 2010.5 = 3 }"}, "published.2010 = {'5': 3}: give a number"),
        ({"published": "{ then = 3 }"}, "published: 'then' is no year"),
        ({"published": "{ 20100 = 3 }"}, "published: '20100' is no year"),
        ({"published": ""}, "published: None: give values by year"),
        ({"published": "{}"}, "published: {}: give values by year"),
        ({"published": "7"}, "published: 7: give values by year"),
        ({"projected_low": "{ 2013 = 5 }"}, "projected.low begins in 2013, which was published"),
        ({"projected_low": "{ 2011 = 5, 2020 = 4 }"}, "projected.low begins in 2011, which was"),
        ({"projected_low": "{ 2020 = -5 }"}, "projected.low.2020 = -5: give a number of 0 or more"),
        ({"projected_low": "5"}, "projected.low: 5: give values by year"),
        ({"projected_middle": "{ 2020 = 5 }"}, "projected.middle: one of low, central, high"),
        ({"unti": '"persons"'}, "unti: no such key; there are name, note, projected, published"),
    ],
)  # fmt: skip
def test_a_series_is_refused_in_one_clear_line(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    line = refused(tmp_path, jobs(**changes))
    assert message in line
    assert line.startswith("years.toml: series ")


def test_a_line_is_drawn_over_so_many_years_and_no_more(tmp_path: Path) -> None:
    far, change = 2010 + dated._MOST_GAP, {"projected_low": "", "projected_high": ""}
    most = jobs(published=f"{{ 2005 = 0, 2010 = 100, {far} = 200 }}", **change)
    found = read(written(tmp_path, most)).series["jobs"]
    assert found.at((2011 + far) / 2) == pytest.approx(150.0, rel=1e-12)
    line = refused(tmp_path, most.replace(str(far), str(far + 1)))
    gap = dated._MOST_GAP
    assert f"a gap of {gap + 1} years after 2010, at most {gap} is allowed: add a year" in line


def test_a_series_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert "series 'jobs' stands twice: keep one" in refused(tmp_path, jobs() + jobs())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (covid('{ "2020-13" = 0.5 }'), "covid.months.2020-13 = 0.5: give a month"),
        (covid('{ "2020-00" = 0.5 }'), "covid.months.2020-00"),
        (covid('{ "march" = 0.5 }'), "covid.months.march"),
        (covid('{ "2020-03" = 1.01 }'), "2020-03 = 1.01: give a month as YYYY-MM and 0 to 1"),
        (covid('{ "2020-03" = -0.1 }'), "covid.months.2020-03 = -0.1"),
        (covid('{ "2020-03" = nan }'), "covid.months.2020-03 = nan"),
        (covid('{ "2020-03" = true }'), "covid.months.2020-03 = True"),
        (covid('{ "2020-03" = "full" }'), "covid.months.2020-03 = 'full'"),
        (covid(source=""), "covid.source = None: give a text"),
        (covid(verification=""), "covid.verification = None: give a text"),
        (covid(verification='"X"'), "covid.verification = 'X': one of S, R, D, B, A"),
        (covid(note='""'), "covid.note = '': give a text"),
        (covid(month="{}"), "covid: month: no such key; there are months, note, source, verif"),
    ],
)  # fmt: skip
def test_covid_is_refused_in_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    assert message in refused(tmp_path, jobs() + text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[series]\n", "cannot be read as dated series"),
        ("[[series]]\nname = jobs\n", "cannot be read as dated series"),
        ("series = 3\n", "series = 3: give tables, each under [[series]]"),
        ("series = [3]\n", "series = [3]: give tables, each under [[series]]"),
        ("[[serie]]\nname = 3\n", "serie: no such key; there are covid, levels, series, title"),
        ("covid = 3\n", "covid = 3: give a table"),
        (covid("3"), "covid: months = 3: give a table"),
        (table("[[series]]", {k: v for k, v in JOBS.items() if "." not in k} | {"projected": "3"}),
         "projected = 3: give a table"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_series_is_refused_in_one_clear_line(
    tmp_path: Path, text: str, message: str
) -> None:
    assert message in refused(tmp_path, text)


def test_bytes_that_are_no_text_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "years.toml"
    with pytest.raises(ValueError, match=r"years\.toml: cannot be read as dated series"):
        read(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"years\.toml: cannot be read as dated series"):
        read(path)


@pytest.fixture(scope="module")
def dutch() -> Dated:
    return read(YEARS)


def test_the_series_of_the_repository_serve_every_projection(dutch: Dated) -> None:
    outlook.check(dutch, outlook.When(Calendar(2010), 0))
    assert dutch.series["informal"].projected == {}  # nobody projects it: it stays
    for name in (*AGE_SERIES, *CONTRACT_SERIES, *EDUCATION_SERIES):
        series = dutch.series[name]
        assert set(series.projected) == set(PROJECTIONS), name
        assert {max(years) for years in series.projected.values()} == {2040}, name
    assert 0 < len(dutch.covid) <= 36


@pytest.mark.parametrize("name", outlook.WANTED)
def test_a_missing_series_is_named(dutch: Dated, name: str) -> None:
    rest = Dated({k: v for k, v in dutch.series.items() if k != name}, dutch.covid, dutch.levels)
    with pytest.raises(ValueError, match=f"series '{name}' is missing; there are") as error:
        outlook.check(rest, outlook.When(Calendar(2017), 60))
    assert "\n" not in str(error.value)


def test_a_scenario_is_told_the_file_whose_series_do_not_serve_it(tmp_path: Path) -> None:
    def design(calendar: Calendar, spin_up: int, years: Path) -> None:
        world.design(world.World(), outlook.When(calendar, spin_up), 12, MARGINS, years, {})

    with pytest.raises(ValueError, match=r"^years\.toml: series 'age 15-24' is missing"):
        design(Calendar(2017), 0, written(tmp_path, jobs()))
    early = r"^nl-years\.toml: age 15-24: the series starts in 2010, wanted 2009: start the run"
    with pytest.raises(ValueError, match=early):
        design(Calendar(2009, 12), 0, YEARS)
    design(Calendar(2005), 60, YEARS)  # the spin-up stands where it ends


def test_levels_are_read_as_they_stand(tmp_path: Path) -> None:
    found = read(written(tmp_path, levels())).levels
    assert found.ages == (15, 30)
    assert found.entering.tolist() == [[1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]]
    assert found.leaving.shape == (6, 6)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": ""}, "levels.source = None: give a text"),
        ({"verification": '"Z"'}, "levels.verification = 'Z': one of S, R, D, B, A"),
        ({"ages": "[16, 30]"}, "levels.ages = [16, 30]: give ages in years"),
        ({"ages": "[15, 15]"}, "levels.ages = [15, 15]: give ages"),
        ({"ages": '[15, "x"]'}, "levels.ages = [15, 'x']: give ages"),
        ({"ages": ""}, "levels.ages = None: give ages"),
        ({"entering": "[[1, 0, 0, 0, 0, 0]]"}, "levels.entering: give 2 rows of 6 shares"),
        ({"leaving": "3"}, "levels.leaving: give 6 rows of 6 shares"),
        ({"entering": "[[1, 0, 0, 0, 0, 0], [1, 0]]"}, "row 2 = [1, 0]: give 6 shares"),
        ({"entering": "[[2, -1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]]"}, "row 1 = [2, -1, 0, 0, 0, 0]"),
        ({"entering": "[[nan, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]]"}, "row 1 = [nan, 1"),
        ({"entering": "[[0.5, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]]"},
         "row 1: the shares are 0.5 together, not 1"),
        ({"other": "3"}, "levels: other: no such key"),
    ],
)  # fmt: skip
def test_levels_that_are_no_shares_are_refused(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    assert said in refused(tmp_path, levels(**changes))


def test_a_file_without_levels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "years.toml"
    path.write_text(jobs())
    with pytest.raises(ValueError, match=r"years\.toml: levels\.source = None: give a text"):
        read(path)
