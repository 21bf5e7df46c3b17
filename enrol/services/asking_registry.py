"""A residence registry is asked about what families declare; a worker asks, nobody waits.

What it confirms is recorded as verified. What it contradicts or does not know is kept with source
and time for an officer to look at: a registry never refuses anybody. Without an answer the files
stay as they are, for a check by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from enrol.core.actors import Actor, System
from enrol.core.intake import Phase
from enrol.core.registry_answers import completed
from enrol.core.residence_lists import Answer
from enrol.core.review import Source, Verdict
from enrol.services import authority, files_in_charge
from enrol.services.ports import JOBS, ResidenceRegistry
from enrol.services.refusals import NotFound, Refusal
from enrol.services.ward_reach import ward_of, wards_of
from enrol.store import decisions, intakes, journal, locks, outbox, registry_answers
from enrol.store.db import transaction
from enrol.store.decisions import Decision
from enrol.store.journal import Noted
from enrol.store.registry_answers import Answered, Asked

__all__ = [
    "Answered",
    "RegistryDesk",
    "Resting",
    "answers_of",
    "ask_for_ward",
    "ask_zone",
    "registry_desk",
]

JOB = "ask_residences"
AT_ONCE = 100
FAILURES = 3
REST = timedelta(minutes=1)
_NOT_FROZEN = (Phase.ANNOUNCED, Phase.OPEN)


class Resting(Refusal):
    """The registry failed several times and is left in peace; the outbox asks again."""


@dataclass(frozen=True, slots=True)
class RegistryDesk:
    """Whether a registry is connected, how many files it could be asked about, where it stands."""

    is_connected: bool
    to_ask_about: int = 0
    zones_waiting: int = 0
    rests_until: datetime | None = None


def registry_desk(
    *, actor: Actor, intake_id: int, unit_code: str | None, registry: ResidenceRegistry | None
) -> RegistryDesk:
    """Return what an officer may ask of the registry for a ward. Raises NotFound."""
    if registry is None or unit_code is None:
        return RegistryDesk(is_connected=registry is not None)
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        unit_id = ward_of(wards_of(tx, grasp), unit_code).unit_id
        found = registry_answers.zones_of_ward(tx, intake_id=intake_id, unit_id=unit_id)
        return RegistryDesk(
            is_connected=True,
            to_ask_about=registry_answers.files_to_ask_about(
                tx, intake_id=intake_id, unit_id=unit_id
            ),
            zones_waiting=registry_answers.zones_waiting(tx, job=JOB, zone_ids=found),
            rests_until=registry_answers.rests_until(tx, source=registry.source),
        )


def ask_for_ward(*, actor: Actor, intake_id: int, unit_code: str) -> None:
    """Let a worker ask about a ward's files; twice is once. Raises NotFound."""
    with transaction() as tx:
        grasp = authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        ward = ward_of(wards_of(tx, grasp), unit_code)
        found = registry_answers.zones_of_ward(tx, intake_id=intake_id, unit_id=ward.unit_id)
        outbox.stage(tx, job=JOB, queue=JOBS[JOB], arguments=found)
        journal.record(
            tx, actor=actor, action="registry.asked", intake_id=intake_id, subject=ward.code
        )


def ask_zone(*, intake_zone_id: int, registry: ResidenceRegistry | None) -> int:
    """Ask about a zone's files until there is none left; returns about how many.

    Asked without a transaction, each batch written in one. Killed anywhere or run twice at once,
    every file has one answer in the end. Raises NotFound, Resting, ConnectionError.
    """
    asked = 0
    while registry is not None:
        with transaction() as tx:
            if registry_answers.rests_until(tx, source=registry.source) is not None:
                raise Resting
            batch = registry_answers.questions_of(tx, intake_zone_id=intake_zone_id, limit=AT_ONCE)
        if not batch:
            break
        _ask(batch, intake_zone_id=intake_zone_id, registry=registry)
        asked += len(batch)
    return asked


def answers_of(*, actor: Actor, code: str) -> tuple[Answered, ...]:
    """Return what the registry said of a file in the officer's charge. Raises NotFound."""
    with transaction() as tx:
        file = files_in_charge.seen_file(tx, actor=actor, code=code).file
        found = registry_answers.answers_of(
            tx, registration_id=file.registration_id, version=file.version
        )
        return tuple(found)


def _ask(batch: Sequence[Asked], *, intake_zone_id: int, registry: ResidenceRegistry) -> None:
    questions = tuple(asked.question for asked in batch)
    try:
        found = completed(questions, registry.ask(questions=questions))
    except ConnectionError:
        with transaction() as tx:
            registry_answers.note_failure(tx, source=registry.source, rest=REST, after=FAILURES)
        raise
    with transaction() as tx:
        intake_id = registry_answers.intake_of_zone(tx, intake_zone_id=intake_zone_id)
        if intake_id is None:
            raise NotFound
        locks.lock_intake_shared(tx, intake_id)
        intake = intakes.intake_of(tx, intake_id=intake_id)
        registry_answers.note_answer(tx, source=registry.source)
        told = [
            (asked, fact, found[asked.question.code, fact])
            for asked in batch
            for fact in asked.question.homes
        ]
        if intake is not None and intake.phase in _NOT_FROZEN:
            verified = [_verified(asked, fact) for asked, fact, a in told if a is Answer.MATCH]
            changed = decisions.record_many(tx, decisions=verified, actor=System())
            codes = {asked.registration_id: asked.question.code for asked in batch}
            journal.record_all(
                tx, actor=System(), noted=_noted(verified, changed, codes, intake_id)
            )
        registry_answers.keep(
            tx,
            source=registry.source,
            answers=[(one.registration_id, one.version, fact, a) for one, fact, a in told],
        )


def _verified(asked: Asked, fact: str) -> Decision:
    return Decision(
        registration_id=asked.registration_id,
        version=asked.version,
        fact=fact,
        verdict=Verdict.VERIFIED,
        reason="confirmed_by_police",
        source=Source.REGISTRY,
    )


def _noted(
    verified: Sequence[Decision],
    changed: frozenset[int],
    codes: dict[int, str],
    intake_id: int,
) -> list[Noted]:
    return [
        Noted(
            action="fact.verified",
            intake_id=intake_id,
            subject=codes[decision.registration_id],
            detail={"fact": decision.fact, "source": decision.source.value},
        )
        for decision in verified
        if decision.registration_id in changed
    ]
