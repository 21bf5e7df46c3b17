"""Staff passwords: made readable, hashed as Flask-Security hashes them (Argon2id)."""

import os
import secrets

from flask_security import hash_password

from enrol.core.codes import SECRET_BYTES, secret_from_bytes


class FlaskSecurityPasswords:
    """Needs an application context with Flask-Security set up, as ``create_app`` leaves it."""

    def new_password(self) -> str:
        return secret_from_bytes(os.urandom(SECRET_BYTES))

    def hash(self, password: str) -> str:
        hashed: str = hash_password(password)
        return hashed

    def new_session_mark(self) -> str:
        return secrets.token_hex(32)
