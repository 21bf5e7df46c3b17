"""Documents of a file: handed in by the family or at the desk, read by officers in charge only."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from enrol.core.actors import Actor, Family
from enrol.core.review import ASKED_FOR
from enrol.services import due_dates, files_in_charge
from enrol.services.households import signed_in_child
from enrol.services.ports import Documents
from enrol.services.refusals import NotFound, Refusal
from enrol.store import documents, journal, registrations, reviews, windows
from enrol.store.db import Transaction, transaction
from enrol.store.documents import Document
from enrol.store.registrations import Live
from enrol.store.reviews import InfoRequest, Postponement, Ruling, Transfer
from enrol.store.windows import Window

__all__ = [
    "MOST_BYTES",
    "Document",
    "FamilyFile",
    "NotADocument",
    "NotAskedFor",
    "TooLarge",
    "TooMany",
    "documents_of",
    "family_file",
    "hand_in",
    "hand_in_at_desk",
    "own_document",
    "read_document",
]

MOST_BYTES = 10 * 1024 * 1024
MOST_DOCUMENTS = 20


class NotADocument(Refusal):
    """The content is neither a JPEG or PNG picture nor a PDF, whatever its name says."""


class TooLarge(Refusal):
    """More than ``MOST_BYTES``."""


class TooMany(Refusal):
    """The registration holds ``MOST_DOCUMENTS`` already."""


class NotAskedFor(Refusal):
    """Registration is over and nobody asked the family for anything."""


@dataclass(frozen=True, slots=True)
class _Paper:
    data: bytes
    about: str
    media_type: str


@dataclass(frozen=True, slots=True)
class _File:
    registration_id: int
    intake_id: int
    code: str


@dataclass(frozen=True, slots=True)
class FamilyFile:
    """What a family's page shows of the office's work on its registration.

    ``due_on`` is the day of the office's answer while the file waits for one; ``new_due_on`` stands
    when it was postponed.
    """

    code: str
    request: InfoRequest | None
    transfer: Transfer | None
    refused: Ruling | None
    documents: tuple[Document, ...]
    may_hand_in: bool
    may_change: bool
    due_on: date | None
    new_due_on: date | None
    postponed_because: str | None


def family_file(*, actor: Family) -> FamilyFile | None:
    """Return what the office asked, moved or refused of the family's live registration.

    None without a registration. Raises SignedOut.
    """
    with transaction() as tx:
        live, window = _live(tx, actor=actor)
        if live is None or window is None:
            return None
        is_open = window.is_open
        file_id = live.registration_id
        asked = reviews.requests_of(tx, registration_id=file_id)
        request = next((one for one in asked if one.answered_at is None), None)
        moved = reviews.transfers_of(tx, registration_id=file_id)
        ruled = reviews.rulings_of(tx, registration_id=file_id)
        late = reviews.postponement_of(tx, registration_id=file_id)
        # What the family has sent since knows of the move already.
        is_moved = bool(moved) and moved[-1].moved_at > live.submitted_at
        return FamilyFile(
            code=live.code,
            request=request,
            transfer=moved[-1] if is_moved else None,
            refused=ruled[-1] if ruled and live.status == "ineligible" else None,
            documents=tuple(documents.documents_of(tx, registration_id=file_id)),
            may_hand_in=is_open or request is not None,
            may_change=is_open,
            due_on=_due_on(tx, live=live, window=window, late=late),
            new_due_on=late.new_due_on if late else None,
            postponed_because=late.reason if late else None,
        )


def hand_in(*, actor: Family, about: str, data: bytes, store: Documents) -> None:
    """Add a document of the family to its live registration, while it may change it or was asked.

    Of a picture only the picture is kept. An open request is thereby answered. The same bytes
    again change nothing. Raises NotFound, NotAskedFor, NotADocument, TooLarge, TooMany, SignedOut.
    """
    paper = _judged(data, about=about, store=store)
    with _kept(store, paper.data) as name, transaction() as tx:
        live, window = _live(tx, actor=actor, for_update=True)
        if live is None or window is None:
            raise NotFound
        is_asked = reviews.answered_by_documents(tx, registration_id=live.registration_id)
        if not window.is_open and not is_asked:
            raise NotAskedFor
        file = _File(live.registration_id, window.intake_id, live.code)
        is_new = _add(tx, file=file, paper=paper, name=name, actor=actor)
    if not is_new:
        store.forget(name=name)


def hand_in_at_desk(*, actor: Actor, code: str, about: str, data: bytes, store: Documents) -> None:
    """Add a document that was brought to the desk to a file of the officer's.

    Raises NotFound, NotADocument, TooLarge, TooMany.
    """
    paper = _judged(data, about=about, store=store)
    with _kept(store, paper.data) as name, transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        file = _File(seen.file.registration_id, seen.file.intake_id, code)
        is_new = _add(tx, file=file, paper=paper, name=name, actor=actor)
    if not is_new:
        store.forget(name=name)


def documents_of(*, actor: Actor, code: str) -> Sequence[Document]:
    """Return what documents a file holds, for officers in charge. Raises NotFound."""
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        return documents.documents_of(tx, registration_id=seen.file.registration_id)


def read_document(
    *, actor: Actor, code: str, document_id: int, store: Documents
) -> tuple[Document, bytes]:
    """Return a document of a file with its bytes; the reading is journalled. Raises NotFound."""
    with transaction() as tx:
        seen = files_in_charge.seen_file(tx, actor=actor, code=code)
        file_id = seen.file.registration_id
        found = documents.document_of(tx, registration_id=file_id, document_id=document_id)
        if found is None:
            raise NotFound
        journal.record(
            tx,
            actor=actor,
            action="document.read",
            intake_id=seen.file.intake_id,
            subject=code,
            detail={"document": document_id},
        )
    return found, store.read(name=found.name)


def own_document(*, actor: Family, document_id: int, store: Documents) -> tuple[Document, bytes]:
    """Return a document of the family's own registration. Raises NotFound, SignedOut."""
    with transaction() as tx:
        live, _window = _live(tx, actor=actor)
        found = live and documents.document_of(
            tx, registration_id=live.registration_id, document_id=document_id
        )
        if not found:
            raise NotFound
    return found, store.read(name=found.name)


def _due_on(
    tx: Transaction, *, live: Live, window: Window, late: Postponement | None
) -> date | None:
    if live.status not in due_dates.AWAITED:
        return None
    terms = due_dates.terms_of(tx, intake_id=window.intake_id)
    return terms.due_on(
        submitted_at=live.submitted_at, new_due_on=late.new_due_on if late else None
    )


def _judged(data: bytes, *, about: str, store: Documents) -> _Paper:
    """Return the document as it is kept: a picture without its metadata."""
    if about not in ASKED_FOR:
        raise NotFound
    if len(data) > MOST_BYTES:
        raise TooLarge
    media_type = store.media_type_of(data)
    if media_type is None:
        raise NotADocument
    try:
        bare = store.without_metadata(data, media_type=media_type)
    except ValueError as error:
        raise NotADocument from error
    return _Paper(bare, about, media_type)


@contextmanager
def _kept(store: Documents, data: bytes) -> Iterator[str]:
    """Keep the bytes while the database notes them; what it does not note is deleted again."""
    name = store.keep(data)
    try:
        yield name
    except BaseException:
        store.forget(name=name)
        raise


def _live(
    tx: Transaction, *, actor: Family, for_update: bool = False
) -> tuple[Live | None, Window | None]:
    """Return the family's registration in the current intake, and the intake's window."""
    child = signed_in_child(tx, actor)
    window = windows.window_for(tx, child_id=child.child_id)
    if window is None:
        return None, None
    live = registrations.live_of(
        tx, intake_id=window.intake_id, child_id=child.child_id, for_update=for_update
    )
    return live, window


def _add(tx: Transaction, *, file: _File, paper: _Paper, name: str, actor: Actor) -> bool:
    """Note a document; False when the registration holds the same bytes already."""
    held = documents.documents_of(tx, registration_id=file.registration_id)
    if len(held) >= MOST_DOCUMENTS:
        raise TooMany
    document_id = documents.add(
        tx,
        registration_id=file.registration_id,
        name=name,
        about=paper.about,
        media_type=paper.media_type,
        size=len(paper.data),
        sha256=hashlib.sha256(paper.data).hexdigest(),
        actor=actor,
    )
    if document_id is None:
        return False
    journal.record(
        tx,
        actor=actor,
        action="document.added",
        intake_id=file.intake_id,
        subject=file.code,
        detail={"document": document_id, "about": paper.about},
    )
    return True
