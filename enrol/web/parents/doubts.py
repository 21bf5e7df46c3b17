"""What looks odd on the last page: told kindly, never a refusal, and no fact is taken from it."""

from datetime import date

from enrol.web.locale import gettext as _
from enrol.web.parents.desk import OpenDesk

_SEX_DIGITS = {"male": "2", "female": "3"}
"""Fourth digit of the personal number of children born from 2000 on."""


def is_of_age(at: OpenDesk) -> bool:
    """Tell whether the date of birth lies within the intake's years, or is not answered yet."""
    born = _born(at)
    return born is None or at.window.birth_from <= born <= at.window.birth_to


def doubts(at: OpenDesk) -> list[str]:
    """Return what the family may want to look at again."""
    child, born = at.part("child"), _born(at)
    number = str(child.get("personal_id") or "")
    if len(number) != 12 or born is None:
        return []
    fits = number[3] == _SEX_DIGITS.get(str(child.get("sex"))) and number[4:6] == f"{born:%y}"
    if fits:
        return []
    return [
        _(
            "The personal identification number usually tells the sex and the year of birth; here"
            " it does not fit them. If the number is right, leave it as it is."
        )
    ]


def _born(at: OpenDesk) -> date | None:
    try:
        return date.fromisoformat(str(at.part("child").get("birth_on") or ""))
    except ValueError:
        return None
