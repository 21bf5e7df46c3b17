"""Publishing an outcome: one decision by an officer, then static pages written zone by zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from enrol.core.actors import Actor
from enrol.core.digests import intake_digest, outcome_digest
from enrol.core.explanation import explain_zone
from enrol.core.intake import Phase
from enrol.core.model import Placement
from enrol.core.priority import is_in_zone
from enrol.services import authority
from enrol.services.letters import Edition, Standing, admitted, letter, spoken_card
from enrol.services.orders import Order, order_of
from enrol.services.phases import locked_intake, refuse_unless_next
from enrol.services.ports import JOBS, PageRenderer, RenderedPage, ResultPages, Secrets
from enrol.services.reasons import wish_values
from enrol.services.refusals import NotFound, Refusal
from enrol.store import (
    clock,
    draws,
    intakes,
    journal,
    outbox,
    placements,
    publications,
    runs,
    zone_results,
)
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import CIVIL_TIME
from enrol.store.publications import Publication
from enrol.store.runs import Run
from enrol.store.zone_results import Leftover

LANGUAGES = ("vi", "en")
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
class _Zone:
    """What the pages of one zone are made of."""

    run: Run
    edition: Edition
    order: Order
    first: Sequence[Placement]
    leftovers: dict[str, Leftover]
    admitted: dict[str, list[Placement]]
    places: dict[str, dict[str, int]]


def publish_provisional(
    *, actor: Actor, intake_id: int, objection_days: int = OBJECTION_DAYS
) -> Published:
    """Publish the allocated intake's outcome as provisional and stage its pages.

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
        zone = _zone(tx, run_id=run_id)
    edition = zone.edition
    code = edition.intake.code
    count = pages.write(
        intake=code, edition=edition.name, pages=_pages(zone, renderer=renderer, secrets=secrets)
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


def zones_left(*, actor: Actor, intake_id: int) -> int:
    """Return how many zones of a published intake still wait for their pages.

    Raises NotFound outside the officer's reach, or when nothing is published.
    """
    with transaction() as tx:
        authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        publication = publications.latest(tx, intake_id=intake_id)
        draw = draws.draw_of(tx, intake_id=intake_id)
        if publication is None or draw is None:
            raise NotFound
        return publications.unrendered_zones(
            tx, publication_id=publication.publication_id, draw_id=draw.draw_id
        )


def result_path(*, token: str, language: str) -> str:
    """Return where a result page lies below its edition."""
    return f"{token[:2]}/{token}.{language}.html"


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


def _zone(tx: Transaction, *, run_id: int) -> _Zone:
    run = runs.run_of(tx, run_id=run_id)
    if run is None or run.intake_zone_id is None:
        raise NotFound
    intake = intakes.intake_of(tx, intake_id=run.intake_id)
    publication = publications.latest(tx, intake_id=run.intake_id)
    if intake is None or publication is None:
        raise NotFound
    order = order_of(tx, run=run)
    cards = publications.school_cards(tx, intake_id=run.intake_id)
    edition = Edition(
        intake=intake,
        publication=publication,
        cards={code: spoken_card(card) for code, card in cards.items()},
        bands=[band.name for band in order.rules.bands],
    )
    where = {"draw_id": run.draw_id, "intake_zone_id": run.intake_zone_id}
    return _Zone(
        run=run,
        edition=edition,
        order=order,
        first=placements.placements_of(tx, run_id=run_id),
        leftovers=zone_results.leftovers(tx, **where),
        admitted=zone_results.admitted(tx, **where),
        places=zone_results.waiting_places_of(tx, **where),
    )


def _pages(zone: _Zone, *, renderer: PageRenderer, secrets: Secrets) -> Iterator[RenderedPage]:
    for values, token in _letters(zone, secrets):
        for language in LANGUAGES:
            body = renderer.render(template="public/result.html", language=language, values=values)
            yield RenderedPage(path=result_path(token=token, language=language), body=body)
    for school in zone.order.schools:
        values = admitted(
            edition=zone.edition, school=school.code, placements=zone.admitted.get(school.code, ())
        )
        for language in LANGUAGES:
            body = renderer.render(
                template="public/admitted.html", language=language, values=values
            )
            yield RenderedPage(path=f"lists/{school.code}.{language}.html", body=body)


def _letters(zone: _Zone, secrets: Secrets) -> Iterator[tuple[dict[str, object], str]]:
    order = zone.order
    explained = explain_zone(
        entries=order.entries,
        seat_plans=order.plans,
        rules=order.rules,
        key=order.key,
        placements=zone.first,
    )
    for entry, placement, explanation in zip(order.entries, zone.first, explained, strict=True):
        token = secrets.result_token(code=entry.code)
        leftover = zone.leftovers.get(entry.code)
        standing = Standing(
            placement=leftover.placement if leftover else placement,
            in_zone=is_in_zone(facts=entry.facts, rules=order.rules),
            wishes=[wish_values(wish) for wish in explanation.wishes],
            leftover=leftover.wishes if leftover else (),
        )
        yield (
            letter(
                edition=zone.edition,
                standing=standing,
                places=zone.places.get(entry.code, {}),
            ),
            token,
        )
