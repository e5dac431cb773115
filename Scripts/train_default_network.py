#!/usr/bin/env python3
"""Trains the network of the made-up world and writes it as an ONNX file with its model card.

The network has InceptionV1's layout (GoogLeNet, Szegedy et al. 2014) and its layers bear the names that
Lucid gave them (conv2d0 … mixed3a … mixed5b, softmax2), but it is narrower: 1.6 million weights, pictures of
112 × 112. Batch norm, folded into the convolutions when the network is written, takes the place of the
original's local response normalisation; there are no auxiliary classifiers.

It needs Python 3.9 or later and `pip install torch onnx pillow numpy`; where onnxruntime is installed too,
the file that was written is compared with the network that was trained. The pictures lie in a folder a
class, for training and, drawn with other seeds, for validation. 40,000 of them take about a minute an
epoch on two cores with bfloat16 (AVX-512 BF16 or AMX), about two without; a GPU is used where there is one.

    python3 Scripts/train_default_network.py --pictures Data/work/world/train --validation Data/work/world/test

A run that was cut off goes on from its last finished epoch when it is started again, and ends as if it had
never stopped. The same pictures, settings, seed, number of threads and version of torch on the same kind of
processor give the same network; elsewhere it is another one that is as good.
"""

import argparse
import copy
import ctypes
import hashlib
import io
import json
import math
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch asks for huge pages; read when it is imported

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont
from torch import nn

STORED = 128  # pixels of a picture's side as it is kept
SIZE = 112  # pixels of the network's input
DEVIATION = 64.0  # what colours from 0 to 255, less their mean, are divided by

# Channels: 1x1, 3x3_bottleneck, 3x3, 5x5_bottleneck, 5x5, pool_reduce.
MIXED = {
    "mixed3a": (32, 48, 64, 16, 16, 16),
    "mixed3b": (64, 64, 96, 16, 48, 32),
    "mixed4a": (96, 48, 112, 16, 32, 32),
    "mixed4b": (80, 48, 112, 16, 32, 32),
    "mixed4c": (64, 64, 128, 16, 32, 32),
    "mixed4d": (64, 80, 144, 16, 32, 32),
    "mixed4e": (128, 80, 160, 16, 64, 64),
    "mixed5a": (128, 80, 160, 16, 64, 64),
    "mixed5b": (192, 96, 192, 32, 64, 64),
}
POOL_AFTER = {"mixed3b": "maxpool4", "mixed4e": "maxpool10"}


def fail(message):
    sys.exit(f"train_default_network: {message}")


def write(path, data):
    """A file appears under its name only when it is complete."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


# The network ------------------------------------------------------------------------------------------


def halve(x):
    return F.max_pool2d(x, 3, 2, 1)


class Unit(nn.Module):
    """Convolution and batch norm; the caller applies the ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x):
        return self.norm(self.conv(x))

    @torch.no_grad()
    def folded(self):
        """Weights and bias of the one convolution that does the same once statistics are fixed."""
        norm = self.norm
        factor = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        weight = self.conv.weight.double() * factor[:, None, None, None]
        bias = norm.bias.double() - norm.running_mean.double() * factor
        return weight.float().cpu().numpy(), bias.float().cpu().numpy()


class Mixed(nn.Module):
    """An inception block. Its three 1x1 convolutions of the same input are trained as one: it is faster."""

    def __init__(self, inputs, channels):
        super().__init__()
        one, bottleneck3, three, bottleneck5, five, pooled = channels
        self.parts = (one, bottleneck3, bottleneck5)
        self.stem = Unit(inputs, sum(self.parts), 1)
        self.three = Unit(bottleneck3, three, 3)
        self.five = Unit(bottleneck5, five, 5)
        self.pooled = Unit(inputs, pooled, 1)

    def forward(self, x):
        one, bottleneck3, bottleneck5 = F.relu(self.stem(x)).split(self.parts, 1)
        branches = [self.three(bottleneck3), self.five(bottleneck5), self.pooled(F.max_pool2d(x, 3, 1, 1))]
        return torch.cat([one] + [F.relu(branch) for branch in branches], 1)


class Network(nn.Module):
    def __init__(self, class_count, dropout=0.0):
        super().__init__()
        self.conv2d0 = Unit(3, 32, 7, 2)
        self.conv2d1 = Unit(32, 32, 1)
        self.conv2d2 = Unit(32, 96, 3)
        self.mixed = nn.ModuleDict()
        count = 96
        for name, channels in MIXED.items():
            self.mixed[name] = Mixed(count, channels)
            count = channels[0] + channels[2] + channels[4] + channels[5]
        self.dropout = nn.Dropout(dropout)
        self.classes = nn.Linear(count, class_count)
        # Whatever training leaves of the first filters' random start is seen by everybody who looks at
        # them. It had better be smooth: noise, blurred, fading towards the edges.
        with torch.no_grad():
            weight = self.conv2d0.conv.weight
            line = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
            blurred = F.conv2d(weight.flatten(0, 1)[:, None], (line[:, None] * line)[None, None], padding=2)
            window = torch.hann_window(9, periodic=False)[1:-1].sqrt()
            smooth = blurred.view_as(weight) * window[:, None] * window
            weight.copy_(smooth * (weight.std() / smooth.std()))

    def forward(self, x):
        # ReLU and max pooling commute; on the pooled map ReLU is cheaper.
        x = F.relu(halve(self.conv2d0(x)))
        x = F.relu(self.conv2d1(x))
        x = F.relu(halve(self.conv2d2(x)))
        for name, block in self.mixed.items():
            x = block(x)
            if name in POOL_AFTER:
                x = halve(x)
        return self.classes(self.dropout(x.mean((2, 3))))


# Pictures ---------------------------------------------------------------------------------------------


def listing(folder):
    """The class names, and (path, class) of each picture, in the order of their names."""
    if not folder.is_dir():
        fail(f"there is no folder {folder}")
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name[0] != ".")
    if not names:
        fail(f"{folder} holds no class folders")
    files = []
    for index, name in enumerate(names):
        found = sorted(p for p in (folder / name).iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        if not found:
            fail(f"the class folder {folder / name} holds no pictures")
        files += [(path, index) for path in found]
    return names, files


def decoded(path):
    """A picture as the model card has it before the crop: it covers 128 × 128, the middle is kept."""
    try:
        with Image.open(path) as picture:
            picture = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        fail(f"cannot read the picture {path}: {' '.join(str(error).split())}")
    if picture.size != (STORED, STORED):
        factor = STORED / min(picture.size)
        width, height = (max(STORED, round(side * factor)) for side in picture.size)
        left, top = (width - STORED) // 2, (height - STORED) // 2
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
        picture = picture.crop((left, top, left + STORED, top + STORED))
    return np.asarray(picture).transpose(2, 0, 1)


def pictures(folder, files, work, threads):
    """All pictures, n × 3 × 128 × 128 bytes, decoded once and kept in `work`."""
    digest = hashlib.sha256()
    for path, _ in files:
        state = path.stat()
        digest.update(f"{path.relative_to(folder)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    cache = work / f"pictures-{digest.hexdigest()[:16]}.npy"
    if not cache.exists():
        print(f"decoding {len(files)} pictures of {folder}", file=sys.stderr)
        part = cache.with_name(cache.name + ".part")
        array = np.lib.format.open_memmap(part, "w+", np.uint8, (len(files), 3, STORED, STORED))

        def fill(index):
            array[index] = decoded(files[index][0])

        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(fill, range(len(files))):
                pass
        array.flush()
        os.replace(part, cache)
    return np.load(cache, mmap_mode="r"), torch.tensor([index for _, index in files])


def resampling(size, side, start, blur):
    """For each picture the matrix that takes `size` samples from `side` of 128 pixels after `start`."""
    step = side / size
    centers = start[:, None] + step[:, None] * (torch.arange(size, device=side.device) + 0.5)
    distance = (torch.arange(STORED, device=side.device) + 0.5 - centers[:, :, None]).abs()
    weights = (1 - distance / (step.clamp(min=1) + blur)[:, None, None]).clamp(min=0)
    return weights / weights.sum(2, keepdim=True)


def augmented(batch, size, mean):
    """Random part, scale, blur, colours and noise for each picture of a batch of bytes."""
    count, device = len(batch), batch.device

    def uniform(low, high, *shape):
        return torch.rand(count, *shape, device=device) * (high - low) + low

    x = (batch.float() - mean) / DEVIATION
    # The crop is as large as validation's, give or take a seventh.
    side, stretch, blur = uniform(96, 128), uniform(0.95, 1.05), uniform(-1, 1).clamp(min=0)
    height, width = (side * stretch).clamp(max=STORED), (side / stretch).clamp(max=STORED)
    rows = resampling(size, height, uniform(0, 1) * (STORED - height), blur)
    columns = resampling(size, width, uniform(0, 1) * (STORED - width), blur)
    x = rows[:, None] @ x @ columns[:, None].transpose(2, 3)
    contrast, saturation = uniform(0.8, 1.2, 1, 1), uniform(0.7, 1.3, 1, 1)
    identity = torch.eye(3, device=device)
    colors = contrast * (saturation * identity + (1 - saturation) / 3) * uniform(0.93, 1.07, 3, 1)
    shift = uniform(-0.25, 0.25, 1, 1) + uniform(-0.08, 0.08, 3, 1)
    x = torch.baddbmm(shift, colors, x.flatten(2)).view(count, 3, size, size)
    noisy = x[::4]  # the order is random already, and noise takes time
    noisy.addcmul_(torch.randn_like(noisy), uniform(0, 0.15, 1, 1, 1)[::4])
    return x.contiguous(memory_format=torch.channels_last)


def centered(batch, mean):
    """The network's input as the model card describes it."""
    edge = (STORED - SIZE) // 2
    x = (batch[:, :, edge : edge + SIZE, edge : edge + SIZE].float() - mean) / DEVIATION
    return x.contiguous(memory_format=torch.channels_last)


# Training ---------------------------------------------------------------------------------------------


def prepare_processor(threads):
    """Threads, and an allocator that keeps memory: fresh pages for each map cost a tenth of the time."""
    torch.set_num_threads(threads)
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)  # M_MMAP_MAX: nothing is mapped,
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: nothing is given back
    except (OSError, AttributeError):
        pass  # not glibc
    if torch.cuda.is_available():
        return torch.device("cuda"), True
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        flags = ""
    return torch.device("cpu"), "avx512_bf16" in flags or "amx_bf16" in flags


def logits(network, array, mean, device, half):
    """The logits of all pictures."""
    network.eval()
    result = []
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
        for start in range(0, len(array), 128):
            batch = torch.tensor(array[start : start + 128]).to(device)
            result.append(network(centered(batch, mean)).float().cpu())
    return torch.cat(result)


def size_of_epoch(epoch, epochs, first_size):
    """The first epochs look at smaller pictures, which is faster; the last half at full size."""
    progress = min(1, 2 * epoch / epochs)
    return first_size + int((SIZE - first_size) * progress / 16) * 16


class Training:
    """Network, averaged network, optimizer and what was reached, as they are kept in the checkpoint."""

    def __init__(self, settings, names, mean, device, half):
        torch.manual_seed(settings["seed"])
        self.settings, self.names, self.mean, self.device, self.half = settings, names, mean, device, half
        self.network = Network(len(names), settings["dropout"]).to(device, memory_format=torch.channels_last)
        # The average over about a thousand steps sees better than any of them, and is smoother.
        self.average = copy.deepcopy(self.network)
        # Decay of batch norm's factors would silence channels.
        decayed = [p for p in self.network.parameters() if p.dim() > 1]
        others = [p for p in self.network.parameters() if p.dim() == 1]
        groups = [{"params": decayed, "weight_decay": settings["decay"]}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.SGD(groups, lr=0.0, momentum=0.9, nesterov=True)
        self.epoch = 0

    def save(self, path):
        data = io.BytesIO()
        state = {name: getattr(self, name) for name in ("settings", "names", "mean", "epoch")}
        state |= {name: getattr(self, name).state_dict() for name in ("network", "average", "optimizer")}
        torch.save(state, data)
        write(path, data.getvalue())

    @staticmethod
    def load(path, device, half):
        try:
            state = torch.load(path, map_location=device, weights_only=True)
            result = Training(state["settings"], state["names"], state["mean"], device, half)
            for name in ("network", "average", "optimizer"):
                getattr(result, name).load_state_dict(state[name])
            result.epoch = state["epoch"]
        except Exception as error:
            fail(f"cannot go on from {path}, remove it: {type(error).__name__}")
        return result

    def run_epoch(self, array, truth):
        """One pass over the pictures, in an order and with changes that seed and epoch determine."""
        settings = self.settings
        torch.manual_seed(settings["seed"] * 1_000_003 + self.epoch + 1)
        order = torch.randperm(len(array))
        batch = min(settings["batch"], len(array))
        steps = len(array) // batch
        size = size_of_epoch(self.epoch, settings["epochs"], settings["first_size"])
        self.network.train()
        total = 0.0
        for step in range(steps):
            done = self.epoch * steps + step
            self.set_rate(done, settings["epochs"] * steps)
            chosen = order[step * batch : (step + 1) * batch].sort().values
            x = augmented(torch.from_numpy(array[chosen.numpy()]).to(self.device), size, self.mean)
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

    def set_rate(self, step, steps):
        """A short rise, then half a cosine down to nothing."""
        rise = 0.05 * steps
        share = step / rise if step < rise else (1 + math.cos(math.pi * (step - rise) / (steps - rise))) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings["rate"] * share

    @torch.no_grad()
    def follow(self, keep):
        """Moves the average, batch norm's statistics among it, towards the network."""
        pairs = zip(self.average.state_dict().values(), self.network.state_dict().values())
        ours, theirs = zip(*((a, b) for a, b in pairs if a.is_floating_point()))
        torch._foreach_lerp_(list(ours), list(theirs), 1 - keep)


def train(training, checkpoint, array, truth, validation, validation_truth):
    epochs = training.settings["epochs"]
    pixels = [size_of_epoch(e, epochs, training.settings["first_size"]) ** 2 for e in range(epochs)]
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
            f"{speed:.0f} pictures/s  {minutes:.0f} min left",
            file=sys.stderr, flush=True,
        )


# Export -----------------------------------------------------------------------------------------------


def onnx_bytes(network, class_count):
    """The network for inference as an ONNX file. Made by hand, so that all names are the right ones."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights = [], []

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(name, values):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def unit(x, name, weight, bias, stride=1):
        kernel = weight.shape[2]
        inputs = [x, constant(name + "_w", weight), constant(name + "_b", bias)]
        shape = {"kernel_shape": [kernel] * 2, "pads": [kernel // 2] * 4, "strides": [stride] * 2}
        return node("Relu", [node("Conv", inputs, name + "_pre_relu", **shape)], name)

    def max_pool(x, name, stride=2):
        return node("MaxPool", [x], name, kernel_shape=[3, 3], pads=[1] * 4, strides=[stride] * 2)

    x = max_pool(unit("input", "conv2d0", *network.conv2d0.folded(), stride=2), "maxpool0")
    x = unit(unit(x, "conv2d1", *network.conv2d1.folded()), "conv2d2", *network.conv2d2.folded())
    x = max_pool(x, "maxpool1")
    for name, block in network.mixed.items():
        cuts = np.cumsum(block.parts)[:-1]
        stem = list(zip(*(np.split(values, cuts) for values in block.stem.folded())))
        one = unit(x, name + "_1x1", *stem[0])
        three = unit(x, name + "_3x3_bottleneck", *stem[1])
        three = unit(three, name + "_3x3", *block.three.folded())
        five = unit(x, name + "_5x5_bottleneck", *stem[2])
        five = unit(five, name + "_5x5", *block.five.folded())
        pooled = unit(max_pool(x, name + "_pool", 1), name + "_pool_reduce", *block.pooled.folded())
        x = node("Concat", [one, three, five, pooled], name, axis=1)
        if name in POOL_AFTER:
            x = max_pool(x, POOL_AFTER[name])
    x = node("Flatten", [node("GlobalAveragePool", [x], "avgpool0")], "avgpool0_flat", axis=1)
    weight, bias = (values.detach().cpu().numpy() for values in (network.classes.weight, network.classes.bias))
    inputs = [x, constant("softmax2_w", weight), constant("softmax2_b", bias)]
    node("Softmax", [node("Gemm", inputs, "softmax2_pre_activation", transB=1)], "softmax2", axis=1)

    def value(name, *shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])

    outputs = [value("softmax2_pre_activation", class_count), value("softmax2", class_count)]
    text = "InceptionV1's layout, narrower, trained on pictures of a made-up world; batch norm is folded in."
    graph = helper.make_graph(
        nodes, "made-world", [value("input", 3, SIZE, SIZE)], outputs, weights, doc_string=text
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7,
        producer_name="train_default_network.py", doc_string=text,
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def largest_difference(data, network, array, mean, expected):
    """How far the file's logits lie from the network's, by onnxruntime; nothing where it is missing."""
    try:
        import onnxruntime
    except ImportError:
        print("onnxruntime is not installed: the file was not compared with the network", file=sys.stderr)
        return None
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    x = centered(torch.tensor(array), mean).contiguous().numpy()
    difference = float(np.abs(session.run(["softmax2_pre_activation"], {"input": x})[0] - expected).max())
    if not difference < 1e-2:
        fail(f"the ONNX file's logits differ from the network's by {difference:.3g}")
    return difference


def silent_channels(network, array, mean):
    """For each mixed layer, how many of its channels no picture of a sample wakes."""
    strongest = {}
    hooks = [
        block.register_forward_hook(lambda _, __, y, name=name: strongest.update({name: y.amax((0, 2, 3))}))
        for name, block in network.mixed.items()
    ]
    logits(network, array, mean, torch.device("cpu"), False)
    for hook in hooks:
        hook.remove()
    return {name: int((values <= 0).sum()) for name, values in strongest.items()}


def card(mean, class_count):
    return {
        "name": "Made world",
        "network": "made-world.onnx",
        "input": {
            "name": "input",
            "size": [SIZE, SIZE],
            "resize": {"to": [STORED, STORED], "keep_aspect": True, "filter": "bilinear"},
            "crop": "center",
            "channels": "RGB",
            "range": [0, 255],
            "mean": mean,
            "std": [DEVIATION] * 3,
        },
        "labels": "labels.txt",
        "logits": "softmax2_pre_activation",
        "probabilities": "softmax2",
        "training_set": f"Drawn pictures of {class_count} classes of a made-up world",
        "source": "Scripts/train_default_network.py",
    }


# Pictures of the result -------------------------------------------------------------------------------


def png(image):
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def shade(share):
    """White to deep blue by way of light blue."""
    stops = np.array([(255, 255, 255), (158, 202, 225), (49, 130, 189), (8, 48, 107)], float)
    return tuple(int(np.interp(share, [0, 1 / 3, 2 / 3, 1], stops[:, i])) for i in range(3))


def confusion_picture(counts, names, accuracy):
    """A row a true class, a column an answer; colour grows with the root of the share of the row."""
    count = len(names)
    cell = max(8, min(40, 960 // count))
    font = ImageFont.load_default(size=min(14, max(8, cell - 5)))
    small = ImageFont.load_default(size=min(12, max(7, cell // 2)))
    title = ImageFont.load_default(size=16)
    longest = int(max(font.getlength(name) for name in names)) + 12
    margin, top, side = min(longest, 1120 - cell * count), 44, cell * count
    top += margin
    image = Image.new("RGB", (margin + side + 76, top + side + 20), "white")
    draw = ImageDraw.Draw(image)
    draw.text((12, 12), f"True class (rows), answer (columns): {accuracy:.2%} right", "black", title)
    shares = counts / counts.sum(1, keepdims=True).clip(1)
    for row in range(count):
        middle = top + row * cell + cell // 2
        draw.text((margin - 6, middle), names[row], "black", font, anchor="rm")
        # Text upwards: drawn level, then turned.
        label = Image.new("RGB", (margin, cell), "white")
        ImageDraw.Draw(label).text((2, cell // 2), names[row], "black", font, anchor="lm")
        image.paste(label.rotate(90, expand=True), (margin + row * cell, top - margin - 4))
        for column in range(count):
            share, left = float(shares[row, column]), margin + column * cell
            box = (left, top + row * cell, left + cell - 1, top + (row + 1) * cell - 1)
            draw.rectangle(box, shade(math.sqrt(share)), (232, 232, 232))
            if counts[row, column]:
                color = "white" if share > 0.3 else (40, 40, 40)
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


def filters_picture(weight):
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


def export(training, array, truth, picture_count, output):
    """Everything that the training leaves: network, card, labels, report, pictures."""
    names, settings = training.names, training.settings
    device, mean = torch.device("cpu"), training.mean.cpu()
    network = copy.deepcopy(training.average).to(device).eval()
    values = logits(network, array, mean, device, False)
    answers = values.argmax(1)
    top5 = (values.topk(min(5, len(names)), 1).indices == truth[:, None]).any(1).float().mean().item()
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (truth.numpy(), answers.numpy()), 1)
    accuracy = np.trace(counts) / counts.sum()
    data = onnx_bytes(network, len(names))
    sample = array[:: max(1, len(array) // 128)][:128]
    expected = values[:: max(1, len(array) // 128)][:128].numpy()
    wrong = [(-counts[i, j], names[i], names[j]) for i, j in zip(*np.nonzero(counts)) if i != j]
    report = {
        "top1": round(float(accuracy), 5),
        "top5": round(top5, 5),
        "parameters": sum(values.size for unit in network.modules() if isinstance(unit, Unit) for values in unit.folded())
        + sum(values.numel() for values in network.classes.parameters()),
        "training_pictures": picture_count,
        "validation_pictures": len(array),
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
    write(output / "labels.txt", "".join(name + "\n" for name in names).encode())
    facts = card([float(value) for value in mean.flatten()], len(names))
    write(output / "made-world.json", (json.dumps(facts, indent=2) + "\n").encode())
    write(output / "report.json", (json.dumps(report, indent=2) + "\n").encode())
    write(output / "confusion.png", confusion_picture(counts, names, accuracy))
    write(output / "filters.png", filters_picture(network.conv2d0.folded()[0]))
    write(output / "made-world.onnx", data)
    print(f"{output}/made-world.onnx: {accuracy:.2%} of {len(array)} pictures right, {top5:.2%} among five")


def arguments():
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )

    def option(name, default, text, kind=None):
        parser.add_argument(name, default=default, type=kind or type(default), help=f"{text} ({default})")

    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parser.add_argument("--pictures", type=Path, required=True, help="training pictures, a folder a class")
    parser.add_argument("--validation", type=Path, required=True, help="validation pictures, the same classes")
    option("--output", Path("Data/models/made-world"), "where the network lands", Path)
    option("--work", Path("Data/work/training"), "where decoded pictures and the checkpoint are kept", Path)
    option("--epochs", 40, "passes over the pictures; 0 writes the checkpoint's network once more")
    option("--batch", 128, "pictures a step")
    option("--seed", 0, "of weights, order and changes of the pictures")
    option("--threads", processors, "threads")
    option("--rate", 0.2, "highest learning rate")
    option("--decay", 5e-4, "weight decay")
    option("--smoothing", 0.05, "label smoothing")
    option("--dropout", 0.2, "share of the last layer's input left out")
    option("--first-size", 80, "pixels of the first epochs' pictures; 112 for full size throughout")
    result = parser.parse_args()
    for name, low in [("epochs", 0), ("batch", 2), ("seed", 0), ("threads", 1), ("first_size", 64)]:
        if getattr(result, name) < low:
            fail(f"--{name.replace('_', '-')} must be at least {low}")
    if result.first_size > SIZE:
        fail(f"--first-size must be at most {SIZE}")
    return result


def main():
    options = arguments()
    names, files = listing(options.pictures)
    validation_names, validation_files = listing(options.validation)
    if names != validation_names:
        odd = sorted(set(names) ^ set(validation_names))
        fail(f"only one of {options.pictures} and {options.validation} has the classes {', '.join(odd)}")
    device, half = prepare_processor(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    array, truth = pictures(options.pictures, files, options.work, options.threads)
    validation, validation_truth = pictures(options.validation, validation_files, options.work, options.threads)

    keys = ("epochs", "batch", "seed", "rate", "decay", "smoothing", "dropout", "first_size")
    settings = {key: getattr(options, key) for key in keys}
    checkpoint = options.work / "checkpoint.pt"
    if checkpoint.exists():
        training = Training.load(checkpoint, device, half)
        if training.names != names:
            fail(f"{checkpoint} is of other classes: remove it or give another --work")
        for key, value in settings.items():
            if options.epochs and training.settings[key] != value:
                fail(f"{checkpoint} has {key} {training.settings[key]}: remove it or give another --work")
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
