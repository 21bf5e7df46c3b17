"""A family prepares: what the register knows, what it has typed so far, and what it may choose
from.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from enrol.core.actors import Family
from enrol.core.answers import read_place
from enrol.services.composing import Sender, distance_from, home_of
from enrol.services.households import signed_in_child
from enrol.services.refusals import NotFound, SignedOut
from enrol.store import desks, drafts, places
from enrol.store.db import statements, transaction
from enrol.store.families import Child, Guardian, Residence
from enrol.store.places import Named, WardPlaces, ZoneSchool
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
    "WardPlaces",
    "Window",
    "ZoneChoice",
    "ZoneSchool",
    "open_desk",
    "save_answers",
    "school_options",
    "ward_places",
    "wards",
    "zone_choices",
    "zone_schools",
]

WardOf = Callable[[str], WardPlaces]
"""Finds what lies in a ward by its code; pages may remember the answers for a while."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a family's pages show: child, intake, draft and live registration; whether it is
    to be submitted at the opening, and why that could not be done (``services/opening``).
    """

    child: Child
    residences: tuple[Residence, ...]
    guardians: tuple[Guardian, ...]
    window: Window | None
    answers: Mapping[str, object]
    submission_key: UUID | None
    live: Live | None
    submit_for_me: bool = False
    refused_at: datetime | None = None
    refusals: tuple[str, ...] = ()


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
    """Return the family's desk, as one statement reads it.

    Raises SignedOut when a newer secret was issued.
    """
    with statements() as db:
        row = desks.desk_of(db, child_id=actor.child_id, secret_version=actor.secret_version)
    if row is None:
        raise SignedOut
    draft = row.draft
    return Desk(
        child=row.child,
        residences=row.residences,
        guardians=row.guardians,
        window=row.window,
        answers=draft.answers if draft else {},
        submission_key=draft.submission_key if draft else None,
        live=row.live,
        submit_for_me=draft.submit_for_me if draft else False,
        refused_at=draft.refused_at if draft else None,
        refusals=draft.refusals if draft else (),
    )


def save_answers(*, actor: Family, intake_id: int, answers: Mapping[str, object]) -> None:
    """Keep what was typed; a question answered again replaces its former answer.

    Raises SignedOut, NotFound.
    """
    with statements() as db:
        is_kept = drafts.keep(
            db,
            intake_id=intake_id,
            child_id=actor.child_id,
            secret_version=actor.secret_version,
            answers=answers,
        )
    if not is_kept:
        with transaction() as tx:
            signed_in_child(tx, actor)
        raise NotFound


def wards() -> list[Named]:
    """Return the wards and communes of today, by name."""
    with transaction() as tx:
        return places.wards(tx)


def ward_places(*, unit_code: str) -> WardPlaces:
    """Return the residential groups and the zones of a ward; both empty for an unknown code."""
    with statements() as db:
        return places.ward_places(db, unit_code=unit_code)


def zone_schools(*, intake_id: int, zone_code: str) -> tuple[ZoneSchool, ...]:
    """Return the schools that offer seats in a zone, by name."""
    with transaction() as tx:
        return tuple(places.zone_schools(tx, intake_id=intake_id, zone_code=zone_code)[1])


def zone_choices(*, answers: Mapping[str, object], ward_of: WardOf) -> list[ZoneChoice]:
    """Return the zones of the family's named residences, the permanent residence's first.

    A residence whose group is not in the list counts for its ward's own zones: the registration is
    then verified by an officer.
    """
    found: dict[Named, list[str]] = {}
    for kind in ("permanent", "temporary", "current"):
        place = read_place(answers, kind)
        if place is None:
            continue
        ward = ward_of(place.unit)
        group = ward.group(place.group)
        there = ward.zones if group is None else (ward.zones_of_groups[group.zone],)
        for zone in there:
            found.setdefault(zone, []).append(kind)
    return [
        ZoneChoice(zone.code, zone.name, zone.name_en, tuple(kinds))
        for zone, kinds in found.items()
    ]


def school_options(
    *,
    desk: Desk,
    answers: Mapping[str, object],
    schools: Iterable[ZoneSchool],
    ward_of: WardOf,
) -> list[SchoolOption]:
    """Return schools as this family chooses among them, nearest to the child's home first (by name
    where home is not known).
    """
    home = _home(desk, answers, ward_of)
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


def _home(desk: Desk, answers: Mapping[str, object], ward_of: WardOf) -> tuple[float, float] | None:
    current = read_place(answers, "current")
    sender = Sender(desk.child, {item.kind: (item.unit, item.group) for item in desk.residences})
    group = ward_of(current.unit).group(current.group) if current is not None else None
    groups = {} if group is None else {(group.unit, group.label): group}
    return home_of(sender=sender, current=current, groups=groups)
