"""The city gives systems of partners tokens: for one unit, some rights and a limited time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from enrol.core.actors import CITY_OFFICER, Actor, Right
from enrol.core.names import clean_text
from enrol.core.reach import Reach
from enrol.services import authority
from enrol.services.ports import PartnerTokens
from enrol.services.refusals import NotFound, Refusal
from enrol.store import clock, journal, partner_tokens, staff
from enrol.store.constraints import TokenMade
from enrol.store.db import Transaction, transaction
from enrol.store.partner_tokens import NewToken, TokenLine
from enrol.store.staff import UnitName

__all__ = ["LASTING_DAYS", "TokenLine", "TokenMade", "UnitName"]

PAGE = 50
LONGEST_NAME = 120
LASTING_DAYS = (30, 90, 180, 400)
"""How long a token may be good; the longest lasts from one season to the next."""


class TokenUnfit(Refusal):
    """What was asked for makes no token: a name, a right or a time is missing."""


@dataclass(frozen=True, slots=True)
class Given:
    """A page of tokens, the newest first; ``older`` is where the next page begins, or None."""

    lines: tuple[TokenLine, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """A token in plain text: to be shown once, kept nowhere."""

    token: str
    line: TokenLine


def given_tokens(*, actor: Actor, before: int | None = None) -> Given:
    """Return the tokens for the officer's units. Raises NotFound for whom the city is not."""
    with transaction() as tx:
        reach = _city_reach(tx, actor)
        found = partner_tokens.lines(tx, unit_ids=reach.unit_ids, before=before, limit=PAGE + 1)
        lines = tuple(found[:PAGE])
        return Given(lines=lines, older=lines[-1].token_id if len(found) > PAGE else None)


def units_to_choose(*, actor: Actor) -> Sequence[UnitName]:
    """Return the units a token may be for: the officer's own. Raises NotFound."""
    with transaction() as tx:
        return staff.unit_names(tx, unit_ids=_city_reach(tx, actor).unit_ids)


def make_token(
    *,
    actor: Actor,
    name: str,
    unit_id: int,
    rights: frozenset[Right],
    lasting_days: int,
    form_key: str,
    tokens: PartnerTokens,
) -> Made:
    """Make a token and return it, once. Raises NotFound for a foreign unit, TokenUnfit, and
    TokenMade when this press (``form_key``) has made its token before.
    """
    officer = authority.officer(actor)
    said = clean_text(name)
    if not said or len(said) > LONGEST_NAME or not rights or lasting_days not in LASTING_DAYS:
        raise TokenUnfit
    plain = tokens.new_token()
    with transaction() as tx:
        if not _city_reach(tx, actor).leads(unit_id):
            raise NotFound
        ordered = tuple(right for right in Right if right in rights)
        token_id = partner_tokens.add(
            tx,
            token=NewToken(
                unit_id=unit_id,
                name=said,
                rights=ordered,
                token_hash=hashlib.sha256(plain.encode()).digest(),
                form_key=form_key,
                made_by=officer.staff_id,
                expires_at=_end(clock.database_now(tx), lasting_days),
            ),
        )
        line = _line(tx, token_id=token_id)
        journal.record(
            tx,
            actor=actor,
            action="token.made",
            subject=str(token_id),
            detail={"rights": ", ".join(ordered), "unit": line.unit_name, "days": lasting_days},
        )
        return Made(token=plain, line=line)


def given_token(*, actor: Actor, token_id: int) -> TokenLine:
    """Return one token of the officer's units. Raises NotFound."""
    with transaction() as tx:
        return _own(tx, actor, token_id=token_id)


def revoke_token(*, actor: Actor, token_id: int) -> None:
    """End a token at once and for good; once more is the same as once. Raises NotFound."""
    officer = authority.officer(actor)
    with transaction() as tx:
        _own(tx, actor, token_id=token_id)
        if partner_tokens.revoke(tx, token_id=token_id, staff_id=officer.staff_id):
            journal.record(tx, actor=actor, action="token.revoked", subject=str(token_id))


def _end(now: datetime, days: int) -> datetime:
    return now + timedelta(days=days)


def _own(tx: Transaction, actor: Actor, *, token_id: int) -> TokenLine:
    reach = _city_reach(tx, actor)
    line = partner_tokens.line_of(tx, token_id=token_id)
    if line is None or not reach.leads(line.unit_id):
        raise NotFound
    return line


def _line(tx: Transaction, *, token_id: int) -> TokenLine:
    line = partner_tokens.line_of(tx, token_id=token_id)
    assert line is not None  # noqa: S101 - just written
    return line


def _city_reach(tx: Transaction, actor: Actor) -> Reach:
    if not authority.officer(actor).has_role(CITY_OFFICER):
        raise NotFound
    return authority.reach_of(tx, actor=actor)
