"""Families at the same time: each prepared as far as the button that sends, and patient."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Lock

from sqlalchemy import Table, select

from enrol.cli.demo.browser import BrowserError, Page
from enrol.cli.demo.morning import CHECK, Letter, Visit, code_on
from enrol.store.db import transaction

PATIENCE = 60.0
AT_ONCE = 8


@dataclass
class Crowd:
    """Families in front of the button; ``kept`` are the codes on their receipts by pupil code."""

    ready: list[tuple[Visit, Page]]
    kept: dict[str, str] = field(default_factory=dict)
    lost_answers: int = 0
    _lock: Lock = field(default_factory=Lock)

    def press_all(self, *, on_receipt: Callable[[int], None]) -> None:
        """Let all press at once; ``on_receipt`` is told how many have a receipt, in any thread."""
        with ThreadPoolExecutor(len(self.ready)) as threads:
            for _ in threads.map(lambda one: self._press_until_kept(*one, on_receipt), self.ready):
                pass

    def close(self) -> None:
        for visit, _page in self.ready:
            visit.browser.close()

    def _press_until_kept(
        self, visit: Visit, page: Page, on_receipt: Callable[[int], None]
    ) -> None:
        """Press until a receipt is shown, as a person does whose connection broke."""
        form = page.form.filled()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                code = code_on(visit.browser.post(CHECK, form))
                break
            except (BrowserError, HTTPException, OSError) as error:
                if time.monotonic() > deadline:
                    raise
                with self._lock:
                    self.lost_answers += not isinstance(error, BrowserError)
            time.sleep(0.05)
        with self._lock:
            self.kept[visit.letter.pupil_code] = code
            count = len(self.kept)
        on_receipt(count)


def prepare(address: str, letters: Sequence[Letter]) -> Crowd:
    """Let families sign in and answer, a few at a time."""

    def one(letter: Letter) -> tuple[Visit, Page]:
        visit = Visit(address=address, letter=letter, seed=1)
        return visit, visit.prepare()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Crowd(list(threads.map(one, letters)))


def codes_in(table: Table, *, intake_id: int) -> list[str]:
    """Return the codes that a table holds for an intake, sorted."""
    with transaction() as tx:
        query = select(table.c.code).where(table.c.intake_id == intake_id)
        return sorted(tx.scalars(query))
