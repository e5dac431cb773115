"""What tests on the cluster share: the cluster itself, and a folder for each."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path

from cluster.running import Fake
from cluster.slurm import Cluster


def alone(test: Callable) -> Callable:
    """Marks a test that needs all nodes for itself, or takes one away."""
    test.alone = True
    return test


def slow(test: Callable) -> Callable:
    """Marks a test of minutes, which is left out where QUICK_TESTS is set."""
    test.slow = True
    return test


class Case(unittest.TestCase):
    """A test with the one cluster that test-cluster has started; several run at once."""

    cluster: Cluster

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="run-", dir=self.cluster.folder))  # goes with the cluster

    def fake(self, name: str = "run", **options: object) -> Fake:
        """A run of fake stages, of which nothing is left in the queue when the test ends."""
        run = Fake(self.cluster, self.folder / name, **options)
        self.addCleanup(self.end, run)
        return run

    def end(self, run: Fake) -> None:
        """Cancels what is left of a run."""
        if run.queued():
            self.cluster.call("scancel", *map(str, run.jobs()))
            run.wait(30)

    def commands_only(self, *names: str) -> str:
        """A folder for PATH with nothing but these commands."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        for name in ("bash", "python3", *names):
            (folder / name).symlink_to(shutil.which(name))
        return str(folder)
