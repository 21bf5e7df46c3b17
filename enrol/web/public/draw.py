"""The page of the draw: what was published when, and how anybody checks it."""

from flask import Response, make_response, render_template

from enrol.services import draw_records
from enrol.services.draw_records import DrawRecord
from enrol.web.locale import format_date, format_moment
from enrol.web.locale import gettext as _
from enrol.web.offered import offered_files
from enrol.web.public.routes import blueprint, kept_a_minute

__all__ = ["blueprint"]


@blueprint.get("/boc-so")
def draw() -> Response:
    return _page(draw_records.current_draw())


@blueprint.get("/boc-so/<code>")
def draw_of(code: str) -> Response:
    return _page(draw_records.draw_of(code=code))


def _page(record: DrawRecord | None) -> Response:
    return kept_a_minute(
        make_response(
            render_template(
                "public/draw.html",
                record=record,
                steps=_steps(record) if record else (),
                files=offered_files(record.intake.code) if record else (),
            )
        )
    )


def _steps(record: DrawRecord) -> list[dict[str, str]]:
    intake = record.intake
    known = (
        (_("Announcement"), intake.announced_at, _("Rules, sealed number and public value named")),
        (_("List frozen"), intake.frozen_at, _("Fingerprints of list, places and distances")),
        (
            _("Draw"),
            record.drawn_at,
            _("Public value of %(day)s; the sealed number is opened", day=_day(record)),
        ),
        (_("Result published"), record.published_at, _("The file with which anybody checks")),
    )
    done = sum(at is not None for _title, at, _text in known)
    return [
        {
            "title": title,
            "at": format_moment(at) if at else "",
            "text": text,
            "state": "done" if at else ("now" if place == done else "next"),
        }
        for place, (title, at, text) in enumerate(known)
    ]


def _day(record: DrawRecord) -> str:
    return format_date(record.intake.public_value_on)
