"""Result letters and admission slips: a family's own, a school's in bulk, and who checks one."""

from collections.abc import Iterator

from enrol.core.actors import Family
from enrol.core.intake import Phase
from enrol.core.result_letters import Genuine, ResultLetter
from enrol.services.households import signed_in_child
from enrol.services.ports import Secrets
from enrol.services.refusals import NotFound
from enrol.store import intakes, publications, registrations, result_letters, windows
from enrol.store.db import Transaction, transaction
from enrol.store.intakes import IntakeRecord
from enrol.store.publications import Publication
from enrol.store.result_letters import Placed

__all__ = ["Genuine", "ResultLetter", "checked", "letters_of_school", "own_letter"]

_PUBLISHED = (Phase.PROVISIONAL, Phase.FINAL, Phase.SETTLED)
_ENDING = 4


def own_letter(*, actor: Family, secrets: Secrets) -> ResultLetter:
    """Return the family's letter once results are published; after rounds, of the seat held now.

    Raises SignedOut; NotFound before, or when no run has placed the registration.
    """
    with transaction() as tx:
        child = signed_in_child(tx, actor)
        window = windows.window_for(tx, child_id=child.child_id)
        if window is None:
            raise NotFound
        live = registrations.live_of(tx, intake_id=window.intake_id, child_id=child.child_id)
        if live is None:
            raise NotFound
        intake, publication = _published(tx, intake_id=window.intake_id)
        placed = result_letters.of_registration(tx, intake_id=intake.intake_id, code=live.code)
        if placed is None:
            raise NotFound
        return _letter(intake, publication, placed, secrets)


def letters_of_school(
    tx: Transaction, *, intake_id: int, school_id: int, secrets: Secrets
) -> tuple[int, Iterator[ResultLetter]]:
    """Return how many children a school admits now, and stream their slips in the order of names.

    A step of the job that prints them, which has judged who asked. Raises NotFound before results
    are published.
    """
    intake, publication = _published(tx, intake_id=intake_id)
    count, found = result_letters.of_school(tx, intake_id=intake_id, school_id=school_id)
    return count, (_letter(intake, publication, placed, secrets) for placed in found)


def checked(*, publication_id: int, code: str, check: str, secrets: Secrets) -> Genuine | None:
    """Return what may be said of a letter that somebody holds; None when it is not genuine.

    The mark is compared first, in constant time: without it nothing is read or told, so that codes
    cannot be tried.
    """
    if not secrets.is_letter_check(publication_id=publication_id, code=code, check=check):
        return None
    with transaction() as tx:
        found = result_letters.publication_of(tx, publication_id=publication_id)
        if found is None:
            return None
        kind, published_at, is_rehearsal, intake_id, is_superseded = found
        moved = result_letters.last_move(tx, intake_id=intake_id, code=code)
    return Genuine(
        ending=code[-_ENDING:],
        published_at=published_at,
        is_final=kind == "final",
        is_rehearsal=is_rehearsal,
        is_superseded=is_superseded,
        moved_at=moved[0] if moved else None,
        has_no_seat=moved[1] if moved else False,
    )


def _published(tx: Transaction, *, intake_id: int) -> tuple[IntakeRecord, Publication]:
    intake = intakes.intake_of(tx, intake_id=intake_id)
    publication = publications.latest(tx, intake_id=intake_id)
    if intake is None or publication is None or intake.phase not in _PUBLISHED:
        raise NotFound
    return intake, publication


def _letter(
    intake: IntakeRecord, publication: Publication, placed: Placed, secrets: Secrets
) -> ResultLetter:
    publication_id = publication.publication_id
    return ResultLetter(
        intake=intake.name,
        intake_en=intake.name_en,
        is_rehearsal=intake.is_rehearsal,
        publication_id=publication_id,
        is_final=publication.kind == "final",
        published_at=publication.published_at,
        objections_until=publication.objections_until,
        code=placed.code,
        pupil_code=placed.pupil_code,
        full_name=placed.full_name,
        school=placed.school,
        school_en=placed.school_en,
        address=placed.address,
        rank=placed.rank,
        band=placed.band,
        number=placed.number,
        check=secrets.letter_check(publication_id=publication_id, code=placed.code),
        moved_at=placed.moved_at,
        is_given_up=placed.is_given_up,
    )
