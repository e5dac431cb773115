"""Makes the explorer that test-explorer tests by default: small, with all that a page can show, and hostile names.

    python3 Scripts/explorer/make_fixture.py Data/work/explorer-test

Photographs of the synthetic world under names that a page must not read as anything but text; two layers and a
comparison of the world's network, by make's own rules.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = [
    '<img src=x onerror=alert(1)>"', "it's 'quoted' & \"double\" \\ back`tick`",
    "\u202eright-to-left \u05e9\u05dc\u05d5\u05dd", "\u65e5\u672c\u8a9e \u2014 \u00fcml\u00e4ut \U0001f40b",
    "line\nbreak\ttab \x1b[31m", "<script>alert(1)", "w" * 200, "{{title}} ${x} %s", "constructor", "__proto__",
]
CLASSES = 24
IMAGES = 12


def copy_images(world: Path, target: Path) -> None:
    """Some classes of the world, with hostile names among them."""
    kinds = sorted(folder for folder in world.iterdir() if folder.is_dir())[:CLASSES]
    for place, kind in enumerate(kinds):
        name = HOSTILE[place // 2] if place % 2 == 0 and place // 2 < len(HOSTILE) else kind.name
        folder = target / name
        folder.mkdir(parents=True)
        for number, image in enumerate(sorted(kind.iterdir())[:IMAGES]):
            prefix = name[:60] if number % 3 == 0 else "image"
            shutil.copyfile(image, folder / f"{prefix} {number}{image.suffix}")


def make(*words: str) -> None:
    subprocess.run(["make", "--no-print-directory", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    target = Path(sys.argv[1]).resolve()
    world = ROOT / "Data/world/seed2-40"
    make("world")
    images = target / "images"
    if not images.exists():
        partial = target / "images.partial"
        shutil.rmtree(partial, ignore_errors=True)
        copy_images(world, partial)
        partial.rename(images)
    network = ROOT / "Data/models/synthetic-world/synthetic-world.onnx"
    common = [f"MODEL={network}", f"DATASET={images}", "RECIPE=quick", "STABILITY=0", "EXPLORER_PHOTOGRAPHS=200"]
    first, second = target / "mixed4c", target / "mixed5a"
    make("compare", "A=horse", "B=zebra", "CLASS_GRID=6", "LAYER=mixed4c", "GRID=6,12", f"OUT={first}", *common)
    make("explain", "LAYER=mixed5a", "GRID=8", f"OUT={second}", *common)
    make("explore", "LAYER=mixed4c", "GRID=6,12", f"OUT={first}", f"BESIDE={second}/tsne", *common)
    print(first / "tsne/explorer")


main()
