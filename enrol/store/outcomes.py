"""Writing what a run decided: the children by one COPY, everything by school in one statement."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import text

from enrol.store.constraints import SeatsExceeded, translated
from enrol.store.db import Transaction

SchoolFill = tuple[int, int, int, int, Sequence[str]]
"""Run id, school id, its seats, how many the run gave, and the codes that wait, next one first."""

SchoolCutOff = tuple[int, int, int, str, int]
"""Run id, school id, band, number of the last one admitted, how many were admitted."""

# Instead of foreign keys on the placements, whose checks row by row cost as much as everything
# else: what stands there must be what the fills say, and only schools of the fills may.
_BY_SCHOOL = text(
    "WITH given AS MATERIALIZED ("
    "  SELECT * FROM json_to_recordset(:filled)"
    "    AS school(run_id int, school_id int, seats int, taken int, codes text[])),"
    " filled AS (INSERT INTO fills (run_id, school_id, seats, taken)"
    "   SELECT run_id, school_id, seats, taken FROM given),"
    " waiting AS (INSERT INTO waiting_lists (run_id, school_id, codes)"
    "   SELECT run_id, school_id, codes FROM given WHERE cardinality(codes) > 0),"
    " bounded AS (INSERT INTO cut_offs (run_id, school_id, band, number, admitted)"
    "   SELECT run_id, school_id, band, number, admitted FROM json_to_recordset(:cut_offs)"
    "     AS bound(run_id int, school_id int, band smallint, number text, admitted int)),"
    " seated AS (SELECT run_id, school_id, count(*) AS held FROM placements"
    "   WHERE run_id = ANY(CAST(:run_ids AS int[])) AND school_id IS NOT NULL"
    "   GROUP BY run_id, school_id)"
    " SELECT EXISTS (SELECT FROM seated FULL JOIN given USING (run_id, school_id)"
    "   WHERE coalesce(held, 0) <> coalesce(taken, -1))"
)


def write_by_school(
    tx: Transaction,
    *,
    run_ids: Sequence[int],
    fills: Iterable[SchoolFill],
    cut_offs: Iterable[SchoolCutOff],
) -> None:
    """Write fills, waiting lists and cut-offs of these runs, whose placements are written.

    Raises SeatsExceeded when a school holds more children than seats, or others than are counted.
    """
    filled = [
        {"run_id": run, "school_id": school, "seats": seats, "taken": taken, "codes": list(codes)}
        for run, school, seats, taken, codes in fills
    ]
    bounds = [
        {"run_id": run, "school_id": school, "band": band, "number": number, "admitted": admitted}
        for run, school, band, number, admitted in cut_offs
    ]
    values = {
        "run_ids": list(run_ids),
        "filled": json.dumps(filled),
        "cut_offs": json.dumps(bounds),
    }
    with translated():
        differs = tx.execute(_BY_SCHOOL, values).scalar_one()
    refuse(difference=differs)


def refuse(*, difference: bool) -> None:
    """Raise SeatsExceeded when placements and fills differ."""
    if difference:
        raise SeatsExceeded


def copy_rows(tx: Transaction, into: str, rows: Iterable[Sequence[object]]) -> None:
    """Write rows by COPY into ``TABLE (COLUMN, …)``."""
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    with raw.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def copy_lines(tx: Transaction, into: str, lines: Sequence[str]) -> None:
    """Write lines in COPY's own text format, as one block, into ``TABLE (COLUMN, …)``."""
    if not lines:
        return
    raw = tx.connection.driver_connection
    assert raw is not None  # noqa: S101
    with raw.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        copy.write("".join(lines))
