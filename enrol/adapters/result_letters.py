"""Result letters and admission slips in words: one on a page, or a school's as an archive of PDFs.

Used by the family's page and by the worker that prints in bulk, so that both say the same. Words
are marked here and translated by whoever hands in the catalogue.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from enrol.adapters.export_words import N_, REHEARSAL
from enrol.adapters.letters import Letter, Section, letters_pdf
from enrol.core.handed_files import ExportHead
from enrol.core.result_letters import ResultLetter

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
Words = Callable[[str], str]
AT_ONCE = 50
"""Letters in one PDF: what a printer takes at once, and all that is in memory at a time."""
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class LetterOffice:
    """Who sends letters, and where they are checked."""

    name: str
    name_en: str
    helpline: str
    base_url: str


def check_address(letter: ResultLetter, *, base_url: str) -> str:
    """Return the public address that says whether the letter is genuine."""
    return f"{base_url}/thu/{letter.publication_id}/{letter.code}/{letter.check}"


def in_words(letter: ResultLetter, *, office: LetterOffice, language: str, words: Words) -> Letter:
    """Return what the letter says in one language."""
    name = office.name_en if language == "en" else office.name
    return Letter(
        language=language,
        office=name,
        title=words(_SLIP if letter.is_slip else _RESULT),
        code_label=words(_CODE),
        code=letter.code,
        qr=check_address(letter, base_url=office.base_url),
        sections=(_decision(letter, language, words), _child(letter, language, words)),
        paragraphs=_paragraphs(letter, office, words),
        foot=words(_FOOT)
        % {
            "office": name,
            "address": office.base_url,
            "time": _moment(letter.published_at),
            "helpline": office.helpline,
        },
        made_at=letter.published_at,
        warning=words(REHEARSAL) if letter.is_rehearsal else "",
    )


def write_letters(
    path: Path,
    *,
    head: ExportHead,
    letters: Iterable[ResultLetter],
    office: LetterOffice,
    words: Words,
) -> None:
    """Write an archive of PDF files of ``AT_ONCE`` letters, one after the other to the disk."""
    said = (in_words(one, office=office, language=head.language, words=words) for one in letters)
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for number, some in enumerate(_pieces(said), start=1):
            first = (number - 1) * AT_ONCE + 1
            name = f"{first:05}-{first + len(some) - 1:05}.pdf"
            archive.writestr(ZipInfo(name), letters_pdf(some))


def _pieces(letters: Iterator[Letter]) -> Iterator[tuple[Letter, ...]]:
    while some := tuple(islice(letters, AT_ONCE)):
        yield some


def _decision(letter: ResultLetter, language: str, words: Words) -> Section:
    if letter.school is None:
        lines = [(words(_OUTCOME), words(_NO_SEAT))]
    else:
        school = letter.school_en if language == "en" and letter.school_en else letter.school
        outcome = _REROUTED if letter.rank is None else _ADMITTED
        lines = [
            (words(_OUTCOME), words(_GIVEN_UP if letter.is_given_up else outcome)),
            (words(_SCHOOL), school),
            (words(_ADDRESS), letter.address or ""),
        ]
        if letter.rank is not None:
            lines.append((words(_WISH), str(letter.rank)))
    kind = words(_FINAL if letter.is_final else _PROVISIONAL)
    lines.append((words(_PUBLISHED), f"{_moment(letter.published_at)} ({kind})"))
    if letter.moved_at is not None:
        lines.append((words(_ROUND), _moment(letter.moved_at)))
    return Section(words(_DECISION), tuple(lines))


def _child(letter: ResultLetter, language: str, words: Words) -> Section:
    intake = letter.intake_en if language == "en" and letter.intake_en else letter.intake
    return Section(
        words(_ABOUT),
        (
            (words(_NAME), letter.full_name),
            (words(_PUPIL_CODE), letter.pupil_code),
            (words(_INTAKE), intake),
            (words(_BAND), str(letter.band)),
            (words(_NUMBER), f"{letter.number[:_SHOWN]}…"),
        ),
    )


def _paragraphs(letter: ResultLetter, office: LetterOffice, words: Words) -> tuple[str, ...]:
    last_day = letter.objections_until - timedelta(seconds=1)
    said = [words(_BRING) if letter.is_slip else words(_WARD_WRITES)]
    if letter.is_given_up:
        said[0] = words(_ADMITS_NOBODY)
    said.append(words(_OBJECT) % {"day": f"{last_day.astimezone(VIETNAM):%d/%m/%Y}"})
    if not letter.is_final:
        said.append(words(_NOT_FINAL))
    said += [words(_VERIFY), words(_NEVER) % {"helpline": office.helpline}]
    return tuple(said)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}"


_SLIP = N_("Admission slip")
_RESULT = N_("Result of registration")
_CODE = N_("Registration code")
_DECISION = N_("The result")
_OUTCOME = N_("Result")
_ADMITTED = N_("Admitted")
_REROUTED = N_("Re-routed: a seat at a school with free places")
_NO_SEAT = N_("No seat in this allocation")
_GIVEN_UP = N_("Given up since: declined, or not answered in time")
_ROUND = N_("Changed by a round of the waiting lists")
_ADMITS_NOBODY = N_(
    "This letter tells what was published and admits to no school: the seat was declined or not"
    " answered in time, and has gone to another child. Please ask the office of your ward."
)
_SCHOOL = N_("School")
_ADDRESS = N_("School’s address")
_WISH = N_("Wish granted")
_PUBLISHED = N_("Published")
_FINAL = N_("final result")
_PROVISIONAL = N_("provisional result")
_ABOUT = N_("Whom it is about")
_NAME = N_("Full name")
_PUPIL_CODE = N_("Pupil code")
_INTAKE = N_("Intake")
_BAND = N_("Group")
_NUMBER = N_("Lottery number, first figures")
_BRING = N_("Bring this slip and the child’s birth certificate to the school for enrolment.")
_WARD_WRITES = N_(
    "The reasons for each wish stand on the result page. The office of your ward tells you what"
    " happens next; no child of the zone is left without a school."
)
_OBJECT = N_(
    "If something is wrong you can object on the page of your registration, or at the office of"
    " your ward, until the end of %(day)s. Objecting costs nothing."
)
_NOT_FINAL = N_("This result is provisional: errors of fact are still being corrected.")
_VERIFY = N_(
    "Who reads the QR code sees whether this letter is genuine, the last four characters of the"
    " code, and when the result was published. No name is shown there."
)
_NEVER = N_("We never telephone you to ask for a code or for money. Helpline %(helpline)s.")
_FOOT = N_(
    "Made by the online enrolment system of %(office)s, %(address)s, from the results published"
    " at %(time)s. Helpline %(helpline)s."
)
