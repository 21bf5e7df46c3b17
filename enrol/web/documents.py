"""Words and files that families and officers share: documents handed in, reasons told."""

from flask import Response, current_app, make_response, request

from enrol.core.review import ASKED_FOR
from enrol.services import documenting
from enrol.services.documenting import Document
from enrol.services.ports import Documents
from enrol.web.asking import PAGE
from enrol.web.locale import gettext as _

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
ROOM_FOR_FORM = 64 * 1024
"""Bytes of a request around the document itself."""


def document_store() -> Documents:
    """Return where documents are kept."""
    store: Documents = current_app.extensions["enrol_adapters"].documents
    return store


def document_answer(document: Document, data: bytes) -> Response:
    """Return a document as something to save: it is never shown as a page of this site."""
    response = make_response(data)
    response.headers["Content-Type"] = document.media_type
    name = f"giay-to-{document.document_id}.{_ENDINGS[document.media_type]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def sent_document() -> tuple[bytes, dict[str, str]]:
    """Return the bytes that a form brings, and what is wrong with it by field."""
    sent = request.files.get("document")
    data = sent.stream.read(documenting.MOST_BYTES + 1) if sent else b""
    if sent:
        sent.close()
    found = {}
    if request.form.get("about") not in ASKED_FOR:
        found["about"] = _("Choose what the document shows")
    if not data:
        found["document"] = _("Choose a photo or PDF on your device")
    elif len(data) > documenting.MOST_BYTES:
        found["document"] = _("The file is larger than 10 MB. Take the photo with less detail")
    return data, found


def refusal_words(refusal: Exception) -> dict[str, str]:
    """Return why a document was not taken, by field; re-raises what has no words."""
    match refusal:
        case documenting.NotADocument():
            return {"document": _("This is not a photo (JPEG, PNG) or PDF, or the file is damaged")}
        case documenting.TooLarge():
            return {"document": _("The file is larger than 10 MB. Take the photo with less detail")}
        case documenting.TooMany():
            return {PAGE: _("There are 20 documents in this file; there is no room for more.")}
        case documenting.NotAskedFor():
            return {PAGE: _("Registration is over and the office has not asked for documents.")}
        case _:
            raise refusal


def shown_word(about: str) -> str:
    """Return what a document shows, or what a family is asked for."""
    return {
        "residence": _("A paper or screen that shows the residence"),
        "birth_certificate": _("The birth certificate"),
        "sibling": _("A paper that shows that the brother or sister is at the school"),
        "policy": _("A paper that shows the priority category"),
        "correct_answers": _("A correction of the registration"),
        "other": _("Something else"),
    }[about]


def ineligible_words() -> dict[str, str]:
    """Return why a registration cannot take part, by code."""
    return {
        "age": _("the child is not of the age for this intake"),
        "already_at_school": _("the child is already in grade 1 or above"),
        "outside_the_city": _("the child does not live in the city"),
        "duplicate": _("the child has another registration"),
        "not_a_child": _("no such child exists"),
    }
