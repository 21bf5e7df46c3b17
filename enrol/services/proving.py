"""What a signed-in family takes away to check by itself: its proof and its own submission."""

import json
from dataclasses import dataclass

from enrol.core.actors import Family
from enrol.core.lottery import draw_key
from enrol.core.priority import rules_from_json
from enrol.core.proof import own_numbers, write_proof, write_submission
from enrol.core.sealing import entry_from_json, leaf_hash
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound
from enrol.store import (
    draws,
    frozen_files,
    intakes,
    own_copies,
    publications,
    registrations,
    windows,
)
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.publications import SchoolCard
from enrol.store.registrations import Live


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A lottery number, 64 hex digits; ``school`` is None when it counts at every school."""

    number: str
    school: SchoolCard | None


@dataclass(frozen=True, slots=True)
class OwnProof:
    """An entry in the frozen list; ``document`` is the file to keep.

    ``index`` counts from 0, hashes are 64 hex digits; ``numbers`` is empty before the draw, and
    holds one for each wish when the rules draw at each school.
    """

    code: str
    entry: str
    leaf: str
    index: int
    size: int
    list_hash: str
    intake: str
    siblings: tuple[str, ...]
    numbers: tuple[OwnNumber, ...]
    document: bytes


def own_proof(*, actor: Family) -> OwnProof:
    """Return the family's place in the frozen list: 32 bytes a level are read, never the list.

    Raises SignedOut, NotFound before the list is frozen or when nothing of the family is in it.
    """
    with transaction() as tx:
        intake, live = _own(tx, actor)
        place = frozen_files.place_of(tx, intake_id=intake.intake_id, code=live.code)
        draw = draws.draw_of(tx, intake_id=intake.intake_id)
        rules = rules_from_json(dict(frozen_files.rules_of(tx, intake_id=intake.intake_id)))
        cards = publications.school_cards(tx, intake_id=intake.intake_id)
    if place is None or intake.list_hash is None or intake.list_size is None:
        raise NotFound
    drawn: tuple[str, str, str] | None = None
    numbers: tuple[OwnNumber, ...] = ()
    if draw is not None and draw.seed is not None:
        drawn = (draw.seed, intake.seed_commitment or "", draw.public_value)
        key = draw_key(
            seed=bytes.fromhex(draw.seed),
            public_value=draw.public_value,
            list_hash=bytes.fromhex(intake.list_hash),
        )
        own = own_numbers(
            key=key,
            entry=entry_from_json(json.loads(place.entry)),
            per_school=rules.per_school_numbers,
        )
        numbers = tuple(OwnNumber(number, cards.get(school or "")) for school, number in own)
    return OwnProof(
        code=live.code,
        entry=place.entry,
        leaf=leaf_hash(place.entry.encode()).hex(),
        index=place.position,
        size=intake.list_size,
        list_hash=intake.list_hash,
        intake=intake.code,
        siblings=tuple(node.hex() for node in place.siblings),
        numbers=numbers,
        document=write_proof(
            intake=intake.code,
            entry=place.entry,
            index=place.position,
            size=intake.list_size,
            list_hash=intake.list_hash,
            proof=place.siblings,
            draw=drawn,
            per_school=rules.per_school_numbers,
        ),
    )


def own_submission(*, actor: Family) -> bytes:
    """Return what the family sent last with its salt, as a file. Raises SignedOut, NotFound."""
    with transaction() as tx:
        intake, live = _own(tx, actor)
        sent = own_copies.latest_submission(tx, registration_id=live.registration_id)
    if sent is None:
        raise NotFound
    return write_submission(
        intake=intake.code, code=live.code, salt=sent.salt, payload=sent.payload, hashed=sent.hash
    )


def _own(tx: Transaction, actor: Family) -> tuple[IntakeRecord, Live]:
    child = signed_in_child(tx, actor)
    window = windows.window_for(tx, child_id=child.child_id)
    if window is None:
        raise NotFound
    live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
    intake = intakes.intake_of(tx, intake_id=window.intake_id)
    if live is None or intake is None:
        raise NotFound
    return intake, live
