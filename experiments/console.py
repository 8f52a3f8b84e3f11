"""What every command shares: a bar while it works, and a place to write that is tried first."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def writable(folder: Path) -> None:
    """OSError with one line before any work, if results could not be written there."""
    import os
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        raise OSError(
            f"{folder}: cannot be written ({reason}); choose another with --out"
        ) from None


def with_progress(text: str, total: int, work: Callable[[Callable[[int], None]], Any]) -> Any:
    """Do the work, with a bar when standard error is a terminal."""
    if not sys.stderr.isatty():
        return work(lambda done: None)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(text),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        return work(lambda done: bar.update(task, completed=done))
