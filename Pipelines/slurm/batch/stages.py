"""The stages of a run, from the JSON file that make writes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from batch import Refused

NAME = re.compile(r"[a-z0-9][a-z0-9_]*(-[a-z0-9_]+)*")  # for names of jobs and files


@dataclass(frozen=True)
class Stage:
    """A stage: `shards` commands that may run side by side, and one that makes the whole."""

    name: str
    whole: str
    done: str
    shards: int = 0
    shard: str = ""
    missing: str = ""
    shard_files: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """What is to be made in a folder, by which programs, in which stages."""

    title: str
    folder: Path
    programs: tuple[str, ...]
    stages: tuple[Stage, ...] = field(default=())

    @property
    def cluster(self) -> Path:
        """The folder of what concerns the cluster."""
        return self.folder / "cluster"


def read(path: Path) -> Run:
    """The run that a file describes, checked."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}; make writes it") from error
    except ValueError as error:
        raise Refused(f"{path} is not JSON: {error}; let make write it again") from error
    try:
        return run_of(content)
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{path} lacks {error} or holds another type there; let make write it again") from error
    except ValueError as error:
        raise Refused(f"{path}: {error}; let make write it again") from error


def run_of(content: dict) -> Run:
    """The run of what the file holds; ValueError says what is wrong."""
    folder = Path(content["folder"])
    if not folder.is_absolute() or any(sign in str(folder) for sign in "\\\n\r"):
        raise ValueError(f"folder {folder} must be an absolute path without backslashes and line breaks")
    stages: list[Stage] = []
    for entry in content["stages"]:
        stage = Stage(
            name=entry["name"], whole=entry["whole"], done=entry["done"], shards=int(entry.get("shards", 0)),
            shard=entry.get("shard", ""), missing=entry.get("missing", ""), shard_files=entry.get("shardFiles", ""),
            after=tuple(entry.get("after", ())))
        check(stage, [one.name for one in stages])
        stages.append(stage)
    return Run(str(content.get("title", folder.name)), folder, tuple(content.get("programs", ())), tuple(stages))


def check(stage: Stage, earlier: list[str]) -> None:
    """Raises ValueError if the stage is not sound, given the names of those before it."""
    if not NAME.fullmatch(stage.name):
        raise ValueError(f"stage {stage.name!r}: a name is of small letters, digits, _ and single -")
    if stage.name in earlier:
        raise ValueError(f"there are two stages {stage.name}")
    for name in stage.after:
        if name not in earlier:
            raise ValueError(f"stage {stage.name} is after {name}, which no stage before it is called")
    if stage.shards < 0 or (stage.shards and not (stage.shard and stage.missing)):
        raise ValueError(f"stage {stage.name} has {stage.shards} shards: it needs the commands shard and missing")
    if not stage.whole or not stage.done:
        raise ValueError(f"stage {stage.name} needs the commands whole and done")
    if stage.shard_files and Path(stage.shard_files).name.count("*") != 1:
        raise ValueError(f"stage {stage.name}: shardFiles must hold one * in its file name, for the shard's number")
