"""Encryption of what must stay unreadable at rest, and the families' secrets."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from enrol.core.codes import SECRET_BYTES, secret_from_bytes

_NONCE = 12
_CHECK = 20


class AesVault:
    """AES-256-GCM with a random nonce; the context is authenticated with the bytes."""

    def __init__(self, *, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def new_seed(self) -> bytes:
        return os.urandom(32)

    def seal(self, *, plain: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, *, sealed: bytes, context: str) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except InvalidTag as error:
            raise ValueError("the sealed bytes or their context were altered") from error


class KeyedSecrets:
    """Family secrets: random, readable, and stored only as a keyed hash.

    The secret carries 80 bits, so a fast keyed hash is enough: nothing can be guessed from
    the database without the key, and not by trying either.
    """

    def __init__(self, *, secret_key: bytes, path_key: bytes) -> None:
        self._secret_key = secret_key
        self._path_key = path_key

    def new_secret(self) -> str:
        return secret_from_bytes(os.urandom(SECRET_BYTES))

    def new_salt(self) -> bytes:
        return os.urandom(16)

    def hash(self, *, pupil_code: str, secret: str) -> bytes:
        message = pupil_code.encode() + b"\0" + secret.encode()
        return hmac.digest(self._secret_key, message, hashlib.sha256)

    def result_token(self, *, code: str) -> str:
        return hmac.digest(self._path_key, b"result/" + code.encode(), hashlib.sha256).hex()[:40]

    def family_alias(self, *, family_code: str) -> str:
        digest = hmac.digest(self._path_key, b"family/" + family_code.encode(), hashlib.sha256)
        return "GD" + digest.hex()[:14].upper()

    def letter_check(self, *, publication_id: int, code: str) -> str:
        message = f"letter/{publication_id}/{code}".encode()
        return hmac.digest(self._path_key, message, hashlib.sha256).hex()[:_CHECK]

    def is_letter_check(self, *, publication_id: int, code: str, check: str) -> bool:
        known = self.letter_check(publication_id=publication_id, code=code)
        return hmac.compare_digest(known.encode(), check.encode())
