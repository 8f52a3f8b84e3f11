"""A figure as a drawing that stands in a page: small, in the page's own colours, and told aloud."""

from __future__ import annotations

import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

from reports.figures import FAINT, INK, PAPER

_THEMED = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    PAPER: "var(--paper)",
    "#555555": "var(--null)",
    "#0072b2": "var(--blue)",
    "#009e73": "var(--green)",
}


def _shortened(element: re.Match[str]) -> str:
    """An element's attributes to a hundredth of a point; what it says stays as it is."""
    return re.sub(r"(-?\d+\.\d\d)\d+", r"\1", element[0])


def inline(figure: Figure, key: str, title: str, told: str) -> str:
    """The figure as one <svg> element with a title and a description; ids begin with `key`."""
    file = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "llo"}):  # text stays text
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    head, body = text.split(">", 1)
    box = re.search(r'viewBox="([^"]+)"', head)
    assert box is not None
    body = re.sub(r'id="([^"]+)"', rf'id="{key}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", body)
    body = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{key}-\1"', body)
    for shade, place in _THEMED.items():
        body = body.replace(shade, place)
    body = re.sub(r"font: ([\d.]+)px 'DejaVu Sans'", r"font-size: \1px", body)
    body = re.sub(r"<[^>]+>", _shortened, body)
    body = re.sub(r"\s*\n\s*", "\n", body)
    return (
        f'<svg viewBox="{box.group(1)}" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'focusable="false"><title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(told)}</desc>{body}'
    )
