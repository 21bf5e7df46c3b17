"""Publishing an outcome: one decision by an officer, then static pages written zone by zone."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from enrol.core.actors import Actor
from enrol.core.digests import intake_digest, outcome_digest
from enrol.core.intake import Phase
from enrol.services import authority
from enrol.services.phases import locked_intake, refuse_unless_next
from enrol.services.ports import JOBS, PageRenderer, ResultPages, Secrets
from enrol.services.refusals import NotFound, Refusal
from enrol.services.result_pages import pages_of, read_zone, result_path
from enrol.store import clock, draws, intakes, journal, outbox, placements, publications, runs
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import CIVIL_TIME
from enrol.store.publications import Publication
from enrol.store.runs import Run

__all__ = [
    "OutcomeAltered",
    "Published",
    "RenderProgress",
    "publish_provisional",
    "render_progress",
    "render_zone",
    "result_path",
]

PROVISIONAL = "provisional"
OBJECTION_DAYS = 7
PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


class OutcomeAltered(Refusal):
    """Stored placements no longer have the digest they were stored with: nothing is published."""


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


def publish_provisional(
    *, actor: Actor, intake_id: int, objection_days: int = OBJECTION_DAYS
) -> Published:
    """Publish the allocated intake's outcome as provisional; stage its pages and its bundle.

    Every stored placement is hashed again first. Objections are taken for ``objection_days`` whole
    days after today. Under the intake's exclusive lock; a second press returns what stands. Raises
    NotFound, WrongPhase, OutcomeAltered.
    """
    officer = authority.officer(actor)
    with transaction() as tx:
        intake = locked_intake(tx, actor=actor, intake_id=intake_id)
        known = publications.latest(tx, intake_id=intake_id)
        if intake.phase in PUBLISHED and known is not None:
            return _published(known, is_new=False)
        refuse_unless_next(intake, Phase.PROVISIONAL)
        all_runs = _runs(tx, intake_id)
        for run in all_runs:
            if (
                outcome_digest(placements.placements_of(tx, run_id=run.run_id))
                != run.outcome_digest
            ):
                raise OutcomeAltered
        digest = intake_digest(run.outcome_digest or "" for run in all_runs)
        now = clock.database_now(tx)
        publications.publish(
            tx,
            intake_id=intake_id,
            kind=PROVISIONAL,
            outcome_digest=digest,
            published_by=officer.staff_id,
            published_at=now,
            objections_until=_midnight_after(now, objection_days),
        )
        intakes.move_to(tx, intake_id=intake_id, phase=Phase.PROVISIONAL)
        zone_runs = [run.run_id for run in all_runs if run.stage == 1]
        outbox.stage(tx, job="render_results", queue=JOBS["render_results"], arguments=zone_runs)
        whole = [run.run_id for run in all_runs if run.stage == 2]
        outbox.stage(tx, job="publish_bundle", queue=JOBS["publish_bundle"], arguments=whole)
        publication = publications.latest(tx, intake_id=intake_id)
        assert publication is not None  # noqa: S101
        journal.record(
            tx,
            actor=actor,
            action="intake.published",
            intake_id=intake_id,
            subject=intake.code,
            detail={
                "kind": PROVISIONAL,
                "outcome_digest": digest,
                "objections_until": publication.objections_until.isoformat(),
            },
        )
        return _published(publication, is_new=True)


def render_zone(
    *,
    run_id: int,
    pages: ResultPages,
    renderer: PageRenderer,
    secrets: Secrets,
) -> int:
    """Write the pages of one zone in the newest edition; the last zone puts the edition in place.

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
    if not left:
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
        whole = runs.runs_of_draw(tx, draw_id=draw.draw_id)[-1]
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


def _runs(tx: Transaction, intake_id: int) -> list[Run]:
    draw = draws.draw_of(tx, intake_id=intake_id)
    if draw is None:
        raise NotFound
    return runs.runs_of_draw(tx, draw_id=draw.draw_id)
