#!/usr/bin/env python3
"""Runs the command of a shard or of a whole on a node, and records what became of it: run_task.py SUBMISSION JOB."""

from __future__ import annotations

import sys
from pathlib import Path

sys.dont_write_bytecode = True
from batch.task import Task

if __name__ == "__main__":
    sys.exit(Task(Path(sys.argv[1]), sys.argv[2]).run())
