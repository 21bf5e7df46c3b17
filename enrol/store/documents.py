"""What is known of the documents of a registration; the files themselves lie encrypted apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from enrol.core.actors import Actor
from enrol.store.db import Transaction
from enrol.store.tables.reviews import documents


@dataclass(frozen=True, slots=True)
class Document:
    """A document; ``name`` is that of the encrypted file, ``uploaded_by`` as in the journal."""

    document_id: int
    registration_id: int
    name: str
    about: str
    media_type: str
    size: int
    uploaded_at: datetime
    uploaded_by: str


def _documents() -> Select[*tuple[Any, ...]]:
    return select(
        documents.c.id,
        documents.c.registration_id,
        documents.c.name,
        documents.c.about,
        documents.c.media_type,
        documents.c.size,
        documents.c.uploaded_at,
        documents.c.uploaded_by,
    )


def documents_of(tx: Transaction, *, registration_id: int) -> Sequence[Document]:
    """Return the documents of a registration, the oldest first."""
    query = (
        _documents().where(documents.c.registration_id == registration_id).order_by(documents.c.id)
    )
    return [Document(*row) for row in tx.execute(query)]


def document_of(tx: Transaction, *, registration_id: int, document_id: int) -> Document | None:
    """Return one document of a registration, None when it has no such one."""
    query = _documents().where(
        documents.c.registration_id == registration_id, documents.c.id == document_id
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Document(*row)


def add(
    tx: Transaction,
    *,
    registration_id: int,
    name: str,
    about: str,
    media_type: str,
    size: int,
    sha256: str,
    actor: Actor,
) -> int | None:
    """Note a document; returns its id, None when the registration holds the same bytes already."""
    statement = (
        insert(documents)
        .values(
            registration_id=registration_id,
            name=name,
            about=about,
            media_type=media_type,
            size=size,
            sha256=sha256,
            uploaded_by=actor.label,
        )
        .on_conflict_do_nothing(index_elements=["registration_id", "sha256"])
        .returning(documents.c.id)
    )
    return tx.execute(statement).scalar_one_or_none()
