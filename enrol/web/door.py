"""The waiting room's door, in front of every page of a family.

While the room is off a family's page pays for one look at this process's copy of its settings.
While it is on, a family inside carries its pass in the signed session cookie and Redis is asked
once in a quarter of an hour; a family that waits costs one round trip and a page drawn ahead.
"""

from datetime import UTC, datetime
from time import time

from flask import Flask, current_app, g, request, session
from flask.typing import ResponseReturnValue

from enrol.core.actors import Family
from enrol.core.waiting import PASS
from enrol.services import admitting
from enrol.services.admitting import Room
from enrol.services.refusals import StoreBusy
from enrol.web.kept import KeptLoosely
from enrol.web.waiting_page import waiting_page

SECONDS = 2.0
NAME = "enrol_room"
NOTE = "room"
INSIDE, WAITING = "in", "wait"
"""What a session notes of the room: intake, one of these words, and until or since when."""


def register(app: Flask) -> None:
    """Give the application its copy of the room's settings."""
    app.extensions[NAME] = KeptLoosely(read=admitting.current_room, seconds=SECONDS)


def forget_settings() -> None:
    """Let this process read the settings anew, for they were just changed."""
    _kept().forget()


def wait_or_enter(family: Family) -> ResponseReturnValue | None:
    """Return None for a family that may come in, the waiting page for one that may not yet."""
    room = _room()
    if room is None or not room.is_on:
        return None
    now = time()
    kind, number = _note(room)
    left = number - now if kind == INSIDE else 0.0
    if left > PASS.total_seconds() / 2:
        return None
    standing = current_app.extensions["enrol_adapters"].waiting_room.ask(
        intake_id=room.intake_id,
        child_id=family.child_id,
        per_minute=room.per_minute,
        opens_at=room.opens_at,
        since=datetime.fromtimestamp(number, UTC) if kind == WAITING else None,
        is_inside=left > 0 or _comes_from_inside(),
    )
    if standing.is_inside:
        session[NOTE] = [room.intake_id, INSIDE, int(now + PASS.total_seconds())]
        return None
    if standing.since is not None and standing.since.timestamp() != number:
        session[NOTE] = [room.intake_id, WAITING, standing.since.timestamp()]
    return waiting_page(room=room, family=family, standing=standing)


def _room() -> Room | None:
    try:
        return _kept().now()
    except StoreBusy:
        return None


def _note(room: Room) -> tuple[str, float]:
    intake_id, kind, number = session.get(NOTE) or (0, "", 0.0)
    return (kind, number) if intake_id == room.intake_id else ("", 0.0)


def _comes_from_inside() -> bool:
    """Tell whether a button was pressed whose token only a page inside can have given.

    Who has typed something is never sent to the end of a line: not when the pass ran out over a
    long form, nor when the room was switched on meanwhile.
    """
    if request.method != "POST" or request.endpoint is None:
        return False
    view = current_app.view_functions[request.endpoint]
    return not (g.get("token_was_lost", False) or getattr(view, "changes_nothing", False))


def _kept() -> KeptLoosely[Room | None]:
    kept: KeptLoosely[Room | None] = current_app.extensions[NAME]
    return kept
