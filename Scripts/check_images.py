#!/usr/bin/env python3
"""Compares what a network sees of an image with PIL's and torchvision's pixels.

Images of every kind are made: JPEG of all subsamplings, baseline and progressive, gray, CMYK, with an EXIF turn
and carelessly written headers; PNG of every depth, with gamma, profiles and transparency; WebP, BMP and GIF;
sizes from 1 × 1 to 1200 × 1600. atlas-extract samples a network that passes its input on, behind cards of all
filters, resizes and crops; the same files go through `Image.open(path).convert("RGB")`, torchvision's Resize and
CenterCrop, timm's ResizeKeepRatio where its sides differ, and PyTorch's interpolate for cards without antialias.
No pixel may differ by more than one level of 255; of the files that hold pixels without loss none may differ at
all, unless PyTorch interpolates.

    python3 Scripts/check_images.py [--images FOLDER] [--program FILE]

Needs the packages of Scripts/prepare-python peers.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from peers.environment import PEERS, PROGRAMS, fail

PEERS.require("h5py", "numpy", "onnx", "pillow", "torch", "torchvision")

import io
import json
import struct
import subprocess
import warnings
import zlib

import h5py
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from PIL import Image, PngImagePlugin
from torchvision import transforms
from torchvision.transforms import InterpolationMode

from peers.arguments import parser_of, say
from peers.table import table

LEVELS = 1  # the largest difference, of 255
FILTERS = {
    "nearest": InterpolationMode.NEAREST,
    "box": InterpolationMode.BOX,
    "bilinear": InterpolationMode.BILINEAR,
    "hamming": InterpolationMode.HAMMING,
    "bicubic": InterpolationMode.BICUBIC,
    "lanczos": InterpolationMode.LANCZOS,
}


@dataclass(frozen=True)
class Card:
    """A resize and a crop: torchvision's, or timm's, or PyTorch's."""

    filter: str
    to: tuple[int, int]
    size: tuple[int, int]
    keep_aspect: bool
    antialias: bool = True

    def json(self) -> dict:
        resize = {"to": self.to, "keep_aspect": self.keep_aspect, "filter": self.filter, "antialias": self.antialias}
        return {
            "input": {
                "size": self.size, "resize": resize, "crop": "center", "channels": "RGB",
                "range": [0, 255], "mean": [0, 0, 0], "std": [1, 1, 1],
            }
        }  # fmt: skip

    def __str__(self) -> str:
        shape = "covers" if self.keep_aspect else "stretched to"
        return f"{self.filter} {shape} {self.to[0]} x {self.to[1]}" + ("" if self.antialias else ", no antialias")

    def pixels(self, image: Image.Image) -> np.ndarray:
        if not self.antialias:
            return self.interpolated(image)
        mode = FILTERS[self.filter]
        if not self.keep_aspect:
            resized = transforms.Resize(self.to, mode)(image)
        elif self.to[0] == self.to[1]:
            resized = transforms.Resize(self.to[0], mode)(image)
        else:
            # timm's ResizeKeepRatio, whose package is not needed for these three lines.
            ratio = min(image.height / self.to[0], image.width / self.to[1])
            resized = transforms.Resize([round(image.height / ratio), round(image.width / ratio)], mode)(image)
        return np.asarray(transforms.CenterCrop(self.size)(resized))

    def interpolated(self, image: Image.Image) -> np.ndarray:
        tensor = torch.from_numpy(np.asarray(image).astype(np.float32)).permute(2, 0, 1)[None]
        corners = {} if self.filter == "nearest" else {"align_corners": False}
        resized = torch.nn.functional.interpolate(tensor, self.to, mode=self.filter, **corners)
        cropped = transforms.CenterCrop(self.size)(resized.clamp(0, 255).round())
        return cropped[0].permute(1, 2, 0).numpy()


def cards() -> list[Card]:
    """Every filter with a stretch and a cover, sides that differ, padding, enlargement and no antialias."""
    result = []
    for name in FILTERS:
        result.append(Card(name, (64, 64), (56, 56), keep_aspect=True))
        result.append(Card(name, (61, 83), (53, 64), keep_aspect=False))
    result += [
        Card("bilinear", (60, 90), (56, 80), keep_aspect=True),
        Card("bicubic", (48, 48), (64, 64), keep_aspect=True),
        Card("bicubic", (257, 257), (224, 224), keep_aspect=True),
    ]
    result += [
        Card(name, (61, 83), (53, 64), keep_aspect=False, antialias=False)
        for name in ("nearest", "bilinear", "bicubic")
    ]
    return result


# ---------------------------------------------------------------- images


def picture(width: int, height: int, seed: int = 0) -> np.ndarray:
    """Colors of every frequency: slopes, stripes and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    slopes = np.stack([x * 255 // max(1, width), y * 255 // max(1, height), (x + 2 * y) % 256], -1)
    stripes = ((x // 3 + y // 5) % 2 * 120)[..., None]
    noise = random.integers(0, 60, (height, width, 3))
    return ((slopes + stripes + noise) % 256).astype(np.uint8)


def png(width: int, height: int, depth: int, color: int, rows: bytes, extra: bytes = b"") -> bytes:
    """A PNG file by hand: Pillow writes few of the kinds that there are."""
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    data = b"".join(b"\0" + row for row in np.array_split(np.frombuffer(rows, np.uint8), height) for row in [row.tobytes()])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def make_images(folder: Path) -> None:
    """Writes images of every kind; names say which."""
    folder.mkdir(parents=True)

    def save(name: str, image: Image.Image, kind: str, **options: object) -> bytes:
        image.save(folder / name, kind, **options)
        return (folder / name).read_bytes()

    color = Image.fromarray(picture(160, 120))
    for width, height in [(1, 1), (3, 2), (56, 56), (64, 48), (500, 375), (375, 500), (90, 31), (37, 701), (1200, 900)]:
        save(f"size-{width}x{height}.png", Image.fromarray(picture(width, height, width)), "PNG")
    for width, height in [(7, 5), (768, 512), (1200, 1600)]:
        save(f"size-{width}x{height}.jpg", Image.fromarray(picture(width, height, width)), "JPEG", quality=90)
    for sampling in (0, 1, 2):
        for progressive in (False, True):
            name = f"jpeg-sampling-{sampling}-{'progressive' if progressive else 'baseline'}.jpg"
            save(name, color, "JPEG", subsampling=sampling, progressive=progressive, quality=85)
    save("jpeg-gray.jpg", color.convert("L"), "JPEG")
    cmyk = np.concatenate([picture(160, 120, 3), picture(160, 120, 4)[..., :1]], -1)
    save("jpeg-cmyk.jpg", Image.fromarray(cmyk, "CMYK"), "JPEG", quality=95)
    turned = Image.Exif()
    turned[0x112] = 6
    save("jpeg-exif-turned.jfif", color, "JPEG", exif=turned)
    plain = save("jpeg-restarts.jpe", color, "JPEG", restart_marker_rows=1)
    scan = plain.index(b"\xff\xda")
    end = scan + 2 + plain[scan + 3]
    for name, offset, value in [("last-0", -2, 0), ("first-1", -3, 1), ("low-1", -1, 1)]:
        (folder / f"jpeg-careless-{name}.jpg").write_bytes(plain[: end + offset] + bytes([value]) + plain[end + offset + 1 :])
    (folder / "jpeg-extraneous.jpg").write_bytes(plain[:scan] + b"\0\1\2\3" + plain[scan:] + b"more")

    values = picture(40, 30, 7)
    rows = values.tobytes()
    for name, extra in [
        ("gamma-100000", chunk(b"gAMA", struct.pack(">I", 100000))), ("gamma-22727", chunk(b"gAMA", struct.pack(">I", 22727))),
        ("srgb", chunk(b"sRGB", b"\0")), ("transparent-color", chunk(b"tRNS", struct.pack(">HHH", *values[3, 3]))),
    ]:  # fmt: skip
        (folder / f"png-{name}.png").write_bytes(png(40, 30, 8, 2, rows, extra))
    for depth in (1, 2, 4, 8, 16):
        row_bytes = (40 * depth + 7) // 8 * 30
        (folder / f"png-gray-{depth}.png").write_bytes(png(40, 30, depth, 0, rows[:row_bytes]))
    for name, kind, channels in [("rgb-16", 2, 3), ("gray-alpha-16", 4, 2), ("rgba-16", 6, 4)]:
        data = np.random.default_rng(channels).integers(0, 256, 40 * 30 * channels * 2, np.uint8).tobytes()
        (folder / f"png-{name}.png").write_bytes(png(40, 30, 16, kind, data))
    opacity = np.concatenate([values, picture(40, 30, 8)[..., :1]], -1)
    save("png-rgba.png", Image.fromarray(opacity, "RGBA"), "PNG")
    save("png-gray-alpha.png", Image.fromarray(opacity, "RGBA").convert("LA"), "PNG")
    palette = color.quantize(200)
    save("png-palette.png", palette, "PNG")
    save("png-palette-transparent.png", palette, "PNG", transparency=bytes(range(200)))
    save("png-palette-4.png", color.quantize(11), "PNG", bits=4)
    save("png-bilevel.png", color.convert("1"), "PNG")
    notes = PngImagePlugin.PngInfo()
    notes.add_text("comment", "text of any length " * 1000, zip=True)
    save("png-text.png", color, "PNG", pnginfo=notes)

    save("webp-lossy.webp", color, "WEBP", quality=80)
    save("webp-lossless-rgba.webp", Image.fromarray(opacity, "RGBA"), "WEBP", lossless=True, exact=True)
    save("webp-lossy-rgba.webp", Image.fromarray(opacity, "RGBA"), "WEBP", quality=80, exact=True)
    second = Image.fromarray(picture(160, 120, 9))
    save("webp-animated.webp", color, "WEBP", save_all=True, append_images=[second], lossless=True)
    for mode in ("1", "L", "RGB"):
        save(f"bmp-{mode}.bmp", color.convert(mode), "BMP")
    save("bmp-RGBA.dib", color.convert("RGBA"), "BMP")
    save("bmp-palette.bmp", palette, "BMP")
    save("gif.gif", palette, "GIF", interlace=0)
    save("gif-interlaced.gif", palette, "GIF", interlace=1)
    save("gif-animated.gif", palette, "GIF", save_all=True, append_images=[palette.rotate(180)], transparency=7)
    save("gif-gray.gif", color.convert("L"), "GIF")
    (folder / "wrong-ending.png").write_bytes(plain)
    (folder / "no-ending").write_bytes((folder / "png-rgba.png").read_bytes())


# ---------------------------------------------------------------- comparison


def write_network(path: Path, card: Card) -> None:
    """A network whose layer `pixels` is its input."""
    height, width = card.size
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, height, width])
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, height, width])
    graph = helper.make_graph([helper.make_node("Relu", ["image"], ["pixels"])], "pixels", [image], [pixels])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    path.with_suffix(".json").write_text(json.dumps(card.json()))


def extracted(program: Path, folder: Path, card: Card, work: Path) -> dict[str, np.ndarray]:
    """What the network sees of each image, height × width × 3."""
    write_network(work / "pixels.onnx", card)
    output = work / "pixels.h5"
    output.unlink(missing_ok=True)
    arguments = ["--positions", "all", "--include-edges", "--classes", "none", "--layer", "pixels"]
    run = subprocess.run(
        [program, "--model", work / "pixels.onnx", "--images", folder, *arguments, "--output", output],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode != 0:
        fail(run.stderr.strip().splitlines()[-1] if run.stderr.strip() else f"exit code {run.returncode}")
    with h5py.File(output) as file:
        names = [name.decode() for name in file["images/name"][:]]
        values, image, y, x = (file[name][:] for name in ("activations", "image", "y", "x"))
        failed = [names[index] for index in file["failures/image"][:]] if "failures" in file else []
    if failed:
        fail(f"not read: {', '.join(failed)}")
    result = {}
    for index, name in enumerate(names):
        mine = image == index
        result[name] = np.zeros((*card.size, 3))
        result[name][y[mine], x[mine]] = values[mine]
    return result


def is_lossless(name: str) -> bool:
    """Whether decoders have no choice about the pixels: with JPEG and lossy WebP, versions may round apart."""
    return not (name.startswith("webp-lossy") or name.endswith((".jpg", ".jpe", ".jfif", "wrong-ending.png")))


def compare(read: Callable[[Path], Image.Image], program: Path, folder: Path, work: Path) -> bool:
    rows, worst = [], []
    for card in cards():
        seen = extracted(program, folder, card, work)
        exact = 0
        largest = 0
        for name, got in seen.items():
            want = card.pixels(read(folder / name)).astype(float)
            difference = int(np.abs(got - want).max())
            largest = max(largest, difference)
            exact += difference == 0
            limit = 0 if is_lossless(name) and card.antialias else LEVELS
            if difference > limit:
                worst.append(f"{name}, {card}: {difference} levels")
        rows.append([str(card), f"{card.size[0]} x {card.size[1]}", len(seen), exact, largest])
        say(f"{card}: {exact} of {len(seen)} exact, largest difference {largest}")
    print(table(["resize", "crop", "images", "exact", "levels"], rows))
    for line in worst:
        print(line)
    return not worst


def read(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(path.read_bytes()))
        if image.mode.startswith("I;16"):
            # Pillow cuts these off at 255; of color it takes the higher eight bits, as the program does of both.
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        return image.convert("RGB")


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--images", type=Path, help="compare the images of a folder instead of made ones")
    parser.add_argument("--program", type=Path, default=PROGRAMS / "atlas-extract", help="the program (.build/release)")
    options = parser.parse_args()
    if not options.program.is_file():
        fail(f"there is no program {options.program}: make build, or give --program")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = options.images
        if folder is None:
            folder = work / "images"
            make_images(folder)
        if not compare(read, options.program, folder, work):
            sys.exit(1)


if __name__ == "__main__":
    main()
