"""Moving a residential group between zones, with the files that follow it: a statement each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text

from enrol.core.actors import Actor
from enrol.core.intake import Phase
from enrol.store.db import Transaction
from enrol.store.tables.intakes import intake_zones, intakes
from enrol.store.tables.units import residential_groups, units, zones


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """A residential group with its ward, its zone and the unit that answers for the zone."""

    group_id: int
    unit: str
    label: str
    zone: str
    zone_unit_id: int


@dataclass(frozen=True, slots=True)
class ZoneUnit:
    """A zone that takes part in an intake."""

    zone_id: int
    intake_zone_id: int
    code: str
    name: str
    name_en: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """A live registration with a residence in the group; ``homes`` as the family sent them.

    ``point`` is the child's in the register and ``registered`` the (ward, group) it stands for.
    """

    registration_id: int
    code: str
    version: int
    zone: str
    status: str
    wishes: list[int]
    distances: list[int]
    facts: dict[str, Any]
    homes: Mapping[str, Mapping[str, str | None]]
    latitude: float | None
    longitude: float | None
    registered_unit: str | None
    registered_label: str | None


@dataclass(frozen=True, slots=True)
class FileAfter:
    """What a file becomes; ``from_zone_id`` None when it stays in its zone."""

    registration_id: int
    version: int
    intake_zone_id: int
    from_zone_id: int | None
    wishes_before: Sequence[int]
    wishes: Sequence[int]
    distances: Sequence[int]
    facts: Mapping[str, Any]
    status: str
    dropped: Sequence[str]
    must_choose: bool


def group_of(tx: Transaction, *, group_id: int) -> GroupPlace | None:
    """Return a residential group."""
    query = (
        select(
            residential_groups.c.id,
            units.c.code,
            residential_groups.c.label,
            zones.c.code,
            zones.c.unit_id,
        )
        .join(units, units.c.id == residential_groups.c.unit_id)
        .join(zones, zones.c.id == residential_groups.c.zone_id)
        .where(residential_groups.c.id == group_id)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else GroupPlace(*row)


def zones_of(tx: Transaction, *, intake_id: int) -> dict[str, ZoneUnit]:
    """Return the zones of an intake by code."""
    query = (
        select(
            zones.c.id, intake_zones.c.id, zones.c.code, zones.c.name, zones.c.name_en,
            zones.c.unit_id,
        )
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .where(intake_zones.c.intake_id == intake_id)
        .order_by(zones.c.code)
    )  # fmt: skip
    return {row[2]: ZoneUnit(*row) for row in tx.execute(query)}


def open_intakes(tx: Transaction, *, zone: str) -> list[int]:
    """Return the intakes with this zone whose lists are not frozen and may hold files, rising."""
    query = (
        select(intakes.c.id)
        .join(intake_zones, intake_zones.c.intake_id == intakes.c.id)
        .join(zones, zones.c.id == intake_zones.c.zone_id)
        .where(
            zones.c.code == zone,
            intakes.c.retired_at.is_(None),
            intakes.c.phase.in_([Phase.ANNOUNCED, Phase.OPEN]),
        )
        .order_by(intakes.c.id)
    )
    return list(tx.execute(query).scalars())


_FILES = """
SELECT r.id, r.code, r.version, z.code, r.status, r.wishes, r.distances, r.facts,
       s.payload::jsonb->'residences', c.latitude, c.longitude, u.code, g.label
  FROM registrations r
  JOIN intake_zones iz ON iz.id = r.intake_zone_id
  JOIN zones z ON z.id = iz.zone_id
  JOIN submissions s ON s.registration_id = r.id AND s.version = r.version
  JOIN children c ON c.id = r.child_id
  LEFT JOIN residences h ON h.child_id = c.id AND h.kind = 'current'
  LEFT JOIN units u ON u.id = h.unit_id
  LEFT JOIN residential_groups g ON g.id = h.group_id
 WHERE r.intake_zone_id = ANY(%(zones)s) AND r.status <> 'withdrawn'
   AND EXISTS (SELECT FROM jsonb_each(s.payload::jsonb->'residences') AS home (home_kind, place)
                WHERE place->>'unit' = %(unit)s AND place->>'group' = %(label)s)
 ORDER BY r.id
"""


def files_there(
    tx: Transaction, *, zone_ids: Sequence[int], group: GroupPlace, is_locked: bool
) -> list[FileRow]:
    """Return the live files of these intake zones with a residence in the group."""
    values = {"zones": list(zone_ids), "unit": group.unit, "label": group.label}
    query = _FILES + ("FOR UPDATE OF r" if is_locked else "")
    return [FileRow(*row) for row in tx.exec_driver_sql(query, values)]


_DRAFTS = """
UPDATE drafts d
   SET answers = jsonb_set(d.answers, '{zone}', to_jsonb(%(to)s::text)) || jsonb_build_object(
         'wishes', (SELECT coalesce(jsonb_agg(w ORDER BY n), '[]')
                      FROM jsonb_array_elements_text(coalesce(d.answers->'wishes', '[]'))
                           WITH ORDINALITY AS wished (w, n) WHERE w = ANY(%(offered)s)))
 WHERE d.intake_id = %(intake)s AND d.answers->>'zone' = %(from)s
   AND EXISTS (SELECT FROM jsonb_each(d.answers) AS home (home_kind, place)
                WHERE home_kind IN ('permanent', 'temporary', 'current')
                  AND place->>'unit' = %(unit)s AND place->>'group' = %(label)s)
   AND NOT EXISTS (SELECT FROM jsonb_each(d.answers) AS home (home_kind, place)
                     JOIN units u ON u.code = place->>'unit' AND u.valid_to IS NULL
                     JOIN residential_groups g ON g.unit_id = u.id AND g.label = place->>'group'
                     JOIN zones z ON z.id = g.zone_id
                    WHERE home_kind IN ('permanent', 'temporary', 'current')
                      AND z.code = %(from)s AND g.id <> %(group)s)
"""


def move_drafts(
    tx: Transaction, *, intake_id: int, group: GroupPlace, to_zone: str, offered: Sequence[str]
) -> int:
    """Let drafts follow the group: their zone, and the wishes (codes) that the new zone offers."""
    values = {
        "intake": intake_id,
        "from": group.zone,
        "to": to_zone,
        "unit": group.unit,
        "label": group.label,
        "group": group.group_id,
        "offered": list(offered),
    }
    return int(tx.exec_driver_sql(_DRAFTS, values).rowcount)


_MOVE_GROUP = text("UPDATE residential_groups SET zone_id = :zone WHERE id = :group")


def move_group(tx: Transaction, *, group_id: int, zone_id: int) -> None:
    """Let a residential group belong to another zone."""
    tx.execute(_MOVE_GROUP, {"zone": zone_id, "group": group_id})


_SAVE = text("""
WITH after AS (
  SELECT * FROM jsonb_to_recordset(CAST(:files AS jsonb)) AS f (
    registration_id bigint, version smallint, intake_zone_id int, from_zone_id int,
    wishes_before int[], wishes int[], distances int[], facts jsonb, status text,
    dropped text[], must_choose boolean)
), transferred AS (
  INSERT INTO zone_transfers
    (registration_id, from_zone_id, to_zone_id, wishes_before, wishes_after, reason, actor)
  SELECT registration_id, from_zone_id, intake_zone_id, wishes_before, wishes, 'group_moved', :actor
    FROM after WHERE from_zone_id IS NOT NULL ORDER BY registration_id
), undone AS (
  INSERT INTO fact_decisions (registration_id, version, fact, verdict, reason, source, actor)
  SELECT registration_id, version, fact, 'undone', 'new_information', 'officer', :actor
    FROM after, unnest(dropped) AS fact ORDER BY registration_id, fact
)
UPDATE registrations r
   SET intake_zone_id = f.intake_zone_id, wishes = f.wishes, distances = f.distances,
       facts = f.facts, status = f.status
  FROM after f WHERE r.id = f.registration_id
""")
_CLOSE = text("""
UPDATE info_requests SET answered_at = clock_timestamp(), answer = 'decided'
 WHERE registration_id = ANY(CAST(:ids AS bigint[])) AND answered_at IS NULL
""")
_ASK = text("""
INSERT INTO info_requests (registration_id, asked_for, message, due_on, asked_by)
SELECT id, 'correct_answers', :message, :due_on, :actor
  FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id
""")


def save_files(
    tx: Transaction, *, files: Sequence[FileAfter], message: str, due_on: date, actor: Actor
) -> None:
    """Write every changed file, its move (the notice on the family's page), the findings that ended
    with it, and the request to choose anew where no wish is left. The files' rows are locked.
    """
    rows = [
        {
            "registration_id": file.registration_id,
            "version": file.version,
            "intake_zone_id": file.intake_zone_id,
            "from_zone_id": file.from_zone_id,
            "wishes_before": list(file.wishes_before),
            "wishes": list(file.wishes),
            "distances": list(file.distances),
            "facts": dict(file.facts),
            "status": file.status,
            "dropped": list(file.dropped),
            "must_choose": file.must_choose,
        }
        for file in files
    ]
    tx.execute(_SAVE, {"files": json.dumps(rows), "actor": actor.label})
    ids = [file.registration_id for file in files if file.must_choose]
    if ids:
        tx.execute(_CLOSE, {"ids": ids})
        values = {"ids": ids, "message": message, "due_on": due_on, "actor": actor.label}
        tx.execute(_ASK, values)
