"""What officers send, judged field by field."""

from datetime import date

from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.services.admitting import LONGEST_MESSAGE, MOST_PER_MINUTE
from enrol.services.planning import (
    MOST_CLASSES,
    MOST_IN_A_CLASS,
    MOST_SEATS,
    is_over_cap,
)
from enrol.web.asking import PageForm
from enrol.web.locale import gettext as _

LONGEST = 300


def _whole_number(text: str | None, *, most: int) -> int | None:
    digits = "".join((text or "").split()).replace(".", "").replace(",", "")
    if not digits.isascii() or not digits.isdigit() or int(digits[:9]) > most:
        return None
    return int(digits[:9])


def _clean(field: Field, *, missing: str) -> None:
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
        if _whole_number(field.data, most=MOST_SEATS) is None:
            raise ValidationError(_("Type the number of seats: a whole number up to 5,000"))
        if self.seats_number < self.reserved:
            raise ValidationError(
                _("%(number)s seats are reserved here; there cannot be fewer", number=self.reserved)
            )

    def validate_classes(self, field: Field) -> None:
        """Need a whole number within bounds, or nothing."""
        if (field.data or "").strip() and _whole_number(field.data, most=MOST_CLASSES) is None:
            raise ValidationError(_("Type the number of classes: a whole number up to 200"))

    def validate_reason(self, field: Field) -> None:
        """Need a reason for what was announced."""
        field.data = clean_text(field.data or "")
        if self.needs_reason:
            _clean(field, missing=_("Say why: families have seen the number announced"))
        elif is_over_cap(seats=self.seats_number, classes=self.classes_number):
            _clean(
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
        return _whole_number(self.seats.data, most=MOST_SEATS) or 0

    @property
    def classes_number(self) -> int | None:
        """The classes as a number, None when left out."""
        return _whole_number(self.classes.data, most=MOST_CLASSES)


class ValueForm(PageForm):
    """The public value as the officer reads it."""

    public_value = StringField()
    arose_later = StringField()

    def validate_public_value(self, field: Field) -> None:
        """Need some text."""
        _clean(field, missing=_("Type the public value exactly as it was published"))


class OtherValueForm(PageForm):
    """Another public value, its day, and why."""

    name = StringField()
    name_en = StringField()
    on_day = StringField()
    on_month = StringField()
    on_year = StringField()
    on = StringField()
    reason = StringField()

    def validate_name(self, field: Field) -> None:
        """Need the Vietnamese name."""
        _clean(field, missing=_("Name the public value in Vietnamese"))

    def validate_name_en(self, field: Field) -> None:
        """Need the English name."""
        _clean(field, missing=_("Name the public value in English"))

    def validate_on(self, _field: Field) -> None:
        """Need a day of the calendar."""
        if self.day is None:
            raise ValidationError(_("Type the day on which the value will be published"))

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        _clean(field, missing=_("Say why another value or day is needed: it will be published"))

    @property
    def day(self) -> date | None:
        """The day, None when there is no such day."""
        try:
            return date(
                int(self.on_year.data or 0),
                int(self.on_month.data or 0),
                int(self.on_day.data or 0),
            )
        except ValueError:
            return None


class RoomForm(PageForm):
    """The waiting room: on or off, its rate, and what it says in both languages."""

    is_on = StringField()
    per_minute = StringField()
    seen = StringField()
    message = StringField()
    message_en = StringField()

    def validate_is_on(self, field: Field) -> None:
        """Need one of the two."""
        if field.data not in ("yes", "no"):
            raise ValidationError(_("Choose whether families wait or go straight in"))

    def validate_per_minute(self, field: Field) -> None:
        """Need a whole number within bounds."""
        if _whole_number(field.data, most=MOST_PER_MINUTE) is None:
            raise ValidationError(_("Type how many families a minute: a whole number up to 60,000"))

    def validate_message(self, field: Field) -> None:
        """May be empty; not longer than a few lines."""
        _not_too_long(field)

    def validate_message_en(self, field: Field) -> None:
        """May be empty; not longer than a few lines."""
        _not_too_long(field)

    @property
    def rate(self) -> int:
        """The families let in a minute."""
        return _whole_number(self.per_minute.data, most=MOST_PER_MINUTE) or 0


def _not_too_long(field: Field) -> None:
    field.data = clean_text(field.data or "")
    if len(field.data) > LONGEST_MESSAGE:
        raise ValidationError(_("Please keep it under 300 characters"))
