"""Data brought in files: choosing them, reading what they would change, applying them."""

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Response, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from enrol.core.spreadsheets import inert
from enrol.services import uploading
from enrol.services.ports import UploadFolders
from enrol.services.uploading import Import, ImportDesk
from enrol.web.asking import PageForm, asks_again, takes_files
from enrol.web.locale import gettext as _
from enrol.web.numbers import row_number
from enrol.web.office.blueprint import blueprint
from enrol.web.office.ground_drawings import ground_drawings
from enrol.web.office.import_words import import_tag, reason_words, table_word
from enrol.web.staff import words
from enrol.web.staff.guard import asks_who_again, officer
from enrol.web.staff.pages import staff_page

MOST_BYTES = 200 * 1024 * 1024
"""A city's 160,000 children are some 60 MB as CSV."""
_ENDINGS = (".csv", ".xlsx")


class FilesForm(PageForm):
    """The files chosen, and the table they hold when their names do not say."""

    desk: ImportDesk

    def problems(self) -> dict[str, str]:
        """Return what is wrong with the choice."""
        found = super().problems()
        if not self.was_sent() or found:
            return found
        if not self.sent():
            return {"files": _("Choose at least one file")}
        named = [self._name(file) for file in self.sent()]
        if None in named:
            unknown = self.sent()[named.index(None)].filename or ""
            return {
                "files": _(
                    "“%(name)s” is not the name of a table. Choose its table below,"
                    " or name it like the table, such as children.xlsx.",
                    name=Path(unknown).name[:60],
                )
            }
        if len({str(name).rpartition(".")[0] for name in named if self._is_table(name)}) < len(
            [name for name in named if self._is_table(name)]
        ):
            return {"files": _("Two files hold the same table. Bring one file for each table.")}
        return {}

    def sent(self) -> Sequence[FileStorage]:
        """Return the files that were really chosen."""
        return [file for file in request.files.getlist("files") if file.filename]

    def by_table(self) -> dict[str, FileStorage]:
        """Return the files under the names of their tables."""
        return {str(self._name(file)): file for file in self.sent()}

    def _is_table(self, name: str | None) -> bool:
        return name is not None and name.endswith(_ENDINGS)

    def _name(self, file: FileStorage) -> str | None:
        name = Path((file.filename or "").lower().replace("\\", "/")).name
        ending = Path(name).suffix
        chosen = request.form.get("table", "")
        if chosen and len(self.sent()) == 1 and ending in _ENDINGS:
            return f"{chosen}{ending}" if chosen in self.desk.tables else None
        if name in self.desk.boundaries:
            return name
        is_table = ending in _ENDINGS and Path(name).stem in self.desk.tables
        return name if is_table else None


@blueprint.route("/nhap-tep", methods=["GET", "POST"])
@asks_again
@takes_files(most_bytes=MOST_BYTES)
def imports() -> ResponseReturnValue:
    desk = uploading.import_desk(actor=officer())
    form = FilesForm(request.form)
    form.desk = desk
    if form.is_good():
        files = {name: _saver(file) for name, file in form.by_table().items()}
        import_id = uploading.receive(actor=officer(), files=files, folders=_folders())
        return redirect(url_for("office.one_import", import_id=import_id), code=303)
    return staff_page(
        "office/imports.html",
        desk=desk,
        tables=[(table, table_word(table)) for table in desk.tables],
        values=request.form,
        problems=form.problems(),
        import_tag=import_tag,
    )


@blueprint.get("/nhap-tep/<int:import_id>/loi.csv")
def import_faults(import_id: int) -> Response:
    """Return the bad rows and warnings as CSV, to be mended beside the files."""
    out = io.StringIO()
    out.write("\ufeff")  # by it Excel knows UTF-8
    writer = csv.writer(out)
    writer.writerow([_("File"), _("Line"), _("Kind"), _("What is wrong")])
    for fault in uploading.import_faults(actor=officer(), import_id=import_id):
        kind = _("Warning") if fault.is_warning else _("Bad row")
        writer.writerow([inert(fault.file), fault.line, kind, inert(reason_words(fault.reason))])
    response = make_response(out.getvalue())
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="loi-{import_id}.csv"'
    return response


@blueprint.get("/nhap-tep/<int:import_id>")
def one_import(import_id: int) -> Response:
    page = uploading.import_page(
        actor=officer(), import_id=import_id, after=request.args.get("sau", 0, type=row_number)
    )
    rows = _rows(page.found)
    response = staff_page(
        "office/import.html",
        page=page,
        one=page.found,
        rows=rows,
        grounds=ground_drawings(page.found.tables),
        to_write=sum(row["added"] + row["changed"] for row in rows),
        import_tag=import_tag,
        reason_words=reason_words,
        table_word=table_word,
        words=words,
    )
    if page.found.is_at_work:
        response.headers["Refresh"] = "3"  # the page says that it looks again by itself
    return response


@blueprint.route("/nhap-tep/<int:import_id>/ap-dung", methods=["GET", "POST"])
@asks_who_again
def apply_import(import_id: int) -> ResponseReturnValue:
    uploading.import_page(actor=officer(), import_id=import_id)  # nobody else's
    if request.method == "POST":
        # One that does not wait any more: its page says where it stands.
        with suppress(uploading.NotWaiting):
            uploading.order(actor=officer(), import_id=import_id)
    return redirect(url_for("office.one_import", import_id=import_id), code=303)


@blueprint.post("/nhap-tep/<int:import_id>/bo")
def drop_import(import_id: int) -> ResponseReturnValue:
    with suppress(uploading.NotWaiting):
        uploading.drop(actor=officer(), import_id=import_id, folders=_folders())
    return redirect(url_for("office.one_import", import_id=import_id), code=303)


def _rows(found: Import) -> list[Mapping[str, Any]]:
    """Return a line a table: rows of its file, new, changed, unchanged; None for what has none."""
    return [
        {
            "table": table_word(line["table"]),
            "rows": line["rows"],
            "added": line["added"],
            "changed": line["changed"],
            "same": None
            if line["rows"] is None
            else max(0, line["rows"] - line["added"] - line["changed"]),
        }
        for line in found.tables
    ]


def _saver(file: FileStorage) -> Any:
    return lambda path: file.save(path)


def _folders() -> UploadFolders:
    folders: UploadFolders = current_app.extensions["enrol_adapters"].uploads
    return folders
