"""Which files follow a residential group to another zone, and what each becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enrol.core.answers import Place
from enrol.core.rezoning import INELIGIBLE, FileThere, Moved, after_move
from enrol.services.distances import metres_between
from enrol.services.refusals import Refusal
from enrol.store import intakes, places, rezonings, transfers
from enrol.store.db import Transaction
from enrol.store.places import Group, ZoneSchool
from enrol.store.rezonings import FileAfter, FileRow, GroupPlace, ZoneUnit


class NoSuchZone(Refusal):
    """The zone takes no part, offers no school, or is the group's own."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of an intake as it is, what is decided about it, and what is written."""

    intake_id: int
    row: FileRow
    moved: Moved
    after: FileAfter


def file_changes(
    tx: Transaction, *, group: GroupPlace, to_zone: ZoneUnit, is_locked: bool
) -> list[FileChange]:
    """Return every file that changes, in each intake whose list is not frozen. Raises NoSuchZone.

    A few statements an intake, however many files there are.
    """
    found: list[FileChange] = []
    for intake_id in rezonings.open_intakes(tx, zone=group.zone):
        known = rezonings.zones_of(tx, intake_id=intake_id)
        _id, schools = places.zone_schools(tx, intake_id=intake_id, zone_code=to_zone.code)
        if to_zone.code not in known or not schools:
            raise NoSuchZone
        pair = {zone: known[zone].intake_zone_id for zone in (group.zone, to_zone.code)}
        intake = intakes.intake_of(tx, intake_id=intake_id)
        most = len(schools) if intake is None else intake.max_wishes
        rows = rezonings.files_there(
            tx, zone_ids=list(pair.values()), group=group, is_locked=is_locked
        )
        named = {(home.unit, home.group) for row in rows for home in _homes(row).values()}
        groups = transfers.groups_named(tx, named=[(u, label) for u, label in named if label])
        for row in rows:
            moved = after_move(
                _there(row, group=group, to_zone=to_zone.code, groups=groups),
                from_zone=group.zone,
                to_zone=to_zone.code,
                offered={school.school_id for school in schools},
            )
            if moved is not None:
                after = _after(row, moved, pair=pair, schools=schools, groups=groups, most=most)
                found.append(FileChange(intake_id, row, moved, after))
    return found


def _homes(row: FileRow) -> dict[str, Place]:
    return {kind: Place(**home) for kind, home in row.homes.items()}  # type: ignore[arg-type]


def _there(
    row: FileRow, *, group: GroupPlace, to_zone: str, groups: Mapping[tuple[str, str], Group]
) -> FileThere:
    zone_of = {place: one.zone for place, one in groups.items()}
    zone_of[group.unit, group.label] = to_zone
    lie_in = {
        kind: zone_of.get((home.unit, home.group or "")) for kind, home in _homes(row).items()
    }
    return FileThere(
        zone=row.zone,
        status=row.status,
        wishes=row.wishes,
        distances=row.distances,
        facts=row.facts,
        homes={kind: zone for kind, zone in lie_in.items() if zone is not None},
    )


def _after(
    row: FileRow,
    moved: Moved,
    *,
    pair: Mapping[str, int],
    schools: Sequence[ZoneSchool],
    groups: Mapping[tuple[str, str], Group],
    most: int,
) -> FileAfter:
    wishes, distances = list(moved.wishes), list(moved.distances)
    if moved.is_without_wish:
        nearest = _nearest(row, schools=schools, groups=groups)[:most]
        wishes = [school_id for school_id, _ in nearest]
        distances = [away for _, away in nearest]
    return FileAfter(
        registration_id=row.registration_id,
        version=row.version,
        intake_zone_id=pair[moved.zone],
        from_zone_id=pair[row.zone] if moved.zone != row.zone else None,
        wishes_before=row.wishes,
        wishes=wishes,
        distances=distances,
        facts=moved.facts,
        status=moved.status,
        dropped=moved.dropped,
        must_choose=moved.is_without_wish and moved.status != INELIGIBLE,
    )


def _nearest(
    row: FileRow, *, schools: Sequence[ZoneSchool], groups: Mapping[tuple[str, str], Group]
) -> list[tuple[int, int]]:
    """Return (school, metres) from the child's home, the nearest first; -1 when unknown."""
    point = _home(row, groups=groups)
    if point is None:
        ordered = sorted(schools, key=lambda school: school.code)
        return [(school.school_id, -1) for school in ordered]
    measured = [
        (
            metres_between(
                latitude=point[0],
                longitude=point[1],
                other_latitude=school.latitude,
                other_longitude=school.longitude,
            ),
            school.code,
            school.school_id,
        )
        for school in schools
    ]
    return [(school_id, away) for away, _code, school_id in sorted(measured)]


def _home(row: FileRow, *, groups: Mapping[tuple[str, str], Group]) -> tuple[float, float] | None:
    """Return where the child lives, as ``composing.home_of`` does."""
    current = _homes(row).get("current")
    registered = (row.registered_unit, row.registered_label)
    has_moved = current is not None and (current.unit, current.group) != registered
    if not has_moved and row.latitude is not None and row.longitude is not None:
        return (row.latitude, row.longitude)
    group = groups.get((current.unit, current.group or "")) if current is not None else None
    if group is None or group.latitude is None or group.longitude is None:
        return None
    return (group.latitude, group.longitude)
