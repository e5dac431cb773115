"""A Slurm cluster of several nodes on this machine, in a temporary folder, for as long as a `with` lasts.

It needs root, and the packages slurm-wlm and munge. Nothing of another Slurm or munge on the machine is touched: ports,
sockets, key and configuration are its own.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from cluster.processes import of_folder, send, sweep, watch, words_of

PARTITIONS = """\
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 State=UP MaxTime=INFINITE
PartitionName=high Nodes=ALL PriorityTier=10 State=UP MaxTime=INFINITE
"""
CONFIGURATION = """\
ClusterName=atlas
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SchedulerParameters=sched_min_interval=200000,bf_interval=5,batch_sched_delay=0
MaxArraySize={largest_array}
MaxJobCount=2000
MinJobAge={remembered}
SlurmdTimeout=5
SlurmctldTimeout=5
KillWait=3
InactiveLimit=0
ReturnToService=2
MpiDefault=none
SlurmdParameters=config_overrides
"""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Cluster:
    """Nodes n1, n2 … of two processors and `memory` MB each; partition high preempts partition low."""

    def __init__(self, nodes: int = 4, memory: int = 2400, largest_array: int = 50, remembered: int = 300) -> None:
        self.names = [f"n{number + 1}" for number in range(nodes)]
        self.memory, self.largest_array, self.remembered = memory, largest_array, remembered
        self.daemons: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> Cluster:
        self.folder = Path(tempfile.mkdtemp(prefix="atlas-cluster-"))
        self.watcher = watch(self.folder)
        try:
            self.folder.chmod(0o755)
            self.environment = {name: value for name, value in os.environ.items()
                                if not name.startswith(("SLURM", "SBATCH", "SRUN", "SQUEUE", "SCANCEL", "SACCT"))}
            self.environment.update(SLURM_CONF=str(self.folder / "slurm.conf"))
            self.start_munge()
            self.configure()
            self.start("slurmctld", ["slurmctld", "-D", "-c", "-f", self.environment["SLURM_CONF"]])
            for name in self.names:
                self.start_node(name)
            self.wait_until(lambda: len(self.idle()) == len(self.names), "its nodes are idle", 60)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends all that was started, jobs first, and removes the folder."""
        for daemon in self.daemons.values():
            daemon.terminate()
        sweep(self.folder)
        for daemon in self.daemons.values():
            daemon.wait()
        self.watcher.stdin.close()
        self.watcher.wait()

    # ------------------------------------------------------------------------------------------- daemons

    def start(self, name: str, command: list[str], user: str | None = None) -> None:
        """Starts a daemon in the foreground, with what it prints in a file."""
        with open(self.folder / f"{name}.out", "ab") as out:
            self.daemons[name] = subprocess.Popen(
                command, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                user=user, group=user, extra_groups=[] if user else None)

    def start_munge(self) -> None:
        """Starts munged with a socket and a key of its own."""
        folder = self.folder / "munge"
        folder.mkdir()
        (folder / "key").write_bytes(os.urandom(128))
        (folder / "key").chmod(0o600)
        for path in (folder, folder / "key"):
            shutil.chown(path, "munge", "munge")
        folder.chmod(0o755)
        self.start("munged", [
            "munged", "--foreground", "--force", f"--socket={folder}/socket", f"--key-file={folder}/key",
            f"--pid-file={folder}/pid", f"--log-file={folder}/log", f"--seed-file={folder}/seed", "--num-threads=4",
        ], user="munge")
        self.wait_until((folder / "socket").exists, "munged listens", 20)

    def configure(self) -> None:
        """Writes slurm.conf."""
        ports = free_ports(len(self.names) + 1)
        text = CONFIGURATION.format(
            host=socket.gethostname(), control_port=ports[0], folder=self.folder, user=getpass.getuser(),
            largest_array=self.largest_array, remembered=self.remembered)
        for name, port in zip(self.names, ports[1:]):
            text += (f"NodeName={name} NodeHostname={socket.gethostname()} NodeAddr=127.0.0.1 Port={port} "
                     f"CPUs=2 RealMemory={self.memory}\n")
        (self.folder / "slurm.conf").write_text(text + PARTITIONS)
        (self.folder / "state").mkdir()
        for name in self.names:
            (self.folder / f"spool-{name}").mkdir()

    def start_node(self, name: str) -> None:
        """Starts the slurmd of a node."""
        self.start(name, ["slurmd", "-D", "-N", name, "-f", self.environment["SLURM_CONF"]])

    def kill_node(self, name: str) -> None:
        """Kills the slurmd of a node, and all that runs of jobs there, at once: the power fails."""
        daemon = self.daemons.pop(name)
        daemon.kill()
        daemon.wait()
        for process in of_folder(self.folder):
            mark = f"SLURMD_NODENAME={name}".encode()
            if mark in words_of(process, "environ") or self.steps_of(name, process):
                send(process, signal.SIGKILL)

    def steps_of(self, name: str, process: int) -> bool:
        """Whether the process is a slurmstepd of the node, by the sockets and files that it has open."""
        try:
            if not Path(f"/proc/{process}/comm").read_text().startswith("slurmstepd"):
                return False
            opened = [os.readlink(f"/proc/{process}/fd/{entry}") for entry in os.listdir(f"/proc/{process}/fd")]
        except OSError:
            return False
        return any(path.endswith(f"slurmd-{name}.log") for path in opened)

    # --------------------------------------------------------------------------------------------- asking

    def call(self, *words: str) -> str:
        """What a command of Slurm prints."""
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def idle(self) -> list[str]:
        """The nodes that wait for work."""
        try:
            return self.call("sinfo", "--noheader", "--Node", "--partition=low", "--states=idle", "--format=%N").split()
        except (RuntimeError, subprocess.TimeoutExpired):
            return []

    def wait_until(self, condition: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Waits for a condition, and raises TimeoutError with what was waited for."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = [name for name, daemon in self.daemons.items() if daemon.poll() is not None]
            if ended:
                raise RuntimeError(f"{ended[0]} has ended\n{self.told()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.folder}: after {seconds} s it is not so that {what}\n{self.told()}")
            time.sleep(0.3)

    def told(self) -> str:
        """The last lines of what the daemons say."""
        texts = []
        for path in sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out"), *self.folder.glob("munge/log")]):
            lines = path.read_text(errors="replace").splitlines()[-8:]
            texts += [f"{path.name}: {line}" for line in lines]
        return "\n".join(texts)
