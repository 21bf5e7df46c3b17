"""The intake as families meet it: its window, limits and the database's clock in one read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from enrol.core.intake import Phase, is_open, takes_prepared
from enrol.store.db import Statements, Transaction
from enrol.store.tables.intakes import intakes, rule_sets


@dataclass(frozen=True, slots=True)
class Window:
    """One intake at one instant of the database's clock (``at``)."""

    intake_id: int
    code: str
    kind: str
    name: str
    name_en: str
    school_year: str
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    birth_from: date
    birth_to: date
    max_wishes: int
    rule_set: str
    public_value_name: str
    public_value_name_en: str
    public_value_on: date
    follows_id: int | None
    at: datetime

    @property
    def is_open(self) -> bool:
        """Whether a registration may be written at ``at``."""
        return is_open(
            phase=self.phase, opens_at=self.opens_at, closes_at=self.closes_at, at=self.at
        )

    @property
    def takes_prepared(self) -> bool:
        """Whether a draft ticked before the opening may be written at ``at``."""
        return takes_prepared(phase=self.phase, opens_at=self.opens_at, at=self.at)

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is a rehearsal, which must never look real."""
        return self.kind == "rehearsal"


def _windows() -> Select[*tuple[Any, ...]]:
    return select(
        intakes.c.id,
        intakes.c.code,
        intakes.c.kind,
        intakes.c.name,
        intakes.c.name_en,
        intakes.c.school_year,
        intakes.c.phase,
        intakes.c.opens_at,
        intakes.c.closes_at,
        intakes.c.birth_from,
        intakes.c.birth_to,
        intakes.c.max_wishes,
        rule_sets.c.name,
        intakes.c.public_value_name,
        intakes.c.public_value_name_en,
        intakes.c.public_value_on,
        intakes.c.follows_id,
        func.clock_timestamp(),
    ).join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)


def window_of(tx: Transaction, *, intake_id: int) -> Window | None:
    """Return the intake with the clock of this statement (take the intake's lock before)."""
    row = tx.execute(_windows().where(intakes.c.id == intake_id)).one_or_none()
    return None if row is None else window_from(row)


def current_window(tx: Transaction) -> Window | None:
    """Return the newest official intake that has been announced, or None."""
    query = (
        _windows()
        .where(intakes.c.kind == "official", intakes.c.phase != "draft")
        .order_by(intakes.c.opens_at.desc(), intakes.c.id.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else window_from(row)


def window_for(tx: Transaction, *, child_id: int) -> Window | None:
    """Return the current intake of a child: the newest official one that has been announced, but
    not a second round when the child holds a seat of the first.
    """
    found = tx.exec_driver_sql(_CURRENT_OF, {"child_id": child_id}).one_or_none()
    return None if found is None else window_of(tx, intake_id=found[0])


# CASE, so that PostgreSQL looks only in a second round, by the key of the child's registration, and
# makes no join of all registrations with all seats out of it.
_SEATED_BEFORE = """CASE WHEN {intake}.follows_id IS NULL THEN false ELSE EXISTS (
     SELECT FROM registrations f JOIN held_seats s ON s.registration_id = f.id
      WHERE f.intake_id = {intake}.follows_id AND f.child_id = {child} AND f.status <> 'withdrawn'
        AND s.school_id IS NOT NULL) END"""
_OF_CHILD = f"""
SELECT n.id, concat(n.xmin, n.ctid) AS version FROM intakes n
 WHERE n.kind = 'official' AND n.phase <> 'draft'
   AND NOT {_SEATED_BEFORE.replace("{intake}", "n")}
 ORDER BY n.opens_at DESC, n.id DESC LIMIT 1"""  # noqa: S608 - names of columns, no values

SEATED_BEFORE = _SEATED_BEFORE.format(intake="i", child="c.id")
"""Whether the child ``c`` holds a seat of the round that the intake ``i`` follows."""

OF_CHILD = _OF_CHILD.format(child="c.id")
"""The current intake of the child ``c`` and the version of its row, for a page's one statement:
PostgreSQL gives a row that was changed another ``xmin``, and so no process shows an intake as it
was before. A second round is not for who holds a seat of the first: that family stays with it.
"""

_CURRENT_OF = _OF_CHILD.format(child="%(child_id)s")

COLUMNS = """
       i.id, i.code, i.kind, i.name, i.name_en, i.school_year, i.phase, i.opens_at, i.closes_at,
       i.birth_from, i.birth_to, i.max_wishes, rules.name, i.public_value_name,
       i.public_value_name_en, i.public_value_on, i.follows_id, clock_timestamp()"""
COLUMN_COUNT = 18
"""A window's columns, of ``intakes i`` and ``rule_sets rules``."""

_VERSIONED = f"""
SELECT {COLUMNS}, concat(i.xmin, i.ctid)
  FROM intakes i JOIN rule_sets rules ON rules.id = i.rule_set_id WHERE i.id = %(intake_id)s
""".encode()  # noqa: S608 - names of columns, no values
_MOST_KNOWN = 16
_known: dict[tuple[int, str], Window] = {}


def known_window(db: Statements, *, intake_id: int, version: str, at: datetime) -> Window:
    """Return the intake in this version at this instant; read once a process and version."""
    found = _known.get((intake_id, version))
    if found is not None:
        return replace(found, at=at)
    row = db.one(_VERSIONED, {"intake_id": intake_id})
    assert row is not None  # noqa: S101 - intakes are never deleted
    window = window_from(row[:-1])
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[intake_id, row[-1]] = window
    return window


def window_from(row: Sequence[Any]) -> Window:
    """Return the window of the columns ``COLUMNS`` names."""
    values: list[Any] = list(row)
    values[6] = Phase(values[6])
    return Window(*values)
