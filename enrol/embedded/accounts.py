"""Which operating-system account runs the servers, and which directories that account can enter."""

import logging
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from enrol.embedded.errors import EmbeddedServicesError

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account for the servers when we are root: PostgreSQL refuses to run as root."""

    uid: int
    gid: int
    name: str

    def own(self, path: Path) -> None:
        """Give one file or directory to this account."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose_account(*, data: Path) -> Account | None:
    """Return the account to run the servers as; None means the account we already are.

    As root it is the owner of the existing `data`, or else ``nobody``.

    Raises:
        EmbeddedServicesError: this user id has no name on this machine, or the data is another's.
    """
    if os.geteuid() != 0:
        _check_ordinary_user(data)
        return None
    owner = _account(data.stat().st_uid) if data.exists() else None
    if owner is not None:
        return owner
    for name in ("nobody", "daemon"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=found.pw_uid, gid=found.pw_gid, name=name)
    raise EmbeddedServicesError(
        "PostgreSQL refuses to run as root and there is no account named nobody: "
        "start this as an ordinary user."
    )


def _account(uid: int) -> Account | None:
    if uid == 0:
        return None
    try:
        found = pwd.getpwuid(uid)
    except KeyError:  # initdb refuses an account without a name
        return None
    return Account(uid=uid, gid=found.pw_gid, name=found.pw_name)


def _check_ordinary_user(data: Path) -> None:
    uid = os.geteuid()
    if _account(uid) is None:
        raise EmbeddedServicesError(
            f"PostgreSQL needs an account with a name, and user id {uid} has none on this machine: "
            "add it to /etc/passwd or run as another user."
        )
    if data.exists() and data.stat().st_uid != uid:
        raise EmbeddedServicesError(
            f"{data} belongs to user id {data.stat().st_uid} (made by another account): "
            "run as that account, or choose another directory."
        )


def can_enter(*, account: Account, path: Path) -> bool:
    """Tell whether `account` may pass through `path` and all its parents, by their mode bits."""
    real = path.resolve()
    return all(
        _may_pass(account=account, status=step.stat())
        for step in (real, *real.parents)
        if step.is_dir()
    )


def _may_pass(*, account: Account, status: os.stat_result) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
