"""Runs on a cluster: calls of cluster.py, and waiting until the queue is empty."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cluster.slurm import Cluster

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "Pipelines/slurm/cluster.py"
CHANGED = """import sys; sys.path.insert(0, {folder!r}); sys.dont_write_bytecode = True
from batch import slurm, submission, visible
{changed}
import cluster; sys.exit(cluster.main(sys.argv[1:]))
"""
FAKE = Path(__file__).resolve().parent / "fake_stage.py"


class Running:
    """A stages file and a settings file on a cluster."""

    def __init__(self, cluster: Cluster, stages: Path, settings: Path | None = None) -> None:
        self.cluster, self.stages, self.settings = cluster, stages, settings
        self.folder = Path(json.loads(stages.read_text())["folder"])

    def call(self, act: str, *words: str, code: int = 0, changed: str = "", **environment: str) -> str:
        """What cluster.py prints, standard output and errors; AssertionError if its exit code is another.

        `changed` is Python that changes its modules before."""
        command = [sys.executable, str(PROGRAM), act, "--stages", str(self.stages), *words]
        if changed:
            command[1:2] = ["-c", CHANGED.format(folder=str(PROGRAM.parent), changed=changed)]
        if self.settings is not None and act in ("submit", "resume"):
            command += ["--settings", str(self.settings)]
        done = subprocess.run(command, env={**self.cluster.environment, **environment}, cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if done.returncode != code or "Traceback" in done.stdout:
            raise AssertionError(f"{act} ended with {done.returncode}, not {code}:\n{done.stdout}")
        return done.stdout

    def jobs(self) -> list[int]:
        """The numbers of all jobs that were submitted."""
        lines = [line for path in sorted(self.folder.glob("cluster/submissions/*/jobs"))
                 for line in path.read_text().splitlines()]
        return [int(line.split()[0]) for line in lines]

    def queued(self) -> list[list[str]]:
        """Number, task, state and reason of what is in the queue."""
        lines = self.cluster.call("squeue", "--array", "--noheader", "--format=%F %K %T %r").splitlines()
        return [line.split(maxsplit=3) for line in lines if int(line.split()[0]) in self.jobs()]

    def wait(self, seconds: float = 120) -> None:
        """Waits until no job of the run is in the queue."""
        self.cluster.wait_until(lambda: not self.queued(), f"the queue is empty: {self.queued()}", seconds)

    def wait_for(self, *names: str, seconds: float = 60) -> None:
        """Waits until these tasks are recorded as started."""
        paths = [self.folder / "cluster/tasks" / f"{name}.json" for name in names]
        started = lambda path: path.exists() and '"status": "started"' in path.read_text()
        self.cluster.wait_until(lambda: all(map(started, paths)), f"{names} have started", seconds)

    def wait_until_told(self, name: str) -> None:
        """Waits until a shard that was told to misbehave does so."""
        self.wait_for(name)
        until(lambda: not (self.folder / "told" / name).exists())

    def record(self, name: str) -> dict:
        """What is recorded of a task."""
        return json.loads((self.folder / "cluster/tasks" / f"{name}.json").read_text())

    def complete(self) -> str:
        """Waits for the end; what status says then, which must be that the run is complete."""
        self.wait()
        told = self.call("status")
        if "The run is complete." not in told:
            raise AssertionError(told)
        return told


class Fake(Running):
    """A run of fake stages in a folder: extract in shards, reduce, render in shards."""

    def __init__(
        self, cluster: Cluster, folder: Path, shards: int = 6, seconds: float = 0.5, **settings: object
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.program = folder / "fake 'stage'.py"
        self.program.write_text(FAKE.read_text())
        self.shards = shards
        stages = [self.stage(folder, "extract", shards, seconds), self.stage(folder, "reduce", 0, seconds, "extract"),
                  self.stage(folder, "render", 3, seconds, "reduce")]
        content = {"title": "a run of nothing", "folder": str(folder), "programs": [str(self.program)],
                   "stages": stages, "network": {"ignored": True}}
        (folder / "run.json").write_text(json.dumps(content))
        lines = {"time": "10", "memory": "100M", "cpus": "1", "python": sys.executable, **settings}
        text = "".join(f"{name.replace('__', '.')} = {value}\n" for name, value in lines.items())
        (folder / "settings.conf").write_text(text)
        super().__init__(cluster, folder / "run.json", folder / "settings.conf")

    def stage(self, folder: Path, name: str, shards: int, seconds: float, *after: str) -> dict:
        """A stage as make would write it."""
        program = f"{shlex.quote(sys.executable)} {shlex.quote(str(self.program))}"
        words = lambda act: f"FAKE_SECONDS={seconds} {program} {act} {shlex.quote(str(folder))} {name} {shards}"
        entry = {"name": name, "after": list(after), "shards": shards, "whole": words("whole"), "done": words("done")}
        if shards:
            entry.update(shard=words("shard"), missing=words("missing"),
                         shardFiles=str(folder / f"{name}.parts" / f"shard-*-of-{shards:05}"))
        return entry

    def tell(self, name: str, what: str) -> None:
        """Tells a shard, or a whole, to misbehave at its next start."""
        (self.folder / "told").mkdir(exist_ok=True)
        (self.folder / "told" / name).write_text(what)

    def times(self, stage: str = "extract") -> list[int]:
        """How often each shard was made."""
        paths = [self.folder / "ran" / f"{stage}-{shard}" for shard in range(self.shards)]
        return [len(path.read_text().splitlines()) if path.exists() else 0 for path in paths]


def run_to_end(cluster: Cluster, stages: Path, settings: Path | None = None, seconds: float = 600) -> str:
    """Submits a stages file, waits until the queue is empty, and returns what status says then."""
    running = Running(cluster, stages, settings)
    running.call("submit")
    running.wait(seconds)
    return running.call("status")


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Waits for something that has nothing to do with the cluster's health."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(0.1)
