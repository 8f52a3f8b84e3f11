"""Which laws of behaviour there are and in what order they act: the one list."""

from collections.abc import Mapping

from simulator.behaviour import (
    action,
    constructs,
    employer_stages,
    employer_training,
    experience,
    informal,
    intention,
    market,
    norm,
    plans,
    skills,
    stages,
    studies,
)
from simulator.laws import Derived, Law
from simulator.parameters import Parameters

# Drawn once, before month 0.
AT_BIRTH: tuple[Law, ...] = (
    constructs.temperament,
    constructs.alertness,
    intention.character,
    stages.first_stage,
    norm.support,
    norm.circle,
    employer_training.exposure,
    studies.studies,
)

# Drawn for who enters later.
NEWCOMER: tuple[Law, ...] = tuple(
    stages.newcomer_stage if one is stages.first_stage else one for one in AT_BIRTH
)
# Of who finishes school; of who takes another position, and of those elsewhere; and of all of them
# and who comes to an age that matters to employers.
SCHOOLED: tuple[Law, ...] = (constructs.schooled,)
POSITION: tuple[Law, ...] = (constructs.new_position,)
EMPLOYER: tuple[Law, ...] = (norm.support, plans.no_promise)
CAREER: tuple[Law, ...] = (employer_training.exposure,)

# Every month, in this order; the laws of knowing an instrument follow `informal`.
MONTHLY: tuple[Law, ...] = (
    employer_training.employer_training,
    constructs.revert,
    employer_training.job_experience,
    norm.norm,
    informal.informal,
)
STAGES: tuple[Law, ...] = (
    stages.consider,
    stages.jump,
    stages.form_plan,
    stages.fade,
    action.refresh,
    action.drop,
    action.act,
    action.finish,
    stages.repeat,
    stages.relapse,
)
TEAM: tuple[Law, ...] = (norm.team_norm,)
EMPLOYERS_AT_BIRTH: tuple[Law, ...] = (employer_stages.set_up,)
EMPLOYERS: tuple[Law, ...] = (
    employer_stages.change_mind,
    norm.culture_drift,
    employer_stages.initiative,
    employer_stages.set_budget,
)
STARTED: tuple[Law, ...] = (action.take_up,)
TURNED_AWAY: tuple[Law, ...] = (action.disappointed,)
MEASURE: tuple[Law, ...] = (plans.affordability_now,)

DERIVED: tuple[Derived, ...] = (
    intention.intention,
    plans.employer_pays,
    plans.granted,
    action.willingness,
    action.own_time,
    plans.affordability_unaided,
    stages.considering,
    stages.planning,
)

TASKS_2020 = informal.PARAMETERS.values()["level"]  # informal learning to which nothing is added

# What the climate (the business cycle, covid) makes of laws, worked out once a month.
CLIMATE = (
    "cycle",
    "employer_activity",
    "courses_open",
    "time_pressure",
    "job_threat",
    "budget_climate",
    "task_learning",
)


def climate(
    cycle: float, covid: float, tasks: float, values: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """The drivers of CLIMATE; cycle in SD of unemployment (above 0: a boom), covid from 0 to 1,
    tasks the share of work time in tasks one learns from.
    """
    sent = values[employer_training.PARAMETERS.owner]
    return {
        "cycle": cycle,
        "budget_climate": employer_stages.budget_climate(
            cycle, values[employer_stages.PARAMETERS.owner]
        ),
        "task_learning": informal.of_the_year(tasks, values[informal.PARAMETERS.owner]),
        "employer_activity": employer_training.activity(cycle, covid, sent),
        "courses_open": 1.0 - sent["closed"] * covid,
        "time_pressure": values[action.PARAMETERS.owner]["boom"] * cycle,
        "job_threat": constructs.threat(cycle, values[constructs.PARAMETERS.owner]),
    }


OWNERS: tuple[Parameters, ...] = (
    constructs.PARAMETERS,
    norm.PARAMETERS,
    informal.PARAMETERS,
    intention.PARAMETERS,
    plans.PARAMETERS,
    employer_training.PARAMETERS,
    employer_stages.PARAMETERS,
    experience.PARAMETERS,
    stages.PARAMETERS,
    action.PARAMETERS,
    market.PARAMETERS,
    skills.PARAMETERS,
    studies.PARAMETERS,
)
