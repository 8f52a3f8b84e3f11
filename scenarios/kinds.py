"""The kinds of instruments there are: ours, and those of other packages."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from simulator.policy import Policy

GROUP = "llo.policies"
ADDED = "LLO_POLICIES"  # policies without a package, as module:Class, a space between two


@cache
def available() -> dict[str, type[Policy]]:
    """Every kind of instrument by name: ours, what other packages add by entry point, and what
    the variable LLO_POLICIES names.

    Looked up once a process: finding all packages takes longer than making a policy.
    """
    found: dict[str, type[Policy]] = {}
    named = [EntryPoint(text, text, GROUP) for text in os.environ.get(ADDED, "").split()]
    for point in (*entry_points(group=GROUP), *named):
        kind = point.load()
        if not (isinstance(kind, type) and issubclass(kind, Policy)) or kind.name in found:
            raise ValueError(
                f"entry point llo.policies {point.name}: not a policy, or its name is taken"
            )
        found[kind.name] = kind
    return found


def add(kind: type[Policy]) -> None:
    """Make a policy of a file known to scenarios, here and in the processes that are started here.

    What a package does by its entry point, for a notebook or a script. Adding it again, its module
    loaded anew perhaps, takes the place of what was. ValueError when it has no file of its own or
    its name is another's.
    """
    if kind.__module__ == "__main__":
        raise ValueError(
            f"{kind.__name__}: a policy needs a file of its own, which other processes can read: "
            f"write it in {kind.name or 'my_policy'}.py and import it from there"
        )
    known = available().get(kind.name)
    place = f"{kind.__module__}:{kind.__qualname__}"
    if known is not None and f"{known.__module__}:{known.__qualname__}" != place:
        raise ValueError(
            f"{kind.__name__}: {known.__module__} has an instrument named {kind.name!r} already: "
            "give it another name"
        )
    if known is None:
        os.environ[ADDED] = f"{os.environ.get(ADDED, '')} {place}".strip()
    available.cache_clear()
