"""Become another program that cannot outlive its supervisor.

Run as ``python -I -S launch.py PARENT DEATH_SIGNAL UID GID PROGRAM ARGUMENT…``. It is no
``preexec_fn`` because Python code between fork and exec can deadlock in a process with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _become(*, parent: int, death_signal: int, uid: int, gid: int, argv: list[str]) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # Only now: the kernel forgets the death signal whenever the account changes.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the supervisor is already gone")
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    os.execvp(argv[0], argv)  # noqa: S606 - this is what the file is for


if __name__ == "__main__":
    try:
        _become(
            parent=int(sys.argv[1]),
            death_signal=int(sys.argv[2]),
            uid=int(sys.argv[3]),
            gid=int(sys.argv[4]),
            argv=sys.argv[5:],
        )
    except OSError as error:
        sys.exit(f"{sys.argv[5]}: {error}")
