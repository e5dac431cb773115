"""The atlas of the synthetic world as jobs, broken in several ways and mended, against one by make on one machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from cluster.case import Case, alone, slow
from cluster.running import ROOT, Fake, Running

# Settings of make: small ones, so that a test takes minutes; ATLAS_SETTINGS="" is the default atlas.
SETTINGS = os.environ.get("ATLAS_SETTINGS", "STEPS=64 GRID=8 STABILITY=0 POSITIONS=8 PATH_STEPS=1").split()
SHARDS = 6
# The first grid is rendered; its name is that of stages.
GRID = next((word[5:].split(",")[0] for word in SETTINGS if word.startswith("GRID=")), "20")
MOST_RESUMES = 8


def make(*words: str) -> None:
    """Runs make; AssertionError with what it said if it fails."""
    done = subprocess.run(["make", "--no-print-directory", *words, *SETTINGS], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise AssertionError(f"make {' '.join(words)}:\n{done.stdout[-3000:]}")


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of the files of an atlas, by their names."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.relative_to(folder).parts[0] not in (".settings", "cluster")}


class Atlas(Case):
    """One run, through all of it."""

    def running_shard(self, run: Running, stage: str) -> str:
        """The name of a shard that is at work now."""
        found: list[str] = []

        def is_found() -> bool:
            found[:] = [name for name in (f"{stage}-{shard}" for shard in range(SHARDS))
                        if (run.folder / f"cluster/tasks/{name}.json").exists()
                        and run.record(name)["status"] == "started"]
            return bool(found)

        self.cluster.wait_until(is_found, f"a shard of {stage} is at work", 300)
        return found[-1]

    def kill_node_of(self, run: Running, name: str) -> None:
        """Kills the node that a shard is at work on, with all of its processes, and starts it again."""
        node = run.record(name)["host"]
        self.cluster.kill_node(node)
        self.cluster.start_node(node)

    def resumed(self, run: Running) -> str:
        """Waits until the queue is empty, and resumes; what status and resume say, "" if there was nothing to mend."""
        run.wait(900)
        told = subprocess.run(
            [sys.executable, "Pipelines/slurm/cluster.py", "status", "--stages", str(run.stages)], cwd=ROOT,
            env=self.cluster.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        if "The run is complete." in told:
            return ""
        make("GOAL=explanation", f"{run.folder}/cluster/stages.json", f"OUT={run.folder}", f"SHARDS={SHARDS}")
        return told + run.call("resume")

    def mend_hanging(self, run: Running) -> None:
        """Stops the layout's program, as a file system that does not answer does, until its time limit ends it."""
        program: list[str] = []

        def is_found() -> bool:
            found = subprocess.run(["pgrep", "--full", f"atlas-embed .*{run.folder.name}"], text=True,
                                   stdout=subprocess.PIPE)
            program[:] = found.stdout.split()
            return bool(program)

        self.cluster.wait_until(is_found, "the layout is at work", 600)
        for number in program:
            os.kill(int(number), signal.SIGSTOP)
        told = self.resumed(run)
        self.assertIn("its time limit of 3 min", told)
        self.assertIn("time was short; 6 min instead of 3 min", told)

    @alone
    @slow
    def test_an_atlas_that_is_broken_and_mended_has_the_bytes_of_one_machine(self) -> None:
        # In the project's folder: the paths of images in files are those from the results.
        folder = ROOT / f"Data/work/cluster-test-{os.getpid()}"
        self.addCleanup(shutil.rmtree, folder, True)
        make("explore", f"OUT={folder}")
        expected = digests(folder)
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        make("GOAL=explanation", f"{folder}/.settings/planned", f"OUT={folder}")
        stages = folder / "cluster/stages.json"
        make("GOAL=explanation", str(stages), f"OUT={folder}", f"SHARDS={SHARDS}")
        settings = self.folder / "settings.conf"
        # Rendering gets less memory than it takes; the default atlas's layout will hang.
        settings.write_text(f"python = {sys.executable}\ntime = 10\nmemory = 1200M\ncpus = 1\n"
                            f"embed.time = 3\nrender-{GRID}.memory = 70M\nrender-{GRID}.whole.memory = 600M\n")
        run = Running(self.cluster, stages, settings)
        self.addCleanup(lambda: run.queued() and self.cluster.call("scancel", *map(str, run.jobs())))
        run.call("submit")

        # A node is killed, and a task is cancelled, while images are sampled.
        self.kill_node_of(run, self.running_shard(run, "extract"))
        cancelled = self.running_shard(run, "extract")
        self.cluster.call("scancel", f"{run.record(cancelled)['job']}_{cancelled.split('-')[-1]}")
        told = self.resumed(run)
        self.assertIn("cancelled", told)
        if not SETTINGS:
            self.mend_hanging(run)
        # Tasks are preempted while neighbors or icons are made; icons run out of memory, and get more.
        causes = []
        for _ in range(MOST_RESUMES):
            if not (run.folder / f"tsne/icons-{GRID}.h5").exists() and "killed" not in causes:
                name = self.running_shard(run, f"render-{GRID}")
                if causes:  # with memory enough
                    self.kill_node_of(run, name)
                    causes.append("killed")
                    high = Fake(self.cluster, self.folder / "high", shards=4, cpus=2, partition="high")
                    high.call("submit")
            told = self.resumed(run)
            if not told:
                break
            if "ended for lack of memory" in told:
                causes.append("memory")
                self.assertIn("memory was short", told)
        self.assertIn("memory", causes)
        self.assertIn("killed", causes)
        run.complete()
        found = digests(folder)
        self.assertEqual({name for name in found if ".parts" in name}, set())
        self.assertEqual(sorted(expected.keys() ^ found.keys()), [])
        self.assertEqual([name for name in expected if expected[name] != found[name]], [])
        print(f"{'':8} {len(expected)} files are equal", flush=True)
