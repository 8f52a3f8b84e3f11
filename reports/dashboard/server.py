"""The server: who may reach it, what it says when it starts, and how it ends."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from typing import Any

import panel as pn

from reports.dashboard.page import Page
from reports.dashboard.shared import Shared
from reports.dashboard.studying import Studied

LOCAL = ("localhost", "127.0.0.1", "::1")


def free(address: str, port: int) -> None:
    """OSError with one line when nothing can be served there."""
    if not 0 < port < 65_536:
        raise ValueError(f"--port {port}: give 1 to 65535")
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((address, port))
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(
            f"--address {address} --port {port}: nothing can be served there ({reason}); give "
            "another"
        ) from None


def origins(address: str, port: int) -> list[str]:
    """From which addresses a browser may open the page's websocket."""
    if address in LOCAL:
        return [f"localhost:{port}", f"127.0.0.1:{port}"]
    if address in ("0.0.0.0", "::"):  # asked for on the command line
        name = socket.gethostname()
        return [f"{name}:{port}", f"{socket.getfqdn()}:{port}", f"localhost:{port}",
                *(f"{one}:{port}" for one in _own_addresses(name))]  # fmt: skip
    return [f"{address}:{port}"]


def _own_addresses(name: str) -> list[str]:
    try:
        return sorted({str(one[4][0]) for one in socket.getaddrinfo(name, None)})
    except OSError:
        return []


def warning(address: str, port: int) -> str:
    """Who can reach the page, when that is not this machine alone; nothing when it is."""
    if address in LOCAL:
        return ""
    return (
        f"Everybody who can reach {address}:{port} over the network can use this page, have "
        "calculations made on this machine and read the files that it was started with. There is "
        "no password."
    )


def serve(
    shared: Shared, address: str, port: int, *, show: bool, say: Callable[[str], Any]
) -> None:
    """Serve the page until Ctrl-C, which ends the server and all its processes at once."""
    study = Studied(shared.store)
    pn.extension()
    from experiments.runner import unheard

    with unheard():
        shared.pool.start()
    made = pn.serve(
        {"/": lambda: Page(shared, study).template()}, port=port, address=address, start=False,
        show=False, websocket_origin=origins(address, port), title="llo dashboard",
        check_unused_sessions_milliseconds=5_000, unused_session_lifetime_milliseconds=15_000,
        verbose=False,
    )  # fmt: skip

    # The server library would end quietly; Ctrl-C and a request to end are told as elsewhere.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    host = "localhost" if address in ("0.0.0.0", "::", *LOCAL) else address
    say(f"The dashboard is at http://{host}:{port}/ ; Ctrl-C ends it")
    try:
        made.start()
        if show:
            made.show("/")
        made.io_loop.start()
    finally:
        shared.close()
        made.stop()
