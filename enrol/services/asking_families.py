"""What asking a family needs, for one file or many: words, and a day that gives it time."""

from datetime import date

from enrol.services.due_dates import Terms
from enrol.services.refusals import Refusal

LONGEST_MESSAGE = 600
MOST_WAIT = 30
"""Working days that a family is given at most."""


class ReasonMissing(Refusal):
    """A reason of the list, or a message to the family, is needed."""


class AnswerTooSoon(Refusal):
    """The family needs a day from tomorrow on, within ``MOST_WAIT`` working days."""


def refuse_day(terms: Terms, due_on: date) -> None:
    """Raise AnswerTooSoon for a day that gives families too little or too much time."""
    if not terms.today < due_on <= terms.calendar.after(terms.today, MOST_WAIT):
        raise AnswerTooSoon
