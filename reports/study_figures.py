"""Pictures of a study: which assumptions decide an outcome, and what a ministry may regret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from experiments.estimates import Estimate
from experiments.picture import colour
from experiments.table import NULL
from reports import names
from reports.figures import INK, canvas, dots, finish, folded, marker, numbers
from reports.language import Language
from reports.parts import Value


def rows(
    labels: Sequence[Value], by_variant: Mapping[str, Sequence[Estimate | None]], unit: Value,
    lang: Language,
) -> Figure:  # fmt: skip
    """Estimates by row, a dot with its interval for each variant."""
    many = len(by_variant)
    with canvas(1.3 + len(labels) * max(0.12 * many, 0.4)) as (figure, ax):
        for k, (variant, found) in enumerate(by_variant.items()):
            spots = np.arange(len(labels)) + 0.72 * ((k + 0.5) / many - 0.5)
            at = k + (NULL not in by_variant)  # the null has the first place wherever it is shown
            dots(ax, found, spots, colour(variant, at), marker(at),
                 lang.say(names.variant(variant)))  # fmt: skip
        ax.axvline(0, color=INK, lw=0.8)
        ax.set_yticks(np.arange(len(labels)), [folded(lang.say(n), 24) for n in labels])
        ax.set_ylim(len(labels) - 0.5, -0.5)
        ax.grid(visible=False, axis="y")
        numbers(ax.xaxis, lang)
        finish(ax, lang, unit, None)
    return figure
