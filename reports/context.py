"""What every section of a report is written from: a comparison, its table, criteria and lights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from experiments import criteria, table
from experiments.estimates import Array, Estimate
from experiments.lights import Drivers, Shares, light
from experiments.table import NULL
from reports import names
from reports.judging import Twins
from reports.measures import Comparison
from reports.parts import Figure90, Plain, Said, Value, _
from scenarios.scenario import Scenario

NO_TWINS = Twins()
NO_LIGHT = _("what drives it is not told")
ALIKE = _("the same in all lives")
SOURCE = _("Source: LLO simulator, results file {hash}.")


@dataclass(frozen=True)
class Context:
    """A results Dataset and all that is worked out from it once."""

    data: xr.Dataset
    scenario: Scenario
    twins: Twins = NO_TWINS

    @cached_property
    def compared(self) -> Comparison:
        """The Dataset with its lives in one dimension."""
        return Comparison.of(self.data)

    @cached_property
    def drivers(self) -> Drivers:
        """What drives bands."""
        return Drivers(self.data, self.scenario)

    @cached_property
    def lines(self) -> Mapping[str, table.Line]:
        """The lines of `llo compare` by key."""
        return {line.key: line for line in table.compute(self.data, self.drivers)}

    @cached_property
    def judged(self) -> list[criteria.Judged]:
        """The five criteria of every variant, of the null as well."""
        found = criteria.compute(self.data, self.scenario, 0, self.drivers)
        c = self.compared
        null = c.data.sel(variant=NULL).assign_attrs(introduced=c.introduced)
        own = criteria.Lived(null, null, {}, 0)
        return [
            criteria.Judged(
                j.criterion, {NULL: c.estimate(j.criterion.measure(own)), **j.values}, j.drivers
            )
            for j in self.twins.filled(found)
        ]

    @property
    def variants(self) -> tuple[str, ...]:
        """All variants, the null first."""
        return self.compared.variants

    @property
    def others(self) -> tuple[str, ...]:
        """All but the null."""
        return self.compared.others

    @cached_property
    def heads(self) -> tuple[Value, ...]:
        """Names of all variants, to stand above columns."""
        return tuple(names.variant(v) for v in self.variants)

    @property
    def hash(self) -> str:
        """The hash of the results file."""
        return str(self.data.attrs["hash"])

    @property
    def source(self) -> Said:
        """What stands under every picture and table."""
        return Said(SOURCE.message, {"hash": Plain(self.hash[:12])})

    def figure(
        self, per_life: Array, decimals: int = 1, *, variant: str = "", key: str = ""
    ) -> Figure90:
        """A measure's estimate, with its light if it is known under a key of `llo compare`."""
        drivers = self.drivers.of(variant, key, per_life) if key else None
        return Figure90(self.compared.estimate(per_life), decimals, light(drivers) or "")

    def of_line(self, key: str, variant: str) -> Figure90:
        """A figure of the table of `llo compare`."""
        line = self.lines[key]
        return told(line.values[variant], line.drivers[variant], line.row.decimals)

    def of_criterion(self, label: str, variant: str) -> Figure90:
        """A figure of the five criteria."""
        one = next(j for j in self.judged if j.criterion.label == label)
        return told(one.values[variant], one.drivers.get(variant), one.criterion.decimals)


def told(estimate: Estimate | None, drivers: Shares | None, decimals: int) -> Figure90:
    """An estimate with its light."""
    return Figure90(estimate, decimals, (light(drivers) or "") if estimate else "")


def light_of(figure: Figure90) -> Said:
    """The light of a figure in words."""
    if figure.estimate is not None and figure.estimate.low == figure.estimate.high:
        return ALIKE
    return names.LIGHTS.get(figure.light, NO_LIGHT)
