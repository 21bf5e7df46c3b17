"""The page of the draw: what was published when, and how anybody checks it."""

from pathlib import Path

from flask import Response, current_app, make_response, render_template

from enrol.services import draw_records
from enrol.services.draw_records import DrawRecord
from enrol.services.refusals import NotFound
from enrol.web.locale import format_date, format_moment
from enrol.web.locale import gettext as _
from enrol.web.public.routes import blueprint, kept_a_minute

__all__ = ["blueprint"]

VERIFIER = "verify.pyz"


@blueprint.get("/boc-so")
def draw() -> Response:
    record = draw_records.current_draw()
    return kept_a_minute(
        make_response(
            render_template(
                "public/draw.html",
                record=record,
                steps=_steps(record) if record else (),
                has_bundle=record is not None and _bundle(record).is_file(),
            )
        )
    )


@blueprint.get("/boc-so/ket-qua.zip")
def bundle_file() -> Response:
    record = draw_records.current_draw()
    if record is None or record.outcome_digest is None:
        raise NotFound
    return _download(_bundle(record), f"{record.intake.code}.zip", "application/zip")


@blueprint.get("/boc-so/verify.pyz")
def verifier_file() -> Response:
    return _download(_directory() / VERIFIER, VERIFIER, "application/octet-stream")


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


def _download(path: Path, name: str, kind: str) -> Response:
    if not path.is_file():
        raise NotFound
    response = Response(path.read_bytes(), mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return kept_a_minute(response)


def _bundle(record: DrawRecord) -> Path:
    return _directory() / f"{record.intake.code}.zip"


def _directory() -> Path:
    directory: Path = current_app.extensions["enrol_settings"].bundles_directory
    return directory
