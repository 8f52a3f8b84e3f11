"""STAP-budget: the voucher of 2022 and 2023, as it was."""

from simulator.laws import law
from simulator.parameters import param
from simulator.policies.voucher import Voucher


class Stap(Voucher):
    """The voucher that was in force from March 2022 to the end of 2023."""

    name = "stap"
    omits = (
        "computer trouble in the first window",
        "the January 2023 window that was cancelled: windows of 2023 are those of 2022",
        "the removal of 2,700 courses from the list in 2022",
    )

    budget = param(181.1e6, "EUR/year", "national budget for awards, shared over the windows",
                   "2022: the windows of figures 2.2 added up; 2023: 170-200", "D",
                   bounds=(0, 1e11), prior=(160e6, 200e6))  # fmt: skip


@law("voucher_year", p=Stap.parameters, u="stap.own_fault")
def exclude(voucher_year, year, u, p):
    """Who does not turn up or stops early by own fault gets none for some years."""
    return int(year + p.exclusion) if u < p.own_fault else voucher_year


Stap.on_failure = exclude
