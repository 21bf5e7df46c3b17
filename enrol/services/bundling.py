"""Making the published bundle: everything anyone needs to draw and allocate again."""

from dataclasses import dataclass
from datetime import datetime

from enrol.core.actors import System
from enrol.core.bundle import build
from enrol.core.sequel import Sequel, extended, hold_rounds
from enrol.core.verdict import Line, difference
from enrol.core.verification import verify
from enrol.services.ports import BundleFiles
from enrol.services.refusals import NotFound, Refusal
from enrol.services.seasons import Season, certificate_of, season_of
from enrol.store import clock, draws, journal, outbox, publications, runs
from enrol.store.db import transaction
from enrol.store.publications import Publication

MOST_TRIES = 3
"""So often workers try to verify what they are to offer; then people have to look."""


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


def build_bundle(*, intake_code: str) -> BuiltBundle:
    """Return the bundle of a published intake, computed again and compared before it is given out;
    in the second format, with all that followed, once its final results are public.

    Raises NotFound, WrongPhase before the publication, BundleDiffers when the stored outcome is not
    what the inputs give.
    """
    with transaction() as tx:
        intake_id = publications.intake_id_of(tx, code=intake_code)
        season = season_of(tx, intake_id=intake_id)
    return _built(season)


def publish_bundle(*, run_id: int, files: BundleFiles) -> None:
    """Offer the bundle of the intake whose second stage is this run, and the verifier with it:
    in the second format once the final results are public.

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
        if publication is not None and publication.kind != run.outcome:
            return  # the final results followed meanwhile, and with them their own files
        read_at = clock.database_now(tx)
        season = season_of(tx, intake_id=run.intake_id)
        tries = outbox.sendings(tx, job="publish_bundle", argument=run_id)
    if publication is None:
        raise NotFound
    try:
        built = _built(season)
    except BundleDiffers as refusal:
        if tries < MOST_TRIES:
            raise
        detail = {"difference": refusal.first.vi, "difference_en": refusal.first.en}
        about = _About(season, publication, run_id, read_at)
        _note(about, action="intake.not_bundled", detail=detail)
        return
    about = _About(season, publication, run_id, read_at)
    _offer(about, members=built.members, files=files)


def offer_bundle(*, intake_code: str, files: BundleFiles) -> BuiltBundle:
    """Offer the bundle of a published intake by hand, as ``publish_bundle`` does.

    Raises NotFound, WrongPhase, BundleDiffers.
    """
    with transaction() as tx:
        intake_id = publications.intake_id_of(tx, code=intake_code)
        read_at = clock.database_now(tx)
        season = season_of(tx, intake_id=intake_id)
        publication = publications.latest(tx, intake_id=season.intake.intake_id)
        draw = draws.draw_of(tx, intake_id=season.intake.intake_id)
        if publication is None or draw is None:
            raise NotFound
        whole = runs.runs_of_draw(tx, draw_id=draw.draw_id, outcome=publication.kind)[-1]
    built = _built(season)
    about = _About(season, publication, whole.run_id, read_at)
    _offer(about, members=built.members, files=files)
    return built


@dataclass(frozen=True, slots=True)
class _About:
    """What a bundle is of, and when that was read."""

    season: Season
    publication: Publication
    run_id: int
    read_at: datetime


def _offer(about: _About, *, members: dict[str, bytes], files: BundleFiles) -> None:
    bundle, verifier = files.publish(intake=about.season.intake.code, members=members)
    detail = {"bundle": bundle.sha256, "verifier": verifier.sha256}
    _note(about, action="intake.bundled", detail=detail, pages=2)


def _note(about: _About, *, action: str, detail: dict[str, str], pages: int = 0) -> None:
    with transaction() as tx:
        is_news = publications.mark_rendered(
            tx,
            publication_id=about.publication.publication_id,
            run_id=about.run_id,
            pages=pages,
            read_at=about.read_at,
        )
        if is_news:
            journal.record(
                tx,
                actor=System(),
                action=action,
                intake_id=about.season.intake.intake_id,
                subject=about.season.intake.code,
                detail=detail,
            )


def _built(season: Season) -> BuiltBundle:
    members = build(
        intake=season.intake.code,
        kind=season.intake.kind,
        rules=season.rules,
        seat_plans=season.plans,
        entries=season.entries,
        draw=season.draw,
        distances=season.distances,
        results=season.results,
        certificate=certificate_of(season.inputs, season.results),
    )
    if season.final is not None:
        members = extended(members=members, entries=season.entries, sequel=_sequel(season))
    report = verify(members)
    if not report.holds:
        raise BundleDiffers(report.differences[0])
    return BuiltBundle(members=members, checked=report.checked)


def _sequel(season: Season) -> Sequel:
    """Return what followed the first run. The rounds follow from the answers, so they are held
    again rather than read.
    """
    final = season.final
    assert final is not None  # noqa: S101
    try:
        rounds = hold_rounds(inputs=final.inputs, results=final.results, answers=final.answers)
    except ValueError as error:
        raise BundleDiffers(difference("round", reason=error)) from error
    return Sequel(
        corrections=final.corrections,
        results=final.results,
        certificate=certificate_of(final.inputs, final.results),
        answers=final.answers,
        rounds=rounds,
    )
