#!/usr/bin/env python3
"""A run as jobs of a Slurm cluster: submits it, says where it is, mends it, cancels it.

    cluster.py submit --stages run.json --settings settings.conf [--dry-run]
    cluster.py status|resume|cancel --stages run.json

The file of stages is written by make, which calls this: make submit, make status, make resume, make cancel. The exit
status is 1 if something was refused; for `status`, 3 if something failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from batch import Refused, acts, settings, stages

NEEDED = (3, 9)


def options_of(words: list[str]) -> argparse.Namespace:
    """The command line."""
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        prog="cluster.py", description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    acts_ = parser.add_subparsers(dest="act", required=True)
    for name, text in (("submit", "submit what is not done"), ("status", "say where the run is, and what failed"),
                       ("resume", "submit what is missing or broken"), ("cancel", "cancel all jobs of the run")):
        act = acts_.add_parser(name, help=text)
        act.add_argument("--stages", type=Path, required=True, help="the file that make wrote")
        if name in ("submit", "resume"):
            act.add_argument("--settings", type=Path, help="what jobs ask for; Pipelines/slurm/settings.conf")
            act.add_argument("--dry-run", action="store_true", help="print every job, and submit nothing")
        if name == "resume":
            act.add_argument("--changed-programs", action="store_true", help="go on though programs have changed")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Does what the command line asks for; the exit status."""
    options = options_of(words)
    try:
        run = stages.read(options.stages)
        if options.act == "status":
            return 3 if acts.status(run).failures else 0
        if options.act == "cancel":
            acts.cancel(run)
            return 0
        given = settings.read(options.settings)
        if options.act == "submit":
            acts.submit(run, given, options.dry_run)
        else:
            acts.resume(run, given, options.changed_programs, options.dry_run)
    except Refused as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


if __name__ == "__main__":
    if sys.version_info < NEEDED:
        sys.exit(f"Error: Python {NEEDED[0]}.{NEEDED[1]} or later is needed; this is {sys.version.split()[0]}")
    sys.exit(main(sys.argv[1:]))
