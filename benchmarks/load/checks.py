"""What must hold after a morning (DESIGN section 7), asked of the database and of the bundle."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from enrol.cli.demo.checks import check_bundle
from enrol.services import auditing
from enrol.store.db import transaction
from enrol.training.office import INTAKE_CODE

_DRAINED_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Kept:
    """Receipts against registrations: numbers that have to be nought."""

    lost: int
    doubled: int
    unasked: int
    examples: tuple[str, ...] = ()
    """Of what is lost or unasked: the family's code, its receipts, what the database says of both.
    The families are made up, so they may be named.
    """


def compare(receipts: dict[str, list[str]], *, uncertain: set[str]) -> Kept:
    """Compare the codes on families' receipts (by pupil code) with the live registrations.

    ``uncertain`` families sent and never saw an answer: theirs may be there, once.
    """
    with transaction() as tx:
        rows = tx.execute(
            text(
                "SELECT c.pupil_code, r.code FROM registrations r JOIN children c"
                " ON c.id = r.child_id WHERE r.status <> 'withdrawn'"
            )
        ).all()
    there: dict[str, list[str]] = {}
    for pupil_code, code in rows:
        there.setdefault(pupil_code, []).append(code)
    codes = Counter(code for found in there.values() for code in found)
    acknowledged = {pupil: set(found) for pupil, found in receipts.items() if found}
    lost = sum(len(found - set(there.get(pupil, ()))) for pupil, found in acknowledged.items())
    doubled = sum(len(found) - 1 for found in there.values())
    doubled += sum(number - 1 for number in codes.values())
    doubled += sum(len(found) - 1 for found in acknowledged.values())
    unasked = set(there) - set(acknowledged) - uncertain
    missing = {pupil for pupil, found in acknowledged.items() if found - set(there.get(pupil, ()))}
    examples = [
        f"{pupil}: {sorted(acknowledged.get(pupil, ()))}, {_told(pupil, acknowledged)}"
        for pupil in sorted(missing | unasked)[:5]
    ]
    return Kept(lost=lost, doubled=doubled, unasked=len(unasked), examples=tuple(examples))


def _told(pupil_code: str, acknowledged: dict[str, set[str]]) -> list[tuple[str, ...]]:
    with transaction() as tx:
        rows = tx.execute(
            text(
                "SELECT c.pupil_code, r.code, r.status, r.version, r.submitted_at, r.withdrawn_at"
                " FROM registrations r JOIN children c ON c.id = r.child_id"
                " WHERE r.code = ANY(:codes) OR c.pupil_code = :pupil_code"
            ),
            {"codes": sorted(acknowledged.get(pupil_code, ())), "pupil_code": pupil_code},
        )
        return [tuple(map(str, row)) for row in rows]


def invariants(*, kept: Kept, address: str, into: Path) -> dict[str, bool]:
    """Return each invariant by name and whether it holds; the published bundle is fetched from
    ``address`` and verified in ``into``, as a stranger would.
    """
    held = {
        "each receipt is in the database exactly once": kept.lost == 0 and kept.unasked == 0,
        "no child is registered twice": kept.doubled == 0 and not _number(_TWICE),
        "no school holds more children than seats": not _number(_OVERFULL),
        "the outbox is drained": _drained(),
        "the journal verifies": auditing.verify_journal().fault is None,
        "each registration has its journal entry": not _number(_UNTOLD),
    }
    check, _report = check_bundle(address=address, intake_code=INTAKE_CODE, into=into)
    return held | {"computed again, every placement is the same": check.held}


_TWICE = """
SELECT count(*) FROM (SELECT 1 FROM registrations WHERE status <> 'withdrawn'
                       GROUP BY intake_id, child_id HAVING count(*) > 1) twice"""
_OVERFULL = """
SELECT count(*) FROM (
  SELECT p.school_id FROM placements p
    JOIN runs r ON r.id = p.run_id AND r.kind = 'official'
    JOIN seat_plans s ON s.school_id = p.school_id AND s.intake_id = r.intake_id
   GROUP BY p.school_id, s.seats HAVING count(*) > s.seats) overfull"""
_UNTOLD = """
SELECT count(*) FROM registrations r WHERE NOT EXISTS (
  SELECT 1 FROM journal j WHERE j.subject = r.code AND j.action = 'registration.submitted')"""
_UNDONE = "SELECT count(*) FROM outbox WHERE done_at IS NULL"


def _number(query: str) -> int:
    with transaction() as tx:
        return int(tx.execute(text(query)).scalar_one())


def _drained() -> bool:
    deadline = time.monotonic() + _DRAINED_WITHIN_SECONDS
    while _number(_UNDONE):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True
