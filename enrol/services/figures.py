"""Live figures out of the snapshots that the relay takes: no page ever counts.

Whoever shows them also says when they were taken (``taken_at``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from enrol.core.actors import Actor
from enrol.core.intake import ShownPhase, shown_phase
from enrol.services import authority
from enrol.services.refusals import NotFound
from enrol.store import figures, intakes, windows
from enrol.store.db import Transaction, transaction
from enrol.store.figures import ZoneLine
from enrol.store.intakes import Snapshot
from enrol.store.windows import Window

__all__ = ["Figures", "Window", "ZoneFigures", "gauges", "office_figures", "public_figures"]

MINUTES = 60
OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """One zone: registrations so far and all its seats."""

    code: str
    name: str
    name_en: str
    registrations: int
    seats: int

    @property
    def load(self) -> float:
        """Registrations a seat; 0 without seats."""
        return self.registrations / self.seats if self.seats else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """An intake's figures at ``taken_at``.

    ``minutes`` are the last hour's, each with its count, the oldest first and the one that runs
    last. ``first_wishes`` counts by school code. ``ticked`` drafts wait for the opening;
    ``waiting`` and ``inside`` are None while nobody can tell. ``undone`` and ``oldest_seconds``
    are the outbox's: work staged and not done, and since when.
    """

    window: Window
    shown: ShownPhase
    taken_at: datetime
    registrations: int
    minutes: tuple[tuple[datetime, int], ...]
    zones: tuple[ZoneFigures, ...]
    first_wishes: Mapping[str, int]
    ticked: int
    waiting: int | None
    inside: int | None
    undone: int
    oldest_seconds: int

    @property
    def seats(self) -> int:
        """All seats of the intake."""
        return sum(zone.seats for zone in self.zones)

    @property
    def last_minute(self) -> int:
        """Registrations of the last whole minute."""
        return self.minutes[-2][1] if len(self.minutes) > 1 else 0

    @property
    def zones_by_load(self) -> tuple[ZoneFigures, ...]:
        """The zones, those with the most registrations a seat first."""
        return tuple(sorted(self.zones, key=lambda zone: (-zone.load, zone.code)))


def public_figures() -> Figures | None:
    """Return the figures of the current official intake; None without one, or before the first
    snapshot.
    """
    with transaction() as tx:
        window = windows.current_window(tx)
        return None if window is None else _figures(tx, window)


def office_figures(*, actor: Actor, intake_id: int) -> tuple[Window, Figures | None]:
    """Return an intake's window and figures for an officer who takes part in it. Raises NotFound.

    Sums over the whole intake name no child, so every officer of the intake may see them.
    """
    with transaction() as tx:
        authority.seen_intake(tx, actor=actor, intake_id=intake_id)
        window = windows.window_of(tx, intake_id=intake_id)
        if window is None:
            raise NotFound
        return window, _figures(tx, window)


def gauges() -> Mapping[str, tuple[Mapping[str, Any], float]]:
    """Return every snapshot's numbers and its age in seconds, by name, for the metrics."""
    with transaction() as tx:
        return figures.all_snapshots(tx)


def _figures(tx: Transaction, window: Window) -> Figures | None:
    taken = intakes.snapshot_of(tx, name=f"intake/{window.intake_id}")
    if taken is None:
        return None
    work = intakes.snapshot_of(tx, name=OUTBOX)
    zones = figures.zone_lines(tx, intake_id=window.intake_id)
    body: Mapping[str, Any] = taken.body
    staged: Mapping[str, Any] = work.body if work else {}
    return Figures(
        window=window,
        shown=shown_phase(
            phase=window.phase, opens_at=window.opens_at, closes_at=window.closes_at, at=window.at
        ),
        taken_at=taken.taken_at,
        registrations=body.get("registrations", 0),
        minutes=_minutes(taken),
        zones=tuple(_zone(line, body.get("zones", {})) for line in zones),
        first_wishes=body.get("first_wishes", {}),
        ticked=body.get("ticked", 0),
        waiting=body.get("waiting"),
        inside=body.get("inside"),
        undone=staged.get("undone", 0),
        oldest_seconds=staged.get("oldest_seconds", 0),
    )


def _zone(line: ZoneLine, counts: Mapping[str, int]) -> ZoneFigures:
    return ZoneFigures(line.code, line.name, line.name_en, counts.get(line.code, 0), line.seats)


def _minutes(taken: Snapshot) -> tuple[tuple[datetime, int], ...]:
    body: Mapping[str, Any] = taken.body
    counts = {datetime.fromisoformat(at): count for at, count in body.get("minutes", ())}
    last = taken.taken_at.replace(second=0, microsecond=0)
    instants = (last - timedelta(minutes=back) for back in reversed(range(MINUTES)))
    return tuple((at, counts.get(at, 0)) for at in instants)
