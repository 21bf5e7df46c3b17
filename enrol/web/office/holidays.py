"""Holidays: the city's list of days that due dates leave out."""

from datetime import date

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from enrol.core.names import clean_text
from enrol.services import stating_holidays
from enrol.web.asking import PageForm, asks_again, typed
from enrol.web.locale import gettext as _
from enrol.web.office.blueprint import blueprint
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


@blueprint.route("/ngay-nghi", methods=["GET", "POST"])
@asks_again
def holidays() -> ResponseReturnValue:
    stated = stating_holidays.stated_holidays(actor=officer())
    form = PageForm(request.form)
    problems: dict[str, str] = {}
    if form.was_sent():
        form.validate()
        problems = form.problems()
        removed = _removed()
        if removed is not None and not problems:
            stating_holidays.remove_holiday(actor=officer(), on=removed)
            return redirect(url_for("office.holidays"), code=303)
        on, name = _day(), clean_text(request.form.get("name", ""))
        if on is None:
            problems["on"] = _("Type the day")
        if not name:
            problems["name"] = _("Type what the day is called")
        if on is not None and not problems:
            stating_holidays.state_holiday(
                actor=officer(), on=on, name=name, is_working=bool(request.form.get("works"))
            )
            return redirect(url_for("office.holidays"), code=303)
    return staff_page("office/holidays.html", stated=stated, values=typed({}), problems=problems)


def _day() -> date | None:
    try:
        return date(*(int(request.form.get(f"on_{part}", "")) for part in _PARTS))
    except (ValueError, OverflowError):
        return None


def _removed() -> date | None:
    try:
        return date.fromisoformat(request.form.get("remove", ""))
    except ValueError:
        return None


_PARTS = ("year", "month", "day")
