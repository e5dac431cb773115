"""Ends processes by the folder that their environment names, also when the one that started them is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


def words_of(process: int, file: str) -> list[bytes]:
    """The words of a process's command line, `cmdline`, or of its environment, `environ`; none if it has ended."""
    try:
        return Path(f"/proc/{process}/{file}").read_bytes().split(b"\0")
    except OSError:
        return []


def of_folder(folder: Path) -> list[int]:
    """The processes, but for this one, whose environment says that they belong to the cluster in the folder."""
    mark = f"SLURM_CONF={folder}/slurm.conf".encode()
    processes = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) != os.getpid()]
    return [process for process in processes if mark in words_of(process, "environ")]


def send(process: int, number: int) -> None:
    """Sends a signal to a process that may have ended."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


def sweep(folder: Path) -> None:
    """Ends every process of the folder, then removes it."""
    deadline = time.monotonic() + 10
    while processes := of_folder(folder):
        for process in processes:
            send(process, signal.SIGKILL if time.monotonic() > deadline - 8 else signal.SIGTERM)
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


def watch(folder: Path) -> subprocess.Popen:
    """Starts a process that sweeps when its standard input ends: with this process, however that ends."""
    return subprocess.Popen([sys.executable, __file__, str(folder)], stdin=subprocess.PIPE, start_new_session=True)


if __name__ == "__main__":
    sys.stdin.read()
    sweep(Path(sys.argv[1]))
