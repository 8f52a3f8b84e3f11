"""Leerrekening: a yearly public deposit that can be saved, up to a ceiling, until it expires."""

from simulator import codes
from simulator.columns import code, money
from simulator.laws import cents, clip, exp, law
from simulator.parameters import param
from simulator.policy import Policy, effort

BALANCE = money("account_balance", "balance of the leerrekening", 1_000_000)
ACTIVE = code("account_active", "1 = the leerrekening has been activated", 1)
IDLE = code("account_idle", "years since the last deposit into the leerrekening", 100)


_CENTS = 0.05  # EUR by which rounded deposits may pass a whole number of them


class Leerrekening(Policy):
    """An individual learning account: deposits accrue, are capped and expire; no budget limit."""

    name = "leerrekening"
    omits = (
        "a rush before an announced change, as the French one of April 2024",
        "income: a flexible contract or unemployment stands in for a low one",
        "fraud and canvassing",
        "indexation of deposits and ceilings",
        "choice of courses by content, as the driving licences that were a large part of the CPF",
    )
    columns = (BALANCE, ACTIVE, IDLE)
    rights_column = "account_balance"
    generosity = "deposit"

    deposit = param(500.0, "EUR/year", "public deposit, on 1 January",
                    "template: French CPF, OECD 2019", "B", bounds=(0, 100_000),
                    prior=(150, 1000))  # fmt: skip
    deposit_low = param(1.0, "ratio", "of the deposit to the low-educated (CPF: 800 / 500 = 1.6)",
                        "none unless said; CPF: OECD 2019", "A", bounds=(0, 100),
                        prior=(1, 2))  # fmt: skip
    deposit_old = param(1.0, "ratio", "of the deposit from the age of 45", "none unless said", "A",
                        bounds=(0, 100), prior=(1, 2))  # fmt: skip
    deposit_income = param(1.0, "ratio", "of the deposit at a low income: flexible or without work",
                           "none unless said; income is not modelled", "A", bounds=(0, 100),
                           prior=(1, 2))  # fmt: skip
    ceiling = param(5000.0, "EUR", "highest balance", "template: French CPF, OECD 2019", "B",
                    bounds=(0, 1_000_000), prior=(1000, 5000))  # fmt: skip
    carried = param(1.0, "share", "of what is left at the end of a year that may be kept",
                       "none unless said", "A", bounds=(0, 1))  # fmt: skip
    keeps = param(1.0, "share", "of the balance kept on changing employer", "public account", "A",
                  bounds=(0, 1))  # fmt: skip
    keeps_unemployed = param(1.0, "share", "of the balance kept on losing work", "public account",
                             "A", bounds=(0, 1))  # fmt: skip
    expiry = param(5.0, "years", "a deposit lapses after this long, oldest first", "no source",
                   "A", bounds=(1, 50), prior=(3, 10))  # fmt: skip
    own_share = param(0.0, "share", "of the price that the worker pays", "no source", "A",
                      bounds=(0, 1), prior=(0, 0.2))  # fmt: skip
    copay = param(0.0, "EUR", "fixed own contribution per course",
                  "French CPF: 100 since 2 May 2024, Dares Resultats 39", "V",
                  bounds=(0, 10_000), prior=(0, 100))  # fmt: skip
    copay_exempt = param(1.0, "switch", "1 = the unemployed pay no fixed contribution",
                         "French CPF 2024, behaviour C2", "V", bounds=(0, 1))  # fmt: skip
    recognised_only = param(0.0, "switch", "1 = recognised courses only", "none unless said", "A",
                            bounds=(0, 1))  # fmt: skip
    saving = param(0.35, "share", "reluctance to spend what could be saved (psi0)",
                   "behaviour E6 no. 18", "A", bounds=(0, 1), prior=(0.1, 0.7))  # fmt: skip
    statement = param(500.0, "EUR", "balance from which a statement makes it known",
                      "behaviour E5", "A", bounds=(0, 1_000_000), prior=(0, 1000))  # fmt: skip
    statement_read = param(0.05, "1/month", "chance that such a statement is noticed", "no source",
                           "A", bounds=(0, 1), prior=(0.02, 0.15))  # fmt: skip
    education_to = param(5.0, "level", "highest education that gets deposits (2 = mbo-4)",
                         "none unless said", "A", bounds=(0, 5))  # fmt: skip
    age_from = param(18.0, "years", "lowest age", "as STAP", "A", bounds=(15, 75))
    age_to = param(67.0, "years", "AOW age, from which not", "as STAP", "A", bounds=(15, 75))
    hassle = param(150.0, "EUR", "burden of the identity step, at every use (50-250)",
                   "behaviour E5; Dares 2023", "A", bounds=(0, 10_000),
                   prior=(50, 250))  # fmt: skip
    activation = param(0.0, "EUR", "further burden of activating it, once", "no source", "A",
                       bounds=(0, 10_000), prior=(0, 150))  # fmt: skip

    def eligible(age, p):
        """18 to AOW age."""
        return p.age_from * 12 <= age < p.age_to * 12

    def covers(price, recognised, contract, account_balance, p):
        """What the balance can bear of the price less own share and co-payment."""
        if p.recognised_only == 1.0 and recognised == 0:
            return 0.0
        exempt = p.copay_exempt == 1.0 and contract == codes.UNEMPLOYED
        own = 0.0 if exempt else p.copay
        return clip(price * (1.0 - p.own_share) - own, 0.0, account_balance)

    def burden(education, guided_until, t, account_active, p):
        """The identity step, and activation before the first use."""
        hassle = p.hassle + (p.activation if account_active == 0 else 0.0)
        felt = effort(hassle, education)
        return felt * p.guided_burden if t < guided_until else felt

    def option_value(account_balance, month, p):
        """psi0 (1 - e^(-m/12)), m the months until the oldest euro lapses; 0 at the ceiling.

        What is left is of the latest deposits, so that its number of deposits tells their age.
        """
        if account_balance >= p.ceiling or p.deposit <= 0.0:
            return 0.0
        deposits = int((account_balance - _CENTS) / p.deposit + 1.0)  # begun ones count whole
        months = 12.0 * (p.expiry + 1.0 - deposits) - (month - 1.0)
        return p.saving * (1.0 - exp(-max(months, 0.0) / 12.0))

    def informs(account_balance, p):
        """A statement is sent once the balance passes the limit, and is read by some."""
        return p.statement_read if account_balance >= p.statement else 0.0


_P = Leerrekening.parameters


@law("account_balance", "account_idle", p=_P, tallies=("granted_eur", "lapsed_eur"), dense=True)
def deposit(account_balance, account_idle, age, education, contract, p):
    """Add the yearly deposit; what may not be kept, passes the ceiling or has expired lapses.

    Money is spent oldest first, so what is left can never exceed the deposits of the last
    `expiry` years: that bound is the expiry. A higher deposit has a ceiling as much higher.
    """
    if not p.age_from * 12 <= age < p.age_to * 12:
        return 0.0, 0, 0.0, account_balance
    idle = 0 if education <= p.education_to else min(account_idle + 1, 100)
    ratio = 1.0
    if education == codes.LOW:
        ratio *= p.deposit_low
    if age >= 45 * 12:
        ratio *= p.deposit_old
    if codes.PERMANENT < contract <= codes.TEMP_NO_HOURS or contract >= codes.UNEMPLOYED:
        ratio *= p.deposit_income
    one = cents(p.deposit * ratio)
    given = one if idle == 0 else 0.0
    highest = cents(min(p.ceiling * max(ratio, 1.0), max(p.expiry - idle, 0.0) * one))
    kept = cents(account_balance * p.carried)
    full = cents(kept + given)
    lapsed = cents(account_balance - kept + max(full - highest, 0.0))
    return min(full, highest), idle, given, lapsed


@law("account_balance", "account_active")
def spend(account_balance, leerrekening_paid):
    """Take the award from the balance; the account is active from now on."""
    return account_balance - leerrekening_paid, 1


@law("account_balance", p=_P, tallies=("granted_eur", "lapsed_eur"))
def leave(account_balance, contract, p):
    """On leaving an employer, for another one or for unemployment, a part may lapse."""
    share = p.keeps_unemployed if contract >= codes.UNEMPLOYED else p.keeps
    kept = cents(account_balance * share)
    return kept, 0.0, cents(account_balance - kept)


Leerrekening.yearly, Leerrekening.on_award, Leerrekening.on_move = deposit, spend, leave
