"""A child's file, drawn alike for offices and schools."""

from flask import Response

from enrol.core.codes import normalise_code
from enrol.services import inspecting
from enrol.web.staff import words
from enrol.web.staff.guard import officer
from enrol.web.staff.pages import staff_page


def file_page(code: str) -> Response:
    """Return the file of a registration; the reading is journalled."""
    found = inspecting.file_of(actor=officer(), code=normalise_code(code))
    return staff_page(
        "staff/file.html", file=found, words=words, is_rehearsal=found.intake.is_rehearsal
    )
