"""What a training leaves in its output folder: network, card, labels, report, images."""

from __future__ import annotations

import copy
import io
import json
import math
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from default_network.graph import onnx_bytes
from default_network.network import DEVIATION, Network, Unit, centered, logits
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor


def fail(message: object) -> NoReturn:
    sys.exit(f"train_default_network: {message}")


def write(path: Path, data: bytes) -> None:
    """A file appears under its name only when it is complete."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


def largest_difference(
    data: bytes, network: Network, array: np.ndarray, mean: np.ndarray, expected: np.ndarray
) -> float | None:
    """How far the file's logits lie from the network's, by onnxruntime; nothing where it is missing."""
    try:
        import onnxruntime
    except ImportError:
        print("onnxruntime is not installed: the file was not compared with the network", file=sys.stderr)
        return None
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    x = centered(torch.tensor(array), mean, network.geometry.size).contiguous().numpy()
    difference = float(np.abs(session.run([network.logits], {"input": x})[0] - expected).max())
    if not difference < 1e-2:
        fail(f"the ONNX file's logits differ from the network's by {difference:.3g}")
    return difference


def silent_channels(network: Network, array: np.ndarray, mean: np.ndarray) -> dict[str, int]:
    """For each block, how many of its channels no image of a sample wakes."""
    strongest = {}
    hooks = [
        block.register_forward_hook(lambda _, __, y, name=name: strongest.update({name: y.amax((0, 2, 3))}))
        for name, block in network.blocks.items()
    ]
    logits(network, array, mean, torch.device("cpu"), False)
    for hook in hooks:
        hook.remove()
    return {name: int((values <= 0).sum()) for name, values in strongest.items()}


def central_patches(training: Any, network: Network, array: np.ndarray, truth: Tensor) -> dict[str, float]:
    """How many images a network that learned from patches tells by their central one."""
    if not training.settings["patches"]:
        return {}
    answers = logits(network, array, training.mean.cpu(), torch.device("cpu"), False, network.geometry.patch).argmax(1)
    return {"patch_top1": round((answers == truth).float().mean().item(), 5)}


def card(network: Network, mean: list[float]) -> dict[str, Any]:
    geometry = network.geometry
    return {
        "name": network.title,
        "network": network.file + ".onnx",
        "input": {
            "name": "input",
            "size": [geometry.size, geometry.size],
            "resize": {"to": [geometry.stored, geometry.stored], "keep_aspect": True, "filter": "bilinear"},
            "crop": "center",
            "channels": "RGB",
            "range": [0, 255],
            "mean": mean,
            "std": [DEVIATION] * 3,
        },
        "labels": "labels.txt",
        "logits": network.logits,
        "probabilities": network.probabilities,
        **({"layers": network.aliases} if network.aliases else {}),
        "training_set": network.training_set.format(network.classes.out_features),
        "source": "Scripts/train_default_network.py",
    }


def png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def shade(fraction: float) -> tuple[int, ...]:
    """White to deep blue by way of light blue."""
    stops = np.array([(255, 255, 255), (158, 202, 225), (49, 130, 189), (8, 48, 107)], float)
    return tuple(int(np.interp(fraction, [0, 1 / 3, 2 / 3, 1], stops[:, i])) for i in range(3))


def check_fonts() -> None:
    """Says before a training what would fail after it."""
    try:
        ImageFont.load_default(size=10)
    except (TypeError, OSError, ImportError):
        fail("Pillow 10.1 or later with FreeType is needed to write on images: pip install --upgrade pillow")


def confusion_image(counts: np.ndarray, names: list[str], accuracy: float) -> bytes:
    """A row a true class, a column an answer; color grows with the root of the fraction of the row."""
    count = len(names)
    cell = max(8, min(40, 960 // count))
    font = ImageFont.load_default(size=min(14, max(8, cell - 5)))
    small = ImageFont.load_default(size=min(12, max(7, cell // 2)))
    title = ImageFont.load_default(size=16)
    longest = int(max(font.getlength(name) for name in names)) + 12
    margin, top, side = longest, 44, cell * count
    top += margin
    image = Image.new("RGB", (margin + side + 76, top + side + 20), "white")
    draw = ImageDraw.Draw(image)
    draw.text((12, 12), f"True class (rows), answer (columns): {accuracy:.2%} right", "black", title)
    fractions = counts / counts.sum(1, keepdims=True).clip(1)
    for row in range(count):
        middle = top + row * cell + cell // 2
        draw.text((margin - 6, middle), names[row], "black", font, anchor="rm")
        # Text upwards: drawn level, then turned.
        label = Image.new("RGB", (margin, cell), "white")
        ImageDraw.Draw(label).text((2, cell // 2), names[row], "black", font, anchor="lm")
        image.paste(label.rotate(90, expand=True), (margin + row * cell, top - margin - 4))
        for column in range(count):
            fraction, left = float(fractions[row, column]), margin + column * cell
            box = (left, top + row * cell, left + cell - 1, top + (row + 1) * cell - 1)
            draw.rectangle(box, shade(math.sqrt(fraction)), (232, 232, 232))
            if counts[row, column]:
                color = "white" if fraction > 0.3 else (40, 40, 40)
                center = (left + cell // 2, middle)
                draw.text(center, str(counts[row, column]), color, small, anchor="mm")
    left, height = margin + side + 16, min(240, side)
    for y in range(height):
        draw.line((left, top + y, left + 14, top + y), shade(1 - y / (height - 1)))
    draw.rectangle((left, top, left + 14, top + height - 1), None, (160, 160, 160))
    for percent in (100, 50, 10, 1, 0):
        y = top + (1 - math.sqrt(percent / 100)) * (height - 1)
        draw.text((left + 19, y), f"{percent} %", "black", ImageFont.load_default(size=10), anchor="lm")
    return png(image)


def filters_image(weight: np.ndarray) -> bytes:
    """The first layer's filters, each scaled about gray."""
    scale, gap, columns = 16, 8, 8
    side = weight.shape[2] * scale
    rows = -(-len(weight) // columns)
    image = Image.new("RGB", (columns * (side + gap) + gap, rows * (side + gap) + gap), "white")
    for index, values in enumerate(weight):
        values = 127.5 + 127.5 * values / max(1e-12, np.abs(values).max())
        tile = Image.fromarray(values.transpose(1, 2, 0).round().astype(np.uint8))
        tile = tile.resize((side, side), Image.Resampling.NEAREST)
        image.paste(tile, (gap + index % columns * (side + gap), gap + index // columns * (side + gap)))
    return png(image)


def export(training: Any, array: np.ndarray, truth: Tensor, image_count: int, output: Path) -> None:
    """Everything that the training leaves: network, card, labels, report, images."""
    names, settings = training.names, training.settings
    device, mean = torch.device("cpu"), training.mean.cpu()
    network = copy.deepcopy(training.average).to(device).eval()
    values = logits(network, array, mean, device, False)
    answers = values.argmax(1)
    top5 = (values.topk(min(5, len(names)), 1).indices == truth[:, None]).any(1).float().mean().item()
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (truth.numpy(), answers.numpy()), 1)
    accuracy = np.trace(counts) / counts.sum()
    data = onnx_bytes(network)
    sample = array[:: max(1, len(array) // 128)][:128]
    expected = values[:: max(1, len(array) // 128)][:128].numpy()
    wrong = [(-counts[i, j], names[i], names[j]) for i, j in zip(*np.nonzero(counts)) if i != j]
    units = [unit for unit in network.modules() if isinstance(unit, Unit)]
    weights = [values.size for unit in units for values in unit.folded()]
    weights += [values.numel() for values in network.classes.parameters()]
    report = {
        "top1": round(float(accuracy), 5),
        "top5": round(top5, 5),
        **central_patches(training, network, array, truth),
        "parameters": sum(weights),
        "training_images": image_count,
        "validation_images": len(array),
        "epochs": training.epoch,
        "settings": settings,
        "bfloat16": training.half,
        "torch": torch.__version__,
        "onnx_largest_difference": largest_difference(data, network, sample, mean, expected),
        "silent_channels": silent_channels(network, sample, mean),
        "confused": [{"true": a, "answer": b, "count": int(-n)} for n, a, b in sorted(wrong)[:10]],
        "classes": {n: round(float(counts[i, i] / counts[i].sum()), 4) for i, n in enumerate(names)},
    }
    output.mkdir(parents=True, exist_ok=True)
    facts = card(network, [float(value) for value in mean.flatten()])
    files = {
        "labels.txt": "".join(name + "\n" for name in names).encode(),
        network.file + ".json": (json.dumps(facts, indent=2) + "\n").encode(),
        "report.json": (json.dumps(report, indent=2) + "\n").encode(),
        "confusion.png": confusion_image(counts, names, accuracy),
        "filters.png": filters_image(units[0].folded()[0]),
        network.file + ".onnx": data,
    }
    for name, content in files.items():
        write(output / name, content)
    print(f"{output}/{network.file}.onnx: {accuracy:.2%} of {len(array)} images right, {top5:.2%} among five")
