"""The picture of the back-cast: published figures, the simulated years, and a driver less each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.stats import t as student

from experiments.backcast import ALL, NONE, WORLDS, Backcast
from experiments.picture import plt, save

PANELS = (("nea", "Course in 2 years, employees (NEA scale)"),
          ("need", "Wants a course, employees (NEA scale)"))  # fmt: skip
# Okabe and Ito's colours; a dash each besides, for who does not see colours.
LINES = {
    ALL: ("#000000", "-"),
    "composition": ("#E69F00", "--"),
    "cycle": ("#0072B2", "-."),
    "covid": ("#009E73", ":"),
    NONE: ("#999999", (0, (5, 5))),
}


def draw(cast: Backcast, path: Path) -> None:
    """Draw participation and need by year to a PNG or SVG, written beside and renamed."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.4), sharex=True)
    for axes, (name, title) in zip(panels, PANELS, strict=True):
        for world in WORLDS:
            colour, dash = LINES[world]
            values = 100 * cast.found[name][list(WORLDS).index(world)]
            label = world if world in (ALL, NONE) else f"without {world}"
            axes.plot(cast.years, values.mean(axis=0), color=colour, linestyle=dash, label=label)
            if world == ALL and len(values) > 1:
                half = student.ppf(0.95, len(values) - 1) * values.std(axis=0, ddof=1)
                half = half / np.sqrt(len(values))
                mean = values.mean(axis=0)
                axes.fill_between(cast.years, mean - half, mean + half, color=colour, alpha=0.15)
        shown = [f for f in cast.figures if f.indicator == name]
        axes.plot([f.year for f in shown], [100 * f.value for f in shown], "o", color="#D55E00",
                  markersize=8, label="published")  # fmt: skip
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_ylabel("%")
        axes.grid(alpha=0.3)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, loc="upper center", ncols=len(labels), frameon=False)
    figure.text(
        0.01, 0.01, "Band: 90% interval over seeds of the run with all drivers. Sources: SER/TNO "
        "(NEA); the method of the NEA changed in 2022.", fontsize=7,
    )  # fmt: skip
    figure.tight_layout(rect=(0, 0.04, 1, 0.94))
    save(figure, path)
