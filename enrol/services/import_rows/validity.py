"""Dates from which and until which something exists."""

from datetime import date

from enrol.services.import_rows.cells import Cells


def refuse_empty_validity(cells: Cells, valid_from: date, valid_to: date | None) -> None:
    """Refuse a row whose last day (exclusive) is not after its first."""
    if valid_to is not None and not cells.reasons and valid_to <= valid_from:
        cells.refuse("valid_to", "must be after valid_from; it is the first day of no longer")
