"""Issuing the secrets with which families sign in: in bulk before an intake, or one anew."""

from collections.abc import Iterator, Sequence

from enrol.core.actors import Actor
from enrol.services.ports import SecretLetters, Secrets
from enrol.services.refusals import NotFound
from enrol.store import family_secrets, journal, locks
from enrol.store.db import Transaction, transaction
from enrol.store.family_secrets import Addressee


def issue_secrets(
    *,
    intake_code: str,
    unit_code: str | None,
    letters: SecretLetters,
    secrets: Secrets,
    actor: Actor,
) -> int:
    """Give a secret to every child who may register and has none; returns how many got one.

    ``unit_code`` narrows this down to children with a residence in the unit or below it. The
    letters are secured before the commit: a secret that counts is always on paper, and one that is
    on paper after a failure counts for nothing. Under the register's lock, so that nobody gets two.
    Running it again goes on where there is something left. Memory stays flat.

    Raises NotFound for an unknown intake or unit, StoreBusy.
    """
    with transaction() as tx:
        locks.lock_register(tx)
        born = family_secrets.birth_dates_of(tx, intake_code=intake_code)
        if born is None:
            raise NotFound("intake")
        unit_id = None if unit_code is None else _unit_id(tx, unit_code)
        issued = 0
        batches = family_secrets.addressees_without_secret(tx, born=born, unit_id=unit_id)
        for batch in batches:
            hashes = _written(batch, letters=letters, secrets=secrets)
            family_secrets.copy_in(tx, hashes=hashes)
            issued += len(batch)
        if issued:
            journal.record(
                tx,
                actor=actor,
                action="secrets.issued",
                intake_id=born.intake_id,
                subject=intake_code,
                detail={"issued": issued, "unit": unit_code},
            )
        letters.secure()
        return issued


def reissue_secret(
    *, pupil_code: str, letters: SecretLetters, secrets: Secrets, actor: Actor
) -> None:
    """Give one child a new secret; the old one and every session begun with it end.

    Raises NotFound for an unknown pupil code.
    """
    with transaction() as tx:
        locks.lock_register(tx)
        child = family_secrets.addressee_of(tx, pupil_code=pupil_code)
        if child is None:
            raise NotFound("child")
        for child_id, secret_hash in _written([child], letters=letters, secrets=secrets):
            version = family_secrets.replace(tx, child_id=child_id, secret_hash=secret_hash)
            journal.record(
                tx,
                actor=actor,
                action="secret.reissued",
                subject=str(child_id),
                detail={"version": version},
            )
        letters.secure()


def _unit_id(tx: Transaction, unit_code: str) -> int:
    unit_id = family_secrets.unit_id_of(tx, unit_code=unit_code)
    if unit_id is None:
        raise NotFound("unit")
    return unit_id


def _written(
    batch: Sequence[Addressee], *, letters: SecretLetters, secrets: Secrets
) -> Iterator[tuple[int, bytes]]:
    """Yield (child id, keyed hash) for fresh secrets, each written to its letter first."""
    for child in batch:
        secret = secrets.new_secret()
        letters.add(pupil_code=child.pupil_code, full_name=child.full_name, secret=secret)
        yield child.child_id, secrets.hash(pupil_code=child.pupil_code, secret=secret)
