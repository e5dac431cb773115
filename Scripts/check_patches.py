#!/usr/bin/env python3
"""Holds a search for patches against the relations that were planted in the world of its pictures.

    make patches RECIPE=planted
    python3 Scripts/check_patches.py Data/atlas/planted-world/mixed4c/planted-seed2-100/tsne/patches

A relation is found where a candidate of its pair comes from the class that the cue is from: a crop of one of its
images, or the icon of a cell that argues for it most. The search does not read relations; they are in world.json,
beside the pictures. Exits with 1 if fewer than --least are among the first ten candidates, or if the shuffled
search makes a discovery of one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

SHOWN = 10
PLANTED_AS = {"part": "part", "patchTrojan": "trojan, patch", "textureTrojan": "trojan, texture"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder of patches.json")
    parser.add_argument("--world", type=Path, help="world.json (beside the pictures, in Data/world)")
    parser.add_argument("--least", type=int, default=6, help="relations that must be found (6)")
    return parser.parse_args()


def kind(pair: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((entry for entry in pair["kinds"] if entry["kind"] == name), None)


def is_of(patch: dict[str, Any], carrier: str) -> bool:
    """Whether a patch comes from the class that a cue is from."""
    return patch["imageClass"] == carrier if patch.get("imageClass") else patch.get("ownClass") == carrier


def rank(entry: dict[str, Any] | None, carrier: str) -> int | None:
    """The place, from 1, of the first patch of the carrier among those that the search ranks first."""
    patches = sorted(entry["patches"], key=lambda patch: patch["number"])[:SHOWN] if entry else []
    return next((index + 1 for index, patch in enumerate(patches) if is_of(patch, carrier)), None)


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def best(pair: dict[str, Any], name: str) -> float | None:
    entry = kind(pair, name)
    return entry["patches"][0]["success"]["static"] if entry else None


def row(relation: dict[str, str], report: dict[str, Any]) -> tuple[list[str], bool, bool]:
    """A line of the table, whether the relation was found, and whether the shuffled search found it."""
    names = [f"{relation['source']} to {relation['target']}", relation["cue"], PLANTED_AS[relation["kind"]]]
    pairs = report["pairs"]
    place = next((index for index, pair in enumerate(pairs)
                  if (pair["source"], pair["target"]) == (relation["source"], relation["target"])), None)
    if place is None or not pairs[place]["kinds"]:
        return [*names, "-" if place is None else str(place + 1), "not tried", *[""] * 8], False, False
    pair = pairs[place]
    found, shuffled = (rank(kind(pair, name), relation["carrier"]) for name in ("candidate", "shuffled"))
    score = kind(pair, "candidate")["scores"]["static"]
    own = next((patch["success"]["static"] for patch in kind(pair, "candidate")["patches"]
                if is_of(patch, relation["carrier"])), None)
    of_controls = [best(pair, name) for name in ("noise", "flat", "icon", "crop", "related")]
    controls = max((value for value in of_controls if value is not None), default=None)
    chance = next((one["controlSuccess"] for one in pair["comparisons"] if "crop" in one["control"]), None)
    discovered = bool(found) and pair["isDiscovery"]
    null = bool(shuffled) and pair.get("shuffledRate", 1) <= report["discoveryRate"]
    return [
        *names, str(place + 1), str(found or "-"), percent(own), percent(score["success"]), percent(chance),
        percent(controls),
        percent(best(pair, "attributed")), percent(best(pair, "optimized")), f"{pair['rate']:.3f}",
        f"{shuffled or '-'}, {percent(best(pair, 'shuffled'))}, {pair.get('shuffledRate', 1):.3f}",
    ], discovered, null


def main() -> None:
    options = arguments()
    report = json.loads((options.folder / "patches.json").read_text())
    world = options.world or Path("Data/world", report["pictures"], "world.json")
    relations = json.loads(world.read_text()).get("relations")
    if not relations:
        sys.exit(f"check_patches: nothing is planted in {world}; draw it with atlas-synthesize --world planted")
    print("| relation | cue | planted as | pair's rank | first candidate of the cue | best of the cue | "
          "all candidates | random cells | best control | by attribution alone | "
          "optimized | rate | shuffled: place, best, rate |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    count, null = 0, 0
    for relation in relations:
        cells, is_found, is_null = row(relation, report)
        count, null = count + (cells[4] not in ("-", "not tried")), null + is_null
        print("| " + " | ".join([*cells[:4], cells[4] + (" ✓" if is_found else ""), *cells[5:]]) + " |")
    discoveries = sum(pair["isDiscovery"] for pair in report["pairs"])
    by_chance = sum(pair.get("shuffledRate", 1) <= report["discoveryRate"] for pair in report["pairs"])
    print(f"\n{count} of {len(relations)} relations are among the first {SHOWN} candidates (✓: and surpass all "
          f"controls); {discoveries} of {len(report['pairs'])} pairs are discoveries, of the shuffled search "
          f"{by_chance}, of them planted {null}")
    if count < options.least or null > 0:
        sys.exit(1)


if __name__ == "__main__":
    main()
