"""Children with their residences and first guardian: from staged rows to the real tables."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    delete,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)

from enrol.core.stated import REGISTER
from enrol.store.constraints import translated
from enrol.store.db import Transaction
from enrol.store.loading import staged
from enrol.store.loading.merging import (
    Written,
    add_missing,
    count_of,
    merge,
    unit_ids,
    update_differing,
)
from enrol.store.tables.children import children, guardians, residences
from enrol.store.tables.schools import schools
from enrol.store.tables.units import residential_groups

_KINDS = ("permanent", "temporary", "current")
_FIRST = 1
_OPTIONAL = {
    "personal_id": "personal_id",
    "family_code": "family_code",
    "kindergarten": "kindergarten",
    "latitude": "latitude",
    "longitude": "longitude",
    "sibling_school_code": "sibling_school_id",
    "policies": "policies",
}
"""Optional columns of the file and the table's column that each one fills."""


def merge_children(tx: Transaction, *, present: Collection[str]) -> Written:
    """Merge the children themselves; what a missing column would fill stays as it is."""
    rows = staged.children
    same = ("pupil_code", "full_name", "sort_key", "search_key", "birth_on", "sex")
    more = ("personal_id", "family_code", "kindergarten", "latitude", "longitude", "policies")
    source = select(
        rows.c.line,
        *(rows.c[name] for name in same + more),
        schools.c.id.label("sibling_school_id"),
        literal(value=True).label("in_register"),
    ).outerjoin(schools, schools.c.code == rows.c.sibling_school_code)
    updated = {*same[1:], "in_register"} | {
        _OPTIONAL[name] for name in _OPTIONAL if name in present
    }
    key = ("pupil_code",)
    with translated():
        if "personal_id" in present:
            _free_personal_ids(tx)
        changed = update_differing(tx, target=children, source=source, key=key, updated=updated)
        return Written(add_missing(tx, target=children, source=source, key=key), changed)


def _free_personal_ids(tx: Transaction) -> None:
    """Let go of the numbers that change hands: two children may have been mixed up."""
    rows, holders = staged.children, staged.children.alias("holders")
    is_given_to_another = exists().where(
        holders.c.personal_id == children.c.personal_id,
        holders.c.pupil_code != children.c.pupil_code,
    )
    tx.execute(
        update(children)
        .where(children.c.pupil_code == rows.c.pupil_code, is_given_to_another)
        .values(personal_id=null())
    )


def merge_residences(tx: Transaction, *, present: Collection[str]) -> Written:
    """Merge the kinds of residence that the file tells of; an emptied one is taken away."""
    kinds = [kind for kind in _KINDS if _fields(kind) & set(present)]
    if not kinds:
        return Written()
    stated = union_all(*map(_residences, kinds)).subquery("stated")
    ids = unit_ids()
    source = (
        select(
            stated.c.line,
            children.c.id.label("child_id"),
            stated.c.kind,
            ids.c.id.label("unit_id"),
            residential_groups.c.id.label("group_id"),
            stated.c.address,
            literal(REGISTER).label("source"),
        )
        .join(children, children.c.pupil_code == stated.c.pupil_code)
        .outerjoin(ids, ids.c.code == stated.c.unit_code)
        .outerjoin(
            residential_groups,
            (residential_groups.c.unit_id == ids.c.id)
            & (residential_groups.c.label == stated.c.group_label),
        )
    )
    emptied = _take_away(tx, stated=union_all(*map(_residences, kinds)), kinds=kinds)
    written = merge(
        tx,
        target=residences,
        source=source,
        key=("child_id", "kind"),
        updated={"unit_id", "group_id", "address", "source"},
    )
    return written + Written(changed=emptied)


def _fields(kind: str) -> set[str]:
    return {f"{kind}_unit_code", f"{kind}_group", f"{kind}_address"}


def _residences(kind: str) -> Select[Any]:
    rows = staged.children
    unit_code, group, address = (
        rows.c[f"{kind}_unit_code"],
        rows.c[f"{kind}_group"],
        rows.c[f"{kind}_address"],
    )
    return select(
        rows.c.line,
        rows.c.pupil_code,
        literal(kind).label("kind"),
        unit_code.label("unit_code"),
        group.label("group_label"),
        address.label("address"),
    ).where(or_(unit_code.is_not(None), address.is_not(None)))


def _take_away(tx: Transaction, *, stated: CompoundSelect[Any], kinds: Collection[str]) -> int:
    rows, named = staged.children, stated.subquery("named")
    is_named = exists().where(
        named.c.pupil_code == children.c.pupil_code, named.c.kind == residences.c.kind
    )
    statement = delete(residences).where(
        residences.c.child_id == children.c.id,
        children.c.pupil_code == rows.c.pupil_code,
        residences.c.kind.in_(kinds),
        residences.c.source == REGISTER,
        ~is_named,
    )
    return count_of(tx, statement)


def merge_guardians(tx: Transaction, *, present: Collection[str]) -> Written:
    """Merge the first guardian of each child, when the file tells of guardians at all."""
    if "guardian_name" not in present:
        return Written()
    rows = staged.children
    source = (
        select(
            rows.c.line,
            children.c.id.label("child_id"),
            literal(_FIRST).label("position"),
            rows.c.guardian_name.label("full_name"),
            rows.c.guardian_relation.label("relation"),
            rows.c.guardian_phone.label("phone"),
            rows.c.guardian_email.label("email"),
        )
        .join(children, children.c.pupil_code == rows.c.pupil_code)
        .where(rows.c.guardian_name.is_not(None))
    )
    gone = delete(guardians).where(
        guardians.c.child_id == children.c.id,
        guardians.c.position == _FIRST,
        children.c.pupil_code == rows.c.pupil_code,
        rows.c.guardian_name.is_(None),
    )
    emptied = count_of(tx, gone)
    contact = {"guardian_phone": "phone", "guardian_email": "email"}
    written = merge(
        tx,
        target=guardians,
        source=source,
        key=("child_id", "position"),
        updated={"full_name", "relation"} | {contact[name] for name in contact if name in present},
    )
    return written + Written(changed=emptied)
