"""What finishing a course does to attitude and self-efficacy: only a good experience helps."""

from simulator.parameters import param, parameters

PARAMETERS = parameters(
    "experience",
    attitude=param(0.15, "z/z", "gain of attitude per unit of quality (wA)",
                   "Damen, Sanders and Van Dam 2013 for the sign; behaviour E6 no. 23", "A",
                   bounds=(0, 2), prior=(0.05, 0.30)),
    efficacy=param(0.20, "z/z", "gain of self-efficacy per unit of quality (wE)",
                   "Damen, Sanders and Van Dam 2013 for the sign; behaviour E6 no. 23", "A",
                   bounds=(0, 2), prior=(0.05, 0.40)),
    bad_efficacy=param(0.3, "share", "part of wE that a bad experience takes away", "behaviour E3",
                       "A", bounds=(0, 1), prior=(0.1, 0.5)),
    employer_weight=param(0.5, "share", "weight of an employer's course", "behaviour E3", "A",
                          bounds=(0, 1), prior=(0.3, 0.7)),
    quality_mean=param(0.3, "z", "mean quality of a course, SD 1", "behaviour E3", "A",
                       bounds=(-2, 2), prior=(0, 0.6)),
    drop_out=param(0.02, "share", "courses stopped early", "SCP 2016, first-named training", "R",
                   bounds=(0, 1), prior=(0.01, 0.05)),
    drop_out_recognised=param(0.15, "share", "recognised programmes stopped early", "no source",
                              "A", bounds=(0, 1), prior=(0.05, 0.30)),
)  # fmt: skip
