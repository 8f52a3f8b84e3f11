"""What all sessions of a server share: the scenario, the workers, the runs, files and drawing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr

from experiments import trials
from experiments.sweeps.store import Store
from reports import check
from reports.dashboard import levers
from reports.dashboard.pool import Pool
from reports.dashboard.runs import Runs
from reports.language import Language
from scenarios.scenario import Scenario


@dataclass(frozen=True)
class Asked:
    """What the command line gives; a page can change nothing of it."""

    scenario: Scenario  # as it was written
    live: Scenario  # with the persons and the lives of live answers
    lives: int
    language: Language
    results: Path | None
    sweep: Path | None
    out: Path


@dataclass
class Shared:
    """What is there once a server."""

    asked: Asked
    pool: Pool
    runs: Runs
    # Drawing has settings that threads share, so that one thread draws for all.
    drawing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "drawing"))
    _opened: dict[Path, tuple[xr.Dataset, Scenario]] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: Asked) -> Shared:
        """From what the command line gives; nothing has started yet."""
        return cls(asked, Pool(asked.live, asked.lives), Runs(asked.out))

    @cached_property
    def setting(self) -> dict[str, Any]:
        """The setting of the scenario itself."""
        return levers.usual(self.asked.live)

    @cached_property
    def store(self) -> Store | None:
        """The study's store, if there is one."""
        return Store(self.asked.sweep) if self.asked.sweep else None

    def files(self) -> dict[str, Path]:
        """Results files that a page may open, by the name that it sees."""
        found = [self.asked.results] if self.asked.results else []
        return {path.name: path for path in [*found, *self.runs.finished()]}

    def opened(self, name: str) -> tuple[xr.Dataset, Scenario]:
        """A results file by that name; ValueError with one line if there is none such."""
        files = self.files()
        if name not in files:
            raise ValueError(f"{name[:60]}: there is no such file; there are {', '.join(files)}")
        path = files[name]
        if path not in self._opened:
            self._opened[path] = check.opened(path)
        return self._opened[path]

    def draw(self, work: Callable[[], None]) -> None:
        """Have something drawn, after what was asked before."""
        self.drawing.submit(work)

    def close(self) -> None:
        """End all processes."""
        self.pool.close()
        self.runs.close()
        self.drawing.shutdown(wait=False, cancel_futures=True)


def live_scenario(scenario: Scenario, persons: int, many: int) -> Scenario:
    """The scenario as live answers live it: so many lives, of parameter sets where it has any."""
    changed, _, _ = trials.divided(scenario.changed(persons=persons), many, 0)
    return changed
