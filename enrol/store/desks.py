"""A family's desk in one read: child, register, draft, live registration and the intake of now."""

from dataclasses import dataclass

from enrol.store import drafts, windows
from enrol.store.db import Statements
from enrol.store.drafts import Draft
from enrol.store.families import Child, Guardian, Residence
from enrol.store.registrations import Live
from enrol.store.windows import Window


@dataclass(frozen=True, slots=True)
class DeskRow:
    """What the database holds for one family; no window means that no intake was announced."""

    child: Child
    residences: tuple[Residence, ...]
    guardians: tuple[Guardian, ...]
    window: Window | None
    live: Live | None
    draft: Draft | None


CHILD = """
       c.id, c.pupil_code, c.personal_id, c.full_name, c.birth_on, c.sex, c.family_code,
       c.in_register, c.latitude, c.longitude,
       (SELECT code FROM schools WHERE id = c.sibling_school_id), c.policies, s.version"""
CHILD_COLUMNS = 13

RESIDENCES = """
       (SELECT json_agg(json_build_array(r.kind, u.code, u.name, g.label, coalesce(r.address, ''),
                                         r.source) ORDER BY r.kind)
          FROM residences r
          LEFT JOIN units u ON u.id = r.unit_id
          LEFT JOIN residential_groups g ON g.id = r.group_id
         WHERE r.child_id = c.id)"""

_DESK = f"""
SELECT {CHILD}, {RESIDENCES},
       (SELECT json_agg(json_build_array(full_name, relation, phone, email) ORDER BY position)
          FROM guardians WHERE child_id = c.id),
       w.id, w.version, clock_timestamp(),
       l.id, l.code, l.status, l.version, l.submitted_at,
       {drafts.COLUMNS}
  FROM children c
  JOIN family_secrets s ON s.child_id = c.id
  LEFT JOIN LATERAL ({windows.OF_CHILD}) w ON true
  LEFT JOIN registrations l
    ON l.intake_id = w.id AND l.child_id = c.id AND l.status <> 'withdrawn'
  LEFT JOIN drafts d ON d.intake_id = w.id AND d.child_id = c.id
 WHERE c.id = %(child_id)s AND s.version = %(secret_version)s
""".encode()  # noqa: S608 - names of columns, no values


def desk_of(db: Statements, *, child_id: int, secret_version: int) -> DeskRow | None:
    """Return the desk; None when there is no such child or a newer secret was issued."""
    row = db.one(_DESK, {"child_id": child_id, "secret_version": secret_version})
    if row is None:
        return None
    residences, guardians, *rest = row[CHILD_COLUMNS:]
    intake_id, version, at, live_id, code, status, live_version, submitted_at, *draft = rest
    window = None
    if intake_id is not None:
        window = windows.known_window(db, intake_id=intake_id, version=version, at=at)
    live = None if live_id is None else Live(live_id, code, status, live_version, submitted_at)
    return DeskRow(
        child=child_from(row[:CHILD_COLUMNS]),
        residences=residences_from(residences),
        guardians=tuple(Guardian(*item) for item in guardians or ()),
        window=window,
        live=live,
        draft=None if draft[0] is None else drafts.draft_from(draft),
    )


def child_from(columns: tuple[object, ...]) -> Child:
    """Return the child of the columns ``CHILD`` names."""
    known = dict(zip(_CHILD_FIELDS, columns, strict=True))
    policies = known["policies"]
    assert isinstance(policies, list)  # noqa: S101
    return Child(**{**known, "policies": tuple(policies)})  # type: ignore[arg-type]


def residences_from(found: list[list[str]] | None) -> tuple[Residence, ...]:
    """Return the residences of the column ``RESIDENCES``."""
    return tuple(Residence(*item) for item in found or ())


_CHILD_FIELDS = tuple(Child.__dataclass_fields__)
