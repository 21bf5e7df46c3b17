"""A family lost its secret: an officer gives it a new one, with a reason, printed once."""

from dataclasses import dataclass

from enrol.core.actors import Actor
from enrol.core.names import clean_text
from enrol.services import authority
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.store import counter_children, family_secrets, journal, locks
from enrol.store.db import transaction

LONGEST_REASON = 300


class ResetReasonNeeded(Refusal):
    """A secret is reset with a reason of 1 to 300 characters."""


@dataclass(frozen=True, slots=True)
class SecretLetter:
    """What is printed and handed over; the secret stands nowhere else."""

    pupil_code: str
    full_name: str
    secret: str


def reset_secret(*, actor: Actor, child_id: int, reason: str, secrets: Secrets) -> SecretLetter:
    """Give the family of a child that this officer found a new secret; every session ends.

    The journal keeps who did it and why. Under the register's lock, as every issue of secrets.
    Raises NotFound, ResetReasonNeeded.
    """
    written = clean_text(reason)
    with transaction() as tx:
        authority.reach_of(tx, actor=actor)
        locks.lock_register(tx)
        child = counter_children.child_by_id(tx, child_id=child_id)
        if child is None:
            raise NotFound
        if not 0 < len(written) <= LONGEST_REASON:
            raise ResetReasonNeeded
        secret = secrets.new_secret()
        version = family_secrets.replace(
            tx,
            child_id=child_id,
            secret_hash=secrets.hash(pupil_code=child.pupil_code, secret=secret),
        )
        journal.record(
            tx,
            actor=actor,
            action="secret.reset",
            subject=str(child_id),
            detail={"version": version, "reason": written},
        )
        return SecretLetter(child.pupil_code, child.full_name, secret)
