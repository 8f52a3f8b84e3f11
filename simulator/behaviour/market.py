"""What the course market is like: declared parameters that laws and `simulator.training` share."""

from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "market",
    on=param(0.0, "switch", "1 = courses have seats and start dates; 0 = there is always a seat",
             "none", "A", bounds=(0, 1)),
    slack=param(0.15, "share", "seats offered beyond expected demand", "no source", "A",
                bounds=(0, 10), prior=(0.05, 0.4)),
    memory=param(12.0, "months", "over which demand is expected from the past", "no source", "A",
                 bounds=(1, 120), prior=(6, 24)),
    entry=param(0.25, "1/month", "of a shortage of seats made up by entry and growth",
                "STAP: 300 to 1,326 providers in 8 months, figures 2.3", "D", bounds=(0, 1),
                prior=(0.1, 0.4)),
    leaving=param(0.05, "1/month", "of a surplus of seats that disappears", "no source", "A",
                  bounds=(0, 1), prior=(0.02, 0.2)),
    distance=param(0.12, "share", "of persons who learn at a distance, without groups",
                   "figures 6: 12% in 2017", "R", bounds=(0, 1), prior=(0.1, 0.3)),
    group=param(6.0, "persons", "smallest group that starts", "no source", "A", bounds=(1, 100),
                prior=(4, 12)),
    provider=param(30.0, "seats/month", "of a typical provider in a cell", "no source", "A",
                   bounds=(1, 10_000), prior=(10, 100)),
    drift=param(0.5, "share", "of the distance to a maximum amount that prices drift, if all "
                "courses were paid by it", "STAP: observed, size not found, figures 2.3", "A",
                bounds=(0, 1), prior=(0, 1)),
    drift_rate=param(0.08, "1/month", "speed at which prices follow", "no source", "A",
                     bounds=(0, 1), prior=(0.03, 0.2)),
    gate=param(0.0, "share", "of supply that a quality gate keeps out", "none unless said", "A",
               bounds=(0, 0.9)),
    gate_quality=param(0.5, "z", "mean quality gained if all supply were gated", "no source", "A",
                       bounds=(0, 3), prior=(0, 1)),
)  # fmt: skip
