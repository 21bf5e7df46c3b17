"""A family prepares: what the register knows, what it has typed so far, and what it may choose
from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from enrol.core.actors import Family
from enrol.core.answers import read_place
from enrol.services.households import distance_from, home_point, signed_in_child
from enrol.services.refusals import NotFound
from enrol.store import drafts, families, places, registrations, windows
from enrol.store.db import Transaction, transaction
from enrol.store.families import Child, Guardian, Residence
from enrol.store.places import Named
from enrol.store.registrations import Live
from enrol.store.windows import Window

__all__ = [
    "Child",
    "Desk",
    "Guardian",
    "Live",
    "Named",
    "Residence",
    "SchoolOption",
    "Window",
    "ZoneChoice",
    "groups_of",
    "open_desk",
    "save_answers",
    "schools_of_zone",
    "wards",
    "zone_choices",
]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a family's pages show: child, intake, draft and live registration."""

    child: Child
    residences: tuple[Residence, ...]
    guardians: tuple[Guardian, ...]
    window: Window | None
    answers: Mapping[str, object]
    submission_key: UUID | None
    live: Live | None


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone the family may register in, and which of its residences lie there."""

    code: str
    name: str
    name_en: str
    residences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchoolOption:
    """A school of the zone; ``distance`` is straight metres from home, None when home is not
    known.
    """

    code: str
    name: str
    name_en: str
    address: str
    distance: int | None
    seats: int
    stated_at: datetime
    last_year_distance: int | None


def open_desk(*, actor: Family) -> Desk:
    """Return the family's desk; a draft is begun from the register on the first visit.

    Raises SignedOut when a newer secret was issued.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        residences = tuple(families.residences_of(tx, child_id=child.child_id))
        guardians = tuple(families.guardians_of(tx, child_id=child.child_id))
        window = windows.current_window(tx)
        if window is None:
            return Desk(child, residences, guardians, None, {}, None, None)
        live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        draft = drafts.draft_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        return Desk(
            child=child,
            residences=residences,
            guardians=guardians,
            window=window,
            answers=draft.answers if draft else {},
            submission_key=draft.submission_key if draft else None,
            live=live,
        )


def save_answers(*, actor: Family, intake_id: int, answers: Mapping[str, object]) -> None:
    """Keep what was typed; a question answered again replaces its former answer."""
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        if windows.window_of(tx, intake_id=intake_id) is None:
            raise NotFound
        drafts.merge(tx, intake_id=intake_id, child_id=child.child_id, answers=answers)


def wards() -> list[Named]:
    """Return the wards and communes of today, by name."""
    with transaction() as tx:
        return places.wards(tx)


def groups_of(*, unit_code: str) -> list[tuple[str, str | None]]:
    """Return (label, name) of the residential groups of a ward, in natural order."""
    with transaction() as tx:
        return [(group.label, group.name) for group in places.groups_of(tx, unit_code=unit_code)]


def zone_choices(*, actor: Family, intake_id: int) -> list[ZoneChoice]:
    """Return the zones of the family's named residences, the permanent residence's first.

    A residence whose group is not in the list counts for its ward's own zones: the registration is
    then verified by an officer.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        draft = drafts.draft_of(tx, intake_id=intake_id, child_id=child.child_id)
        answers = draft.answers if draft else {}
        found: dict[str, list[str]] = {}
        for kind in ("permanent", "temporary", "current"):
            place = read_place(answers, kind)
            if place is None:
                continue
            for code in _zones_at(tx, unit=place.unit, group=place.group):
                found.setdefault(code, []).append(kind)
        names = {zone.code: zone for zone in places.zone_names(tx, codes=list(found))}
    return [
        ZoneChoice(code, names[code].name, names[code].name_en, tuple(kinds))
        for code, kinds in found.items()
    ]


def schools_of_zone(*, actor: Family, intake_id: int, zone_code: str) -> list[SchoolOption]:
    """Return the zone's schools, nearest to the child's home first (by name where home is not
    known).
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        draft = drafts.draft_of(tx, intake_id=intake_id, child_id=child.child_id)
        home = home_point(tx, child=child, answers=draft.answers if draft else {})
        _, schools = places.zone_schools(tx, intake_id=intake_id, zone_code=zone_code)
    options = [
        SchoolOption(
            code=school.code,
            name=school.name,
            name_en=school.name_en,
            address=school.address,
            distance=distance_from(home=home, school=school),
            seats=school.seats,
            stated_at=school.stated_at,
            last_year_distance=school.last_year_distance,
        )
        for school in schools
    ]
    return sorted(
        options, key=lambda option: (option.distance is None, option.distance or 0, option.name)
    )


def _zones_at(tx: Transaction, *, unit: str, group: str | None) -> list[str]:
    if group is not None:
        named = places.groups_named(tx, places=[(unit, group)]).get((unit, group))
        if named is not None:
            return [named.zone]
    return [zone.code for zone in places.zones_of_unit(tx, unit_code=unit)]
