"""Tokens of partners' systems: random, with a beginning by which a leaked one is recognised."""

import secrets

BEGINNING = "enrol_"
_BYTES = 32


class RandomTokens:
    """Guessing one of 256 random bits is hopeless, so a plain hash of it may be kept."""

    def new_token(self) -> str:
        return BEGINNING + secrets.token_urlsafe(_BYTES)
