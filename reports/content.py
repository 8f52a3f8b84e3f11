"""The report: which sections, in the order in which a civil servant reads them."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from reports import account, answer, effects, names
from reports.context import NO_TWINS, Context
from reports.judging import Twins
from reports.parts import Block, Bullets, Listed, Number, Report, Section, _
from reports.personas import Told
from reports.personas import section as personas
from reports.study import Study
from reports.study import sections as of_studies
from scenarios.scenario import Scenario

# The questions of the Beleidskompas, the government's method for preparing policy.
PROBLEM = _("Beleidskompas: problem, aim and options")
EFFECTS = _("Beleidskompas: what are the effects of the options?")
CHOICE = _("Beleidskompas: what weighs in choosing a preferred option?")
ACCOUNT = _("Accountability")


def report(
    data: xr.Dataset,
    scenario: Scenario,
    studies: Sequence[Study] = (),
    lives: Sequence[Told] = (),
    twins: Twins = NO_TWINS,
) -> Report:
    """Everything that a results file, studies, followed lives and criteria say, as plain data."""
    context = Context(data, scenario, twins)
    sensing, failing, regret = of_studies(studies)
    sections = (
        Section("question", _("The question"), PROBLEM, question(context)),
        Section("answer", _("The answer in five sentences"), EFFECTS,
                (answer.sentences(context), *reading(context))),
        Section("criteria", _("The five criteria"), EFFECTS, effects.five(context)),
        Section("participation", _("Participation and the target of 62%"), EFFECTS,
                effects.participation(context)),
        Section("gains", _("Who gains"), EFFECTS, effects.gains(context)),
        Section("euro", _("Where the public euro goes"), EFFECTS, effects.euro(context)),
        Section("money", _("Cost and liability over the years"), EFFECTS, effects.money(context)),
        Section("queue", _("The queue on opening day"), EFFECTS, effects.queue(context)),
        Section("stages", _("The flow through the stages of change"), EFFECTS,
                effects.stages(context)),
        Section("sobol", _("Which assumptions decide"), CHOICE, sensing),
        Section("failures", _("When each variant fails"), CHOICE, failing),
        Section("regret", _("Regret by ministry"), CHOICE, regret),
        Section("personas", _("Personas"), CHOICE, personas(lives)),
        Section("unknown", _("What the model does not know"), ACCOUNT, account.unknown(context)),
        Section("register", _("The assumption register"), ACCOUNT, account.register(context)),
        Section("record", _("The run record"), ACCOUNT, account.record(context)),
    )  # fmt: skip
    return Report(_("Ways of paying for adult learning, compared"),
                  names.known(str(data.attrs["title"])), sections)  # fmt: skip


def question(context: Context) -> tuple[Block, ...]:
    """What is asked, why, and what is compared."""
    return (
        _("How can the government pay for lifelong learning (leven lang ontwikkelen) so that more "
          "people learn, and those above all who learn least now? Compared are {variants}, each "
          "beside the null option: no new policy, with all that is in force anyway.",
          variants=Listed(tuple(names.variant(v) for v in context.others))),
        _("The aim is a culture in which learning goes without saying for everybody; in 2030 62% "
          "of persons of 25 to 64 are to take part in learning each year. Practically educated "
          "people, flexible workers and the unemployed take part least."),
        _("Concerned are workers, jobseekers, employers, training providers, social partners with "
          "their O&O-fondsen, UWV and municipalities, and the ministries of Social Affairs and "
          "Employment, of Education, Culture and Science, of Economic Affairs and of Finance."),
        *effects.instruments(context),
    )  # fmt: skip


def reading(context: Context) -> tuple[Block, ...]:
    """How to read a figure."""
    c = context.compared
    band = (
        _("How to read a figure: 1.2 [0.8, 1.9] is a median of 1.2 with a 90% band from 0.8 to "
          "1.9, over {lives} simulated lives of {members} parameter sets that published figures "
          "admit.",
          lives=Number(c.count), members=Number(c.members)) if c.members
        else _("How to read a figure: 1.2 ±0.3 is a mean with half of its 90% interval over "
               "{lives} simulated lives at central values; what parameters leave open is not in "
               "it.", lives=Number(c.count))
    )  # fmt: skip
    return (
        band,
        _("Figures are rounded to what their error supports. A dash stands where a measure has no "
          "meaning. The light says what drives the band:"),
        Bullets(tuple(
            _("{letter}, {light}: {told}", letter=names.LETTERS[k], light=names.LIGHTS[k],
              told=names.LIGHTS_TOLD[k])
            for k in names.LIGHTS
        )),
    )  # fmt: skip
