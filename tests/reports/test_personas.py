"""A followed life is told in Dutch, whatever happens in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.life import _MOVES
from reports import personas
from reports.language import language
from reports.parts import Plain, Table
from scenarios.scenario import load

HAPPENS = (
    *_MOVES.values(), "leaves the labour market for good", "loses work", "looks for work",
    "leaves the labour force for a time", "finds work: zzp-labour", "changes employer",
    "becomes permanent, with the same employer", "becomes on-call", "is sent on a course",
    "hears of voucher, leerrekening", "talks with a career adviser",
    "starts a course of EUR 1,250 and 40 hours, paid by own money",
    "starts a recognised course of EUR 900 and 16 hours, paid by voucher (EUR 900 public)",
    "plans a course of EUR 700 and 24 hours, the employer would pay",
    "plans a course of EUR 700 and 24 hours", "is in preparation again",
    "applies to leerrekening for EUR 1,000", "enrols, and waits for a place",
    "is turned away by voucher, and keeps the plan",
)  # fmt: skip


@pytest.mark.parametrize("what", HAPPENS)
def test_every_event_has_its_dutch(what: str) -> None:
    found = personas.event(what)
    assert not isinstance(found, Plain)
    told = language("nl").say(found)
    assert told != what
    assert not {"the", "and", "course", "plan s", "with", "for", "by"} & set(told.split())


def test_amounts_are_written_as_the_language_writes_them() -> None:
    found = personas.event("starts a course of EUR 1,250 and 40 hours, paid by own money")
    assert language("nl").say(found) == (
        "begint aan een cursus van € 1.250 en 40 uur, betaald uit eigen geld"
    )
    assert language("en").say(found) == (
        "starts a course of EUR 1,250 and 40 hours, paid by own money"
    )


def test_a_life_becomes_a_table_by_variant(tmp_path: Path) -> None:
    events = [{"variant": "voucher", "t": 3, "label": "2027-03", "what": "hears of voucher"}]
    life = {"persona": "fatima", "about": "unheard of", "person": {"age": 53}, "events": events,
            "stages": {"before": {}, "null": {}, "voucher": {}}}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(life), encoding="utf-8")
    blocks = personas.section([personas.read(tmp_path / "a.json")])
    table = blocks[1]
    assert isinstance(table, Table)
    spoken = language("nl")
    assert [(spoken.say(r.label), *map(spoken.say, r.cells)) for r in table.rows] == [
        ("vóór de invoering",), ("–", "er verandert niets"), ("nulvariant",),
        ("–", "er verandert niets"), ("voucher",), ("2027-03", "hoort van voucher"),
    ]  # fmt: skip


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match=r"--personas .*a\.json: not a life"):
        personas.read(tmp_path / "a.json")


def test_personas_are_followed_by_name_once_each() -> None:
    scenario = load().changed(persons=3_000, months=12, members=0)
    found = personas.follow(scenario, ["fatima", "fatima"], 20_000)
    assert [one.name for one in found] == ["fatima"]
    assert set(found[0].variants) >= {"null", "voucher"}
    with pytest.raises(ValueError, match="--persona nobody: there is none; there are"):
        personas.follow(scenario, ["nobody"])
