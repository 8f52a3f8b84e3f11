"""Scenarios: what is compared, in a TOML file that a policy officer can read and change."""

from scenarios.scenario import Scenario, load, read

__all__ = ["Scenario", "load", "read"]
