"""The pages under docs/ hold: their code runs, files they name exist, words are explained."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments import assumptions, sensitivity_page
from experiments.lights import LIT
from experiments.pages import instruments, studies
from experiments.picture import LEVELS
from experiments.sweeps.study import checked
from experiments.sweeps.study import read as read_study
from experiments.table import NOTES, ON_SEEDS, ON_SETS, ROWS
from scenarios.scenario import OWNERS, Scenario, available, load, read, resolve, solved
from simulator import codes
from simulator.policy import RULES, Null, Policy
from simulator.surveys import SURVEYS
from simulator.variants import compare

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


EXTENDING = (DOCS / "extending.md").read_text(encoding="utf-8")
POLICY, NOTEBOOK = blocks(EXTENDING, "python")
REGISTRATION, SCENARIO = blocks(EXTENDING, "toml")


@pytest.fixture(scope="module")
def korting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Policy]]:
    """The policy of the page, installed as the page says: a file and an entry point."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "korting.py").write_text(POLICY, encoding="utf-8")
    info = folder / "korting-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: korting\nVersion: 1\n")
    for group, points in tomllib.loads(REGISTRATION)["project"]["entry-points"].items():
        lines = [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    available.cache_clear()
    try:
        yield importlib.import_module("korting").Korting
    finally:
        available.cache_clear()
        sys.path.remove(str(folder))
        sys.modules.pop("korting", None)


@pytest.fixture(scope="module")
def scenario(korting: type[Policy]) -> Scenario:
    """The scenario of the page; it is refused unless the policy is registered."""
    return read(SCENARIO).changed(persons=1_500)


@pytest.fixture(scope="module")
def lived(scenario: Scenario) -> xr.Dataset:
    """A short comparison of its variants beside doing nothing, twice."""
    design = replace(scenario.design(), spin_up=12, before=12, after=24)
    variants = {
        "null": list,
        "again": lambda: [Null()],
        "half": lambda: scenario.policies("half"),
        "three_quarters": lambda: scenario.policies("three_quarters"),
    }
    return compare(design, variants, seed=4)


def test_the_policy_is_short_and_declares_what_it_should(korting: type[Policy]) -> None:
    assert len(POLICY.splitlines()) <= 30
    assert available()["korting"] is korting
    assert korting().values["share"] == 0.5
    with pytest.raises(ValueError, match=r"korting\.share = 2: allowed is 0 to 1"):
        korting(share=2)


def test_its_rules_work_alone(korting: type[Policy]) -> None:
    p = korting.parameters.tuple(share=0.5, most=500)
    eligible: Any = korting.eligible  # a rule has arguments of its own
    covers: Any = korting.covers
    found = [eligible(education=level, p=p) for level in codes.EDUCATION]
    assert found == [True, True, True, False, False, False]
    assert [covers(price=x, p=p) for x in (0.0, 300.0, 1000.0, 4000.0)] == [0, 150, 500, 500]


def test_the_null_of_the_example_changes_nothing(lived: xr.Dataset) -> None:
    null, again = (lived.sel(variant=v).drop_vars("variant") for v in ("null", "again"))
    assert again.identical(null)


def test_the_policy_pays_courses_of_its_own_group_only(lived: xr.Dataset) -> None:
    total = lived[["awards", "awards_eur", "administration_eur", "outstanding_eur"]].sum("year")
    for variant in ("half", "three_quarters"):
        found = total.sel(variant=variant)
        assert found["awards"] > 0
        assert 0 < found["awards_eur"] <= 500 * found["awards"]
        np.testing.assert_allclose(found["administration_eur"], 67 * found["awards"])
        reach = lived["reach"].sel(variant=variant).sum("year")
        assert reach.sel(group="education:practical") > 0
        assert reach.sel(group="education:high") == 0
    assert total["awards"].sel(variant="null") == total["outstanding_eur"].sum() == 0


def test_the_notebook_block_is_short_and_gives_numbers() -> None:
    assert len([line for line in NOTEBOOK.splitlines() if line.strip()]) < 10
    space: dict[str, Any] = {}
    with redirect_stdout(StringIO()) as printed:
        exec(compile(NOTEBOOK, "docs/extending.md", "exec"), space)
    change = space["change"]
    assert list(change["variant"].values) == ["null", "500", "1000"]
    assert bool(np.isfinite(change.sel(group="all")).all())
    assert bool((change.sel(variant="null", group="all") == 0).all())
    assert "1000" in printed.getvalue()


def test_the_page_names_every_rule() -> None:
    table = EXTENDING.split("## The rules")[1].split("**Argument names**")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == RULES
    assert all(f"`{name}`" in EXTENDING for name in Null.parameters)


def test_the_register_of_assumptions_is_what_the_code_declares() -> None:
    page = (DOCS / "assumptions.md").read_text(encoding="utf-8")
    assert page == assumptions.page(solved(resolve("levels.toml"))), "make pages"
    assert all(f"`{owner}.{key}`" in page for owner, g in OWNERS.items() for key in g.declared)


def test_the_page_of_instruments_is_what_they_declare() -> None:
    page = (DOCS / "instruments.md").read_text(encoding="utf-8")
    ours = {n: k for n, k in available().items() if k.__module__.startswith("simulator.")}
    assert page == instruments(ours), "make pages"

    for name, kind in ours.items():
        assert f"\n## {name}\n" in page
        assert kind.omits, f"say what {name} leaves out"


def terms() -> list[str]:
    """The first column of the glossary, its bold words."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    return re.findall(r"^\| \*\*(.+?)\*\* \|", text, re.MULTILINE)


def printed_words() -> set[str]:
    """Abbreviations and words of the field in what `llo compare` prints and draws."""
    texts = [t for row in ROWS for t in (row.section, row.label, row.unit)]
    texts += [
        *ON_SETS,
        *ON_SEEDS,
        *LIT,
        *NOTES,
        *(title for _, title in LEVELS),
        *(s.name for s in SURVEYS.values()),
    ]
    text = " ".join(texts)
    capitals = set(re.findall(r"\b[A-Z]{2,}\b", text))
    field = {"pp", "mln", "mbo", "null", "award", "reach", "displaced", "deadweight", "additional",
             "practically educated", "extra learners", "self-chosen", "lapse", "interval", "seed",
             "band", "chance", "introduction", "calibrated", "administration",
             "outstanding"}  # fmt: skip
    missing = {word for word in field if word not in text.lower()}
    assert not missing, f"no longer printed, take it off this list: {missing}"
    return capitals | field | set(load().variants) - {"together"}


def test_the_glossary_explains_what_is_printed() -> None:
    known = " ; ".join(terms()).lower()
    unexplained = [w for w in sorted(printed_words()) if not re.search(rf"\b{w.lower()}\b", known)]
    assert not unexplained


def test_the_glossary_is_alphabetical_and_holds_every_word_once() -> None:
    found = [term.lower() for term in terms()]
    assert len(found) > 80
    assert len(set(found)) == len(found)
    assert found == sorted(found)


def test_the_glossary_holds_the_codes() -> None:
    known = " ; ".join(terms()).lower()
    assert all(stage in known for stage in codes.STAGES.values())


@pytest.mark.parametrize(
    "page",
    ["design.md", "vision.md", "glossary.md", "extending.md", "ODD.md", "index.md", "faq.md",
     "commands.md", "api/index.md"],
)  # fmt: skip
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    name = r"`([\w./-]+(?:\.(?:py|toml|md)|/))`"
    without = set(re.findall(rf"\bno {name}", text))  # what the page says there is not
    named = set(re.findall(name, text)) - without - {"korting.py"}  # which the reader writes
    assert {n for n in named if not stands(n)} == set()
    assert {n for n in without if stands(n)} == set()


def stands(name: str) -> bool:
    """Whether a file is there; a name without its folder is the simulator's."""
    return any((folder / name).exists() for folder in (ROOT, ROOT / "simulator"))


def test_the_vision_is_three_lines() -> None:
    lines = (DOCS / "vision.md").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip() and not line.startswith("#")]) == 3


def test_the_page_on_studies_is_what_is_declared_and_its_study_can_run(tmp_path: Path) -> None:
    page = (DOCS / "studies.md").read_text(encoding="utf-8")
    assert page == studies(page), "make pages"
    (text,) = blocks(page, "toml")
    found = checked(text, tomllib.loads(text), tmp_path / "study.toml")
    assert found.names == ["leerrekening.deposit", "action.pi", "plans.price"]
    for name in re.findall(r"^\| `(\w+)` \|", page.split("## What a study says")[0], re.MULTILINE):
        assert read_study(name).study.title


def test_the_page_on_sensitivity_is_what_the_indices_say() -> None:
    page = (DOCS / "sensitivity.md").read_text(encoding="utf-8")
    assert page == sensitivity_page.page(), "make pages"
    found = sensitivity_page.ranks()
    assert set(found.values()) == set(range(1, 19))
    assert set(found) == set(read_study("sobol").names)
