"""Named constraints and the domain fact each one states: the one table of the house."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors
from sqlalchemy.exc import DBAPIError


class StoreRefusal(Exception):
    """A constraint of the database refused a write, as anticipated."""


class AlreadyRegistered(StoreRefusal):
    """The child has a live registration in this intake."""


class AlreadySubmitted(StoreRefusal):
    """This submission key was used before: a repeated press of the same button."""


class AlreadyDrawn(StoreRefusal):
    """The intake has its official draw."""


class SameOfficerTwice(StoreRefusal):
    """A step for two officers was attempted by one."""


class AlreadyRun(StoreRefusal):
    """The frozen list of this zone has its official run."""


class SeatsExceeded(StoreRefusal):
    """A school would hold more children than seats."""


class AlreadyPublished(StoreRefusal):
    """The intake has a publication of this kind."""


class AlreadyAsked(StoreRefusal):
    """A request to publish this outcome stands already."""


class AlreadyObjected(StoreRefusal):
    """The child has an objection in this intake that is not answered yet."""


class AlreadyReported(StoreRefusal):
    """The registration has a report of an error that is not decided yet."""


class AlreadyDecided(StoreRefusal):
    """The report of an error was decided meanwhile."""


class FinalRunOpened(StoreRefusal):
    """The final run has begun: facts are no longer corrected."""


class RoundPending(StoreRefusal):
    """A round was asked for and is not held yet: until then nothing is answered."""


class SecondRoundPlanned(StoreRefusal):
    """The intake has its second round for late registrations."""


class MovePlanned(StoreRefusal):
    """The school has a move that is neither done nor taken back."""


class TokenMade(StoreRefusal):
    """This press of the button has made its token already."""


class CodeTaken(StoreRefusal):
    """The code or identity number is already in use."""


class StoreBusy(Exception):
    """A lock or statement was not granted in its time; trying again later is safe."""


_FACTS: dict[str, type[StoreRefusal]] = {
    "uq_registrations_live_child": AlreadyRegistered,
    "uq_submissions_submission_key": AlreadySubmitted,
    "uq_draws_official": AlreadyDrawn,
    "ck_draws_two_officers": SameOfficerTwice,
    "ck_publication_requests_two_officers": SameOfficerTwice,
    "ck_seat_plans_two_officers": SameOfficerTwice,
    "uq_publication_requests_live": AlreadyAsked,
    "uq_runs_official": AlreadyRun,
    "uq_objections_open": AlreadyObjected,
    "uq_error_reports_open": AlreadyReported,
    "uq_corrections_report_id": AlreadyDecided,
    "uq_corrections_counting": AlreadyDecided,
    "ck_corrections_before_the_final_run": FinalRunOpened,
    "uq_rounds_pending": RoundPending,
    "uq_rounds_number": RoundPending,
    "ck_fills_never_over_the_seats": SeatsExceeded,
    "uq_publications_intake_id_kind": AlreadyPublished,
    "uq_intakes_follows_id": SecondRoundPlanned,
    "uq_school_moves_open": MovePlanned,
    "uq_partner_tokens_form_key": TokenMade,
    "uq_children_pupil_code": CodeTaken,
    "uq_children_personal_id": CodeTaken,
    "uq_registrations_code": CodeTaken,
    "uq_intakes_code": CodeTaken,
    "ex_units_code_validity": CodeTaken,
}

_BUSY = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn a named constraint's violation into its domain fact; anything else passes unchanged."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        if isinstance(cause, _BUSY):
            raise StoreBusy from error
        if isinstance(cause, errors.IntegrityError):
            fact = _FACTS.get(cause.diag.constraint_name or "")
            if fact is not None:
                raise fact from error
        raise
