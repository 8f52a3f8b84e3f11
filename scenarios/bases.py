"""A scenario as a difference from another one, named in its key `base`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Table = dict[str, Any]


def base_of(name: object, folders: Sequence[Path]) -> Table:
    """The table of another scenario, in the first folder that has it; ValueError if it is none."""
    if not isinstance(name, str):
        raise ValueError("give the name of a scenario file")
    paths = [folder / name for folder in folders]
    path = next((p for p in paths if p.is_file()), paths[0])
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"cannot be used as a base ({error})") from None
    if table.get("base", "") != "":
        raise ValueError("is a difference from another scenario itself: name that one")
    return table


def joined(base: Table, own: Table) -> Table:
    """A scenario as a difference from a base: instruments and tables of values are taken together,
    everything else is replaced; variants and observed figures are not inherited.
    """
    found = {k: v for k, v in base.items() if k not in ("variants", "observed")}
    for key, value in own.items():
        found[key] = _over(found.get(key), value, _DEPTH.get(key, 0))
    return found


_DEPTH = {"instruments": 1, "time": 1, "seeds": 1, "parameters": 2}  # tables taken together


def _over(base: Any, own: Any, depth: int) -> Any:
    """`own` over `base`, together to a depth where both are tables."""
    if depth == 0 or not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    return base | {k: _over(base[k], v, depth - 1) if k in base else v for k, v in own.items()}
