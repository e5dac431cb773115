"""What a user asks for: submit, status, resume, cancel."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Mapping

from batch import Refused, failures, records, slurm, submission, table, visible
from batch.lock import alone
from batch.plan import SHARDS, WHOLE, Job, Wanted, plan, raised
from batch.settings import Request, Settings
from batch.stages import Run, Stage
from batch.state import DONE, Reader, State, of_run

MORE_MEMORY, MORE_TIME = 1.5, 2


def say(text: str) -> None:
    """Prints a line at once."""
    print(text, flush=True)


# ------------------------------------------------------------------------------------------------- what is wanted


def shell(command: str) -> subprocess.CompletedProcess:
    """Runs a command of the stages file."""
    return subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def missing_shards(run: Run, stage: Stage) -> tuple[int, ...]:
    """The shards of a stage that are not there or do not fit, once the recorded ones had time to be seen."""
    if not stage.shards:
        return ()
    if stage.shard_files:
        known = records.tasks(run.cluster)
        done = [shard for shard in range(stage.shards)
                if records.is_done(known.get(records.task_name(stage.name, shard)))]
        visible.wait_for_shards(stage.shard_files, done)
    told = shell(stage.missing)
    words = told.stdout.split()
    if told.returncode or any(not word.isdecimal() or int(word) >= stage.shards for word in words):
        reason = " ".join(told.stderr.split()) or " ".join(words)[:200] or "nothing"
        raise Refused(f"stage {stage.name}: the command that tells its missing shards ended with exit code "
                      f"{told.returncode} and said: {reason}; it is: {stage.missing}")
    return tuple(sorted({int(word) for word in words}))


def wanted_of(run: Run) -> dict[str, Wanted]:
    """What of each stage is to be made; what is done is left out."""
    visible.listing(run.folder)
    return {stage.name: Wanted(missing_shards(run, stage)) for stage in run.stages if shell(stage.done).returncode}


def requests_of(run: Run, settings: Settings) -> dict[tuple[str, str], Request]:
    """What the settings ask for, for shards and whole of each stage."""
    settings.check_stages([stage.name for stage in run.stages])
    return {(stage.name, part): settings.request(stage.name, part) for stage in run.stages for part in (SHARDS, WHOLE)}


def summary(run: Run, wanted: Mapping[str, Wanted], jobs: list[Job]) -> list[str]:
    """A line for each stage: what is submitted of it."""
    lines = []
    for stage in run.stages:
        if stage.name not in wanted:
            lines.append(f"{stage.name}: done")
            continue
        arrays = [job for job in jobs if job.stage == stage.name and job.part == SHARDS]
        tasks = sum(len(job.tasks) for job in arrays)
        count = len(wanted[stage.name].shards)
        text = (f"{count} of {stage.shards} shards in {tasks} task{'s' * (tasks > 1)} and {len(arrays)} "
                f"array{'s' * (len(arrays) > 1)}, then the whole")
        lines.append(f"{stage.name}: " + (text if count else "the whole" if stage.shards else "one job"))
    return lines


# --------------------------------------------------------------------------------------------------------- submit


def submit(run: Run, settings: Settings, dry_run: bool = False) -> None:
    """Submits all that is not done."""
    if dry_run:
        return show(run, settings)
    with alone(run.cluster):
        refuse_queued(run)
        hand_over(run, settings, requests_of(run, settings))


def refuse_queued(run: Run) -> None:
    """Refuses while jobs of the run are queued."""
    queued = of_run(slurm.queue(), records.submissions(run.cluster))
    if queued:
        raise Refused(f"{len(queued)} jobs of this run are in the queue already (job {queued[0].job}): "
                      "make status shows them, make cancel ends them")


def hand_over(run: Run, settings: Settings, requests: Mapping[tuple[str, str], Request]) -> None:
    """Plans what is wanted, and submits it."""
    wanted = wanted_of(run)
    if not wanted:
        say("The run is complete; there is nothing to submit.")
        return
    jobs = plan(run, wanted, requests, slurm.largest_array())
    identities = submission.submit(run, jobs, settings)
    for line in summary(run, wanted, jobs):
        say(line)
    say(f"submitted as jobs {', '.join(map(str, identities.values()))}; make status shows where they are")


def show(run: Run, settings: Settings) -> None:
    """Prints what submit would hand to Slurm."""
    requests = requests_of(run, settings)
    wanted = wanted_of(run)
    try:
        largest = slurm.largest_array()
    except Refused as error:
        largest = slurm.USUAL_LARGEST_ARRAY
        say(f"# {error}")
        say(f"# The cluster's MaxArraySize is taken to be {largest}.")
    jobs = plan(run, wanted, requests, largest)
    for line in summary(run, wanted, jobs):
        say(f"# {line}")
    folder = submission.next_folder(run.cluster)
    known: dict[str, str] = {}
    for job in jobs:
        words = submission.command(run, job, folder, f"atlas-MARK-{folder.name}", known)
        known[job.name] = f"<{job.name}>"
        say("")
        say(f"# {job.name}" + (f": {shards_of(job)}" if job.tasks else ""))
        parts = [" ".join(words[:2]), *map(readable, words[2:-3]), " ".join(map(readable, words[-3:]))]
        say(" \\\n  ".join(parts))
        stage = next(stage for stage in run.stages if stage.name == job.stage)
        say(f"# runs: {stage.shard if job.part == SHARDS else stage.whole}")
    say(f"\n# {submission.SCRIPT}")
    say(submission.SCRIPT.read_text(encoding="utf-8"))
    say(f"# {folder}/environment.sh")
    say(submission.environment_script(settings))


def readable(word: str) -> str:
    """A word as the shell reads it; <name> stands for the number of a job."""
    return word if word.startswith("--dependency=") else shlex.quote(word)


def shards_of(job: Job) -> str:
    """Which shards an array works on."""
    shards = [shard for task in job.tasks for shard in task]
    most = max(map(len, job.tasks))
    return f"shards {table.ranges(shards)}, " + ("one a task" if most == 1 else f"up to {most} a task")


# ------------------------------------------------------------------------------------------- status, resume, cancel


def last(run: Run) -> list[records.Submission]:
    """The submissions of a run, of which there is one at least."""
    visible.listing(run.folder)
    found = records.submissions(run.cluster)
    if not found:
        raise Refused(f"{run.folder}: nothing of this run was submitted; make submit does")
    return found


def status(run: Run) -> State:
    """Prints where the run is."""
    known = last(run)
    try:
        queue = of_run(slurm.queue(), known)
    except Refused as error:
        print(f"warning: {error}", file=sys.stderr)
        queue = None
    state = Reader(run.cluster, known[-1], queue).state()
    print(table.report(state), end="", flush=True)
    return state


def resume(run: Run, settings: Settings, changed_programs: bool = False, dry_run: bool = False) -> None:
    """Submits what is missing or broken, with more memory or time where that was the cause."""
    known = last(run)
    if dry_run:
        return show(run, settings)
    with alone(run.cluster):
        queued = of_run(slurm.queue(), known)
        # What waits for a stuck job will not run either.
        alive = [entry for entry in queued if not entry.stuck and entry.reason != "Dependency"]
        if alive or (queued and not any(entry.stuck for entry in queued)):
            alive = alive or queued
            raise Refused(f"{len(alive)} jobs of this run are still in the queue (job {alive[0].job}); "
                          "resume when they have ended, or make cancel first")
        state = Reader(run.cluster, known[-1], queued).state()
        if queued:
            say(f"cancelling {len(queued)} jobs that wait for what has failed")
            slurm.cancel(sorted({entry.job for entry in queued}))
        if not changed_programs:
            refuse_changed(run, state)
        hand_over(run, settings, with_more(run, settings, state))


def refuse_changed(run: Run, state: State) -> None:
    """Refuses to mix what different programs made."""
    before = state.submission.plan["programs"]
    now = submission.digests(run)
    changed = [path for path, digest in now.items() if before.get(path, digest) != digest]
    made = any(stage.by_state[DONE] or stage.whole == DONE for stage in state.stages)
    if changed and made:
        raise Refused(f"{changed[0]} has changed since the run was submitted: put the old one back, or give "
                      "--changed-programs to go on with the new one from what the old one made")


def with_more(run: Run, settings: Settings, state: State) -> dict[tuple[str, str], Request]:
    """The requests, raised for parts that lacked memory or time, or had been raised before."""
    requests = requests_of(run, settings)
    last_time = {(job["stage"], job["part"]): job["request"] for job in state.submission.plan["jobs"].values()}
    for key, request in requests.items():
        if key not in last_time:
            continue
        causes = {failure.cause for failure in state.failures
                  if (failure.stage, SHARDS if failure.shard is not None else WHOLE) == key}
        before = last_time[key]
        memory, time = before["least_megabytes"], before["least_minutes"]
        if failures.MEMORY in causes:
            memory = round(before["megabytes"] * MORE_MEMORY)
            say(f"{key[0]}: memory was short; {memory} MB instead of {before['megabytes']} MB")
        if failures.TIME in causes:
            time = before["minutes"] * MORE_TIME
            say(f"{key[0]}: time was short; {time} min instead of {before['minutes']} min")
        requests[key] = raised(request, memory, time)
    return requests


def cancel(run: Run) -> None:
    """Cancels all jobs of the run that are in the queue."""
    with alone(run.cluster):
        known = last(run)
        queued = of_run(slurm.queue(), known)
        slurm.cancel(sorted({entry.job for entry in queued}))
        if queued:
            records.write(known[-1].folder / "cancelled", "")
        say(f"cancelled {len(queued)} jobs and tasks; what is done stays, and make resume goes on from it"
            if queued else "no job of this run is in the queue")
