"""The city states on which days offices rest: due dates are counted by them at once."""

from collections.abc import Sequence
from datetime import date, timedelta

from enrol.core.actors import CITY_OFFICER, Actor
from enrol.core.names import clean_text
from enrol.services import authority
from enrol.services.refusals import NotFound
from enrol.store import clock, holidays, journal
from enrol.store.db import transaction
from enrol.store.holidays import Holiday

__all__ = ["Holiday", "remove_holiday", "state_holiday", "stated_holidays"]

LONGEST_NAME = 120
_SHOWN = timedelta(days=120)


def stated_holidays(*, actor: Actor) -> Sequence[Holiday]:
    """Return the stated days of the last months and those to come, for the city. NotFound else."""
    _refuse_others(actor)
    with transaction() as tx:
        since = clock.database_now(tx).date() - _SHOWN
        return holidays.holidays_from(tx, since=since)


def state_holiday(*, actor: Actor, on: date, name: str, is_working: bool) -> None:
    """State a day on which offices rest, or a weekend day on which they work. Raises NotFound."""
    _refuse_others(actor)
    said = clean_text(name)[:LONGEST_NAME]
    with transaction() as tx:
        holidays.state(tx, on=on, name=said, is_working=is_working)
        journal.record(
            tx,
            actor=actor,
            action="holiday.stated",
            detail={"on": on.isoformat(), "name": said, "is_working": is_working},
        )


def remove_holiday(*, actor: Actor, on: date) -> None:
    """Take a stated day back; once more is the same as once. Raises NotFound."""
    _refuse_others(actor)
    with transaction() as tx:
        if holidays.remove(tx, on=on):
            journal.record(tx, actor=actor, action="holiday.removed", detail={"on": on.isoformat()})


def _refuse_others(actor: Actor) -> None:
    if not authority.officer(actor).has_role(CITY_OFFICER):
        raise NotFound
