"""What a stage will take, by two smaller ones that were measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

JOINED = ("render", "attribute")  # in one piece, too, something is done when all items are


@dataclass
class Forecast:
    """What a stage will take: seconds of processor time, and those of them that put shards together."""

    name: str
    cpu: float
    merge: float
    efficiency: float
    memory: float
    disk: float
    is_sharded: bool

    def wall(self, cores: int, job_cores: int, shards: int) -> float:
        """The seconds that pass on so many cores, with jobs of `job_cores`."""
        job = min(cores, job_cores)
        if not self.is_sharded or shards == 1:
            return self.cpu / (job * self.efficiency)
        # Shards run in waves of as many jobs as the cores hold.
        waves = math.ceil(shards / max(1, cores // job))
        # What is computed in the end has the cores of its job; files are copied by one.
        end = self.merge / (job * self.efficiency) if self.name.split("-")[0] in JOINED else self.merge
        return waves * (self.cpu - self.merge) / shards / (job * self.efficiency) + end


def changing(cost: dict, shards: int) -> float:
    """The seconds of a cost that depend on how much there is to do, with what further shards do again."""
    return cost["seconds"] - cost["fixedSeconds"] + (shards - 1) * cost["repeatedSeconds"]


def fitted(points: list[tuple[float, float]], at: float) -> tuple[float, float]:
    """The line through two points, at a third: its constant, and the rest. Neither is negative."""
    (x, y), (far, high) = points
    slope = (high - y) / (far - x) if far != x else 0.0
    constant = y - slope * x
    if slope <= 0:
        return max(y, high), 0.0
    return (constant, slope * at) if constant >= 0 else (0.0, high / far * at)
