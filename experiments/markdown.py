"""Tables in Markdown, as the pages that are made from results have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], text: Sequence[str] | int | None = None
) -> list[str]:
    """The lines of a table. Columns of text stand left, all others right: `text` has their heads,
    or how many of the first they are; without it all are text.
    """
    first = len(heads) if text is None else text
    left = set(heads[:first] if isinstance(first, int) else first)
    rule = "|".join("---" if head in left else "--:" for head in heads)
    return [_line(heads), f"|{rule}|", *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
