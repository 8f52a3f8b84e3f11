"""Inleg: what employers, O&O-fondsen and workers put into the leerrekening besides the State."""

from simulator import codes
from simulator.columns import money
from simulator.laws import cents, clip, law
from simulator.parameters import param
from simulator.policy import Policy

BALANCE = money("inleg_balance", "private money in the leerrekening", 1_000_000)


class Inleg(Policy):
    """Private deposits into an account of one's own, by cao or of free will; they can be saved."""

    name = "inleg"
    omits = (
        "bargaining: what is put in does not come out of wages",
        "differences between collective agreements",
    )
    columns = (BALANCE,)
    rights_column = "inleg_balance"
    generosity = "employer"
    payer = "account"
    excludes = ()

    employer = param(250.0, "EUR/year", "employer's deposit for every employee", "no source", "A",
                     bounds=(0, 100_000), prior=(0, 1000))  # fmt: skip
    fund = param(0.0, "EUR/year", "deposit of the fund, where the employer has one",
                 "no source", "A", bounds=(0, 100_000), prior=(0, 500))  # fmt: skip
    worker = param(0.0, "EUR/year", "worker's own deposit", "no source", "A", bounds=(0, 100_000),
                   prior=(0, 250))  # fmt: skip
    ceiling = param(5000.0, "EUR", "balance from which nobody puts more in", "as the leerrekening",
                    "A", bounds=(0, 1_000_000), prior=(1000, 10_000))  # fmt: skip
    keeps = param(1.0, "share", "of the balance kept on leaving the employer",
                  "a cao may say otherwise", "A", bounds=(0, 1))  # fmt: skip
    admin_per_award = param(0.0, "EUR", "no public administration", "private", "D",
                            bounds=(0, 10_000))  # fmt: skip

    def eligible(inleg_balance):
        """Whoever has something in it."""
        return inleg_balance > 0.0

    def covers(price, inleg_balance):
        """The price as far as the balance goes."""
        return clip(price, 0.0, inleg_balance)


_P = Inleg.parameters
_TALLIES = ("granted_eur", "lapsed_eur", "from_employer_eur", "from_fund_eur", "from_worker_eur")


@law("inleg_balance", p=_P, tallies=_TALLIES)
def put_in(inleg_balance, contract, fund, p):
    """Everybody's yearly part, until the ceiling is reached."""
    if contract > codes.TEMP_NO_HOURS or inleg_balance >= p.ceiling:
        return inleg_balance, 0.0, 0.0, 0.0, 0.0, 0.0
    one, two, three = cents(p.employer), cents(p.fund if fund == 1 else 0.0), cents(p.worker)
    given = cents(one + two + three)
    return cents(inleg_balance + given), given, 0.0, one, two, three


@law("inleg_balance")
def take(inleg_balance, inleg_paid):
    """Take what was used from the balance."""
    return inleg_balance - inleg_paid


@law("inleg_balance", p=_P, tallies=("granted_eur", "lapsed_eur"))
def leave(inleg_balance, p):
    """On leaving the employer a part may be lost."""
    kept = cents(inleg_balance * p.keeps)
    return kept, 0.0, cents(inleg_balance - kept)


Inleg.yearly, Inleg.on_award, Inleg.on_move = put_in, take, leave
