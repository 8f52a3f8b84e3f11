"""One person followed under every variant with the same luck: what happened, month by month."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.scenario import FOLDER, Scenario
from simulator import codes, draws
from simulator.columns import ALONE, EMPLOYER, INSTRUMENT, OWN, PRIVATE
from simulator.model import LearningModel
from simulator.policy import Policy
from simulator.variants import start

PERSONAS = FOLDER / "personas.toml"
BEFORE = "before"
_CODES: dict[str, Mapping[int, str]] = {
    "education": codes.EDUCATION, "contract": codes.CONTRACT, "sector": codes.SECTOR,
    "firm_size": codes.FIRM_SIZE,
}  # fmt: skip
_KEPT = ("stage", "plan_price", "plan_hours", "plan_recognised", "plan_payer", "applies",
         "public_money", "funded_by", "last_job", "knows", "guided_until", "contract",
         "team")  # fmt: skip
MOST_BEFORE = 36  # months told before the introduction
Values = dict[str, float]


@dataclass(frozen=True)
class Persona:
    """A query: ages in years, both inclusive, and allowed codes by attribute."""

    name: str
    about: str
    age: tuple[int, int]
    allowed: Mapping[str, tuple[int, ...]]

    def matches(self, worker: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
        """Rows of the persons who fit."""
        age = worker["age"] // 12
        fits = (age >= self.age[0]) & (age <= self.age[1])
        for attribute, allowed in self.allowed.items():
            fits &= np.isin(worker[attribute], allowed)
        return np.flatnonzero(fits)


@dataclass
class Diary:
    """A recorder that keeps the columns of one row, month by month."""

    row: int
    months: list[int] = field(default_factory=list)
    pages: list[Values] = field(default_factory=list)

    def take(self, model: LearningModel) -> None:
        """Keep this month."""
        worker = model.worker(self.row)
        self.months.append(model.t)
        self.pages.append({name: getattr(worker, name) for name in _KEPT})


@dataclass(frozen=True)
class Event:
    """Something that happened to the person in month t (`label` as "YYYY-MM") under a variant."""

    variant: str
    t: int
    label: str
    what: str


@dataclass(frozen=True)
class Life:
    """Who was followed, what happened, and the stage by variant and month."""

    persona: Persona
    facts: dict[str, Any]
    events: list[Event]
    stages: dict[str, list[int]]
    months: dict[str, list[int]]
    introduction: int


def personas(path: Path = PERSONAS) -> dict[str, Persona]:
    """The personas of a file; ValueError naming file, persona and key when one is unusable."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read as personas ({error})") from None
    return {name: _persona(path, name, table) for name, table in tables.items()}


def _persona(path: Path, name: str, table: Any) -> Persona:
    where = f"{path}: {name}"
    if not isinstance(table, dict):
        raise ValueError(f"{where} = {table!r}: give a table with age and attributes")
    given = dict(table)
    about, age = given.pop("about", ""), given.pop("age", [15, 74])
    if not (isinstance(age, list) and len(age) == 2 and all(isinstance(a, int) for a in age)):
        raise ValueError(f"{where}.age = {age!r}: give two ages in years, as in [50, 54]")
    allowed = {}
    for attribute, labels in given.items():
        if attribute not in _CODES:
            raise ValueError(
                f"{where}.{attribute}: no such attribute; there are age, {', '.join(_CODES)}"
            )
        known = {label: code for code, label in _CODES[attribute].items()}
        for label in labels if isinstance(labels, list) else [labels]:
            if label not in known:
                raise ValueError(
                    f"{where}.{attribute}: {label!r} is not known; there are {', '.join(known)}"
                )
        allowed[attribute] = tuple(known[label] for label in labels)
    return Persona(name, str(about), (age[0], age[1]), allowed)


def prepared(scenario: Scenario) -> Scenario:
    """The scenario from at most MOST_BEFORE months before the introduction."""
    before = scenario.months_of() - scenario.design().after
    return scenario.model_copy(update={"months_before": min(before, MOST_BEFORE)})


def months_of(scenario: Scenario) -> int:
    """Model months of a followed life."""
    design = scenario.design()
    return design.introduction + design.before + design.after * len(scenario.names())


def follow(
    scenario: Scenario,
    persona: Persona,
    number: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Life:
    """The life of the `number`-th person (from 1) who fits at the introduction, by variant.

    Raises ValueError when nobody, or not so many, fit.
    """
    design, done = scenario.design(), 0

    def lived(model: LearningModel, until: int) -> LearningModel:
        nonlocal done
        while model.t < until:
            model.step()
            done += 1
            progress(done)
        return model

    early = lived(start(design, draws.replicate(scenario.seeds.first, 0)), design.spin_up)
    model = lived(early.branch(scenario.in_force()), design.introduction)
    rows = persona.matches(model.population.worker)
    if not 1 <= number <= rows.size:
        raise ValueError(
            f"{persona.name}: {rows.size} of {scenario.persons:,} persons fit, number {number} is "
            "not among them: take more --persons, another --number, or a wider query"
        )
    row = int(rows[number - 1])
    diary = Diary(row)
    diaries = {BEFORE: diary}
    policies: dict[str, list[Policy]] = {BEFORE: model.policies}
    lived(early.branch(scenario.in_force(), diary), design.introduction)  # again, with the diary
    facts = _facts(model, row)
    for variant in scenario.names():
        diaries[variant] = Diary(row)
        future = model.branch(scenario.policies(variant), diaries[variant])
        policies[variant] = future.policies
        lived(future, design.end)
    first = design.spin_up
    events = [
        Event(variant, t, design.calendar.label(t), what)
        for variant, kept in diaries.items()
        for t, what in _events(kept, diary, policies[variant])
        if t >= first
    ]
    stages = {v: [int(p["stage"]) for p in d.pages] for v, d in diaries.items()}
    months = {v: d.months for v, d in diaries.items()}
    return Life(persona, facts, events, stages, months, design.introduction)


def _facts(model: LearningModel, row: int) -> dict[str, Any]:
    worker = model.worker(row)
    found = {name: labels[int(getattr(worker, name))] for name, labels in _CODES.items()}
    support = {1: "stimulates", 0: "does not stimulate", -1: "has none"}[int(worker.supervisor)]
    return {"row": row, "age": int(worker.age) // 12, **found, "supervisor": support,
            "learning culture, z": round(float(worker.culture), 1)}  # fmt: skip


def _events(kept: Diary, before: Diary, policies: list[Policy]) -> Iterator[tuple[int, str]]:
    """(month, words) of what changed from page to page; a branch goes on from the last page. The
    life ends with the person, though another may enter the row.
    """
    earlier = before.pages[-1] if kept is not before and before.pages else kept.pages[0]
    for t, page in zip(kept.months, kept.pages, strict=True):
        if page["contract"] == codes.ABSENT and earlier["contract"] != codes.ABSENT:
            yield t, "leaves the labour market for good"
        if codes.ABSENT in (page["contract"], earlier["contract"]):
            return
        for what in _changes(earlier, page, t, policies):
            yield t, what
        earlier = page


def _changes(a: Values, b: Values, t: int, policies: list[Policy]) -> Iterator[str]:
    """What became of a person from one month (a) to the next (b), in words."""
    yield from _position(a, b)
    new = int(b["knows"]) & ~int(a["knows"])
    heard = [p.name for k, p in enumerate(policies) if new >> k & 1]
    if heard:
        yield f"hears of {', '.join(heard)}"
    if b["guided_until"] > max(a["guided_until"], t):
        yield "talks with a career adviser"
    if b["last_job"] > a["last_job"]:
        yield "is sent on a course"
    was, now = int(a["stage"]), int(b["stage"])
    if now == codes.ACTION and (was != now or b["plan_price"] != a["plan_price"]):
        yield f"starts {_course(b)}, paid by {_payer(b, policies)}"
    elif now == codes.PREPARATION and was != now:
        yield f"plans {_course(b)}" + (", the employer would pay" if b["plan_payer"] else "")
    elif was != now:
        yield _MOVES.get((was, now), f"is in {codes.STAGES[now]} again")
    if now == codes.PREPARATION:
        yield from _applied(a, b, policies)


def _position(a: Values, b: Values) -> Iterator[str]:
    """What became of work."""
    was, now = int(a["contract"]), int(b["contract"])
    same = a["team"] == b["team"]
    if now == codes.UNEMPLOYED and was != now:
        yield "loses work" if was < codes.UNEMPLOYED else "looks for work"
    elif now == codes.INACTIVE and was != now:
        yield "leaves the labour force for a time"
    elif was >= codes.UNEMPLOYED and now < codes.UNEMPLOYED:
        yield f"finds work: {codes.CONTRACT[now]}"
    elif was != now:
        yield f"becomes {codes.CONTRACT[now]}" + (", with the same employer" if same else "")
    elif not same:
        yield "changes employer"


_MOVES = {
    (codes.PRECONTEMPLATION, codes.CONTEMPLATION): "thinks there is something to learn",
    (codes.CONTEMPLATION, codes.PRECONTEMPLATION): "lets the thought go",
    (codes.PREPARATION, codes.CONTEMPLATION): "drops the plan",
    (codes.ACTION, codes.MAINTENANCE): "completes the course",
    (codes.ACTION, codes.CONTEMPLATION): "stops the course early",
    (codes.MAINTENANCE, codes.CONTEMPLATION): "wants more, without a plan",
    (codes.MAINTENANCE, codes.PRECONTEMPLATION): "has learned enough for now",
}


def _applied(a: Values, b: Values, policies: list[Policy]) -> Iterator[str]:
    was, now = int(a["applies"]), int(b["applies"])
    if now != was and 0 < now < ALONE:
        yield f"applies to {policies[now - 1].name} for EUR {b['public_money']:,.0f}"
    elif now != was and now >= ALONE:
        yield "enrols, and waits for a place"
    elif was != now and 0 < was < ALONE:
        yield f"is turned away by {policies[was - 1].name}, and keeps the plan"


def _course(page: Values) -> str:
    kind = "a recognised course" if page["plan_recognised"] else "a course"
    return f"{kind} of EUR {page['plan_price']:,.0f} and {page['plan_hours']:.0f} hours"


def _payer(page: Values, policies: list[Policy]) -> str:
    by = int(page["funded_by"])
    named = {OWN: "own money", EMPLOYER: "the employer", PRIVATE: "a fund, budget or loan"}
    who = named[by] if by in named else policies[by - INSTRUMENT - 1].name
    return f"{who} (EUR {page['public_money']:,.0f} public)" if page["public_money"] else who


def months(life: Life) -> list[tuple[str, ...]]:
    """The months after the introduction in which something happened: a label, then what happened
    under each variant.
    """
    variants = [v for v in life.stages if v != BEFORE]
    rows = []
    for t, label in sorted({(e.t, e.label) for e in life.events if e.variant != BEFORE}):
        cells = [[e.what for e in life.events if (e.t, e.variant) == (t, v)] for v in variants]
        rows.append((label, *("; ".join(what) for what in cells)))
    return rows


def as_data(life: Life) -> dict[str, Any]:
    """A life as plain data, for --json."""
    return {
        "persona": life.persona.name, "about": life.persona.about, "person": life.facts,
        "events": [vars(e) for e in life.events],
        "stages": {v: dict(zip(life.months[v], s, strict=True)) for v, s in life.stages.items()},
    }  # fmt: skip


def chosen(name: str, path: Path | None) -> Persona:
    """A persona by name; ValueError with the names there are."""
    known = personas(path or PERSONAS)
    if name not in known:
        raise ValueError(f"--persona {name}: there is none; there are {', '.join(known)}")
    return known[name]
