"""What families are told by mail and SMS: the pupil code and what to do, and nothing else.

No name, school, band or result, no secret and no link: whoever reads somebody else's message
learns nothing, and a message that does carry a link is a fraud.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from enrol.core.message_words import NEVER, WORDS
from enrol.core.sms_parts import without_marks

REGISTERED: Final = "registered"
SUBMITTED_FOR_ME: Final = "submitted_for_me"
NOT_SUBMITTED: Final = "not_submitted"
CHANGED: Final = "changed"
WITHDRAWN: Final = "withdrawn"
INFO_ASKED: Final = "info_asked"
FILE_MOVED: Final = "file_moved"
FILE_ACCEPTED: Final = "file_accepted"
FILE_REFUSED: Final = "file_refused"
POSTPONED: Final = "postponed"
OBJECTION_ANSWERED: Final = "objection_answered"
RESULTS_PROVISIONAL: Final = "results_provisional"
RESULTS_FINAL: Final = "results_final"
ANSWERS_OPENED: Final = "answers_opened"
ANSWER_REMINDER: Final = "answer_reminder"
SEAT_MOVED: Final = "seat_moved"
EVENTS: Final = tuple(WORDS)
"""Every event, as the table's constraint knows them."""
LANGUAGES: Final = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one message; an SMS is ``short`` alone: one part of the GSM alphabet."""

    subject: str
    body: str
    short: str


def told(*, event: str, pupil_code: str, due_on: date | None = None, language: str = "vi") -> Told:
    """Return the message: a mail in both languages, the family's first, an SMS in its own.

    ``due_on`` is the last day for what is asked, where the event has one.
    """
    first = language if language in LANGUAGES else "vi"
    other = "en" if first == "vi" else "vi"
    on = due_on.strftime("%d/%m/%Y") if due_on is not None else ""
    both = [
        f"{WORDS[event][one].mail.format(code=pupil_code, on=on)}\n{NEVER[one].mail}"
        for one in (first, other)
    ]
    short = f"{WORDS[event][first].sms} {NEVER[first].sms}".format(code=pupil_code, on=on)
    return Told(
        subject=f"{WORDS[event][first].title} – {WORDS[event][other].title}",
        body="\n\n".join(both) + "\n",
        short=without_marks(short),
    )


def title_of(*, event: str, language: str) -> str:
    """Return the words by which pages name an event."""
    return WORDS[event]["en" if language == "en" else "vi"].title


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message for one address; ``key`` is the same however often it is handed over."""

    key: str
    address: str
    words: Told


class NotTaken(Exception):
    """The provider certainly did not take it; ``is_final`` when it never will, ``is_of_one`` when
    it may take other messages.
    """

    def __init__(self, *, is_final: bool, is_of_one: bool = False) -> None:
        super().__init__()
        self.is_final = is_final
        self.is_of_one = is_of_one


class PerhapsTaken(Exception):
    """Nobody can know whether the provider took it: the answer was lost."""
