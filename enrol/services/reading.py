"""What anybody may read: the intake, its rules and seats, and the way to one's own result."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from enrol.core.codes import is_code, normalise_secret
from enrol.core.intake import ShownPhase, shown_phase
from enrol.core.names import search_key
from enrol.core.priority import RulesDescription, describe, rules_from_json
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound
from enrol.store import intakes, notices, windows
from enrol.store.db import transaction
from enrol.store.notices import Announcement, OfferedSeats, WardName, ZoneGroup
from enrol.store.windows import Window

__all__ = [
    "FoundResult",
    "Notice",
    "OfferedSeats",
    "WardName",
    "WardSeats",
    "Window",
    "ZoneGroup",
    "ZoneSeats",
    "current_notice",
    "find_result",
    "find_wards",
    "seats_of_ward",
]

_NO_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class Notice:
    """The current intake as the public sees it."""

    window: Window
    shown: ShownPhase
    rules: RulesDescription
    announcement: Announcement
    published: Mapping[str, datetime]
    registered: int | None
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ZoneSeats:
    """One zone: the groups it is made of and the schools with their seats."""

    code: str
    name: str
    name_en: str
    groups: tuple[ZoneGroup, ...]
    schools: tuple[OfferedSeats, ...]

    @property
    def seats(self) -> int:
        """All seats of the zone."""
        return sum(school.seats for school in self.schools)


@dataclass(frozen=True, slots=True)
class WardSeats:
    """A ward with the zones that its families belong to."""

    ward: WardName
    zones: tuple[ZoneSeats, ...]


@dataclass(frozen=True, slots=True)
class FoundResult:
    """Where the result page of a registration lies."""

    intake: str
    token: str


def current_notice() -> Notice | None:
    """Return the newest official intake that was announced, or None."""
    with transaction() as tx:
        window = windows.current_window(tx)
        if window is None:
            return None
        announcement = notices.announcement_of(tx, intake_id=window.intake_id)
        published = notices.publications_of(tx, intake_id=window.intake_id)
        snapshot = intakes.snapshot_of(tx, name=f"intake/{window.intake_id}")
    if announcement is None:
        return None
    return Notice(
        window=window,
        shown=shown_phase(
            phase=window.phase,
            opens_at=window.opens_at,
            closes_at=window.closes_at,
            at=window.at,
        ),
        rules=describe(rules_from_json(announcement.rules)),
        announcement=announcement,
        published=published,
        registered=_registered(snapshot),
        counted_at=snapshot.taken_at if snapshot else None,
    )


def find_wards(*, text: str) -> list[WardName]:
    """Return the wards whose name of today or of before contains the text, accents or not; all for
    an empty text.
    """
    with transaction() as tx:
        wards = notices.ward_names(tx)
    wanted = search_key(text)
    if not wanted:
        return wards
    return [
        ward
        for ward in wards
        if any(wanted in search_key(name) for name in (ward.name, ward.name_en, *ward.old_names))
    ]


def seats_of_ward(*, unit_code: str, intake_id: int) -> WardSeats:
    """Return the zones that families of a ward belong to, with groups, schools and seats.

    Raises NotFound for a code that is no ward of today.
    """
    with transaction() as tx:
        ward = notices.ward_named(tx, code=unit_code)
        if ward is None:
            raise NotFound
        codes = notices.zones_near(tx, unit_code=unit_code)
        offered = notices.offered_seats(tx, intake_id=intake_id, zone_codes=codes)
        groups = notices.zone_groups(tx, zone_codes=codes)
    return WardSeats(ward, tuple(_zone(code, offered, groups) for code in _with_seats(offered)))


def find_result(*, code: str, secret: str, secrets: Secrets) -> FoundResult | None:
    """Return where the result of a registration lies, or None without saying what was wrong.

    ``code`` is normalised (``core.codes``). The work is the same whether or not it exists.
    """
    access = None
    if is_code(code):
        with transaction() as tx:
            access = notices.result_access(tx, code=code)
    pupil_code = access.pupil_code if access else ""
    given = secrets.hash(pupil_code=pupil_code, secret=normalise_secret(secret))
    expected = access.secret_hash if access else _NO_HASH
    if not hmac.compare_digest(expected, given) or access is None:
        return None
    return FoundResult(intake=access.intake, token=secrets.result_token(code=code))


def _registered(snapshot: intakes.Snapshot | None) -> int | None:
    counted = snapshot.body.get("registrations") if snapshot else None
    return counted if isinstance(counted, int) else None


def _with_seats(offered: list[OfferedSeats]) -> list[str]:
    return list(dict.fromkeys(school.zone for school in offered))


def _zone(code: str, offered: list[OfferedSeats], groups: list[ZoneGroup]) -> ZoneSeats:
    schools = tuple(school for school in offered if school.zone == code)
    return ZoneSeats(
        code=code,
        name=schools[0].zone_name,
        name_en=schools[0].zone_name_en,
        groups=tuple(group for group in groups if group.zone == code),
        schools=schools,
    )
