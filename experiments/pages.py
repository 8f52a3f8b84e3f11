"""Pages under docs/ that are made from declarations and results (`llo policies --pages`)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.markdown import table
from simulator.laws import Law
from simulator.parameters import TAG_MEANINGS, Parameter
from simulator.policy import RULES, Policy

_RULES = {
    "eligible": "Who may use it",
    "covers": "What it pays",
    "burden": "What applying costs in effort",
    "option_value": "Reluctance to use it now",
    "prepaid": "What must be advanced or paid back",
    "paid_time": "Paid time",
    "norm_shift": "What knowing it adds to the norm",
    "recognised_share": "Which plans it changes",
    "informs": "Its own messages",
    "relief": "What it takes away of burdens",
    "tells": "What it makes known",
}
_HOOKS = {
    "yearly": "Every year",
    "monthly": "Every month, to workers",
    "team_monthly": "Every month, to teams",
    "employer_monthly": "Every month, to employers",
    "on_award": "On an award",
    "on_failure": "On a no-show or an early stop",
    "on_move": "On leaving an employer",
}
_PAYERS = {
    "state": "the State",
    "tax": "the State, as tax forgone",
    "fund": "a fund of the sector",
    "employer": "the employer",
    "loan": "the worker later, as a loan",
    "account": "an account filled by employers, funds and workers",
}
_HEAD = """\
# Instruments

Made by `make pages` from what each instrument declares in `simulator/policies/`; do not edit it
here. How an instrument acts on people is in `simulator/behaviour/`, how several pay one course in
`simulator/stack.py`, how a scheme with windows serves people in `simulator/office.py`, and where
courses have seats in `simulator/training.py`. Every number below is a default: a scenario may give
another one, within the bounds that `llo policies` prints. `-` as prior: a rule of the scheme, or
no range is known.

Tags of sources: {tags}. What each source stands for is in [evidence.md](evidence.md).

"""


def instruments(kinds: Mapping[str, type[Policy]]) -> str:
    """The page of all instruments: what each is, what it does, what is left out, and sources."""
    tags = "; ".join(f"{tag} = {meaning}" for tag, meaning in TAG_MEANINGS.items())
    rows = table(
        ("instrument", "what it is", "whose money", "rationed"),
        ((f"[{name}](#{name})", _first(kind.__doc__), _money(kind), _rationed(kind))
         for name, kind in kinds.items()),
    )  # fmt: skip
    shared = [
        "## What every instrument has",
        "",
        "Unless an instrument below gives another default. Only what has windows has a queue, and",
        "only what is applied for is assessed.",
        "",
        *_table(vars(Policy)),
    ]
    parts = [_part(name, kind) for name, kind in kinds.items()]
    return "\n".join([_HEAD.format(tags=tags) + "\n".join(rows), "", *shared, "", *parts])


def _first(text: str | None) -> str:
    return inspect.cleandoc(text or "").split("\n\n")[0].replace("\n", " ")


def _money(kind: type[Policy]) -> str:
    if kind.covers is Policy.covers:
        return "no course is paid"
    back = ", given back to the employer" if kind.to == "employer" else ""
    return _PAYERS[kind.payer] + back


def _rationed(kind: type[Policy]) -> str:
    if kind.windows is None:
        return "no" if kind.covers is not Policy.covers else "-"
    count = len(kind.windows.opens)
    return f"{count} windows a year, {kind.windows.order}, a budget"


def _part(name: str, kind: type[Policy]) -> str:
    lines = [f"## {name}", "", *inspect.cleandoc(kind.__doc__ or "").splitlines(), ""]
    module = inspect.getmodule(kind)
    lines += [f"`{(module.__name__ if module else '').replace('.', '/')}.py`", ""]
    lines += [f"- {label}: {text}" for label, text in _does(kind)]
    lines += ["", "Not modelled:", "", *(f"- {text}" for text in kind.omits), ""]
    own = {k: v for k, v in kind.parameters.declared.items() if v is not vars(Policy).get(k)}
    if own:
        lines += [*_table(own), ""]
    return "\n".join(lines)


def _does(kind: type[Policy]) -> list[tuple[str, str]]:
    """What each rule and law of the instrument says of itself."""
    found = [("Whose money", _money(kind))]
    if kind.windows is not None:
        opens = ", ".join(kind.windows.opens)
        found.append(("Windows open on", f"{opens}; served by {kind.windows.order}"))
    if kind.excludes and kind.covers is not Policy.covers:
        found.append(("May not pay a course together with", ", ".join(kind.excludes)))
    for rule in RULES:
        function: Callable[..., Any] = getattr(kind, rule)
        if function is not getattr(Policy, rule):
            found.append((_RULES[rule], _first(function.__doc__)))
    for hook, label in _HOOKS.items():
        mine: Law | None = getattr(kind, hook)
        if mine is not None:
            found.append((label, _first(mine.function.__doc__)))
    if kind.rights_column:
        found.append(("Rights that the ledger holds", f"column `{kind.rights_column}`"))
    lever = kind().lever
    if lever:
        found.append(("Lever of its generosity", f"`{lever}`"))
    return found


def _table(declared: Mapping[str, Any]) -> list[str]:
    heads = ("parameter", "default", "unit", "meaning", "prior", "source", "tag")
    rows = [
        (f"`{name}`", _number(p.default), p.unit, p.doc,
         f"{p.prior[0]:g} to {p.prior[1]:g}" if p.prior else "-", p.source, p.tag)
        for name, p in declared.items() if isinstance(p, Parameter)
    ]  # fmt: skip
    return table(heads, rows, [head for head in heads if head != "default"])


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def studies(page: str) -> str:
    """The page on studies with its two tables made anew: what is kept, and outcomes."""
    from experiments.sweeps.outcomes import OUTCOMES
    from experiments.sweeps.outputs import OUTPUTS, USUAL

    kept = [
        (f"`{name}`{' *' if o.grouped else ''}", o.long_name, o.unit,
         "yes" if name in USUAL else "")
        for name, o in OUTPUTS.items()
    ]  # fmt: skip
    found = [(f"`{o.name}`", o.long_name, o.unit, o.sense) for o in OUTCOMES.values()]
    tables = {
        "## What is kept of a run": table(
            ("output", "meaning", "unit", "unless said otherwise"), kept
        ),
        "## Outcomes": table(("outcome", "meaning", "unit", "wanted"), found),
    }
    for heading, lines in tables.items():
        start = page.index(heading)
        end = page.find("\n## ", start + 1)
        words, _, _ = page[start:end].partition("\n\n|")
        words = re.sub(r"\n\n(OUTPUTS|OUTCOMES)\n$", "", words.rstrip("\n") + "\n").rstrip("\n")
        page = page[:start] + words + "\n\n" + "\n".join(lines) + "\n" + page[end:]
    return page


def make(folder: Path, kinds: Mapping[str, type[Policy]]) -> None:
    """Make the pages of a folder that come from declarations and results anew: all of them, or
    their tables.
    """
    from calibration.files import write_text
    from experiments import assumptions, sensitivity_page
    from experiments import odd as description
    from scenarios.scenario import resolve, solved

    write_text(folder / "instruments.md", instruments(kinds))
    write_text(folder / "assumptions.md", assumptions.page(solved(resolve("levels.toml"))))
    if sensitivity_page.known() is not None:
        write_text(folder / "sensitivity.md", sensitivity_page.page())
        sensitivity_page.pictures(folder)
    page = folder / "studies.md"
    write_text(page, studies(page.read_text(encoding="utf-8")))
    description.refresh(folder / "ODD.md", kinds)
