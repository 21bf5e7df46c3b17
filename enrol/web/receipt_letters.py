"""The receipt as a letter: what a family fetches, and what a counter prints for it."""

from flask import current_app, url_for

from enrol.adapters.letters import Letter, Section, letter_pdf
from enrol.services.registering import Receipt
from enrol.web.locale import format_date, format_metres, format_moment, named, spoken
from enrol.web.locale import gettext as _


def result_address(*, token: str, base_url: str) -> str:
    """Return the address of one registration's result page.

    Nobody can guess it, and it needs neither session nor database: on results day any web server
    carries it. Who has a picture of the receipt can open it; it names no child.
    """
    return base_url + url_for("public.result", token=token)


def receipt_letter(receipt: Receipt, *, base_url: str) -> bytes:
    """Return the receipt as a PDF file in the language of the request."""
    lines, window = receipt.lines, receipt.window
    settings = current_app.extensions["enrol_settings"]
    language = spoken()
    return letter_pdf(
        Letter(
            language=language,
            office=settings.office_name if language == "vi" else settings.office_name_en,
            title=_("Receipt of registration"),
            code_label=_("Registration code"),
            code=lines.code,
            qr=result_address(token=receipt.result_token, base_url=base_url),
            sections=_sections(receipt),
            paragraphs=(
                _("You need not hand in anything again, on paper or in person."),
                _("The hour of registration gives no priority."),
                _(
                    "Keep this letter: on results day its QR code opens the result, without"
                    " signing in."
                ),
                _("We never call you, and never ask for money or the secret code."),
            ),
            foot=_(
                "Made by the online enrolment system of %(office)s, %(address)s, from what was"
                " received at %(time)s. Helpline %(helpline)s."
                " Fingerprint of what you sent: %(hash)s",
                office=settings.office_name if language == "vi" else settings.office_name_en,
                address=base_url,
                time=format_moment(lines.submitted_at),
                helpline=settings.helpline,
                hash=lines.submission_hash,
            ),
            made_at=lines.submitted_at,
            warning=_("REHEARSAL: not a registration") if window.is_rehearsal else "",
        )
    )


def _sections(receipt: Receipt) -> tuple[Section, ...]:
    lines, window = receipt.lines, receipt.window
    return (
        Section(
            _("What we received"),
            (
                (_("Intake"), named(window)),
                (_("Child"), receipt.child.full_name),
                (_("Pupil code"), receipt.child.pupil_code),
                (_("Received at"), format_moment(lines.submitted_at)),
                (_("Version"), str(lines.version)),
                (
                    _("Zone"),
                    lines.zone_name_en
                    if spoken() == "en" and lines.zone_name_en
                    else lines.zone_name,
                ),
            ),
        ),
        Section(
            _("Wishes, in your order"),
            tuple(
                (_("Wish %(rank)s", rank=wish.rank), _wish(named(wish), wish.distance))
                for wish in lines.wishes
            ),
        ),
        Section(
            _("What happens next"),
            (
                (
                    _("Until registration closes you may change or withdraw"),
                    format_moment(window.closes_at),
                ),
                (_("Draw with the public value"), format_date(window.public_value_on)),
            ),
        ),
    )


def _wish(name: str, distance: int | None) -> str:
    return name if distance is None else f"{name} ({format_metres(distance)})"
