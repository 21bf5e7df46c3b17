"""Words and files of requests about one's own data, for families and for officers."""

from typing import Any

from flask import Response

from enrol.adapters.own_data import data_archive
from enrol.web.locale import gettext as _
from enrol.web.locale import spoken

LONGEST = 1000


def kind_word(kind: str) -> str:
    return {"copy": _("A copy of the data"), "correction": _("A correction")}[kind]


def kind_choices() -> list[tuple[str, str, str]]:
    return [
        ("copy", kind_word("copy"), _("Everything held about the child, and who read it")),
        ("correction", kind_word("correction"), _("Something in the data is wrong")),
    ]


def field_word(field: str) -> str:
    return {
        "full_name": _("The child’s name"),
        "birth_on": _("The child’s date of birth"),
        "guardian_name": _("The parent’s or guardian’s name"),
    }[field]


def state_tag(outcome: str | None, *, is_overdue: bool) -> tuple[str, str]:
    if outcome is None:
        return ("bad", _("Overdue")) if is_overdue else ("now", _("Waiting for an answer"))
    return {
        "ready": ("good", _("The copy is ready")),
        "corrected": ("good", _("Corrected")),
        "refused": ("plain", _("Not granted")),
    }[outcome]


def archive_response(held: dict[str, Any]) -> Response:
    body = data_archive(held, title=_("What is held about the child"), language=spoken())
    response = Response(body, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="du-lieu.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response
