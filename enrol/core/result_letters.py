"""What a result letter says of one child, as a record; how its genuineness is shown to anybody."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ResultLetter:
    """One child's result as it was published, or as a round of the waiting lists left it since.

    ``school`` is None without a seat; ``rank`` is the wish granted, None when re-routed. With
    ``is_slip`` the letter is an admission slip. ``moved_at`` is set when a round changed the seat:
    then ``school`` is the seat held now, or with ``is_given_up`` the one that was published and is
    held no longer. ``check`` is the keyed mark of the code in this publication: who does not know
    the key can make none.
    """

    intake: str
    intake_en: str
    is_rehearsal: bool
    publication_id: int
    is_final: bool
    published_at: datetime
    objections_until: datetime
    code: str
    pupil_code: str
    full_name: str
    school: str | None
    school_en: str | None
    address: str | None
    rank: int | None
    band: int
    number: str
    check: str
    moved_at: datetime | None = None
    is_given_up: bool = False

    @property
    def is_slip(self) -> bool:
        """Tell whether the letter admits: a seat in the final results that is still held, nothing
        earlier.
        """
        return self.is_final and self.school is not None and not self.is_given_up


@dataclass(frozen=True, slots=True)
class Genuine:
    """What a stranger with a letter in hand may know: no name, no school.

    ``ending`` is the end of the code; ``is_superseded`` once a newer result was published.
    ``moved_at`` is when a round last changed the child's seat: what was printed before admits
    nobody. With ``has_no_seat`` it was given up, or not answered in time.
    """

    ending: str
    published_at: datetime
    is_final: bool
    is_rehearsal: bool
    is_superseded: bool
    moved_at: datetime | None = None
    has_no_seat: bool = False
