"""Dutch is complete and Dutch throughout; numbers are written as each language writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from docx.document import Document as Doc
from lxml import html

from experiments.estimates import Estimate
from reports.language import FOLDER, language
from reports.messages import messages
from reports.parts import Figure90, Listed, Number, Plain, _

PO = FOLDER / "nl" / "LC_MESSAGES" / "reports.po"
# Words that Dutch does not have; "of", "is", "in" and "over" it has.
ENGLISH = re.compile(
    r"\b(the|and|with|which|by|from|year|years|share|money|people|without|each|every|not|than|"
    r"after|before|who|what|lives|figure|figures|learners?|workers?|courses?|cost|costs)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    with PO.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="nl_NL") if m.id}


def places(message: str) -> list[str]:
    return sorted(re.findall(r"\{(\w*)\}", message))


def test_the_catalogue_holds_every_message_and_no_other(catalogue: dict[str, str]) -> None:
    wanted = messages()
    assert len(wanted) > 300
    assert not wanted.keys() - catalogue.keys(), "run: python -m reports.messages"
    assert not catalogue.keys() - wanted.keys(), "run: python -m reports.messages"


def test_every_message_is_translated_with_the_same_places(catalogue: dict[str, str]) -> None:
    assert not [m for m, told in catalogue.items() if not told]
    assert not [m for m, told in catalogue.items() if places(m) != places(told)]
    with PO.open("rb") as file:
        assert not [m.id for m in read_po(file) if m.fuzzy]


def test_no_translation_is_english(catalogue: dict[str, str]) -> None:
    assert not {
        m: told for m, told in catalogue.items() if ENGLISH.search(re.sub(r"\{\w+\}", "", told))
    }
    # What is the same in both languages is a name, a symbol or a loan word.
    same = {m for m, told in catalogue.items() if m == told and len(m.split()) > 3}
    assert same <= {"{first} - {last}"}


def visible(page: html.HtmlElement) -> str:
    """The text of a page without code and styles; titles and descriptions of drawings in it."""
    copy = html.fromstring(html.tostring(page))
    for element in list(copy.iter("code", "style", "script")):
        element.drop_tree()
    labels = [str(v) for v in copy.xpath("//@title | //@aria-label")]
    return " \n".join([*copy.itertext(), *labels])


def test_the_dutch_page_is_dutch(pages: dict[str, html.HtmlElement]) -> None:
    assert pages["nl"].get("lang") == "nl-NL"
    text = visible(pages["nl"])
    assert ENGLISH.findall(text) == []
    for message, told in ((m, language("nl").catalogue.gettext(m)) for m in messages()):
        if told != message and len(message) > 12 and "{" not in message and message not in told:
            assert not re.search(rf"(?<!\w){re.escape(message)}(?!\w)", text), message


def test_the_dutch_document_is_dutch(documents: dict[str, Doc]) -> None:
    lines = [p.text for p in documents["nl"].paragraphs]
    assert len(lines) > 60
    told = [line for line in lines if ENGLISH.search(re.sub(r"llo \S.*", "", line))]
    assert told == []
    assert documents["nl"].core_properties.language == "nl-NL"


def test_the_english_page_is_english(pages: dict[str, html.HtmlElement]) -> None:
    assert pages["en"].get("lang") == "en-GB"
    assert len(ENGLISH.findall(visible(pages["en"]))) > 100


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [
        (Number(1234567.0), "1.234.567", "1,234,567"),
        (Number(2030.0, 0, grouped=False), "2030", "2030"),
        (Number(-0.04, 1), "0,0", "0.0"),
        (Number(-12.5, 1), "−12,5", "−12.5"),
        (Number(1234.0, -2), "1.200", "1,200"),
        (Figure90(None, 1), "–", "–"),
        (Figure90(Estimate(12.346, 11.9, 13.1, of_lives=True), 2), "12,3 [11,9; 13,1]",
         "12.3 [11.9, 13.1]"),
        (Figure90(Estimate(12.346, 11.946, 12.746), 2), "12,3 ±0,4", "12.3 ±0.4"),
        (Figure90(Estimate(5.0, 4.0, float("inf"), of_lives=True), 1), "5,0 [4,0; ∞]",
         "5.0 [4.0, ∞]"),
        (Listed((Plain("a"), Plain("b"), Plain("c"))), "a, b en c", "a, b and c"),
        (_("in {year}", year=Number(2030.0, 0, grouped=False)), "in 2030", "in 2030"),
        (None, "–", "–"),
    ],
)  # fmt: skip
def test_values_are_written_as_the_language_writes_them(value: object, nl: str, en: str) -> None:
    assert (language("nl").say(value), language("en").say(value)) == (nl, en)  # type: ignore[arg-type]


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match=r"--lang fr: there are nl and en"):
        language("fr")


def test_the_sources_lie_where_the_package_is() -> None:
    assert Path(PO).is_file()
