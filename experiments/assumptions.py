"""The assumption register: docs/assumptions.md, every number that may be changed, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calibration import members, priors, summary
from experiments.markdown import table
from experiments.sensitivity_page import ranks
from scenarios.scenario import OWNERS
from simulator.parameters import TAG_MEANINGS, Parameter
from simulator.policy import Policy

_HEAD = """\
# Assumption register

Made by `make pages` from what the code declares; do not edit it here. Every number of the model
that may be changed: its value in the baseline, the range that is thought possible, how good its
source is, and what the calibration did with it. Parameters of instruments that a scenario may set
as it likes (amounts, budgets, ages) are choices, and stand in [instruments.md](instruments.md).
What each source stands for, and what was found there, is in [evidence.md](evidence.md).

- **class**: K = calibrated on Dutch series, X = matched to an experiment, P = stays a prior;
  `solved` = found anew for each parameter set; `structure` = a switch between alternatives;
  `level` = solved once, for the baseline; `-` = fixed at its value in every run unless a scenario
  says otherwise. *deep* = no evidence on its size at all.
- **quality**: {tags}.
- **posterior**: what the calibrated ensemble holds, 5-95%, and by how much that is narrower than
  the prior where it is told from chance ([calibration.md](calibration.md)); of what instruments
  share it is a factor on the value of each.
- **rank**: place among the assumptions that the sensitivity study varied, by how much of what the
  instruments do has a part of each ([sensitivity.md](sensitivity.md)); empty for the others.

{count} parameters, of which {assumed} are assumptions without a source for their size.

"""


@dataclass(frozen=True)
class _Line:
    name: str
    declared: Parameter
    kind: str


def page(levels: Mapping[str, Mapping[str, float]]) -> str:
    """The register with the posterior; `levels` are the solved levels of the baseline, by owner."""
    known = priors.read()
    drawn = {p.name: p for p in known.priors}
    solved = {s.name for s in known.solved}
    switched = {s.parameter for s in known.structures}

    def kind(name: str, owner: str, key: str) -> str:
        if name in solved:
            return "solved"
        if name in drawn:
            return drawn[name].kind + (", deep" if drawn[name].deep else "")
        if name in switched:
            return "structure"
        return "level" if key in levels.get(owner, {}) else "-"

    lines = [
        _Line(f"{owner}.{key}", declared, kind(f"{owner}.{key}", owner, key))
        for owner, group in OWNERS.items()
        for key, declared in group.declared.items()
    ]
    lines += _shared(drawn)
    fitted, placed = _posterior(), ranks()
    rows = []
    for one in lines:
        d = one.declared
        cells = (f"`{one.name}`", _number(_value(one, levels)), d.unit, _range(d),
                 fitted.get(one.name, ""), one.kind, d.tag, str(placed.get(one.name, "")), d.doc,
                 d.source)  # fmt: skip
        rows.append(cells)
    head = _HEAD.format(
        tags="; ".join(f"{tag} = {meaning}" for tag, meaning in TAG_MEANINGS.items()),
        count=len(lines),
        assumed=sum("A" in one.declared.tag for one in lines),
    )
    heads = ("parameter", "value", "unit", "range", "posterior", "class", "quality", "rank",
             "meaning", "source")  # fmt: skip
    text = [each for each in heads if each not in ("value", "rank")]
    return head + "\n".join(table(heads, rows, text)) + "\n"


def _posterior() -> dict[str, str]:
    """What the ensemble holds of every parameter that it has, with by how much it is narrower."""
    rows = summary.parameters(members.known())
    return {
        name: ("times " if name.startswith(priors.INSTRUMENTS) else "")
        + posterior
        + (f", {by} narrower" if by.endswith("%") else "")
        for name, _, posterior, by in rows
    }


def _shared(drawn: Mapping[str, priors.Prior]) -> list[_Line]:
    """What every instrument has of the behaviour of people, once."""
    found = []
    for key, declared in vars(Policy).items():
        if isinstance(declared, Parameter) and declared.prior:
            name = f"{priors.INSTRUMENTS}.{key}"
            found.append(_Line(name, declared, drawn[name].kind if name in drawn else "-"))
    return found


def _value(one: _Line, levels: Mapping[str, Mapping[str, float]]) -> float:
    owner, _, key = one.name.partition(".")
    return levels.get(owner, {}).get(key, one.declared.default)


def _range(declared: Parameter) -> str:
    return f"{declared.prior[0]:g} to {declared.prior[1]:g}" if declared.prior else "-"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
