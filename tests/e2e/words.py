"""What pages say, found by the English of the source: a test names a button once for both."""

from functools import cache

from tests.web.messages import vietnamese


def say(english: str, language: str, **variables: object) -> str:
    """Return a message in the language of the page."""
    text = english if language == "en" else _catalog()[english]
    return text % variables if variables else text


def other(language: str) -> str:
    """Return the language that the switch on a page offers."""
    return "en" if language == "vi" else "vi"


@cache
def _catalog() -> dict[str, str]:
    return vietnamese()
