"""Sending a registration: everything its transaction reads, in one statement, and its first write.

Both come after the locks of docs/locking.md, each of which is a statement of its own: what is read
here was committed before the family's turn came.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from enrol.core.actors import Actor, Family
from enrol.core.message_texts import REGISTERED
from enrol.store import desks, windows
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.families import Child, Residence
from enrol.store.messages import TOLD_FIRST, guarded
from enrol.store.places import Group, Named, ZoneSchool
from enrol.store.registrations import SEQUENCE_SPAN, NewRegistration
from enrol.store.windows import Window

PlaceKey = tuple[str, str]
"""A ward's code and the label of a residential group."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides, read under the locks.

    ``used`` is the code and version that this key has already produced; ``number`` the next number
    for a registration code, None unless a first registration could be written. ``holds_a_seat``
    is of the round that this intake follows.
    """

    child: Child
    residences: tuple[Residence, ...]
    window: Window
    used: tuple[str, int] | None
    has_live: bool
    number: int | None
    intake_zone_id: int | None
    zone: Named | None
    schools: tuple[ZoneSchool, ...]
    groups: dict[PlaceKey, Group]
    holds_a_seat: bool


LOOK = f"""
SELECT {desks.CHILD}, {desks.RESIDENCES}, {windows.COLUMNS},
       (SELECT json_build_array(r.code, m.version) FROM submissions m
          JOIN registrations r ON r.id = m.registration_id
         WHERE m.submission_key = %(submission_key)s AND r.child_id = c.id),
       {windows.SEATED_BEFORE},
       l.id IS NOT NULL,
       CASE WHEN l.id IS NULL AND clock_timestamp() >= i.opens_at
                 AND clock_timestamp() < i.closes_at
            THEN nextval('registration_numbers') END,
       o.id, z.code, z.name, z.name_en,
       (SELECT json_agg(json_build_array(h.id, h.code, h.name, h.name_en, h.address, h.latitude,
                                         h.longitude, p.seats, p.stated_at, p.last_year_distance))
          FROM seat_plans p JOIN schools h ON h.id = p.school_id
         WHERE p.intake_zone_id = o.id),
       (SELECT json_agg(json_build_array(g.id, u.code, u.id, g.label, g.name, gz.code,
                                         g.latitude, g.longitude) ORDER BY g.id)
          FROM unnest(%(units)s::text[], %(labels)s::text[]) AS named (unit, label)
          JOIN units u ON u.code = named.unit AND u.valid_to IS NULL
          JOIN residential_groups g ON g.unit_id = u.id AND g.label = named.label
          JOIN zones gz ON gz.id = g.zone_id)
  FROM children c
  JOIN family_secrets s ON s.child_id = c.id
  JOIN intakes i ON i.id = %(intake_id)s
  JOIN rule_sets rules ON rules.id = i.rule_set_id
  LEFT JOIN registrations l
    ON l.intake_id = i.id AND l.child_id = c.id AND l.status <> 'withdrawn'
  LEFT JOIN zones z ON z.code = %(zone)s
  LEFT JOIN intake_zones o ON o.intake_id = i.id AND o.zone_id = z.id
 WHERE c.id = %(child_id)s AND s.version = %(secret_version)s
"""  # noqa: S608 - names of columns, no values


def look(
    tx: Transaction,
    *,
    actor: Family,
    intake_id: int,
    submission_key: UUID,
    zone: str,
    places: list[PlaceKey],
) -> Situation | None:
    """Return what decides for this family; None without such a child, secret version or intake.

    ``zone`` is the zone wished for, ``places`` the residential groups named.
    """
    values = {
        "child_id": actor.child_id,
        "secret_version": actor.secret_version,
        "intake_id": intake_id,
        "submission_key": submission_key,
        "zone": zone,
        "units": [unit for unit, _ in places],
        "labels": [label for _, label in places],
    }
    row = tx.exec_driver_sql(LOOK, values).one_or_none()
    return None if row is None else _situation(tuple(row))


def _situation(row: tuple[Any, ...]) -> Situation:
    own, residences, rest = (
        row[: desks.CHILD_COLUMNS],
        row[desks.CHILD_COLUMNS],
        row[desks.CHILD_COLUMNS + 1 :],
    )
    intake, rest = rest[: windows.COLUMN_COUNT], rest[windows.COLUMN_COUNT :]
    used, holds_a_seat, has_live, number = rest[:4]
    intake_zone_id, zone, zone_name, zone_name_en, schools, groups = rest[4:]
    return Situation(
        child=desks.child_from(own),
        residences=desks.residences_from(residences),
        window=windows.window_from(intake),
        used=(used[0], used[1]) if used else None,
        has_live=has_live,
        number=None if number is None else number % SEQUENCE_SPAN,
        intake_zone_id=intake_zone_id,
        zone=None if zone is None else Named(zone, zone_name, zone_name_en),
        schools=tuple(_school(school) for school in schools or ()),
        groups={(group[1], group[3]): Group(*group) for group in groups or ()},
        holds_a_seat=holds_a_seat,
    )


def _school(told: list[Any]) -> ZoneSchool:
    known = dict(zip(_SCHOOL_FIELDS, told, strict=True))
    return ZoneSchool(**known | {"stated_at": datetime.fromisoformat(known["stated_at"])})


_SCHOOL_FIELDS = tuple(ZoneSchool.__dataclass_fields__)

WRITE_FIRST = f"""
WITH registration AS (
  INSERT INTO registrations (intake_id, child_id, code, family_code, intake_zone_id, status,
                             wishes, distances, facts, submission_hash, submitted_at)
  VALUES (%(intake_id)s, %(child_id)s, %(code)s, %(family_code)s, %(intake_zone_id)s, %(status)s,
          %(wishes)s, %(distances)s, %(facts)s, %(hash)s, %(submitted_at)s)
  RETURNING id, intake_id, child_id
), submission AS (
  INSERT INTO submissions (registration_id, version, submission_key, payload, salt, hash,
                           submitted_at)
  SELECT id, 1, %(submission_key)s, %(payload)s, %(salt)s, %(hash)s, %(submitted_at)s
    FROM registration
  RETURNING registration_id, payload
), told AS ({TOLD_FIRST}
), entry AS (
  INSERT INTO journal (actor, action, intake_id, subject, detail)
  VALUES (%(actor)s, 'registration.submitted', %(intake_id)s, %(code)s, %(detail)s)
)
UPDATE drafts
   SET submission_key = gen_random_uuid(), submit_for_me = false, refused_at = NULL,
       refusals = '{{}}'
 WHERE intake_id = %(intake_id)s AND child_id = %(child_id)s
"""  # noqa: S608 - a statement of our own in it


def write_first(tx: Transaction, *, new: NewRegistration, actor: Actor) -> None:
    """Write a registration, its first submission, their journal entry, the message to the family
    and the draft's next key, in one statement; what the family asked of the opening is thereby
    done.

    Raises AlreadyRegistered or AlreadySubmitted when another connection was faster.
    """
    values = {
        "intake_id": new.intake_id,
        "child_id": new.child_id,
        "code": new.code,
        "family_code": new.family_code,
        "intake_zone_id": new.intake_zone_id,
        "status": new.status,
        "wishes": list(new.wishes),
        "distances": list(new.distances),
        "facts": Jsonb(dict(new.facts)),
        "hash": new.submission_hash,
        "submitted_at": new.submitted_at,
        "submission_key": new.submission_key,
        "payload": new.payload,
        "salt": new.salt,
        "actor": actor.label,
        "detail": Jsonb({"version": 1, "submission_hash": new.submission_hash}),
    }
    with translated():
        tx.exec_driver_sql(guarded(WRITE_FIRST, event=REGISTERED), values)
