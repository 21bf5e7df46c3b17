"""A family chooses how it is told, and reads what it was told."""

from dataclasses import dataclass

from enrol.core.actors import Family
from enrol.core.message_texts import LANGUAGES
from enrol.services.households import signed_in_child
from enrol.services.refusals import Refusal
from enrol.store import deliveries, journal, message_preferences, messages
from enrol.store.db import transaction
from enrol.store.message_preferences import Telling
from enrol.store.messages import ToldLine

__all__ = [
    "CHANNELS",
    "KEPT_DAYS",
    "NoSuchWay",
    "OwnMessages",
    "Telling",
    "ToldLine",
    "choose",
    "own_messages",
]

EMAIL, SMS, NONE = "email", "sms", "none"
CHANNELS = (SMS, EMAIL, NONE)
KEPT_DAYS = deliveries.KEPT_FOR.days
SHOWN = 50


class NoSuchWay(Refusal):
    """A way and a language of the lists are needed, and for the way an address that was given."""


@dataclass(frozen=True, slots=True)
class OwnMessages:
    """How a family is told, and its newest messages; ``has_sent`` when it can correct where it is
    reached.
    """

    telling: Telling
    has_sent: bool
    told: tuple[ToldLine, ...]


def own_messages(*, actor: Family) -> OwnMessages:
    """Return how the signed-in family is told and what it was told. Raises SignedOut."""
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        return OwnMessages(
            telling=message_preferences.telling_of(tx, child_id=child.child_id),
            has_sent=message_preferences.has_sent(tx, child_id=child.child_id),
            told=tuple(messages.told_to(tx, child_id=child.child_id, limit=SHOWN)),
        )


def choose(*, actor: Family, channel: str, language: str) -> None:
    """Keep how the family wants to be told; nothing that is due is lost.

    What waits goes the new way, unless it may have arrived on the old one. With ``none`` it is kept
    for the family's page; who chooses a way again is sent what was kept in the last ``KEPT_DAYS``.
    Raises SignedOut, NoSuchWay.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        now = message_preferences.telling_of(tx, child_id=child.child_id)
        addresses = {SMS: now.phone, EMAIL: now.email, NONE: NONE}
        if language not in LANGUAGES or not addresses.get(channel):
            raise NoSuchWay
        if (now.chosen, now.language) == (channel, language):
            return
        message_preferences.choose(tx, child_id=child.child_id, channel=channel, language=language)
        deliveries.reroute_child(tx, child_id=child.child_id, kept=deliveries.KEPT_FOR)
        journal.record(
            tx,
            actor=actor,
            action="messages.chosen",
            subject=str(child.child_id),
            detail={"channel": channel, "language": language},
        )
