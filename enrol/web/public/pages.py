"""What the public templates show, made of plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from enrol.core.intake import ShownPhase
from enrol.core.priority import POLICY_PREFIX, RulesDescription
from enrol.services.locating import PublicGroup
from enrol.services.reading import Notice, WardSeats, ZoneGroup, ZoneSeats
from enrol.web.locale import format_date, format_moment, named
from enrol.web.locale import gettext as _
from enrol.web.policies import policy_name

_PLACES = (
    ShownPhase.ANNOUNCED,
    ShownPhase.OPEN,
    ShownPhase.UNDER_REVIEW,
    ShownPhase.DRAWN,
    ShownPhase.PROVISIONAL,
    ShownPhase.FINAL,
    ShownPhase.SETTLED,
)


@dataclass(frozen=True, slots=True)
class ZonePage:
    """A zone as its ward's page shows it: its groups by ward, in one line each."""

    zone: ZoneSeats
    groups: tuple[tuple[str, str], ...]
    stated_at: datetime


def calendar(notice: Notice) -> list[dict[str, str]]:
    """Return the steps of the intake with their dates, for the timeline."""
    window = notice.window
    now = _PLACES.index(notice.shown) if notice.shown in _PLACES else 0
    opening = f"{format_moment(window.opens_at)} – {format_moment(window.closes_at)}"
    steps = (
        (
            _("Prepare"),
            "",
            _("Sign in on any day before, check your child's details and choose schools."),
        ),
        (_("Register"), opening, _("Send your registration at any hour of these days.")),
        (
            _("Check and freeze the list"),
            format_moment(window.closes_at),
            _("The office checks what needs checking; then the list can no longer be changed."),
        ),
        (
            _("Draw"),
            format_date(window.public_value_on),
            _("The lottery numbers come from a public value: %(name)s.", name=value_name(notice)),
        ),
        (
            _("Provisional results"),
            _published(notice, "provisional"),
            _("Every family sees its result with the reason, and may object."),
        ),
        (
            _("Final results"),
            _published(notice, "final"),
            _("Families accept or decline their place."),
        ),
    )
    return [
        {"title": title, "at": at, "text": text, "state": _state(place, now)}
        for place, (title, at, text) in enumerate(steps)
    ]


def band_rows(rules: RulesDescription) -> list[tuple[int, str, str]]:
    """Return the bands as (rank, name, who is in it)."""
    return [(band.rank, _band_name(band.name), _band_words(band.requires)) for band in rules.bands]


def order_words(rules: RulesDescription) -> list[str]:
    """Return what is compared between two children, the first difference deciding."""
    words = {
        "band": _("The group: group 1 comes before group 2, and so on."),
        "sibling": _("A brother or sister who already is a pupil at the school."),
        "distance": _("The distance from home to the school: the shorter one comes first."),
        "number": _("The lottery number: the lower one comes first."),
        "code": _("The registration code, only if all of this is equal."),
    }
    return [words[criterion] for criterion in rules.order]


def zone_pages(seats: WardSeats) -> list[ZonePage]:
    """Return the zones with their residential groups, gathered by ward."""
    return [
        ZonePage(
            zone, groups_by_ward(zone.groups), max(school.stated_at for school in zone.schools)
        )
        for zone in seats.zones
    ]


def groups_by_ward(groups: Iterable[ZoneGroup | PublicGroup]) -> tuple[tuple[str, str], ...]:
    """Return the groups gathered by ward, as (name of the ward, labels in one line)."""
    wards: dict[str, tuple[str, list[str]]] = {}
    for group in groups:
        name = _unit_name(group.unit_name, group.unit_name_en)
        wards.setdefault(group.unit, (name, []))[1].append(group.label)
    return tuple((name, ", ".join(labels)) for name, labels in wards.values())


@dataclass(frozen=True, slots=True)
class _Names:
    name: str
    name_en: str


def _unit_name(name: str, name_en: str) -> str:
    return named(_Names(name, name_en))


def value_name(notice: Notice) -> str:
    """Return the name of the public value that the draw will use."""
    window = notice.window
    return named(_Names(window.public_value_name, window.public_value_name_en))


def _published(notice: Notice, kind: str) -> str:
    at = notice.published.get(kind)
    return format_moment(at) if at else ""


def _state(place: int, now: int) -> str:
    if place == now:
        return "now"
    return "done" if place < now else "next"


def _band_name(name: str) -> str:
    known = {
        "resident": _("Lives in the zone"),
        "other": _("Lives elsewhere"),
        "all": _("Everybody"),
    }
    return known.get(name, name)


def _band_words(requires: tuple[str, ...]) -> str:
    if not requires:
        return _("All other children.")
    return " ".join(_fact_words(fact) for fact in requires)


def _fact_words(fact: str) -> str:
    if fact.startswith(POLICY_PREFIX):
        return _(
            "Has the policy category “%(name)s”.",
            name=policy_name(fact.removeprefix(POLICY_PREFIX)),
        )
    return {
        "permanent": _("Permanent residence in the zone."),
        "temporary": _("Temporary residence in the zone."),
        "current": _("Actually lives in the zone."),
        "residence": _("Residence in the zone."),
    }[fact]
