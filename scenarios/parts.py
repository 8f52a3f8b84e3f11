"""The parts of a scenario: its time, seeds and parameter sets, and figures to lay it beside."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Strict(BaseModel):
    """A table of a scenario: unknown keys and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Time(Strict):
    """When the instruments come into force, and what is run around that."""

    introduction: str = "2027-01"
    years_before: Annotated[int, Field(ge=1, le=50)] = 5
    years_after: Annotated[int, Field(ge=1, le=50)] = 10
    spin_up_months: Annotated[int, Field(ge=0, le=600)] = 0  # 0: until the people have settled

    @field_validator("spin_up_months")
    @classmethod
    def _long_enough(cls, months: int) -> int:
        if 0 < months < 12:
            raise ValueError("give 12 to 600 months, or 0 to have it found out")
        return months

    @field_validator("introduction")
    @classmethod
    def _month(cls, text: str) -> str:
        if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", text):
            raise ValueError('give a month as "YYYY-MM"')
        return text


class Seeds(Strict):
    """Replicates, of every parameter set if there are any: seed k is hashed from `first` and k."""

    first: Annotated[int, Field(ge=0, lt=2**63)] = 2026
    count: Annotated[int, Field(ge=1, le=10_000)] = 8


class Uncertainty(Strict):
    """Over which parameter sets of a calibrated ensemble a comparison is lived.

    Each is lived under every seed, by fewer persons than one life would be. None: the central
    values alone, by as many persons as the scenario says.
    """

    members: Annotated[int, Field(ge=0, le=10_000)] = 12
    persons: Annotated[int, Field(ge=1_000, le=10_000_000)] = 20_000
    ensemble: str = ""  # a file of llo calibrate; ours without one


class Observed(Strict):
    """A published figure of a scheme of the past.

    A scheme with windows is questioned by `window` (0 is all together). Otherwise the figure is
    about `months` months from month `since` on, in `group`, of `variant` beside `against`.
    """

    measure: str
    value: float
    margin: Annotated[float, Field(ge=0)]  # what rounding and wording leave open
    source: Annotated[str, Field(min_length=3)]
    window: Annotated[int, Field(ge=0, le=60)] = 0
    variant: str = ""  # the only one, if there is only one
    against: str = ""
    since: str = ""
    months: Annotated[int, Field(ge=1, le=600)] = 12
    group: str = "all"


def month_number(text: str, month: int) -> int:
    """The number of a month given as YYYY-MM, or of that month of a year."""
    match = re.fullmatch(r"((?:19|20|21)\d\d)(?:-(0[1-9]|1[0-2]))?", text)
    if match is None:
        raise ValueError(f"{text}: give a year or a month, as 2012 or 2012-07")
    return int(match[1]) * 12 + int(match[2] or month) - 1
