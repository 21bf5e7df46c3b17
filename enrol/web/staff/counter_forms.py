"""What officers type at the counter, judged by the rules that families' own pages keep to."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from flask_babel import lazy_gettext
from wtforms import Field, StringField, ValidationError
from wtforms.validators import AnyOf

from enrol.core.names import clean_text
from enrol.services.assisting import CONSENTS
from enrol.services.at_counter import Counter
from enrol.services.phones import normalise_phone, spoken_phone
from enrol.services.resetting import LONGEST_REASON
from enrol.web.asking import PageForm
from enrol.web.locale import gettext as _

LONGEST = 200
SAME = "="
KINDS = ("permanent", "temporary", "current")
MOST_WISHES = 5
ACTS = ("register", "unlisted", "reset", "object", "contact")
"""What a family comes to the counter for."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _date(day: str | None, month: str | None, year: str | None) -> date | None:
    try:
        return date(int(year or ""), int(month or ""), int(day or ""))
    except ValueError:
        return None


class _Birth(PageForm):
    birth_day = StringField()
    birth_month = StringField()
    birth_year = StringField()

    @property
    def born_on(self) -> date | None:
        """The date of birth, None when there is no such day."""
        return _date(self.birth_day.data, self.birth_month.data, self.birth_year.data)


class FindForm(_Birth):
    """Which child the family came for, what for, and in which ward it lives."""

    act = StringField()
    pupil_code = StringField()
    ward = StringField()
    offered: Collection[str] = ()

    @property
    def is_unlisted(self) -> bool:
        """Tell whether the child is not in the register."""
        return self.act.data == "unlisted"

    @property
    def needs_ward(self) -> bool:
        """Tell whether it matters in which ward the family lives."""
        return self.act.data not in ("object", "contact")

    def problems(self) -> dict[str, str]:
        """Return what is missing."""
        found = super().problems()
        if not self.was_sent():
            return found
        if self.act.data not in ACTS:
            found["act"] = _("Choose what the family came for")
        if not self.is_unlisted:
            if not (self.pupil_code.data or "").strip():
                found["pupil_code"] = _("Type the pupil code")
            if self.born_on is None:
                found["birth"] = _("There is no such date. Type it like 17 5 2020")
        if self.needs_ward and self.ward.data not in self.offered:
            found["ward"] = _("Choose the ward in which the family lives")
        return found


class ResetForm(PageForm):
    """Why a family gets a new secret code."""

    reason = StringField()

    def validate_reason(self, field: Field) -> None:
        """Need a reason in words."""
        field.data = clean_text(field.data or "")
        if not 0 < len(field.data) <= LONGEST_REASON:
            raise ValidationError(
                _("Write why, and which paper the family showed (up to 300 characters)")
            )


class EntryForm(_Birth):
    """A whole registration on one page."""

    full_name = StringField()
    sex = StringField(validators=[AnyOf(("female", "male"), lazy_gettext("Choose girl or boy"))])
    personal_id = StringField()
    permanent_unit = StringField()
    permanent_group = StringField()
    permanent_address = StringField()
    temporary_unit = StringField()
    temporary_group = StringField()
    temporary_address = StringField()
    current_unit = StringField()
    current_group = StringField()
    current_address = StringField()
    sibling_school = StringField()
    wish_1 = StringField()
    wish_2 = StringField()
    wish_3 = StringField()
    wish_4 = StringField()
    wish_5 = StringField()
    guardian_name = StringField()
    relation = StringField(
        validators=[
            AnyOf(("mother", "father", "guardian"), lazy_gettext("Choose who came with the child"))
        ]
    )
    phone = StringField()
    email = StringField()
    consent = StringField(
        validators=[AnyOf(CONSENTS, lazy_gettext("Choose how the family agreed"))]
    )
    is_another = StringField()
    schools: Mapping[str, str] = {}
    wards: Collection[str] = ()

    def problems(self) -> dict[str, str]:
        """Return what is wrong, in the order of the page."""
        found = super().problems()
        if not self.was_sent():
            return found
        told = found | self._child() | self._homes() | self._wishes() | self._contact()
        order = ["", "full_name", "birth", "sex", "personal_id"]
        order += [f"{kind}_{part}" for kind in KINDS for part in ("unit", "address")]
        return {name: told[name] for name in order if name in told} | told

    def answers(self) -> dict[str, object]:
        """Return the whole draft; the form has been judged good."""
        wishes = self._chosen()
        return {
            "child": {
                "full_name": clean_text(self.full_name.data or ""),
                "birth_on": self.born_on.isoformat() if self.born_on else "",
                "sex": self.sex.data,
                "personal_id": self._number() or None,
            },
            **{kind: self._home(kind) for kind in KINDS},
            "sibling": {"school": self.sibling_school.data or None},
            "contact": {
                "guardian_name": clean_text(self.guardian_name.data or ""),
                "relation": self.relation.data,
                "phone": normalise_phone(clean_text(self.phone.data or "")),
                "email": clean_text(self.email.data or "") or None,
            },
            "zone": self.schools.get(wishes[0], "") if wishes else "",
            "wishes": wishes,
        }

    def _child(self) -> dict[str, str]:
        found = {}
        if not _is_name(self.full_name.data):
            found["full_name"] = _("Type the full name")
        if self.born_on is None:
            found["birth"] = _("There is no such date. Type it like 17 5 2020")
        if self._number() and not re.fullmatch(r"[0-9]{12}", self._number()):
            found["personal_id"] = _("The personal identification number has 12 digits")
        return found

    def _homes(self) -> dict[str, str]:
        found = {}
        for kind in KINDS:
            unit = self[f"{kind}_unit"].data or ""
            if not unit or (unit == SAME and kind == "current"):
                continue
            if unit not in self.wards:
                found[f"{kind}_unit"] = _("Choose a ward")
            address = clean_text(self[f"{kind}_address"].data or "")
            if not 0 < len(address) <= LONGEST:
                found[f"{kind}_address"] = _("Type the house number and street")
        if not any(self[f"{kind}_unit"].data for kind in KINDS):
            found["current_unit"] = _("Name at least one residence")
        if self.current_unit.data == SAME and not self.permanent_unit.data:
            found["current_unit"] = _("There is no permanent residence: choose the ward")
        return found

    def _wishes(self) -> dict[str, str]:
        wishes = self._chosen()
        if not wishes or any(wish not in self.schools for wish in wishes):
            return {"wish_1": _("Choose at least one school")}
        if len({self.schools[wish] for wish in wishes}) > 1:
            return {"wish_1": _("All schools must be of one zone")}
        if len(set(wishes)) < len(wishes):
            return {"wish_1": _("A school was chosen twice")}
        return {}

    def _contact(self) -> dict[str, str]:
        found = {}
        if not _is_name(self.guardian_name.data):
            found["guardian_name"] = _("Type the full name")
        if normalise_phone(clean_text(self.phone.data or "")) is None:
            found["phone"] = _("Type a telephone number like 0912 345 678")
        email = clean_text(self.email.data or "")
        if email and not (
            re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) and len(email) < LONGEST
        ):
            found["email"] = _("Type an e-mail address like name@example.com, or nothing")
        return found

    def _number(self) -> str:
        return re.sub(r"[\s.\-]", "", clean_text(self.personal_id.data or ""))

    def _chosen(self) -> list[str]:
        told = (self[f"wish_{rank}"].data for rank in range(1, MOST_WISHES + 1))
        return [wish for wish in told if wish]

    def _home(self, kind: str) -> dict[str, object]:
        unit = self[f"{kind}_unit"].data or ""
        if not unit:
            return {"none": True}
        if unit == SAME:
            return {"same_as": "permanent"}
        return {
            "unit": unit,
            "group": clean_text(self[f"{kind}_group"].data or "").upper() or None,
            "address": clean_text(self[f"{kind}_address"].data or ""),
        }


def kept_answers(found: Counter, *, ward: str) -> dict[str, object]:
    """Return what the register knows, as the fields of the page."""
    kept: dict[str, object] = {}
    if found.child is not None:
        child = found.child
        kept |= {
            "full_name": child.full_name,
            "sex": child.sex,
            "personal_id": child.personal_id,
            "birth_day": child.birth_on.day,
            "birth_month": child.birth_on.month,
            "birth_year": child.birth_on.year,
        }
    for home in found.residences:
        kept |= {
            f"{home.kind}_unit": home.unit,
            f"{home.kind}_group": home.group,
            f"{home.kind}_address": home.address,
        }
    if not found.residences:
        kept["current_unit"] = ward
    if found.guardians:
        guardian = found.guardians[0]
        kept |= {
            "guardian_name": guardian.full_name,
            "relation": guardian.relation,
            "phone": spoken_phone(guardian.phone or ""),
            "email": guardian.email,
        }
    return kept


def _is_name(text: str | None) -> bool:
    name = clean_text(text or "")
    return 0 < len(name) <= LONGEST and any(letter.isalpha() for letter in name)
