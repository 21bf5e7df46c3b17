"""Publishing what two officers agreed to (``agreeing``): at its minute, then static pages are
written zone by zone.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from enrol.core.actors import Actor, System
from enrol.core.intake import Phase, can_move
from enrol.core.message_texts import RESULTS_FINAL, RESULTS_PROVISIONAL
from enrol.services import authority
from enrol.services.frozen_lists import ListAltered, refuse_altered_corrections
from enrol.services.ports import JOBS, PageRenderer, ResultPages, Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.services.result_pages import pages_of, read_zone, result_path
from enrol.services.stored_outcomes import OutcomeAltered, StoredOutcome, stored_outcome
from enrol.store import (
    clock,
    draws,
    intakes,
    journal,
    locks,
    messages,
    outbox,
    publication_requests,
    publications,
    runs,
)
from enrol.store.db import Transaction, allow_minutes, transaction
from enrol.store.intakes import CIVIL_TIME, IntakeRecord
from enrol.store.publication_requests import PublicationRequest
from enrol.store.publications import Publication

__all__ = [
    "ALTERED",
    "NotYetDue",
    "OutcomeAltered",
    "Published",
    "RenderProgress",
    "publish_due",
    "render_progress",
    "render_zone",
    "result_path",
]

ALTERED = "altered"
"""Why the system halts a request: the only reason that is a code and no officer's sentence."""
_LEADS_TO = {runs.PROVISIONAL: Phase.PROVISIONAL, runs.FINAL: Phase.FINAL}
_TELLS = {runs.PROVISIONAL: RESULTS_PROVISIONAL, runs.FINAL: RESULTS_FINAL}


class NotYetDue(Refusal):
    """The minute both officers agreed to has not come."""


@dataclass(frozen=True, slots=True)
class Published:
    """A publication that stands; ``is_new`` when this call made it."""

    outcome_digest: str
    published_at: datetime
    objections_until: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class RenderProgress:
    """How far the pages of the newest publication are written; they are shown all at once.

    ``bundled_at`` is when the files for checking were offered, None until then;
    ``not_bundled_at`` when that was given up (``bundling``), ``bundle_tries`` how often it was
    begun while it is not done.
    """

    zones_written: int
    zones_left: int
    pages: int
    last_at: datetime | None
    bundled_at: datetime | None
    not_bundled_at: datetime | None
    bundle_tries: int

    @property
    def is_done(self) -> bool:
        """Say whether everything of the publication can be seen and checked."""
        return self.zones_left == 0 and self.bundled_at is not None


def publish_due(*, request_id: int) -> Published | None:
    """Publish what two officers agreed to, now that its minute has come; stage pages and bundle.

    Provisional or final, as the request says. Every stored placement is hashed again first: an
    outcome that is no longer the one confirmed is
    not published, and the request is halted with that reason. Objections are taken for whole days
    after today. Under the intake's exclusive lock, judged by the database's clock; a repetition
    returns what stands, a halted request None. Raises NotFound, NotYetDue.
    """
    with transaction() as tx:
        request = publication_requests.request_of(tx, request_id=request_id)
        if request is None:
            raise NotFound
        locks.lock_intake_exclusive(tx, request.intake_id)
        return _publish_due(tx, request_id=request_id)


def _publish_due(tx: Transaction, *, request_id: int) -> Published | None:
    request = publication_requests.request_of(tx, request_id=request_id)
    intake = None if request is None else intakes.intake_of(tx, intake_id=request.intake_id)
    if request is None or intake is None:
        raise NotFound
    if request.halted_at is not None or not request.is_confirmed:
        return None
    known = publications.publication_of(tx, intake_id=intake.intake_id, kind=request.kind)
    if known is not None:
        return _published(known, is_new=False)
    now = clock.database_now(tx)
    if now < request.publish_at:
        raise NotYetDue
    outcome = _confirmed_outcome(tx, intake=intake, request=request)
    if outcome is None:
        _give_up(tx, intake=intake, request=request)
        return None
    publications.publish(
        tx,
        request=request,
        published_at=now,
        objections_until=_midnight_after(now, request.objection_days),
        correction_ends_at=_correction_ends_at(tx, now=now, request=request),
    )
    intakes.move_to(tx, intake_id=intake.intake_id, phase=_LEADS_TO[request.kind])
    outbox.stage(tx, job="render_results", queue=JOBS["render_results"], arguments=outcome.of_zones)
    outbox.stage(tx, job="publish_bundle", queue=JOBS["publish_bundle"], arguments=outcome.of_whole)
    publication = publications.publication_of(tx, intake_id=intake.intake_id, kind=request.kind)
    assert publication is not None  # noqa: S101
    allow_minutes(tx)
    messages.stage(tx, event=_TELLS[request.kind], ids=[intake.intake_id])
    _record(tx, intake=intake, request=request, publication=publication)
    return _published(publication, is_new=True)


def _confirmed_outcome(
    tx: Transaction, *, intake: IntakeRecord, request: PublicationRequest
) -> StoredOutcome | None:
    """Return what is stored if it is what was confirmed, and may be published now."""
    if not can_move(intake.phase, _LEADS_TO[request.kind]):
        return None
    try:
        outcome = stored_outcome(tx, intake_id=intake.intake_id, outcome=request.kind)
        refuse_altered_corrections(tx, run=outcome.runs[0])
    except (OutcomeAltered, ListAltered):
        return None
    return outcome if outcome.digest == request.outcome_digest else None


def _correction_ends_at(
    tx: Transaction, *, now: datetime, request: PublicationRequest
) -> datetime | None:
    if request.kind == runs.FINAL:
        return None
    return _midnight_after(now, publications.correction_days(tx, intake_id=request.intake_id))


def _give_up(tx: Transaction, *, intake: IntakeRecord, request: PublicationRequest) -> None:
    """Halt a request whose outcome is no longer the one that was confirmed; offices are told."""
    publication_requests.halt(tx, request_id=request.request_id, halted_by=None, reason=ALTERED)
    journal.record(
        tx,
        actor=System(),
        action="publication.altered",
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={"outcome_digest": request.outcome_digest},
    )


def _record(
    tx: Transaction, *, intake: IntakeRecord, request: PublicationRequest, publication: Publication
) -> None:
    journal.record(
        tx,
        actor=System(),
        action="intake.published",
        intake_id=intake.intake_id,
        subject=intake.code,
        detail={
            "kind": request.kind,
            "outcome_digest": request.outcome_digest,
            "objections_until": publication.objections_until.isoformat(),
            "asked_by": request.asker,
            "confirmed_by": request.confirmer,
        },
    )


def render_zone(
    *,
    run_id: int,
    pages: ResultPages,
    renderer: PageRenderer,
    secrets: Secrets,
) -> int:
    """Write the pages of one zone in its edition; the last zone puts the edition in place, unless
    a later publication followed meanwhile.

    Returns how many pages. The files are made from what is stored alone, so a repetition writes
    the same bytes. Raises NotFound for an unknown run or an intake that is not published.
    """
    with transaction() as tx:
        zone = read_zone(tx, run_id=run_id)
    edition = zone.edition
    code = edition.intake.code
    count = pages.write(
        intake=code, edition=edition.name, pages=pages_of(zone, renderer=renderer, secrets=secrets)
    )
    with transaction() as tx:
        publications.mark_rendered(
            tx, publication_id=edition.publication.publication_id, run_id=run_id, pages=count
        )
    with transaction() as tx:
        left = publications.unrendered_zones(
            tx, publication_id=edition.publication.publication_id, draw_id=zone.run.draw_id
        )
        newest = publications.latest(tx, intake_id=edition.intake.intake_id)
    if not left and newest == edition.publication:
        pages.publish(intake=code, edition=edition.name)
    return count


def render_progress(*, actor: Actor, intake_id: int) -> RenderProgress:
    """Return how far the pages of a published intake are written.

    Raises NotFound outside the officer's reach, or when nothing is published.
    """
    with transaction() as tx:
        authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        publication = publications.latest(tx, intake_id=intake_id)
        draw = draws.draw_of(tx, intake_id=intake_id)
        if publication is None or draw is None:
            raise NotFound
        written = publications.rendered(tx, publication_id=publication.publication_id)
        left = publications.unrendered_zones(
            tx, publication_id=publication.publication_id, draw_id=draw.draw_id
        )
        whole = runs.runs_of_draw(tx, draw_id=draw.draw_id, outcome=publication.kind)[-1]
        tries = outbox.sendings(tx, job="publish_bundle", argument=whole.run_id)
    return RenderProgress(
        zones_written=written.zones,
        zones_left=left,
        pages=written.pages,
        last_at=written.last_at,
        bundled_at=written.bundled_at,
        not_bundled_at=written.not_bundled_at,
        bundle_tries=tries,
    )


def _published(publication: Publication, *, is_new: bool) -> Published:
    return Published(
        outcome_digest=publication.outcome_digest,
        published_at=publication.published_at,
        objections_until=publication.objections_until,
        is_new=is_new,
    )


def _midnight_after(now: datetime, days: int) -> datetime:
    here = ZoneInfo(CIVIL_TIME)
    last_day = now.astimezone(here).date() + timedelta(days=days)
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=here)
