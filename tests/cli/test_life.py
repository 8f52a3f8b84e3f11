"""`llo life`: one person under every variant, told in words and drawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import life
from scenarios.scenario import read
from simulator import codes
from simulator.columns import ALONE, INSTRUMENT
from simulator.policies.leerrekening import Leerrekening
from simulator.policies.voucher import Voucher

Llo = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]
SCENARIO = """
persons = 3000
months_after = 24
[time]
years_before = 1
spin_up_months = 24
[instruments.voucher]
use = "voucher"
awareness = 0.9
[variants]
voucher = ["voucher"]
nothing = []
"""
POLICIES = [Voucher(), Leerrekening()]
PAGE: life.Values = {
    "stage": 3, "plan_price": 900.0, "plan_hours": 20, "plan_recognised": 0, "plan_payer": 0,
    "applies": 0, "public_money": 0.0, "funded_by": 0, "last_job": -10_000, "knows": 0,
    "guided_until": -10_000, "contract": 0, "team": 7,
}  # fmt: skip


def told(before: dict[str, float], after: dict[str, float]) -> list[str]:
    """What is told of a change in month 5."""
    return list(life._changes(PAGE | before, PAGE | before | after, 5, POLICIES))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({}, {}, []),
        ({}, {"contract": codes.UNEMPLOYED, "team": 0}, ["loses work"]),
        ({"contract": codes.INACTIVE}, {"contract": codes.UNEMPLOYED}, ["looks for work"]),
        ({}, {"contract": codes.INACTIVE, "team": 0}, ["leaves the labour force for a time"]),
        ({"contract": codes.UNEMPLOYED}, {"contract": codes.ON_CALL}, ["finds work: on-call"]),
        ({"contract": codes.AGENCY}, {"contract": codes.PERMANENT},
         ["becomes permanent, with the same employer"]),
        ({}, {"contract": codes.PROSPECT, "team": 9}, ["becomes temporary-prospect"]),
        ({}, {"team": 9}, ["changes employer"]),
        ({"knows": 1}, {"knows": 3}, ["hears of leerrekening"]),
        ({}, {"guided_until": 11}, ["talks with a career adviser"]),
        ({}, {"last_job": 6}, ["is sent on a course"]),
        ({"stage": 1}, {"stage": 2}, ["thinks there is something to learn"]),
        ({"stage": 2}, {"stage": 3}, ["plans a course of EUR 900 and 20 hours"]),
        ({"stage": 5}, {"stage": 3, "plan_payer": 1},
         ["plans a course of EUR 900 and 20 hours, the employer would pay"]),
        ({}, {"applies": 1, "public_money": 800.0}, ["applies to voucher for EUR 800"]),
        ({"applies": 1}, {"applies": 0}, ["is turned away by voucher, and keeps the plan"]),
        ({}, {"applies": ALONE}, ["enrols, and waits for a place"]),
        ({}, {"stage": 4, "funded_by": 1},
         ["starts a course of EUR 900 and 20 hours, paid by own money"]),
        ({}, {"stage": 4, "funded_by": INSTRUMENT + 1, "public_money": 900.0},
         ["starts a course of EUR 900 and 20 hours, paid by voucher (EUR 900 public)"]),
        ({"stage": 4}, {"stage": 5}, ["completes the course"]),
        ({"stage": 4}, {"stage": 2}, ["stops the course early"]),
        ({}, {"stage": 2}, ["drops the plan"]),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(
    before: dict[str, float], after: dict[str, float], words: list[str]
) -> None:
    assert told(before, after) == words


def test_everybody_fits_what_the_query_asks(people: Callable[..., Any]) -> None:
    worker = people(40_000).worker
    for persona in life.personas().values():
        rows = persona.matches(worker)
        assert rows.size > 0, persona.name
        age = worker["age"][rows] // 12
        assert age.min() >= persona.age[0]
        assert age.max() <= persona.age[1]
        for attribute, allowed in persona.allowed.items():
            assert set(np.unique(worker[attribute][rows])) <= set(allowed)


def test_variants_without_instruments_are_lived_alike() -> None:
    scenario = read(SCENARIO)
    found = life.follow(scenario, life.chosen("samira", None), 2)
    assert found.stages["null"] == found.stages["nothing"]
    events = {v: [(e.t, e.what) for e in found.events if e.variant == v] for v in found.stages}
    assert events["null"] == events["nothing"]
    assert found.months["null"][0] == found.months[life.BEFORE][-1] + 1 == found.introduction
    assert found.facts["education"] == "bachelor"
    assert set(found.stages["voucher"]) <= set(codes.STAGES)


def test_it_is_printed_drawn_and_given_as_data(llo: Llo, tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(SCENARIO, encoding="utf-8")
    code, out, err = llo("life", "my.toml", "--persona", "jan", "--draw", "jan.png")
    assert (code, err) == (0, "")
    assert "vmbo at most" in out
    assert "same luck in every column" in out
    assert (tmp_path / "jan.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["jan.png", "my.toml"]
    code, out, _ = llo("life", "my.toml", "--persona", "jan", "--json")
    data = json.loads(out)
    assert list(data["stages"]) == ["before", "null", "voucher", "nothing"]
    assert all(e["label"] >= "2026-01" for e in data["events"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--persona", "nobody"), "--persona nobody: there is none; there are fatima, jan"),
        (("--number", "0"), "number 0 is not among them"),
        (("--number", "99999"), "take more --persons, another --number, or a wider query"),
        (("--draw", "a.txt"), "give a name that ends in .png or .svg"),
        (("--people", "none.toml"), "none.toml: cannot be read as personas"),
    ],
)
def test_what_cannot_be_followed_is_refused(
    words: tuple[str, ...], message: str, refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "my.toml").write_text(SCENARIO, encoding="utf-8")
    assert message in refused("life", "my.toml", *words)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a]\nage = 50", "a.age = 50: give two ages"),
        ('[a]\nincome = ["low"]', "a.income: no such attribute; there are age, education"),
        ('[a]\neducation = ["phd"]', "a.education: 'phd' is not known; there are low"),
        ("a = 5", "a = 5: give a table"),
        ("[a", "cannot be read as personas"),
    ],
)
def test_a_query_that_cannot_be_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "people.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"people\.toml") as caught:
        life.personas(path)
    assert message in str(caught.value)
