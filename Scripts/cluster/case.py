"""What tests on the cluster share: the cluster itself, and a folder for each."""

from __future__ import annotations

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from cluster.running import Fake
from cluster.slurm import Cluster


class Case(unittest.TestCase):
    """A test with the one cluster that test-cluster has started."""

    cluster: Cluster

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="atlas-run-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.addCleanup(self.cancel_all)

    def cancel_all(self) -> None:
        """Leaves an empty queue to the next test, and all nodes idle."""
        self.cluster.call("scancel", "--user", os.environ.get("USER") or "root")
        self.cluster.wait_until(lambda: not self.cluster.call("squeue", "--noheader"), "the queue is empty")

    def fake(self, name: str = "run", **options: object) -> Fake:
        """A run of fake stages."""
        return Fake(self.cluster, self.folder / name, **options)

    def commands_only(self, *names: str) -> str:
        """A folder for PATH with nothing but these commands."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        for name in ("bash", "python3", *names):
            (folder / name).symlink_to(shutil.which(name))
        return str(folder)
