"""What families send, judged page by page; every message is our own, in both languages."""

import re
from collections.abc import Collection
from datetime import date

from flask_babel import lazy_gettext
from wtforms import Field, StringField, ValidationError
from wtforms.validators import AnyOf, InputRequired

from enrol.core.names import clean_text
from enrol.services.phones import normalise_phone
from enrol.services.signing_in import UnlistedChild
from enrol.web.asking import PAGE, PageForm
from enrol.web.locale import gettext as _
from enrol.web.parents.dates import typed_date

LONGEST = 200
EARLIEST_BIRTH = 2000
SEXES = ("female", "male")
RELATIONS = ("mother", "father", "guardian")
NOT_LISTED = "?"
"""The value of a residential group that is not in the list."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _cleaned(text: str | None) -> str:
    return clean_text(text or "")


def _told(message: str) -> InputRequired:
    return InputRequired(message)


class SignInForm(PageForm):
    """The pupil code and the secret. What is wrong is never told more closely."""

    pupil_code = StringField(validators=[_told(lazy_gettext("Type the pupil code"))])
    secret = StringField(validators=[_told(lazy_gettext("Type the secret code"))])

    def not_known(self) -> dict[str, str]:
        """Return the one calm answer to a wrong code or a wrong secret."""
        return {
            PAGE: _(
                "These two codes do not belong together."
                " Check both against the letter: capital and small letters make no difference."
            )
        }


class _Named:
    """Checks of a name, shared by the pages that ask for one."""

    @staticmethod
    def check(field: Field) -> None:
        field.data = _cleaned(field.data)
        if not field.data:
            raise ValidationError(_("Type the full name"))
        if len(field.data) > LONGEST:
            raise ValidationError(_("The name is longer than 200 characters"))
        if not any(letter.isalpha() for letter in field.data):
            raise ValidationError(_("A name has letters"))


class ChildForm(PageForm):
    """Who the child is."""

    full_name = StringField()
    birth_day = StringField()
    birth_month = StringField()
    birth_year = StringField()
    birth = StringField()
    sex = StringField(validators=[AnyOf(SEXES, lazy_gettext("Choose girl or boy"))])
    personal_id = StringField()

    def validate_full_name(self, field: Field) -> None:
        """Accept any name of any number of words."""
        _Named.check(field)

    def validate_birth(self, _field: Field) -> None:
        """Need a day that exists and has passed."""
        typed = (self.birth_day.data, self.birth_month.data, self.birth_year.data)
        if not all(typed):
            raise ValidationError(_("Type the day, month and year of birth"))
        if self.born_on is None:
            raise ValidationError(_("There is no such date. Type it like 17 5 2020"))
        if not EARLIEST_BIRTH <= self.born_on.year <= EARLIEST_BIRTH + 100:
            raise ValidationError(_("Check the year of birth"))

    def validate_personal_id(self, field: Field) -> None:
        """Take twelve digits or nothing; spaces and dots do not matter."""
        field.data = re.sub(r"[\s.\-]", "", _cleaned(field.data))
        if field.data and not re.fullmatch(r"[0-9]{12}", field.data):
            raise ValidationError(_("The personal identification number has 12 digits"))

    @property
    def born_on(self) -> date | None:
        """The date of birth, None when there is no such day."""
        return typed_date(
            day=self.birth_day.data or "",
            month=self.birth_month.data or "",
            year=self.birth_year.data or "",
        )

    def answer(self) -> dict[str, object]:
        """Return the draft's part of this question."""
        return {
            "full_name": self.full_name.data,
            "birth_on": self.born_on.isoformat() if self.born_on else "",
            "sex": self.sex.data,
            "personal_id": self.personal_id.data or None,
        }


class ContactForm(PageForm):
    """Who can be reached."""

    guardian_name = StringField()
    relation = StringField(
        validators=[AnyOf(RELATIONS, lazy_gettext("Choose who you are to the child"))]
    )
    phone = StringField()
    email = StringField()

    def validate_guardian_name(self, field: Field) -> None:
        """Accept any name of any number of words."""
        _Named.check(field)

    def validate_phone(self, field: Field) -> None:
        """Take every usual way to write a number."""
        if normalise_phone(_cleaned(field.data)) is None:
            raise ValidationError(_("Type a telephone number like 0912 345 678"))

    def validate_email(self, field: Field) -> None:
        """Take something that looks like an address, or nothing."""
        field.data = _cleaned(field.data)
        if field.data and not (_EMAIL.fullmatch(field.data) and len(field.data) <= LONGEST):
            raise ValidationError(_("Type an e-mail address like name@example.com, or nothing"))

    def answer(self) -> dict[str, object]:
        """Return the draft's part of this question."""
        return {
            "guardian_name": self.guardian_name.data,
            "relation": self.relation.data,
            "phone": normalise_phone(_cleaned(self.phone.data)),
            "email": self.email.data or None,
        }


class UnlistedForm(ChildForm, ContactForm):
    """A child whom the register does not know, with one guardian."""

    def to_child(self, born_on: date) -> UnlistedChild:
        """Return what the service takes; the form has been judged good."""
        return UnlistedChild(
            full_name=self.full_name.data or "",
            birth_on=born_on,
            sex=self.sex.data or "",
            guardian_name=self.guardian_name.data or "",
            relation=self.relation.data or "",
            phone=normalise_phone(_cleaned(self.phone.data)) or "",
            email=self.email.data or None,
        )


class ChoiceForm(PageForm):
    """One answer out of a list. Call ``offer`` before judging."""

    choice = StringField()
    offered: Collection[str] = ()

    def offer(self, choices: Collection[str]) -> "ChoiceForm":
        """Set the answers that the page offers."""
        self.offered = choices
        return self

    def validate_choice(self, field: Field) -> None:
        """Need one of the offered answers."""
        if field.data not in self.offered:
            raise ValidationError(_("Choose one of the answers"))


class PlaceForm(PageForm):
    """The residential group and the rest of an address in a ward already chosen."""

    group = StringField()
    address = StringField()
    offered: Collection[str] = ()

    def offer(self, labels: Collection[str]) -> "PlaceForm":
        """Set the residential groups of the ward."""
        self.offered = labels
        return self

    def validate_group(self, field: Field) -> None:
        """Need a group of the list, or the answer that it is not there."""
        if field.data != NOT_LISTED and field.data not in self.offered:
            raise ValidationError(_("Choose the residential group, or “not in this list”"))

    def validate_address(self, field: Field) -> None:
        """Need a house number and street, however they are written."""
        field.data = _cleaned(field.data)
        if not field.data:
            raise ValidationError(_("Type the house number and street"))
        if len(field.data) > LONGEST:
            raise ValidationError(_("The address is longer than 200 characters"))

    def answer(self, *, unit: str) -> dict[str, object]:
        """Return the draft's part of a residence question."""
        group = None if self.group.data == NOT_LISTED else self.group.data
        return {"unit": unit, "group": group, "address": self.address.data}
