"""Two officers who agree to publish, and the minute that comes at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from enrol.core.actors import CITY_OFFICER, Officer
from enrol.services import agreeing, publishing, signing_in_staff
from enrol.services.publishing import Published
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes, publication_requests
from tests.officers import add_officer

SECOND = "confirms@example.vn"


def second_officer(*, intake_id: int) -> Officer:
    """Return another officer of the intake's unit, always the same."""
    known = signing_in_staff.officer_with(email=SECOND)
    if known is not None:
        return known
    with transaction() as tx:
        query = select(intakes.c.unit_id).where(intakes.c.id == intake_id)
        unit_id = tx.execute(query).scalar_one()
    return add_officer(email=SECOND, role=CITY_OFFICER, unit_id=unit_id)


def ask(*, officer: Officer, intake_id: int, **changes: Any) -> agreeing.PublicationRequest:
    """Ask for publication in an hour."""
    now = datetime.now(UTC)
    asked: dict[str, Any] = {"publish_at": now + timedelta(hours=1), "signed_in_at": now, **changes}
    return agreeing.ask_publication(actor=officer, intake_id=intake_id, **asked)


def confirm(
    *, officer: Officer, request: agreeing.PublicationRequest, **changes: Any
) -> agreeing.PublicationRequest:
    """Confirm what the request says."""
    seen: dict[str, Any] = {
        "request_id": request.request_id,
        "seen_digest": request.outcome_digest,
        "signed_in_at": datetime.now(UTC),
        **changes,
    }
    return agreeing.confirm_publication(actor=officer, intake_id=request.intake_id, **seen)


def let_the_minute_come(*, request_id: int) -> None:
    """Move the agreed minute to now."""
    with transaction() as tx:
        tx.execute(
            update(publication_requests)
            .where(publication_requests.c.id == request_id)
            .values(publish_at=func.clock_timestamp())
        )


def publish(*, officer: Officer, intake_id: int) -> Published:
    """Publish the allocated outcome: asked, confirmed by another officer, at its minute."""
    second = second_officer(intake_id=intake_id)  # an account younger than the request may not
    request = ask(officer=officer, intake_id=intake_id)
    confirm(officer=second, request=request)
    let_the_minute_come(request_id=request.request_id)
    published = publishing.publish_due(request_id=request.request_id)
    assert published is not None
    return published
