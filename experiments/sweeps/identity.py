"""What results of a study rest on, file by file, so that one can say what has changed since."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from experiments.sweeps.study import Ready
from scenarios.scenario import Scenario, resolve

ROOT, EXPERIMENTS = Path(__file__).parents[2], Path(__file__).parents[1]
PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "mesa", "simpy", "xarray")
# Of the experiments, what decides what a run comes to, besides table.py.
OWN = ("levers.py", "twins.py", "sweeps/factors.py", "sweeps/lives.py", "sweeps/manifold.py",
       "sweeps/outputs.py", "sweeps/worker.py")  # fmt: skip
SHOWN = 5


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def of(ready: Ready) -> dict[str, str]:
    """A checksum by what it is of: files of the model and its data, packages, the scenario."""
    found = of_scenario(ready.scenario, [EXPERIMENTS / name for name in OWN])
    found[f"scenario {ready.study.scenario}"] = found.pop("scenario")
    return found


def of_scenario(scenario: Scenario, own: Iterable[Path]) -> dict[str, str]:
    """The same for lives of a scenario that are also made by the files `own`."""
    files = [
        *(ROOT / "simulator").rglob("*.py"),
        *(ROOT / "calibration").rglob("*.py"),
        *(ROOT / "calibration").rglob("*.toml"),
        *(ROOT / "scenarios").glob("*.py"),
        *own,
        EXPERIMENTS / "table.py",
    ]
    found = {str(path.relative_to(ROOT)): _digest(path.read_bytes()) for path in sorted(files)}
    for name in (scenario.margins, scenario.levels, scenario.world.years):
        found[f"data {name}"] = _digest(resolve(name).read_bytes())
    ensemble = Path(scenario.uncertainty.ensemble or ROOT / "calibration" / "ensemble.nc")
    found[f"ensemble {ensemble.name}"] = _digest(ensemble.read_bytes())
    found |= {f"package {name}": version(name) for name in PACKAGES}
    found["Python"] = platform.python_version()
    found["scenario"] = _digest(scenario.model_dump_json().encode())
    return found


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs, in words."""
    found = []
    for name in sorted({*before, *now}):
        if before.get(name) == now.get(name):
            continue
        if name.startswith("package ") or name == "Python":
            found.append(f"{name} {before.get(name, 'none')} -> {now.get(name, 'none')}")
        else:
            kind = "new" if name not in before else "gone" if name not in now else "changed"
            found.append(f"{name} ({kind})")
    return found


def told(found: list[str]) -> str:
    """The first few of the changes, in one line."""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more
