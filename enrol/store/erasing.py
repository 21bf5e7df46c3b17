"""What is erased of ended intakes, table by table, in batches; evidence and codes stay.

An intake has ended when its final results are out, the days for objections are over by the
period, and no objection waits for an answer. Each step's condition leaves out what is erased
already, so that a run that was killed goes on where it stopped.
"""

# ruff: noqa: S608 - every text is of this module; values are bound

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from enrol.store.db import Transaction, allow_minutes

BATCH = 500
GONE = "–"
"""Stands where words stood: an empty text would break the rules of these tables."""

_ENDED = """
  SELECT i.id FROM intakes i
   WHERE i.phase IN ('final', 'settled')
     AND NOT EXISTS (SELECT FROM objections o WHERE o.intake_id = i.id AND o.answered_at IS NULL)
     AND (SELECT max(p.objections_until) FROM publications p WHERE p.intake_id = i.id)
         < clock_timestamp() - make_interval(days => :days)"""
_OF_FILES = f"""
  JOIN registrations g ON g.id = t.registration_id WHERE g.intake_id IN ({_ENDED})"""
# A child is let go when it stands in ended intakes only.
_CHILDREN = f"""
  FROM children t WHERE t.erased_at IS NULL
   AND (EXISTS (SELECT FROM registrations g WHERE g.child_id = t.id)
        OR (EXISTS ({_ENDED})
            AND NOT EXISTS (SELECT FROM intakes i WHERE i.id NOT IN ({_ENDED}))))
   AND NOT EXISTS (SELECT FROM registrations g
                    WHERE g.child_id = t.id AND g.intake_id NOT IN ({_ENDED}))
   AND NOT EXISTS (SELECT FROM drafts d
                    WHERE d.child_id = t.id AND d.intake_id NOT IN ({_ENDED}))
   AND NOT EXISTS (SELECT FROM data_requests r
                    WHERE r.child_id = t.id AND r.answered_at IS NULL)
   AND t.created_at < clock_timestamp() - make_interval(days => :days)"""


@dataclass(frozen=True, slots=True)
class Step:
    """One table: how many days after the end, what goes, what stays.

    ``rows`` is the source of what is still there, ``change`` what happens to a batch of it.
    """

    table: str
    days: int
    goes: str
    stays: str
    rows: str
    change: str


def _delete(table: str) -> str:
    return f"DELETE FROM {table} t"


STEPS = (
    Step("documents", 90, "photos and scans, on the disk too", "nothing",
         f"FROM documents t {_OF_FILES}", _delete("documents")),
    Step("drafts", 30, "answers never sent", "nothing",
         f"FROM drafts t WHERE t.intake_id IN ({_ENDED})", _delete("drafts")),
    Step("file_marks", 90, "marks of telephone numbers and addresses", "nothing",
         f"FROM file_marks t WHERE t.intake_id IN ({_ENDED})", _delete("file_marks")),
    Step("residence_answers", 90, "answers of the residence registry", "nothing",
         f"FROM residence_answers t {_OF_FILES}", _delete("residence_answers")),
    Step("residence_list_rows", 90, "notes of the police", "codes, verdicts",
         "FROM residence_list_rows t JOIN residence_lists l ON l.id = t.list_id"
         f" WHERE l.intake_id IN ({_ENDED}) AND t.note IS NOT NULL",
         "UPDATE residence_list_rows t SET note = NULL"),
    Step("rating_comments", 365, "what families wrote about the service", "scores",
         f"FROM rating_comments t WHERE t.intake_id IN ({_ENDED})", _delete("rating_comments")),
    Step("info_requests", 365, "words to the family", "what was asked, dates",
         f"FROM info_requests t {_OF_FILES} AND t.message <> '{GONE}'",
         f"UPDATE info_requests t SET message = '{GONE}'"),
    Step("postponements", 365, "reasons in words", "dates",
         f"FROM postponements t {_OF_FILES} AND t.reason <> '{GONE}'",
         f"UPDATE postponements t SET reason = '{GONE}'"),
    Step("fact_decisions", 365, "notes", "facts, verdicts, reason codes",
         f"FROM fact_decisions t {_OF_FILES} AND t.note IS NOT NULL",
         "UPDATE fact_decisions t SET note = NULL"),
    Step("rulings", 365, "notes", "status, reason codes",
         f"FROM rulings t {_OF_FILES} AND t.note IS NOT NULL",
         "UPDATE rulings t SET note = NULL"),
    Step("objections", 365, "words and replies", "number, ground, outcome, dates",
         f"FROM objections t {_OF_FILES} AND t.words <> '{GONE}'",
         f"UPDATE objections t SET words = '{GONE}',"
         f" reply = CASE WHEN reply IS NOT NULL THEN '{GONE}' END"),
    Step("error_reports", 365, "words and replies", "what was wrong, outcome, dates",
         f"FROM error_reports t {_OF_FILES} AND t.words <> '{GONE}'",
         f"UPDATE error_reports t SET words = '{GONE}',"
         f" reply = CASE WHEN reply IS NOT NULL THEN '{GONE}' END"),
    Step("submissions", 365, "what families sent, with its salt", "its hash and time",
         f"FROM submissions t {_OF_FILES} AND t.payload <> ''",
         "UPDATE submissions t SET payload = '', salt = ''"),
    Step("guardians", 365, "names, telephone numbers, e-mail addresses", "nothing",
         "FROM guardians t WHERE t.child_id IN (SELECT t.id " + _CHILDREN + ")",
         _delete("guardians")),
    Step("residences", 365, "addresses", "nothing",
         "FROM residences t WHERE t.child_id IN (SELECT t.id " + _CHILDREN + ")",
         _delete("residences")),
    Step("message_preferences", 365, "how and in which language it is told", "nothing",
         "FROM message_preferences t WHERE t.child_id IN (SELECT t.id " + _CHILDREN + ")",
         _delete("message_preferences")),
    Step("contacts", 365, "telephone numbers and e-mail addresses corrected later", "nothing",
         "FROM contacts t WHERE t.child_id IN (SELECT t.id " + _CHILDREN + ")",
         _delete("contacts")),
    Step("family_secrets", 365, "access of families", "nothing",
         "FROM family_secrets t WHERE t.child_id IN (SELECT t.id " + _CHILDREN + ")",
         _delete("family_secrets")),
    Step("data_requests", 365, "words, replies, corrected values", "dates, outcome",
         "FROM data_requests t WHERE t.child_id IN (SELECT t.id " + _CHILDREN + ")"
         f" AND (t.words <> '' OR t.reply <> '{GONE}')",
         f"UPDATE data_requests t SET words = '',"
         f" reply = CASE WHEN reply IS NOT NULL THEN '{GONE}' END,"
         f" before = CASE WHEN field IS NOT NULL THEN '{GONE}' END,"
         f" after = CASE WHEN field IS NOT NULL THEN '{GONE}' END"),
    # The last one: what the steps before it go by.
    Step("children", 365, "name, codes, birth date, home", "an empty row behind the code",
         _CHILDREN,
         f"UPDATE children t SET pupil_code = 'erased-' || id, personal_id = NULL,"
         f" full_name = '{GONE}', sort_key = '', search_key = '', birth_on = DATE '1900-01-01',"
         " sex = 'female', family_code = NULL, kindergarten = NULL, in_register = false,"
         " latitude = NULL, longitude = NULL, sibling_school_id = NULL, policies = '{}',"
         " erased_at = clock_timestamp()"),
)  # fmt: skip
"""Every step in its order."""


def left_of(tx: Transaction, *, step: Step) -> int:
    """Return how many rows a step would change now."""
    allow_minutes(tx)
    count = text(f"SELECT count(*) {step.rows}")
    return int(tx.execute(count, {"days": step.days}).scalar_one())


def erase_batch(tx: Transaction, *, step: Step) -> list[str]:
    """Erase at most ``BATCH`` rows; returns the documents' names, or one empty text a row."""
    allow_minutes(tx)
    tx.execute(text("SET LOCAL enrol.erasing = 'on'"))
    told = "t.name" if step.table == "documents" else "''"
    change = text(
        f"{step.change} WHERE t.ctid = ANY(ARRAY("
        f"SELECT t.ctid {step.rows} LIMIT {BATCH} FOR UPDATE OF t)) RETURNING {told}"
    )
    return [str(name) for name in tx.execute(change, {"days": step.days}).scalars()]


def known_documents(tx: Transaction) -> set[str]:
    """Return the names of all documents that a file refers to."""
    allow_minutes(tx)
    return set(tx.execute(text("SELECT name FROM documents")).scalars())


SWEPT_AFTER = timedelta(days=1)
"""A document is written before its row: younger files may be about to get one."""
