"""Which children an officer found at the counter: remembered in the session, for half an hour."""

import time

from flask import session

from enrol.services.refusals import NotFound

_AT_COUNTER = "counter"
_AT_ONCE = 10
_MINUTES = 30 * 60
"""So long a family stands at the counter at most; then the officer finds the child again."""


def open_child(child_id: int) -> None:
    """Remember that this officer found a child: several families may stand at one desk."""
    kept = dict(session.get(_AT_COUNTER) or {})
    kept.pop(str(child_id), None)
    kept[str(child_id)] = int(time.time())
    session[_AT_COUNTER] = dict(list(kept.items())[-_AT_ONCE:])


def close_child(child_id: int) -> None:
    """Forget a child whose family got what it came for."""
    kept = dict(session.get(_AT_COUNTER) or {})
    kept.pop(str(child_id), None)
    session[_AT_COUNTER] = kept


def refuse_unopened(child_id: int | None) -> None:
    """Raise NotFound for a child that was not found at the counter, or too long ago."""
    if child_id is None:
        return
    opened_at = (session.get(_AT_COUNTER) or {}).get(str(child_id), 0)
    if time.time() - opened_at > _MINUTES:
        raise NotFound
