"""SLIM: subsidy to smaller employers for their learning culture."""

from simulator.codes import NO_FIRM, SIZE_250
from simulator.laws import law
from simulator.parameters import param
from simulator.policy import Policy


class Slim(Policy):
    """Projects that raise the learning culture of employers with fewer than 250 workers."""

    name = "slim"
    omits = (
        "application windows, scores and refusals (2020: a third was awarded)",
        "the part for large firms in agriculture, catering and recreation, EUR 1.2 mln",
        "what subsidised projects contain: advice, a learning method or a career scan",
    )
    generosity = "reach"

    reach = param(0.003, "1/year", "smaller employers that get a project",
                  "3,902 grants in 3 years (source 000 l.305) on about 440,000 SMEs (B)", "D",
                  bounds=(0, 1), prior=(0.001, 0.01))  # fmt: skip
    duration = param(24.0, "months", "that a project raises culture", "behaviour E5", "A",
                     bounds=(1, 120), prior=(12, 36))  # fmt: skip
    spending = param(48e6, "EUR/year", "budget", "source 000 l.304", "S", bounds=(0, 1e11),
                     prior=(40e6, 50e6))  # fmt: skip


@law("treated_until", p=Slim.parameters, u="employer.outreach.slim")
def project(row, employer_size, treated_until, t, u, p):
    """An employer begins a project."""
    if row == 0 or employer_size >= SIZE_250 or employer_size == NO_FIRM or t < treated_until:
        return treated_until
    return t + int(p.duration) if u < p.reach / 12.0 else treated_until


Slim.employer_monthly = project
