"""Settings, read once at start and checked: production refuses to start half-configured."""

import os
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

KeyPurpose = Literal[
    "family-secret",
    "result-path",
    "seed",
    "staff-password",
    "staff-totp",
    "staff-recovery",
    "document",
    "waiting-room",
]


class Settings(BaseSettings):
    """Everything an operator can set, as environment variables with the prefix ``ENROL_``.

    ``DATABASE_URL`` and ``REDIS_URL`` keep their customary names. There is no default for a secret:
    leaving one out ends the start with a message naming it.
    """

    model_config = SettingsConfigDict(
        env_prefix="ENROL_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Literal["production", "development", "test"] = "production"
    database_url: SecretStr = Field(validation_alias="DATABASE_URL")
    redis_url: SecretStr = Field(validation_alias="REDIS_URL")
    session_key: SecretStr
    """Signs session cookies; may be rotated (see ``previous_session_keys``)."""
    previous_session_keys: tuple[SecretStr, ...] = ()
    data_key: SecretStr
    """Root of the keys for family secrets, sealed seeds and result paths; never rotated
    mid-intake."""
    base_url: str = "http://localhost:8000"
    """The one canonical address, printed on receipts and in QR codes."""
    results_directory: Path = ROOT / "var" / "results"
    bundles_directory: Path = ROOT / "var" / "bundles"
    exchange_directory: Path = ROOT / "var" / "exchange"
    """Where files lie that officers fetch and bring, shared by web and workers and by nobody else:
    they hold personal data, for a day at most."""
    documents_directory: Path = ROOT / "var" / "documents"
    """Where families' documents lie, encrypted, outside of everything a web server serves."""
    web_processes: int = Field(default=2, ge=1, validation_alias="WEB_CONCURRENCY")
    """Processes of gunicorn: they share a waiting room's rate while Redis is lost."""
    proxy_hops: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies of our own stand in front (exact, or addresses can be forged)."""
    pool_size: int = Field(default=8, ge=1, le=100)
    pool_timeout_seconds: float = Field(default=2.0, gt=0)
    partner_pool_size: int = Field(default=2, ge=1, le=20)
    """Connections of one process for the API of partners: never taken from families' pages."""
    partner_requests_per_minute: int = Field(default=120, ge=1, le=6000)
    """What one token of a partner may ask."""
    redis_timeout_seconds: float = Field(default=0.5, gt=0)
    """How long a page waits for Redis before it goes on without it."""
    statement_timeout_ms: int = Field(default=5000, gt=0)
    lock_timeout_ms: int = Field(default=3000, gt=0)
    office_name: str = "Sở Giáo dục và Đào tạo Hà Nội"
    office_name_en: str = "Hanoi Department of Education and Training"
    helpline: str = "1900 0000"
    residence_registry_url: str | None = Field(default=None, pattern=r"^https?://")
    """Where a residence registry answers (docs/officers.md); without it officers check by hand."""
    residence_registry_token: SecretStr | None = None
    residence_registry_file: Path | None = None
    """A table of residences (CSV) to be asked instead."""
    residence_registry_timeout_seconds: float = Field(default=5.0, gt=0, le=30)
    smtp_host: str | None = None
    """The mail server; without it mails to families wait (docs/operations.md)."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    sms_url: str | None = Field(default=None, pattern=r"^https?://")
    """Where an SMS provider takes messages; without it they wait."""
    sms_token: SecretStr | None = None
    messages_directory: Path | None = None
    """Demonstrations write their messages here instead; refused in production."""
    smtp_ca_file: Path | None = None
    """Certificates (PEM) by which the mail server is known, instead of the system's."""
    message_lines: int = Field(default=6, ge=1, le=32)
    """Connections to each provider at once."""
    message_timeout_seconds: float = Field(default=10.0, gt=0, le=30)
    quiet_from: time = time(21)
    quiet_until: time = time(7)
    """Civil time in Vietnam between which no message is sent; the same twice means never."""
    accent: str = Field(default="#10476b", pattern=r"^#[0-9a-f]{6}$")
    """The one deep colour of the pages, as #rrggbb."""
    emblem: Path | None = None
    """The office's emblem, an SVG or PNG file shown beside its name."""
    metrics_token: SecretStr | None = None
    """Whoever scrapes ``/metrics`` carries it; without it there is no such page."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("session_key", "data_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must hold at least 32 characters of randomness")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 24:
            raise ValueError("must hold at least 24 characters of randomness, or be left out")
        return value

    @field_validator("accent")
    @classmethod
    def _readable(cls, value: str) -> str:
        # WCAG 2.2, 1.4.3: white text needs a contrast of 4.5 to 1.
        if 1.05 / (_luminance(value) + 0.05) < 4.5:
            raise ValueError("is too light: white text would not be readable on it")
        return value

    @field_validator("emblem")
    @classmethod
    def _picture(cls, value: Path | None) -> Path | None:
        if value is not None and (value.suffix not in (".svg", ".png") or not value.is_file()):
            raise ValueError("must be an .svg or .png file that exists")
        return value

    @model_validator(mode="after")
    def _whole_senders(self) -> Self:
        if bool(self.smtp_host) != bool(self.mail_from):
            raise ValueError("ENROL_SMTP_HOST and ENROL_MAIL_FROM go together")
        if bool(self.smtp_username) != bool(self.smtp_password):
            raise ValueError("ENROL_SMTP_USERNAME and ENROL_SMTP_PASSWORD go together")
        if bool(self.sms_url) != bool(self.sms_token):
            raise ValueError("ENROL_SMS_URL and ENROL_SMS_TOKEN go together")
        if self.environment != "production":
            return self
        if self.smtp_security == "none":
            raise ValueError("ENROL_SMTP_SECURITY must be starttls or tls in production")
        if (self.sms_url or "https:").startswith("http:"):
            raise ValueError("ENROL_SMS_URL must be https:// in production")
        if self.messages_directory:
            raise ValueError("ENROL_MESSAGES_DIRECTORY is for demonstrations, not for production")
        return self

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment != "production":
            return self
        if not self.base_url.startswith("https://"):
            raise ValueError("ENROL_BASE_URL must be an https:// address in production")
        if (self.residence_registry_url or "https:").startswith("http:"):
            raise ValueError("ENROL_RESIDENCE_REGISTRY_URL must be https:// in production")
        if self.session_key.get_secret_value() == self.data_key.get_secret_value():
            raise ValueError("ENROL_SESSION_KEY and ENROL_DATA_KEY must differ")
        return self

    @classmethod
    def load(cls, *, env_file: Path | None = None) -> Self:
        """Read the environment, and a file of ``NAME=value`` lines for what it leaves out.

        Without ``env_file`` the variable ``ENROL_ENV_FILE`` may name one.
        """
        named = os.environ.get("ENROL_ENV_FILE")
        chosen = env_file or (Path(named) if named else None)
        return cls(_env_file=chosen)  # type: ignore[call-arg]  # an argument of BaseSettings

    @cached_property
    def sqlalchemy_url(self) -> str:
        """The database address with the psycopg 3 driver named."""
        url = self.database_url.get_secret_value()
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    def key(self, purpose: KeyPurpose) -> bytes:
        """Return the 32-byte key for one purpose, derived from ``data_key`` (HKDF-SHA256, RFC
        5869).
        """
        derivation = HKDF(
            algorithm=SHA256(), length=32, salt=None, info=b"enrol/" + purpose.encode()
        )
        return derivation.derive(self.data_key.get_secret_value().encode())


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2), 0 for black and 1 for white."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
