"""Tokens of partners' systems: made, recognised by their hash, listed, revoked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, insert, select, update

from enrol.core.actors import Partner, Right
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.intakes import CIVIL_TIME
from enrol.store.tables.partners import partner_tokens
from enrol.store.tables.units import units


@dataclass(frozen=True, slots=True)
class NewToken:
    """What is kept of a token: never the token itself. ``form_key`` is a UUID."""

    unit_id: int
    name: str
    rights: tuple[Right, ...]
    token_hash: bytes
    form_key: str
    made_by: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as offices see it. ``is_good`` tells whether it opens anything now."""

    token_id: int
    name: str
    unit_id: int
    unit_name: str
    unit_name_en: str
    rights: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_on: date | None
    is_good: bool


_today = func.date(func.timezone(CIVIL_TIME, func.clock_timestamp()))
_is_good = and_(
    partner_tokens.c.revoked_at.is_(None),
    partner_tokens.c.expires_at > func.clock_timestamp(),
)


def partner_of(tx: Transaction, *, token_hash: bytes) -> Partner | None:
    """Return who asks with a token that is good now, and note the day of use; None else."""
    seen_today = func.coalesce(partner_tokens.c.last_used_on == _today, False)
    query = select(
        partner_tokens.c.id, partner_tokens.c.unit_id, partner_tokens.c.rights, seen_today
    ).where(partner_tokens.c.token_hash == token_hash, _is_good)
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    token_id, unit_id, rights, was_seen = row
    if not was_seen:
        tx.execute(
            update(partner_tokens)
            .where(partner_tokens.c.id == token_id)
            .values(last_used_on=_today)
        )
    return Partner(token_id=token_id, unit_id=unit_id, rights=frozenset(map(Right, rights)))


def add(tx: Transaction, *, token: NewToken) -> int:
    """Keep a token and return its number. Raises TokenMade for the same press once more."""
    with translated():
        made: int = tx.execute(
            insert(partner_tokens)
            .values(
                unit_id=token.unit_id,
                name=token.name,
                rights=[right.value for right in token.rights],
                token_hash=token.token_hash,
                form_key=token.form_key,
                made_by=token.made_by,
                expires_at=token.expires_at,
            )
            .returning(partner_tokens.c.id)
        ).scalar_one()
    return made


def lines(
    tx: Transaction, *, unit_ids: Collection[int], before: int | None, limit: int
) -> list[TokenLine]:
    """Return the tokens for these units, the newest first, from below a number."""
    query = _lines().where(partner_tokens.c.unit_id.in_(unit_ids))
    if before is not None:
        query = query.where(partner_tokens.c.id < before)
    found = tx.execute(query.order_by(partner_tokens.c.id.desc()).limit(limit))
    return [_line(row) for row in found]


def line_of(tx: Transaction, *, token_id: int) -> TokenLine | None:
    """Return one token."""
    row = tx.execute(_lines().where(partner_tokens.c.id == token_id)).one_or_none()
    return None if row is None else _line(row)


def revoke(tx: Transaction, *, token_id: int, staff_id: int) -> bool:
    """End a token for good; False when it was ended before."""
    changed = tx.execute(
        update(partner_tokens)
        .where(partner_tokens.c.id == token_id, partner_tokens.c.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp(), revoked_by=staff_id)
    )
    return changed.rowcount == 1


def _lines() -> Select[*tuple[Any, ...]]:
    return select(
        partner_tokens.c.id,
        partner_tokens.c.name,
        partner_tokens.c.unit_id,
        units.c.name,
        units.c.name_en,
        partner_tokens.c.rights,
        partner_tokens.c.made_at,
        partner_tokens.c.expires_at,
        partner_tokens.c.revoked_at,
        partner_tokens.c.last_used_on,
        _is_good,
    ).join(units, units.c.id == partner_tokens.c.unit_id)


def _line(row: Any) -> TokenLine:
    token_id, name, unit_id, unit_name, unit_name_en, rights, *rest = row
    return TokenLine(token_id, name, unit_id, unit_name, unit_name_en, tuple(rights), *rest)
