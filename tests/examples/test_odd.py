"""docs/ODD.md describes the model that is there: its tables are current, its prose is complete."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from experiments import odd
from experiments.cli import policies as llo_policies
from scenarios.scenario import OWNERS, available
from simulator.columns import TEAM, WORKER, Column
from simulator.instruments import awareness_laws
from simulator.laws import Law
from simulator.model import MONTH
from simulator.parameters import param, parameters
from simulator.policy import RULES, Policy
from simulator.settlement import book, settle
from simulator.stack import Stack
from simulator.wiring import SCALARS, STATE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ODD.md"
TEXT = PAGE.read_text(encoding="utf-8")
PROSE = odd.MARKED.sub("", TEXT)
KINDS = {n: k for n, k in available().items() if k.__module__.startswith("simulator.")}
Kinds = dict[str, type[Policy]]


def named(text: str) -> set[str]:
    """Everything that stands in backticks outside fences."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)))


def sections(prose: str) -> dict[str, str]:
    """Text of every section by each of the names in backticks in its heading."""
    found = {}
    for part in re.split(r"^(?=#{2,5} )", prose, flags=re.MULTILINE):
        heading, _, body = part.partition("\n")
        found |= dict.fromkeys(re.findall(r"`([^`]+)`", heading), body.strip())
    return found


def without_section(prose: str, names: Iterable[str]) -> list[str]:
    """Names that no heading of the prose has, or whose section is empty."""
    there = sections(prose)
    return [name for name in names if not there.get(name)]


def untold(prose: str, kinds: Kinds) -> list[str]:
    """Rules and laws of policies that the section of their policy does not name."""
    there = sections(prose)
    return [
        f"{name}.{own}"
        for name, kind in kinds.items()
        for own in (*odd.own_rules(kind), *(law.name for law in odd.own_laws(kind).values()))
        if f"{name}.{own}" not in named(there.get(name, ""))
    ]


def every_law() -> list[str]:
    """Registered laws, and those that are written for the policies in force."""
    made = [kind() for kind in KINDS.values()]
    stack = Stack(made)
    written = [*awareness_laws(made), settle(stack), book(stack)]
    return [law.name for law in odd.laws()] + [law.function.__name__ for law in written]


def test_the_tables_are_what_the_declarations_give() -> None:
    assert odd.refreshed(TEXT, available()) == TEXT, "make pages"


def test_every_law_and_derived_quantity_has_a_section_of_prose() -> None:
    assert len(every_law()) > 20
    assert not without_section(PROSE, every_law())
    assert not without_section(PROSE, [d.name for d in odd.derived()])


def test_every_policy_has_a_section_that_names_its_rules_and_laws() -> None:
    assert not without_section(PROSE, KINDS)
    assert not untold(PROSE, KINDS)
    assert set(RULES) <= named(PROSE)


def test_every_step_of_the_month_has_a_section() -> None:
    assert not without_section(PROSE, MONTH)
    steps = re.findall(r"^\d+\. `(\w+)`: \w", odd.parts(KINDS)["month"], re.MULTILINE)
    assert tuple(steps) == MONTH, "every step has its words beside it in model.py"


def test_every_column_and_quantity_of_the_model_is_named() -> None:
    own = {column.name for kind in KINDS.values() for column in kind.columns}
    columns = {c.name for some in odd.tables().values() for c in some}
    assert columns >= {c.name for c in (*WORKER, *TEAM)}
    assert not (columns | own | {*SCALARS, *STATE}) - named(TEXT)


def test_every_parameter_of_every_owner_is_named() -> None:
    wanted = {f"{owner}.{name}" for owner, group in OWNERS.items() for name in group}
    assert len(wanted) > 100
    assert not wanted - named(TEXT)


def test_what_the_prose_calls_a_parameter_or_a_rule_is_one() -> None:
    known = {f"{owner}.{name}" for owner, group in OWNERS.items() for name in group}
    for name, kind in KINDS.items():
        laws = (law.name for law in odd.own_laws(kind).values())
        known |= {f"{name}.{own}" for own in (*kind.parameters, *odd.own_rules(kind), *laws)}
    owner = "|".join((*OWNERS, *KINDS))
    called = re.findall(rf"(?<![\w/])(?:{owner})\.(?!py\b|toml\b)\w+", PROSE)
    assert len(called) > 100
    assert not set(called) - known


def test_what_the_prose_has_a_section_for_is_there() -> None:
    known = {*every_law(), *MONTH, *KINDS, *(d.name for d in odd.derived())}
    assert set(sections(PROSE)) - known == set()


def test_lines_of_prose_are_short() -> None:
    long = [n for n in PROSE.splitlines() if len(n) > 100 and not n.startswith("|")]
    assert not long


@pytest.mark.parametrize("name", ["consider", "affordability", "settle", "offices", "voucher"])
def test_a_section_that_is_taken_out_is_missed(name: str) -> None:
    cut = re.sub(rf"^#+ `{name}`$\n", "", PROSE, flags=re.MULTILINE)
    assert cut != PROSE
    names = [*every_law(), *MONTH, *KINDS, "affordability"]
    assert set(without_section(cut, names)) - set(without_section(PROSE, names)) == {name}


def test_an_empty_section_is_missed() -> None:
    assert without_section("##### `one`\n\n##### `two`\n\ntext\n", ["one", "two"]) == ["one"]


def test_a_law_that_is_added_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    def muse(urgency):  # type: ignore[no-untyped-def]
        """The worker muses."""
        return urgency

    monkeypatch.setattr(odd.register, "MUSING", (Law(muse, ("urgency",)),), raising=False)
    assert "muse" in without_section(PROSE, every_law())
    assert odd.refreshed(TEXT, available()) != TEXT


def test_a_rule_of_a_policy_that_is_not_told_is_missed() -> None:
    cut = PROSE.replace("`voucher.covers`", "covers")
    assert untold(cut, KINDS) == ["voucher.covers"]


def test_a_parameter_or_column_that_is_added_or_changed_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = parameters("musing", depth=param(1.0, "z", "test", "test", "A", bounds=(0, 2)))
    with monkeypatch.context() as changed:
        changed.setitem(odd.OWNERS, "musing", more)
        new = odd.refreshed(TEXT, available())
        assert named(new) - named(TEXT) == {"musing", "musing.depth"}
    with monkeypatch.context() as changed:
        a12 = replace(OWNERS["stages"].declared["a12"], default=-3.0)
        changed.setitem(OWNERS["stages"].declared, "a12", a12)  # type: ignore[arg-type]
        assert odd.refreshed(TEXT, available()) != TEXT
    extra = Column("muses", "int8", "code", "1 = muses", 0, 1)
    monkeypatch.setattr(odd.columns, "TEAM", (*TEAM, extra))
    assert named(odd.refreshed(TEXT, available())) - named(TEXT) == {"muses"}


def test_the_command_makes_the_pages_of_a_folder_anew(tmp_path: Path) -> None:
    docs = PAGE.parent
    (tmp_path / "ODD.md").write_text(odd.MARKED.sub(r"\1old\n\3", TEXT), encoding="utf-8")
    shutil.copy(docs / "studies.md", tmp_path)
    llo_policies(folder=tmp_path)
    made = ["ODD.md", "assumptions.md", "instruments.md", "sensitivity.md", "studies.md"]
    drawn = ["sensitivity-growth.png", "sensitivity-years.png", "sensitivity.png"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(made + drawn)
    for name in made:
        assert (tmp_path / name).read_text("utf-8") == (docs / name).read_text("utf-8"), name


@pytest.mark.parametrize("wrong", ["", "<!-- made: month -->\n<!-- end: month -->\n"])
def test_a_page_without_room_for_every_part_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="mend the lines"):
        odd.refreshed(TEXT + wrong if wrong else "", KINDS)
