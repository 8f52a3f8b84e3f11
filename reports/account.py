"""Sections that account for the rest: what is not known, what is assumed, what was run."""

from __future__ import annotations

import json

from calibration import priors
from experiments.table import represented
from reports import names
from reports.context import Context
from reports.parts import Block, Bullets, Number, Plain, Row, Said, Table, Value, _
from simulator.parameters import TAG_MEANINGS

NOT_KNOWN = Bullets((
    _("Wages and productivity, and what learning does to getting or keeping work: working lives "
      "do not depend on learning."),
    _("Persons under 25 outside the labour force, and who has retired."),
    _("Why people come, go and change: migration, households and health are one rate."),
    _("Income: education stands in for it. Care, shifts and health are one number, the time that a "
      "person has to spare."),
    _("Providers one by one, fraud, and what a course is about."),
    _("Prices that rise over the years, other taxes, and what the State saves elsewhere."),
    _("Employers who react to a scheme other than by letting it pay."),
    _("Sizes for which there is no evidence: the weight of colleagues, what guidance and "
      "leerambassadeurs do, the pull of a right. They have a wide range; bands hold it, and lights "
      "say where they drive a figure."),
    _("People in the simulation are made from published margins; they are nobody in particular."),
))  # fmt: skip


def unknown(context: Context) -> tuple[Block, ...]:
    """What the model does not know."""
    return (
        _("A figure without a band is not in this report. What stands below is in no band: the "
          "model does not hold it."),
        NOT_KNOWN,
    )  # fmt: skip


def register(context: Context) -> tuple[Block, ...]:
    """The assumptions that are uncertain: range, class and quality of the source."""
    rows = [
        Row(p.name, _("{label} ({name})", label=names.known(p.doc), name=Plain(p.name)), (
            _digits(p.low), _digits(p.central), _digits(p.high),
            names.known(p.unit), names.LIGHTS[p.kind], names.known(TAG_MEANINGS[p.ver]),
        ))
        for p in sorted(priors.read().priors, key=lambda p: ("KXP".index(p.kind), p.name))
    ]  # fmt: skip
    head = (_("assumption"), _("low"), _("central"), _("high"), _("unit"), _("class"),
            _("source of its size"))  # fmt: skip
    table = Table(
        "register", _("Assumptions that are uncertain, with the range that is thought possible"),
        head, tuple(rows),
        (_("Calibrated: on Dutch series. Extrapolated: matched to an experiment elsewhere. "
           "Assumption-driven: as it was assumed. All other numbers, with their sources: the page "
           "{page} of the simulator.", page=Plain("docs/assumptions.md")),),
        ("low", "central", "high", "unit", "class", "source"),
    )  # fmt: skip
    return (table,)


def _digits(value: float) -> Number:
    """A declared number with the decimals that it has, at most three."""
    decimals = next((d for d in range(3) if round(value, d) == value), 3)
    return Number(value, decimals)


def record(context: Context) -> tuple[Block, ...]:
    """What made the results, so that it can be made again."""
    data, c, scenario = context.data, context.compared, context.scenario
    attrs = data.attrs
    stand = represented(data)
    kind: Value = (
        _("{members} parameter sets that published figures admit, {seeds} lives of each",
          members=Number(c.members), seeds=Number(c.seeds)) if c.members
        else _("central values, {seeds} lives", seeds=Number(c.seeds))
    )  # fmt: skip
    entries: dict[str, tuple[Said, Value]] = {
        "title": (_("scenario"), names.known(str(attrs["title"]))),
        "hash": (_("hash of the results file (SHA-256)"), Plain(context.hash)),
        "commit": (_("commit of the simulator"), Plain(str(attrs.get("commit", "")))),
        "lives": (_("lives"), kind),
        "persons": (_("persons in each life"), Number(scenario.persons)),
        "stand": (_("whom they stand for"), Number(stand, -3)),
        "years": (_("years"), _("{first} to {last}, introduction in {year}",
                                first=Number(float(data["year"][0]), 0, grouped=False),
                                last=Number(float(data["year"][-1]), 0, grouped=False),
                                year=Number(c.introduced, 0, grouped=False))),
        "seed": (_("first seed"), Number(scenario.seeds.first, 0, grouped=False)),
        "versions": (_("versions"), Plain(", ".join(
            f"{k} {v}" for k, v in json.loads(attrs["versions"]).items()))),
    }  # fmt: skip
    if "ensemble" in attrs:
        made = json.loads(attrs["ensemble"])
        entries["ensemble"] = (_("calibrated ensemble"), _(
            "made {made}, {evaluations} evaluations", made=Plain(made["made"]),
            evaluations=Number(float(made["evaluations"]))))  # fmt: skip
    rows = tuple(Row(key, label, (value,)) for key, (label, value) in entries.items())
    return (
        Table("record", _("The run"), (_("what"), _("value")), rows, (), ("value",)),
        _("The command {command} computes the hash anew and says whether the file is as it was "
          "made. Read in the file: every number of this report, with its unit.",
          command=Plain("llo verify")),
    )  # fmt: skip
