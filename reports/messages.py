"""Every message of a report: those marked in its own sources, and those declared elsewhere.

`python -m reports.messages` adds what is missing to the catalogues, to be translated there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from calibration import priors
from calibration.files import read_toml
from experiments import criteria
from experiments.life import personas
from experiments.sweeps import verdicts
from experiments.sweeps.outcomes import OUTCOMES
from experiments.sweeps.study import FOLDER as STUDIES
from experiments.table import NULL
from reports import names
from reports.dashboard import levers
from reports.language import DOMAIN, FOLDER, LOCALES
from scenarios.kinds import available
from scenarios.scenario import load
from simulator.parameters import TAG_MEANINGS

METHODS = [("**.py", "python"), ("**/templates/*.html", "jinja2")]


def marked() -> dict[str, str]:
    """Messages in the sources of this package, with the file that holds them."""
    found: dict[str, str] = {}
    here = Path(__file__).parent
    for file, _line, message, _comments, _context in extract_from_dir(
        here, METHODS, keywords={"_": None}, options_map={"**.html": {"silent": "false"}}
    ):
        texts = [message] if isinstance(message, str) else [m for m in message if m]
        found.update((text, file) for text in texts)
    return found


def declared() -> Iterator[str]:
    """Messages that are declared in other packages: measures, parameters, settings, titles."""
    for c in criteria.CRITERIA:
        yield from (c.criterion, c.label, c.unit)
    for p in priors.read().priors:
        yield from (p.doc, p.unit)
    yield from TAG_MEANINGS.values()
    for o in OUTCOMES.values():
        yield from (o.long_name, o.unit)
    yield from (t.name for t in verdicts.thresholds())
    for path in sorted(STUDIES.glob("*.toml")):  # names under which their factors move together
        factors = read_toml(path, "a study").get("factor", [])
        yield from (str(f["group"]) for f in factors if "group" in f)
    yield from (p.about for p in personas().values())
    for kind in available().values():  # units of what the dashboard lets one set
        for key, parameter in kind.parameters.declared.items():
            if key in levers.LABELS or key == kind.generosity:
                yield parameter.unit
    baseline = load()
    yield baseline.title
    for variant, members in baseline.variants.items():
        for name in members if variant != NULL else ():
            declarations = baseline.policy(name).parameters.declared
            for key in names.SETTINGS:
                if key in declarations:
                    yield from (declarations[key].doc, declarations[key].unit)


def messages() -> dict[str, str]:
    """All messages with where they stand; those that are only figures or signs are left out."""
    found = dict(dict.fromkeys(filter(None, declared()), "declared")) | marked()
    return {m: where for m, where in found.items() if any(c.isalpha() for c in m)}


def refresh(code: str) -> tuple[int, int]:
    """Bring a catalogue up to date; how many messages it has, and how many lack a translation."""
    path = FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    catalogue = Catalog(locale=LOCALES[code], project="LLO simulator", charset="utf-8",
                        fuzzy=False)  # fmt: skip
    known = {}
    if path.is_file():
        with path.open("rb") as file:
            known = {m.id: m.string for m in read_po(file, locale=LOCALES[code]) if m.id}
    wanted = messages()
    for message in sorted(wanted, key=lambda m: (wanted[m], m)):
        catalogue.add(message, known.get(message, ""), auto_comments=[wanted[message]])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, no_location=True)
    return len(wanted), sum(not known.get(m) for m in wanted)


if __name__ == "__main__":
    for language in LOCALES:
        if language != "en":
            many, open_ = refresh(language)
            print(f"{language}: {many} messages, {open_} to translate")
