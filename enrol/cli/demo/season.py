"""One season of the city office: announce, close, draw, allocate, publish, each by whoever may."""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from enrol.cli.demo.stack import StackError
from enrol.core.actors import Officer
from enrol.core.intake import Phase
from enrol.factory import Adapters
from enrol.services import agreeing, allocating, closing, drawing, planning, publishing
from enrol.services.closing import FrozenList
from enrol.services.drawing import Drawn
from enrol.services.publishing import Published

_ALLOCATED_WITHIN_SECONDS = 900
_RENDERED_WITHIN_SECONDS = 1800
_LOOK_EVERY_SECONDS = 0.2
_AGREED_AHEAD = timedelta(seconds=10)
"""The demo's two officers agree at once on a minute this far ahead, where offices take an hour."""


@dataclass(frozen=True, slots=True)
class Season:
    """Does the office's steps for one intake with two officers of the city."""

    intake_id: int
    first: Officer
    second: Officer
    adapters: Adapters

    def announce(self) -> str:
        """Publish rules, seats and the commitment; returns the commitment."""
        return closing.announce_intake(
            actor=self.first, intake_id=self.intake_id, vault=self.adapters.vault
        )

    def close(self) -> FrozenList:
        """Freeze the list now, before the window's end: the demo's morning is over."""
        return closing.close_intake(actor=self.first, intake_id=self.intake_id, early=True)

    def draw(self) -> Drawn:
        """Throw dice, read them in twice, reveal the seed."""
        thrown = "-".join(str(secrets.randbelow(6) + 1) for _ in range(10))
        drawing.propose_public_value(
            actor=self.first,
            intake_id=self.intake_id,
            public_value=thrown,
            arose_later=True,
        )
        return drawing.confirm_public_value(
            actor=self.second,
            intake_id=self.intake_id,
            public_value=thrown,
            arose_later=True,
            vault=self.adapters.vault,
        )

    def allocate(self) -> None:
        """Start one run a zone and wait until the workers have finished the last one."""
        allocating.start_allocation(actor=self.first, intake_id=self.intake_id)
        deadline = time.monotonic() + _ALLOCATED_WITHIN_SECONDS
        while self.phase() is not Phase.ALLOCATED:
            if time.monotonic() > deadline:
                raise StackError("the workers did not finish the allocation; see the logs")
            time.sleep(_LOOK_EVERY_SECONDS)

    def publish(self) -> Published:
        """Let both officers agree on a minute, and wait until every result page and the bundle are
        served.
        """
        now = datetime.now(UTC)
        asked = agreeing.ask_publication(
            actor=self.first,
            intake_id=self.intake_id,
            publish_at=now + _AGREED_AHEAD,
            signed_in_at=now,
        )
        agreeing.confirm_publication(
            actor=self.second,
            intake_id=self.intake_id,
            request_id=asked.request_id,
            seen_digest=asked.outcome_digest,
            signed_in_at=now,
        )
        deadline = time.monotonic() + _RENDERED_WITHIN_SECONDS
        while self.phase() is not Phase.PROVISIONAL or not self._is_served():
            if time.monotonic() > deadline:
                raise StackError("the workers did not finish pages and bundle; see the logs")
            time.sleep(_LOOK_EVERY_SECONDS)
        published = publishing.publish_due(request_id=asked.request_id)
        if published is None:
            raise StackError("the agreed publication was halted; see the journal")
        return published

    def _is_served(self) -> bool:
        return publishing.render_progress(actor=self.first, intake_id=self.intake_id).is_done

    def phase(self) -> Phase:
        """Return where the intake stands."""
        return planning.seats_of(actor=self.first, intake_id=self.intake_id).intake.phase
