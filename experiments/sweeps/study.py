"""Reading a study: a TOML file that says what is varied, by how much, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from calibration.files import read_toml
from experiments.sweeps import factors, outputs
from experiments.sweeps.factors import ENSEMBLE, Factor
from scenarios.parts import Seeds, Strict
from scenarios.scenario import FOLDER as SCENARIOS
from scenarios.scenario import NULL, Scenario, load, plain
from simulator.groups import GROUPS

FOLDER = Path(__file__).parents[1] / "studies"
EXAMPLE = "experiments/studies/sobol.toml"
KINDS = Literal["sobol", "latin", "grid", "morris", "table"]


class Plan(Strict):
    """Where in the space of the factors runs lie.

    `draws` is the number of base samples of Sobol (each of factors + 2 runs), of trajectories of
    Morris, or of points of a Latin hypercube. A grid has `levels` of every factor, or the values of
    its choice; a table names a CSV file with a column a factor.
    """

    kind: KINDS = "latin"
    draws: Annotated[int, Field(ge=1, le=100_000_000)] = 128
    levels: Annotated[int, Field(ge=2, le=1_000_000)] = 5
    second_order: bool = False
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 2026
    file: str = ""
    intercepts: Literal["solved", "kept"] = "solved"  # in every run, on what was published


class Study(Strict):
    """A whole study; what it does not say is as the scenario has it."""

    title: str = ""
    scenario: str = "baseline.toml"
    variants: list[str] = Field(default_factory=list)  # without the null; none: all
    persons: Annotated[int, Field(ge=1_000, le=10_000_000)] = 20_000
    years_before: Annotated[int, Field(ge=1, le=50)] = 5
    years_after: Annotated[int, Field(ge=1, le=50)] = 10
    seeds: Seeds = Seeds(count=1)
    design: Plan = Plan()
    factors: Annotated[list[Factor], Field(alias="factor", min_length=1)]
    outputs: list[str] = Field(default_factory=lambda: list(outputs.USUAL), min_length=1)
    groups: list[str] = Field(default_factory=lambda: list(outputs.USUAL_GROUPS))


@dataclass(frozen=True)
class Ready:
    """A study that was checked, its scenario with the changes of the study, its text as given."""

    study: Study
    scenario: Scenario
    text: str

    @property
    def names(self) -> list[str]:
        """The factors, in order."""
        return [f.name for f in self.study.factors]

    @property
    def labels(self) -> list[str]:
        """What moves in an analysis: every factor, or the group that it is in."""
        return list(dict.fromkeys(f.label for f in self.study.factors))


def find(name: str) -> Path:
    """The file of a study: as named, else one of ours, with or without its ending."""
    for path in (Path(name), FOLDER / name, FOLDER / f"{name}.toml"):
        if path.is_file():
            return path
    known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.toml")))
    raise ValueError(f"{name}: no such study; give a TOML file, or one of ours: {known}")


def read(name: str) -> Ready:
    """The study of a file; ValueError with file, key, value and remedy."""
    path = find(name)
    table = read_toml(path, "a study")
    return checked(path.read_text(encoding="utf-8"), table, path)


def checked(text: str, table: Mapping[str, Any], path: Path) -> Ready:
    """The study of a table, as it stands in the text of a file."""
    try:
        study = Study.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        keys = ".".join(str(k) for k in first["loc"])
        raise ValueError(f"{path}: {keys}: {plain(first, EXAMPLE)}") from None
    try:
        scenario = _scenario(study, path)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path}: scenario {study.scenario!r}: {error}") from None
    found = [_factor(f, scenario, path) for f in study.factors]
    _check(study, found, scenario, path)
    design = study.design
    if design.file and (path.parent / design.file).is_file():  # as for the scenario
        design = design.model_copy(update={"file": str(path.parent / design.file)})
    return Ready(study.model_copy(update={"factors": found, "design": design}), scenario, text)


def _scenario(study: Study, path: Path) -> Scenario:
    """The study's scenario; a file beside the study goes before one of ours."""
    beside, ours = path.parent / study.scenario, SCENARIOS / study.scenario
    found = load(beside if beside.is_file() else ours if ours.is_file() else study.scenario)
    wanted = study.variants or [v for v in found.names() if v != NULL]
    for name in wanted:
        if name not in found.variants or name == NULL:
            raise ValueError(f"no variant {name!r}; there are {', '.join(found.variants)}")
    time = {"years_before": study.years_before, "years_after": study.years_after}
    changed = found.model_copy(update={
        "variants": {v: found.variants[v] for v in wanted}, "persons": study.persons,
        "seeds": study.seeds, "time": found.time.model_copy(update=time),
        "months_before": None, "months_after": None,
        "uncertainty": found.uncertainty.model_copy(update={"members": 0}),
    })  # fmt: skip
    changed.design()  # refuses years for which there is no labour force
    return changed


def _factor(factor: Factor, scenario: Scenario, path: Path) -> Factor:
    """The factor, checked at both ends of its range."""
    import numpy as np

    try:
        found = factors.checked(factor, scenario)
        if found.name != ENSEMBLE:
            for end in factors.value(found, np.array([1e-9, 1.0 - 1e-9]), scenario):
                changed = factors.applied(scenario, {found.name: float(end)})
                for name in scenario.instruments:
                    changed.policy(name)
    except ValueError as error:
        raise ValueError(f"{path}: factor {factor.name!r}: {error}") from None
    return found


def _check(study: Study, found: list[Factor], scenario: Scenario, path: Path) -> None:
    names = [f.name for f in found]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(f"{path}: factor {twice[0]!r}: given twice; keep one")
    solved = {s.name for s in factors.solved()}
    if study.design.intercepts == "solved" and solved & set(names):
        raise ValueError(
            f"{path}: factor {sorted(solved & set(names))[0]!r} is solved in every run: leave it "
            'out, or give design.intercepts = "kept"'
        )
    clash = [n for n in names if ENSEMBLE in names and n in _of_ensemble(scenario)]
    if clash:
        raise ValueError(
            f"{path}: factor {clash[0]!r} is among what a member of the ensemble says: keep one"
        )
    if study.design.kind == "morris" and study.design.draws < 2:
        raise ValueError(f"{path}: design.draws: 1: one trajectory has no spread: give 2 or more")
    if study.design.kind == "table" and not study.design.file:
        raise ValueError(f'{path}: design.file: a table needs the name of a CSV file, file = "…"')
    for name in study.outputs:
        if name not in outputs.OUTPUTS:
            known = ", ".join(outputs.OUTPUTS)
            raise ValueError(f"{path}: outputs: no {name!r}; there are {known}")
    if study.years_after < 2 and (asked := sorted(outputs.HALVED & set(study.outputs))):
        raise ValueError(
            f"{path}: outputs: {asked[0]!r} is of a halving half-way: give years_after = 2 or more"
        )
    for name in study.groups:
        if name not in GROUPS:
            raise ValueError(f"{path}: groups: no {name!r}; there are {', '.join(GROUPS)}")


def _of_ensemble(scenario: Scenario) -> set[str]:
    return {str(n) for n in factors.members_of(scenario).data["parameter"].values}
