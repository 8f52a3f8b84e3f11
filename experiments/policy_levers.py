"""Policy levers: what of an instrument may be set for the best, within which range, and on whose
authority.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field, ValidationError

from calibration.files import read_toml
from experiments.levers import levers as generosity
from experiments.levers import scaled
from scenarios.parts import Strict
from scenarios.scenario import NULL, Scenario, plain

FILE = Path(__file__).with_name("policy_levers.toml")
MIX = (1 / 16, 16.0)  # of the scenario's mix of generosity, in a combination: an assumption
COMMAND = "--lever"
Setting = Mapping[str, float]


class Declared(Strict):
    """A lever of a kind of instrument, as the file has it."""

    use: str
    name: str
    low: float = 0.0
    high: float = 0.0
    values: list[float] = Field(default_factory=list)
    combined: bool = False
    borne: str = ""
    source: str
    tag: str


@dataclass(frozen=True)
class Lever:
    """A free parameter of a variant: a range (`log`: on that scale), or a choice of `values`.

    The lever of a mix is an instrument's generosity relative to that of the first instrument, 1
    being the ratio that the scenario has.
    """

    name: str  # instrument.parameter
    unit: str
    low: float
    high: float
    values: tuple[float, ...] = ()
    log: bool = False
    mix: bool = False
    borne: str = ""
    source: str = COMMAND

    def value(self, u: float) -> float:
        """The value at a place `u` between 0 and 1 of the range."""
        u = min(max(u, 0.0), 1.0)
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.log:
            return float(self.low * (self.high / self.low) ** u)
        return self.low + (self.high - self.low) * u

    def place(self, value: float) -> float:
        """The place of a value in the range; of one outside, the nearest end."""
        if self.values:
            nearest = min(range(len(self.values)), key=lambda k: abs(self.values[k] - value))
            return (nearest + 0.5) / len(self.values)
        if self.log:
            u = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            u = (value - self.low) / (self.high - self.low)
        return min(max(u, 0.0), 1.0)


def declared() -> list[Declared]:
    """The levers of the file; ValueError with one line when it is wrong."""
    try:
        return [Declared.model_validate(_real(d)) for d in read_toml(FILE, "levers")["lever"]]
    except ValidationError as error:
        raise ValueError(f"{FILE.name}: {plain(error.errors()[0], FILE.name)}") from None


def _real(entry: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in entry.items():
        if isinstance(value, list):
            found[key] = [float(v) for v in value]
        else:
            found[key] = float(value) if type(value) is int else value
    return found


def asked(words: Sequence[str], scenario: Scenario) -> list[Lever]:
    """The levers that the command line gives, as voucher.amount=200:2000 or =2,5; ValueError with
    one line on what cannot be one.
    """
    found = []
    for text in words:
        match = re.fullmatch(r"(\w+)\.(\w+)=(.+)", text.strip())
        if match is None:
            raise ValueError(f"{COMMAND} {text}: give it as voucher.amount=200:2000, or =500,1000")
        instrument, key, given = match.groups()
        try:
            many = [float(x) for x in re.split("[:,]", given)]
        except ValueError:
            raise ValueError(f"{COMMAND} {text}: {given!r} are no numbers") from None
        if ":" in given:
            if len(many) != 2 or not many[0] < many[1]:
                raise ValueError(f"{COMMAND} {text}: give the lowest and the highest, low:high")
            lever = Lever(f"{instrument}.{key}", "", many[0], many[1])
        else:
            if len(set(many)) < 2:
                raise ValueError(f"{COMMAND} {text}: give two values or more, or a range low:high")
            lever = Lever(f"{instrument}.{key}", "", min(many), max(many), tuple(sorted(set(many))))
        try:
            found.append(_checked(lever, scenario))
        except ValueError as error:
            raise ValueError(f"{COMMAND} {text}: {error}") from None
    return found


def _checked(lever: Lever, scenario: Scenario) -> Lever:
    """The lever with its unit; ValueError when the scenario's instrument cannot be set so."""
    instrument, _, key = lever.name.rpartition(".")
    own = dict.fromkeys(m for v in scenario.variants.values() for m in v)
    if instrument not in own:
        raise ValueError(f"no instrument of a variant; there are {', '.join(own)}")
    policy = scenario.policy(instrument)
    if key not in policy.parameters.declared:
        known = ", ".join(policy.parameters.declared)
        raise ValueError(f"the instrument {instrument} has no {key!r}; it has {known}")
    if key == policy.lever:
        raise ValueError(f"{lever.name} is what the budget is met with: it cannot be free as well")
    if _dated(scenario, lever.name):
        raise ValueError("the scenario gives it by date; give it one value there")
    for value in lever.values or (lever.low, lever.high):
        policy.parameters.declared[key].check(lever.name, value)
        _set(scenario, {lever.name: value}).policy(instrument)
    return replace(lever, unit=policy.parameters.declared[key].unit)


def _dated(scenario: Scenario, name: str) -> bool:
    instrument, _, key = name.rpartition(".")
    return any(key in change for change in scenario.instruments[instrument].get("changes", []))


def of_variant(scenario: Scenario, variant: str, words: Sequence[Lever]) -> list[Lever]:
    """The free levers of a variant: those declared, those asked for instead or besides, and in a
    combination the mix of its instruments.
    """
    members = scenario.variants[variant]
    together, given = len(members) > 1, {lever.name: lever for lever in words}
    found: dict[str, Lever] = {}
    for member in members:
        for d in declared():
            name = f"{member}.{d.name}"
            if d.use != scenario.instruments[member]["use"] or (together and not d.combined):
                continue
            if _dated(scenario, name):
                continue
            low, high = (min(d.values), max(d.values)) if d.values else (d.low, d.high)
            found[name] = Lever(name, "", low, high, tuple(d.values), borne=d.borne,
                                source=f"{d.source} [{d.tag}]")  # fmt: skip
            if name not in given:
                found[name] = _checked(found[name], scenario)
        found |= {name: one for name, one in given.items() if name.rpartition(".")[0] == member}
    first, *rest = generosity(scenario, variant).items()
    for name, (key, _) in rest:
        full = f"{name}.{key}"
        found[full] = Lever(full, f"ratio to {first[0]}", *MIX, log=True, mix=True,
                            source="1/16 to 16 times the scenario's mix [A]")  # fmt: skip
    return list(found.values())


def own(scenario: Scenario, levers: Sequence[Lever]) -> dict[str, float]:
    """The setting that the scenario itself gives of these levers."""
    found = {}
    for lever in levers:
        instrument, _, key = lever.name.rpartition(".")
        found[lever.name] = 1.0 if lever.mix else scenario.policy(instrument).values[key]
    return found


def applied(scenario: Scenario, variant: str, setting: Setting, factor: float) -> Scenario:
    """The scenario with a setting of one variant's levers, and its generosity times a factor.

    Other variants that share an instrument change with it: it is for living this variant alone.
    """
    if variant == NULL:
        return scenario
    lever_of = {f"{n}.{key}": n for n, (key, _) in generosity(scenario, variant).items()}
    ratio = {lever_of[name]: value for name, value in setting.items() if name in lever_of}
    found = _set(scenario, {k: v for k, v in setting.items() if k not in lever_of})
    tables = dict(found.instruments)
    for name in found.variants[variant]:
        tables[name] = scaled(tables[name], found.policy(name), factor * ratio.get(name, 1.0))
    return found.model_copy(update={"instruments": tables})


def _set(scenario: Scenario, setting: Setting) -> Scenario:
    tables = dict(scenario.instruments)
    for name, value in setting.items():
        instrument, _, key = name.rpartition(".")
        tables[instrument] = dict(tables[instrument]) | {key: value}
    return scenario.model_copy(update={"instruments": tables})


def told(scenario: Scenario, variant: str, setting: Setting, factor: float) -> dict[str, float]:
    """What a setting comes to: the value of every free lever and of every lever of generosity."""
    found = applied(scenario, variant, setting, factor)
    names = [f"{n}.{key}" for n, (key, _) in generosity(scenario, variant).items()]
    names += [name for name in setting if name not in names]
    parts = {name: name.rpartition(".") for name in names}
    return {name: found.policy(own).values[key] for name, (own, _, key) in parts.items()}
