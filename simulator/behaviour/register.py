"""Which laws of behaviour there are and in what order they act: the one list."""

from simulator.behaviour import (
    action,
    constructs,
    employer_training,
    experience,
    informal,
    intention,
    market,
    norm,
    plans,
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
    employer_training.exposure,
    studies.studies,
)

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
TEAM: tuple[Law, ...] = (norm.culture_drift, norm.team_norm)
STARTED: tuple[Law, ...] = (action.take_up,)
TURNED_AWAY: tuple[Law, ...] = (action.disappointed,)
MEASURE: tuple[Law, ...] = (plans.affordability_now,)

DERIVED: tuple[Derived, ...] = (intention.intention, plans.employer_pays, action.willingness)

OWNERS: tuple[Parameters, ...] = (
    constructs.PARAMETERS,
    norm.PARAMETERS,
    informal.PARAMETERS,
    intention.PARAMETERS,
    plans.PARAMETERS,
    employer_training.PARAMETERS,
    experience.PARAMETERS,
    stages.PARAMETERS,
    action.PARAMETERS,
    market.PARAMETERS,
    studies.PARAMETERS,
)
