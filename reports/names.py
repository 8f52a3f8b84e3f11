"""What variants, groups, stages and parts of the public euro are called, as messages."""

from __future__ import annotations

from experiments.sweeps import factors
from experiments.table import NULL
from reports.parts import Plain, Said, Value, _

VARIANTS = {
    NULL: _("null option"),
    "voucher": _("voucher"),
    "leerrekening": _("leerrekening"),
    "leerrecht": _("leerrecht"),
    "together": _("all three together"),
}
# Of policies that are in force anyway, and of those that go with money; scheme names stay Dutch.
POLICIES = {
    "belastingaftrek": _("belastingaftrek"),
    "cao_budget": _("cao-budget"),
    "kennis": _("kennis"),
    "kunnen": _("kunnen"),
    "leerambassadeurs": _("leerambassadeurs"),
    "leeroverzicht": _("Leeroverzicht"),
    "leerverlof": _("leerverlof"),
    "levenlanglerenkrediet": _("levenlanglerenkrediet"),
    "loopbaan_apk": _("loopbaan-apk"),
    "oeno_fonds": _("O&O-fonds"),
    "ontwikkeladvies": _("ontwikkeladvies"),
    "slim": _("SLIM-regeling"),
    "slim_scholing": _("SLIM-scholing"),
    "stap": _("STAP-budget"),
    "weten": _("weten"),
    "willen": _("willen"),
}
DIMENSIONS = {
    "education": _("by education"),
    "contract": _("by contract"),
    "age": _("by age"),
    "size": _("by firm size"),
    "sector": _("by sector"),
}
GROUPS = {
    "education:low": _("low-educated"),
    "education:middle": _("middle-educated"),
    "education:high": _("high-educated"),
    "education:practical": _("practically educated"),
    "contract:permanent": _("permanent contract"),
    "contract:flexible": _("flexible contract"),
    "contract:self-employed": _("self-employed"),
    "contract:unemployed": _("unemployed"),
    "size:1-9": _("1 to 9 employees"),
    "size:10-49": _("10 to 49 employees"),
    "size:50-249": _("50 to 249 employees"),
    "size:250+": _("250 employees or more"),
    "sector:A": _("agriculture"),
    "sector:B": _("mining"),
    "sector:C": _("manufacturing"),
    "sector:D": _("energy supply"),
    "sector:E": _("water and waste"),
    "sector:F": _("construction"),
    "sector:G": _("trade"),
    "sector:H": _("transport and storage"),
    "sector:I": _("hotels and restaurants"),
    "sector:J": _("information and communication"),
    "sector:K": _("financial services"),
    "sector:L": _("real estate"),
    "sector:M": _("specialised business services"),
    "sector:N": _("other business services"),
    "sector:O": _("public administration"),
    "sector:P": _("education (sector)"),
    "sector:Q": _("health and social work"),
    "sector:R-U": _("culture, recreation and other services"),
}
EURO = {
    "additional": _("additional"),
    "forward": _("brought forward"),
    "upgraded": _("upgraded"),
    "deadweight": _("deadweight"),
    "displaced": _("employer money displaced"),
    "unused": _("unused"),
    "programme": _("programmes"),
    "administration": _("administration"),
}
EURO_TOLD = {
    "additional": _("for courses that would not have been followed within two years"),
    "forward": _("for courses that would have been followed one to two years later"),
    "upgraded": _("above the price of the course that would have been followed"),
    "deadweight": _("for courses that the worker would have followed and paid anyway"),
    "displaced": _("for courses that the employer would have paid"),
    "unused": _("advanced for courses at which nobody turned up, and not recovered"),
    "programme": _("for guidance and other programmes of the variant"),
    "administration": _("for running the instruments"),
}
STAGES = {
    "precontemplation": _("precontemplation: sees no need"),
    "contemplation": _("contemplation: considers a course"),
    "preparation": _("preparation: has a plan"),
    "action": _("action: follows a course"),
    "maintenance": _("maintenance: has learned"),
}
MOVES = {
    "considered": _("begins to consider a course"),
    "faded": _("lets the thought fade"),
    "planned": _("makes a plan"),
    "repeated": _("makes a next plan"),
    "jumped": _("makes a plan with a leerambassadeur"),
    "dropped": _("drops the plan again"),
    "gave_up": _("gives up after being turned away"),
    "drop_outs": _("stops the course"),
    "relapsed": _("falls back after a course"),
    "started": _("starts a course"),
    "no_shows": _("does not turn up"),
    "completed": _("completes a course"),
}
LIGHTS = {
    "K": _("calibrated"),
    "X": _("extrapolated"),
    "P": _("assumption-driven"),
}
LETTERS = {"K": _("c"), "X": _("e"), "P": _("a")}
LIGHTS_TOLD = {
    "K": _("what drives the band was calibrated on Dutch series"),
    "X": _("what drives the band was extrapolated from experiments"),
    "P": _("what drives the band is assumed"),
}


# Settings whose meaning is in the catalogue: what the scenarios of the project set.
SETTINGS = ("amount", "budget", "deposit", "ceiling", "university", "time_share")


def variant(name: str) -> Value:
    """The name of a variant or an instrument; one of a scenario of one's own stays as it is."""
    return VARIANTS.get(name) or POLICIES.get(name) or Plain(name)


def group(name: str) -> Value:
    """A group's name; ages stand for themselves."""
    return GROUPS.get(name, Plain(name.partition(":")[2].replace("-", "–")))


def setting(key: str, doc: str) -> Value:
    """A setting of an instrument: its meaning where the catalogue has it, else its name."""
    return known(doc) if key in SETTINGS else Plain(key)


def known(message: str) -> Said:
    """A message that stands elsewhere in the project, where a row, a note or a parameter is
    declared; `messages.py` lists these for the catalogue.
    """
    return Said(message.replace("{", "{{").replace("}", "}}") if "{" in message else message)


def factor(name: str) -> Value:
    """What an assumption is called: its meaning where it is in the register, else its name."""
    prior = factors.known_priors().get(name)
    return known(prior.doc) if prior else known(name)
