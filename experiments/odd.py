"""The tables of docs/ODD.md, the model description, made from declarations (`make pages`).

A generated part stands between two markers that give its name; the rest of the page is prose,
written by hand: the equations, and why they are so.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from calibration.files import write_text
from experiments.markdown import table
from scenarios.scenario import OWNERS
from simulator import codes, columns
from simulator.behaviour import register
from simulator.columns import Column
from simulator.laws import Derived, Law, Rule, arguments
from simulator.policy import RULES, Policy

MARKED = re.compile(r"(<!-- made: ([\w-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
Kinds = Mapping[str, type[Policy]]

# Numbers that stand in the code and are no parameter: no scenario can change them.
FIXED = {
    "additionality.WINDOW": "months between two courses up to which they are the same one",
    "additionality.LATER": "months ahead from which a course may have been brought forward",
    "labour_market.demography.YOUNGEST": "age in years from which people are in the model",
    "labour_market.demography.OLDEST": "age in years at which everybody leaves it",
    "labour_market.workforce.RETIRES": "age in years at which who is inactive leaves for good",
    "labour_market.workforce.TERMS": "months of tenure that are told apart",
    "labour_market.lives.MILESTONES": "ages in months at which `exposure` is worked out anew",
    "surroundings.ROUND": "months between two looks at outside ties",
    "surroundings.CIRCLE": "rows among which the outside ties of a person are sought",
    "training._NOISE": "standard deviations of sampling noise added to expected demand",
    "policy._HARDER": "ratio of effort felt a class of education lower: e^0.5",
    "policies.leerambassadeurs._NORM": "shift of the norm relative to that of urgency",
    "policies.leerambassadeurs._EFFICACY": "shift of self-efficacy relative to that of urgency",
    "office.YEARLY_AT": "minute of January in which rights are granted and lapse",
    "office.MONTHLY_AT": "minute of a month in which an office begins its work",
}


def refresh(page: Path, kinds: Kinds) -> None:
    """Make the generated parts of a page anew; written beside it and renamed."""
    text = refreshed(page.read_text(encoding="utf-8"), kinds)
    write_text(page, text)


def refreshed(text: str, kinds: Kinds) -> str:
    """The page with its generated parts made anew; ValueError if a part has no place, or two."""
    made = parts(kinds)
    there = [name for _, name, _ in MARKED.findall(text)]
    if sorted(there) != sorted(made):
        raise ValueError(
            f"the page has the generated parts {', '.join(there) or 'none'}; wanted is each of "
            f"{', '.join(made)} once: mend the lines <!-- made: NAME --> and <!-- end: NAME -->"
        )
    return MARKED.sub(lambda m: f"{m[1]}\n{made[m[2]].rstrip()}\n\n{m[3]}", text)


def parts(kinds: Kinds) -> dict[str, str]:
    """Every generated part by name."""
    ours = {n: k for n, k in kinds.items() if k.__module__.startswith("simulator.")}
    found = {
        "columns": _columns(ours),
        "month": _month(),
        "order": _order(),
        "laws": _laws(),
        "derived": _derived(),
        "policies": _policies(ours),
        "parameters": _parameters(),
        "fixed": _fixed(),
    }
    return {name: "\n".join(lines) for name, lines in found.items()}


def tables() -> dict[str, tuple[Column, ...]]:
    """Every table of columns, by its name in `simulator.columns`."""
    return _declared(columns, Column)


def law_lists() -> dict[str, tuple[Law, ...]]:
    """Every list of laws, by its name in `simulator.behaviour.register`."""
    return _declared(register, Law)


def laws() -> list[Law]:
    """Every registered law once, in the order of the lists."""
    return list(dict.fromkeys(law for some in law_lists().values() for law in some))


def derived() -> list[Derived]:
    """Every derived quantity, those of behaviour first, then those of the policies together."""
    from simulator.instruments import instruments

    return [*register.DERIVED, *instruments(())]


def own_rules(kind: type[Policy]) -> dict[str, Rule]:
    """The rules that a policy gives itself, by name."""
    return {rule: getattr(kind, rule) for rule in RULES if rule in vars(kind)}


def own_laws(kind: type[Policy]) -> dict[str, Law]:
    """The laws that a policy gives itself, by the occasion on which they act."""
    return {hook: law for hook, law in vars(kind).items() if isinstance(law, Law)}


def _declared(module: Any, kind: type) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, tuple) and value and all(isinstance(v, kind) for v in value)
    }


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return table(head, ([cell or "-" for cell in row] for row in rows))


def _ticked(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _said(*rules: Rule) -> str:
    """The first sentence of each of the rules."""
    texts = (inspect.cleandoc(rule.__doc__ or "").split("\n\n")[0] for rule in rules)
    return " ".join(text.replace("\n", " ") for text in texts if text)


def _columns(kinds: Kinds) -> list[str]:
    lines = []
    for name, some in tables().items():
        lines += [f"**Table `{name}`**", "", *_column_rows(some), ""]
    for name, kind in kinds.items():
        if kind.columns:
            lines += [f"**Of a worker, for `{name}`**", "", *_column_rows(kind.columns), ""]
    return lines


def _column_rows(some: Iterable[Column]) -> list[str]:
    return _rows(
        ("column", "meaning", "unit", "range", "at the start"),
        [(f"`{c.name}`", c.meaning, c.unit, _span(c.low * c.scale, c.high * c.scale),
          _number(c.start * c.scale)) for c in some],
    )  # fmt: skip


def _month() -> list[str]:
    model = import_module("simulator.model")
    notes = dict(re.findall(r'^ +"(\w+)",  # \d+ (.+)$', inspect.getsource(model), re.MULTILINE))
    return [f"{k}. `{step}`: {notes.get(step, '')}" for k, step in enumerate(model.MONTH, 1)]


def _order() -> list[str]:
    rows = [(f"`{name}`", _ticked(law.name for law in some)) for name, some in law_lists().items()]
    return _rows(("list", "laws, in order"), rows)


def _file(rule: Rule) -> str:
    return f"`{rule.__module__.replace('.', '/')}.py`"


def _reads(one: Law) -> str:
    """What a law and its tests read; draws and its own parameters are told apart."""
    names = dict.fromkeys(a for rule in (*one.when, one.function) for a in arguments(rule))
    return _ticked(n for n in names if n not in one.draws and n != "p")


def _laws() -> list[str]:
    rows = []
    for one in laws():
        at = f"`{one.at[0]}` = {one.at[1]} ({codes.STAGES[one.at[1]]})" if one.at else ""
        rows.append((f"`{one.name}`", _said(*one.when, one.function), at, _reads(one),
                     _ticked(one.writes), _ticked(one.draws.values()), _ticked(one.tallies),
                     f"`{one.owner}`" if one.owner else "", _file(one.function)))  # fmt: skip
    head = ("law", "what it says", "acts at", "reads", "writes", "draws", "counts",
            "parameters", "file")  # fmt: skip
    return _rows(head, rows)


def _derived() -> list[str]:
    head = ("quantity", "gives", "reads", "parameters", "file")
    written = "written for the policies in force"
    rows = [
        (f"`{d.name}`", _ticked(d.gives), _ticked(a for a in arguments(d.function) if a != "p"),
         f"`{d.owner}`" if d.owner else "", written if d.source else _file(d.function))
        for d in derived()
    ]  # fmt: skip
    return _rows(head, rows)


def _policies(kinds: Kinds) -> list[str]:
    rows = []
    for name, kind in kinds.items():
        for rule, function in own_rules(kind).items():
            reads = _ticked(a for a in arguments(function) if a != "p")
            rows.append((f"`{name}.{rule}`", "rule", _said(function), reads, "", ""))
        for hook, one in own_laws(kind).items():
            rows.append((f"`{name}.{one.name}`", f"law, `{hook}`",
                         _said(*one.when, one.function), _reads(one), _ticked(one.writes),
                         _ticked(one.draws.values())))  # fmt: skip
    return _rows(("name", "kind", "what it says", "reads", "writes", "draws"), rows)


def _parameters() -> list[str]:
    head = ("parameter", "value", "unit", "bounds", "prior", "meaning", "source", "tag")
    lines = []
    for owner, group in OWNERS.items():
        rows = [
            (f"`{owner}.{name}`", _number(p.default), p.unit, _span(*p.bounds),
             _span(*p.prior) if p.prior else "", p.doc, p.source, p.tag)
            for name, p in group.declared.items()
        ]  # fmt: skip
        lines += [f"**Parameters of `{owner}`**", "", *_rows(head, rows), ""]
    return lines


def _fixed() -> list[str]:
    rows = []
    for name, meaning in FIXED.items():
        module, attribute = name.rsplit(".", 1)
        value = getattr(import_module(f"simulator.{module}"), attribute)
        told = ", ".join(map(_number, value)) if isinstance(value, tuple) else _number(value)
        rows.append((f"`{name}`", told, meaning))
    return _rows(("number", "value", "meaning"), rows)


def _span(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.4g}"
