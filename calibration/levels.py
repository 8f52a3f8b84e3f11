"""Solving the level parameters so that the simulated surveys meet published participation.

Common random numbers: every evaluation lives the same people with the same luck, so that the
residuals are smooth enough for least squares. Nothing else is fitted here. The policies in force
are the standing ones of the scenario, in the years that they were.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from calibration.files import write_text
from scenarios.scenario import FOLDER, OWNERS, Scenario
from simulator import codes, draws, groups
from simulator.record import INDICATORS, Recorder, paid_by_employer
from simulator.variants import Design, start

TARGETS = Path(__file__).parent / "targets" / "levels.toml"
SOLVED = FOLDER / "levels.toml"
BUDGET = 200  # evaluations that a solution takes, about
MONTHS = 24  # measured at the end of the run, averaged over quarters
FROM, TO, SPIN_UP = "2019-01", "2023-12", 72  # lived: the figures are of 2022 and 2023
SEEDS = 3  # lives over which a figure is averaged while solving
CHECKS = 8  # other seeds on which the solution is measured again
AES = "surveys.aes_probe"
Levels = dict[str, float]


@dataclass(frozen=True)
class Target:
    """A published figure and how the model measures it."""

    name: str
    value: float
    indicator: str
    group: str
    se: float
    year: int
    source: str
    ver: str
    solves: str = ""
    relative_to: str = ""
    rescale: str = ""


@dataclass(frozen=True)
class Fit:
    """The solved levels with what they give, target by target."""

    levels: Levels
    targets: tuple[Target, ...]
    simulated: NDArray[np.float64]
    elsewhere: NDArray[np.float64]  # the same measured on other seeds: seed x target
    evaluations: int

    @property
    def residuals(self) -> NDArray[np.float64]:
        return self.simulated - np.array([t.value for t in self.targets])


def read_targets(path: Path = TARGETS) -> tuple[Target, ...]:
    """The targets in a file; ValueError naming the entry when one is unusable."""
    with path.open("rb") as file:
        entries = tomllib.load(file)["target"]
    found = []
    for entry in entries:
        try:
            target = Target(**entry)
        except TypeError as error:
            raise ValueError(f"{path}: target {entry.get('name', '?')}: {error}") from None
        if not (0 < target.value < 2 and target.se > 0 and target.source):
            raise ValueError(
                f"{path}: target {target.name}: value {target.value} and se {target.se} must be "
                "above 0 and a source must be named"
            )
        if target.group not in groups.GROUPS:
            raise ValueError(f"{path}: target {target.name}: no group {target.group!r}")
        found.append(target)
    return tuple(found)


def design_of(scenario: Scenario) -> Design:
    """The years that are lived to measure the figures."""
    return scenario.between(FROM, TO).spun_up(SPIN_UP).design()


def measure_over(design: Design, seeds: Sequence[int]) -> dict[str, float]:
    """The mean of `measure` over seeds."""
    found = [measure(design, seed) for seed in seeds]
    return {name: float(np.mean([f[name] for f in found])) for name in found[0]}


def measure(design: Design, seed: int) -> dict[str, float]:
    """Every indicator by group in the world without new policy, as "indicator/group"."""
    recorder = Recorder(design.end - MONTHS, 3, probe=design.probe)
    start(design, seed, recorder).run(design.end)
    mean = np.mean(np.array(recorder.indicators[-MONTHS // 3 :]), axis=0)
    found = {
        f"{name}/{group}": float(mean[k, g])
        for k, name in enumerate(INDICATORS)
        for g, group in enumerate(groups.GROUPS)
    }
    started = sum(f.get("started", 0) for f in recorder.flows)
    sent = sum(f.get("job_courses", 0) for f in recorder.flows)
    paid = int(paid_by_employer(recorder.courses()).sum())
    found["initiated/all"] = sent / max(sent + started, 1)
    found["employer_paid/all"] = (sent + paid) / max(sent + started, 1)
    return found


def simulated(targets: Sequence[Target], found: Mapping[str, float]) -> NDArray[np.float64]:
    """The model's value of each target."""
    values = []
    for t in targets:
        value = found[f"{t.indicator}/{t.group}"]
        if t.relative_to:
            value /= found[f"{t.indicator}/{t.relative_to}"]
        values.append(value)
    return np.array(values)


def rescaled(targets: Sequence[Target], shares: Mapping[str, float]) -> tuple[Target, ...]:
    """Targets of one table, scaled by one factor so that their mean at `shares` is the total.

    `shares` are the simulated contracts' shares of employees, by group.
    """
    total = next(t.value for t in targets if t.indicator == "nea" and t.group == "all")
    table = {t.group: t.value for t in targets if t.rescale and t.group in shares}
    mean = sum(table[g] * shares[g] for g in table) / sum(shares[g] for g in table)
    return tuple(replace(t, value=t.value * total / mean) if t.rescale else t for t in targets)


def contract_shares(design: Design, seed: int) -> dict[str, float]:
    """Shares of employees by contract in the synthetic population."""
    contract = start(design, seed).population.worker["contract"]
    count = np.bincount(contract, minlength=len(codes.CONTRACT))
    employees = count[list(codes.EMPLOYEE_CONTRACTS)].sum()
    return {
        f"contract:{codes.CONTRACT[k]}": float(count[k] / employees)
        for k in codes.EMPLOYEE_CONTRACTS
    }


def with_levels(design: Design, levels: Mapping[str, float]) -> Design:
    """The design with these level parameters."""
    values = {owner: dict(v) for owner, v in design.parameters.items()}
    probe = design.probe
    for name, value in levels.items():
        owner, _, key = name.partition(".")
        if name == AES:
            probe = value
        else:
            values.setdefault(owner, {})[key] = value
    return replace(design, parameters=values, probe=probe)


def _scale(name: str) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """To and from the scale on which a level is solved: logs for a hazard, else as it is."""
    if name.endswith(".m0"):
        return math.log, math.exp
    return float, float


def solve(
    scenario: Scenario,
    seed: int,
    targets: Sequence[Target] | None = None,
    progress: Callable[[int, float], None] = lambda n, misfit: None,
) -> Fit:
    """Levels that meet the targets by least squares, each residual in units of its tolerance.

    Figures are means over SEEDS lives, since large employers are few and differ between lives.
    """
    design = design_of(scenario)
    seeds = [draws.replicate(seed, CHECKS + k) for k in range(SEEDS)]
    targets = rescaled(targets or read_targets(), contract_shares(design, seed))
    fitted = [t for t in targets if t.solves != AES]
    names = [t.solves for t in fitted if t.solves]
    initial = [_initial(design, n) for n in names]
    x0 = np.array([_scale(n)[0](v) for n, v in zip(names, initial, strict=True)])
    goal, se = np.array([t.value for t in fitted]), np.array([t.se for t in fitted])
    # Where the figure itself is an assumption, the prior of the literature weighs in.
    weak = np.array([k for k, n in enumerate(names) if _solved_by(fitted, n).ver == "A"], int)
    centre, spread = _priors(names)
    count = 0

    def levels_at(y: NDArray[np.float64]) -> Levels:
        return {n: _scale(n)[1](v) for n, v in zip(names, x0 + (y - 1.0), strict=True)}

    def residuals(y: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal count
        found = simulated(fitted, measure_over(with_levels(design, levels_at(y)), seeds))
        scaled = (found - goal) / se
        count += 1
        progress(count, float(np.sqrt(np.mean(scaled**2))))
        return np.append(scaled, (x0[weak] + y[weak] - 1.0 - centre[weak]) / spread[weak])

    low, high = _bounds(names)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        result = least_squares(
            residuals, np.ones(len(names)), diff_step=0.08, method="trf", max_nfev=6,
            bounds=(1.0 + low - x0, 1.0 + high - x0), xtol=1e-4, ftol=1e-4, workers=pool.map,
        )  # fmt: skip
    levels = levels_at(result.x)
    found = measure_over(with_levels(design, {**levels, AES: 0.0}), seeds)
    aes = next(t for t in targets if t.solves == AES)
    base = found["aes/all"]
    levels[AES] = max((aes.value - base) / (1.0 - base), 0.0)
    found = measure_over(with_levels(design, levels), seeds)
    solved = with_levels(design, levels)
    others = [draws.replicate(seed, k) for k in range(CHECKS)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        again = list(pool.map(lambda s: simulated(targets, measure(solved, s)), others))
    return Fit(levels, tuple(targets), simulated(targets, found), np.array(again), count)


def _initial(design: Design, name: str) -> float:
    owner, _, key = name.partition(".")
    given: Any = design.parameters.get(owner, {})
    return float(given.get(key, OWNERS[owner].declared[key].default))


def _solved_by(targets: Sequence[Target], name: str) -> Target:
    return next(t for t in targets if t.solves == name)


def _priors(names: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Declared default and, from the prior range as a 90% interval, its standard deviation."""
    centre, spread = [], []
    for name in names:
        declared = OWNERS[name.partition(".")[0]].declared[name.partition(".")[2]]
        to = _scale(name)[0]
        low, high = declared.prior or (declared.default, declared.default)
        centre.append(to(declared.default))
        spread.append(max((to(high) - to(low)) / 3.29, 1e-6))
    return np.array(centre), np.array(spread)


def _bounds(names: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = [], []
    for name in names:
        owner, _, key = name.partition(".")
        bounds = OWNERS[owner].declared[key].bounds
        to = _scale(name)[0]
        low.append(to(max(bounds[0], 1e-5)) if name.endswith(".m0") else bounds[0])
        high.append(to(bounds[1]))
    return np.array(low, float), np.array(high, float)


def write(fit: Fit, path: Path, seed: int, persons: int) -> None:
    """Store the levels with their residuals as TOML, beside the target and then renamed."""
    lines = [
        "# Solved by `llo calibrate --levels`: where simulated surveys meet published figures.",
        "# Not a calibration of behaviour: every other parameter stands at its central prior.",
        f"seed = {seed}",
        f"persons = {persons}",
        "",
    ]
    owners = sorted({name.partition(".")[0] for name in fit.levels})
    for owner in owners:
        lines.append(f"[parameters.{owner}]")
        for name, value in fit.levels.items():
            if name.partition(".")[0] == owner:
                lines.append(f"{name.partition('.')[2]} = {value:.5f}")
        lines.append("")
    mean, spread = fit.elsewhere.mean(axis=0), fit.elsewhere.std(axis=0, ddof=1)
    for k, (target, value) in enumerate(zip(fit.targets, fit.simulated, strict=True)):
        lines += [
            "[[residual]]",
            f'target = "{target.name}"',
            f"published = {target.value:.4f}",
            f"simulated = {value:.4f}",
            f"elsewhere = {mean[k]:.4f}  # mean over {CHECKS} other seeds",
            f"spread = {spread[k]:.4f}  # standard deviation over those seeds",
            f'solves = "{target.solves}"',
            "",
        ]
    write_text(path, "\n".join(lines))
