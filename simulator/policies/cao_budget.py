"""Cao-budget: an individual training budget by collective agreement."""

from simulator import codes
from simulator.columns import code, money
from simulator.laws import cents, clip, law
from simulator.parameters import param
from simulator.policy import Policy

MEMBER = code("cao_member", "1 = has a cao budget, 0 = has none, -1 = not settled", 1, -1, -1)
BALANCE = money("cao_balance", "what is left of this year's cao budget")


class CaoBudget(Policy):
    """A yearly amount of the employer for courses of one's own choice; what is not used lapses."""

    name = "cao_budget"
    omits = (
        "differences between agreements: everybody who has one has the mean amount",
        "saving over years, which some agreements allow",
    )
    columns = (MEMBER, BALANCE)
    rights_column = "cao_balance"
    generosity = "amount"
    payer = "employer"
    excludes = ()

    share = param(0.24, "share", "of employees who have one",
                  "SZW 2019 (Coenen and Prostran), 24% of cao employees", "R", bounds=(0, 1),
                  prior=(0.15, 0.35))  # fmt: skip
    amount = param(530.0, "EUR/year", "mean amount", "SZW 2019 (Coenen and Prostran)", "R",
                   bounds=(0, 100_000), prior=(300, 1000))  # fmt: skip
    awareness = param(0.34, "1/year", "chance of hearing of it: 66% do not know the amount",
                      "Studytube/Motivaction 2022, commercial", "R", bounds=(0, 1),
                      prior=(0.2, 0.5))  # fmt: skip
    admin_per_award = param(0.0, "EUR", "no public administration", "private", "D",
                            bounds=(0, 10_000))  # fmt: skip

    def eligible(contract):
        """Employees."""
        return contract <= codes.TEMP_NO_HOURS

    def covers(price, cao_balance):
        """The price as far as the budget goes."""
        return clip(price, 0.0, cao_balance)


_P = CaoBudget.parameters


@law("cao_member", "cao_balance", p=_P, u="cao_budget.member",
     tallies=("granted_eur", "lapsed_eur"))  # fmt: skip
def renew(cao_member, cao_balance, contract, u, p):
    """Once it is settled who has one; every year a new amount, and the old one lapses."""
    if cao_member < 0:
        cao_member = 1 if u < p.share else 0
    given = cents(p.amount) if cao_member == 1 and contract <= codes.TEMP_NO_HOURS else 0.0
    return cao_member, given, given, cao_balance


@law("cao_balance")
def spend(cao_balance, cao_budget_paid):
    """Take what was used from the budget."""
    return cao_balance - cao_budget_paid


CaoBudget.yearly, CaoBudget.on_award = renew, spend
