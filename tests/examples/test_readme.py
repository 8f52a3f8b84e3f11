"""What README claims holds; links and commands of all pages are good, and none is left out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from experiments import cli
from experiments.criteria import CRITERIA
from experiments.lights import LIGHTS
from experiments.table import ROWS
from reports.measures import TARGET, TARGET_YEAR
from scenarios.scenario import load

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
LLO = typer.main.get_command(cli.app)
WORDS_OF_TWO_MINUTES = 500


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def test_it_is_read_in_two_minutes_and_has_a_figure_two_commands_and_three_links() -> None:
    text = re.sub(r"[`*#|\[\]()!-]", " ", README)
    assert len(text.split()) <= WORDS_OF_TWO_MINUTES
    assert re.findall(r"^!\[.+\]\((.+)\)$", README, re.MULTILINE) == ["docs/compare.png"]
    (commands,) = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert [line.split("#")[0].strip() for line in commands.splitlines()] == [
        "make compare", "make test"]  # fmt: skip
    assert len(re.findall(r"(?<!!)\[[^\]]+\]\([^)]+\)", README)) == 3


@pytest.mark.parametrize("path", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere_on_a_code_host_too(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        to = (path.parent / name).resolve() if name else path
        assert to.is_file(), target
        assert to.is_relative_to(ROOT)
        assert not anchor or anchor in anchors(to), target


@cache
def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts and the site make them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_what_readme_says_of_the_baseline_holds() -> None:
    scenario = load()
    assert scenario.names() == ["null", "voucher", "leerrekening", "leerrecht", "together"]
    assert scenario.variants["together"] == ["voucher", "leerrekening", "leerrecht"]
    assert "**voucher**, a **leerrekening** (individual learning account), a **leerrecht**" in (
        " ".join(README.split())
    )
    introduced = int(scenario.time.introduction.split("-")[0])
    first = introduced - scenario.time.years_before
    last = introduced + scenario.time.years_after - 1
    assert f"from {first} to {last}" in README
    assert f"the introduction in\n{introduced}" in README
    assert scenario.uncertainty.members == 12
    assert "twelve\nparameter sets" in README
    assert scenario.standing  # doing nothing is not a world without policy
    stap = scenario.policy("stap")
    assert (stap.period.since, stap.period.until) == ("2022-03", "2024-01")


def test_what_it_says_is_answered_has_a_row_of_the_table() -> None:
    labels = " | ".join(row.label for row in ROWS)
    for words in ("NEA: ", "AES scale: ", "low-educated", "flexible contract", "cost a year",
                  "mean award", "administration", "outstanding", "additional", "brought forward",
                  "deadweight", "employer money displaced"):  # fmt: skip
        assert words in labels
    assert f"the {TARGET:.0f}% target for {TARGET_YEAR} is an AES" in README
    criteria = {c.criterion for c in CRITERIA if not c.criterion.startswith("Combination")}
    assert [name.split()[0] for name in sorted(criteria)] == [
        "Cost", "Efficiency", "Flexibility", "Targeting", "Time"]  # fmt: skip
    assert set(LIGHTS.values()) == {"calibrated", "extrapolated", "assumption-driven"}


def test_what_it_says_is_needed_is_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert "Python 3.11 or later" in README
    assert f"Licence: {project['license']}" in README
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = {t for p in pages() for t in re.findall(r"`make (\w+)`", p.read_text(encoding="utf-8"))}
    assert named <= set(targets)
    assert {"compare", "test", "site"} <= named


def commands() -> Iterator[tuple[str, typer.main.TyperCommand]]:
    """Every command, those of the sweep and of other packages too, with its name."""
    for name, command in LLO.commands.items():
        inside = getattr(command, "commands", None)
        if inside:
            yield from ((f"{name} {own}", one) for own, one in inside.items())
        else:
            yield name, command


def test_the_page_of_commands_names_every_command() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert len(dict(commands())) > 20
    assert not [name for name, _ in commands() if not re.search(rf"`llo {name}\b", text)]


@pytest.mark.parametrize("path", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_shows_is_one_and_has_its_options(path: Path) -> None:
    known = dict(commands())
    text = path.read_text(encoding="utf-8")
    shown = re.findall(r"`(?:\.venv/bin/)?llo ([a-z][^`]*)`", text)
    shown += re.findall(r"^(?:\.venv/bin/)?llo ([a-z].*?)(?: +#.*)?$", text, re.MULTILINE)
    for line in shown:
        words = line.split()
        name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        if name in LLO.commands and name not in known:
            continue  # a group of commands, named as such
        assert name in known, line
        options = {o for parameter in known[name].params for o in parameter.opts} | {"--help"}
        asked = [w.split("=")[0] for w in words if w.startswith("--")]
        assert set(asked) <= options, line
