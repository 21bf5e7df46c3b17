"""Reading the files of an import into the temporary tables, with everything wrong in them."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.faults import Fault, Faults
from enrol.services.import_rows.table import ImportTable
from enrol.services.import_rows.tables import TABLES
from enrol.services.import_rows.units import tree_faults
from enrol.services.ports import ImportFiles
from enrol.store.db import Transaction
from enrol.store.loading import belonging, checks, merging

BOUNDED = ("units", "zones")
LISTENED_EVERY = 1_000

Listen = Callable[[str, int], None]
"""Hears of a table and how many of its rows are read."""


class Reading:
    """Reads the files into the temporary tables and gathers what is wrong with them."""

    def __init__(
        self,
        *,
        files: ImportFiles,
        codes: Codes,
        warn: Callable[[Fault], None],
        listen: Listen | None = None,
        most_faults: int | None = None,
    ) -> None:
        self.faults = Faults(most=most_faults)
        self.columns: dict[str, set[str]] = {}
        """The columns of each table that is there."""
        self.rows: dict[str, int] = {}
        """How many rows each file has."""
        self._files = files
        self._codes = codes
        self._warn = warn
        self._listen = listen

    @property
    def is_pointless(self) -> bool:
        """Tell whether none of the files is there."""
        tables = (table.name for table in TABLES)
        return not any(map(self._file, tables)) and not any(map(self._boundary_file, BOUNDED))

    def stage_all(self, tx: Transaction) -> None:
        """Put down every row that can be taken by itself."""
        for table in TABLES:
            if self._file(table.name) is not None:
                merging.copy_in(tx, table=table.name, rows=self._records(table))
            if table.name == "units":
                self._check_tree()
        for name in BOUNDED:
            if self._boundary_file(name) is not None:
                merging.copy_in(tx, table="boundaries", rows=self._grounds(name))
        merging.weigh_staged(tx)

    def check_staged(self, tx: Transaction) -> None:
        """Find the lines that repeat or contradict what the database holds."""
        for column in ("pupil_code", "personal_id"):
            for found in checks.repeated_children(tx, column=column):
                self._refuse("children", found.line, _repeated(column, found.first_line))
        for line in checks.taken_personal_ids(tx):
            self._refuse("children", line, "personal_id: another child of the register has it")
        self._check_settled(tx)

    def check_within(self, tx: Transaction, *, unit_ids: Collection[int]) -> None:
        """Find the lines that are not of these units, or would take something from others."""
        for table, column, line in belonging.lines_beyond(
            tx, tables=self.columns, unit_ids=unit_ids
        ):
            self._refuse(table, line, f"{column}: lies outside your ward")
        for line in belonging.grounds_beyond(tx, unit_ids=unit_ids):
            file = self._boundary_file("zones") or "zones"
            self.faults.add(file=file, line=line, reason="code: lies outside your ward")

    def _check_settled(self, tx: Transaction) -> None:
        settled = {
            "intakes": checks.settled_intakes(tx),
            "residential_groups": checks.rezoned_groups(tx),
            "schools": checks.kept_schools(tx),
        }
        if "seat_plans" in self.columns:
            present = self.columns["seat_plans"]
            settled["seat_plans"] = checks.settled_seat_plans(tx, present=present)
        for table, lines in settled.items():
            for item in lines:
                self._refuse(table, item.line, _settled(item))

    def _records(self, table: ImportTable) -> Iterator[tuple[Any, ...]]:
        file = self._file(table.name) or ""
        self.rows[table.name] = 0
        for line, values in self._files.table_rows(table=table.name, report=self._report(file)):
            if table.name not in self.columns and not self._has_columns(table, file, set(values)):
                return
            self.rows[table.name] += 1
            self._tell(table.name)
            cells = Cells(line=line, values=values)
            record = table.read(cells, self._codes)
            for doubt in cells.doubts:
                self._warn(Fault(file, line, doubt))
            for reason in cells.reasons:
                self.faults.add(file=file, line=line, reason=reason)
            if not cells.reasons:
                yield record

    def _tell(self, table: str) -> None:
        rows = self.rows[table]
        if self._listen is not None and rows % LISTENED_EVERY == 1:
            self._listen(table, rows)

    def _has_columns(self, table: ImportTable, file: str, columns: set[str]) -> bool:
        self.columns[table.name] = columns
        reasons = table.heading_faults(columns)
        for reason in reasons:
            self.faults.add(file=file, line=1, reason=reason)
        return not reasons

    def _grounds(self, table: str) -> Iterator[tuple[int, str, str, str]]:
        file = self._boundary_file(table) or ""
        known = self._codes.kinds if table == "units" else self._codes.zones
        seen: set[str] = set()
        self.rows.setdefault("boundaries", 0)
        for number, code, ground in self._files.boundaries(table=table, report=self._report(file)):
            if code not in known:
                self.faults.add(file=file, line=number, reason=f"there is no {table[:-1]} {code}")
            elif code in seen:
                self.faults.add(file=file, line=number, reason=f"{code} stands there twice")
            else:
                self.rows["boundaries"] += 1
                yield number, table, code, ground
            seen.add(code)

    def _check_tree(self) -> None:
        for line, reason in tree_faults(self._codes):
            self._refuse("units", line, reason)

    def _refuse(self, table: str, line: int, reason: str) -> None:
        self.faults.add(file=self._file(table) or table, line=line, reason=reason)

    def _report(self, file: str) -> Callable[[int, str], None]:
        return lambda line, reason: self.faults.add(file=file, line=line, reason=reason)

    def _file(self, table: str) -> str | None:
        return self._files.table_file(table=table)

    def _boundary_file(self, table: str) -> str | None:
        return self._files.boundary_file(table=table)


def _repeated(column: str, first_line: int) -> str:
    return f"{column}: stands in line {first_line} already"


def _settled(item: checks.Settled) -> str:
    columns = ", ".join(item.columns)
    return (
        f"{columns}: intake {item.intake_code} is {item.phase}, so this stands as announced; "
        "leave the line out"
    )
