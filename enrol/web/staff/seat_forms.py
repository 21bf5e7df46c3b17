"""The seats of one school as officers type them, judged field by field."""

from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.services.planning import (
    MOST_CLASSES,
    MOST_IN_A_CLASS,
    MOST_SEATS,
    is_over_cap,
)
from enrol.web.asking import PageForm
from enrol.web.locale import gettext as _

LONGEST = 300


def whole_number(text: str | None, *, most: int) -> int | None:
    """Return a whole number however its thousands are set apart; None for anything else."""
    digits = "".join((text or "").split()).replace(".", "").replace(",", "")
    if not digits.isascii() or not digits.isdigit() or int(digits[:9]) > most:
        return None
    return int(digits[:9])


def need_text(field: Field, *, missing: str) -> None:
    """Clean a field's text; ValidationError when there is none or too much of it."""
    field.data = clean_text(field.data or "")
    if not field.data:
        raise ValidationError(missing)
    if len(field.data) > LONGEST:
        raise ValidationError(_("Please keep it under 300 characters"))


class SeatsForm(PageForm):
    """The seats of one school; the reason is needed once they were announced, and over the cap."""

    seats = StringField()
    classes = StringField()
    reason = StringField()
    needs_reason = False
    reserved = 0

    def validate_seats(self, field: Field) -> None:
        """Need a whole number within bounds."""
        if whole_number(field.data, most=MOST_SEATS) is None:
            raise ValidationError(_("Type the number of seats: a whole number up to 5,000"))
        if self.seats_number < self.reserved:
            raise ValidationError(
                _("%(number)s seats are reserved here; there cannot be fewer", number=self.reserved)
            )

    def validate_classes(self, field: Field) -> None:
        """Need a whole number within bounds, or nothing."""
        if (field.data or "").strip() and whole_number(field.data, most=MOST_CLASSES) is None:
            raise ValidationError(_("Type the number of classes: a whole number up to 200"))

    def validate_reason(self, field: Field) -> None:
        """Need a reason for what was announced."""
        field.data = clean_text(field.data or "")
        if self.needs_reason:
            need_text(field, missing=_("Say why: families have seen the number announced"))
        elif is_over_cap(seats=self.seats_number, classes=self.classes_number):
            need_text(
                field,
                missing=_(
                    "These are more than %(most)s children a class: say why. Your name and the"
                    " reason go into the journal.",
                    most=MOST_IN_A_CLASS,
                ),
            )

    @property
    def seats_number(self) -> int:
        """The seats as a number."""
        return whole_number(self.seats.data, most=MOST_SEATS) or 0

    @property
    def classes_number(self) -> int | None:
        """The classes as a number, None when left out."""
        return whole_number(self.classes.data, most=MOST_CLASSES)
