"""Hands a plan to Slurm: all of its jobs, or none."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
from pathlib import Path
from typing import Any

from batch import Refused, records, slurm
from batch.plan import SHARDS, Job
from batch.settings import Request, Settings
from batch.stages import Run

HERE = Path(__file__).resolve().parent.parent
SCRIPT = HERE / "job.sh"
LEAD = 120  # seconds before its time limit at which a task is told to stop


def lead(minutes: int) -> int:
    """When SIGTERM comes, in seconds before the limit: not for more than a fifth of the time."""
    return min(LEAD, minutes * 60 // 5)


def environment_script(settings: Settings) -> str:
    """What job.sh reads: variables as they are now, Python, and what the settings say to run first."""
    names = [name for name in settings.value("environment") if name in os.environ]
    lines = [f"export {name}={shlex.quote(os.environ[name])}" for name in names]
    lines += ["export LC_ALL=C.UTF-8", f"python={shlex.quote(settings.text('python'))}"]
    sbatch = shutil.which("sbatch")
    if sbatch:
        lines.append(f'export PATH="$PATH":{shlex.quote(os.path.dirname(sbatch))}')
    if settings.text("setup"):
        # A module's own scripts may use variables that are not set.
        lines += ["set +u", settings.text("setup"), "set -u"]
    return "\n".join(lines) + "\n"


def digests(run: Run) -> dict[str, str]:
    """The SHA-256 of each program."""
    try:
        return {path: records.digest(path) for path in run.programs}
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}; make build makes the programs") from error


def described(run: Run, jobs: list[Job], mark: str) -> dict[str, Any]:
    """The plan as tasks, status and resume read it."""
    return {
        "title": run.title, "folder": str(run.folder), "mark": mark,
        "programs": digests(run),
        "stages": {stage.name: {"shards": stage.shards, "shard": stage.shard, "whole": stage.whole,
                                "shard_files": stage.shard_files, "after": stage.after} for stage in run.stages},
        "jobs": {job.name: {"stage": job.stage, "part": job.part, "tasks": job.tasks, "after": job.after_ok,
                            "request": job.request.described()} for job in jobs},
    }


def command(run: Run, job: Job, folder: Path, mark: str, identities: dict[str, str]) -> list[str]:
    """The call of sbatch for a job, given the numbers of those before it."""
    request: Request = job.request
    log = "%A_%a" if job.part == SHARDS else "%j"
    logs = str(run.cluster / "logs").replace("%", "%%")
    words = ["sbatch", "--parsable", f"--job-name=atlas-{job.name}", f"--comment={mark}"]
    if job.part == SHARDS:
        words.append(f"--array=0-{len(job.tasks) - 1}" + (f"%{job.throttle}" if job.throttle else ""))
    conditions = [f"{kind}:{':'.join(identities[name] for name in names)}"
                  for kind, names in (("afterok", job.after_ok), ("afterany", job.after_any)) if names]
    if conditions:
        words += [f"--dependency={','.join(conditions)}", "--kill-on-invalid-dep=yes"]
    words += [
        f"--time={request.minutes}", f"--mem={request.megabytes}M", "--nodes=1", "--ntasks=1",
        f"--cpus-per-task={request.cpus}", f"--signal=TERM@{lead(request.minutes)}", "--requeue", "--export=NIL",
        f"--output={logs}/{job.stage}-{log}.log", "--open-mode=append", f"--chdir={os.getcwd()}",
    ]
    return [*words, *request.options, str(SCRIPT), str(folder), job.name]


def next_folder(cluster: Path) -> Path:
    """The folder of the next submission."""
    folder = cluster / "submissions"
    taken = [int(name.split(".")[0]) for name in (os.listdir(folder) if folder.exists() else ()) if name[:4].isdigit()]
    return folder / f"{max(taken, default=0) + 1:04}"


def submit(run: Run, jobs: list[Job], settings: Settings) -> dict[str, int]:
    """Submits all jobs; if one is refused, those before it are cancelled."""
    folder = next_folder(run.cluster)
    mark = f"atlas-{secrets.token_hex(6)}-{folder.name}"
    (run.cluster / "logs").mkdir(parents=True, exist_ok=True)
    (run.cluster / "tasks").mkdir(exist_ok=True)
    (folder / "batch").mkdir(parents=True)
    # The runner is copied, so that another version of it does not meet tasks that wait.
    shutil.copy(HERE / "run_task.py", folder)
    for name in ("__init__.py", "task.py", "records.py", "slurm.py", "visible.py"):
        shutil.copy(HERE / "batch" / name, folder / "batch")
    records.write(folder / "environment.sh", environment_script(settings))
    records.write_json(folder / "plan.json", described(run, jobs, mark))
    identities: dict[str, int] = {}
    try:
        for job in jobs:
            known = {name: str(identity) for name, identity in identities.items()}
            identities[job.name] = slurm.submit(command(run, job, folder, mark, known))
            records.append(folder / "jobs", f"{identities[job.name]} {job.name}")
    except BaseException as error:
        take_back(folder, mark, identities, str(error) or type(error).__name__)
        raise
    return identities


def take_back(folder: Path, mark: str, identities: dict[str, int], reason: str) -> None:
    """Cancels the jobs of a submission that failed midway, and puts it aside."""
    try:
        # One that sbatch did not tell of, as its answer was late, carries the mark.
        queued = {entry.job for entry in slurm.queue() if entry.comment == mark}
        slurm.cancel(sorted({*identities.values(), *queued}))
    except Refused as error:
        left = ", ".join(map(str, identities.values()))
        raise Refused(f"{reason}; and jobs {left} are submitted, but could not be cancelled ({error}): "
                      "make cancel when Slurm answers again") from error
    folder.rename(folder.with_name(f"{folder.name}.failed"))
    done = f"; the {len(identities)} jobs submitted before it are cancelled" if identities else ""
    raise Refused(f"{reason}: nothing is submitted{done}. Change the settings file, and submit again")
