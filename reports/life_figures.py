"""A followed life as a picture: a strip a variant, shaded by stage, and what happened on it."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.life import BEFORE, Life
from experiments.picture import colour
from reports import names
from reports.figures import INK, PAPER, canvas, folded, numbers
from reports.language import Language
from reports.measures import STAGES
from reports.parts import _
from reports.stage_figures import TINTS

HALF = 0.3  # of a strip's height
# How an event begins, its marker, and what it is called.
MARKS = (
    ("starts", "o", _("a self-chosen course")),
    ("is sent", "s", _("sent on a course by the employer")),
    ("is turned away", "x", _("turned away")),
)


def strips(life: Life, introduced: int, lang: Language) -> Figure:
    """The stage of a person by month under every variant, and the courses followed.

    `introduced` is the calendar year of the introduction. What lies before it all variants share.
    One person has no band: it is one life.
    """
    variants = [v for v in life.stages if v != BEFORE]
    with canvas(2.2 + 0.55 * len(variants)) as (figure, ax):
        for row, variant in enumerate(variants):
            months, stages = _own(life, variant)
            _strip(ax, row, [introduced + (t - life.introduction) / 12 for t in months], stages)
            _marks(ax, row, life, variant, introduced)
            own = colour(variant, row)
            ax.plot([introduced - 0.02] * 2, [row - HALF, row + HALF], color=own, lw=4)
        ax.axvline(introduced, color=INK, lw=0.7, ls=":")
        labels = [folded(lang.say(names.variant(v)), 14) for v in variants]
        ax.set_yticks(range(len(variants)), labels)
        ax.set_ylim(len(variants) - 0.5, -0.5)
        ax.grid(visible=False, axis="y")
        numbers(ax.xaxis, lang, grouped=False)
        ax.set_xlabel(lang.say(_("calendar year")))
        figure.legend(handles=_legend(lang), loc="outside lower center", ncols=1, frameon=False,
                      fontsize=7.5)  # fmt: skip
    return figure


def _own(life: Life, variant: str) -> tuple[list[int], list[int]]:
    """The months of the person and the stages in them: another may be in the row before, and after
    the person has left for good.
    """
    before = list(zip(life.months[BEFORE], life.stages[BEFORE], strict=True))
    after = list(zip(life.months[variant], life.stages[variant], strict=True))
    absent = [k for k, (_t, stage) in enumerate(before) if stage == 0]
    gone = next((k for k, (_t, stage) in enumerate(after) if stage == 0), len(after))
    kept = [*before[absent[-1] + 1 if absent else 0 :], *after[:gone]]
    return [t for t, _stage in kept], [stage for _t, stage in kept]


def _strip(ax: Axes, row: int, years: Sequence[float], stages: Sequence[int]) -> None:
    """One bar for every stretch of months in the same stage."""
    begin = 0
    for k in range(1, len(stages) + 1):
        if k == len(stages) or stages[k] != stages[begin]:
            width = years[k - 1] - years[begin] + 1 / 12
            ax.barh(row, width, left=years[begin], height=2 * HALF, align="center",
                    color=TINTS[stages[begin] - 1], edgecolor="none")  # fmt: skip
            begin = k


def _marks(ax: Axes, row: int, life: Life, variant: str, introduced: int) -> None:
    for event in life.events:
        if event.variant in (BEFORE, variant):
            for begins, mark, _label in MARKS:
                if event.what.startswith(begins):
                    at = introduced + (event.t - life.introduction) / 12
                    edge = {} if mark == "x" else {"markeredgecolor": PAPER, "mew": 0.7}
                    ax.plot(at, row, marker=mark, color="#d55e00", ms=5.5, ls="none", **edge)


def _legend(lang: Language) -> list[Patch | Line2D]:
    found: list[Patch | Line2D] = [
        Patch(color=tint, label=lang.say(names.STAGES[stage]))
        for stage, tint in zip(STAGES, TINTS, strict=True)
    ]
    found += [
        Line2D([], [], marker=mark, color="#d55e00", ls="none", ms=5.5, label=lang.say(label))
        for _begins, mark, label in MARKS
    ]
    return found
