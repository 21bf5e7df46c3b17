"""What officers send, judged field by field."""

from datetime import date

from wtforms import Field, StringField, ValidationError

from enrol.core.names import clean_text
from enrol.services.admitting import LONGEST_MESSAGE, MOST_PER_MINUTE
from enrol.web.asking import PageForm
from enrol.web.locale import gettext as _
from enrol.web.staff.seat_forms import need_text, whole_number


class ValueForm(PageForm):
    """The public value as the officer reads it."""

    public_value = StringField()
    arose_later = StringField()

    def validate_public_value(self, field: Field) -> None:
        """Need some text."""
        need_text(field, missing=_("Type the public value exactly as it was published"))


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
        need_text(field, missing=_("Name the public value in Vietnamese"))

    def validate_name_en(self, field: Field) -> None:
        """Need the English name."""
        need_text(field, missing=_("Name the public value in English"))

    def validate_on(self, _field: Field) -> None:
        """Need a day of the calendar."""
        if self.day is None:
            raise ValidationError(_("Type the day on which the value will be published"))

    def validate_reason(self, field: Field) -> None:
        """Need a reason."""
        need_text(field, missing=_("Say why another value or day is needed: it will be published"))

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
        if whole_number(field.data, most=MOST_PER_MINUTE) is None:
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
        return whole_number(self.per_minute.data, most=MOST_PER_MINUTE) or 0


def _not_too_long(field: Field) -> None:
    field.data = clean_text(field.data or "")
    if len(field.data) > LONGEST_MESSAGE:
        raise ValidationError(_("Please keep it under 300 characters"))
