"""Reading one child's file: by the officers in charge only, and never without an entry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from enrol.core.actors import Actor
from enrol.core.decided import FACT_NAMES
from enrol.services import files_in_charge
from enrol.store import (
    child_files,
    families,
    journal,
    journal_pages,
    places,
    registrations,
    rolls,
    staff,
)
from enrol.store.child_files import File
from enrol.store.db import Transaction, transaction
from enrol.store.families import Residence
from enrol.store.intakes import IntakeRecord
from enrol.store.journal_pages import JournalLine
from enrol.store.places import Named
from enrol.store.rolls import SchoolName

__all__ = [
    "ChildFile",
    "Fact",
    "JournalLine",
    "Residence",
    "Wish",
    "file_of",
    "journal_of_file",
]

JOURNAL_LINES = 120


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as stated (yes or no, or codes), its status and where it comes from."""

    name: str
    value: bool | tuple[str, ...]
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A wished school in the family's order; ``distance`` in metres, None when unknown."""

    rank: int
    school: SchoolName
    distance: int | None


@dataclass(frozen=True, slots=True)
class StatedHome:
    """A residence as the family sent it; no group for one that is not in the list."""

    kind: str
    address: str
    group: str | None
    ward: Named


@dataclass(frozen=True, slots=True)
class ChildFile:
    """A registration with its child, residences, facts and wishes."""

    intake: IntakeRecord
    code: str
    status: str
    version: int
    submitted_at: datetime
    submission_hash: str
    pupil_code: str
    full_name: str
    birth_on: date
    sex: str
    kindergarten: str | None
    in_register: bool
    zone: str
    zone_name: str
    zone_name_en: str
    residences: tuple[Residence, ...]
    stated_homes: tuple[StatedHome, ...]
    facts: tuple[Fact, ...]
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class FileJournal:
    """What the journal says of a file, newest first; ``names`` by the label the journal keeps."""

    lines: tuple[JournalLine, ...]
    names: Mapping[str, str]


def file_of(*, actor: Actor, code: str) -> ChildFile:
    """Return a child's file; the reading is journalled in the same transaction.

    Raises NotFound for who is not in charge (``files_in_charge``).
    """
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        file = seen.file
        journal.record(
            tx, actor=actor, action="file.read", intake_id=file.intake_id, subject=file.code
        )
        return _child_file(tx, file=file, intake=seen.intake)


def journal_of_file(*, actor: Actor, code: str) -> FileJournal:
    """Return the newest entries about a file, for officers in charge. Raises NotFound."""
    with transaction() as tx:
        files_in_charge.seen_file(tx, actor=actor, code=code)
        lines = journal_pages.newest_about(tx, subject=code, limit=JOURNAL_LINES)
        return FileJournal(
            lines=tuple(lines),
            names=staff.names_by_label(tx, labels=[line.actor for line in lines]),
        )


def _child_file(tx: Transaction, *, file: File, intake: IntakeRecord) -> ChildFile:
    named = {school.school_id: school for school in rolls.school_names(tx, school_ids=file.wishes)}
    wished = zip(file.wishes, file.distances, strict=True)
    return ChildFile(
        intake=intake,
        code=file.code,
        status=file.status,
        version=file.version,
        submitted_at=file.submitted_at,
        submission_hash=file.submission_hash,
        pupil_code=file.pupil_code,
        full_name=file.full_name,
        birth_on=file.birth_on,
        sex=file.sex,
        kindergarten=file.kindergarten,
        in_register=file.in_register,
        zone=file.zone,
        zone_name=file.zone_name,
        zone_name_en=file.zone_name_en,
        residences=tuple(families.residences_of(tx, child_id=file.child_id)),
        stated_homes=_stated_homes(tx, file=file),
        facts=tuple(_facts(file.facts)),
        wishes=tuple(
            Wish(rank, named[school_id], metres if metres >= 0 else None)
            for rank, (school_id, metres) in enumerate(wished, start=1)
        ),
    )


def _stated_homes(tx: Transaction, *, file: File) -> tuple[StatedHome, ...]:
    sent = json.loads(registrations.payload_of(tx, live=child_files.live_of(file)))["residences"]
    named = {ward.code: ward for ward in places.wards(tx)}
    return tuple(
        StatedHome(
            kind=kind,
            address=home["address"],
            group=home["group"],
            ward=named.get(home["unit"]) or Named(home["unit"], home["unit"], home["unit"]),
        )
        for kind in ("permanent", "temporary", "current")
        if (home := sent.get(kind)) is not None
    )


def _facts(stated: Mapping[str, Any]) -> list[Fact]:
    return [
        Fact(
            name=name,
            value=tuple(fact["value"]) if isinstance(fact["value"], list) else bool(fact["value"]),
            status=str(fact["status"]),
            source=str(fact.get("source", "")),
        )
        for name in FACT_NAMES
        if (fact := stated.get(name)) is not None
    ]
