"""What services need from outside, as Protocols; the adapters satisfy them, the factory wires
them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from enrol.core.handed_files import ExportHead, WrittenFile
from enrol.core.message_texts import OutgoingMessage
from enrol.core.registry_answers import Answers, Question
from enrol.core.residence_lists import SheetHead, SheetRow
from enrol.core.result_letters import ResultLetter
from enrol.core.waiting import RoomFigures, Standing

JOBS: Final = {
    "submit_drafts": "allocation",
    "allocate_zone": "allocation",
    "allocate_leftovers": "allocation",
    "publish_outcome": "allocation",
    "render_results": "messages",
    "publish_bundle": "allocation",
    "hold_round": "allocation",
    "refresh_counters": "messages",
    "estimate_zone": "rehearsals",
    "compute_what_if": "rehearsals",
    "write_export": "rehearsals",
    "check_import": "rehearsals",
    "apply_import": "rehearsals",
    "delete_files": "rehearsals",
    "ask_residences": "messages",
    "find_flags": "rehearsals",
    "sum_up": "messages",
    "send_messages": "mail",
}
"""Every job's name and its queue. ``workers.jobs`` holds a function of each name (a test resolves
them)."""


class JobQueue(Protocol):
    """Hands ids to workers; may lose or repeat what it is given (reliability A3), and is never the
    truth.
    """

    def enqueue(self, *, job: str, queue: str, outbox_ids: Sequence[int]) -> None:
        """Hand over outbox ids of one job kind. Raises the built-in ConnectionError when it
        cannot; the outbox keeps the work.
        """


class Vault(Protocol):
    """Keeps the lottery seed unreadable at rest."""

    def new_seed(self) -> bytes:
        """Return 32 fresh random bytes."""

    def seal(self, *, plain: bytes, context: str) -> bytes:
        """Encrypt with authentication; ``context`` must be given again to open."""

    def open(self, *, sealed: bytes, context: str) -> bytes:
        """Decrypt; raises ValueError when the bytes or the context were altered."""


class Secrets(Protocol):
    """Makes and recognises the secrets families are given."""

    def new_secret(self) -> str:
        """Return a fresh readable secret of at least 70 bits."""

    def new_salt(self) -> bytes:
        """Return 16 random bytes."""

    def hash(self, *, pupil_code: str, secret: str) -> bytes:
        """Return the 32-byte keyed hash that the database stores."""

    def result_token(self, *, code: str) -> str:
        """Return the unguessable name of the result page of one registration."""

    def family_alias(self, *, family_code: str) -> str:
        """Return the opaque code that twins and siblings share in public lists."""

    def letter_check(self, *, publication_id: int, code: str) -> str:
        """Return the mark by which a letter about this code is known as genuine (20 letters)."""

    def is_letter_check(self, *, publication_id: int, code: str, check: str) -> bool:
        """Tell whether a mark is the letter's, in constant time."""


class StaffPasswords(Protocol):
    """Makes and hashes passwords of staff."""

    def new_password(self) -> str:
        """Return a fresh readable password of 80 bits, 19 characters long."""

    def hash(self, password: str) -> str:
        """Return the slow hash that the database stores."""

    def new_session_mark(self) -> str:
        """Return a random text that ends the account's earlier sessions."""


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """One static page: its path below the edition, with slashes, and its bytes."""

    path: str
    body: bytes


class ResultPages(Protocol):
    """Holds the pre-rendered pages: one directory an intake, one edition inside it is served."""

    def write(self, *, intake: str, edition: str, pages: Iterable[RenderedPage]) -> int:
        """Write pages of one edition; returns how many. Idempotent."""

    def publish(self, *, intake: str, edition: str) -> None:
        """Make the edition the one that is served, atomically."""


class OfferedFile(Protocol):
    """A file that pages offer: ``size`` in bytes, ``sha256`` as 64 hex digits."""

    @property
    def name(self) -> str:
        """Return the name under which it is saved."""

    @property
    def path(self) -> Path:
        """Return where it lies; what lies there never changes."""

    @property
    def size(self) -> int:
        """Return its length in bytes."""

    @property
    def sha256(self) -> str:
        """Return its digest in hex."""


class PartnerTokens(Protocol):
    """Makes the tokens of partners' systems."""

    def new_token(self) -> str:
        """Return a fresh token of 256 random bits, letters and digits that need no escaping."""


class BundleFiles(Protocol):
    """Offers the bundle of an intake and the verifier that belongs to it, always as a pair."""

    def publish(self, *, intake: str, members: Mapping[str, bytes]) -> Sequence[OfferedFile]:
        """Offer a bundle of these members in the place of the one before, both files in one step;
        returns what is offered. Idempotent.
        """

    def offered(self, *, intake: str) -> Sequence[OfferedFile]:
        """Return the bundle and the verifier; nothing until they are published."""

    @property
    def verifier(self) -> bytes:
        """Return the verifier of this release, for proofs before there is a bundle."""


class PageRenderer(Protocol):
    """Turns plain values into a page in one language, everything escaped."""

    def render(self, *, template: str, language: str, values: Mapping[str, object]) -> bytes:
        """Return the page of ``templates/<template>`` in ``vi`` or ``en``, UTF-8."""


class ImportFiles(Protocol):
    """The files that an education office supplies (docs/import-files.md)."""

    def table_file(self, *, table: str) -> str | None:
        """Return the name of the file that holds a table, None when there is none."""

    def table_rows(
        self, *, table: str, report: Callable[[int, str], None]
    ) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield line number and cleaned texts by column; faults go to ``report`` as line and
        reason. Memory does not grow with the file.
        """

    def boundary_file(self, *, table: str) -> str | None:
        """Return the name of the file with the boundaries of ``units`` or ``zones``, or None."""

    def boundaries(
        self, *, table: str, report: Callable[[int, str], None]
    ) -> Iterator[tuple[int, str, str]]:
        """Yield number of the feature, code and GeoJSON geometry (WGS 84); faults to ``report``."""


class SecretLetters(Protocol):
    """Takes the secrets that go out on paper; the only place outside where they ever stand."""

    def add(self, *, pupil_code: str, full_name: str, secret: str) -> None:
        """Write one letter's content."""

    def secure(self) -> None:
        """Make sure that everything added outlives a power failure."""


class WaitingRoom(Protocol):
    """The line in front of the families' pages; it may vanish at any moment and never raises."""

    def ask(
        self,
        *,
        intake_id: int,
        child_id: int,
        per_minute: int,
        opens_at: datetime,
        since: datetime | None,
        is_inside: bool,
    ) -> Standing:
        """Return whether a family may come in now, at the rate given, or where it stands.

        Asking keeps its place or its pass. Who came before ``opens_at`` stands in drawn order,
        before all later ones. ``since`` is when it arrived, if its browser remembers;
        ``is_inside`` says that it came in before and only lost its pass, so it does not wait.
        """

    def look(self, *, intake_id: int) -> RoomFigures | None:
        """Return how many wait and how many are inside; None while nobody can tell."""

    def place_of(self, *, intake_id: int, child_id: int) -> str:
        """Return the mark of a family's place, 32 hex digits that name nobody."""

    def seed_of(self, *, intake_id: int) -> bytes:
        """Return the 32 bytes that draw the order of the early: kept secret until the window is
        over, their SHA-256 published before it opens.
        """


class ExportFiles(Protocol):
    """Keeps the files that officers fetch, readable by this house alone."""

    def write(self, *, head: ExportHead, rows: Iterable[Sequence[object]]) -> WrittenFile:
        """Write a file row by row, in constant memory; every text is inert in a spreadsheet."""

    def write_letters(self, *, head: ExportHead, letters: Iterable[ResultLetter]) -> WrittenFile:
        """Write letters for printing, in constant memory."""

    def path_of(self, *, name: str) -> Path | None:
        """Return where a file lies, None when it is gone."""

    def forget(self, *, name: str) -> None:
        """Delete a file, if it is there."""

    def sweep(self, *, older_than: timedelta) -> int:
        """Delete what dead workers left behind; returns how many files."""


class UploadFolders(Protocol):
    """Keeps what officers bring until it is applied or dropped."""

    def keep(self, *, files: Mapping[str, Callable[[Path], None]]) -> tuple[str, list[WrittenFile]]:
        """Keep files under these names in a new folder, each by what saves it to a path; returns
        the folder's name and what was kept.
        """

    def open(self, *, folder: str) -> ImportFiles:
        """Return the files of a folder for the importing service. Raises OSError when gone."""

    def forget(self, *, folder: str) -> None:
        """Delete a folder, if it is there."""

    def sweep(self, *, older_than: timedelta) -> int:
        """Delete folders that nobody knows of any more; returns how many."""


class ResidenceSheets(Protocol):
    """Lists of residences as files; every text is inert in a spreadsheet."""

    def write(self, *, head: SheetHead, rows: Iterable[SheetRow]) -> bytes:
        """Return a workbook with a block for each residential group."""

    def read(self, *, name: str, content: bytes) -> list[tuple[int, str, str, str, str]]:
        """Return line, code, reference, verdict and remark of each row of a list that came back.

        Raises UnreadableSheetError, naming the line.
        """


class Documents(Protocol):
    """Keeps what families and officers hand in: judged by its content, unreadable at rest."""

    def media_type_of(self, data: bytes) -> str | None:
        """Return image/jpeg, image/png or application/pdf, None for anything else."""

    def without_metadata(self, data: bytes, *, media_type: str) -> bytes:
        """Return a picture without place, time, device and words; a PDF as it is. Raises
        ValueError for a torn picture.
        """

    def keep(self, data: bytes) -> str:
        """Keep bytes for good before returning; returns the random name under which they lie."""

    def read(self, *, name: str) -> bytes:
        """Return the bytes. Raises OSError when they are gone, ValueError when altered."""

    def forget(self, *, name: str) -> None:
        """Delete a document, if it is there."""

    def names(self, *, older_than: timedelta) -> Collection[str]:
        """Return the names of all files that were written longer ago, unfinished ones too."""


class ResidenceRegistry(Protocol):
    """Says whether a child lives where its family says."""

    @property
    def source(self) -> str:
        """Return the name under which its answers are kept."""

    def ask(self, *, questions: Sequence[Question]) -> Answers:
        """Return what it knows. Raises ConnectionError when there is no good answer in time."""


class MessageSender(Protocol):
    """Carries messages to families on one channel."""

    @property
    def knows_repetitions(self) -> bool:
        """Say whether a message handed over twice under one key reaches its family once."""

    def line(self) -> AbstractContextManager["MessageLine"]:
        """Open a line on which messages go one after the other; nothing is asked of the provider
        before the first.
        """


class MessageLine(Protocol):
    """A connection to a provider, used by one thread."""

    def send(self, *, message: OutgoingMessage) -> None:
        """Hand it over. Raises core.message_texts' NotTaken or PerhapsTaken."""
