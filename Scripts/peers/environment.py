"""Where the comparison scripts' Python packages live. Needs the standard library alone.

The packages are several GB, and those of one comparison may not suit another, so each has a virtual environment
of its own below Data/work, made by `Scripts/prepare-python`. A script that is started by an interpreter
without its packages starts again in that environment; it never installs anything.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent  # the repository
SCRIPTS = ROOT / "Scripts"
SHARED = ROOT.parent / "shared"  # networks and photographs that are not part of the repository
PROGRAMS = ROOT / ".build/release"

# Where a package's module has another name.
MODULES = {
    "axe-playwright-python": "axe_playwright_python", "pillow": "PIL", "scikit-learn": "sklearn", "umap-learn": "umap",
}


def fail(message: object) -> NoReturn:
    """Ends the script with one line that names it."""
    sys.exit(f"{Path(sys.argv[0]).stem}: {' '.join(str(message).split())}")


def pinned(text: str) -> dict[str, str]:
    """The lines of a requirements file by the name of their package."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {line.split("==")[0]: line for line in lines if line}


def missing(packages: Iterable[str]) -> list[str]:
    """Those of the packages that this interpreter does not find."""
    importlib.invalidate_caches()
    return [name for name in packages if importlib.util.find_spec(MODULES.get(name, name)) is None]


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the requirements file that pins its packages."""

    name: str
    folder: Path
    requirements: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin/python"

    def require(self, *packages: str) -> None:
        """Goes on if this interpreter has the packages; else starts the script anew in the environment.

        Where the environment does not have them either, the script ends and says how to prepare it.
        """
        absent = missing(packages)
        if not absent:
            return
        if self.python.exists() and Path(sys.prefix) != self.folder:
            os.execv(self.python, [str(self.python), *sys.argv])
        fail(f"{sys.executable} lacks {', '.join(absent)}: run Scripts/prepare-python {self.name} once")

    def lacks(self, package: str) -> bool:
        """Whether the package is wanted and not yet there."""
        wanted = package in pinned(self.requirements.read_text())
        return wanted and not any(self.folder.glob(f"lib/python*/site-packages/{package}"))

    def prepare(self) -> None:
        """Makes the environment if it is not there, and installs what its requirements file pins."""
        if not self.python.exists():
            print(f"making the virtual environment {self.folder}", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", self.folder], check=True)
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", "-r", self.requirements], check=True)


PEERS = Environment("peers", ROOT / "Data/work/venv", SCRIPTS / "peers/requirements.txt")
TENSORFLOW = Environment("tensorflow", ROOT / "Data/work/venv-tensorflow", SCRIPTS / "peers/tensorflow.txt")
EMBEDDING = Environment("embedding", ROOT / "Data/work/venv-embedding", SCRIPTS / "embedding/requirements.txt")
EXPORT = Environment("export", ROOT / "Data/work/venv-export", SCRIPTS / "export/requirements.txt")
EXPLORER = Environment("explorer", ROOT / "Data/work/venv-explorer", SCRIPTS / "explorer/requirements.txt")
ENVIRONMENTS = {each.name: each for each in (PEERS, TENSORFLOW, EMBEDDING, EXPORT, EXPLORER)}


def processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_memory() -> None:
    """Has the allocator keep its memory: fresh pages for each tensor cost a tenth of the time."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)  # M_MMAP_MAX: nothing is mapped,
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: nothing is given back
    except (OSError, AttributeError):
        pass  # not glibc
