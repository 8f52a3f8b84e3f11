"""One life of a population, year by year, which a kill does not lose."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.files import write_text
from scenarios.scenario import NULL, Scenario, resolve
from simulator import codes, draws, groups
from simulator.model import LearningModel
from simulator.record import INDICATORS, Recorder, load_checkpoint, save_checkpoint
from simulator.variants import Design, start

Row = dict[str, Any]
CHECKPOINT, RESULT = "run.checkpoint.h5", "run.json"
SHARE_OF_TIME = 0.1  # at most so much of the time goes into checkpoints
SHOWN = ("nea", "roa", "aes", "ebb", "need", "informal", "obsolete")


@dataclass
class Keeper:
    """Writes checkpoints to a folder, as often as takes a tenth of the time at most."""

    path: Path
    of: str  # what run it is: a hash
    last: float = 0.0
    took: float = 0.0

    def keep(self, model: LearningModel) -> None:
        """Write a checkpoint if it is time for one."""
        begun = time.monotonic()
        if begun - self.last < self.took / SHARE_OF_TIME:
            return
        save_checkpoint(model, self.path, self.of)
        self.last = time.monotonic()
        self.took = self.last - begun


def known(scenario: Scenario, variant: str) -> None:
    """ValueError naming the variants there are if this is none of them."""
    if variant not in scenario.names():
        raise ValueError(f"variant {variant!r}: there are {', '.join(scenario.names())}")


def months_of(scenario: Scenario) -> int:
    """Model months of one run."""
    return scenario.design().end


def live(
    scenario: Scenario,
    variant: str,
    progress: Callable[[int], None] = lambda done: None,
    folder: Path | None = None,
    threads: int = 0,
) -> tuple[Recorder, Design]:
    """Live one variant for the first seed; what was recorded, every quarter.

    With a folder, checkpoints are kept there, and a run that was cut off goes on from the last one
    to the same end, bit for bit. Raises ValueError when the folder holds another run's.
    """
    known(scenario, variant)
    design = scenario.design()
    recorder = Recorder(design.spin_up, design.every, keep_log=False, probe=design.probe)
    seed = draws.replicate(scenario.seeds.first, 0)
    keeper = None if folder is None else Keeper(folder / CHECKPOINT, identity(scenario, variant))
    model = start(design, seed, recorder, threads=threads or os.cpu_count() or 1)
    if keeper is not None and keeper.path.exists():
        model = _resumed(model, scenario, variant, keeper, design)
    while model.t < design.end:
        if model.t == design.introduction:
            model = model.branch(scenario.policies(variant), recorder, copy=False)
        model.step()
        progress(model.t)
        if keeper is not None and model.t < design.end:
            keeper.keep(model)
    return recorder, design


def _resumed(
    fresh: LearningModel, scenario: Scenario, variant: str, keeper: Keeper, design: Design
) -> LearningModel:
    """The model as it was when the checkpoint was written, with the policies of that month."""
    found = load_checkpoint(keeper.path, fresh, keeper.of)
    if found.t <= design.introduction:
        return found
    return load_checkpoint(keeper.path, fresh.branch(scenario.policies(variant), fresh.recorder),
                           keeper.of)  # fmt: skip


def identity(scenario: Scenario, variant: str) -> str:
    """What makes a run the same run: everything but the other variants, with its files as they are
    now.
    """
    text = scenario.model_dump_json(exclude={"variants", "observed", "title"})
    policies = [] if variant == NULL else scenario.variants[variant]
    found = hashlib.sha256(f"{text} {policies}".encode())
    for path in map(resolve, (scenario.margins, scenario.levels, scenario.world.years)):
        found.update(path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()


def by_year(recorder: Recorder, design: Design) -> list[Row]:
    """The surveys and the state of the labour market at the end of every year, all persons."""
    rows = []
    employed, out = _share("contract:employed"), _share("contract:unemployed")
    for k, t in enumerate(recorder.survey_months):
        year, month = design.calendar.at(t)
        if month != 12 and k < len(recorder.survey_months) - 1:
            continue
        found = recorder.indicators[k][:, 0]
        sizes = recorder.sizes[k]
        row: Row = {"year": year, "month": month}
        row |= {name: float(found[list(INDICATORS).index(name)]) for name in SHOWN}
        working = sizes[employed] + sizes[out]
        row["unemployed"] = float(sizes[out] / max(working, 1.0))
        row["flexible"] = float(sizes[_share("contract:flexible")] / max(sizes[employed], 1.0))
        row["high"] = float(sizes[_share("education:high")] / sizes[0])
        row["aged_50"] = float(sizes[_share("age:50+")] / sizes[0])
        row["stages"] = dict(
            zip(codes.STAGES.values(), map(float, recorder.stages[k] / recorder.stages[k].sum()),
                strict=True)
        )  # fmt: skip
        rows.append(row)
    return rows


def _share(group: str) -> int:
    return groups.GROUPS.index(group)


def write(rows: list[Row], scenario: Scenario, variant: str, folder: Path) -> Path:
    """The rows with what they are of, as JSON, written beside and renamed; ends the checkpoint."""
    path = folder / RESULT
    told = {"title": scenario.title, "variant": variant, "run": identity(scenario, variant),
            "persons": scenario.persons, "years": rows}  # fmt: skip
    write_text(path, json.dumps(told, indent=1))
    for left in (folder / CHECKPOINT, *folder.glob(f"{CHECKPOINT}.*.part")):  # a kill leaves a part
        left.unlink(missing_ok=True)
    return path


def digest(recorder: Recorder) -> str:
    """A hash of everything recorded: equal for runs that are equal bit for bit."""
    parts = (np.array(getattr(recorder, name)) for name in ("indicators", "stages", "sizes"))
    found = hashlib.sha256(json.dumps(recorder.flows).encode())
    for part in parts:
        found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()
