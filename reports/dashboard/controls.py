"""The controls of the page as plain data, for its forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports import names
from reports.dashboard import levers
from reports.language import Language
from reports.parts import Said, Value, _
from scenarios.scenario import Scenario

Control = dict[str, Any]
Group = dict[str, Any]


def groups(scenario: Scenario, lang: Language) -> list[Group]:
    """The levers of a scenario: which variants, for whom, which years, then each instrument."""
    chosen = levers.variants(scenario)
    first = int(scenario.time.introduction[:4])
    last = first + levers.years(scenario) - 1
    general = [
        checks(levers.VARIANTS, _("Variants beside the null option"),
               {v: names.variant(v) for v in chosen}, lang),
        radio(levers.AUDIENCE, _("For whom"),
              {k: label for k, (label, _values) in levers.AUDIENCES.items()}, lang),
    ]  # fmt: skip
    years = [
        year(levers.FIRST, _("first year shown"), first, last, lang),
        year(levers.LAST, _("last year shown"), first + levers.SHORTEST - 1, last, lang),
    ]
    found = [group(general, None, lang)]
    for name in dict.fromkeys(lever.instrument for lever in levers.levers(scenario)):
        own = [_lever(x, lang) for x in levers.levers(scenario) if x.instrument == name]
        using = [v for v in chosen if name in scenario.variants[v]]
        one = group(own, names.variant(name), lang)
        found.append(one | {"when": {"name": levers.VARIANTS, "any": using}})
    return [*found, group(years, _("Years"), lang)]


def scaled(scenario: Scenario, setting: Mapping[str, Any]) -> dict[str, Any]:
    """A setting as the controls show it: shares as %, budgets in millions."""
    scale = {lever.name: lever.scale for lever in levers.levers(scenario)}
    return {k: round(v / scale[k], 9) if k in scale else v for k, v in setting.items()}


def unscaled(scenario: Scenario, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The setting that the controls show; what is no number stays as it is, to be refused."""
    scale = {lever.name: lever.scale for lever in levers.levers(scenario)}
    return {
        k: round(v * scale[k], 9) if k in scale and type(v) in (int, float) else v
        for k, v in shown.items()
    }


def group(controls: Sequence[Control], title: Value | None, lang: Language) -> Group:
    """Controls that belong together."""
    return {"title": "" if title is None else lang.say(title), "controls": list(controls)}


def checks(name: str, label: Value, options: Mapping[str, Value], lang: Language) -> Control:
    """Any of some options."""
    return {"kind": "checks", "name": name, "label": lang.say(label),
            "options": _options(options, lang)}  # fmt: skip


def radio(name: str, label: Value, options: Mapping[str, Value], lang: Language) -> Control:
    """One of a few options."""
    return {"kind": "radio", "name": name, "label": lang.say(label),
            "options": _options(options, lang)}  # fmt: skip


def select(name: str, label: Value, options: Mapping[str, Value], lang: Language) -> Control:
    """One of many options."""
    return {"kind": "select", "name": name, "label": lang.say(label),
            "options": _options(options, lang)}  # fmt: skip


def year(name: str, label: Value, low: int, high: int, lang: Language) -> Control:
    """A calendar year."""
    return {
        "kind": "range",
        "name": name,
        "label": lang.say(label),
        "low": low,
        "high": high,
        "step": 1,
        "unit": "",
        "decimals": 0,
        "grouped": False,
        "typed": lang.say(TYPED),
    }


def number(
    name: str, label: Value, ends: tuple[float, float], step: float, unit: Value, lang: Language
) -> Control:
    """A number in a range."""
    return {"kind": "range", "name": name, "label": lang.say(label), "low": ends[0],
            "high": ends[1], "step": step, "unit": lang.say(unit), "decimals": 0,
            "typed": lang.say(TYPED)}  # fmt: skip


def _lever(lever: levers.Lever, lang: Language) -> Control:
    shown = {
        k: round(v / lever.scale, 9)
        for k, v in (("low", lever.low), ("high", lever.high), ("step", lever.step))
    }
    return {"kind": "range", "name": lever.name, "label": lang.say(lever.label), **shown,
            "unit": lang.say(lever.unit), "decimals": lever.decimals,
            "typed": lang.say(TYPED)}  # fmt: skip


def _options(options: Mapping[str, Value], lang: Language) -> list[dict[str, str]]:
    return [{"value": key, "label": lang.say(label)} for key, label in options.items()]


TYPED: Said = _("as a number")
