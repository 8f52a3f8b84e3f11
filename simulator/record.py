"""Results: what a run leaves behind, and checkpoints from which it goes on bit for bit."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from numpy.typing import NDArray

from simulator import codes, surveys
from simulator.behaviour import skills
from simulator.columns import EMPLOYER
from simulator.panel import EVERYBODY, Panel, cells
from simulator.population import Population, side_by_side

if TYPE_CHECKING:
    from simulator.model import LearningModel

INDICATORS = {
    "nea": "NEA: course in 2 years, employees",
    "roa": "ROA: course in 2 years, workers",
    "aes": "AES: learning in 12 months, 25-64",
    "ebb": "EBB: learning in 4 weeks, 25-64",
    "need": "need: wants a course (contemplation, preparation or action), employees",
    "learners": "persons with a course in the past 12 months",
    "chosen": "persons with a self-chosen course in the past 12 months",
    "two_years": "persons with a course in 2 years",
    "informal": "work time in tasks one learns from, workers (share)",
    "obsolete": "skills out of date, employees",
    "knows": "persons who know at least one instrument",
}


_LISTS = ("months", "stages", "survey_months", "indicators", "sizes")


@dataclass
class Recorder:
    """Tallies of every month, surveys every `every` months, and every self-chosen course.

    `first` is the month from which anything is kept; before it is spin-up.
    """

    first: int = 0
    every: int = 3
    keep_log: bool = True
    probe: float = surveys.PARAMETERS.declared["aes_probe"].default
    months: list[int] = field(default_factory=list)
    flows: list[dict[str, int]] = field(default_factory=list)
    stages: list[NDArray[np.int64]] = field(default_factory=list)
    survey_months: list[int] = field(default_factory=list)
    indicators: list[NDArray[np.float64]] = field(default_factory=list)
    log: list[dict[str, NDArray[Any]]] = field(default_factory=list)
    two_years: list[NDArray[np.uint8]] = field(default_factory=list)  # packed bits, every 12 months
    sizes: list[NDArray[np.float64]] = field(default_factory=list)  # persons by group, per survey
    _probed: NDArray[np.bool_] | None = field(default=None, init=False)

    def take(self, model: LearningModel) -> None:
        """Keep this month of the model."""
        if model.t < self.first:
            return
        worker = model.population.worker
        self.months.append(model.t)
        self.flows.append(dict(model.tallies))
        if self.keep_log:
            self.log.append(_started(model))
            if (model.t + 1 - self.first) % 12 == 0:
                self.two_years.append(np.packbits(surveys.learned_since(worker, model.t - 23)))
        if (model.t + 1 - self.first) % self.every == 0:
            self.survey_months.append(model.t)
            self.stages.append(np.bincount(worker["stage"], minlength=len(codes.STAGES) + 1)[1:])
            self.indicators.append(self.question(model))

    def question(self, model: LearningModel) -> NDArray[np.float64]:
        """Every indicator by group (rows as INDICATORS, columns as groups.GROUPS)."""
        worker, t = model.population.worker, model.t
        if self._probed is None:
            self._probed = surveys.says_yes(model.population.rows, model.seed_number, self.probe)
        asked = {name: survey.population() for name, survey in surveys.SURVEYS.items()}
        employees, everybody = asked["NEA"], EVERYBODY
        stage, since = worker["stage"], t - np.maximum(worker["last_job"], worker["last_self"])
        s = model.parameters[skills.PARAMETERS.owner]
        old = skills.out_of_date.function(
            since, worker["informal"], s["after"], s["usual"], s["informal"]
        )
        wants = (stage >= codes.CONTEMPLATION) & (stage <= codes.ACTION)
        put = {
            **{name.lower(): (surveys.answers(worker, survey, t, self._probed), asked[name])
               for name, survey in surveys.SURVEYS.items()},
            "need": (wants, employees),
            "learners": (surveys.learned_since(worker, t - 11), everybody),
            "chosen": (surveys.learned_since(worker, t - 11, "self"), everybody),
            "two_years": (surveys.learned_since(worker, t - 23), everybody),
            "obsolete": (old, employees),
            "knows": (worker["knows"] != 0, everybody),
        }  # fmt: skip
        shares, informal, size = Panel(worker).ask(
            list(put.values()), worker["informal"], asked["ROA"]
        )
        self.sizes.append(size)
        found = dict(zip(put, shares, strict=True)) | {"informal": informal}
        return np.array([found[name] for name in INDICATORS])

    def save(self, group: h5py.Group) -> None:
        """Into a checkpoint, but for the log of courses."""
        group.attrs["flows"] = json.dumps(self.flows)
        for name in _LISTS:
            group.create_dataset(name, data=np.array(getattr(self, name)))

    def load(self, group: h5py.Group) -> None:
        """Go on from what `save` wrote."""
        self.flows = json.loads(group.attrs["flows"])
        for name in _LISTS:
            values = group[name][:]
            setattr(self, name, values.tolist() if values.ndim == 1 else list(values))

    def courses(self) -> dict[str, NDArray[Any]]:
        """Every self-chosen course since `first`: row, t, funded_by, price and public cents, and
        the cell of `groups` in which the learner was.
        """
        if not self.log:
            names = ("row", "t", "funded_by", "price", "public", "cell")
            return {k: np.zeros(0, np.int64) for k in names}
        return {k: np.concatenate([part[k] for part in self.log]) for k in self.log[0]}


def _started(model: LearningModel) -> dict[str, NDArray[Any]]:
    """Self-chosen courses that began this month; `public` is the variant's own public money."""
    worker, parts = model.population.worker, model.desk.started
    rows = np.concatenate([np.zeros(0, np.int64), *(part[0] for part in parts)])
    public = np.concatenate([np.zeros(0, np.int32), *(part[1] for part in parts)])
    cell = cells(worker, rows)
    return {"row": rows, "t": np.full(rows.size, model.t, np.int32),
            "funded_by": worker["funded_by"][rows], "price": worker["plan_price"][rows],
            "public": public, "cell": cell}  # fmt: skip


def paid_by_employer(courses: dict[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Which of the courses the employer paid."""
    return np.asarray(courses["funded_by"] == EMPLOYER)


def save_checkpoint(model: LearningModel, path: Path, of: str = "") -> None:
    """Write all columns and the model's state to HDF5, beside the target and then renamed.

    `of` says what run it is of, and is asked for when it is read again.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with h5py.File(beside, "w") as file:
            file.attrs["kind"] = "llo checkpoint"
            file.attrs["of"] = of
            file.attrs["state"] = json.dumps(model.snapshot())
            file.attrs["seed"] = model.seed_number
            file.attrs["weight"] = model.population.weight
            if isinstance(model.recorder, Recorder):
                model.recorder.save(file.create_group("record"))
            for table in ("worker", "team", "employer"):
                group = file.create_group(table)
                for name, array in getattr(model.population, table).items():
                    group.create_dataset(name, data=array)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def load_checkpoint(path: Path, like: LearningModel, of: str = "") -> LearningModel:
    """A model that goes on where the checkpoint ends, with the set-up of `like`.

    Raises ValueError when the file is no checkpoint, is cut short or is of another seed or run.
    """
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("kind") != "llo checkpoint":
                raise ValueError(
                    f"{path}: not a checkpoint of this simulator; give one written by it"
                )
            if int(file.attrs["seed"]) != like.seed_number:
                raise ValueError(f"{path}: seed {file.attrs['seed']}, wanted {like.seed_number}")
            if file.attrs["of"] != of:
                raise ValueError(
                    f"{path}: the checkpoint of another run: give the same scenario and options, "
                    "another folder, or remove it"
                )
            state = json.loads(file.attrs["state"])
            worker = {name: data[:] for name, data in file["worker"].items()}
            team = side_by_side({name: data[:] for name, data in file["team"].items()})
            employer = {name: data[:] for name, data in file["employer"].items()}
            weight = float(file.attrs["weight"])
            if isinstance(like.recorder, Recorder) and "record" in file:
                like.recorder.load(file["record"])
    except OSError as error:
        raise ValueError(f"{path}: cannot be read as a checkpoint ({error})") from None
    population = Population(worker, team, employer, weight, like.population.columns)
    return type(like)(
        population, like.policies, seed=like.seed_number, parameters=like.parameters,
        calendar=like.calendar, introduction=like.introduction, spin_up=like.spin_up,
        threads=like.pool._max_workers if like.pool else 1,
        block_rows=like.block_rows, recorder=like.recorder, workforce=like.workforce,
        climate=like.climate, state=state,
    )  # fmt: skip
