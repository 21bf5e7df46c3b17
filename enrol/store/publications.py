"""Publications of an intake's outcome, and which of its pages have been rendered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.publication_requests import PublicationRequest
from enrol.store.tables.intakes import intakes, publications, seat_plans
from enrol.store.tables.rounds import rounds
from enrol.store.tables.runs import renderings, runs
from enrol.store.tables.schools import schools


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication; ``objections_until`` and ``correction_ends_at`` (for reports of errors of
    fact, provisional results only) are the first instants that are too late.
    """

    publication_id: int
    intake_id: int
    kind: str
    outcome_digest: str
    published_at: datetime
    objections_until: datetime
    correction_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class SchoolCard:
    """A school as families are told of it."""

    code: str
    name: str
    name_en: str
    address: str
    phone: str | None
    seats: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """Zones and pages written so far, when the last zone was, when the bundle was offered, and when
    it was given up.
    """

    zones: int
    pages: int
    last_at: datetime | None
    bundled_at: datetime | None
    not_bundled_at: datetime | None


_PUBLICATION = (
    publications.c.id,
    publications.c.intake_id,
    publications.c.kind,
    publications.c.outcome_digest,
    publications.c.published_at,
    publications.c.objections_until,
    publications.c.correction_ends_at,
)


def publish(
    tx: Transaction,
    *,
    request: PublicationRequest,
    published_at: datetime,
    objections_until: datetime,
    correction_ends_at: datetime | None,
) -> int:
    """Write the publication of a confirmed request and return its id. Raises AlreadyPublished.

    What is written refers to the request as it stands (``fk_publications_as_confirmed``): the
    database refuses one that was halted, or confirmed for another digest or minute.
    """
    with translated():
        publication_id: int = tx.execute(
            insert(publications)
            .values(
                intake_id=request.intake_id,
                kind=request.kind,
                outcome_digest=request.outcome_digest,
                published_by=request.asked_by,
                confirmed_by=request.confirmed_by,
                due_at=request.publish_at,
                published_at=published_at,
                objections_until=objections_until,
                correction_ends_at=correction_ends_at,
            )
            .returning(publications.c.id)
        ).scalar_one()
    return publication_id


def latest(tx: Transaction, *, intake_id: int) -> Publication | None:
    """Return the newest publication of an intake."""
    query = select(*_PUBLICATION).where(publications.c.intake_id == intake_id)
    row = tx.execute(query.order_by(publications.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Publication(*row)


def publication_of(tx: Transaction, *, intake_id: int, kind: str) -> Publication | None:
    """Return the publication of this kind."""
    query = select(*_PUBLICATION).where(
        publications.c.intake_id == intake_id, publications.c.kind == kind
    )
    row = tx.execute(query.order_by(publications.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Publication(*row)


def correction_days(tx: Transaction, *, intake_id: int) -> int:
    """Return for how many whole days errors of fact are taken after the provisional results."""
    query = select(intakes.c.correction_days).where(intakes.c.id == intake_id)
    return int(tx.execute(query).scalar_one())


def end_corrections(tx: Transaction, *, publication_id: int) -> None:
    """Let the window for reports of errors end now, by the database's clock."""
    tx.execute(
        update(publications)
        .where(publications.c.id == publication_id)
        .values(correction_ends_at=func.clock_timestamp())
    )


def intake_id_of(tx: Transaction, *, code: str) -> int | None:
    """Return the id of the intake with this code."""
    query = select(intakes.c.id).where(intakes.c.code == code)
    found: int | None = tx.execute(query).scalar_one_or_none()
    return found


def mark_rendered(
    tx: Transaction,
    *,
    publication_id: int,
    run_id: int,
    pages: int,
    read_at: datetime | None = None,
) -> bool:
    """Note that the pages of one zone are written, or, under the run of the second stage, the
    files for checking the whole intake; no page says that it was given up.

    ``read_at`` is when what they are made of was read. Returns whether that is news; saying it
    again changes nothing, unless a round of the waiting lists was held since the last time.
    """
    wanted = upsert(renderings).values(
        publication_id=publication_id,
        run_id=run_id,
        pages=pages,
        rendered_at=func.now() if read_at is None else read_at,
    )
    last_round = (
        select(func.max(rounds.c.done_at))
        .join(publications, publications.c.intake_id == rounds.c.intake_id)
        .where(publications.c.id == publication_id, rounds.c.number > 0)
        .scalar_subquery()
    )
    noted = tx.execute(
        wanted.on_conflict_do_update(
            index_elements=["publication_id", "run_id"],
            set_={
                "pages": wanted.excluded.pages,
                "rendered_at": wanted.excluded.rendered_at,
            },
            where=or_(
                and_(renderings.c.pages == 0, wanted.excluded.pages > 0),
                renderings.c.rendered_at < last_round,
            ),
        ).returning(renderings.c.run_id)
    )
    return noted.first() is not None


def unrendered_zones(tx: Transaction, *, publication_id: int, draw_id: int) -> int:
    """Return how many zones of the draw have no pages in the publication yet."""
    rendered = exists().where(
        renderings.c.run_id == runs.c.id, renderings.c.publication_id == publication_id
    )
    query = (
        select(func.count())
        .select_from(runs)
        .join(
            publications,
            and_(publications.c.id == publication_id, publications.c.kind == runs.c.outcome),
        )
        .where(runs.c.draw_id == draw_id, runs.c.stage == 1, ~rendered)
    )
    return int(tx.execute(query).scalar_one())


def rendered(tx: Transaction, *, publication_id: int) -> Rendered:
    """Return how much of a publication is written."""
    in_zone = runs.c.stage == 1
    query = (
        select(
            func.count().filter(in_zone),
            func.coalesce(func.sum(renderings.c.pages).filter(in_zone), 0),
            func.max(renderings.c.rendered_at).filter(in_zone),
            func.max(renderings.c.rendered_at).filter(~in_zone, renderings.c.pages > 0),
            func.max(renderings.c.rendered_at).filter(~in_zone, renderings.c.pages == 0),
        )
        .select_from(renderings)
        .join(runs, runs.c.id == renderings.c.run_id)
        .where(renderings.c.publication_id == publication_id)
    )
    return Rendered(*tx.execute(query).one())


def school_cards(tx: Transaction, *, intake_id: int) -> dict[str, SchoolCard]:
    """Return every school with seats in an intake by its code."""
    query = (
        select(
            schools.c.code,
            schools.c.name,
            schools.c.name_en,
            schools.c.address,
            schools.c.phone,
            seat_plans.c.seats,
        )
        .join(seat_plans, seat_plans.c.school_id == schools.c.id)
        .where(seat_plans.c.intake_id == intake_id)
        .order_by(schools.c.code)
    )
    return {row[0]: SchoolCard(*row) for row in tx.execute(query)}
