"""The only wiring: settings in, an application with its adapters out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Flask

from enrol.adapters.bundle_files import BundleFiles as BundleDirectory
from enrol.adapters.export_files import ExportDirectory
from enrol.adapters.message_senders import FileSender, HttpSmsSender, SmtpSender
from enrol.adapters.page_renderer import JinjaPages, Sender
from enrol.adapters.partner_tokens import RandomTokens
from enrol.adapters.residence_registries import CsvRegistry, HttpRegistry
from enrol.adapters.residence_sheets import ResidenceWorkbooks
from enrol.adapters.result_files import ResultFiles
from enrol.adapters.result_letters import LetterOffice
from enrol.adapters.scans import EncryptedDocuments
from enrol.adapters.staff_passwords import FlaskSecurityPasswords
from enrol.adapters.upload_folders import UploadDirectory
from enrol.adapters.vault import AesVault, KeyedSecrets
from enrol.adapters.waiting_room import RedisWaitingRoom
from enrol.config import ROOT, Settings
from enrol.logs import configure_logging
from enrol.services.ports import (
    BundleFiles,
    Documents,
    ExportFiles,
    MessageSender,
    PageRenderer,
    PartnerTokens,
    ResidenceRegistry,
    ResidenceSheets,
    ResultPages,
    Secrets,
    StaffPasswords,
    UploadFolders,
    Vault,
    WaitingRoom,
)
from enrol.store.db import db, engine_options, forget_inherited_connections, watch_for_closed
from enrol.store.staff import staff_datastore


@dataclass(frozen=True, slots=True)
class Adapters:
    """The outside world as services see it."""

    vault: Vault
    secrets: Secrets
    result_pages: ResultPages
    bundles: BundleFiles
    page_renderer: PageRenderer
    staff_passwords: StaffPasswords
    waiting_room: WaitingRoom
    exports: ExportFiles
    uploads: UploadFolders
    documents: Documents
    residence_sheets: ResidenceSheets
    registry: ResidenceRegistry | None
    partner_tokens: PartnerTokens
    message_senders: Mapping[str, MessageSender]
    """By channel; a channel without one lets its messages wait."""


def build_adapters(settings: Settings) -> Adapters:
    """Make the adapters that every process needs; the queue is made by the relay alone."""
    return Adapters(
        vault=AesVault(key=settings.key("seed")),
        secrets=KeyedSecrets(
            secret_key=settings.key("family-secret"), path_key=settings.key("result-path")
        ),
        result_pages=ResultFiles(directory=settings.results_directory),
        bundles=BundleDirectory(directory=settings.bundles_directory),
        page_renderer=JinjaPages(
            templates=ROOT / "templates",
            translations=ROOT / "enrol" / "translations",
            sender=Sender(
                office_name=settings.office_name,
                office_name_en=settings.office_name_en,
                helpline=settings.helpline,
            ),
        ),
        staff_passwords=FlaskSecurityPasswords(),
        waiting_room=RedisWaitingRoom(
            url=settings.redis_url.get_secret_value(),
            key=settings.key("waiting-room"),
            processes=settings.web_processes,
            timeout_seconds=settings.redis_timeout_seconds,
        ),
        exports=ExportDirectory(
            directory=settings.exchange_directory / "exports",
            translations=ROOT / "enrol" / "translations",
            letters=LetterOffice(
                name=settings.office_name,
                name_en=settings.office_name_en,
                helpline=settings.helpline,
                base_url=settings.base_url,
            ),
        ),
        uploads=UploadDirectory(directory=settings.exchange_directory / "uploads"),
        documents=EncryptedDocuments(
            directory=settings.documents_directory, key=settings.key("document")
        ),
        residence_sheets=ResidenceWorkbooks(translations=ROOT / "enrol" / "translations"),
        registry=_registry(settings),
        partner_tokens=RandomTokens(),
        message_senders=_message_senders(settings),
    )


def _registry(settings: Settings) -> ResidenceRegistry | None:
    token = settings.residence_registry_token
    if settings.residence_registry_url:
        return HttpRegistry(
            url=settings.residence_registry_url,
            token=token.get_secret_value() if token else None,
            timeout_seconds=settings.residence_registry_timeout_seconds,
        )
    if settings.residence_registry_file:
        return CsvRegistry(path=settings.residence_registry_file)
    return None


def _message_senders(settings: Settings) -> Mapping[str, MessageSender]:
    if settings.messages_directory:
        folder = FileSender(directory=settings.messages_directory)
        return {"email": folder, "sms": folder}
    senders: dict[str, MessageSender] = {}
    if settings.smtp_host and settings.mail_from:
        password = settings.smtp_password
        senders["email"] = SmtpSender(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            sender=settings.mail_from,
            login=(settings.smtp_username or "", password.get_secret_value()) if password else None,
            timeout_seconds=settings.message_timeout_seconds,
            ca_file=settings.smtp_ca_file,
        )
    if settings.sms_url and settings.sms_token:
        senders["sms"] = HttpSmsSender(
            url=settings.sms_url,
            token=settings.sms_token.get_secret_value(),
            timeout_seconds=settings.message_timeout_seconds,
        )
    return senders


def create_app(settings: Settings, *, with_pages: bool = True) -> Flask:
    """Return the application: database and adapters, ready for workers and most commands, and with
    its pages and the staff's accounts for gunicorn.
    """
    configure_logging(level=settings.log_level)
    app = Flask(
        "enrol",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    _bind_database(app, settings=settings, pool_size=settings.pool_size)
    app.extensions["enrol_settings"] = settings
    app.extensions["enrol_adapters"] = build_adapters(settings)
    bound = [app]
    app.extensions["enrol_after_fork"] = _after_fork(bound)
    if with_pages:
        # A worker never shows a page: without them it starts in a third of the time.
        from enrol import web  # noqa: PLC0415

        web.register(app, settings=settings, staff_accounts=staff_datastore())
        api = web.partners.create(settings=settings, adapters=app.extensions["enrol_adapters"])
        _bind_database(api, settings=settings, pool_size=settings.partner_pool_size)
        web.partners.mount(app, api=api)
        bound.append(api)
    return app


def _bind_database(app: Flask, *, settings: Settings, pool_size: int) -> None:
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(
            pool_size=pool_size,
            pool_timeout=settings.pool_timeout_seconds,
            statement_timeout_ms=settings.statement_timeout_ms,
            lock_timeout_ms=settings.lock_timeout_ms,
        ),
    )
    db.init_app(app)
    with app.app_context():
        watch_for_closed(db.engine)


def _after_fork(bound: Sequence[Flask]) -> Callable[[], None]:
    def forget() -> None:
        for app in bound:
            with app.app_context():
                forget_inherited_connections()

    return forget
