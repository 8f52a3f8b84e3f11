"""Reading a scenario: TOML in, one clear line when something is wrong, checked values out."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from scenarios.bases import base_of, joined
from scenarios.kinds import available
from scenarios.parts import Observed, Seeds, Strict, Time, Uncertainty, month_number
from scenarios.world import World, margins_of
from scenarios.world import design as of_world
from simulator.behaviour import register
from simulator.behaviour.employers import PARAMETERS as EMPLOYERS
from simulator.benefits import PARAMETERS as BENEFITS
from simulator.calendar import Calendar
from simulator.labour_market import outlook
from simulator.parameters import Parameters
from simulator.policy import PAYERS, Policy
from simulator.stack import ordered
from simulator.surveys import PARAMETERS as SURVEYS

if TYPE_CHECKING:
    from simulator.variants import Design

FOLDER = Path(__file__).parent
BASELINE = FOLDER / "baseline.toml"
OWNERS: dict[str, Parameters] = {
    o.owner: o for o in (*register.OWNERS, *outlook.OWNERS, EMPLOYERS, SURVEYS, BENEFITS)
}
NULL = "null"
OPTIONS = {"persons": "--persons", "count": "--seeds", "months_after": "--months",
           "members": "--members"}  # fmt: skip
USUAL_SPIN_UP = 60  # months, where nothing depends on how many: to check a scenario
Table = dict[str, Any]


class Scenario(Strict):
    """A whole comparison; `instruments` and `parameters` hold values by declared name."""

    base: str = ""  # a scenario that this one is a difference from, variants apart
    title: str = ""
    persons: Annotated[int, Field(ge=1_000, le=10_000_000)] = 100_000
    margins: str = "margins/nl-2022.toml"
    levels: str = "levels.toml"
    time: Time = Time()
    seeds: Seeds = Seeds()
    uncertainty: Uncertainty = Uncertainty()
    world: World = World()
    instruments: dict[str, Table] = Field(default_factory=dict)
    parameters: dict[str, dict[str, float]] = Field(default_factory=dict)
    standing: list[str] = Field(default_factory=list)
    variants: dict[str, list[str]] = Field(default_factory=dict)
    observed: list[Observed] = Field(default_factory=list)
    months_before: Annotated[int | None, Field(ge=0, le=600)] = None  # instead of years_before
    # Instead of years_after; below 1 for a run that ends before the introduction.
    months_after: Annotated[int | None, Field(ge=-600, le=600)] = None

    def changed(
        self,
        *,
        persons: int | None = None,
        months: int | None = None,
        seeds: int | None = None,
        members: int | None = None,
    ) -> Scenario:
        """The scenario with another size or horizon; ValueError if that is not allowed."""
        table = self.model_dump()
        if persons is not None:
            table["persons"] = table["uncertainty"]["persons"] = persons
        if seeds is not None:
            table["seeds"]["count"] = seeds
        if members is not None:
            table["uncertainty"]["members"] = members
        if months is not None:
            if months < 1:
                raise ValueError(f"--months: {months}: give 1 to 600")
            table["months_after"] = months
        try:
            return Scenario.model_validate(table)
        except ValidationError as error:
            first = error.errors()[0]
            option = OPTIONS[str(first["loc"][-1])]
            raise ValueError(f"{option}: {plain(first)}") from None

    def between(self, first: str | None, last: str | None) -> Scenario:
        """The scenario from month `first` to month `last`, as "YYYY-MM" or "YYYY"; ValueError if
        the run would not begin before it ends, or begins after the introduction.
        """
        months = {}
        introduced = month_number(self.time.introduction, 1)
        if first is not None:
            months["months_before"] = introduced - month_number(first, 1)
            if months["months_before"] < 0:
                raise ValueError(
                    f"--from {first}: the variants come into force in {self.time.introduction}: "
                    "begin then or before"
                )
        if last is not None:
            months["months_after"] = month_number(last, 12) + 1 - introduced
        found = self.model_copy(update=months)
        if found.months_of() < 12:
            raise ValueError(
                f"--from {first} --to {last}: a run of {found.months_of()} months: give a year at "
                "least"
            )
        found.design()  # refuses a year before the margins
        return found

    def months_of(self) -> int:
        """Months of the run, without the spin-up."""
        return self._months_before() + self._months_after()

    def spun_up(self, months: int) -> Scenario:
        """The scenario with a spin-up of so many months."""
        return self.model_copy(
            update={"time": self.time.model_copy(update={"spin_up_months": months})}
        )

    def policies(self, variant: str) -> list[Policy]:
        """Fresh policies of a variant, after those that are in force anyway."""
        own = [] if variant == NULL else self.variants[variant]
        return [*self.in_force(), *(self.policy(name) for name in own)]

    def in_force(self) -> list[Policy]:
        """Fresh policies that are in force anyway, in every variant."""
        return [self.policy(name) for name in self.standing]

    def policy(self, name: str) -> Policy:
        """A fresh policy from the instrument of that name."""
        table = dict(self.instruments[name])
        kinds = available()
        found = kinds[table.pop("use")](**table)
        found.standing = name in self.standing
        return found

    def check_period(self, name: str) -> None:
        """ValueError when an instrument would never be in force in this run."""
        policy, calendar = self.policy(name), self.calendar()
        introduced, end = self.introduced(), self.introduced() + self._months_after()
        default = 0 if policy.standing else introduced
        first, last = policy.period.months(calendar, default)
        if policy.period.since and not policy.standing:
            given = policy.period.months(calendar, 0)[0]
            if given < introduced:
                raise ValueError(
                    f"{policy.name}.from: {policy.period.since} is before the introduction of the "
                    f"variants, {self.time.introduction}: let it start later, or put it under "
                    "standing"
                )
        if first >= min(last, end) or last <= 0:
            raise ValueError(
                f"{policy.name}.{'from' if first >= end else 'until'}: it would never be in force "
                f"in this run, {calendar.label(default)} to {calendar.label(end - 1)}: change its "
                "dates, or leave it out"
            )

    def introduced(self) -> int:
        """The month of the run in which the variants come into force."""
        return self._spin_up() + self._months_before()

    def _spin_up(self) -> int:
        return self.time.spin_up_months or USUAL_SPIN_UP

    def _months_before(self) -> int:
        return self.time.years_before * 12 if self.months_before is None else self.months_before

    def _months_after(self) -> int:
        return self.time.years_after * 12 if self.months_after is None else self.months_after

    def names(self) -> list[str]:
        """The variants in order, the null first."""
        return [NULL, *(v for v in self.variants if v != NULL)]

    def calendar(self) -> Calendar:
        """The calendar, which begins with the spin-up; ValueError if that is too early."""
        year, month = map(int, self.time.introduction.split("-"))
        start = year * 12 + month - 1 - self.introduced()
        return Calendar(start // 12, start % 12 + 1)

    def design(self) -> Design:
        """Everything the simulator needs besides the policies."""
        from simulator.variants import Design  # loads the engine, which checking must not

        before = self._months_before()
        values = {owner: dict(v) for owner, v in solved(resolve(self.levels)).items()}
        for owner, given in self.parameters.items():
            values.setdefault(owner, {}).update(given)
        probe = SURVEYS.values(values.pop(SURVEYS.owner, {}))["aes_probe"]
        after = self._months_after()
        return Design(
            margins_of(resolve(self.margins)), self.persons,
            self.calendar(), self._spin_up(), before, after,
            values, probe=probe, standing=self.in_force,
            **of_world(
                self.world, self.when(), self.introduced() + after + 1, resolve(self.margins),
                resolve(self.world.years), values,
            ),
        )  # fmt: skip

    def check_world(self) -> None:
        """ValueError or OSError when the dated series do not serve the run."""
        years = resolve(self.world.years)
        of_world(self.world, self.when(), 12, resolve(self.margins), years, {})

    def when(self) -> outlook.When:
        """The moments to which the months of the run look."""
        return outlook.When(self.calendar(), self._spin_up())

    def when_first(self) -> str:
        """The first month of the run, after the spin-up."""
        return self.calendar().label(self._spin_up())


def resolve(name: str) -> Path:
    """A data file: as named, else from the folder of scenarios."""
    return Path(name) if Path(name).is_file() else FOLDER / name


def solved(path: Path) -> dict[str, dict[str, float]]:
    """The solved levels, by owner; ValueError with the file if it holds anything else."""
    if not path.is_file() and path.name == Scenario().levels:
        return {}  # not solved yet
    try:
        groups = tomllib.loads(path.read_text(encoding="utf-8")).get("parameters", {}).items()
        return {
            o: {k: OWNERS[o].declared[k].check(f"{o}.{k}", v) for k, v in group.items()}
            for o, group in groups
        }
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: no levels of llo calibrate --levels ({error})") from None


def load(path: Path | str | None = None) -> Scenario:
    """The scenario in a file, or the baseline; ValueError with file, line and remedy."""
    path = BASELINE if path is None else Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read ({error})") from None
    return read(text, str(path))


def read(text: str, where: str = "scenario") -> Scenario:
    """The scenario in a TOML text."""
    try:
        table = tomllib.loads(text)
    except ValueError as error:  # a TOMLDecodeError, or a number of too many digits
        raise ValueError(f"{where}: no valid TOML: {error}") from None
    if table.get("base", "") != "":
        try:
            table = joined(base_of(table["base"], (Path(where).parent, FOLDER)), table)
        except ValueError as error:
            message = f"{table['base']!r}: {error}"
            raise ValueError(_line(text, where, ["base"], message)) from None
    try:
        scenario = Scenario.model_validate(_numbers(table))
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(k) for k in first["loc"]]
        raise ValueError(_line(text, where, keys, plain(first))) from None
    _check(scenario, text, where)
    return scenario


def _numbers(table: Table) -> Table:
    """Whole numbers where a parameter wants a real one."""
    groups = table.get("parameters")
    for values in groups.values() if isinstance(groups, dict) else ():
        if isinstance(values, dict):
            whole = {k: v for k, v in values.items() if type(v) is int}
            values |= {k: float(v) for k, v in whole.items() if abs(v) <= sys.float_info.max}
    return table


def plain(error: Mapping[str, Any], example: str = "scenarios/baseline.toml") -> str:
    """What is wrong with a value, as one sentence; `example` has all keys there are."""
    if error["type"] == "extra_forbidden":
        return f"no such key; see {example} for those there are"
    if error["type"] == "missing":
        return f"is missing; see {example}"
    value = error.get("input")
    return f"{value!r}: {str(error['msg']).removeprefix('Value error, ')}"


def _check(scenario: Scenario, text: str, where: str) -> None:
    """Files, instruments, parameters and variants against what is declared."""
    reads = {"margins": margins_of, "levels": solved}
    for key, reading in reads.items():
        try:
            reading(resolve(getattr(scenario, key)))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            message = str(error).replace("\n", "; ")
            name = getattr(scenario, key)
            raise ValueError(
                _line(text, where, [key], f"{name!r}: cannot be used ({message})")
            ) from None
    _try(scenario.calendar, text, where, ["time", "introduction"])
    try:
        scenario.check_world()
    except (ValueError, OSError) as error:
        message = str(error).replace("\n", " ")
        raise ValueError(_line(text, where, ["world", "years"], message)) from None
    kinds = available()
    for name, table in scenario.instruments.items():
        use = table.get("use")
        if not isinstance(use, str) or use not in kinds:
            message = f"{use!r}: no such kind of instrument; there are {', '.join(kinds)}"
            raise ValueError(_line(text, where, ["instruments", name, "use"], message))
        _try(lambda n=name: scenario.policy(n), text, where, ["instruments", name])  # type: ignore[misc]
    for owner, values in scenario.parameters.items():
        if owner not in OWNERS:
            message = f"no such group of parameters; there are {', '.join(OWNERS)}"
            raise ValueError(_line(text, where, ["parameters", owner], message))
        _try(lambda o=owner, v=values: OWNERS[o].values(v), text, where, ["parameters", owner])  # type: ignore[misc]
    _check_members(scenario, ["standing"], scenario.standing, text, where)
    for name in scenario.instruments:
        _try(lambda n=name: _check_names(scenario.policy(n), kinds), text, where,
             ["instruments", name])  # type: ignore[misc]  # fmt: skip
    for variant, members in scenario.variants.items():
        keys = ["variants", variant]
        if variant == NULL and members:
            raise ValueError(
                _line(text, where, keys, "null means no instruments: give it another name")
            )
        all_ = [*scenario.standing, *members]
        _check_members(scenario, keys, all_, text, where)
        try:
            ordered(scenario.policies(variant))
        except ValueError as error:
            named = [m for m in all_ if str(error).startswith(f"{scenario.policy(m).name}.")]
            keys = ["instruments", named[0], "after"]
            raise ValueError(_line(text, where, keys, str(error))) from None
    members = (name for variant in scenario.variants.values() for name in variant)
    for name in dict.fromkeys([*scenario.standing, *members]):
        _try(lambda n=name: scenario.check_period(n), text, where, ["instruments", name])  # type: ignore[misc]


def _check_names(policy: Policy, kinds: Mapping[str, type[Policy]]) -> None:
    for key, known in (("after", tuple(kinds)), ("excludes", (*kinds, *PAYERS))):
        for name in getattr(policy, key):
            if name not in known:
                raise ValueError(
                    f"{policy.name}.{key}: {name!r} is no instrument; there are {', '.join(known)}"
                )


def _check_members(
    scenario: Scenario, keys: list[str], members: Sequence[str], text: str, where: str
) -> None:
    for name in members:
        if name not in scenario.instruments:
            known = ", ".join(scenario.instruments) or "none"
            message = f"{name!r} is not among [instruments]: {known}"
            raise ValueError(_line(text, where, keys, message))
    uses = [scenario.instruments[m]["use"] for m in members]
    twice = sorted({u for u in uses if uses.count(u) > 1})
    if twice:
        message = f"uses one kind of instrument twice ({', '.join(twice)}); keep one"
        raise ValueError(_line(text, where, keys, message))


def _try(action: Any, text: str, where: str, keys: list[str]) -> None:
    try:
        action()
    except (ValueError, TypeError) as error:
        message = str(error)
        found = re.match(r"\w+\.(\w+)", message)
        raise ValueError(
            _line(text, where, [*keys, found.group(1)] if found else keys, message)
        ) from None


def _line(text: str, where: str, keys: Sequence[str], message: str) -> str:
    """`file:line: key: message`, with the line on which the key stands as far as it can be seen."""
    table: list[str] = []
    best = (0, 0)
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            table = [part.strip(" \"'") for part in header.group(1).split(".")]
            path = table
        else:
            key = re.match(r"\s*([\w\"'-]+)\s*=", line)
            if not key:
                continue
            path = [*table, key.group(1).strip("\"'")]
        depth = len(path) if path == list(keys[: len(path)]) else 0
        best = max(best, (depth, -number))
    at = f":{-best[1]}" if best[0] else ""
    return f"{where}{at}: {'.'.join(keys)}: {message}"
