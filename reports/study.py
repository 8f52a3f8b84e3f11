"""Sections on what a study says: which assumptions decide, when a variant fails, regret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from experiments.analysis import weights
from experiments.estimates import Estimate
from experiments.sweeps import sensitivity, verdicts
from experiments.sweeps.outcomes import SIX, Outcome, chosen
from experiments.sweeps.sensitivity import Sensed
from experiments.sweeps.store import Store
from experiments.sweeps.verdicts import Verdict
from reports import failing, names, study_figures
from reports.parts import (
    Block,
    Figure90,
    Missing,
    Number,
    Panel,
    Picture,
    Plain,
    Row,
    Said,
    Table,
    Value,
    _,
)

LEADING = 6  # assumptions shown of an outcome
SOBOL, DECIDE = "llo sobol experiments/studies/sobol.toml", "llo sweep run decide"
Blocks = tuple[Block, ...]


@dataclass(frozen=True)
class Study:
    """What a store says: indices if its design gives them, a verdict if enough draws are done."""

    folder: Path
    kind: str
    sensed: Sensed | None
    verdict: Verdict | None


def read(folder: Path) -> Study:
    """What a study's folder says; ValueError if it is none."""
    store = Store(folder)
    kind = str(store.meta["design"]["kind"])
    outcomes = [o for o in chosen(SIX) if set(o.needs) <= set(store.layout.outputs)]
    sensed: Sensed | None = None
    verdict: Verdict | None = None
    try:
        verdict = verdicts.verdict(store, weights.read(None), verdicts.thresholds())
        if kind == "sobol" and outcomes:
            variants = sensitivity.variants_of(store)
            sensed = sensitivity.sensed(store, outcomes, variants, with_pawn=False)
    except ValueError:  # too few draws are done: the sections say so
        pass
    except OSError as error:
        raise ValueError(
            f"--sweep {folder}: it cannot be read ({error.strerror or error}): another version "
            "made it, or it is damaged; make it anew with llo sweep run"
        ) from None
    return Study(folder, kind, sensed, verdict)


def sections(studies: Sequence[Study]) -> tuple[Blocks, Blocks, Blocks]:
    """The blocks of the three sections; what no study says is named with its command.

    A study of decisions goes before one whose draws are made for indices.
    """
    sensing = next((s for s in studies if s.sensed), None)
    ranked = sorted(studies, key=lambda s: s.kind in ("sobol", "morris"))
    deciding = next((s for s in ranked if s.verdict), None)
    few = tuple(
        Missing(_("The study {name} has too few runs done.", name=Plain(s.folder.name)),
                f"llo sweep restart {s.folder.name}")
        for s in studies if s.verdict is None
    )  # fmt: skip
    none = few or (Missing(_("No study of a decision was given with --sweep."), DECIDE),)
    unsensed = few or (Missing(_("No sensitivity study was given with --sweep."), SOBOL),)
    first = indices(sensing, sensing.sensed) if sensing and sensing.sensed else unsensed
    if deciding is None or deciding.verdict is None:
        return first, none, none
    source = _source(deciding)
    return (first, failing.blocks(deciding.verdict, source),
            regret(deciding.verdict, source))  # fmt: skip


def _source(study: Study) -> Said:
    return _("Source: LLO simulator, study {name}.", name=Plain(study.folder.name))


def indices(study: Study, found: Sensed) -> Blocks:
    """Total indices of the leading assumptions, by outcome and variant."""
    rows: list[Row] = []
    panels: list[Panel] = []
    for outcome in found.outcomes:
        leading = _leading(found, outcome)
        if not leading:
            continue
        each = {v: [_index(found, outcome, v, k) for k in leading] for v in found.variants}
        labels = [names.factor(found.labels[k]) for k in leading]
        heading = _("{measure} ({unit})", measure=names.known(outcome.long_name),
                    unit=names.known(outcome.unit))  # fmt: skip
        rows.append(Row(f"heading-{outcome.name}", heading, (), heading=True))
        rows += [Row(f"{outcome.name}: {found.labels[k]}", labels[n],
                     tuple(Figure90(each[v][n], 2) for v in found.variants))
                 for n, k in enumerate(leading)]  # fmt: skip
        panels.append(Panel(
            names.known(outcome.long_name),
            _("For each assumption a dot with its 95% interval for each variant: its total index, "
              "the share of the variance that it takes part in."),
            partial(study_figures.rows, labels, each, _("total index")),
        ))  # fmt: skip
    if not rows:
        return (Missing(_("The study {name} has too few runs done.", name=Plain(study.folder.name)),
                        f"llo sweep restart {study.folder.name}"),)  # fmt: skip
    source = _source(study)
    table = Table(
        "sobol", _("Total indices of Sobol, with 95% intervals"),
        (_("assumption"), *(names.variant(v) for v in found.variants)), tuple(rows), (source,),
        tuple(found.variants),
    )  # fmt: skip
    told = _("Of each outcome the assumptions that decide it most. A total index is the share of "
             "an outcome's variance that an assumption takes part in, alone and together with "
             "others; {draws} base samples.", draws=Number(found.draws))  # fmt: skip
    return (told, Picture("sobol", _("Which assumptions decide, by outcome"), tuple(panels), table,
                          source))  # fmt: skip


def _leading(found: Sensed, outcome: Outcome) -> list[int]:
    """The assumptions with the largest total index of an outcome, whatever the variant."""
    columns = [found.column(outcome, v) for v in found.variants]
    value = found.indices.total.value[:, columns]
    most = np.where(np.isfinite(value), value, -np.inf).max(axis=1)
    return [int(k) for k in np.argsort(-most, kind="stable")[:LEADING] if np.isfinite(most[k])]


def _index(found: Sensed, outcome: Outcome, variant: str, k: int) -> Estimate | None:
    at, total = found.column(outcome, variant), found.indices.total
    return interval(total.value[k, at], total.low[k, at], total.high[k, at])


def interval(value: float, low: float, high: float) -> Estimate | None:
    """A value with its interval; None where it is not a number."""
    found = tuple(float(x) for x in (value, low, high))
    return Estimate(*found, of_lives=True) if np.isfinite(found).all() else None


def regret(found: Verdict, source: Said) -> Blocks:
    """What each ministry may regret of a variant, and which is best for it."""
    table, variants = found.ministries, [str(v) for v in found.ministries["variant"].values]
    ministries = [str(m) for m in table["ministry"].values]

    def of(row: xr.Dataset, name: str, scale: float = 1.0) -> Estimate | None:
        ends = (f"{name}_low", f"{name}_high") if f"{name}_low" in row else ("low", "high")
        e = interval(*(float(row[n]) for n in (name, *ends)))
        return e.times(scale) if e else None

    lost = {v: [of(table.sel(ministry=m, variant=v), "regret") for m in ministries]
            for v in variants}  # fmt: skip
    rows = [Row("heading-regret", _("mean regret (0 to 1)"), (), heading=True)]
    rows += [Row(f"regret-{m}", ministry(m), tuple(Figure90(lost[v][k], 3) for v in variants))
             for k, m in enumerate(ministries)]  # fmt: skip
    rows.append(Row("heading-best", _("probability of being best (%)"), (), heading=True))
    rows += [Row(f"best-{m}", ministry(m), tuple(
        Figure90(of(table.sel(ministry=m, variant=v), "probability", 100.0), 0) for v in variants
    )) for m in ministries]  # fmt: skip
    rows.append(Row("best-any", _("whatever the weights"), tuple(
        Figure90(of(found.whatever.sel(variant=v), "probability", 100.0), 0)
        if v in found.whatever["variant"].values else None for v in variants
    )))  # fmt: skip
    shown = Table("regret", _("Regret and the best variant, by ministry"),
                  (_("ministry"), *(names.variant(v) for v in variants)), tuple(rows),
                  (_("Outcomes that the study does not hold are left out, and the other weights "
                     "are raised. What a variant does not have, such as the null option a cost per "
                     "learner, has an assumed worth."), source),
                  tuple(variants))  # fmt: skip
    panel = Panel(
        _("Mean regret by ministry"),
        _("For each ministry a dot with its 90% interval for each variant; 0 is no regret."),
        partial(study_figures.rows, [ministry(m) for m in ministries], lost,
                _("mean regret (0 to 1)")),
    )  # fmt: skip
    told = _("Regret is how much a ministry loses with a variant beside the best one, over {draws} "
             "worlds that may be; 1 is all that it wants. The weights are assumptions: no ministry "
             "has published any.", draws=Number(found.draws))  # fmt: skip
    return (told, Picture("regret", _("Regret by ministry and variant"), (panel,), shown, source))


def ministry(name: str) -> Value:
    """What a ministry is called."""
    return MINISTRIES.get(name, Plain(name))


MINISTRIES = {
    "SZW": _("Social Affairs and Employment"),
    "OCW": _("Education, Culture and Science"),
    "EZ": _("Economic Affairs"),
    "Financiën": _("Finance"),
}
