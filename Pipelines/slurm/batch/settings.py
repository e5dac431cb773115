"""What jobs ask of the cluster: `name = value` lines, for all stages or for one."""

from __future__ import annotations

import difflib
import re
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from batch import Refused

DEFAULTS = {
    "time": "04:00:00", "memory": "8G", "cpus": "8", "partition": "", "account": "", "qos": "", "constraint": "",
    "throttle": "", "tasks": "500", "shards_per_task": "", "scratch": "", "requeues": "20", "setup": "",
    "environment": "PATH LD_LIBRARY_PATH", "python": "python3", "SBATCH_EXTRA": "",
}
OF_ALL = ("environment", "python", "setup")  # cannot differ between stages
TIME = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?")
MEMORY = re.compile(r"(\d+)([KMGT]?)B?", re.IGNORECASE)
MEGABYTES = {"K": 1 / 1024, "": 1, "M": 1, "G": 1024, "T": 1024 * 1024}
OURS = ("--array", "--dependency", "--output", "--error", "--parsable", "--wrap", "--export", "--signal", "--comment",
        "--requeue", "--no-requeue", "--open-mode", "--chdir", "--kill-on-invalid-dep", "--wait", "--test-only",
        "--hold", "--time", "--mem", "--mem-per-cpu", "--cpus-per-task", "--ntasks", "--nodes", "--job-name",
        "-a", "-d", "-o", "-e", "-D", "-W", "-H", "-t", "-c", "-n", "-N", "-J")


@dataclass(frozen=True)
class Request:
    """What one job asks for: minutes and megabytes, and options of sbatch as they are."""

    minutes: int
    megabytes: int
    cpus: int
    options: tuple[str, ...] = ()
    throttle: int = 0  # 0: none
    tasks: int = 500
    shards_per_task: int = 0  # 0: as few as keep to `tasks`
    scratch: str = ""
    requeues: int = 20
    least_minutes: int = 0  # what resume raised them to
    least_megabytes: int = 0

    def described(self) -> dict[str, Any]:
        """For the plan, which is written as JSON."""
        return asdict(self)


def minutes(text: str) -> int:
    """A time limit as Slurm writes it, M, M:S, H:M:S, D-H, D-H:M or D-H:M:S, in minutes, rounded up."""
    match = TIME.fullmatch(text)
    if match is None:
        raise ValueError("give a time as 90, 02:00:00 or 1-12")
    days, *rest = match.groups()
    parts = [int(part) for part in rest if part is not None]
    if days is not None:
        hours, minute, second = [*parts, 0, 0][:3]
    else:
        hours, minute, second = {1: [0, *parts, 0], 2: [0, *parts], 3: parts}[len(parts)]
    seconds = ((int(days or 0) * 24 + hours) * 60 + minute) * 60 + second
    if seconds == 0:
        raise ValueError("a time must be more than nothing")
    return -(-seconds // 60)


def megabytes(text: str) -> int:
    """Memory as Slurm writes it, a number and K, M, G or T, in megabytes."""
    match = MEMORY.fullmatch(text)
    if match is None or int(match.group(1)) == 0:
        raise ValueError("give memory as 8G or 500M")
    return max(1, round(int(match.group(1)) * MEGABYTES[match.group(2).upper()]))


def whole_number(text: str, least: int) -> int:
    """A number from `least` on."""
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"give a whole number from {least} on")
    return int(text)


def optional(text: str, least: int) -> int:
    """The same, or 0 where nothing is given."""
    return whole_number(text, least) if text else 0


def extra(text: str) -> tuple[str, ...]:
    """Options of sbatch as they are given, but none that jobs are made of."""
    words = tuple(shlex.split(text))
    for word in words:
        if word.split("=")[0] in OURS:
            raise ValueError(f"{word} is not for SBATCH_EXTRA; it would break the run, or has a setting of its own")
    return words


READ = {
    "time": minutes, "memory": megabytes, "cpus": lambda text: whole_number(text, 1),
    "throttle": lambda text: optional(text, 1), "tasks": lambda text: whole_number(text, 1),
    "shards_per_task": lambda text: optional(text, 1), "requeues": lambda text: whole_number(text, 0),
    "SBATCH_EXTRA": extra, "environment": str.split,
}


class Settings:
    """The values of a settings file; `places` says where each was read."""

    def __init__(self, values: dict[str, str], places: dict[str, str]) -> None:
        self.values, self.places = values, places

    def text(self, name: str, stage: str = "", part: str = "") -> str:
        """A value for a part of a stage: the nearest of extract.whole.time, extract.time and time."""
        for key in (f"{stage}.{part}.{name}", f"{stage}.{name}", name):
            if key in self.values:
                return self.values[key]
        return DEFAULTS[name]

    def value(self, name: str, stage: str = "", part: str = "") -> Any:
        """The same as a number, or as words."""
        text = self.text(name, stage, part)
        return READ.get(name, str)(text)

    def request(self, stage: str, part: str) -> Request:
        """What the jobs of a part of a stage, its shards or its whole, ask for."""
        options = [f"--{name}={self.text(name, stage, part)}" for name in ("partition", "account", "qos", "constraint")
                   if self.text(name, stage, part)]
        get = lambda name: self.value(name, stage, part)
        return Request(
            get("time"), get("memory"), get("cpus"), (*options, *get("SBATCH_EXTRA")), get("throttle"),
            get("tasks"), get("shards_per_task"), get("scratch"), get("requeues"))

    def check_stages(self, stages: list[str]) -> None:
        """Refuses settings of stages that the run does not have."""
        for key, place in self.places.items():
            stage = key.split(".")[0]
            if "." in key and stage not in stages:
                raise Refused(f"{place}: {key} is of no stage of the run; its stages are {', '.join(stages)}")


def read(path: Path | None) -> Settings:
    """The settings of a file; the defaults if there is none."""
    if path is None:
        return Settings({}, {})
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: {error}; give another file, or copy Pipelines/slurm/settings.conf") from error
    values: dict[str, str] = {}
    places: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line:
            continue
        place = f"{path}:{number}"
        key, equals, text = (part.strip() for part in line.partition("="))
        if not equals:
            raise Refused(f"{place}: {line!r} is not name = value; write # before a comment")
        values[key] = checked(key, text, place)
        if key in places:
            raise Refused(f"{place}: {key} was given in {places[key]} already; remove one")
        places[key] = place
    return Settings(values, places)


def checked(key: str, text: str, place: str) -> str:
    """The text of a value, if there is such a setting and the value suits it."""
    *prefix, name = key.split(".")
    if name not in DEFAULTS:
        near = difflib.get_close_matches(name, DEFAULTS, 1, 0)[0]
        raise Refused(f"{place}: there is no setting {name}; the nearest is {near}")
    if len(prefix) > 2 or (len(prefix) == 2 and prefix[1] != "whole") or (prefix and name in OF_ALL):
        others = "" if name in OF_ALL else f", STAGE.{name} or STAGE.whole.{name}"
        raise Refused(f"{place}: {key}: write {name}{others}")
    try:
        READ.get(name, str)(text)
    except ValueError as error:
        raise Refused(f"{place}: {key} = {text}: {error}") from error
    return text
