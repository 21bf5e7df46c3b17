"""A child's file with everything officers do with it, alike for offices and schools."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from enrol.core.codes import normalise_code
from enrol.services import documenting, inspecting, reviewing
from enrol.web import documents
from enrol.web.asking import asks_again, takes_files
from enrol.web.staff import (
    file_acts,
    flags,
    objections,
    papers,
    reports,
    review_words,
    words,
)
from enrol.web.staff.guard import officer
from enrol.web.staff.journal_words import (
    action_word,
    actor_word,
    detail_rows,
    without_repetition,
)
from enrol.web.staff.pages import staff_page


def file_page(code: str) -> Response:
    """Return the file of a registration; the reading is journalled."""
    code = normalise_code(code)
    found = inspecting.file_of(actor=officer(), code=code)
    told = inspecting.journal_of_file(actor=officer(), code=code)
    return staff_page(
        "staff/file.html",
        file=found,
        history=reviewing.history_of(actor=officer(), code=code),
        documents=documenting.documents_of(actor=officer(), code=code),
        told=told,
        journal=without_repetition(told.lines),
        words=words,
        review_words=review_words,
        action_word=action_word,
        actor_word=actor_word,
        detail_rows=detail_rows,
        is_rehearsal=found.intake.is_rehearsal,
        **flags.about_file(code),
        **objections.of_file(code),
        **reports.of_file(code),
    )


def add_file_pages(blueprint: Blueprint) -> None:
    """Put a file's pages on an audience's blueprint, whose guard stands before them."""

    @blueprint.get("/ho-so/<code>")
    def file(code: str) -> Response:
        return file_page(code)

    @blueprint.route("/ho-so/<code>/viec/<act>", methods=["GET", "POST"])
    @asks_again
    def act(code: str, act: str) -> ResponseReturnValue:
        return file_acts.act_page(code, act)

    @blueprint.route("/ho-so/<code>/giay-to", methods=["GET", "POST"])
    @asks_again
    @takes_files(most_bytes=documenting.MOST_BYTES + documents.ROOM_FOR_FORM)
    def upload(code: str) -> ResponseReturnValue:
        return papers.upload_page(code)

    @blueprint.get("/ho-so/<code>/giay-to/<int:document_id>")
    def document(code: str, document_id: int) -> Response:
        return papers.document_page(code, document_id)

    @blueprint.route("/ho-so/<code>/khieu-nai/<int:objection_id>", methods=["GET", "POST"])
    @asks_again
    def objection(code: str, objection_id: int) -> ResponseReturnValue:
        return objections.objection_page(code, objection_id)

    @blueprint.route("/ho-so/<code>/bao-sai-sot", methods=["GET", "POST"])
    @asks_again
    def new_report(code: str) -> ResponseReturnValue:
        return reports.new_report_page(code)

    @blueprint.route("/ho-so/<code>/bao-sai-sot/<int:report_id>", methods=["GET", "POST"])
    @asks_again
    def report(code: str, report_id: int) -> ResponseReturnValue:
        return reports.report_page(code, report_id)

    @blueprint.get("/ho-so/<code>/thu-xin-loi")
    def apology(code: str) -> Response:
        return papers.apology_page(code)
