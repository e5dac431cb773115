"""One submission of a run at a time, on this machine and on others that share its folder."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from batch import Refused

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def alone(cluster: Path) -> Iterator[None]:
    """Holds the run's lock. Where locks do not reach other machines, the file says who is at work."""
    cluster.mkdir(parents=True, exist_ok=True)
    path = cluster / "lock"
    with open(path, "a+", encoding="utf-8") as file:
        file.seek(0)
        holder = file.read().strip()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in WITHOUT_LOCKS:
                raise Refused(f"this run is being submitted or cancelled by {holder or 'another command'}; "
                              "wait until that has ended") from error
        host = os.uname().nodename
        if holder and holder.split()[0] != host:
            raise Refused(f"this run is being submitted or cancelled by {holder}; if that has ended, remove {path}")
        file.truncate(0)
        file.write(f"{host} (process {os.getpid()}, {time.strftime('%Y-%m-%d %H:%M:%S')})\n")
        file.flush()
        os.fsync(file.fileno())
        try:
            yield
        finally:
            file.truncate(0)
