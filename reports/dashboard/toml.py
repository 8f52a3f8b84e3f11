"""A scenario as the TOML text that `llo compare` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scenarios.scenario import Scenario, read


def written(scenario: Scenario) -> str:
    """The whole scenario, what is as everywhere left out; ValueError if it would not be read as
    the same one.
    """
    table = scenario.model_dump(exclude_defaults=True, exclude={"base"})
    text = "\n".join(_lines(table, ())) + "\n"
    if read(text).model_dump() != scenario.model_copy(update={"base": ""}).model_dump():
        raise ValueError("the scenario cannot be written as TOML: another would be read")
    return text


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    """A table: its own values first, then the tables in it."""
    plain = {k: v for k, v in table.items() if not _is_table(v, path) and v is not None}
    found = [f"{_key(k)} = {_value(v)}" for k, v in plain.items()]
    for key, value in table.items():
        if _is_table(value, path):
            deeper = (*path, key)
            found += ["", f"[{'.'.join(map(_key, deeper))}]", *_lines(value, deeper)]
    return found


def _is_table(value: object, path: tuple[str, ...]) -> bool:
    """Whether a value gets a heading; within an instrument tables stand on a line."""
    return isinstance(value, Mapping) and not (path and path[0] == "instruments" and len(path) > 1)


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else (
        json.dumps(name, ensure_ascii=False)
    )  # fmt: skip


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_value(v) for v in value) + "]"
        case _:
            return repr(value)
