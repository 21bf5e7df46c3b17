"""What the register already answers, in the shape of a draft: to be confirmed or corrected."""

from collections.abc import Mapping

from enrol.services.preparing import Desk

Draft = Mapping[str, object]


def answers_so_far(desk: Desk) -> dict[str, object]:
    """Return the draft, with the register's answers to questions the family has not touched."""
    return {**from_register(desk), **desk.answers}


def from_register(desk: Desk) -> dict[str, object]:
    """Return the register's answers; a question it cannot answer stays out."""
    child = desk.child
    answers: dict[str, object] = {
        "child": {
            "full_name": child.full_name,
            "birth_on": child.birth_on.isoformat(),
            "sex": child.sex,
            "personal_id": child.personal_id,
        },
    }
    answers.update(_residences(desk))
    if child.in_register:
        answers["sibling"] = {"school": child.sibling_school}
    if desk.guardians:
        guardian = desk.guardians[0]
        answers["contact"] = {
            "guardian_name": guardian.full_name,
            "relation": guardian.relation,
            "phone": guardian.phone or "",
            "email": guardian.email,
        }
    return answers


def _residences(desk: Desk) -> dict[str, object]:
    held: dict[str, object] = {
        item.kind: {"unit": item.unit, "group": item.group, "address": item.address}
        for item in desk.residences
        if item.unit
    }
    if desk.child.in_register:
        held.setdefault("temporary", {"none": True})
    if "current" in held and held["current"] == held.get("permanent"):
        held["current"] = {"same_as": "permanent"}
    elif "current" in held and held["current"] == held.get("temporary"):
        held["current"] = {"same_as": "temporary"}
    return held
