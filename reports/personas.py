"""The section on personas: people followed under every variant with the same luck."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from experiments import life
from experiments.console import with_progress
from experiments.life import BEFORE
from reports import names
from reports.parts import Block, Listed, Missing, Number, Plain, Row, Said, Table, Value, _
from scenarios.scenario import Scenario
from simulator import codes

COMMAND = "llo life --persona fatima --json > fatima.json"
PERSONS = 100_000  # among whom a persona is sought: in a life of a comparison there may be none
LIVED = "llo report out/compare.nc --persona all"


@dataclass(frozen=True)
class Told:
    """A followed life, as `llo life --json` tells it: (variant, month, what) in order."""

    name: str
    about: str
    age: int
    events: tuple[tuple[str, str, str], ...]
    variants: tuple[str, ...]


def read(path: Path) -> Told:
    """A life; ValueError with one line if the file holds none."""
    try:
        return _told(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"--personas {path}: not a life ({type(error).__name__}); make one with: {COMMAND}"
        ) from None


def _told(found: Any) -> Told:
    events = tuple((str(e["variant"]), str(e["label"]), str(e["what"])) for e in found["events"])
    return Told(str(found["persona"]), str(found["about"]), int(found["person"]["age"]), events,
                tuple(map(str, found["stages"])))  # fmt: skip


def follow(scenario: Scenario, wanted: Sequence[str], least: int = PERSONS) -> list[Told]:
    """The personas of those names, each the first who fits among `least` persons or more, lived for
    it; `all` is all there are.

    ValueError with the names there are.
    """
    known = life.personas()
    of = list(known) if "all" in wanted else list(dict.fromkeys(wanted))
    chosen = [life.chosen(name, None) for name in of]
    among = life.prepared(scenario.changed(persons=max(scenario.persons, least)))
    return [
        _told(life.as_data(with_progress(
            f"Following {persona.name}", life.months_of(among), partial(_followed, among, persona)
        )))
        for persona in chosen
    ]  # fmt: skip


def _followed(among: Scenario, persona: life.Persona, tell: Callable[[int], None]) -> life.Life:
    return life.follow(among, persona, 1, tell)


def section(lives: Sequence[Told]) -> tuple[Block, ...]:
    """The lives that were given."""
    if not lives:
        return (Missing(_("No lives were followed: name personas with --persona."), LIVED),)
    first = _("One simulated person, followed under every variant with the same luck. They "
              "illustrate; they are nobody in particular and no result.")  # fmt: skip
    return (first, *(events(one) for one in lives))


def events(one: Told) -> Table:
    """What happened to a person, month by month, by variant."""
    rows: list[Row] = []
    for variant in one.variants:
        mine = [(label, what) for v, label, what in one.events if v == variant]
        heading = _("before the introduction") if variant == BEFORE else names.variant(variant)
        rows.append(Row(f"heading-{variant}", heading, (), heading=True))
        rows += [Row(f"{variant}-{k}", names.known(label), (event(what),))
                 for k, (label, what) in enumerate(mine)]  # fmt: skip
        if not mine:
            rows.append(Row(f"{variant}-0", names.known("–"), (_("nothing changes"),)))
    caption = _("{name}, {age} years old: {about}", name=names.known(one.name.capitalize()),
                age=Number(one.age), about=names.known(one.about))  # fmt: skip
    return Table(f"life-{one.name}", caption, (_("month"), _("what happens")), tuple(rows), (),
                 ("event",))  # fmt: skip


FIXED = {
    s.message: s
    for s in (
        _("leaves the labour market for good"), _("loses work"), _("looks for work"),
        _("leaves the labour force for a time"), _("changes employer"),
        _("talks with a career adviser"), _("is sent on a course"),
        _("thinks there is something to learn"), _("lets the thought go"), _("drops the plan"),
        _("completes the course"), _("stops the course early"),
        _("wants more, without a plan"), _("has learned enough for now"),
        _("enrols, and waits for a place"),
    )
}  # fmt: skip
CONTRACTS = {
    "permanent": _("permanent contract"),
    "temporary-prospect": _("temporary contract with prospect of a permanent one"),
    "temporary-1yr-plus": _("temporary contract of a year or more"),
    "temporary-under-1yr": _("temporary contract of less than a year"),
    "on-call": _("on-call contract"),
    "agency": _("agency contract"),
    "permanent-no-fixed-hours": _("permanent contract without fixed hours"),
    "temporary-no-fixed-hours": _("temporary contract without fixed hours"),
    "zzp-labour": _("self-employed, selling labour"),
    "zzp-products": _("self-employed, selling products"),
    "self-employed-with-staff": _("self-employed with staff"),
    "unemployed": _("unemployed"),
    "inactive": _("outside the labour force"),
}
assert set(CONTRACTS) == set(codes.CONTRACT.values())  # a new code gets its words here
PAYERS = {
    "own money": _("own money"),
    "the employer": _("the employer"),
    "a fund, budget or loan": _("a fund, budget or loan"),
}
COURSE = r"(?P<kind>a recognised course|a course) of EUR (?P<price>[\d,]+) and (?P<hours>\d+) hours"


def _contract(name: str) -> Value:
    return CONTRACTS.get(name, Plain(name))


def _amount(text: str) -> Number:
    return Number(float(text.replace(",", "")))


def _course(m: re.Match[str]) -> Said:
    given = {"price": _amount(m["price"]), "hours": _amount(m["hours"])}
    if m["kind"] == "a course":
        return _("a course of EUR {price} and {hours} hours", **given)
    return _("a recognised course of EUR {price} and {hours} hours", **given)


def _payer(text: str) -> Value:
    """Who pays, with the public part."""
    m = re.fullmatch(r"(?P<who>.+?)(?: \(EUR (?P<public>[\d,]+) public\))?", text)
    assert m is not None
    who = PAYERS.get(m["who"], names.variant(m["who"]))
    if m["public"] is None:
        return who
    return _("{who} (EUR {public} public)", who=who, public=_amount(m["public"]))


def _several(text: str) -> Listed:
    return Listed(tuple(names.variant(n) for n in text.split(", ")))


_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], Said]], ...] = (
    (r"finds work: (.+)", lambda m: _("finds work: {contract}", contract=_contract(m[1]))),
    (r"becomes (.+), with the same employer",
     lambda m: _("becomes {contract}, with the same employer", contract=_contract(m[1]))),
    (r"becomes (.+)", lambda m: _("becomes {contract}", contract=_contract(m[1]))),
    (r"hears of (.+)", lambda m: _("hears of {names}", names=_several(m[1]))),
    (rf"starts {COURSE}, paid by (?P<payer>.+)",
     lambda m: _("starts {course}, paid by {payer}", course=_course(m), payer=_payer(m["payer"]))),
    (rf"plans {COURSE}, the employer would pay",
     lambda m: _("plans {course}, the employer would pay", course=_course(m))),
    (rf"plans {COURSE}", lambda m: _("plans {course}", course=_course(m))),
    (r"is in (\w+) again",
     lambda m: _("is again in the stage of {stage}", stage=names.STAGES.get(m[1], Plain(m[1])))),
    (r"applies to (.+) for EUR ([\d,]+)",
     lambda m: _("applies to {name} for EUR {amount}", name=names.variant(m[1]),
                 amount=_amount(m[2]))),
    (r"is turned away by (.+), and keeps the plan",
     lambda m: _("is turned away by {name}, and keeps the plan", name=names.variant(m[1]))),
)  # fmt: skip


def event(what: str) -> Value:
    """An event of `llo life` as a message; as it stands where it is none of those known."""
    if what in FIXED:
        return FIXED[what]
    for pattern, made in _PATTERNS:
        if (m := re.fullmatch(pattern, what)) is not None:
            return made(m)
    return Plain(what)
