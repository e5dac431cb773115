"""Where the comparison scripts' Python packages come from. Needs the standard library alone."""

import ctypes
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent  # the repository
FOLDER = ROOT / "Data/work/venv"
REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"
MODULES = {"pillow": "PIL"}  # where a package's module bears another name


def pinned(text):
    """The lines of a requirements list by the name of their package."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {line.split("==")[0]: line for line in lines if line}


def missing(packages):
    """Those of the packages that this interpreter does not find."""
    importlib.invalidate_caches()
    return [name for name in packages if importlib.util.find_spec(MODULES.get(name, name)) is None]


def use(folder, requirements):
    """Takes another environment below Data/work, and another list of packages: those of one may not suit another."""
    global FOLDER, REQUIREMENTS
    FOLDER, REQUIREMENTS = FOLDER.parent / folder, REQUIREMENTS.parent / requirements


def fail(message):
    sys.exit(f"{Path(sys.argv[0]).stem}: {' '.join(str(message).split())}")


def ensure(*packages):
    """Goes on if this interpreter has the packages; else starts the script anew in an environment that has.

    The environment is made below Data/work on first use, which downloads, and serves all scripts.
    """
    if not missing(packages):
        return
    lines = pinned(REQUIREMENTS.read_text())
    python = FOLDER / "bin/python"
    try:
        if Path(sys.prefix) == FOLDER:
            wanted = [lines[name] for name in missing(packages)]
            print(f"installing {', '.join(wanted)} into {FOLDER}", file=sys.stderr)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
            if still := missing(packages):
                fail(f"{FOLDER} lacks {', '.join(still)} even now: remove it and try again")
            return
        if not python.exists():
            print(f"making the virtual environment {FOLDER}", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"cannot make the virtual environment {FOLDER}: {error}; remove it and try again")
    os.execv(python, [str(python), *sys.argv])


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_memory():
    """Has the allocator keep its memory: fresh pages for each map cost a tenth of the time."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)  # M_MMAP_MAX: nothing is mapped,
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: nothing is given back
    except (OSError, AttributeError):
        pass  # not glibc
