"""The base of every part of a scenario: unknown keys and other types are refused."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A table of a scenario."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
