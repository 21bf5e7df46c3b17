"""Anticipated refusals that pages map to answers in one table (``web/errors.py``)."""

from enrol.store.constraints import AlreadyRegistered, StoreBusy

__all__ = ["AlreadyRegistered", "NotFound", "Refusal", "SignedOut", "StoreBusy"]


class Refusal(Exception):
    """An anticipated no, with a page of its own in the user's language."""


class NotFound(Refusal):
    """There is no such thing within what this actor may see."""


class SignedOut(Refusal):
    """The session is no longer good: a new secret was issued, or the account is gone."""
