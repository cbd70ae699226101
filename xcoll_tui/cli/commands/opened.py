"""The service opened for a command: a client alone, or a session for what writes."""

import argparse
import gc
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xcoll_tui.cli.access import plain
from xcoll_tui.cli.commands.failure import CommandFailed
from xcoll_tui.cli.own_access import NO_KEY, own_access
from xcoll_tui.cli.own_log import close_log, open_log
from xcoll_tui.cli.parser import EXIT_NO_KEY, EXIT_REFUSED, warn
from xcoll_tui.cli.patience import patiently
from xcoll_tui.credentials import Insecure, NoKeyring

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from xcoll_tui.api.client import Client
    from xcoll_tui.api.models import Wait
    from xcoll_tui.cli.access import ProfileAccess
    from xcoll_tui.log import Log
    from xcoll_tui.session.events import Event
    from xcoll_tui.session.session import Session

_LONG_WAIT = 2.0
"""Seconds: a shorter wait before a request is tried again is not told."""


@asynccontextmanager
async def opened_client(options: argparse.Namespace) -> "AsyncIterator[Client]":
    """Open a client for a command that only reads: there is no session, and nothing on disk.

    Raises CommandFailed where there is no key, CredentialError and Refused.
    """
    access, log = await _found(options)

    def on_wait(wait: "Wait") -> None:
        _tell_wait(wait)
        if log is not None:
            log.wait(wait)

    try:
        async with access.client(
            on_request=None if log is None else log.request, on_wait=on_wait
        ) as client:
            client.open()  # nothing else is under way that would have to wait for it
            _collect_garbage()
            yield client
    finally:
        _close(log)


@dataclass(frozen=True)
class OpenedSession:
    """A session that is ready to write, and the client below it, for what only reads."""

    session: "Session"
    client: "Client"


@asynccontextmanager
async def opened_session(
    options: argparse.Namespace, *, writes: bool = False
) -> "AsyncIterator[OpenedSession]":
    """Open a session for a command that writes: its undo log and what was learned are at hand.

    The key is validated, which tells the team that the undo log is kept for; no list is loaded.
    Raises as `opened_client`, Unauthorized, and CommandFailed where it `writes` and may not.
    """
    access, log = await _found(options)
    if writes and access.read_only:
        _close(log)
        raise CommandFailed(f"Nothing was sent. {access.why_read_only}", EXIT_REFUSED)
    connection = access.connect()
    try:
        if access.opened is None:
            raise LookupError("The session was not opened.")
        client, session = access.opened
        for notice in connection.notices:
            warn(f"xcoll: {plain(notice)}")
        _collect_garbage()
        session.subscribe(_tell_event)
        await session.prepare()
        yield OpenedSession(session, client)
        for problem in session.state.problems if writes else ():
            warn(f"xcoll: {plain(problem)}")
    finally:
        await connection.close()
        _close(log)


def _collect_garbage() -> None:
    """Begin to look for garbage, in what is made from now on."""
    gc.freeze()
    gc.enable()


async def _found(options: argparse.Namespace) -> "tuple[ProfileAccess, Log | None]":
    access = own_access(options)
    try:
        has_key = await patiently(access.find())
    except (NoKeyring, Insecure) as problem:
        raise CommandFailed(f"{NO_KEY} {problem}", EXIT_NO_KEY) from None
    if not has_key:
        raise CommandFailed(NO_KEY, EXIT_NO_KEY)
    log = open_log(options.log)
    if log is not None and access.key is not None:
        log.hide(access.key.secret)
        access.log = log
    return access, log


def _close(log: "Log | None") -> None:
    problem = close_log(log, "command")
    if problem:
        warn(f"xcoll: {problem}")


def _tell_event(event: "Event") -> None:
    from xcoll_tui.session.events import Waiting  # noqa: PLC0415 - what only reads has no events

    if isinstance(event, Waiting):
        _tell_wait(event.wait)


def _tell_wait(wait: "Wait") -> None:
    if wait.seconds >= _LONG_WAIT:
        warn(f"xcoll: Waiting {wait.seconds:.0f} s before trying again: {wait.reason}.")
