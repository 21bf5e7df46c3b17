"""Making the published bundle: everything anyone needs to draw and allocate again."""

import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from enrol.core.actors import System
from enrol.core.bundle import build
from enrol.core.certificate import Certificate
from enrol.core.draw_file import Draw
from enrol.core.intake import Phase
from enrol.core.intake_certificate import certify_intake
from enrol.core.leftovers import ZoneDistances, distances_from_zones
from enrol.core.lottery import draw_key
from enrol.core.model import Entry, Placement, SeatPlan
from enrol.core.priority import RuleSet, rules_from_json
from enrol.core.results import Results, ZoneCutOff, ZoneWaiting
from enrol.core.sealing import entry_from_json
from enrol.core.verdict import Line
from enrol.core.verification import verify
from enrol.services.frozen_files import frozen_distances, renamed_values
from enrol.services.phases import refuse_unless_in
from enrol.services.ports import BundleFiles
from enrol.services.refusals import NotFound, Refusal
from enrol.store import (
    draws,
    frozen_entries,
    intakes,
    journal,
    outbox,
    placements,
    publications,
    run_inputs,
    runs,
)
from enrol.store.db import Transaction, transaction
from enrol.store.draws import Draw as StoredDraw
from enrol.store.intakes import CIVIL_TIME, IntakeRecord
from enrol.store.publications import Publication
from enrol.store.run_inputs import DrawnRules
from enrol.store.runs import Run

MOST_TRIES = 3
"""So often workers try to verify what they are to offer; then people have to look."""

PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)


class BundleDiffers(Refusal):
    """What is stored does not follow from the published inputs; ``first`` says where."""

    def __init__(self, first: Line) -> None:
        super().__init__(first.en)
        self.first = first


@dataclass(frozen=True, slots=True)
class BuiltBundle:
    """The members by name, in their order, and what verifying them has checked."""

    members: dict[str, bytes]
    checked: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Season:
    """A published intake as stored."""

    intake: IntakeRecord
    rules: RuleSet
    plans: list[SeatPlan]
    entries: list[Entry]
    draw: Draw
    distances: ZoneDistances
    results: Results


def build_bundle(*, intake_code: str) -> BuiltBundle:
    """Return the bundle of a published intake, computed again and compared before it is given out.

    Raises NotFound, WrongPhase before the publication, BundleDiffers when the stored outcome is not
    what the inputs give.
    """
    with transaction() as tx:
        intake_id = publications.intake_id_of(tx, code=intake_code)
        season = _season(tx, intake_id=intake_id)
    return _built(season)


def publish_bundle(*, run_id: int, files: BundleFiles) -> None:
    """Offer the bundle of the intake whose second stage is this run, and the verifier with it.

    Everything is computed again and verified first; while that fails, what was offered before
    stays. Made from what is stored alone, so a repetition offers the same bytes, also beside
    another worker's; the journal gets one entry. What does not verify at the third try is given up:
    the journal and the office's page say so. Raises NotFound for an unknown run or one of a first
    stage, WrongPhase, BundleDiffers.
    """
    with transaction() as tx:
        run = runs.run_of(tx, run_id=run_id)
        if run is None or run.intake_zone_id is not None:
            raise NotFound
        publication = publications.latest(tx, intake_id=run.intake_id)
        season = _season(tx, intake_id=run.intake_id)
        tries = outbox.sendings(tx, job="publish_bundle", argument=run_id)
    if publication is None:
        raise NotFound
    try:
        built = _built(season)
    except BundleDiffers as refusal:
        if tries < MOST_TRIES:
            raise
        detail = {"difference": refusal.first.vi, "difference_en": refusal.first.en}
        _note(season, publication, run_id=run_id, action="intake.not_bundled", detail=detail)
        return
    _offer(season, publication, run_id=run_id, members=built.members, files=files)


def offer_bundle(*, intake_code: str, files: BundleFiles) -> BuiltBundle:
    """Offer the bundle of a published intake by hand, as ``publish_bundle`` does.

    Raises NotFound, WrongPhase, BundleDiffers.
    """
    with transaction() as tx:
        intake_id = publications.intake_id_of(tx, code=intake_code)
        season = _season(tx, intake_id=intake_id)
        publication = publications.latest(tx, intake_id=season.intake.intake_id)
        draw = draws.draw_of(tx, intake_id=season.intake.intake_id)
        if publication is None or draw is None:
            raise NotFound
        whole = runs.runs_of_draw(tx, draw_id=draw.draw_id)[-1]
    built = _built(season)
    _offer(season, publication, run_id=whole.run_id, members=built.members, files=files)
    return built


def _offer(
    season: _Season,
    publication: Publication,
    *,
    run_id: int,
    members: dict[str, bytes],
    files: BundleFiles,
) -> None:
    bundle, verifier = files.publish(intake=season.intake.code, members=members)
    detail = {"bundle": bundle.sha256, "verifier": verifier.sha256}
    _note(season, publication, run_id=run_id, action="intake.bundled", detail=detail, pages=2)


def _note(
    season: _Season,
    publication: Publication,
    *,
    run_id: int,
    action: str,
    detail: dict[str, str],
    pages: int = 0,
) -> None:
    with transaction() as tx:
        is_news = publications.mark_rendered(
            tx, publication_id=publication.publication_id, run_id=run_id, pages=pages
        )
        if is_news:
            journal.record(
                tx,
                actor=System(),
                action=action,
                intake_id=season.intake.intake_id,
                subject=season.intake.code,
                detail=detail,
            )


def _built(season: _Season) -> BuiltBundle:
    members = build(
        intake=season.intake.code,
        kind=season.intake.kind,
        rules=season.rules,
        seat_plans=season.plans,
        entries=season.entries,
        draw=season.draw,
        distances=season.distances,
        results=season.results,
        certificate=_certificate(season),
    )
    report = verify(members)
    if not report.holds:
        raise BundleDiffers(report.differences[0])
    return BuiltBundle(members=members, checked=report.checked)


def _season(tx: Transaction, *, intake_id: int | None) -> _Season:
    intake = None if intake_id is None else intakes.intake_of(tx, intake_id=intake_id)
    if intake is None:
        raise NotFound
    refuse_unless_in(intake, *PUBLISHED)
    draw = draws.draw_of(tx, intake_id=intake.intake_id)
    drawn = None if draw is None else run_inputs.drawn_rules(tx, draw_id=draw.draw_id)
    if draw is None or drawn is None:
        raise NotFound
    frozen_entries.allow_minutes(tx)
    all_runs = runs.runs_of_draw(tx, draw_id=draw.draw_id)
    return _Season(
        intake=intake,
        rules=rules_from_json(dict(drawn.rules)),
        plans=[
            school.plan(zone=run.zone or "")
            for run in all_runs
            if run.intake_zone_id is not None
            for school in run_inputs.zone_schools(tx, intake_zone_id=run.intake_zone_id)
        ],
        entries=[
            entry_from_json(json.loads(line))
            for line in frozen_entries.frozen_lines(tx, intake_id=intake.intake_id)
        ],
        draw=_draw(tx, intake, draw, drawn),
        distances=frozen_distances(tx, intake=intake),
        results=_results(tx, all_runs=all_runs),
    )


def _draw(tx: Transaction, intake: IntakeRecord, draw: StoredDraw, drawn: DrawnRules) -> Draw:
    assert intake.frozen_at is not None  # noqa: S101
    return Draw(
        seed=drawn.seed,
        commitment=intake.seed_commitment or "",
        public_value=draw.public_value,
        public_value_name=intake.public_value_name,
        public_value_name_en=intake.public_value_name_en,
        public_value_on=intake.public_value_on,
        list_hash=draw.list_hash,
        frozen_at=intake.frozen_at.astimezone(ZoneInfo(CIVIL_TIME)).replace(microsecond=0),
        renamed=renamed_values(tx, intake_id=intake.intake_id),
    )


def _results(tx: Transaction, *, all_runs: list[Run]) -> Results:
    ended: dict[str, Placement] = {}
    cut_offs: list[ZoneCutOff] = []
    waiting: list[ZoneWaiting] = []
    for run in all_runs:  # zones by code, the second stage last: its word is the last one
        ended |= {p.code: p for p in placements.placements_of(tx, run_id=run.run_id)}
        cut_offs += [
            ZoneCutOff(run.zone, item) for item in placements.cut_offs_of(tx, run_id=run.run_id)
        ]
        waiting += [
            ZoneWaiting(run.zone, item) for item in placements.waiting_of(tx, run_id=run.run_id)
        ]
    return Results(
        placements=tuple(ended[code] for code in sorted(ended)),
        cut_offs=tuple(cut_offs),
        waiting=tuple(waiting),
    )


def _certificate(season: _Season) -> Certificate:
    return certify_intake(
        entries=season.entries,
        seat_plans=season.plans,
        distances=distances_from_zones(
            table=season.distances, entries=season.entries, rules=season.rules
        ),
        rules=season.rules,
        key=draw_key(
            seed=bytes.fromhex(season.draw.seed),
            public_value=season.draw.public_value,
            list_hash=bytes.fromhex(season.draw.list_hash),
        ),
        placements=season.results.placements,
    )
