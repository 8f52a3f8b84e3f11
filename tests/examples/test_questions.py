"""Every number of docs/faq.md is that of the page or declaration that it names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from calibration import priors
from experiments.lights import FEWEST
from reports.measures import TARGET, TARGET_YEAR
from scenarios.scenario import load

DOCS = Path(__file__).resolve().parents[2] / "docs"
# Of the page of validation, as they stand in a table of the questions.
LEVELS = {
    "NEA 2022, employees": "| NEA 2022 | employees | two years, a course | {}% |",
    "ROA 2020, workers": "| ROA 2020 | workers | two years, a course | {}% |",
    "SCP 2016, workers": "| SCP 2016 | workers, courses for work only | two years | {}% |",
    "AES 2016, 25-64": "| AES 2016 | ages 25-64 | twelve months, more kinds of learning | {}% |",
    "EBB 2019, 25-64": "| EBB 2019 | ages 25-64 | four weeks, long programmes too | {}% |",
}


@cache
def page(name: str) -> str:
    """A page of docs on one line, so that a sentence may be broken anywhere."""
    return " ".join((DOCS / name).read_text(encoding="utf-8").split())


def found(pattern: str, name: str) -> tuple[str, ...]:
    """What the groups of a pattern are on a page; the page must have it."""
    match = re.search(pattern, page(name))
    assert match, f"{name}: {pattern}"
    return match.groups()


def row(name: str) -> list[str]:
    """A figure of the page of validation, %: observed, predicted, and the ends of the band."""
    pattern = rf"\| {re.escape(name)} \| (\S+) \| (\S+) \| (\S+) to (\S+) \|"
    return [f"{100 * float(x):.0f}" for x in found(pattern, "validation.md")]


def index(outcome: str, variant: str, factor: str) -> str:
    """A total index of the page on sensitivity, with its interval; of the leading factor."""
    part = page("sensitivity.md").split(f" ## {variant} ")[1]
    line = part[part.index(f"| {outcome} |") :]
    leading = re.match(r"\| [^|]+\| [^|]+\| (\S+) (\S+ \[[^]]+\])", line)
    assert leading
    assert leading[1] == factor
    return f"a total index of {leading[2]}"


def claims() -> list[str]:
    """Every phrase of the questions that has a number, made from its source."""
    scenario, register = load(), page("assumptions.md")
    many, sourceless = found(r"(\d+) parameters, of which (\d+) are assumptions", "assumptions.md")
    (inside,) = found(r"Inside: (\d+ of \d+) of the figures that were only", "validation.md")
    (before,) = found(r"(\d+ of \d+) of those of 2022 and 2023 from the years", "validation.md")
    (sets,) = found(r"(\d+) parameter sets worth", "validation.md")
    (level,) = found(r"employees \(NEA\) \| 2012 \| \S+ \| [^|]+\| -(\S+) \|", "backcast.md")
    (hours,) = found(r"`plans\.long_hours` \| (\d+) \|", "assumptions.md")
    last = int(scenario.time.introduction.split("-")[0]) + scenario.time.years_after - 1
    anyway, seekers = row("voucher RCT, deadweight"), row("STAP 2022, looking for work")
    assert anyway[0] == "59"  # "almost 60%", as it was published
    leerrecht = scenario.policy("leerrecht").values
    return [
        "almost 60% of the vouchers",
        f"it is {anyway[1]}%, with a band of {anyway[2]} to {anyway[3]}%",
        f"In 2022 {row('NEA 2022, employees')[0]}% of employees",
        index("public money for what workers would have paid anyway", "voucher", "action.pi"),
        f"Of the {many} parameters in the [register](assumptions.md) {sourceless} are assumptions",
        f"only {register.count('% narrower |')} of those",
        f"not shown {inside} lie inside their 90% band",
        f"applicants {seekers[0]}% were looking for work; the model has {seekers[1]}%",
        *(words.format(row(name)[0]) for name, words in LEVELS.items()),
        f"The EBB is not met: the model says {row('EBB 2019, 25-64')[1]}%",
        f"The target of {TARGET:.0f}% in {TARGET_YEAR}",
        f"EUR {leerrecht['university']:,.0f} by assumption",
        f"It is there from {leerrecht['age_from']:.0f} to AOW age",
        f"take {hours} hours at the median",
        index("cost a year above the null", "leerrecht", "action.tau"),
        f"told from {FEWEST} of them",
        f"Whether {TARGET:.0f}% is reached in {TARGET_YEAR}",
        f"of the figures of 2022 and 2023, predicted from the years before, {before} lie inside",
        f"lived back to 2012 it is {level} points too low",
        f"The workforce to {last} is a projection",
        f"gives {sets} sets with weights",
        f"lives {scenario.uncertainty.members} of them",
        f"`llo compare --members {FEWEST}`",
        "`llo compare --same-budget 200e6`",
        "Labour Economics 31, 2014",
        "Labour Economics 47, 2017",
        "Economic Inquiry 61, 2023",
        "Can it predict 2030?",
    ]


def test_every_number_of_the_questions_is_its_source_s() -> None:
    text = page("faq.md")
    rest = text
    for claim in claims():
        assert claim in text, claim
        rest = rest.replace(claim, "")
    assert not re.findall(r".{30}\d.{10}", rest)


def test_the_theories_that_it_names_are_the_structural_alternatives() -> None:
    told = page("faq.md").split("**Other theories as switches.**")[1].split("Each has")[0]
    assert len(told.split(";")) == len(priors.read().structures)


def test_what_it_says_of_the_past_is_what_the_design_says() -> None:
    assert "Nothing in it explains the fall that was published before covid" in page("faq.md")
    assert "Nothing in the model explains the published fall before covid" in page("design.md")
