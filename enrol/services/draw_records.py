"""What everyone may read of a draw, before, during and after it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from enrol.core.draw_file import Renaming
from enrol.core.intake import Phase
from enrol.services.frozen_files import renamed_values
from enrol.services.refusals import NotFound
from enrol.store import draws, intakes, publications, windows
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import CIVIL_TIME, IntakeRecord

PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """The draw of an intake; what is not known yet is None. ``first`` is the intake that it
    follows, when it is a second round.
    """

    intake: IntakeRecord
    renamed: tuple[Renaming, ...]
    public_value: str | None
    drawn_at: datetime | None
    seed: str | None
    outcome_digest: str | None
    published_at: datetime | None
    first: IntakeRecord | None = None

    @property
    def same_day(self) -> bool:
        """Say whether the public value is of the day on which the list was frozen."""
        frozen_at = self.intake.frozen_at
        civil = None if frozen_at is None else frozen_at.astimezone(ZoneInfo(CIVIL_TIME)).date()
        return civil == self.intake.public_value_on


def current_draw() -> DrawRecord | None:
    """Return what is public of the newest official intake's draw; a proposed value is not."""
    with transaction() as tx:
        window = windows.current_window(tx)
        intake = None if window is None else intakes.intake_of(tx, intake_id=window.intake_id)
        return None if intake is None else _record(tx, intake)


def draw_of(*, code: str) -> DrawRecord:
    """Return what is public of an official intake's draw. Raises NotFound before it is announced,
    and for a code that no intake has.
    """
    with transaction() as tx:
        intake = intakes.announced_by_code(tx, code=code)
        if intake is None:
            raise NotFound
        return _record(tx, intake)


def _record(tx: Transaction, intake: IntakeRecord) -> DrawRecord:
    draw = draws.draw_of(tx, intake_id=intake.intake_id)
    stands = draw if draw is not None and draw.is_confirmed else None
    publication = publications.latest(tx, intake_id=intake.intake_id)
    shown = publication if intake.phase in PUBLISHED else None
    return DrawRecord(
        intake=intake,
        renamed=renamed_values(tx, intake_id=intake.intake_id),
        public_value=stands.public_value if stands else None,
        drawn_at=stands.confirmed_at if stands else None,
        seed=stands.seed if stands else None,
        outcome_digest=shown.outcome_digest if shown else None,
        published_at=shown.published_at if shown else None,
        first=intakes.intake_of(tx, intake_id=intake.follows_id) if intake.follows_id else None,
    )
