"""Sections on what the variants do: criteria, participation, who gains, money, queues, stages."""

from __future__ import annotations

from functools import partial

import numpy as np

from experiments.table import NULL
from reports import figures, flow_figures, names, opening, stage_figures
from reports.context import Context, told
from reports.judging import COMMAND
from reports.measures import EURO, GROUPS, STAGES, TARGET, TARGET_YEAR
from reports.parts import (
    Block,
    Bullets,
    Listed,
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
from simulator.measures import MOVES

OWN = ("Flexibility", "Time to introduce")  # of an instrument: the null option has none


def five(context: Context) -> tuple[Block, ...]:
    """The five criteria side by side."""
    rows: list[Row] = []
    for judged in context.judged:
        c = judged.criterion
        if not any(judged.values.get(v) for v in context.others):
            continue
        if not rows or all(r.key != f"heading-{c.criterion}" for r in rows):
            rows.append(Row(f"heading-{c.criterion}", names.known(c.criterion), (), heading=True))
        cells = tuple(
            None if v == NULL and c.criterion in OWN else
            told(judged.values[v], judged.drivers.get(v), c.decimals) for v in context.variants
        )  # fmt: skip
        label = _("{measure} ({unit})", measure=names.known(c.label), unit=names.known(c.unit))
        rows.append(Row(f"{c.criterion}: {c.label}", label, cells))
    keys = {r.key for r in rows}
    table = Table(
        "criteria", _("The five criteria by variant"), (_("criterion and measure"), *context.heads),
        tuple(rows),
        (_("Targeting: the groups are those that the Programma leer- en ontwikkelcultuur names."),
         _("Time to introduce rests on the time that each instrument states, an assumption."),
         context.source),
        context.variants,
    )  # fmt: skip
    if any("halved" in key for key in keys):
        return (
            table,
            _(
                "Flexibility and take-up lost to burden are from lives of their own, in which "
                "each variant is lived again with one thing changed."
            ),
        )
    missing = Missing(
        _("Flexibility in full and take-up lost to burden ask for variants that are lived again "
          "with one thing changed; a results file does not hold these."),
        COMMAND,
    )  # fmt: skip
    return (table, missing)


def participation(context: Context) -> tuple[Block, ...]:
    """Participation against the target, on its own scale."""
    c, key = context.compared, "AES scale: learning in 12 months, 25-64 *"
    rows = [
        Row(f"aes-{year}", Number(year, 0, grouped=False), tuple(
            context.figure(c.in_year("aes", v, year), 1, variant=v, key=key) for v in c.variants
        )) for year in c.full_years
    ]  # fmt: skip
    table = Table("participation", _("Participation by calendar year, % of persons of 25 to 64"),
                  (_("year"), *context.heads), tuple(rows), (context.source,),
                  c.variants)  # fmt: skip
    picture = Picture(
        "participation", _("Participation on the AES scale, beside the target of 62% for 2030"),
        (Panel(_("Participation by calendar year"),
               _("Lines with bands, one for each variant, from the introduction on; the null "
                 "option also before it. A dashed line stands at the target of 62%, a star at "
                 "2030."),
               partial(figures.participation, context.data)),
         Panel(_("What each variant adds"),
               _("Lines with bands, one for each variant: percentage points above the null "
                 "option."), partial(figures.added, context.data))),
        table, context.source,
    )  # fmt: skip
    return (
        _("The target of 62% for 2030 is a figure of the Adult Education Survey (AES): persons of "
          "25 to 64 who learned in the past twelve months, formally or not. It is set beside that "
          "scale only; the NEA asks other people another question."),
        *_target(context), picture,
    )  # fmt: skip


def _target(context: Context) -> tuple[Block, ...]:
    """How each variant stands to the target in its year."""
    c = context.compared
    if TARGET_YEAR not in c.full_years:
        return (_("The years shown do not hold {year} in whole, so that nothing is set against the "
                  "target.", year=Number(TARGET_YEAR, 0, grouped=False)),)  # fmt: skip
    level = {v: c.in_year("aes", v, TARGET_YEAR) for v in c.variants}
    rows = (
        Row("level", _("participation in 2030 (%)"),
            tuple(context.figure(level[v], 1) for v in c.variants)),
        Row("gap", _("difference from the target (percentage points)"),
            tuple(context.figure(level[v] - TARGET, 1) for v in c.variants)),
        Row("gain", _("difference from the null option (percentage points)"),
            tuple(None if v == NULL else context.figure(level[v] - level[NULL], 2)
                  for v in c.variants)),
        Row("met", _("simulated lives in which the target is met (of {of})", of=Number(c.count)),
            tuple(Number(int((level[v] >= TARGET).sum())) for v in c.variants)),
    )  # fmt: skip
    head = (_("in 2030"), *context.heads)
    return (Table("target", _("Against the target of 62% in 2030, AES scale"), head, rows,
                  (context.source,), c.variants),)  # fmt: skip


def gains(context: Context) -> tuple[Block, ...]:
    """Who gains, by group."""
    c, rows, panels = context.compared, [], []
    for dimension, groups in GROUPS.items():
        rows.append(Row(f"heading-{dimension}", names.DIMENSIONS[dimension], (), heading=True))
        for g in groups:
            label = names.group(f"{dimension}:{g}")
            key = label.message if isinstance(label, Said) and dimension != "sector" else ""
            rows.append(Row(f"{dimension}:{g}", label, tuple(
                context.figure(c.gain(v, f"{dimension}:{g}"), 1, variant=v, key=key)
                for v in c.others
            )))  # fmt: skip
        panels.append(Panel(
            names.DIMENSIONS[dimension],
            _("For each group a dot with its band for each variant: percentage points above the "
              "null option; the table below holds all of them."),
            partial(figures.gains, context.data, dimension),
        ))  # fmt: skip
    table = Table(
        "gains", _("Change in participation, percentage points above the null option"),
        (_("group"), *(names.variant(v) for v in c.others)), tuple(rows), (context.source,),
        c.others,
    )  # fmt: skip
    words = _("Change in the share with a course in two years, at the end of the years shown (the "
             "mean of the last four quarters), beside the null option: the same people with the "
             "same luck. Small groups have wide bands.")  # fmt: skip
    return (words, Picture("gains", _("Who gains: change in participation by group"), tuple(panels),
                          table, context.source))  # fmt: skip


def euro(context: Context) -> tuple[Block, ...]:
    """Where the public euro goes."""
    c = context.compared
    each = {v: c.euro(v) for v in c.others}
    parts = [p for p in EURO if any(np.nansum(each[v][p]) > 0 for v in c.others)]
    rows = tuple(
        Row(part, names.EURO[part], tuple(context.figure(each[v][part], 1) for v in c.others))
        for part in parts
    )
    head = (_("% of public money"), *(names.variant(v) for v in c.others))
    table = Table("euro", _("Where the public euro goes, % of all public money of the variant"),
                  head, rows,
                  (_("Each figure is the median of the lives, so that a column need not add up to "
                     "100%."), context.source), c.others)  # fmt: skip
    panel = Panel(
        _("Where the public euro goes"),
        _("A bar for each variant, divided into parts that add up to 100%; a whisker is the 90% "
          "band of a part, from where that part begins."), partial(figures.euro, context.data),
    )  # fmt: skip
    defined = Bullets(tuple(
        _("{part}: {told}", part=names.EURO[p], told=names.EURO_TOLD[p]) for p in parts
    ))  # fmt: skip
    words = _("Every public euro is classed by comparison with the same person's life without the "
             "variant. Bars are sums over all lives.")  # fmt: skip
    return (words, defined,
            Picture("euro", _("Where the public euro goes, by variant"), (panel,), table,
                    context.source))  # fmt: skip


def money(context: Context) -> tuple[Block, ...]:
    """What is paid year by year, and what is still owed."""
    c = context.compared
    rows = [Row("heading-cost", _("cost above the null option (mln EUR)"), (), heading=True)]
    for k, year in enumerate(c.full_years):
        rows.append(Row(f"cost-{year}", Number(year, 0, grouped=False), tuple(
            context.figure(c.cost(v)[:, k] / 1e6, 0) for v in c.others)))  # fmt: skip
    rows.append(Row("heading-liability", _("unused rights at the end of the year (mln EUR)"), (),
                    heading=True))  # fmt: skip
    for k, year in enumerate(c.full_years):
        rows.append(Row(f"liability-{year}", Number(year, 0, grouped=False), tuple(
            context.figure(c.yearly("outstanding_eur", v)[:, k] / 1e6, 0)
            for v in c.others)))  # fmt: skip
    head = (_("year"), *(names.variant(v) for v in c.others))
    table = Table("money", _("Cost and liability by calendar year"), head, tuple(rows),
                  (_("Not corrected for inflation or wages."), context.source),
                  c.others)  # fmt: skip
    panels = (
        Panel(_("Public outlay"),
              _("Lines with bands, one for each variant: public money of the past twelve months, "
                "net of what returns."), partial(figures.outlay, context.data)),
        Panel(_("Liability"),
              _("Lines with bands, one for each variant: rights that were granted and are not yet "
                "used or lapsed."), partial(figures.liability, context.data)),
    )  # fmt: skip
    words = _("Cost is what the State pays for the variant above the null option: awards, "
             "programmes and administration, less what returns. A liability is a right that may "
             "still be used; most of a leerrecht lapses unused.")  # fmt: skip
    return (words, Picture("money", _("Cost and liability over the years"), panels, table,
                          context.source))  # fmt: skip


def queue(context: Context) -> tuple[Block, ...]:
    """Who applies and who is turned away."""
    c = context.compared
    found = {v: c.turned_away(v) for v in c.others}
    labels = {
        "applications": (_("applications a year (thousand)"), 0),
        "awards": (_("of which awarded (thousand)"), 0),
        "turned_away": (_("of which turned away at a window (thousand)"), 0),
        "rejected": (_("of which refused when assessed (thousand)"), 0),
        "share": (_("turned away, % of applications"), 1),
    }
    rows = tuple(
        Row(name, label, tuple(context.figure(found[v][name], decimals) for v in c.others))
        for name, (label, decimals) in labels.items()
    )
    head = (_("a year, after the introduction"), *(names.variant(v) for v in c.others))
    table = Table("queue", _("Applications, awards and who is turned away"), head, rows,
                  (context.source,), c.others)  # fmt: skip
    panel = Panel(
        _("Awards by month, first two years"),
        _("Lines with bands, one for each variant; peaks are windows that open."),
        partial(figures.opening, context.data),
    )
    return (
        _("A scheme with a budget opens in windows and closes when its money is gone; who is later "
          "gets nothing. An entitlement has no queue."),
        Picture("queue", _("Awards by month after the introduction"), (panel,), table,
                context.source),
        *opening.blocks(context),
    )  # fmt: skip


def stages(context: Context) -> tuple[Block, ...]:
    """The flow through the stages of change."""
    c = context.compared
    times = stage_figures.moments(c)
    rows: list[Row] = []
    for t in times:
        year = Number(c.introduced + t, 0, grouped=False)
        rows.append(Row(f"heading-{t:g}", _("at the start of {year}", year=year), (), heading=True))
        rows += [Row(f"{stage}-{t:g}", names.STAGES[stage],
                     tuple(context.figure(c.stages(v, t)[:, s], 1) for v in c.variants))
                 for s, stage in enumerate(STAGES)]  # fmt: skip
    table = Table("stages", _("Persons by stage of change, %"), (_("stage"), *context.heads),
                  tuple(rows), (context.source,), c.variants)  # fmt: skip
    panels = tuple(
        Panel(_("{variant}: stages of change", variant=names.variant(v)),
              _("Columns at some moments, divided by stage; ribbons join a stage with itself at "
                "the next moment, whiskers are 90% bands."),
              partial(stage_figures.alluvial, context.data, v)) for v in c.variants
    )  # fmt: skip
    words = _("People move from seeing no need, by way of considering and planning, to a course of "
              "their own choice.")  # fmt: skip
    shares = Picture("stages", _("The stages of change, by variant"), panels, table,
                     context.source)  # fmt: skip
    if flow_figures.held(context.data):
        return (words, _flows(context), shares)
    lacking = Missing(_("This results file holds how many are in a stage, not who moved from which "
                        "to which; one that is made anew does."), "llo compare")  # fmt: skip
    return (words, shares, lacking)


def _flows(context: Context) -> Picture:
    """Who moves between stages in a year."""
    c, rows = context.compared, []
    for name in (*MOVES, "started", "no_shows", "completed"):
        cells = tuple(context.figure(flow_figures.flow(c, v, (name,)), 0) for v in c.variants)
        rows.append(Row(name, names.MOVES[name], cells))
    head = (_("moves a year (thousand)"), *context.heads)
    table = Table("flows", _("Moves between stages of change, thousand persons a year"), head,
                  tuple(rows), (context.source,), c.variants)  # fmt: skip
    panels = tuple(
        Panel(_("{variant}: flow in a year", variant=names.variant(v)),
              _("Stages from top to bottom. A band down is who goes on to the next stage, a "
                "hatched band to the right who falls back; its width is persons a year, a "
                "whisker the 90% band of it."), partial(flow_figures.sankey, context.data, v))
        for v in c.variants
    )  # fmt: skip
    return Picture("flows", _("The flow through the stages of change in a year, by variant"),
                   panels, table, context.source)  # fmt: skip


def instruments(context: Context) -> tuple[Block, ...]:
    """What each variant is made of, and how its instruments are set."""
    scenario, rows = context.scenario, []
    for v in context.variants:
        made: Value = (
            _("policies that are in force anyway, and nothing new") if v == NULL
            else Listed(tuple(names.variant(n) for n in scenario.variants[v]))
        )  # fmt: skip
        rows.append(Row(v, names.variant(v), (made,)))
    used = dict.fromkeys(n for v in context.others for n in scenario.variants[v])
    settings = [row for name in used for row in _settings(context, name)]
    variants = Table("variants", _("The variants"), (_("variant"), _("instruments")), tuple(rows),
                     (), ("instruments",))  # fmt: skip
    if not settings:
        return (variants,)
    head = (_("setting"), _("value"), _("unit"))
    note = _("Only what the scenario sets; all other settings, with their sources: {command}.",
             command=Plain("llo policies"))  # fmt: skip
    return (variants, Table("settings", _("How the instruments are set"), head, tuple(settings),
                            (note,), ("value", "unit")))  # fmt: skip


def _settings(context: Context, name: str) -> list[Row]:
    """What the scenario sets of an instrument."""
    declared = context.scenario.policy(name).parameters.declared
    rows = [
        Row(f"{name}.{key}", names.setting(key, declared[key].doc),
            (Number(float(value), 0 if float(value).is_integer() else 2),
             names.known(declared[key].unit)))
        for key, value in context.scenario.instruments[name].items()
        if key in declared and isinstance(value, int | float)
    ]  # fmt: skip
    return [Row(f"heading-{name}", names.variant(name), (), heading=True), *rows] if rows else []
