"""docs/evidence.md explains every reference that the declarations make, and nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from calibration import priors
from calibration.patterns import PATTERNS
from scenarios.kinds import available
from scenarios.scenario import OWNERS
from simulator.parameters import Parameter
from simulator.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "evidence.md"
CODE = ("simulator", "calibration", "scenarios", "experiments")
PLACE = r"(?:l\.\d+(?:-\d+)?|par\. \d\.\d)"
CHAIN = re.compile(rf"[Ss]ources? \(?(00\d(?:[,;]? (?:and |to )?(?:00\d|{PLACE}))*)")
REVIEW = re.compile(r"\bbehaviour ([A-D]\d?)\b|\bE(\d{1,2})([a-e])?\b(?: (no\. \d+))?")
NAME = r"(?:(?:Van den|Van|De) )?[A-Z][a-zø][\w-]*"
NEAR = 60  # characters from a name to its year
# What a declaration names that the page must have: tables of CBS and ILOSTAT, and sites.
TABLE = re.compile(r"\b\d{5}(?:NED|ned)\b|ILOSTAT|\b[\w-]+\.(?:nl|com|fr|org|eu)\b")
CITED = re.compile(rf"({NAME})(?:(?:, {NAME})* and {NAME}| et al\.)")


@cache
def text() -> str:
    return PAGE.read_text(encoding="utf-8")


@cache
def part(heading: str) -> str:
    """The part of the page under a heading of the second level."""
    return text().split(f"\n## {heading}\n")[1].split("\n## ")[0]


@cache
def rows(heading: str) -> dict[str, str]:
    """Every key that a table or list of a part explains, with its entry on one line."""
    found: dict[str, str] = {}
    for start, entry in re.findall(r"^(- |\| )(`.+?)(?=^- |^\| |^$)", part(heading), re.M | re.S):
        line = " ".join(entry.split())
        first = re.match(r"(?:`[^`]+`,? ?)+", line)
        assert first, line
        for key in re.findall(r"`([^`]+)`", first[0]):
            assert key not in found, f"{key} twice"
            found[key] = start + line
    assert found
    return found


REVIEWED = ("The review, part by part", "The priors of E6", "Structural alternatives (E7)")
DOCUMENTS, FIGURES = "The project's documents", "The list of figures"
NAMED, NO_SOURCE = "Statistics, institutes and press", "Words that name no source"


def reviewed() -> dict[str, str]:
    return {key: row for heading in REVIEWED for key, row in rows(heading).items()}


def publications() -> list[str]:
    return re.findall(r"^- \*\*(.+?)\*\*", part("Publications"), re.MULTILINE)


def words() -> list[str]:
    """The words that the page lists as naming no source."""
    return [" ".join(w.split()) for w in re.findall(r"`([^`]+)`", part(NO_SOURCE))]


def _sources(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "source" and isinstance(below, str):
                yield " ".join(below.split())
            yield from _sources(below)
    elif isinstance(value, list):
        for below in value:
            yield from _sources(below)


@cache
def declared() -> frozenset[str]:
    """Every source that a parameter, prior, target, figure, margin or pattern declares."""
    ours = [k for k in available().values() if k.__module__.startswith("simulator.")]
    groups = [
        *(group.declared for group in OWNERS.values()),
        *(kind.parameters.declared for kind in ours),
        {k: v for k, v in vars(Policy).items() if isinstance(v, Parameter)},
    ]
    found = {p.source for group in groups for p in group.values()}
    found |= {prior.source for prior in priors.read().priors}
    found |= {pattern.source for pattern in PATTERNS}
    for folder in CODE:
        for path in (ROOT / folder).rglob("*.toml"):
            found |= set(_sources(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert len(found) > 200
    return frozenset(found)


@cache
def texts() -> dict[str, str]:
    """What may refer to a source: declarations, the code and the other pages, on one line each."""
    paths = [p for folder in CODE for e in ("py", "toml") for p in (ROOT / folder).rglob(f"*.{e}")]
    paths += [p for p in (ROOT / "docs").rglob("*.md") if p != PAGE]
    read = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in paths}
    return {
        name: " ".join(re.sub(r'\n\s*[#"|]*', " ", page).split()) for name, page in read.items()
    }


def review_of(words: str) -> set[str]:
    """The parts of the review that a text refers to, by their keys on the page."""
    found = set()
    for letter, number, choice, prior in REVIEW.findall(words):
        found.add(
            f"behaviour {letter}" if letter else f"E{number}{choice}" + f" {prior}" * bool(prior)
        )
    return found


def places_of(words: str) -> set[tuple[str, str]]:
    """The places in the project's documents that a text refers to: document, and line or part."""
    found = set()
    for chain in CHAIN.findall(words):
        document, places = "", 0
        for token in re.findall(rf"00\d|{PLACE}", chain):
            if token.startswith("00"):
                if document and not places:
                    found.add((document, ""))
                document, places = token, 0
            else:
                found.add((document, token))
                places += 1
        if not places:
            found.add((document, ""))
    return found


def _lines(place: str) -> range:
    first, _, last = place.removeprefix("l.").partition("-")
    return range(int(first), int(last or first) + 1)


def explains(key: str, document: str, place: str) -> bool:
    """Whether a row is about a place: the same, or lines that lie within its lines."""
    name, _, where = key.partition(" ")
    if name != document or not (where.startswith("l.") and place.startswith("l.")):
        return (name, where) == (document, place)
    return set(_lines(place)) <= set(_lines(where))


def test_every_reference_to_the_review_is_explained() -> None:
    used = {key for page in (*texts().values(), *declared()) for key in review_of(page)}
    assert len(used) > 40
    assert sorted(used - set(reviewed())) == []


def test_every_publication_that_is_cited_by_its_number_in_the_review_is_told() -> None:
    used = {found for page in texts().values() for found in re.findall(r"\[(V\d+)\]", page)}
    assert used
    assert [number for number in sorted(used) if not names(text(), number)] == []


def test_every_part_of_the_review_that_is_explained_is_referred_to() -> None:
    used = {key for page in (*texts().values(), *declared()) for key in review_of(page)}
    spare = {key for key, row in reviewed().items() if key not in used and "context:" not in row}
    assert sorted(spare) == []


def test_every_place_in_a_document_is_explained_and_every_row_is_referred_to() -> None:
    behind = text().split(f"\n## {DOCUMENTS}\n")[0]  # what stands behind parts of the review
    used = {place for page in (*texts().values(), *declared(), behind) for place in places_of(page)}
    keys = rows(DOCUMENTS)
    assert len(used) > 25
    lost = [f"source {d} {p}" for d, p in sorted(used) if not any(explains(k, d, p) for k in keys)]
    assert lost == []
    documents = {key for key in keys if " " not in key}
    places = set(keys) - documents
    assert [k for k in sorted(places) if not any(explains(k, d, p) for d, p in used)] == []
    cited = {document for document, _ in used}
    assert {k for k in documents - cited if "Context:" not in keys[k]} == set()


def test_every_list_of_figures_is_explained_and_referred_to() -> None:
    used = {
        found
        for page in (*texts().values(), *declared())
        for found in re.findall(r"\bfigures \d(?:\.\d)?(?![\d,%])", page)
    }
    assert used == set(rows(FIGURES))


def test_every_declared_source_is_explained() -> None:
    assert [source for source in sorted(declared()) if not explained(source)] == []


def explained(source: str) -> bool:
    """Whether the page has an entry for something that a declared source names."""
    keys = [key for key in (*rows(FIGURES), *rows(NAMED), *words()) if names(source, key)]
    cited = [one for one in publications() if cites(source, one)]
    return bool(review_of(source) or places_of(source) or keys or cited)


def names(source: str, key: str) -> bool:
    """Whether a source holds the words of a key, whole."""
    return re.search(rf"(?<!\w){re.escape(key)}(?!\w)", source) is not None


def test_every_table_and_site_that_a_declaration_names_is_explained() -> None:
    used = {found for source in declared() for found in TABLE.findall(source)}
    assert len(used) > 15
    assert sorted(used - set(rows(NAMED))) == []


def cites(words: str, publication: str) -> bool:
    """Whether a text names the first author (or publisher) and the year of a publication."""
    author, year = first_author(publication), re.findall(r"\d{4}$", publication)
    plain = words.replace("Goerlitz", "Görlitz").replace("Loken", "Løken")
    ends = [found.end() for found in re.finditer(rf"\b{re.escape(author)}\b", plain)]
    return any(not year or year[0] in plain[end:][:NEAR] for end in ends)


def first_author(publication: str) -> str:
    return re.split(r",| and | et al| \d{4}", publication)[0]


def test_every_author_who_is_cited_by_a_declaration_is_in_the_list() -> None:
    known = {first_author(one) for one in publications()}
    cited = {
        (found.replace("Goerlitz", "Görlitz"), source)
        for source in declared()
        for found in CITED.findall(source)
    }
    assert len(cited) > 12
    assert [c for c in sorted(cited) if c[0] not in known] == []


def test_publications_are_alphabetical_and_each_stands_behind_something() -> None:
    found = publications()
    assert found == sorted(found, key=lambda one: one.lower().replace("ö", "o").replace("ø", "o"))
    above = " ".join(text().split("\n## Publications\n")[0].split())
    spare = [p for p in found if not cites(above, p) and not any(cites(s, p) for s in declared())]
    assert spare == []


def test_every_author_on_the_page_is_in_the_list() -> None:
    above = " ".join(text().split("\n## Publications\n")[0].split())
    known = {first_author(one) for one in publications()}
    assert {author for author in CITED.findall(above) if author not in known} == set()


def test_how_each_publication_was_read_is_said() -> None:
    entries = re.split(r"^- \*\*", part("Publications"), flags=re.MULTILINE)[1:]
    assert len(entries) == len(publications())
    assert [e for e in entries if not re.search(r"\*(Part|By way of|Background)", e)] == []


def test_every_name_and_word_is_used_by_a_declaration() -> None:
    spare = [k for k in (*rows(NAMED), *words()) if not any(names(s, k) for s in declared())]
    assert spare == []


def test_every_parameter_that_the_page_names_is_declared() -> None:
    owners = {name: group.declared for name, group in OWNERS.items()}
    owners |= {name: kind.parameters.declared for name, kind in available().items()}
    owners[priors.INSTRUMENTS] = vars(Policy) | owners["leerrekening"] | owners["stap"]
    named = {name for key, row in reviewed().items() for name in re.findall(r"`(\w+\.\w+)`", row)}
    assert len(named) > 40
    assert [n for n in sorted(named) if n.split(".")[1] not in owners[n.split(".")[0]]] == []


def test_the_parameters_of_a_prior_name_it_or_a_publication_behind_it() -> None:
    checked = 0
    for key, row in rows("The priors of E6").items():
        behind = [one for one in publications() if cites(row, one)]
        for owner, name in re.findall(r"`(\w+)\.(\w+)`", row):
            if owner in OWNERS:
                source = OWNERS[owner].declared[name].source
                found = key in review_of(source) or any(cites(source, one) for one in behind)
                assert found, f"{key}: {owner}.{name} declares {source!r}"
                checked += 1
    assert checked > 25


def test_it_links_to_no_other_site() -> None:
    assert "http" not in text()
