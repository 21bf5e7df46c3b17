"""The city enters a ward of its own: a new one, from a day on, judged as a line of ``units``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enrol.core.actors import CITY_OFFICER, Actor
from enrol.core.names import clean_text
from enrol.core.reach import Reach
from enrol.services import authority
from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.units import WARD, read_unit
from enrol.services.refusals import NotFound, Refusal
from enrol.store import journal, locks, stated_units
from enrol.store.db import Transaction, transaction
from enrol.store.loading.codes import stored_codes
from enrol.store.stated_units import StatedWard

__all__ = ["NewWard", "StatedWard", "WardRefused", "state_ward", "stated_wards"]


class WardRefused(Refusal):
    """What was given does not make a ward; ``columns`` name what is wrong."""

    def __init__(self, columns: frozenset[str]) -> None:
        super().__init__()
        self.columns = columns


@dataclass(frozen=True, slots=True)
class NewWard:
    """A ward or commune as an officer types it; ``valid_from`` is its first day."""

    code: str
    name: str
    name_en: str
    valid_from: date
    old_names: Sequence[str] = ()


def stated_wards(*, actor: Actor) -> Sequence[StatedWard]:
    """Return every ward of the city, those that ended and those to come too. Raises NotFound."""
    with transaction() as tx:
        reach = _city_reach(tx, actor)
        return stated_units.wards_below(tx, unit_ids=reach.unit_ids)


def state_ward(*, actor: Actor, ward: NewWard) -> None:
    """Add a ward to the officer's city. A code names one ward for ever, so that old lists stay
    readable: one that ended does not give its code away.

    Raises NotFound for who is no officer of a city, WardRefused, StoreBusy.
    """
    given = {
        "code": ward.code,
        "kind": WARD,
        "name": ward.name,
        "name_en": ward.name_en,
        "valid_from": ward.valid_from.isoformat(),
        "old_names": "|".join(ward.old_names),
    }
    cells = Cells(line=1, values={column: clean_text(text) for column, text in given.items()})
    with transaction() as tx:
        reach = _city_reach(tx, actor)
        locks.lock_register(tx)
        stored = stored_codes(tx)
        row = read_unit(cells, Codes(stored))
        if any(unit.code == row.code for unit in stored.units):
            cells.refuse("code", "stands already")
        city_id = stated_units.city_among(tx, unit_ids=reach.unit_ids)
        if city_id is None:
            raise NotFound
        if cells.reasons:
            raise WardRefused(frozenset(reason.partition(":")[0] for reason in cells.reasons))
        stated_units.add_ward(
            tx,
            city_id=city_id,
            ward=StatedWard(row.code, row.name, row.name_en, row.valid_from, None, row.old_names),
        )
        journal.record(
            tx,
            actor=actor,
            action="ward.stated",
            subject=row.code,
            detail={"name": row.name, "valid_from": row.valid_from.isoformat()},
        )


def _city_reach(tx: Transaction, actor: Actor) -> Reach:
    reach = authority.reach_of(tx, actor=actor)
    if not authority.officer(actor).has_role(CITY_OFFICER):
        raise NotFound
    return reach
