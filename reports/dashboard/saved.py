"""The page with a results file as one static file: no server, no outside address, no Panel."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from calibration.files import write_text
from experiments.sweeps.store import Store
from reports import check, html
from reports.context import Context
from reports.dashboard import answer, levers, page, studying
from reports.dashboard.answer import Answer
from reports.dashboard.resultsview import PARTS, last_year
from reports.dashboard.shared import Asked
from reports.dashboard.studying import Studied
from reports.gallery import Gallery
from reports.names import known
from reports.parts import Block, Missing, Plain, Said, _

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it, filled in."""

    title: str
    body: Markup


def write(asked: Asked, path: Path) -> None:
    """Write the page, whole or not at all; ValueError or OSError with one line otherwise."""
    assert asked.results is not None
    data, scenario = check.opened(asked.results)
    context = Context(data, scenario)
    lang, gallery = asked.language, Gallery(asked.language)
    study = Studied(Store(asked.sweep) if asked.sweep else None)
    setting = levers.usual(scenario) | {levers.LAST: last_year(data)}
    now = Answer(data, scenario, setting, scenario, context.compared.count, context.compared.count)
    frozen = Missing(_("Levers need the simulator: a static file shows one setting."),
                     f"llo dashboard {asked.results.name}")  # fmt: skip
    views: dict[str, list[tuple[Said | None, list[Block]]]] = {
        "whatif": [(None, [frozen, answer.comparison(now, context.source),
                           *answer.pictures(now, source=context.source)])],
        "results": [(title, list(make(context))) for title, make in PARTS.values()],
        "study": [(None, studying.blocks(study, study.outcomes[0].name, v, "high"))
                  for v in study.variants],
        "persona": [(None, [Missing(_("Following a person needs the simulator."),
                                    "llo life --persona fatima --draw fatima.png")])],
    }  # fmt: skip
    shown = {
        key: [Part("" if t is None else lang.say(t),
                   Markup(_apart(html.fragment(found, gallery), f"{key}-{k}")))
              for k, (t, found) in enumerate(parts)]
        for key, parts in views.items()
    }  # fmt: skip
    filled = io.StringIO()
    template = html.environment(lang, FOLDER).get_template("saved.html")
    template.stream(
        views=[(k, lang.say(page.VIEWS[k][0]), parts) for k, parts in shown.items()],
        heading=lang.say(page.TITLE), subtitle=lang.say(known(str(data.attrs["title"]))),
        file=lang.say(_("A static copy of {file}.", file=Plain(asked.results.name))), language=lang,
        style=Markup(html.style()), frame=Markup((FOLDER / "frame.css").read_text("utf-8")),
    ).dump(filled)  # fmt: skip
    write_text(path, filled.getvalue())


def _apart(text: str, prefix: str) -> str:
    """A fragment with ids of its own, so that the same table may stand in a page twice."""
    for mark in ('id="', 'aria-labelledby="', "url(#", 'href="#'):
        text = text.replace(mark, f"{mark}{prefix}-")
    # A drawing names its title and its description, apart by a space.
    return text.replace("-title ", f"-title {prefix}-")
