"""Personal identification numbers: what the twelve digits say of sex and year of birth.

Their structure, as the authorities describe it to citizens: three digits of the place where the
birth was registered, one of century and sex (20th century 0 male, 1 female; 21st 2 and 3; and so
on), two of the year of birth, six at random. There is no check digit. Corrected records exist:
what does not agree is told to an officer and never refused.
"""

from datetime import date
from enum import Enum

LENGTH = 12
_FIRST_CENTURY = 1900
_CENTURY_DIGIT = 3
_YEAR = slice(4, 6)


class Contradiction(str, Enum):
    """What a number says otherwise than the record it stands in."""

    SHAPE = "shape"
    SEX = "sex"
    BIRTH_YEAR = "birth_year"

    def __str__(self) -> str:
        """Return the word, on every version of Python."""
        return str(self.value)


def contradictions(*, number: str, sex: str, born_on: date) -> tuple[Contradiction, ...]:
    """Return how a number contradicts the child's sex (``female`` or ``male``) and birth year.

    A number of another shape says nothing else.
    """
    if len(number) != LENGTH or not (number.isascii() and number.isdigit()):
        return (Contradiction.SHAPE,)
    century, is_female = divmod(int(number[_CENTURY_DIGIT]), 2)
    year = _FIRST_CENTURY + 100 * century + int(number[_YEAR])
    found = []
    if bool(is_female) != (sex == "female"):
        found.append(Contradiction.SEX)
    if year != born_on.year:
        found.append(Contradiction.BIRTH_YEAR)
    return tuple(found)
