"""Residence registries: one that answers over HTTP, one that is a table (CSV).

Neither is ever waited for by a page: a worker asks, and asks again when there was no answer.
"""

import json
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any

from enrol.adapters.csv_records import csv_records
from enrol.adapters.records import Broken, UnreadableFileError
from enrol.core.flags import Home
from enrol.core.names import clean_text
from enrol.core.registry_answers import Answers, Question, compare
from enrol.core.residence_lists import Answer

LONGEST_ANSWER = 4 * 1024 * 1024
_COLUMNS = ("personal_id", "kind", "unit", "group", "address")


class HttpRegistry:
    """Asks ``POST URL`` with JSON ``{"questions": [...]}`` (docs/officers.md has the contract).

    Raises ConnectionError for whatever keeps it from a good answer: no connection, too slow, an
    error status, an answer of another shape. Redirects are not followed: what is asked is about
    children.
    """

    source = "registry"

    def __init__(self, *, url: str, token: str | None, timeout_seconds: float) -> None:
        self._url = url
        self._token = token
        self._timeout = timeout_seconds
        self._opener = urllib.request.build_opener(_NoRedirects)

    def ask(self, *, questions: Sequence[Question]) -> Answers:
        body = json.dumps({"questions": [_asked(one) for one in questions]}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(self._url, data=body, headers=headers)  # noqa: S310 - the operator's own address
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                answered = response.read(LONGEST_ANSWER + 1)
            return _read(answered)
        except (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError) as fault:
            message = f"the residence registry gave no good answer: {type(fault).__name__}"
            raise ConnectionError(message) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_request: Any, **_more: Any) -> None:
        return None


def _asked(question: Question) -> dict[str, Any]:
    return {
        "ref": question.code,
        "personal_id": question.personal_id,
        "pupil_code": question.pupil_code,
        "full_name": question.full_name,
        "birth_on": question.birth_on.isoformat(),
        "residences": {
            fact.removesuffix("_in_zone"): {
                "unit": home.unit,
                "group": home.group,
                "address": home.address,
            }
            for fact, home in question.homes.items()
        },
    }


def _read(answered: bytes) -> Answers:
    if len(answered) > LONGEST_ANSWER:
        message = "too long"
        raise ValueError(message)
    told = json.loads(answered)["answers"]
    return {
        (str(one["ref"]), f"{kind}_in_zone"): Answer(verdict)
        for one in told
        for kind, verdict in one["residences"].items()
    }


class CsvRegistry:
    """Looks residences up in a table with the columns personal_id, kind, unit, group, address.

    Read anew for every batch, so that a newer table counts at once. Raises ConnectionError while
    the file is missing or cannot be read.
    """

    source = "registry_table"

    def __init__(self, *, path: Path) -> None:
        self._path = path

    def ask(self, *, questions: Sequence[Question]) -> Answers:
        wanted = {one.personal_id for one in questions if one.personal_id}
        recorded = self._recorded(wanted)
        return {
            (one.code, fact): compare(
                home, recorded.get((one.personal_id or "", fact.removesuffix("_in_zone")))
            )
            for one in questions
            for fact, home in one.homes.items()
        }

    def _recorded(self, wanted: set[str]) -> Mapping[tuple[str, str], Home]:
        found: dict[tuple[str, str], Home] = {}
        try:
            records = csv_records(path=self._path)
            heading = next(records, None)
            if heading is None or isinstance(heading, Broken):
                message = "the table of residences has no heading"
                raise ConnectionError(message)
            names = [clean_text(name).lower() for name in heading.fields]
            for record in records:
                if isinstance(record, Broken) or len(record.fields) != len(names):
                    continue  # this person is unknown, the others are not
                row = dict(zip(names, map(clean_text, record.fields), strict=True))
                personal_id, kind, unit, group, address = (row.get(n, "") for n in _COLUMNS)
                if personal_id in wanted:
                    found[personal_id, kind] = Home(unit, group or None, address)
        except (OSError, UnreadableFileError) as fault:
            message = f"the table of residences cannot be read: {type(fault).__name__}"
            raise ConnectionError(message) from None
        return found
