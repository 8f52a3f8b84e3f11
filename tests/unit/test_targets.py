"""Published figures as data: ours can be used, and what cannot is refused with its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from calibration import job, targets
from calibration.targets import TARGET, VALIDATION

ENTRY = """
[[target]]
name = "NEA 2019, agency"
statistic = "nea"
group = "contract:agency"
year = 2019
value = 0.34
se = 0.01
se_from = "size"
survey = "NEA"
population = "employees"
period = "2 years"
unit = "share"
source = "CBS, table 6.1"
ver = "R"
use = "target"
"""
Given = Callable[..., Path]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """A function that writes one entry, with a line of it replaced."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in ENTRY
        path = tmp_path / "mine.toml"
        path.write_text(ENTRY.replace(old, new) if old else ENTRY, encoding="utf-8")
        return path

    return write


def test_ours_can_be_used_and_their_years_are_lived() -> None:
    found = targets.read()
    assert len(found) > 100
    assert all(job.FULL.has(t) for t in targets.used(found, TARGET, VALIDATION))
    assert len(targets.used(found, TARGET)) > 40
    surveys = {t.survey for t in targets.used(found, TARGET, VALIDATION)}
    assert surveys == {"NEA", "ROA", "EBB", "AES", "SCP", "UWV", "CBS", "RCT", "Dares"}


def test_a_break_in_a_series_is_a_discrepancy_with_a_reason() -> None:
    broken = {t.name: t for t in targets.read()}["NEA 2022, employees"]
    assert broken.discrepancy > broken.se
    assert "2022" in broken.because
    assert broken.error == pytest.approx((broken.se**2 + broken.discrepancy**2) ** 0.5)


def test_a_file_or_a_folder_stands_in_for_ours(given: Given) -> None:
    path = given()
    assert [t.value for t in targets.read(path)] == [0.34]
    assert targets.read(path.parent) == targets.read(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('source = "CBS, table 6.1"', 'source = " "', "source is empty"),
        ('source = "CBS, table 6.1"', "", "source is missing"),
        ("se = 0.01", "se = 0.0", "se = 0: a standard error is above 0"),
        ("se = 0.01", "se = -1.0", "a standard error is above 0"),
        ("se = 0.01", "se = nan", "a standard error is above 0"),
        ("se = 0.01", "se = 0.7", "a share's standard error is below 0.5"),
        ("se = 0.01", 'se = "small"', "se = 'small': give a float"),
        ("value = 0.34", "value = 34.0", "value = 34: no share"),
        (
            '"nea"',
            '"happiness"',
            "statistic 'happiness': the model cannot compute it; there",
        ),
        ('"nea"', '"share of nobody"', "statistic 'share of nobody': the model cannot compute it"),
        ("year = 2019", "year = 2019\nwindow = 2", "only a scheme's statistics have windows"),
        ('"nea"', '"awards"\nwindow = 9', "window = 9: there were 1 to 5 in a year"),
        ("contract:agency", "contract:pirate", "group 'contract:pirate': there are all"),
        ('ver = "R"', 'ver = "B"', "ver = 'B': give one of S, R, D, A"),
        ('use = "target"', 'use = "ignore"', "use = 'ignore': give one of target"),
        ('unit = "share"', 'unit = "percent"', "unit = 'percent': give one of share"),
        ('ver = "R"', 'ver = "R"\ndiscrepancy = 0.1', "discrepancy without a reason"),
        ('ver = "R"', 'ver = "R"\ncolour = "red"', "colour: no such key; there are name"),
    ],
)
def test_what_cannot_be_used_is_refused(old: str, new: str, told: str, given: Given) -> None:
    with pytest.raises(ValueError, match=r"^mine.toml: target 'NEA 2019, agency': ") as caught:
        targets.read(given(old, new))
    assert told in str(caught.value)


def test_two_of_one_name_and_files_without_any_are_refused(given: Given, tmp_path: Path) -> None:
    twice = given()
    twice.write_text(ENTRY + ENTRY)
    with pytest.raises(ValueError, match="two targets named 'NEA 2019, agency'"):
        targets.read(twice)
    twice.write_text("")
    with pytest.raises(ValueError, match=r"no \[\[target\]\] in it"):
        targets.read(twice)
    twice.write_text("= 1")
    with pytest.raises(ValueError, match="cannot be read as targets"):
        targets.read(twice)
    with pytest.raises(ValueError, match="cannot be read as targets"):
        targets.read(tmp_path / "none.toml")
