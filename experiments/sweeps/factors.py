"""A factor of a study: a parameter of the model or of an instrument, and over what it is varied."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import ndtri
from scipy.stats import truncnorm

from calibration import ensemble, members, priors
from calibration.priors import INSTRUMENTS, Prior
from experiments.levers import scaled
from scenarios.parts import Strict
from scenarios.scenario import OWNERS, Scenario
from simulator.parameters import Parameter

ENSEMBLE = "ensemble"  # the factor that is a member of the calibrated ensemble
Array = NDArray[np.float64]
_TAIL = 1e-3  # of a normal distribution is left out at either end


class Factor(Strict):
    """One factor as a study gives it.

    Without a range it has its prior, that of calibration/priors.toml or else the range that the
    parameter declares. `group` names factors that move together in a sensitivity analysis.
    """

    name: str
    distribution: Literal["prior", "uniform", "log", "normal", "choice"] | None = None
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    sd: Annotated[float, Field(gt=0)] | None = None
    values: list[float] = Field(default_factory=list)
    group: str = ""

    @property
    def label(self) -> str:
        """What moves in an analysis: the factor, or its group."""
        return self.group or self.name


@cache
def known_priors() -> dict[str, Prior]:
    """The priors of the calibration by parameter."""
    return {p.name: p for p in priors.read().priors}


def declared(name: str, scenario: Scenario) -> Parameter | None:
    """The declaration behind a factor's name; none for the ensemble. ValueError if it has none."""
    if name == ENSEMBLE:
        return None
    owner, _, key = name.partition(".")
    if owner == INSTRUMENTS and name in known_priors():
        return None
    if owner in OWNERS and key in OWNERS[owner].declared:
        return OWNERS[owner].declared[key]
    if owner in scenario.instruments:
        found = scenario.policy(owner).parameters.declared
        if key in found:
            return found[key]
        raise ValueError(f"the instrument {owner} has no {key!r}; it has {', '.join(found)}")
    raise ValueError(
        f"no parameter of the model or of an instrument ({', '.join(scenario.instruments)}): "
        "llo policies and docs/ODD.md list them"
    )


def checked(factor: Factor, scenario: Scenario) -> Factor:
    """The factor with its distribution filled in; ValueError with what is wrong with it."""
    if factor.name == ENSEMBLE:
        if set(factor.model_fields_set) - {"name", "group"}:
            raise ValueError("the ensemble has its own weights: give its name alone")
        return factor
    param, kind = declared(factor.name, scenario), factor.distribution
    if kind is None:
        kind = "choice" if factor.values else "normal" if factor.sd is not None else None
        if kind is None:
            kind = "prior" if factor.low is None and factor.high is None else "uniform"
        factor = factor.model_copy(update={"distribution": kind})
    if kind == "prior":
        factor = _from_prior(factor, param)
    elif kind == "choice":
        if not factor.values:
            raise ValueError("a choice needs values = [...]")
    elif kind == "normal" and (factor.mean is None or factor.sd is None):
        raise ValueError("a normal distribution needs a mean and a sd")
    elif kind in ("uniform", "log"):
        if factor.low is None or factor.high is None or not factor.low < factor.high:
            raise ValueError(f"low {factor.low}, high {factor.high}: give two, in this order")
        if kind == "log" and factor.low <= 0:
            raise ValueError(f"low {factor.low:g}: a range on a log scale lies above 0")
    if param is not None:
        for value in (factor.low, factor.high, *factor.values):
            if value is not None:
                param.check(factor.name, value)
    return factor


def _from_prior(factor: Factor, param: Parameter | None) -> Factor:
    if factor.low is not None or factor.high is not None:
        raise ValueError('a prior has its own range: leave low and high out, or say "uniform"')
    if factor.name in known_priors():
        prior = known_priors()[factor.name]
        return factor.model_copy(update={"low": prior.low, "high": prior.high})
    if param is None or param.prior is None:
        raise ValueError("it has no prior: give low and high")
    low, high = map(float, param.prior)
    return factor.model_copy(update={"distribution": "uniform", "low": low, "high": high})


def value(factor: Factor, u: Array, scenario: Scenario) -> Array:
    """The values of a checked factor below which a share `u` of its distribution lies."""
    kind, low, high = factor.distribution, factor.low or 0.0, factor.high or 0.0
    if factor.name == ENSEMBLE:
        return np.searchsorted(_cumulative(scenario.uncertainty.ensemble), u, side="right") * 1.0
    if kind == "choice":
        place = np.minimum((u * len(factor.values)).astype(int), len(factor.values) - 1)
        return np.array(factor.values)[place]
    if kind == "prior":
        return np.asarray(known_priors()[factor.name].quantile(u), float)
    if kind == "log":
        return np.asarray(low * (high / low) ** u)
    if kind == "normal":
        mean, sd, u = factor.mean or 0.0, factor.sd or 1.0, np.clip(u, _TAIL, 1.0 - _TAIL)
        param = declared(factor.name, scenario)
        if param is None:
            return np.asarray(mean + sd * ndtri(u))
        a, b = ((bound - mean) / sd for bound in param.bounds)
        return np.asarray(truncnorm.ppf(u, a, b, loc=mean, scale=sd), float)
    return np.asarray(low + (high - low) * u)


@cache
def _cumulative(path: str) -> Array:
    """Upper ends of the members' parts of (0, 1), but for the last."""
    weight = np.asarray(members.known(path).data["weight"].values, float)
    return np.asarray(np.cumsum(weight / weight.sum())[:-1])


def of_instrument(name: str, scenario: Scenario) -> bool:
    """Whether a factor is a parameter of one instrument."""
    owner = name.partition(".")[0]
    return owner in scenario.instruments and owner not in OWNERS


def of_variants(name: str, scenario: Scenario) -> bool:
    """Whether a factor changes what variants give, and nothing that is in force anyway."""
    owner, _, key = name.partition(".")
    if owner != INSTRUMENTS:
        return of_instrument(name, scenario) and owner not in scenario.standing
    standing = (scenario.policy(instrument) for instrument in scenario.standing)
    return all(key not in policy.parameters.declared for policy in standing)


def unit(factor: Factor, scenario: Scenario) -> str:
    """The factor's unit, for tables and axes."""
    if factor.name == ENSEMBLE:
        return "member"
    if factor.name in known_priors():
        return known_priors()[factor.name].unit
    param = declared(factor.name, scenario)
    return param.unit if param else "1"


def applied(scenario: Scenario, values: dict[str, float]) -> Scenario:
    """The scenario with these values of factors, the ensemble apart; ValueError at a bound."""
    own = {n: v for n, v in values.items() if of_instrument(n, scenario)}
    found = priors.apply(scenario, {n: v for n, v in values.items() if n not in own})
    tables: dict[str, dict[str, Any]] = {k: dict(t) for k, t in found.instruments.items()}
    for name, v in own.items():
        instrument, _, key = name.partition(".")
        policy = scenario.policy(instrument)
        if key == policy.lever and policy.values[key] > 0.0:
            tables[instrument] = scaled(tables[instrument], policy, v / policy.values[key])
            continue
        if any(key in change for change in tables[instrument].get("changes", [])):
            raise ValueError(f"{name}: the scenario gives it by date; give it one value there")
        tables[instrument][key] = v
    return found.model_copy(update={"instruments": tables})


def members_of(scenario: Scenario) -> ensemble.Ensemble:
    """The ensemble of a scenario."""
    return members.known(scenario.uncertainty.ensemble)


@cache
def solved() -> tuple[priors.Solved, ...]:
    """The intercepts that a run solves."""
    return priors.read().solved


def meaning(name: str) -> str:
    """What a factor is in a few words, with its name; a group is its own name."""
    known = known_priors().get(name)
    return f"{re.split('[,;:(]', known.doc)[0].strip()} ({name})" if known else name
