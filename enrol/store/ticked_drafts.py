"""Drafts that families want submitted when the window opens: found, read and written in batches.

Everything here is one statement a batch, whatever the batch's size.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Row,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError

from enrol.core.message_texts import SUBMITTED_FOR_ME
from enrol.store.constraints import StoreRefusal, translated
from enrol.store.db import Transaction
from enrol.store.families import Child
from enrol.store.messages import TOLD_FIRST, TOLD_NOT_SENT, guarded
from enrol.store.places import Group, ZoneSchool
from enrol.store.registrations import SEQUENCE_SPAN, NewRegistration
from enrol.store.tables.children import children, family_secrets, residences
from enrol.store.tables.intakes import intake_zones, intakes, seat_plans
from enrol.store.tables.registrations import drafts, registration_numbers
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups, units, zones

Place = tuple[str, str]
"""A ward's code and a residential group's label."""


@dataclass(frozen=True, slots=True)
class TickedDraft:
    """One draft to submit, with what the register says of its child."""

    child: Child
    places: Mapping[str, tuple[str | None, str | None]]
    answers: Mapping[str, object]
    submission_key: UUID


def due_intakes(tx: Transaction) -> list[int]:
    """Return the intakes that have opened by the database's clock, and are not closed, while
    drafts wait for it.
    """
    now = func.clock_timestamp()
    waits = exists().where(drafts.c.intake_id == intakes.c.id, drafts.c.submit_for_me)
    query = select(intakes.c.id).where(
        intakes.c.phase.in_(("announced", "open")),
        intakes.c.opens_at <= now,
        waits,
    )
    return list(tx.execute(query.order_by(intakes.c.id)).scalars())


def claim(tx: Transaction, *, intake_id: int, after: int, limit: int) -> list[TickedDraft]:
    """Lock and return ticked drafts of children with higher ids than ``after``, in their order.

    Going on where the last batch ended keeps every batch as cheap as the first. Rows that another
    batch, or the family itself at this moment, holds are skipped: whoever holds a draft submits
    it.
    """
    query = (
        select(
            drafts.c.answers,
            drafts.c.submission_key,
            children.c.id.label("child_id"),
            children.c.pupil_code,
            children.c.personal_id,
            children.c.full_name,
            children.c.birth_on,
            children.c.sex,
            children.c.family_code,
            children.c.in_register,
            children.c.latitude,
            children.c.longitude,
            schools.c.code.label("sibling_school"),
            children.c.policies,
            func.coalesce(family_secrets.c.version, 0).label("secret_version"),
        )
        .join(children, children.c.id == drafts.c.child_id)
        .outerjoin(family_secrets, family_secrets.c.child_id == children.c.id)
        .outerjoin(schools, schools.c.id == children.c.sibling_school_id)
        .where(drafts.c.intake_id == intake_id, drafts.c.child_id > after, drafts.c.submit_for_me)
        .order_by(drafts.c.child_id)
        .limit(limit)
        .with_for_update(of=drafts, skip_locked=True)
    )
    rows = tx.execute(query).all()
    places = _places_of(tx, child_ids=[row.child_id for row in rows])
    return [_ticked(row, places.get(row.child_id, {})) for row in rows]


def groups_named(tx: Transaction, *, places: Collection[Place]) -> dict[Place, Group]:
    """Return the groups of these wards and labels that exist."""
    wanted = (
        func.unnest(bindparam("units", type_=ARRAY(Text)), bindparam("labels", type_=ARRAY(Text)))
        .table_valued("unit", "label", name="wanted")
        .render_derived()
    )
    query = (
        select(
            residential_groups.c.id,
            units.c.code,
            units.c.id,
            residential_groups.c.label,
            residential_groups.c.name,
            zones.c.code,
            residential_groups.c.latitude,
            residential_groups.c.longitude,
        )
        .join(units, units.c.id == residential_groups.c.unit_id)
        .join(zones, zones.c.id == residential_groups.c.zone_id)
        .join(
            wanted,
            and_(wanted.c.unit == units.c.code, wanted.c.label == residential_groups.c.label),
        )
        .where(units.c.valid_to.is_(None))
        .order_by(residential_groups.c.id)
    )
    sides = {"units": [unit for unit, _ in places], "labels": [label for _, label in places]}
    return {(row[1], row[3]): Group(*row) for row in tx.execute(query, sides)}


def schools_of_zones(
    tx: Transaction, *, intake_id: int, zone_codes: Collection[str]
) -> dict[str, tuple[int, list[ZoneSchool]]]:
    """Return (id in the intake, schools) of the zones that take part, by zone code."""
    query = (
        select(
            zones.c.code,
            intake_zones.c.id,
            schools.c.id,
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.address,
            schools.c.latitude,
            schools.c.longitude,
            seat_plans.c.seats,
            seat_plans.c.stated_at,
            seat_plans.c.last_year_distance,
        )
        .join(intake_zones, intake_zones.c.zone_id == zones.c.id)
        .join(seat_plans, seat_plans.c.intake_zone_id == intake_zones.c.id)
        .join(schools, schools.c.id == seat_plans.c.school_id)
        .where(intake_zones.c.intake_id == intake_id, zones.c.code.in_(zone_codes))
    )
    found: dict[str, tuple[int, list[ZoneSchool]]] = {}
    lines: list[list[Any]] = [list(row) for row in tx.execute(query)]
    for code, intake_zone_id, *school in lines:
        found.setdefault(code, (intake_zone_id, []))[1].append(ZoneSchool(*school))
    return found


def next_numbers(tx: Transaction, *, count: int) -> list[int]:
    """Return as many six-digit sequence numbers of registration codes."""
    query = select(registration_numbers.next_value()).select_from(
        func.generate_series(1, bindparam("count", count))
    )
    return [number % SEQUENCE_SPAN for number in tx.execute(query).scalars()]


def submit(tx: Transaction, *, sent: Sequence[NewRegistration]) -> int:
    """Write these first registrations of one intake with submissions and journal entries and take
    their ticks off, in one statement; returns how many were written.

    A child that has a live registration keeps it: only its tick goes. The drafts must be claimed.
    Raises StoreRefusal, with nothing written and the transaction still good, when the database
    does not take one of the rows.
    """
    if not sent:
        return 0
    rows = json.dumps([_row(new) for new in sent], ensure_ascii=False)
    values = {"intake_id": sent[0].intake_id, "at": sent[0].submitted_at, "rows": rows}
    statement = text(guarded(_SUBMIT, event=SUBMITTED_FOR_ME).replace("ONCE", ONCE))
    try:
        with translated(), tx.begin_nested():
            return int(tx.execute(statement, values).scalar_one())
    except (DataError, IntegrityError) as error:
        raise StoreRefusal from error


def refuse(tx: Transaction, *, intake_id: int, refusals: Mapping[int, Sequence[str]]) -> None:
    """Take the ticks of these children off, keep why for their pages, and journal it."""
    if not refusals:
        return
    rows = [{"child_id": child, "reasons": list(words)} for child, words in refusals.items()]
    tx.execute(text(guarded(_REFUSE)), {"intake_id": intake_id, "rows": json.dumps(rows)})


ONCE = "ON CONFLICT (intake_id, child_id) WHERE status <> 'withdrawn' DO NOTHING"
"""The last guard: ``uq_registrations_live_child``."""

_SUBMIT = f"""
WITH sent AS MATERIALIZED (
  SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS sent (
    child_id integer, code text, family_code text, intake_zone_id integer, status text,
    wishes integer[], distances integer[], facts jsonb, submission_key uuid, payload text,
    salt bytea, hash text)
), registration AS (
  INSERT INTO registrations (intake_id, child_id, code, family_code, intake_zone_id, status,
    wishes, distances, facts, submission_hash, submitted_at)
  SELECT :intake_id, child_id, code, family_code, intake_zone_id, status,
    wishes, distances, facts, hash, :at
  FROM sent ONCE
  RETURNING id, code, intake_id, child_id
), submission AS (
  INSERT INTO submissions (registration_id, version, submission_key, payload, salt, hash,
    submitted_at)
  SELECT id, 1, submission_key, payload, salt, hash, :at
  FROM registration JOIN sent USING (code)
  RETURNING registration_id, payload
), told AS ({TOLD_FIRST}
), entry AS (
  INSERT INTO journal (actor, action, intake_id, subject, detail)
  SELECT 'family:' || sent.child_id, 'registration.submitted', :intake_id, code,
    jsonb_build_object('version', 1, 'submission_hash', hash, 'at_opening', true)
  FROM registration JOIN sent USING (code)
), done AS (
  UPDATE drafts SET submit_for_me = false, submission_key = gen_random_uuid(),
    refused_at = NULL, refusals = '{{}}'
  FROM sent WHERE drafts.intake_id = :intake_id AND drafts.child_id = sent.child_id
)
SELECT count(*) FROM registration
"""  # noqa: S608 - a statement of our own in it

_REFUSE = f"""
WITH refused AS MATERIALIZED (
  SELECT child_id, ARRAY(SELECT json_array_elements_text(reasons)) AS reasons
  FROM json_to_recordset(CAST(:rows AS json)) AS refused (child_id integer, reasons json)
), entry AS (
  INSERT INTO journal (actor, action, intake_id, subject, detail)
  SELECT 'system', 'registration.not_submitted', :intake_id, child_id::text,
    jsonb_build_object('reasons', to_jsonb(reasons))
  FROM refused
), told AS ({TOLD_NOT_SENT}
)
UPDATE drafts SET submit_for_me = false, refused_at = clock_timestamp(), refusals = reasons
FROM refused WHERE drafts.intake_id = :intake_id AND drafts.child_id = refused.child_id
"""  # noqa: S608 - a statement of our own in it


def _row(new: NewRegistration) -> dict[str, object]:
    return {
        "child_id": new.child_id,
        "code": new.code,
        "family_code": new.family_code,
        "intake_zone_id": new.intake_zone_id,
        "status": new.status,
        "wishes": new.wishes,
        "distances": new.distances,
        "facts": new.facts,
        "submission_key": str(new.submission_key),
        "payload": new.payload,
        "salt": "\\x" + new.salt.hex(),
        "hash": new.submission_hash,
    }


def _ticked(
    row: Row[*tuple[Any, ...]], places: Mapping[str, tuple[str | None, str | None]]
) -> TickedDraft:
    values: dict[str, Any] = row._asdict()
    answers, key = values.pop("answers"), values.pop("submission_key")
    child = Child(**values | {"policies": tuple(values["policies"])})
    return TickedDraft(child, places, answers, key)


def _places_of(
    tx: Transaction, *, child_ids: Sequence[int]
) -> dict[int, dict[str, tuple[str | None, str | None]]]:
    query = (
        select(residences.c.child_id, residences.c.kind, units.c.code, residential_groups.c.label)
        .outerjoin(units, units.c.id == residences.c.unit_id)
        .outerjoin(residential_groups, residential_groups.c.id == residences.c.group_id)
        .where(residences.c.child_id == any_(bindparam("ids", type_=ARRAY(Integer))))
    )
    found: dict[int, dict[str, tuple[str | None, str | None]]] = {}
    for child_id, kind, unit, group in tx.execute(query, {"ids": list(child_ids)}):
        found.setdefault(child_id, {})[kind] = (unit, group)
    return found
