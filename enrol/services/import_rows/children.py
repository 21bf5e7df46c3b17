"""Rows of ``children``: the register, with residences and one guardian a child."""

import re
from datetime import date

from enrol.core.names import search_key, sort_key
from enrol.services.import_rows.cells import Cells
from enrol.services.import_rows.codes import Codes
from enrol.services.import_rows.residential_groups import LONGEST_LABEL
from enrol.services.import_rows.table import ImportTable
from enrol.store.loading.staged import ChildRow

SEXES = ("male", "female")
RELATIONS = ("mother", "father", "guardian")
OWN_PREFIXES = ("TM", "TT")
"""Codes that this system gives itself: to children outside the register, to made-up ones."""

_PERSONAL_ID = re.compile(r"[0-9]{12}")
_POLICY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_FIRST_CENTURY = 19


_Residence = tuple[str | None, str | None, str | None]
_Guardian = tuple[str | None, str | None, str | None, str | None]


def read_child(cells: Cells, codes: Codes) -> ChildRow:
    """Read one child. Whether a code or number stands twice is judged over the whole file."""
    full_name = cells.person("full_name")
    birth_on, sex = cells.day("birth_on"), cells.one_of("sex", SEXES)
    return ChildRow(
        cells.line,
        _pupil_code(cells),
        full_name,
        sort_key(full_name),
        search_key(full_name),
        birth_on,
        sex,
        _personal_id(cells, birth_on=birth_on, sex=sex),
        cells.optional_code("family_code"),
        cells.optional_text("kindergarten"),
        *_guardian(cells),
        *_residence(cells, codes, "permanent"),
        *_residence(cells, codes, "temporary"),
        *_residence(cells, codes, "current"),
        *cells.point(is_required=False),
        codes.optional_school(cells, "sibling_school_code"),
        _policies(cells),
    )


def _pupil_code(cells: Cells) -> str:
    code = cells.code("pupil_code")
    for prefix in OWN_PREFIXES:
        if code.startswith(prefix):
            cells.refuse("pupil_code", f"codes that begin with {prefix} are given by this system")
    return code


def _personal_id(cells: Cells, *, birth_on: date, sex: str) -> str | None:
    number = cells.optional_text("personal_id")
    if number is None:
        return None
    if not _PERSONAL_ID.fullmatch(number):
        cells.refuse("personal_id", "must be 12 digits")
    elif not cells.reasons and not agrees(personal_id=number, birth_on=birth_on, sex=sex):
        cells.doubt("personal_id", "does not agree with sex or year of birth; check the papers")
    return number


def agrees(*, personal_id: str, birth_on: date, sex: str) -> bool:
    """Tell whether the fourth to sixth digits say this sex, century and year of birth.

    Digit four counts centuries from the twentieth, by two, odd for girls. Corrected papers may
    disagree, so this never decides anything.
    """
    century = birth_on.year // 100 - _FIRST_CENTURY
    expected = f"{2 * century + (sex == 'female')}{birth_on.year % 100:02}"
    return personal_id[3:6] == expected


def _guardian(cells: Cells) -> _Guardian:
    columns = ("guardian_relation", "guardian_phone", "guardian_email")
    if cells.is_empty("guardian_name"):
        if not all(map(cells.is_empty, columns)):
            cells.refuse("guardian_name", "must not be empty when more of the guardian is stated")
        return None, None, None, None
    return (
        cells.named("guardian_name"),
        cells.one_of("guardian_relation", RELATIONS),
        cells.optional_phone("guardian_phone"),
        cells.optional(cells.email, "guardian_email"),
    )


def _residence(cells: Cells, codes: Codes, kind: str) -> _Residence:
    unit_column, group_column = f"{kind}_unit_code", f"{kind}_group"
    unit_code = codes.optional_unit(cells, unit_column)
    group = cells.optional(lambda name: cells.text(name, longest=LONGEST_LABEL), group_column)
    if group is not None and unit_code is None:
        cells.refuse(group_column, f"needs {unit_column} beside it")
    elif group is not None and unit_code in codes.kinds and (unit_code, group) not in codes.groups:
        cells.refuse(group_column, f"unit {unit_code} has no residential group {group}")
    return unit_code, group, cells.optional_text(f"{kind}_address")


def _policies(cells: Cells) -> list[str]:
    found = cells.items("policies")
    if not all(map(_POLICY.fullmatch, found)):
        cells.refuse(
            "policies", "each is a word of small letters a-z, digits, underscores, hyphens"
        )
    return sorted(found)


CHILDREN = ImportTable(
    name="children",
    required=("pupil_code", "full_name", "birth_on", "sex"),
    optional=(
        "personal_id",
        "family_code",
        "kindergarten",
        "guardian_name",
        "guardian_relation",
        "guardian_phone",
        "guardian_email",
        *(
            f"{kind}_{what}"
            for kind in ("permanent", "temporary", "current")
            for what in ("unit_code", "group", "address")
        ),
        "latitude",
        "longitude",
        "sibling_school_code",
        "policies",
    ),
    read=read_child,
)
