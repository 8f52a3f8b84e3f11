"""The kinds of instruments there are: ours, and those of other packages."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from simulator.policy import Policy


@cache
def available() -> dict[str, type[Policy]]:
    """Every kind of instrument by name: ours, and what other packages add by entry point.

    Looked up once a process: finding all packages takes longer than making a policy.
    """
    found: dict[str, type[Policy]] = {}
    for point in entry_points(group="llo.policies"):
        kind = point.load()
        if not (isinstance(kind, type) and issubclass(kind, Policy)) or kind.name in found:
            raise ValueError(
                f"entry point llo.policies {point.name}: not a policy, or its name is taken"
            )
        found[kind.name] = kind
    return found
