"""The result letter, and the picture that leads back to the result."""

from flask import current_app

from enrol.adapters.letters import letter_pdf
from enrol.adapters.result_letters import LetterOffice, in_words
from enrol.services.result_letters import ResultLetter
from enrol.web.locale import gettext as _
from enrol.web.locale import spoken
from enrol.web.parents.pictures import token_picture
from enrol.web.receipt_letters import result_address


def qr_picture(*, token: str, base_url: str) -> str:
    """Return the QR code of the result page as a data address for an ``img``."""
    address = result_address(token=token, base_url=base_url)
    return token_picture(before=address.removesuffix(token), token=token)


def result_letter(letter: ResultLetter) -> bytes:
    """Return the result letter or admission slip as a PDF file in the language of the request."""
    settings = current_app.extensions["enrol_settings"]
    office = LetterOffice(
        name=settings.office_name,
        name_en=settings.office_name_en,
        helpline=settings.helpline,
        base_url=settings.base_url,
    )
    return letter_pdf(in_words(letter, office=office, language=spoken(), words=_))
