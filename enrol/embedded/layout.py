"""Where everything of the embedded servers lies, and who may read it.

::

    var/embedded.lock     held by the process that supervises
    var/secrets/          three passwords, 0600 each, readable by us only
    var/log/              one file a server
    var/servers/          postgres/ valkey/ run/ (sockets), 0700, owned by the servers' account;
                          a link to a directory elsewhere when that account cannot enter ours
"""

import logging
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from enrol.embedded.accounts import Account, can_enter, choose_account
from enrol.embedded.errors import EmbeddedServicesError

log = logging.getLogger(__name__)

_LONGEST_SOCKET = 107
"""Bytes in a Unix socket's path on Linux (sun_path holds 108 with the closing zero)."""
_SOCKET_NAMES = (".s.PGSQL.5432", "valkey.sock")
_LASTING_PLACES = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - directories of ours inside, made with mkdtemp


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The paths of one instance; `account` is None when the servers run as ourselves."""

    directory: Path
    servers: Path
    account: Account | None

    @property
    def postgres(self) -> Path:
        """The directory of PostgreSQL: ``data`` inside it."""
        return self.servers / "postgres"

    @property
    def valkey(self) -> Path:
        """The directory of Valkey: its configuration and append-only file."""
        return self.servers / "valkey"

    @property
    def sockets(self) -> Path:
        """The real directory of the sockets, short enough for the kernel."""
        return (self.servers / "run").resolve()

    def secret(self, name: str) -> str:
        """Return a password kept in ``secrets/``; made from 32 random bytes the first time."""
        path = self.directory / "secrets" / name
        try:
            return path.read_text(encoding="ascii")
        except FileNotFoundError:
            value = secrets.token_urlsafe(32)
            write_private(path=path, text=value, account=None)
            return value


def existing_layout(*, directory: Path) -> Layout:
    """Return the paths of an instance that was started before, changing nothing.

    Raises:
        EmbeddedServicesError: nothing was ever started in `directory`.
    """
    directory = directory.resolve()
    if not (directory / "servers").exists():
        raise EmbeddedServicesError(f"No embedded servers were ever started in {directory}.")
    return Layout(directory=directory, servers=(directory / "servers").resolve(), account=None)


def make_directory(*, directory: Path) -> Path:
    """Make the outermost directory unless it is there; return it without symbolic links."""
    # As root others may pass through but not look: the servers' account has to reach its part.
    _make(directory, mode=0o711 if os.geteuid() == 0 else 0o700)
    return directory.resolve()


def prepare_layout(*, directory: Path) -> Layout:
    """Make the directories inside with their owners and modes; safe to repeat while locked."""
    directory = directory.resolve()
    _make(directory / "secrets", mode=0o700)
    _make(directory / "log", mode=0o700)
    link = directory / "servers"
    account = choose_account(data=link / "postgres" / "data")
    servers = _servers_directory(link=link, account=account)
    layout = Layout(directory=directory, servers=servers, account=account)
    for path in (layout.postgres, layout.valkey):
        _make_owned(path, account)
    _prepare_sockets(layout)
    return layout


def write_private(*, path: Path, text: str, account: Account | None) -> None:
    """Write `text` so that only `account` (None: we) can read it; replaces the file in one step."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if account is not None:
        account.own(unfinished)
    unfinished.replace(path)


def _make(path: Path, *, mode: int) -> None:
    if not path.exists():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)  # mkdir's own mode is narrowed by the umask


def _make_owned(path: Path, account: Account | None) -> None:
    _make(path, mode=0o700)
    if account is not None:
        account.own(path)


def _servers_directory(*, link: Path, account: Account | None) -> Path:
    if link.exists():
        if account is not None and not can_enter(account=account, path=link):
            raise EmbeddedServicesError(
                f"The account {account.name}, which owns the data, can no longer enter "
                f"{link.resolve()}: open its parent directories to others (chmod o+x)."
            )
        return link.resolve()
    if link.is_symlink():
        raise EmbeddedServicesError(
            f"The data is gone: {link} points to {link.readlink()}, which does not exist."
        )
    if account is None or can_enter(account=account, path=link.parent):
        _make(link, mode=0o711 if account is not None else 0o700)
        return link
    place = next(
        (
            p
            for p in _LASTING_PLACES
            if os.access(p, os.W_OK) and can_enter(account=account, path=p)
        ),
        None,
    )
    if place is None:
        raise EmbeddedServicesError(
            f"The account {account.name}, which has to run PostgreSQL, cannot enter {link.parent}: "
            "move the project, open its parent directories to others (chmod o+x), "
            "or run as an ordinary user."
        )
    elsewhere = Path(tempfile.mkdtemp(prefix="enrol-", dir=place))
    elsewhere.chmod(0o711)
    link.symlink_to(elsewhere)
    log.warning(
        "account %s cannot enter %s: the data is kept in %s", account.name, link.parent, elsewhere
    )
    return elsewhere


def _prepare_sockets(layout: Layout) -> None:
    """Make ``run``: a link to a short directory where its own path cannot name a socket."""
    run = layout.servers / "run"
    if run.is_symlink() and not _ours(run, layout.account):
        run.unlink()
    if not run.is_symlink() and _unfit(run.absolute()):
        short = Path(tempfile.mkdtemp(prefix="enrol-", dir=_short_place(layout.account)))
        run.symlink_to(short)
        if layout.account is not None:
            layout.account.own(short)
    elif not run.is_symlink():
        _make_owned(run, layout.account)


def _ours(link: Path, account: Account | None) -> bool:
    """Whether the linked directory is still the one we made: temporary files get swept."""
    target = link.readlink()
    try:
        status = target.lstat()
    except FileNotFoundError:
        return False
    owner = account.uid if account is not None else os.geteuid()
    return (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == owner
        and stat.S_IMODE(status.st_mode) == 0o700
    )


def _unfit(run: Path) -> bool:
    """Whether no socket can be there: too long, or with a comma, which libpq takes for a list."""
    return "," in str(run) or any(
        len(os.fsencode(run / name)) > _LONGEST_SOCKET for name in _SOCKET_NAMES
    )


def _short_place(account: Account | None) -> Path:
    for place in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - mkdtemp makes ours inside
        reachable = account is None or can_enter(account=account, path=place)
        if reachable and not _unfit(place / "enrol-12345678"):
            return place
    raise EmbeddedServicesError(
        "No directory is short enough for a socket: set TMPDIR to a short path."
    )


def remove_short_sockets(*, directory: Path) -> None:
    """Take away the short directory under the temporary directory, if one was needed."""
    run = directory / "servers" / "run"
    if run.is_symlink():
        shutil.rmtree(run.resolve(), ignore_errors=True)
        run.unlink()
