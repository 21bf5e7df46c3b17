"""What one submission writes, made of what was read before: no transaction, no lock, no query.

A family's own press of the button and the batch at the opening both write what this module makes,
so that the two cannot drift apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

from enrol.core import eligibility
from enrol.core.answers import Answers, Incompleteness, Place, payload, read_answers
from enrol.core.codes import OFFICIAL_PREFIX, REHEARSAL_PREFIX, registration_code
from enrol.core.eligibility import Limits
from enrol.core.sealing import canonical_json, written_hash
from enrol.core.stated import Known, needs_verification, stated_facts
from enrol.services.distances import metres_between
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.store.families import Child
from enrol.store.places import Group, ZoneSchool
from enrol.store.registrations import NewRegistration
from enrol.store.windows import Window

VIETNAM = timezone(timedelta(hours=7))
"""Registration codes carry the local day (Asia/Ho_Chi_Minh has no summer time)."""

Places = Mapping[str, tuple[str | None, str | None]]
"""(Ward code, group label) of each kind of residence in the register."""

Groups = Mapping[tuple[str, str], Group]
"""The residential groups that exist, by ward code and label."""


class Incomplete(Refusal):
    """Questions of the draft still need an answer."""

    def __init__(self, gaps: tuple[Incompleteness, ...]) -> None:
        super().__init__()
        self.gaps = gaps


class NotEligible(Refusal):
    """The child or its wishes do not fit this intake; ``reasons`` in the order they are told."""

    def __init__(self, reasons: tuple[eligibility.Refusal, ...]) -> None:
        super().__init__()
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Sender:
    """The child a draft is for, as the register knows it."""

    child: Child
    places: Places


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone a draft names in an intake; no id when it takes no part."""

    intake_zone_id: int | None
    schools: Sequence[ZoneSchool]


def complete(draft: Mapping[str, object]) -> Answers:
    """Return the answers of a draft; raises Incomplete, naming every question that needs one."""
    answers = read_answers(draft)
    if not isinstance(answers, Answers):
        raise Incomplete(answers)
    return answers


def named_places(answers: Answers) -> list[tuple[str, str]]:
    """Return (ward code, group label) of the residences whose groups ``compose`` wants to know."""
    return [(place.unit, place.group) for _, place in answers.places if place.group]


def refuse_ineligible(
    answers: Answers, *, window: Window, zone: Zone, holds_a_seat: bool = False
) -> int:
    """Return the zone's id in the intake; raises NotEligible with every reason, or NotFound for a
    zone that takes no part.
    """
    reasons = eligibility.check(
        born_on=answers.birth_on,
        wishes=answers.wishes,
        zone_schools={school.code for school in zone.schools},
        limits=Limits(
            born_from=window.birth_from, born_until=window.birth_to, max_wishes=window.max_wishes
        ),
        holds_a_seat=holds_a_seat,
    )
    if reasons:
        raise NotEligible(reasons)
    if zone.intake_zone_id is None:
        raise NotFound
    return zone.intake_zone_id


def compose(
    *,
    answers: Answers,
    sender: Sender,
    window: Window,
    zone: Zone,
    groups: Groups,
    code: str,
    submission_key: UUID,
    secrets: Secrets,
) -> NewRegistration:
    """Return everything that sending these answers at ``window.at`` writes, salted and hashed.

    Raises NotEligible and NotFound (``refuse_ineligible``).
    """
    intake_zone_id = refuse_ineligible(answers, window=window, zone=zone)
    child = sender.child
    by_code = {school.code: school for school in zone.schools}
    zone_of = {place: groups[place].zone for place in named_places(answers) if place in groups}
    known = Known(
        in_register=child.in_register,
        places=sender.places,
        sibling_school=child.sibling_school,
        policies=tuple(sorted(child.policies)),
    )
    home = home_of(sender=sender, current=answers.current, groups=groups)
    sent = canonical_json(
        payload(pupil_code=child.pupil_code, intake_code=window.code, answers=answers)
    )
    salt = secrets.new_salt()
    is_doubtful = needs_verification(
        answers=answers, known=known, zone_of=zone_of, zones=frozenset(zone_of.values())
    )
    wished = [by_code[wish] for wish in answers.wishes]
    return NewRegistration(
        intake_id=window.intake_id,
        child_id=child.child_id,
        code=code,
        family_code=_family_code(child, code=code, secrets=secrets),
        intake_zone_id=intake_zone_id,
        status="verifying" if is_doubtful else "submitted",
        wishes=tuple(school.school_id for school in wished),
        distances=tuple(_recorded(home, school) for school in wished),
        facts=stated_facts(answers=answers, known=known, zone_of=zone_of),
        submission_key=submission_key,
        payload=sent.decode(),
        salt=salt,
        submission_hash=written_hash(salt=salt, written=sent),
        submitted_at=window.at,
    )


def new_code(*, number: int, window: Window) -> str:
    """Return the registration code of a sequence number on the window's local day."""
    return registration_code(
        prefix=REHEARSAL_PREFIX if window.is_rehearsal else OFFICIAL_PREFIX,
        on=_local_day(window.at),
        sequence=number,
    )


def home_of(*, sender: Sender, current: Place | None, groups: Groups) -> tuple[float, float] | None:
    """Return where the child lives: the register's point while its current residence stands, else
    its group's.
    """
    child = sender.child
    registered = sender.places.get("current")
    has_moved = current is not None and (current.unit, current.group) != registered
    if not has_moved and child.latitude is not None and child.longitude is not None:
        return (child.latitude, child.longitude)
    group = groups.get((current.unit, current.group or "")) if current is not None else None
    if group is None or group.latitude is None or group.longitude is None:
        return None
    return (group.latitude, group.longitude)


def distance_from(*, home: tuple[float, float] | None, school: ZoneSchool) -> int | None:
    """Return straight metres between a home and a school, a multiple of 100; None for no home."""
    if home is None:
        return None
    return metres_between(
        latitude=home[0],
        longitude=home[1],
        other_latitude=school.latitude,
        other_longitude=school.longitude,
    )


def _recorded(home: tuple[float, float] | None, school: ZoneSchool) -> int:
    metres = distance_from(home=home, school=school)
    return -1 if metres is None else metres


def _family_code(child: Child, *, code: str, secrets: Secrets) -> str:
    if not child.family_code:
        return code
    return secrets.family_alias(family_code=child.family_code)


def _local_day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()
