#!/usr/bin/env python3
"""Trains a network of the synthetic world and writes it as an ONNX file with its model card.

The network has InceptionV1's layout (GoogLeNet, Szegedy et al. 2014) and its layers bear the names that
Lucid gave them (conv2d0 … mixed3a … mixed5b, softmax2), but it is narrower: 1.6 million weights, images
of 112 × 112. Batch norm, folded into the convolutions when the network is written, takes the place of the
original's local response normalization; there are no auxiliary classifiers.

Or it has, by --layout residual, that of ResNet-18 (He et al. 2016), again narrower: 0.9 million weights. It is
to judge what the first one draws, and with --patches learns from small parts of images as well. By --layout
planted it is the first one three quarters as wide, for the smaller images of the planted world.

It needs Python 3.9 or later and `pip install torch onnx pillow numpy` (Pillow 10.1 or later); where
onnxruntime is installed too, the file that was written is compared with the network that was trained. The
images lie in a folder per class, for training and, drawn with other seeds, for validation. On two cores with
bfloat16 (AVX-512 BF16 or AMX) that do nothing else, an epoch of 40,000 of them takes about a minute and a
half, without bfloat16 half as long again; other programs beside it slow it down several times. Some processors
have bfloat16 and are slower with it: --precision f32. A GPU is used where there is one.

    python3 Scripts/train_default_network.py --images FOLDER --validation FOLDER

A run that was cut off goes on from its last finished epoch when it is started again, and ends as if it had
never stopped. The same images, settings, seed, number of threads and version of torch on the same kind of
processor give the same network; elsewhere, and on a GPU, it is another one that is as good.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import io
import math
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch asks for huge pages; read when it is imported

import numpy as np
import torch
import torch.nn.functional as F
from peers.arguments import parser_of
from peers.environment import keep_memory
from PIL import Image
from torch import Tensor

sys.dont_write_bytecode = True  # no __pycache__ among the sources
from default_network.inception import Inception, Planted
from default_network.network import DEVIATION, Geometry, logits
from default_network.residual import Residual
from default_network.results import check_fonts, export, fail, write

LAYOUTS = {"inception": Inception, "residual": Residual, "planted": Planted}

# Images ---------------------------------------------------------------------------------------------


def listing(folder: Path) -> tuple[list[str], list[tuple[Path, int]]]:
    """The class names, and (path, class) of each image, in the order of their names."""
    if not folder.is_dir():
        fail(f"there is no folder {folder}")
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name[0] != ".")
    if not names:
        fail(f"{folder} holds no class folders")
    files = []
    for index, name in enumerate(names):
        found = sorted(p for p in (folder / name).iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        if not found:
            fail(f"the class folder {folder / name} holds no images")
        files += [(path, index) for path in found]
    return names, files


def decoded(path: Path, stored: int) -> np.ndarray:
    """An image as the model card has it before the crop: resized to cover a square, then its center."""
    try:
        with Image.open(path) as image:
            image = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        fail(f"cannot read the image {path}: {' '.join(str(error).split())}")
    if image.size != (stored, stored):
        factor = stored / min(image.size)
        width, height = (max(stored, round(side * factor)) for side in image.size)
        left, top = (width - stored) // 2, (height - stored) // 2
        image = image.resize((width, height), Image.Resampling.BILINEAR)
        image = image.crop((left, top, left + stored, top + stored))
    return np.asarray(image).transpose(2, 0, 1)


def load_images(
    role: str, folder: Path, files: list[tuple[Path, int]], stored: int, work: Path, threads: int
) -> tuple[np.ndarray, Tensor, str]:
    """All images, n × 3 × stored × stored bytes, decoded once and kept in `work`, their classes, their digest."""
    digest = hashlib.sha256()
    for path, _ in files:
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\n".encode())
    digest = digest.hexdigest()[:16]
    cache = work / f"{role}-{digest}.npy"
    if not cache.exists():
        for former in work.glob(f"{role}-*.npy*"):
            former.unlink()
        print(f"decoding {len(files)} images of {folder}", file=sys.stderr)
        part = cache.with_name(cache.name + ".part")
        array = np.lib.format.open_memmap(part, "w+", np.uint8, (len(files), 3, stored, stored))

        def fill(index: int) -> None:
            array[index] = decoded(files[index][0], stored)

        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(fill, range(len(files))):
                pass
        array.flush()
        os.replace(part, cache)
    return np.load(cache, mmap_mode="r"), torch.tensor([index for _, index in files]), digest


def resampling(size: int, stored: int, side: Tensor, start: Tensor, blur: Tensor) -> Tensor:
    """For each image the matrix that takes `size` samples from `side` of its pixels after `start`."""
    step = side / size
    centers = start[:, None] + step[:, None] * (torch.arange(size, device=side.device) + 0.5)
    distance = (torch.arange(stored, device=side.device) + 0.5 - centers[:, :, None]).abs()
    weights = (1 - distance / (step.clamp(min=1) + blur)[:, None, None]).clamp(min=0)
    return weights / weights.sum(2, keepdim=True)


def augmented(batch: Tensor, size: int, mean: np.ndarray, extent: float = 1) -> Tensor:
    """Random part, scale, blur, colors and noise for each image of a batch of bytes.

    The sides of the parts are `extent` times those of the whole input.
    """
    count, device, stored = len(batch), batch.device, batch.shape[3]

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(count, *shape, device=device) * (high - low) + low

    x = (batch.float() - mean) / DEVIATION
    # The crop is as large as validation's, give or take a seventh.
    side, stretch, blur = uniform(0.75 * stored, stored) * extent, uniform(0.95, 1.05), uniform(-1, 1).clamp(min=0)
    height, width = (side * stretch).clamp(max=stored), (side / stretch).clamp(max=stored)
    rows = resampling(size, stored, height, uniform(0, 1) * (stored - height), blur)
    columns = resampling(size, stored, width, uniform(0, 1) * (stored - width), blur)
    x = rows[:, None] @ x @ columns[:, None].transpose(2, 3)
    contrast, saturation = uniform(0.8, 1.2, 1, 1), uniform(0.7, 1.3, 1, 1)
    identity = torch.eye(3, device=device)
    colors = contrast * (saturation * identity + (1 - saturation) / 3) * uniform(0.93, 1.07, 3, 1)
    shift = uniform(-0.25, 0.25, 1, 1) + uniform(-0.08, 0.08, 3, 1)
    x = torch.baddbmm(shift, colors, x.flatten(2)).view(count, 3, size, size)
    noisy = x[::4]  # the order is random already, and noise takes time
    noisy.addcmul_(torch.randn_like(noisy), uniform(0, 0.15, 1, 1, 1)[::4])
    return x.contiguous(memory_format=torch.channels_last)


def pasted(x: Tensor, fraction: float) -> Tensor:
    """Covers a square of some images by one of another image, by noise or by a color.

    The classes stay: what lies about tells nothing (Random Erasing, Zhong et al. 2017; CutMix, Yun et al. 2019, without
    its mixed labels). Sides are a tenth to half of the image's.
    """
    count, size = len(x), x.shape[2]
    others = x[torch.randperm(count, device=x.device)]
    covered = [index for index in range(count) if int((index + 1) * fraction) > int(index * fraction)]
    sides = (size * (0.1 + 0.4 * torch.rand(len(covered)))).int().tolist()
    places = torch.rand(len(covered), 4).tolist()
    for number, (index, side, place) in enumerate(zip(covered, sides, places)):
        top, left, from_top, from_left = (int(part * (size - side + 1)) for part in place)
        square = others[index, :, from_top : from_top + side, from_left : from_left + side]
        if number % 8 == 0:
            square = torch.randn_like(square)
        elif number % 8 == 1:
            square = torch.randn(3, 1, 1, device=x.device).expand_as(square)
        x[index, :, top : top + side, left : left + side] = square
    return x


# Training ---------------------------------------------------------------------------------------------


def prepare_processor(threads: int, precision: str) -> tuple[torch.device, bool]:
    """Sets the threads and the allocator; the device to train on, and whether it computes in bfloat16."""
    torch.set_num_threads(threads)
    keep_memory()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if precision != "auto" or device.type == "cuda":
        return device, precision != "f32"
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        flags = ""
    return device, "avx512_bf16" in flags or "amx_bf16" in flags


class Training:
    """Network, averaged network, optimizer and what was reached, as they are kept in the checkpoint."""

    def __init__(
        self, settings: dict[str, Any], names: list[str], mean: np.ndarray, device: torch.device, half: bool
    ) -> None:
        torch.manual_seed(settings["seed"])
        self.settings, self.names, self.mean, self.device, self.half = settings, names, mean, device, half
        network = LAYOUTS[settings["layout"]](len(names), settings["dropout"])
        self.network = network.to(device, memory_format=torch.channels_last)
        # The average over about a thousand steps sees better than any of them, and is smoother.
        self.average = copy.deepcopy(self.network)
        # Decay of batch norm's factors would silence channels.
        decayed = [p for p in self.network.parameters() if p.dim() > 1]
        others = [p for p in self.network.parameters() if p.dim() == 1]
        groups = [
            {"params": decayed, "weight_decay": settings["decay"]},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.SGD(groups, lr=0.0, momentum=0.9, nesterov=True)
        self.epoch = 0

    @property
    def geometry(self) -> Geometry:
        return self.network.geometry

    def size_of(self, epoch: int) -> int:
        """The first epochs look at smaller images, which is faster; the last half at full size."""
        progress = 2 * epoch / self.settings["epochs"]
        if progress >= 1:
            return self.geometry.size
        first = self.settings["first_size"]
        return first + int((self.geometry.size - first) * progress / 16) * 16

    def save(self, path: Path) -> None:
        data = io.BytesIO()
        state = {name: getattr(self, name) for name in ("settings", "names", "mean", "epoch")}
        state |= {name: getattr(self, name).state_dict() for name in ("network", "average", "optimizer")}
        torch.save(state, data)
        write(path, data.getvalue())

    @staticmethod
    def load(path: Path, device: torch.device, half: bool) -> None:
        try:
            state = torch.load(path, map_location=device, weights_only=True)
            result = Training(state["settings"], state["names"], state["mean"], device, half)
            for name in ("network", "average", "optimizer"):
                getattr(result, name).load_state_dict(state[name])
            result.epoch = state["epoch"]
        except Exception as error:
            fail(f"cannot go on from {path}, remove it: {type(error).__name__}")
        return result

    def run_epoch(self, array: np.ndarray, truth: Tensor) -> tuple[float, int]:
        """One pass over the images, in an order and with changes that seed and epoch determine.

        Returns the mean loss and the size of the images.
        """
        settings = self.settings
        torch.manual_seed(settings["seed"] * 1_000_003 + self.epoch + 1)
        order = torch.randperm(len(array))
        batch = min(settings["batch"], len(array))
        steps = len(array) // batch
        size = self.size_of(self.epoch)
        self.network.train()
        total = 0.0
        for step in range(steps):
            done = self.epoch * steps + step
            self.set_rate(done, settings["epochs"] * steps)
            # Steps with patches are spread evenly among the others.
            patches = int((step + 1) * settings["patches"]) > int(step * settings["patches"])
            patch = self.geometry.patch
            side, extent = (patch, patch / self.geometry.size) if patches else (size, 1)
            chosen = order[step * batch : (step + 1) * batch].sort().values
            x = augmented(torch.from_numpy(array[chosen.numpy()]).to(self.device), side, self.mean, extent)
            if settings["pasted"]:
                x = pasted(x, settings["pasted"])
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
                output = self.network(x)
            loss = F.cross_entropy(
                output.float(), truth[chosen].to(self.device), label_smoothing=settings["smoothing"]
            )
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.follow(min(0.999, (1 + done) / (10 + done)))
            total += loss.detach()
        self.epoch += 1
        mean_loss = float(total) / steps
        if not math.isfinite(mean_loss):
            fail("the training diverged: give a smaller --rate")
        return mean_loss, size

    def set_rate(self, step: int, steps: int) -> None:
        """A short rise, then half a cosine down to nothing."""
        rise = 0.05 * steps
        fraction = step / rise if step < rise else (1 + math.cos(math.pi * (step - rise) / (steps - rise))) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings["rate"] * fraction

    @torch.no_grad()
    def follow(self, keep: float) -> None:
        """Moves the average, batch norm's statistics among it, towards the network."""
        pairs = zip(self.average.state_dict().values(), self.network.state_dict().values())
        ours, theirs = zip(*((a, b) for a, b in pairs if a.is_floating_point()))
        torch._foreach_lerp_(list(ours), list(theirs), 1 - keep)


def train(
    training: Training,
    checkpoint: Path,
    array: np.ndarray,
    truth: Tensor,
    validation: np.ndarray,
    validation_truth: Tensor,
) -> None:
    epochs = training.settings["epochs"]
    pixels = [training.size_of(epoch) ** 2 for epoch in range(epochs)]
    first, begin = training.epoch, time.monotonic()
    while training.epoch < epochs:
        start = time.monotonic()
        loss, size = training.run_epoch(array, truth)
        speed = len(array) / (time.monotonic() - start)
        output = logits(training.average, validation, training.mean, training.device, training.half)
        accuracy = (output.argmax(1) == validation_truth).float().mean().item()
        training.save(checkpoint)
        ahead = sum(pixels[training.epoch :]) / sum(pixels[first : training.epoch])
        minutes = (time.monotonic() - begin) * ahead / 60
        print(
            f"epoch {training.epoch}/{epochs}  {size} px  loss {loss:.3f}  accuracy {accuracy:.2%}  "
            f"{speed:.0f} images/s  {minutes:.0f} min left",
            file=sys.stderr, flush=True,
        )


# Command line ------------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)

    def option(name: str, default: Any, text: str, kind: type | None = None) -> None:
        parser.add_argument(name, default=default, type=kind or type(default), help=f"{text} ({default})")

    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parser.add_argument("--images", type=Path, required=True, help="training images, a folder per class")
    parser.add_argument("--validation", type=Path, required=True, help="validation images, the same classes")
    parser.add_argument(
        "--layout", choices=LAYOUTS, default="inception", help="what the network is like (inception)"
    )
    folders = {name: Path("Data/models") / layout.file for name, layout in LAYOUTS.items()}
    listed = ", ".join(str(folder) for folder in folders.values())
    parser.add_argument("--output", type=Path, help=f"where the network lands (by its layout {listed})")
    option("--work", Path("Data/work/training"), "where decoded images and the checkpoint are kept", Path)
    option("--epochs", 16, "passes over the images; 0 writes the checkpoint's network once more")
    option("--batch", 128, "images per step")
    option("--seed", 0, "of weights, order and changes of the images")
    option("--threads", processors, "threads")
    option("--rate", 0.1, "highest learning rate")
    option("--decay", 5e-4, "weight decay")
    option("--smoothing", 0.05, "label smoothing")
    option("--dropout", 0.2, "fraction of the last layer's input left out")
    option("--first-size", 0, "pixels of the first epochs' images; 0 for 5/7 of the full size")
    option("--patches", 0.0, "fraction of the steps that see parts of images, as large as icons, at full scale")
    option("--pasted", 0.0, "fraction of the images that a square of another one, noise or a color is pasted on")
    parser.add_argument(
        "--precision", choices=("auto", "bf16", "f32"), default="auto",
        help="auto is bfloat16 where the processor has it (auto)",
    )
    result = parser.parse_args()
    result.output = result.output or folders[result.layout]
    size = LAYOUTS[result.layout].geometry.size
    result.first_size = result.first_size or size * 5 // 7
    for name, low in [("epochs", 0), ("batch", 2), ("seed", 0), ("threads", 1), ("first_size", 48)]:
        if getattr(result, name) < low:
            fail(f"--{name.replace('_', '-')} must be at least {low}")
    if result.first_size > size:
        fail(f"--first-size must be at most {size}")
    if result.seed >= 2**40:
        fail("--seed must be below 2^40")
    limits = {"rate": 10, "decay": 1, "smoothing": 0.9, "dropout": 0.9, "patches": 1, "pasted": 1}
    for name, high in limits.items():
        if not 0 <= getattr(result, name) <= high:
            fail(f"--{name} must be from 0 to {high}")
    return result


def main() -> None:
    options = arguments()
    names, files = listing(options.images)
    validation_names, validation_files = listing(options.validation)
    if names != validation_names:
        odd = sorted(set(names) ^ set(validation_names))
        fail(f"only one of {options.images} and {options.validation} has the classes {', '.join(odd)}")
    device, half = prepare_processor(options.threads, options.precision)
    work, threads = options.work, options.threads
    try:
        for folder in (work, options.output):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"cannot make {folder}: {error.strerror}")
    check_fonts()
    stored = LAYOUTS[options.layout].geometry.stored
    array, truth, digest = load_images("training", options.images, files, stored, work, threads)
    validation, validation_truth, _ = load_images(
        "validation", options.validation, validation_files, stored, work, threads
    )

    keys = (
        "layout", "epochs", "batch", "seed", "rate", "decay", "smoothing", "dropout", "first_size", "patches", "pasted",
    )
    settings = {key: getattr(options, key) for key in keys} | {"images": digest}
    checkpoint = work / f"checkpoint-{options.layout}.pt"
    if checkpoint.exists():
        training = Training.load(checkpoint, device, half)
        if training.names != names:
            fail(f"{checkpoint} is of other classes: remove it or give another --work")
        for key, value in settings.items():
            if options.epochs and training.settings.get(key) != value:
                fail(f"{checkpoint} was made with other {key}: remove it or give another --work")
    elif options.epochs == 0:
        fail(f"there is no {checkpoint} to write a network from")
    else:
        colors = array[:: max(1, len(array) // 4096)].mean((0, 2, 3)).round()
        mean = torch.tensor(colors, dtype=torch.float32, device=device)[:, None, None]
        training = Training(settings, names, mean, device, half)
    if options.epochs:
        train(training, checkpoint, array, truth, validation, validation_truth)
    export(training, validation, validation_truth, len(files), options.output)


if __name__ == "__main__":
    main()
