"""The receipt of a family's live registration, in one read."""

from dataclasses import dataclass

from enrol.store import desks, windows
from enrol.store.db import Statements
from enrol.store.families import Child
from enrol.store.registrations import ReceiptLines, WishLine
from enrol.store.windows import Window


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """The child, the current intake, and the lines; the last two may be missing."""

    child: Child
    window: Window | None
    lines: ReceiptLines | None


_RECEIPT = f"""
SELECT {desks.CHILD}, w.id, w.version, clock_timestamp(),
       l.distances,
       (SELECT json_agg(json_build_array(h.code, h.name, h.name_en) ORDER BY wish.rank)
          FROM unnest(l.wishes) WITH ORDINALITY AS wish (school_id, rank)
          JOIN schools h ON h.id = wish.school_id),
       l.code, l.status, m.version, l.version, m.submitted_at, m.hash, z.code, z.name, z.name_en
  FROM children c
  JOIN family_secrets s ON s.child_id = c.id
  LEFT JOIN LATERAL ({windows.OF_CHILD}) w ON true
  LEFT JOIN registrations l
    ON l.intake_id = w.id AND l.child_id = c.id AND l.status <> 'withdrawn'
  LEFT JOIN submissions m ON m.registration_id = l.id AND m.version = l.version
  LEFT JOIN intake_zones o ON o.id = l.intake_zone_id
  LEFT JOIN zones z ON z.id = o.zone_id
 WHERE c.id = %(child_id)s AND s.version = %(secret_version)s
""".encode()  # noqa: S608 - names of columns, no values


def latest_receipt(db: Statements, *, child_id: int, secret_version: int) -> ReceiptRow | None:
    """Return the latest receipt; None when there is no such child or a newer secret was issued."""
    row = db.one(_RECEIPT, {"child_id": child_id, "secret_version": secret_version})
    if row is None:
        return None
    intake_id, version, at, distances, schools, *lines = row[desks.CHILD_COLUMNS :]
    window, kept = None, None
    if intake_id is not None:
        window = windows.known_window(db, intake_id=intake_id, version=version, at=at)
    if distances is not None:
        kept = ReceiptLines(*[*lines, wish_lines(schools, distances)])
    return ReceiptRow(
        child=desks.child_from(row[: desks.CHILD_COLUMNS]),
        window=window,
        lines=kept,
    )


def wish_lines(schools: list[list[str]], distances: list[int]) -> tuple[WishLine, ...]:
    """Return the wishes of a receipt: (code, name, name_en) and metres, -1 when unknown."""
    return tuple(
        WishLine(rank, code, name, name_en, metres if metres >= 0 else None)
        for rank, ((code, name, name_en), metres) in enumerate(
            zip(schools, distances, strict=True), start=1
        )
    )
