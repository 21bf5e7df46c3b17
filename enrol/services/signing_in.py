"""Families sign in with the pupil code and the secret they were given; others can ask for a
code.
"""

import hmac
from dataclasses import dataclass
from datetime import date

from enrol.core.actors import Family
from enrol.core.codes import normalise_secret
from enrol.core.names import search_key, sort_key
from enrol.services.ports import Secrets
from enrol.store import families, journal
from enrol.store.db import statements, transaction

_NO_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class UnlistedChild:
    """A child who is not in the register, as the family states it; text is already cleaned."""

    full_name: str
    birth_on: date
    sex: str
    guardian_name: str
    relation: str
    phone: str
    email: str | None


@dataclass(frozen=True, slots=True)
class IssuedAccess:
    """A code and secret shown once, and the family they sign in."""

    pupil_code: str
    secret: str
    family: Family


def sign_in_family(*, pupil_code: str, secret: str, secrets: Secrets) -> Family | None:
    """Return the family that the code and secret belong to, or None without saying which was wrong.

    The work is the same whether or not the code exists, so timing tells nothing either. Reads only.
    """
    typed = normalise_secret(secret)
    with statements() as db:
        access = families.access_of(db, pupil_code=pupil_code)
    expected = access.secret_hash if access else _NO_HASH
    given = secrets.hash(pupil_code=pupil_code, secret=typed)
    if not hmac.compare_digest(expected, given) or access is None:
        return None
    return Family(child_id=access.child_id, secret_version=access.version)


def register_unlisted_child(*, child: UnlistedChild, secrets: Secrets) -> IssuedAccess:
    """Give a child outside the register a provisional code and a secret; its registrations are
    verified later.
    """
    secret = secrets.new_secret()
    guardian = families.Guardian(child.guardian_name, child.relation, child.phone, child.email)
    new_child = families.NewChild(
        full_name=child.full_name,
        sort_key=sort_key(child.full_name),
        search_key=search_key(child.full_name),
        birth_on=child.birth_on,
        sex=child.sex,
        guardian=guardian,
    )
    with transaction() as tx:
        pupil_code = families.next_provisional_pupil_code(tx)
        secret_hash = secrets.hash(pupil_code=pupil_code, secret=secret)
        child_id = families.insert_unlisted(
            tx, pupil_code=pupil_code, child=new_child, secret_hash=secret_hash
        )
        family = Family(child_id=child_id, secret_version=1)
        journal.record(tx, actor=family, action="child.unlisted_added", subject=str(child_id))
    return IssuedAccess(pupil_code=pupil_code, secret=secret, family=family)
