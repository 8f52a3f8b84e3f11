"""Ctrl-C is for this process alone: what it starts does not hear it, what it loads leaves it be."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def unheard() -> Iterator[None]:
    """Threads and processes that are started meanwhile never hear Ctrl-C; nor do those they start.

    A terminal sends it to all of them; workers would end in the middle, each with a traceback.
    """
    resource_tracker.ensure_running()  # where it is started, it takes the mask away
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def kept() -> Iterator[None]:
    """What Ctrl-C does stays as it is, whatever is imported meanwhile."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if handler is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, handler)
