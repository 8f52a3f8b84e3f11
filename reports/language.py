"""A report's language: messages from a catalogue, and numbers as they are written there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from experiments.estimates import Estimate, supported
from reports.parts import Figure90, Listed, Number, Plain, Said, Value, _

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "reports"
LOCALES = {"nl": "nl_NL", "en": "en_GB"}  # messages are in English, so that needs no catalogue
NONE = "–"


@dataclass(frozen=True)
class Language:
    """How values are said in a language."""

    code: str
    locale: Locale
    catalogue: NullTranslations

    @property
    def tag(self) -> str:
        """The language and country as HTML and Word name it: nl-NL."""
        return str(self.locale).replace("_", "-")

    def say(self, value: Value | None) -> str:
        """Any value in words and figures; a dash for none."""
        match value:
            case None:
                return NONE
            case Said(message, fields):
                told = self.catalogue.gettext(message) if message else ""
                return told.format(**{k: self.say(v) for k, v in fields.items()})
            case Plain(text):
                return text
            case Number(number, decimals, grouped):
                return self.number(number, decimals, grouped=grouped)
            case Figure90(estimate, decimals):
                return self.figure(estimate, decimals)
            case Listed(values):
                return self._listed([self.say(v) for v in values])

    def number(self, value: float, decimals: int = 0, *, grouped: bool = True) -> str:
        """A number to so many decimals; before the point where that is negative."""
        if math.isinf(value):
            return "∞"
        if math.isnan(value):
            return NONE
        places = max(decimals, 0)
        pattern = ("#,##0" if grouped else "0") + ("." + "0" * places if places else "")
        told = round(value, decimals) + 0.0  # no minus zero
        return format_decimal(told, pattern, locale=self.locale).replace("-", "−")

    def figure(self, value: Estimate | None, decimals: int) -> str:
        """An estimate with its band, with no more digits than the error supports."""
        if value is None:
            return NONE
        if not math.isfinite(value.half):
            return f"{self.number(value.middle, decimals)} ±?"
        places = supported(value, decimals)
        middle, low, high = (self.number(x, places) for x in (value.middle, value.low, value.high))
        if value.of_lives:
            between = "; " if self.code == "nl" else ", "
            return f"{middle} [{low}{between}{high}]"
        return f"{middle} ±{self.number(value.half, places)}"

    def _listed(self, parts: list[str]) -> str:
        last = self.catalogue.gettext(_("{first} and {last}").message)
        if len(parts) < 2:
            return "".join(parts)
        return last.format(first=", ".join(parts[:-1]), last=parts[-1])


@lru_cache
def language(code: str) -> Language:
    """The language of a code; ValueError with those that there are."""
    if code not in LOCALES:
        raise ValueError(f"--lang {code}: there are {' and '.join(LOCALES)}")
    return Language(code, Locale.parse(LOCALES[code]), catalogue(code))


def catalogue(code: str) -> NullTranslations:
    """The messages of a language, read from its .po file, so that none need be compiled."""
    path = FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        found = read_po(file, locale=LOCALES[code])
    compiled = BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return Translations(compiled, DOMAIN)
