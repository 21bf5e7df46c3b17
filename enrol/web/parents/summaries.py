"""The answers as a family reads them back, with a way to change each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for

from enrol.core.answers import read_place
from enrol.services.phones import spoken_phone
from enrol.services.preparing import Named
from enrol.web.locale import format_date, format_metres, named
from enrol.web.locale import gettext as _
from enrol.web.parents.desk import PAGES, OpenDesk, schools_of, zones_of
from enrol.web.parents.steps import question_names
from enrol.web.parents.wards import wards_by_code


@dataclass(frozen=True, slots=True)
class Section:
    """One question with its answer in lines (label, value); without a label the title is enough.

    ``gap`` says what is missing.
    """

    title: str
    change: str
    rows: tuple[tuple[str, str], ...]
    gap: str


def place_words(part: Mapping[str, object], wards: Mapping[str, Named]) -> str:
    """Return an address in one line; what the typed part already says is not said again."""
    address = str(part.get("address") or "")
    ward = wards.get(str(part.get("unit")))
    if ward is not None and ward.name in address:
        return address
    group = part.get("group")
    group_words = _("group %(label)s", label=group) if group else _("group not in the list")
    ward_words = named(ward) if ward is not None else ""
    return ", ".join(words for words in (address, group_words, ward_words) if words)


def known_sections(at: OpenDesk) -> list[Section]:
    """Return what the register answers: everything but the wishes."""
    return all_sections(at)[:-1]


def all_sections(at: OpenDesk) -> list[Section]:
    """Return every question with its answer, in page order."""
    wards = wards_by_code()
    gaps = {gap.question: _gap_words(str(gap.gap)) for gap in at.gaps}
    rows = {
        "child": _child_rows(at.part("child")),
        "permanent": _place_rows(at, "permanent", wards),
        "temporary": _place_rows(at, "temporary", wards),
        "current": _place_rows(at, "current", wards),
        "sibling": _sibling_rows(at),
        "contact": _contact_rows(at.part("contact")),
        "wishes": _wish_rows(at),
    }
    names = question_names()
    return [
        Section(names[question], url_for(PAGES[question]), lines, gaps.get(question, ""))
        for question, lines in rows.items()
    ]


def _gap_words(gap: str) -> str:
    if gap == "no_home_named":
        return _("Name at least one residence in the city")
    return _("Not answered yet")


def _child_rows(part: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return (
        (_("Full name"), str(part.get("full_name") or "")),
        (_("Date of birth"), _date_words(str(part.get("birth_on") or ""))),
        (_("Sex"), {"female": _("Girl"), "male": _("Boy")}.get(str(part.get("sex")), "")),
        (_("Personal identification number"), str(part.get("personal_id") or "")),
    )


def _date_words(text: str) -> str:
    try:
        return format_date(date.fromisoformat(text))
    except ValueError:
        return ""


def _place_rows(at: OpenDesk, kind: str, wards: Mapping[str, Named]) -> tuple[tuple[str, str], ...]:
    part = at.part(kind)
    if not part:
        return ()
    if part.get("same_as"):
        same = {
            "permanent": _("The same as the permanent residence"),
            "temporary": _("The same as the temporary residence"),
        }
        return (("", same.get(str(part["same_as"]), "")),)
    if read_place(at.answers, kind) is None:
        return (("", _("None in the city")),)
    return (("", place_words(part, wards)),)


def _sibling_rows(at: OpenDesk) -> tuple[tuple[str, str], ...]:
    part = at.part("sibling")
    if not part:
        return ()
    code = part.get("school")
    if not code:
        return (("", _("No brother or sister")),)
    return (("", _school_names(at).get(str(code), str(code))),)


def _contact_rows(part: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    if not part:
        return ()
    relations = {"mother": _("Mother"), "father": _("Father"), "guardian": _("Guardian")}
    return (
        (_("Full name"), str(part.get("guardian_name") or "")),
        (_("You are"), relations.get(str(part.get("relation")), "")),
        (_("Telephone"), spoken_phone(str(part.get("phone") or ""))),
        (_("E-mail"), str(part.get("email") or "")),
    )


def _wish_rows(at: OpenDesk) -> tuple[tuple[str, str], ...]:
    wishes, zone = at.answers.get("wishes"), at.answers.get("zone")
    if not isinstance(wishes, list) or not zone:
        return ()
    names = _school_names(at, str(zone))
    return tuple(
        (_("Wish %(rank)s", rank=rank), names.get(str(code), str(code)))
        for rank, code in enumerate(wishes, start=1)
    )


def _school_names(at: OpenDesk, *zones: str) -> dict[str, str]:
    codes = zones or tuple(choice.code for choice in zones_of(at))
    schools = [school for zone in codes for school in schools_of(at, zone)]
    return {
        school.code: named(school)
        if school.distance is None
        else f"{named(school)} ({format_metres(school.distance)})"
        for school in schools
    }
