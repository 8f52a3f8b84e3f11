"""A figure that a notebook shows by itself, whatever backend is in use."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

DPI = 110
PAPER = "white"  # a notebook may be dark, and what is drawn is dark too


class Drawing(Figure):
    """A figure that no window or global state knows of; the last value of a cell is shown."""

    def _repr_png_(self) -> bytes:
        """The figure as a notebook keeps it: without date or version, on a light ground."""
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=DPI, facecolor=PAPER, metadata={"Software": None})
        return file.getvalue()
