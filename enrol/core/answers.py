"""What a family answers, question by question, and the canonical form of what it sends.

A draft is a plain mapping (it may be half-filled and is kept as typed); ``read_answers`` turns it
into records or says which question still needs what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from enrol.core.sealing import Json


class Gap(str, Enum):
    """What is missing or contradictory in a draft."""

    NOT_ANSWERED = "not_answered"
    NOT_A_DATE = "not_a_date"
    NO_HOME_NAMED = "no_home_named"

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Place:
    """An address: the ward's code, the residential group's label (None: not in the list) and the
    rest.
    """

    unit: str
    group: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Answers:
    """A complete set of answers. Any residence may be None (not registered there), not all of
    them.
    """

    full_name: str
    birth_on: date
    sex: str
    personal_id: str | None
    permanent: Place | None
    temporary: Place | None
    current: Place | None
    sibling_school: str | None
    guardian_name: str
    relation: str
    phone: str
    email: str | None
    zone: str
    wishes: tuple[str, ...]

    @property
    def places(self) -> tuple[tuple[str, Place], ...]:
        """The residences that were named, with their kind."""
        named = (
            ("permanent", self.permanent),
            ("temporary", self.temporary),
            ("current", self.current),
        )
        return tuple((kind, place) for kind, place in named if place is not None)


@dataclass(frozen=True, slots=True)
class Incompleteness:
    """One question that needs an answer before the draft can be sent."""

    question: str
    gap: Gap


QUESTIONS = ("child", "permanent", "temporary", "current", "sibling", "contact", "wishes")


def read_answers(draft: Mapping[str, object]) -> Answers | tuple[Incompleteness, ...]:
    """Return the answers of a complete draft, or every question that still needs one, in page
    order.
    """
    gaps = {
        question: gap for question in QUESTIONS if (gap := _gap_in(question, draft)) is not None
    }
    if not gaps and not any(
        read_place(draft, kind) for kind in ("permanent", "temporary", "current")
    ):
        gaps["current"] = Gap.NO_HOME_NAMED
    if gaps:
        return tuple(Incompleteness(question, gap) for question, gap in gaps.items())
    child, contact = _part(draft, "child"), _part(draft, "contact")
    return Answers(
        full_name=_text(child, "full_name"),
        birth_on=date.fromisoformat(_text(child, "birth_on")),
        sex=_text(child, "sex"),
        personal_id=_text(child, "personal_id") or None,
        permanent=read_place(draft, "permanent"),
        temporary=read_place(draft, "temporary"),
        current=read_place(draft, "current"),
        sibling_school=_text(_part(draft, "sibling"), "school") or None,
        guardian_name=_text(contact, "guardian_name"),
        relation=_text(contact, "relation"),
        phone=_text(contact, "phone"),
        email=_text(contact, "email") or None,
        zone=_text(draft, "zone"),
        wishes=_wishes(draft),
    )


def payload(*, pupil_code: str, intake_code: str, answers: Answers) -> dict[str, Json]:
    """Return what the family sent, as the JSON value whose salted hash stands on the receipt."""
    return {
        "intake": intake_code,
        "pupil_code": pupil_code,
        "child": {
            "full_name": answers.full_name,
            "birth_on": answers.birth_on.isoformat(),
            "sex": answers.sex,
            "personal_id": answers.personal_id,
        },
        "residences": {
            kind: {"unit": place.unit, "group": place.group, "address": place.address}
            for kind, place in answers.places
        },
        "sibling_school": answers.sibling_school,
        "contact": {
            "guardian_name": answers.guardian_name,
            "relation": answers.relation,
            "phone": answers.phone,
            "email": answers.email,
        },
        "zone": answers.zone,
        "wishes": list(answers.wishes),
    }


def _gap_in(question: str, draft: Mapping[str, object]) -> Gap | None:
    if question == "child":
        return _gap_in_child(_part(draft, "child"))
    if question == "contact":
        contact = _part(draft, "contact")
        is_answered = all(_text(contact, key) for key in ("guardian_name", "relation", "phone"))
    elif question == "wishes":
        is_answered = bool(_text(draft, "zone")) and bool(_wishes(draft))
    else:
        is_answered = isinstance(draft.get(question), Mapping)
    return None if is_answered else Gap.NOT_ANSWERED


def _gap_in_child(child: Mapping[str, object]) -> Gap | None:
    if not _text(child, "full_name") or _text(child, "sex") not in ("female", "male"):
        return Gap.NOT_ANSWERED
    try:
        date.fromisoformat(_text(child, "birth_on"))
    except ValueError:
        return Gap.NOT_A_DATE
    return None


def _part(draft: Mapping[str, object], key: str) -> Mapping[str, object]:
    part = draft.get(key)
    return part if isinstance(part, Mapping) else {}


def _text(part: Mapping[str, object], key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""


def _wishes(draft: Mapping[str, object]) -> tuple[str, ...]:
    wishes = draft.get("wishes")
    return tuple(str(code) for code in wishes) if isinstance(wishes, list) else ()


def read_place(draft: Mapping[str, object], kind: str) -> Place | None:
    """Return the residence of a kind in a half-filled draft; "same as" is followed, None is not
    named.
    """
    part = _part(draft, kind)
    same_as = _text(part, "same_as")
    if same_as in ("permanent", "temporary") and same_as != kind:
        return read_place({**draft, kind: None}, same_as)
    unit = _text(part, "unit")
    if part.get("none") is True or not unit:
        return None
    return Place(unit=unit, group=_text(part, "group") or None, address=_text(part, "address"))
