"""What each step will do, said before it is done, with the counts it concerns."""

from datetime import datetime

from enrol.services.overseeing import Overview, Step
from enrol.web.locale import VIETNAM, format_date, format_moment, format_number
from enrol.web.locale import gettext as _
from enrol.web.staff.words import either


def consequences_of(step: Step, view: Overview) -> list[str]:
    """Return the sentences of the confirm page, the gravest first."""
    return {
        Step.ANNOUNCE: _announce,
        Step.OPEN: _open,
        Step.CLOSE: _close,
        Step.CLOSE_EARLY: _close_early,
        Step.TAKE_BACK: _take_back,
        Step.ALLOCATE: _allocate,
    }[step](view)


def done_word(step: Step) -> str:
    """Return what the page says after the step."""
    return {
        Step.ANNOUNCE: _(
            "The intake was announced. The fingerprint of the sealed number is now public."
        ),
        Step.OPEN: _("Registration is open."),
        Step.CLOSE: _("The list is frozen. Its fingerprint is now public."),
        Step.CLOSE_EARLY: _("The list is frozen. Its fingerprint is now public."),
        Step.TAKE_BACK: _("The recorded value was taken back. Nothing was drawn."),
        Step.ALLOCATE: _("The allocation has started. This page shows how far it is."),
    }[step]


def value_sentence(view: Overview) -> str:
    """Return which public value decides, and when it is born."""
    intake = view.intake
    return _(
        "Public value: %(name)s of %(day)s.",
        name=either(intake.public_value_name, intake.public_value_name_en),
        day=format_date(intake.public_value_on),
    )


def frozen_on_the_day(view: Overview) -> datetime | None:
    """Return when the list was frozen if the public value is of that same day, else None."""
    intake = view.intake
    if intake.frozen_at is None:
        return None
    day = intake.frozen_at.astimezone(VIETNAM).date()
    return intake.frozen_at if day == intake.public_value_on else None


def _registered(view: Overview) -> str:
    count = view.counters.body.get("registrations") if view.counters else None
    if view.counters is None or not isinstance(count, int):
        return _("The number of registrations has not been counted yet.")
    return _(
        "Registrations at %(at)s: %(count)s.",
        count=format_number(count),
        at=format_moment(view.counters.taken_at),
    )


def _offer(view: Overview) -> str:
    return _(
        "%(seats)s seats at %(schools)s schools in %(zones)s zones.",
        seats=format_number(view.seats),
        schools=format_number(view.schools),
        zones=format_number(view.zones),
    )


def _announce(view: Overview) -> list[str]:
    return [
        _("Families can sign in and prepare. Rules, dates and the public value then stand."),
        _offer(view),
        _(
            "Registration from %(start)s to %(end)s.",
            start=format_moment(view.intake.opens_at),
            end=format_moment(view.intake.closes_at),
        ),
        value_sentence(view),
        _("A secret number is made and sealed; its fingerprint is published at once."),
        _("Seats can still be changed until the list is closed, each time with a reason."),
    ]


def _open(view: Overview) -> list[str]:
    sentences = [
        _("Families can register until %(end)s.", end=format_moment(view.intake.closes_at))
    ]
    if view.at < view.intake.opens_at:
        sentences.insert(
            0,
            _(
                "Registration opens now instead of at %(start)s.",
                start=format_moment(view.intake.opens_at),
            ),
        )
    return sentences


def _close(view: Overview) -> list[str]:
    return [
        _("The list of registrations is frozen for good. Nobody can add, change or remove one."),
        _registered(view),
        _("Facts count as they are decided now: finish the verification first."),
        _("The fingerprint of the list is published; then only the public value is missing."),
    ]


def _close_early(view: Overview) -> list[str]:
    grave = _(
        "Registration ends now instead of at %(end)s. Families who still want to register cannot.",
        end=format_moment(view.intake.closes_at),
    )
    return [grave, *_close(view)]


def _take_back(view: Overview) -> list[str]:
    name = view.draw.proposer if view.draw else ""
    return [
        _("The value that %(name)s recorded is removed; the journal keeps it.", name=name),
        _("Nothing was drawn with it. An officer can record the value again."),
    ]


def _allocate(view: Overview) -> list[str]:
    return [
        _("Places are computed zone by zone from the frozen list, the seats and the draw."),
        _(
            "%(count)s registrations, %(zones)s zones.",
            count=format_number(view.intake.list_size or 0),
            zones=format_number(view.zones),
        ),
        _offer(view),
        _("The same input always gives the same result; anybody can compute it again."),
    ]
