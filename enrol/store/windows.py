"""The intake as families meet it: its window, limits and the database's clock in one read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from enrol.core.intake import Phase, is_open
from enrol.store.db import Transaction
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
    at: datetime

    @property
    def is_open(self) -> bool:
        """Whether a registration may be written at ``at``."""
        return is_open(
            phase=self.phase, opens_at=self.opens_at, closes_at=self.closes_at, at=self.at
        )

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
        func.clock_timestamp(),
    ).join(rule_sets, rule_sets.c.id == intakes.c.rule_set_id)


def window_of(tx: Transaction, *, intake_id: int) -> Window | None:
    """Return the intake with the clock of this statement (take the intake's lock before)."""
    row = tx.execute(_windows().where(intakes.c.id == intake_id)).one_or_none()
    return None if row is None else _window(row)


def current_window(tx: Transaction) -> Window | None:
    """Return the newest official intake that has been announced, or None."""
    query = (
        _windows()
        .where(intakes.c.kind == "official", intakes.c.phase != "draft")
        .order_by(intakes.c.opens_at.desc(), intakes.c.id.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else _window(row)


def _window(row: Row[*tuple[Any, ...]]) -> Window:
    values: list[Any] = list(row)
    values[6] = Phase(values[6])
    return Window(*values)
