"""Rows of ``residential_groups``: which zone each group of a ward belongs to."""

from enrol.core.names import label_key
from enrol.services.import_rows.cells import LONGEST_NAME, Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.table import ImportTable
from enrol.store.loading.staged import GroupRow

LONGEST_LABEL = 60


def read_group(cells: Cells, codes: Codes) -> GroupRow:
    """Read one group. Its zone may be another ward's; its label is a text such as 16A or VP4."""
    label = cells.text("label", longest=LONGEST_LABEL)
    unit_code = codes.unit(cells, "unit_code")
    latitude, longitude = cells.point(is_required=False)
    codes.once(cells, table="residential_groups", key=(unit_code, label), column="label")
    codes.groups.add((unit_code, label))
    return GroupRow(
        line=cells.line,
        unit_code=unit_code,
        label=label,
        sort_key=label_key(label),
        zone_code=codes.zone(cells, "zone_code"),
        name=cells.optional(lambda name: cells.text(name, longest=LONGEST_NAME), "name"),
        latitude=latitude,
        longitude=longitude,
    )


RESIDENTIAL_GROUPS = ImportTable(
    name="residential_groups",
    required=("unit_code", "label", "zone_code"),
    optional=("name", "latitude", "longitude"),
    read=read_group,
)
